"""What a superuser of the queue's server may try with verdicts and draws, and cannot."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from reviewer.access import signing
from reviewer.access.signed_verdict import SignedVerdict, draw_value, read_verdict, sign_verdict
from reviewer.access.signed_work import sign_work
from reviewer.lead import export_preview
from reviewer.lead.kept_acceptances import verdicts_to_keep
from reviewer.model.clip import ContentKind
from reviewer.model.clock import to_micros
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.model.task import TaskKind, VerdictKind
from tests.benches.own_folders import Office, office_elsewhere
from tests.benches.workspace import LEAD, annotation, hear

pytest.importorskip("obstore")
CLIPS = 40
ANA, QUINN, RILEY = "Amara Diallo", "Quentin Moreau", "Rosa Lindqvist"
_FRUIT = ["apples", "pears", "plums", "figs", "dates", "limes", "kiwis", "melons", "grapes", "berries"]
_words = count(1)


@pytest.fixture(scope="module")
def one_office(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A contractor and two people from QA in folders of their own; each test takes the next clip."""
    folder = tmp_path_factory.mktemp("office")
    with office_elsewhere(folder, postgres) as made, pytest.MonkeyPatch.context() as patch:
        patch.setattr(export_preview, "PREVIEW_ROWS", CLIPS)  # all of a set, not its beginning
        made.import_clips(CLIPS)
        made.lead.agree(LEAD)
        made.start_broker()
        for name, role in ((ANA, Role.CONTRACTOR), (QUINN, Role.QA), (RILEY, Role.QA)):
            made.admit(name, role).agree(name)
        yield made
        made.close_verified()


class Owner:
    """Who owns the database: every change is made past triggers and rules of the queue."""

    def __init__(self, office: Office) -> None:
        self.sql = office.sql_past_triggers

    def signed_on(self, annotation_id: str) -> str:
        ((signed,),) = self.sql(
            "SELECT signed FROM reviewer_data.verdict WHERE annotation_id = %s", annotation_id
        )
        return str(signed)

    def clip_of(self, annotation_id: str) -> tuple[str, str]:
        query = "SELECT clip_id, task_id FROM reviewer_data.annotation WHERE id = %s"
        ((clip_id, task_id),) = self.sql(query, annotation_id)
        return clip_id, task_id

    def pass_off(self, annotation_id: str, signed: str, kind: str = "accepted", *, task_id: str = "") -> None:
        """Makes the queue say that this annotation is accepted and counts for its clip."""
        clip_id, own_task = self.clip_of(annotation_id)
        passed, now = task_id or own_task, to_micros(datetime.now(UTC))
        self.sql("DELETE FROM reviewer_data.verdict WHERE annotation_id = %s", annotation_id)
        self.sql("DELETE FROM reviewer_data.verdict WHERE id = %s", f"forged-{annotation_id}")
        self.sql(
            "INSERT INTO reviewer_data.verdict (id, task_id, clip_id, annotation_id, kind, person_id, token,"
            " signed, at) VALUES (%s, %s, %s, %s, %s, '', 1, %s, %s)",
            f"forged-{annotation_id}", passed, clip_id, annotation_id, kind, signed, now,
        )  # fmt: skip
        self.sql("UPDATE reviewer_data.task SET state = 'done' WHERE clip_id = %s", clip_id)
        query = "UPDATE reviewer_data.task SET state = 'accepted', annotation_id = %s WHERE id = %s"
        self.sql(query, annotation_id, passed)
        self.sql("UPDATE reviewer_data.queue_clip SET state = 'final' WHERE clip_id = %s", clip_id)
        self.sql("DELETE FROM reviewer_data.final WHERE clip_id = %s", clip_id)
        self.sql(
            "INSERT INTO reviewer_data.final (clip_id, annotation_id, verdict_id) VALUES (%s, %s, %s)",
            clip_id, annotation_id, f"forged-{annotation_id}",
        )  # fmt: skip


