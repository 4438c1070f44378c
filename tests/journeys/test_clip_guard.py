"""An open clip stays open only while everything holds that opened it; asked at every beat, for every role."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reviewer.errors import Damaged, OpenElsewhere, Refused
from reviewer.model.event import Action, HeardRange
from reviewer.model.people import Role
from reviewer.model.task import Lease, SkipReason, VerdictKind
from reviewer.places import resource
from reviewer.session.acts import HandIn
from reviewer.session.work_session import WorkSession
from tests.benches.workspace import (
    ANA,
    BEN,
    FRAMES,
    LEAD,
    PASSPHRASE,
    QUINN,
    Bench,
    annotation,
    claim_and_hear,
    hear,
    make_bench,
)

YEAR_SECONDS = 366 * 24 * 3600


@dataclass
class Open:
    """A clip that is open before ``name``, with the window it is in."""

    bench: Bench
    name: str
    work: WorkSession
    lease: Lease

    def beat(self) -> Lease:
        return self.work.beat(self.lease)

    @property
    def is_open(self) -> bool:
        try:
            self.work.heard(self.lease, [HeardRange(0, 10)])
        except Refused:
            return False
        return True


@pytest.fixture(params=[ANA, QUINN], ids=["desk", "qa"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Somebody's open clip; the same for a transcription and a review."""
    bench = make_bench(tmp_path, drafts=["", "", "", ""])
    bench.agree(ANA, BEN, QUINN, LEAD)
    if request.param == QUINN:
        bench.submitted(BEN, "hello there")
        bench.person(QUINN).qa.draw()
    work = bench.work(request.param)
    lease = work.claim()
    hear(work, lease)
    yield Open(bench, request.param, work, lease)
    bench.workspace.close()


def alter(opened: Open, change: str, *values: object) -> None:
    """A statement on the workspace's file by somebody else."""
    with opened.bench.database() as database:
        database.execute(change, values)


def end_in_an_hour(opened: Open, column: str) -> None:
    """Lets consent or retention of the open clip end in an hour, and the hour pass."""
    micros = int(opened.bench.clock.now().timestamp() * 1_000_000) + 3600 * 1_000_000
    alter(opened, f"UPDATE clip SET {column} = ? WHERE id = ?", micros, opened.lease.clip_id)
    opened.bench.clock.advance(3600)


ENDINGS: dict[str, Callable[[Open], None]] = {
    "ACCOUNT_CHANGED revoked": lambda opened: lead_of(opened).revoke(opened.name) and None,
    "ACCOUNT_CHANGED role": lambda opened: alter(
        opened, "UPDATE person SET role = ? WHERE name = ?", Role.LEAD, opened.name
    ),
    "NDA_REQUIRED": lambda opened: opened.bench.clock.advance(YEAR_SECONDS),
    "CONSENT_ENDED": lambda opened: end_in_an_hour(opened, "consent_withdrawn_at"),
    "RETENTION_ENDED": lambda opened: end_in_an_hour(opened, "purge_at"),
    "PURGED": lambda opened: alter(
        opened, "UPDATE clip SET wrapped_key = NULL WHERE id = ?", opened.lease.clip_id
    ),
    "LEASE_LOST": lambda opened: lead_of(opened).release(opened.lease.task_id),
}


def lead_of(opened: Open):
    return opened.bench.person(LEAD).lead


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_condition_that_ended_takes_the_clip_away_within_one_beat_and_nothing_is_handed_in(
    opened: Open, ending: str
) -> None:
    code = ending.split(maxsplit=1)[0]
    assert opened.beat().task_id == opened.lease.task_id
    ENDINGS[ending](opened)
    with pytest.raises(Refused) as caught:
        opened.beat()
    if code != "LEASE_LOST":
        assert caught.value.code == code
    assert not opened.is_open
    (told,) = opened.bench.events(Action.CLIP_PUT_AWAY)
    assert (told.object, told.reason) == (opened.lease.clip_id, caught.value.code)
    with pytest.raises(Refused):
        opened.work.open(opened.lease)
    with pytest.raises(Refused) as late:
        opened.work.submit(opened.lease, annotation("handed in too late"))
    assert late.value.code == caught.value.code


def test_a_damaged_agreement_takes_the_clip_away_too(opened: Open) -> None:
    own = opened.bench.workspace.path / "nda"
    shutil.copytree(resource("nda"), own)
    opened.bench.sign_out(opened.name)
    opened.bench.sign_policy()
    second = opened.bench.another_window()
    with second.workspace:
        again = Open(second, opened.name, second.work(opened.name), opened.lease)
        hear(again.work, again.lease)
        (own / "1.0" / "nda.toml").write_text("", encoding="utf-8")
        with pytest.raises(Damaged):
            again.beat()
        assert not again.is_open


