"""Where a clip was left is kept in the sealed draft, for the same person, and nowhere else."""

import json

import pytest

from reviewer.desk.session import DeskSession
from reviewer.errors import Damaged, NotLeased
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action
from reviewer.model.task import Lease
from tests.benches.workspace import ANA, BEN, QUINN, Bench, annotation, hear, hear_check


@pytest.fixture
def ana(bench: Bench) -> DeskSession:
    bench.agree(ANA, BEN, QUINN)
    return bench.person(ANA).desk


def claimed(desk: DeskSession) -> Lease:
    lease = desk.claim()
    assert lease is not None
    return lease


def plain_draft(bench: Bench, lease: Lease) -> bytes:
    workspace, identity = bench.workspace, bench.person(ANA).identity
    sealed = workspace.database.value("SELECT sealed FROM draft WHERE task_id = ?", (lease.task_id,))
    return bench.person(ANA).desk._vault.unseal(
        identity.keyring, lease.clip_id, ContentKind.DRAFT, str(lease.task_id), sealed
    )


def drafts_on_disk(bench: Bench) -> int:
    return int(bench.workspace.database.value("SELECT count(*) FROM draft"))


def test_a_clip_comes_back_where_it_was_left_after_a_new_sign_in(bench: Bench, ana: DeskSession) -> None:
    lease = claimed(ana)
    assert ana.open(lease).position == 0
    ana.keep_place(lease, 4_321)
    bench.workspace.sign_out(bench.signed_in.pop(ANA))
    desk = bench.person(ANA).desk
    opened = desk.open(claimed(desk))
    assert opened.position == 4_321


def test_a_clip_that_was_only_listened_to_has_no_draft(ana: DeskSession) -> None:
    lease = claimed(ana)
    ana.keep_place(lease, 4_321)
    assert ana.open(lease).draft is None


def test_text_and_place_are_kept_beside_each_other(ana: DeskSession) -> None:
    lease = claimed(ana)
    ana.keep_place(lease, 100)
    ana.save_draft(lease, annotation("half a sent"))
    assert ana.open(lease).position == 100
    ana.keep_place(lease, 200)
    opened = ana.open(lease)
    assert (opened.draft, opened.position) == (annotation("half a sent"), 200)


def test_a_draft_of_a_version_without_places_is_read(bench: Bench, ana: DeskSession) -> None:
    lease = claimed(ana)
    ana.save_draft(lease, annotation("old"))
    old = bench.person(ANA).desk._drafts.seal(
        ana.identity, lease, annotation("from before"), ContentKind.DRAFT
    )
    bench.workspace.database.execute("UPDATE draft SET sealed = ?", (old,))
    opened = ana.open(lease)
    assert (opened.draft, opened.position) == (annotation("from before"), 0)


def test_a_place_is_no_part_of_what_is_handed_in(bench: Bench, ana: DeskSession) -> None:
    lease = hear(ana, claimed(ana))
    ana.keep_place(lease, 4_321)
    ana.submit(lease, annotation("hello"))
    assert drafts_on_disk(bench) == 0
    submission = bench.workspace.queue.submissions_of(ana.identity.person.id, 1)[0]
    handed_in = ana._vault.unseal(
        ana.identity.keyring, lease.clip_id, ContentKind.SUBMISSION, str(lease.task_id), submission.sealed
    )
    assert handed_in == annotation("hello").to_bytes()
    assert "position" not in json.loads(handed_in)


def test_a_place_that_comes_after_handing_in_is_not_kept(bench: Bench, ana: DeskSession) -> None:
    lease = hear(ana, claimed(ana))
    ana.submit(lease, annotation("hello"))
    with pytest.raises(NotLeased):
        ana.keep_place(lease, 4_321)
    assert drafts_on_disk(bench) == 0


def test_a_place_is_no_late_draft(bench: Bench, ana: DeskSession) -> None:
    lease = claimed(ana)
    bench.clock.advance(31 * 60)
    claimed(bench.person(BEN).desk)
    ana.keep_place(lease, 4_321)
    assert bench.workspace.queue.late_drafts() == []
    assert drafts_on_disk(bench) == 0


def test_a_place_writes_no_row_into_the_log(bench: Bench, ana: DeskSession) -> None:
    lease = claimed(ana)
    before = len(list(bench.workspace.ledger.rows()))
    ana.keep_place(lease, 4_321)
    assert len(list(bench.workspace.ledger.rows())) == before
    assert Action.SUBMITTED not in [row.event().action for row in bench.workspace.ledger.rows()]


def test_the_place_is_sealed(bench: Bench, ana: DeskSession) -> None:
    lease = claimed(ana)
    ana.keep_place(lease, 4_321)
    assert json.loads(plain_draft(bench, lease)) == {"position": 4_321}
    sealed = bench.workspace.database.value("SELECT sealed FROM draft")
    assert b"position" not in sealed


def test_a_damaged_draft_is_told_but_does_not_keep_new_text_from_being_saved(
    bench: Bench, ana: DeskSession
) -> None:
    lease = claimed(ana)
    ana.save_draft(lease, annotation("half"))
    bench.workspace.database.execute("UPDATE draft SET sealed = ?", (b"nonsense" * 20,))
    with pytest.raises(Damaged):
        ana.open(lease)
    ana.save_draft(lease, annotation("typed again"))
    assert ana.open(lease).draft == annotation("typed again")


def test_a_check_has_its_own_place_until_it_is_handed_in(bench: Bench, ana: DeskSession) -> None:
    ana.submit(hear(ana, claimed(ana)), annotation("turn left"))
    qa = bench.person(QUINN).qa
    qa.draw()
    check = qa.claim()
    assert check is not None
    qa.keep_place(check, 777)
    opened = qa.open(check)
    assert (opened.draft, opened.position) == (None, 777)
    comparison = qa.hand_in_blind(hear_check(qa, check), annotation("turn right"))
    qa.keep_place(comparison.check, 999)
    assert drafts_on_disk(bench) == 0