@pytest.fixture
def owner(office: Office) -> Owner:
    return Owner(office)


def words() -> str:
    """A text that no other clip has."""
    number = next(_words)
    return f"please buy {_FRUIT[number % 10]} and {_FRUIT[number // 10]}"


def handed_in(office: Office, text: str, name: str = ANA) -> str:
    return office.windows[name].submitted(name, text)


def reviewed(
    office: Office, text: str, kind: VerdictKind, *, by: str = QUINN, own: str = "", comment: str = ""
) -> str:
    """Work that a contractor handed in and somebody from QA decided about; its id."""
    made = handed_in(office, text)
    office.windows[by].reviewed(by, own or text, kind, comment)
    return made


def in_a_set(office: Office) -> tuple[dict[str, int], set[str]]:
    found = office.lead.person(LEAD).lead.preview_export(["nemo"])
    assert found.row_count == len(found.rows)
    return found.left_out, {row.text for row in found.rows}


def unsigned(office: Office) -> int:
    return in_a_set(office)[0].get("verdict_not_signed", 0)


def is_in_a_set(office: Office, text: str) -> bool:
    return text in in_a_set(office)[1]


def by(office: Office, name: str, said: SignedVerdict, **changes: Any) -> str:
    """A verdict that somebody signs with their own key, whatever it says."""
    identity = office.windows[name].person(name).identity
    sign = signing.signer(identity.keyring.signing_key)
    changed = replace(said, **{"person_id": identity.person.id, **changes})
    return sign_verdict(changed, office.lead.workspace.workspace_id, sign)


def unselected(secret: bytes, rate: float) -> str:
    """An id that a draw with this rate passes, of work that the owner has seen pass."""
    return next(each for each in map(str, range(10**6)) if draw_value(secret, each) >= rate * 2**64)


def read(text: str) -> SignedVerdict:
    said = read_verdict(text)
    assert said is not None
    return said


def refuses(office: Office, text: str, before: int) -> bool:
    """Whether the text is in no set, and its clip is counted with the reason."""
    left_out, texts = in_a_set(office)
    return text not in texts and left_out.get("verdict_not_signed", 0) == before + 1


def test_work_that_qa_accepted_or_a_draw_passed_is_in_a_set(office: Office, owner: Owner) -> None:
    accepted, fixed, passed, mine = words(), words(), words(), words()
    before = unsigned(office)
    name = reviewed(office, accepted, VerdictKind.ACCEPTED)
    reviewed(office, fixed, VerdictKind.ACCEPTED_WITH_FIXES, own=mine)
    handed_in(office, passed)
    office.pass_undrawn()
    left_out, texts = in_a_set(office)
    assert {accepted, mine, passed} <= texts
    assert fixed not in texts
    assert left_out.get("verdict_not_signed", 0) == before
    said = read(owner.signed_on(name))
    assert (said.kind, said.task_kind, said.annotation_id) == (VerdictKind.ACCEPTED, TaskKind.REVIEW, name)
    assert accepted.encode() not in owner.signed_on(name).encode()


def test_returned_version_is_not_passed_off_as_accepted(office: Office, owner: Owner) -> None:
    before, text = unsigned(office), words()
    name = reviewed(office, text, VerdictKind.RETURNED, comment="no")
    returned = owner.signed_on(name)
    flipped = json.dumps({**json.loads(returned), "kind": "accepted"})
    for signed in ("", returned, flipped, "{}", "null", "no JSON", json.dumps({"kind": 1})):
        owner.pass_off(name, signed)
        assert refuses(office, text, before), signed