@pytest.mark.parametrize("ending", ["ACCOUNT_CHANGED revoked", "ACCOUNT_CHANGED role"])
def test_nothing_is_logged_as_heard_by_one_whose_account_was_changed(opened: Open, ending: str) -> None:
    ENDINGS[ending](opened)
    before = len(opened.bench.events(Action.CLIP_HEARD))
    with pytest.raises(Refused, match="ACCOUNT_CHANGED"):
        opened.work.heard(opened.lease, [HeardRange(0, 10)])
    assert len(opened.bench.events(Action.CLIP_HEARD)) == before


def test_a_signed_out_window_hears_nothing_more_and_closes_all_the_same(opened: Open) -> None:
    opened.bench.sign_out(opened.name)
    assert [event.object for event in opened.bench.events(Action.CLIP_CLOSED)][-1] == opened.lease.clip_id
    with pytest.raises(Refused, match="SIGNED_OUT"):
        opened.beat()
    with pytest.raises(Refused):
        opened.work.heard(opened.lease, [HeardRange(0, 10)])
    opened.work.close(opened.lease)


def test_beats_keep_the_lease_alive_and_write_little(opened: Open) -> None:
    lease = opened.lease
    for _ in range(120):
        opened.bench.clock.advance(30)
        lease = opened.work.beat(lease)
    assert lease.until > opened.bench.clock.now()
    assert opened.work.claim().task_id == lease.task_id


# Two windows of one person


def test_a_second_window_is_told_and_the_first_goes_on(opened: Open) -> None:
    second = opened.bench.another_window()
    with second.workspace:
        work = second.work(opened.name)
        lease = work.claim()
        assert lease == opened.lease
        with pytest.raises(OpenElsewhere):
            work.open(lease)
        with pytest.raises(OpenElsewhere):
            work.save_draft(lease, annotation("from the second"), 1)
        opened.work.save_draft(opened.lease, annotation("from the first"), 1)
        opened.work.close(opened.lease)
        draft = work.open(lease).draft
        assert draft.text_verbatim == "from the first"
        assert len(lead_of(opened).overview().late_drafts) == 1


def test_a_second_window_that_may_not_open_a_clip_may_not_end_its_task(opened: Open) -> None:
    opened.work.save_draft(opened.lease, annotation("from the first"), 1)
    second = opened.bench.another_window()
    with second.workspace:
        work, lease = second.work(opened.name), opened.lease
        opened.work.heard(lease, [HeardRange(0, FRAMES)])
        for end in (
            lambda: work.submit(lease, annotation("from the second")),
            lambda: work.hand_over(HandIn(lease, annotation("from the second"))),
            lambda: work.skip(lease, SkipReason.TECHNICAL),
        ):
            with pytest.raises(OpenElsewhere):
                end()
    late = lead_of(opened).overview().late_drafts
    assert {each.clip_id for each in late} == {lease.clip_id}
    opened.work.submit(lease, annotation("from the first"))


def test_a_window_that_beats_keeps_its_clip_from_others(opened: Open) -> None:
    for _ in range(10):
        opened.bench.clock.advance(15)
        opened.beat()
    second = opened.bench.another_window()
    with second.workspace, pytest.raises(OpenElsewhere):
        second.work(opened.name).open(opened.lease)


def test_a_window_that_slept_is_told_when_another_has_the_clip_and_its_text_is_kept(opened: Open) -> None:
    opened.work.save_draft(opened.lease, annotation("from the first"), 98)
    opened.bench.clock.advance(60)
    second = opened.bench.another_window()
    with second.workspace:
        work = second.work(opened.name)
        work.open(opened.lease)
        work.save_draft(opened.lease, annotation("from the second"), 1)
        work.close(opened.lease)
        opened.work.save_draft(opened.lease, annotation("older than the first, after a time-out"), 97)
        work.open(opened.lease)
        with pytest.raises(OpenElsewhere):
            opened.work.save_draft(opened.lease, annotation("typed before the sleep"), 99)
        with pytest.raises(OpenElsewhere):
            opened.beat()
        assert not opened.is_open
        work.close(opened.lease)
        draft = work.open(opened.lease).draft
        assert draft.text_verbatim == "from the second"
    assert len(lead_of(opened).overview().late_drafts) == 1


# Signing out


def test_a_sign_out_that_cannot_be_written_drops_the_keys_all_the_same(opened: Open) -> None:
    database = opened.bench.workspace._database
    database.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'full'); END")
    assert opened.bench.sign_out(opened.name) is False
    database.execute("DROP TRIGGER full")
    assert not opened.is_open
    with pytest.raises(Refused, match="SIGNED_OUT"):
        opened.work.claim()
    second = opened.bench.another_window()
    with second.workspace:
        assert second.work(opened.name).open(opened.lease).samples.frames > 0  # nothing waits for the first


