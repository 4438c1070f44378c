"""Accepted passes that differ: compared where keys are, decided by somebody who had neither, and final."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.access.acceptances import Acceptances
from reviewer.access.verification import verify_file
from reviewer.errors import NotAllowed, NotLeased, Refused
from reviewer.model.annotation import Annotation, Segment
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.model.task import Lease, SealedAnnotation, TaskKind, VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.session.submission_checks import Incomplete
from tests.benches.workspace import (
    ANA,
    BEN,
    FRAMES,
    LABELS,
    LEAD,
    PASSPHRASE,
    QUINN,
    Bench,
    annotation,
    hear,
    make_bench,
)
from tests.fakes.intruder import unguarded

TWO_PASSES = "[queue]\nqa_rate = 0.0\npasses = 2\n[asr]\nhidden_share = 0.0\n"
RITA = "Rita Qvist"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """One clip of two passes; everybody has agreed, nothing is reviewed."""
    made = make_bench(tmp_path, drafts=("",), project=TWO_PASSES)
    made.agree(ANA, BEN, QUINN, LEAD)
    yield made
    made.workspace.close()


def transcribed(bench: Bench, first: Annotation, second: Annotation) -> str:
    """Ana and Ben transcribe the clip; gives its id."""
    for name, work in ((ANA, first), (BEN, second)):
        session = bench.work(name)
        lease = session.claim()
        hear(session, lease)
        session.submit(lease, work)
        session.close(lease)
    return lease.clip_id


def adjudication(bench: Bench) -> Lease:
    """Quinn draws and claims; the clip is heard."""
    qa = bench.person(QUINN).qa
    qa.draw()
    lease = qa.work.claim()
    assert lease.kind is TaskKind.ADJUDICATE
    hear(qa.work, lease)
    return lease


def not_accepted_by_the_log(bench: Bench, *works: SealedAnnotation) -> set[str]:
    """Which of them no row of the log accepts, which is what counts once the queue is on a server."""
    unit, secret = bench.workspace._unit, bench.person(LEAD).identity.keyring.qa_secret
    return set(Acceptances(unit.log, unit.workspace_id, secret).not_accepted(works, []))


def in_halves(texts: tuple[str, str], border: int = FRAMES // 2) -> Annotation:
    """A clip in two segments, complete under the default form."""
    parts = ((0, border, texts[0]), (border, FRAMES, texts[1]))
    segments = tuple(Segment(f"s{start}", start, end, text) for start, end, text in parts)
    return Annotation(segments, labels=LABELS)


def exported(bench: Bench, out: Path) -> dict[str, int]:
    return bench.person(LEAD).lead.export(out, ["csv"]).left_out


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        (annotation("turn left"), annotation("turn right"), "passes_differ"),
        (annotation("turn left"), annotation("turn left", speech_quality="muffled"), "labels_differ"),
        (in_halves(("turn", "left now")), in_halves(("turn left", "now")), "segments_differ"),
        (in_halves(("turn", "left"), 2), in_halves(("turn", "left")), "segments_differ"),
        (in_halves(("turn", "left")), annotation("turn left"), "segments_differ"),
    ],
)
def test_passes_that_differ_wait_for_qa_as_soon_as_somebody_draws(
    bench: Bench, first: Annotation, second: Annotation, difference: str
) -> None:
    clip_id = transcribed(bench, first, second)
    bench.person(QUINN).qa.draw()
    (opened,) = bench.events(Action.ADJUDICATION_OPENED)
    assert (opened.object, opened.reason) == (clip_id, difference)
    counts = bench.person(LEAD).lead.overview().counts
    assert (counts.undecided, counts.adjudications) == (1, {"open": 1})


def test_passes_that_say_the_same_are_unsealed_once_and_never_adjudicated(bench: Bench) -> None:
    transcribed(bench, annotation("Turn left."), annotation("turn left"))
    transcribed_rows = len(bench.events(Action.TEXT_OPENED))
    for _ in range(2):
        bench.person(QUINN).qa.draw()
    compared = bench.events(Action.TEXT_OPENED)[transcribed_rows:]
    assert [row.detail["purpose"] for row in compared] == ["compare_passes"] * 2
    assert not bench.events(Action.ADJUDICATION_OPENED)
    rows = bench.events(Action.SUBMITTED)[-2:]
    passed = [bench.workspace._unit.queue.annotation(str(row.detail["annotation"])) for row in rows]
    assert not_accepted_by_the_log(bench, *passed) == set()


def test_an_export_opens_what_nobody_compared_and_counts_the_clip_once(bench: Bench, tmp_path: Path) -> None:
    transcribed(bench, annotation("turn left"), annotation("turn right"))
    queue = bench.workspace._unit.queue
    queue.draw(lambda _annotation_id: False)
    for number, reason in enumerate(("passes_differ", "in_adjudication")):
        with pytest.raises(Refused, match="NOTHING_TO_EXPORT") as refused:
            exported(bench, tmp_path / f"out{number}")
        assert refused.value.left_out == {reason: 1}
    assert len(bench.events(Action.ADJUDICATION_OPENED)) == 1


def test_a_lead_assigns_an_adjudication_to_qa_and_to_nobody_who_made_a_pass(bench: Bench) -> None:
    clip_id = transcribed(bench, annotation("turn left"), annotation("turn right"))
    lead = bench.person(LEAD).lead
    bench.workspace.enrol(RITA, lead.add_person(RITA, Role.QA).code, PASSPHRASE)
    bench.agree(RITA)
    bench.person(QUINN).qa.draw()
    queue = bench.workspace._unit.queue
    task = queue.tasks_of(clip_id)[-1][0]
    for name, code in ((ANA, "NOT_QA"), (LEAD, "NOT_QA"), ("Nobody", "NOT_QA")):
        with pytest.raises(Refused) as refused:
            lead.assign(task, name)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        lead.clip_list.assign(lead.identity, clip_id, ANA)
    assert refused.value.code == "NO_OPEN_PASS"
    assert lead.clip_list.assign(lead.identity, clip_id, RITA).name == RITA
    assert bench.person(QUINN).qa.work.claim() is None
    assert bench.person(RITA).qa.work.claim().task_id == task
    assert verify_file(bench.workspace.path / DATABASE_FILE).ok


def test_personal_data_in_what_qa_types_is_refused_until_it_is_a_tag(bench: Bench) -> None:
    transcribed(bench, annotation("turn left"), annotation("turn right"))
    lease = adjudication(bench)
    work = bench.person(QUINN).qa.work
    with pytest.raises(Incomplete) as refused:
        work.submit(lease, annotation("write to jo.doe@example.org"))
    assert refused.value.missing[0].code == "PERSONAL_DATA_TYPED"
    work.submit(lease, annotation("write to [pii:email]"))


def test_personal_data_in_a_reviewer_s_own_version_is_refused_too(bench: Bench) -> None:
    transcribed(bench, annotation("turn left"), annotation("turn left"))
    bench.workspace._unit.queue.draw(lambda _annotation_id: True)
    work = bench.person(QUINN).qa.work
    lease = work.claim()
    with pytest.raises(Incomplete):
        work.submit(lease, annotation("write to jo.doe@example.org"))
    assert not work.submit(lease, annotation("write to [pii:email]")).is_repeated


def test_the_versions_name_nobody_and_keep_their_order(bench: Bench) -> None:
    transcribed(bench, annotation("turn left"), annotation("turn right"))
    lease = adjudication(bench)
    qa = bench.person(QUINN).qa
    versions = qa.pass_versions(lease)
    assert {one.annotation.text_verbatim for one in versions} == {"turn left", "turn right"}
    assert [one.annotation_id for one in qa.pass_versions(lease)] == [one.annotation_id for one in versions]
    assert not any(bench.person(name).identity.person.id in repr(versions) for name in (ANA, BEN))


def test_who_made_or_reviewed_a_pass_never_adjudicates_it(bench: Bench) -> None:
    lead = bench.person(LEAD).lead
    bench.workspace.enrol(RITA, lead.add_person(RITA, Role.QA).code, PASSPHRASE)
    bench.agree(RITA)
    for name, text in ((ANA, "turn left"), (BEN, "turn right")):
        session = bench.work(name)
        lease = session.claim()
        hear(session, lease)
        session.submit(lease, annotation(text))
        session.close(lease)
    queue = bench.workspace._unit.queue
    first = iter((True, False))
    queue.draw(lambda _annotation_id: next(first))
    quinn = bench.person(QUINN).qa
    lease = quinn.work.claim()
    hear(quinn.work, lease)
    receipt = quinn.work.submit(lease, annotation("turn left"))
    lease = replace(lease, blind_annotation=receipt.annotation_id)
    quinn.decide(lease, VerdictKind.ACCEPTED)
    quinn.work.close(lease)
    quinn.draw()
    assert quinn.work.claim() is None
    assert bench.person(RITA).qa.work.claim().kind is TaskKind.ADJUDICATE


@pytest.mark.parametrize("is_edited", [False, True])
def test_what_is_picked_or_edited_is_final_with_the_pass_it_came_from(
    bench: Bench, tmp_path: Path, *, is_edited: bool
) -> None:
    transcribed(bench, annotation("turn left"), annotation("turn right"))
    lease = adjudication(bench)
    qa = bench.person(QUINN).qa
    taken = next(one for one in qa.pass_versions(lease) if "right" in one.annotation.text_verbatim)
    work = taken.annotation.with_text("turn right now") if is_edited else taken.annotation
    unit = bench.workspace._unit
    a_pass = unit.queue.annotation(taken.annotation_id)
    receipt = qa.work.submit(lease, work, taken.annotation_id)
    final = unit.queue.final(lease.clip_id)
    assert final.annotation_id == receipt.annotation_id
    kept = unit.queue.annotation(receipt.annotation_id)
    assert not_accepted_by_the_log(bench, kept) == set()
    assert not_accepted_by_the_log(bench, a_pass) == {a_pass.id}
    for changed in (replace(kept, digest=a_pass.digest), replace(kept, author=a_pass.author)):
        assert not_accepted_by_the_log(bench, changed) == {kept.id}
    assert (kept.parent, kept.author) == (taken.annotation_id, qa.work.identity.person.id)
    assert exported(bench, tmp_path / "out") == {}
    said = (tmp_path / "out" / "utterances.csv").read_text(encoding="utf-8")
    assert ("turn right now" in said) is is_edited
    assert "left" not in said
    file = bench.workspace.path / DATABASE_FILE
    assert verify_file(file).ok
    with unguarded(file) as connection:
        connection.execute(
            "UPDATE final SET (annotation_id, verdict_id) ="
            " (SELECT annotation_id, id FROM verdict WHERE annotation_id = ?)",
            (taken.annotation_id,),
        )
    assert verify_file(file).notice.code == "FINAL_DIFFERS"


def test_an_adjudication_starts_from_an_accepted_pass_of_its_own_clip_only(bench: Bench) -> None:
    transcribed(bench, annotation("turn left"), annotation("turn right"))
    lease = adjudication(bench)
    with pytest.raises(NotLeased):
        bench.person(QUINN).qa.work.submit(lease, annotation("turn"), "a0")


def test_another_parent_than_the_log_has_is_found(bench: Bench) -> None:
    transcribed(bench, annotation("turn left"), annotation("turn right"))
    lease = adjudication(bench)
    qa = bench.person(QUINN).qa
    one, other = qa.pass_versions(lease)
    receipt = qa.work.submit(lease, one.annotation, one.annotation_id)
    unit = bench.workspace._unit
    trigger = unit.database.value("SELECT sql FROM sqlite_schema WHERE name = 'annotation_no_update'")
    with unit.transaction():
        unit.database.execute("DROP TRIGGER annotation_no_update")
        unit.database.execute(
            "UPDATE annotation SET parent = ? WHERE id = ?", (other.annotation_id, receipt.annotation_id)
        )
        unit.database.execute(trigger)
    bench.person(LEAD).lead.checkpoint()
    assert verify_file(bench.workspace.path / DATABASE_FILE).notice.code == "ANNOTATION_DIFFERS"


def test_a_contractor_compares_nothing_and_without_an_agreement_nothing_is_unsealed(bench: Bench) -> None:
    transcribed(bench, annotation("turn left"), annotation("turn right"))
    with pytest.raises(NotAllowed):
        bench.person(ANA).qa.adjudicate()
    bench.clock.advance(366 * 86_400)
    bench.sign_out(QUINN)
    before = len(bench.events(Action.TEXT_OPENED))
    bench.person(QUINN).qa.draw()
    assert len(bench.events(Action.TEXT_OPENED)) == before


def test_no_column_of_the_workspace_has_a_word_of_what_was_compared(bench: Bench) -> None:
    transcribed(bench, annotation("zanzibarine"), annotation("quokkaesque"))
    lease = adjudication(bench)
    qa = bench.person(QUINN).qa
    one = qa.pass_versions(lease)[0]
    qa.work.submit(lease, one.annotation, one.annotation_id)
    for file in bench.workspace.path.glob(f"{DATABASE_FILE}*"):
        body = file.read_bytes()
        assert b"zanzibarine" not in body
        assert b"quokkaesque" not in body