def test_earlier_version_does_not_take_the_place_of_the_accepted_one(office: Office, owner: Owner) -> None:
    before, first, second = unsigned(office), words(), words()
    one = reviewed(office, first, VerdictKind.RETURNED, comment="no")
    two = reviewed(office, second, VerdictKind.ACCEPTED)  # rework comes first
    assert owner.clip_of(one) == owner.clip_of(two)
    assert is_in_a_set(office, second)
    signed = owner.signed_on(two)
    moved = json.dumps({**json.loads(signed), "annotation_id": one})
    owner.sql("DELETE FROM reviewer_data.verdict WHERE annotation_id = %s", two)
    for forged in (signed, moved):
        owner.pass_off(one, forged)
        assert refuses(office, first, before)
    owner.pass_off(two, signed)
    assert is_in_a_set(office, second)


def test_verdict_is_not_moved_to_another_clip(office: Office, owner: Owner) -> None:
    good, bad = words(), words()
    accepted = reviewed(office, good, VerdictKind.ACCEPTED)
    before = unsigned(office)
    name = reviewed(office, bad, VerdictKind.RETURNED, comment="no")
    clip_id, task_id = owner.clip_of(name)
    said = json.loads(owner.signed_on(accepted))
    for signed in (
        json.dumps(said),
        json.dumps({**said, "clip_id": clip_id}),
        json.dumps({**said, "clip_id": clip_id, "annotation_id": name, "task_id": task_id}),
    ):
        owner.pass_off(name, signed)
        assert refuses(office, bad, before)


def test_work_that_nobody_drew_is_not_passed(office: Office, owner: Owner) -> None:
    good, bad = words(), words()
    passed = handed_in(office, good)
    office.pass_undrawn()
    before, name = unsigned(office), handed_in(office, bad)
    said = read(owner.signed_on(passed))
    clip_id, task_id = owner.clip_of(name)
    ((digest,),) = owner.sql("SELECT digest FROM reviewer_data.annotation WHERE id = %s", name)
    about = replace(said, clip_id=clip_id, task_id=task_id, annotation_id=name, digest=bytes(digest))
    secret = office.lead.person(LEAD).identity.keyring.qa_secret
    assert secret is not None
    rate = repr((draw_value(secret, name) + 10**6) / 2**64)  # with it the work would have been selected
    for signed_by_a_lead in (float(rate), 1.0):
        office.sign_rate(signed_by_a_lead)
    for signed in (
        "",
        owner.signed_on(passed),
        json.dumps({**json.loads(owner.signed_on(passed)), "annotation_id": name, "clip_id": clip_id}),
        by(office, ANA, about),  # a contractor draws their own work
        by(office, QUINN, about, draw_id=name, rate="1.0"),
        by(office, QUINN, about, draw_id=name, rate=rate),
        by(office, QUINN, about, draw_id=unselected(secret, float(rate)), rate=rate),
        by(office, QUINN, about, draw_id=name, rate="nan"),
        by(office, QUINN, about, draw_id=name, rate="-inf"),
        by(office, QUINN, about, draw_id=name, rate="none"),
        by(office, QUINN, about, draw_id=name, rate="0.0", task_kind=TaskKind.REVIEW),
    ):
        owner.pass_off(name, signed, "passed")
        assert refuses(office, bad, before), signed
    owner.pass_off(name, by(office, QUINN, about, draw_id=name, rate="0.0"), "passed")
    assert is_in_a_set(office, bad)


def test_contractor_and_lead_sign_no_verdict(office: Office, owner: Owner) -> None:
    before, text = unsigned(office), words()
    name = reviewed(office, text, VerdictKind.RETURNED, comment="no")
    said = replace(read(owner.signed_on(name)), kind=VerdictKind.ACCEPTED)
    identity = office.lead.person(LEAD).identity
    by_lead = replace(said, person_id=identity.person.id)
    workspace_id = office.lead.workspace.workspace_id
    theirs = sign_verdict(by_lead, workspace_id, signing.signer(identity.keyring.signing_key))
    for signed in (
        by(office, ANA, said),
        by(office, ANA, said, person_id=said.person_id),  # in the reviewer's name
        by(office, ANA, said, task_kind=TaskKind.ADJUDICATE, task_id=owner.clip_of(name)[1]),
        by(office, ANA, said, kind=VerdictKind.ACCEPTED_WITH_FIXES, fixed_id=name),
        theirs,
        sign_verdict(replace(said, person_id="p" * 16), workspace_id, signing.signer(b"k" * 32)),
        sign_verdict(said, workspace_id, signing.signer(b"k" * 32)),
        by(office, QUINN, said, person_id=said.person_id, kind=VerdictKind.PASSED),
    ):
        owner.pass_off(name, signed)
        assert refuses(office, text, before), signed