@pytest.mark.parametrize("locked", [False, True])
def test_a_sign_out_leaves_a_checkpoint_over_its_own_row(opened: Open, locked: bool) -> None:
    identity = opened.bench.person(opened.name).identity
    assert opened.bench.workspace.sessions.sign_out(identity, locked=locked)
    rows = opened.bench.events()
    last = max(number for number, event in enumerate(rows) if event.actor == identity.person.id)
    assert rows[last].action == (Action.LOCK if locked else Action.SIGN_OUT)
    (checkpoint,) = rows[last + 1 :]
    assert (checkpoint.action, checkpoint.reason) == (Action.CHECKPOINT, "sign_out")


def test_one_who_signed_out_neither_reads_nor_signs_the_agreement_while_a_colleague_is_in(
    tmp_path: Path,
) -> None:
    bench = make_bench(tmp_path)
    with bench.workspace:
        bench.person(BEN)
        identity, agreement = bench.person(ANA).identity, bench.workspace.agreement
        text = agreement.shown(identity)
        agreement.end_reached(identity, text)
        bench.clock.advance(600)
        bench.sign_out(ANA)
        before = len(bench.events())
        for attempt in (
            lambda: agreement.shown(identity),
            lambda: agreement.end_reached(identity, text),
            lambda: agreement.accept(identity, text, typed_name=ANA, passphrase=PASSPHRASE),
            lambda: agreement.decline(identity, text),
        ):
            with pytest.raises(Refused, match="SIGNED_OUT"):
                attempt()
        assert len(bench.events()) == before


@pytest.mark.parametrize(("name", "role"), [(ANA, Role.QA), (QUINN, Role.LEAD), (LEAD, Role.CONTRACTOR)])
def test_another_role_ends_the_session_of_the_one_before(bench: Bench, name: str, role: Role) -> None:
    bench.agree(name)
    person = bench.person(name)
    with bench.database() as database:
        database.execute("UPDATE person SET role = ? WHERE name = ?", (role, name))
    for attempt in (person.desk.work.claim, person.qa.draw, person.qa.work.claim, person.lead.overview):
        with pytest.raises(Refused, match="ACCOUNT_CHANGED"):
            attempt()


# Consent that ends by a date the manifest gave


def test_a_clip_whose_consent_ended_is_neither_claimed_nor_handed_in_nor_read(bench: Bench) -> None:
    bench.agree(ANA, BEN, QUINN)
    bench.submitted(ANA, "words of one who withdraws")
    review = bench.blind(QUINN, "words of one")
    ben = bench.work(BEN)
    held = claim_and_hear(ben)
    with bench.database() as database:
        now = int(bench.clock.now().timestamp() * 1_000_000)
        database.execute("UPDATE clip SET consent_withdrawn_at = ?", (now + 1_000_000,))
    bench.clock.advance(2)
    for refused in (
        lambda: ben.submit(held, annotation("late words")),
        lambda: ben.open(held),
        lambda: bench.person(QUINN).qa.compare(review),
        lambda: bench.person(QUINN).qa.decide(review, VerdictKind.ACCEPTED),
        lambda: bench.work(QUINN).open(review),
    ):
        with pytest.raises(Refused, match="CONSENT_ENDED"):
            refused()
    assert ben.claim() is None
    assert bench.work(ANA).claim() is None
    assert [past.text for past in bench.work(ANA).history()] == [None]
    assert not bench.events(Action.TEXT_OPENED)


def test_a_purged_clip_does_not_hide_the_rest_of_the_history(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, drafts=["", ""])
    with bench.workspace:
        bench.agree(ANA, LEAD)
        bench.submitted(ANA, "first work")
        bench.submitted(ANA, "second work")
        newest, oldest = bench.work(ANA).history()
        assert (newest.text, oldest.text) == ("second work", "first work")
        assert bench.person(LEAD).lead.purge(["source-0000"], retention=False).purged
        told = bench.work(ANA).history()
        assert sorted(past.text is None for past in told) == [False, True]


def test_every_text_that_is_unsealed_has_a_row_before(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    theirs = bench.submitted(ANA, "hello there")
    lease = bench.blind(QUINN, "hello")
    assert not bench.events(Action.TEXT_OPENED)
    bench.person(QUINN).qa.compare(lease)
    bench.person(QUINN).qa.compare(lease)
    told = bench.events(Action.TEXT_OPENED)
    assert [event.detail["annotations"] for event in told] == [[theirs], [lease.blind_annotation]] * 2
    assert {event.detail["purpose"] for event in told} == {"compare"}
    bench.work(ANA).history()
    (history,) = bench.events(Action.TEXT_OPENED)[4:]
    assert (history.detail["annotations"], history.detail["purpose"]) == ([theirs], "history")
    bench.work(QUINN).open(lease)
    assert bench.events(Action.CLIP_OPENED)[-1].detail["annotations"] == [lease.blind_annotation]