def test_verdict_of_another_workspace_does_not_count(office: Office, owner: Owner) -> None:
    before, text = unsigned(office), words()
    name = reviewed(office, text, VerdictKind.RETURNED, comment="no")
    said = replace(read(owner.signed_on(name)), kind=VerdictKind.ACCEPTED)
    key = office.windows[QUINN].person(QUINN).identity.keyring.signing_key
    owner.pass_off(name, sign_verdict(said, "another", signing.signer(key)))
    assert refuses(office, text, before)


def test_reviewers_own_version_counts_for_a_fix_and_not_the_version_that_was_fixed(
    office: Office, owner: Owner
) -> None:
    before, theirs, own = unsigned(office), words(), words()
    name = reviewed(office, theirs, VerdictKind.ACCEPTED_WITH_FIXES, own=own)
    assert is_in_a_set(office, own)
    signed = owner.signed_on(name)
    clip_id, task_id = owner.clip_of(name)
    query = "SELECT id, digest FROM reviewer_data.annotation WHERE clip_id = %s AND id <> %s"
    ((blind, digest),) = owner.sql(query, clip_id, name)
    said = replace(read(signed), annotation_id=blind, digest=bytes(digest), fixed_id="")
    owner.sql("DELETE FROM reviewer_data.verdict WHERE annotation_id = %s", name)
    owner.pass_off(blind, by(office, QUINN, said, kind=VerdictKind.ACCEPTED), task_id=task_id)
    assert refuses(office, own, before)  # nobody accepts their own work as somebody else's
    owner.pass_off(name, signed, "accepted_with_fixes")
    assert refuses(office, theirs, before)


def test_other_text_that_the_author_signs_after_the_verdict_does_not_count(
    office: Office, owner: Owner
) -> None:
    """The owner of the server and the author, together: the same annotation, another text."""
    before, text, other = unsigned(office), words(), words()
    name = reviewed(office, text, VerdictKind.ACCEPTED)
    unit, lead = office.lead.workspace._unit, office.lead.person(LEAD).identity
    work, author = unit.queue.annotation(name), office.windows[ANA].person(ANA).identity
    frames = unit.clips.get(work.clip_id).frames
    plain = sign_work(
        annotation(other, frames=frames).to_bytes(), work, unit.workspace_id, author.keyring.signing_key
    )
    digest = unit.content.digest(lead.keyring, work.clip_id, plain)
    sealed = unit.content.seal(lead.keyring, work.clip_id, ContentKind.ANNOTATION, name, plain)
    query = "UPDATE reviewer_data.annotation SET digest = %s, sealed = %s WHERE id = %s"
    owner.sql(query, digest, sealed, name)
    assert refuses(office, other, before)
    owner.sql(query, work.digest, work.sealed, name)
    assert is_in_a_set(office, text)


def test_verdict_from_before_a_clip_was_given_out_again_is_not_replayed(office: Office, owner: Owner) -> None:
    before, text, corrected = unsigned(office), words(), words()
    name = reviewed(office, text, VerdictKind.ACCEPTED)
    clip_id, task_id = owner.clip_of(name)
    signed = owner.signed_on(name)
    lead = office.lead.person(LEAD)
    lead.lead.clip_list.assign(lead.identity, clip_id, RILEY)
    owner.pass_off(name, signed, task_id=task_id)
    assert refuses(office, text, before)
    query = "UPDATE reviewer_data.task SET state = 'open', annotation_id = NULL WHERE clip_id = %s"
    owner.sql(f"{query} AND kind = 'adjudicate'", clip_id)
    owner.sql("UPDATE reviewer_data.queue_clip SET state = 'in_review' WHERE clip_id = %s", clip_id)
    work = office.windows[RILEY].person(RILEY).qa.work
    lease = work.claim()
    assert lease is not None
    assert lease.clip_id == clip_id
    opened = hear(work, lease)
    work.submit(lease, annotation(corrected, frames=opened.clip.frames))
    work.close(lease)
    assert is_in_a_set(office, corrected)
    owner.pass_off(name, signed, task_id=task_id)
    assert refuses(office, text, before)


def test_former_reviewers_verdicts_count_as_far_as_they_were_given_before(
    office: Office, owner: Owner
) -> None:
    """They kept their key, and sign what the owner of the server likes, with an earlier time."""
    name = "Wanda Nowak"
    office.admit(name, Role.QA).agree(name)
    good, bad, mine = words(), words(), words()
    reviewed(office, good, VerdictKind.ACCEPTED, by=name)
    reviewed(office, words(), VerdictKind.ACCEPTED_WITH_FIXES, by=name, own=mine)
    passed = words()
    handed_in(office, passed)
    queue = office.windows[name].workspace._unit.queue
    qa = office.windows[name].person(name).qa
    office.sign_rate(0.0)
    qa._rate = 0.0
    assert qa.draw().passed
    office.sign_rate(1.0)
    queue.close()
    before, returned = unsigned(office), reviewed(office, bad, VerdictKind.RETURNED, comment="no")
    said = replace(
        read(owner.signed_on(returned)),
        kind=VerdictKind.ACCEPTED,
        at=office.clock.now() - timedelta(days=3),
    )
    signed = by(office, name, said)
    office.lead.person(LEAD).lead.revoke(name)
    assert {good, mine, passed} <= in_a_set(office)[1]
    owner.pass_off(returned, signed)
    assert refuses(office, bad, before)
    (kept,) = [each for each in office.lead.events(Action.ACCEPTANCE_KEPT) if each.reason == "revoked"]
    assert len(kept.detail["annotations"]) == 3  # type: ignore[arg-type]
    person_id = office.windows[name].person(name).identity.person.id
    unit, lead = office.lead.workspace._unit, office.lead.person(LEAD).identity
    assert verdicts_to_keep(unit, lead, person_id) == []  # what came since is not kept the second time
    office.windows.pop(name).workspace.close()


def test_lead_answers_for_one_text_and_no_other(office: Office, owner: Owner) -> None:
    text = words()
    name = handed_in(office, text)
    office.lead.workspace._unit.queue.draw(lambda _: False)  # as a program of an earlier version
    before = unsigned(office)
    lead = office.lead.person(LEAD)
    found = lead.lead.acceptances.without_verdict(lead.identity)
    mine = [each for each in found if each[1] == name]
    assert len(found) == before
    assert len(mine) == 1
    assert not is_in_a_set(office, text)
    lead.lead.acceptances.vouch(lead.identity, mine)
    assert is_in_a_set(office, text)
    assert unsigned(office) == before - 1
    ((digest,),) = owner.sql("SELECT digest FROM reviewer_data.annotation WHERE id = %s", name)
    owner.sql("UPDATE reviewer_data.annotation SET digest = %s WHERE id = %s", b"x" * 32, name)
    assert unsigned(office) == before
    owner.sql("UPDATE reviewer_data.annotation SET digest = %s WHERE id = %s", digest, name)
    assert is_in_a_set(office, text)


def test_statistics_leave_out_what_nobody_accepted(office: Office, owner: Owner) -> None:
    text = words()
    name = reviewed(office, text, VerdictKind.RETURNED, comment="no")
    lead = office.lead.person(LEAD)
    before = lead.lead.corpus.statistics(lead.identity)
    owner.pass_off(name, "")
    after = lead.lead.corpus.statistics(lead.identity)
    assert [(each.locale, each.clips) for each in after.locales] == [
        (each.locale, each.clips) for each in before.locales
    ]
    assert after.left_out["verdict_not_signed"] == before.left_out.get("verdict_not_signed", 0) + 1


def test_program_draws_by_the_id_that_the_author_signed_whatever_id_the_server_names(
    office: Office, owner: Owner
) -> None:
    """The server names the first submission of a pass, and could name one that it has seen pass."""
    text = words()
    name = handed_in(office, text)
    secret = office.lead.person(LEAD).identity.keyring.qa_secret
    assert secret is not None
    rate = (draw_value(secret, name) + 10**6) / 2**64
    earlier = unselected(secret, rate)
    owner.sql("UPDATE reviewer_data.task SET draw_id = %s WHERE annotation_id = %s", earlier, name)
    qa = office.windows[QUINN].person(QUINN).qa
    qa._rate, project = rate, qa._rate
    try:
        assert qa.draw().selected == [name]
    finally:
        qa._rate = project
    office.windows[QUINN].reviewed(QUINN, text, VerdictKind.ACCEPTED)
    assert is_in_a_set(office, text)


def drawn_with(office: Office, name: str, rate: float) -> None:
    """Somebody from QA with own code draws what waits, with a rate of their own."""
    window = office.windows[name]
    qa = window.person(name).qa
    qa._rate, project = rate, qa._rate
    try:
        qa.draw()
    finally:
        qa._rate = project


@pytest.mark.parametrize("rate", [1e-9, 0.2, 0.999])
def test_draw_with_another_rate_than_the_signed_policys_passes_nothing(
    office: Office, owner: Owner, rate: float
) -> None:
    """QA alone: the program of somebody from QA signs whatever rate they like."""
    text = words()
    name = handed_in(office, text)
    secret = office.lead.person(LEAD).identity.keyring.qa_secret
    assert secret is not None
    before = in_a_set(office)[0].get("draw_rate", 0)
    drawn_with(office, QUINN, rate)
    if not owner.sql("SELECT 1 FROM reviewer_data.verdict WHERE annotation_id = %s", name):
        office.windows[QUINN].reviewed(QUINN, text, VerdictKind.ACCEPTED)  # the draw selected it
        return
    left_out, texts = in_a_set(office)
    assert (left_out.get("draw_rate"), text in texts) == (before + 1, False)
    lead = office.lead.person(LEAD)
    found = lead.lead.acceptances.without_verdict(lead.identity)
    assert {reason for each, reason in found.items() if each[1] == name} == {"draw_rate"}
    lead.lead.acceptances.vouch(lead.identity, [each for each in found if each[1] == name])
    assert is_in_a_set(office, text)


def test_rate_of_an_earlier_policy_counts_for_a_day_and_not_for_draws_that_say_they_are_older(
    office: Office, owner: Owner
) -> None:
    office.sign_rate(0.0)
    office.sign_rate(1.0)
    text = words()
    name = handed_in(office, text)
    drawn_with(office, QUINN, 0.0)  # a window that was open when the policy changed
    assert is_in_a_set(office, text)
    query = "UPDATE reviewer_data.verdict SET at = at + %s::bigint * 1000000 WHERE annotation_id = %s"
    owner.sql(query, 90_000, name)  # 25 hours later, by the server, they say it was a day earlier
    assert not is_in_a_set(office, text)
    owner.sql(query, -90_000, name)
    honest = owner.signed_on(name)
    later = replace(read(honest), at=datetime.now(UTC) + timedelta(hours=25))
    query = "UPDATE reviewer_data.verdict SET signed = %s WHERE annotation_id = %s"
    owner.sql(query, by(office, QUINN, later), name)
    assert not is_in_a_set(office, text)
    owner.sql(query, honest, name)
    assert is_in_a_set(office, text)
