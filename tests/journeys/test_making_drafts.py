"""The lead lets a recogniser make drafts: each clip once, with a row in the log, and it can be continued."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviewer.errors import NdaRequired, NotAllowed, Refused, Unavailable
from reviewer.lead.drafting import DraftsReport
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.annotation import Annotation
from reviewer.model.event import Action
from reviewer.model.hypothesis import Word
from reviewer.model.task import VerdictKind
from reviewer.places import resource
from reviewer.session.differences import Side
from tests.benches.workspace import ANA, LEAD, QUINN, Bench, annotation, hear, make_bench, write_clips

Open = Callable[..., Bench]
WORDS = [{"text": "hi", "start": 0.25, "end": 9.0 / 10, "confidence": 0.5}]
BODY = json.dumps({"text": "hi", "engine": "x", "words": WORDS})
SAYS = f"import sys; sys.stdin.buffer.read(); print({BODY!r})"
FAILS = "import sys; sys.exit(1)"


def a_project(*codes: str) -> str:
    tables = [
        f"[[asr.recogniser]]\nkind = 'command'\ncommand = {json.dumps([sys.executable, '-c', code])}\n"
        for code in codes
    ]
    return "[asr]\nhidden_share = 0.0\n" + "".join(tables)


@pytest.fixture
def open_bench(tmp_path: Path) -> Iterator[Open]:
    made: list[Bench] = []

    def open_with(*codes: str) -> Bench:
        made.append(make_bench(tmp_path, drafts=("one draft", "", ""), project=a_project(*codes)))
        made[-1].agree(LEAD, ANA)
        return made[-1]

    yield open_with
    for bench in made:
        bench.workspace.close()


def make(bench: Bench, **options) -> DraftsReport:
    return bench.person(LEAD).lead.make_drafts(**options)


def test_clips_without_a_draft_get_one_which_is_shown_on_the_desk(open_bench: Open) -> None:
    bench = open_bench(SAYS)
    report = make(bench)
    assert (report.made, report.present, report.failed) == (2, 1, ())
    work = bench.work(ANA)
    lease = work.claim()
    while (opened := work.open(lease)).hypotheses[0].engine == "manifest":
        work.close(lease)
        bench.submitted(ANA, "one draft")
        lease = work.claim()
    (hypothesis,) = opened.hypotheses
    assert (hypothesis.text, hypothesis.version) == ("hi", "x")
    assert hypothesis.words == (Word("hi", 2_000, 7_200, 0.5),)


def test_every_opening_is_logged_with_its_engine_and_closed(open_bench: Open) -> None:
    bench = open_bench(SAYS)
    make(bench)
    rows = bench.events(Action.CLIP_OPENED, Action.CLIP_CLOSED)
    assert [event.action for event in rows] == [Action.CLIP_OPENED, Action.CLIP_CLOSED] * 2
    assert rows[0].detail["purpose"] == "recognition"
    assert str(rows[0].detail["engine"]).startswith("python")


def test_stopped_work_is_continued_where_it_was(open_bench: Open) -> None:
    bench = open_bench(SAYS)
    asked: list[int] = []

    def after_two() -> bool:
        asked.append(1)
        return len(asked) > 2

    first = make(bench, cancelled=after_two)
    assert first.was_cancelled
    assert first.made + make(bench).made == 2
    assert make(bench).made == 0


def test_a_recogniser_that_fails_fails_for_its_clip_and_leaves_nothing(open_bench: Open) -> None:
    bench = open_bench(FAILS)
    report = make(bench)
    assert (report.made, [one.error.code for one in report.failed]) == (0, ["RECOGNISER_FAILED"] * 2)
    assert len(bench.events(Action.CLIP_CLOSED)) == 2
    assert make(bench).made == 0


def test_a_draft_with_a_number_in_it_is_not_kept_and_its_clip_is_named(open_bench: Open) -> None:
    heard = json.dumps({"text": "call me on four one five five five five two six seven one", "engine": "x"})
    report = make(bench := open_bench(f"import sys; sys.stdin.buffer.read(); print({heard!r})"))
    assert (report.made, len(report.failed)) == (0, 2)
    assert {one.error.code for one in report.failed} == {"DRAFT_HOLDS_PERSONAL_DATA"}
    assert make(bench).made == 0


def test_what_a_recogniser_heard_with_times_is_muted_although_its_draft_is_not_kept(
    open_bench: Open,
) -> None:
    said = ["four", "one", "five", "five", "five", "five", "two", "six", "seven", "one"]
    words = [{"text": word, "start": place / 20, "end": (place + 1) / 20} for place, word in enumerate(said)]
    heard = json.dumps({"text": " ".join(said), "engine": "x", "words": words})
    make(bench := open_bench(f"import sys; sys.stdin.buffer.read(); print({heard!r})"))
    proposed = bench.events("redaction.proposed")
    assert proposed
    assert {(event.detail["source"], event.detail["kind"]) for event in proposed} == {("draft", "number")}


def test_nothing_is_recognised_without_a_recogniser_an_agreement_or_the_right(
    open_bench: Open, tmp_path: Path
) -> None:
    bench = open_bench()
    with pytest.raises(Refused) as refused:
        make(bench)
    assert refused.value.code == "NO_RECOGNISER"
    with pytest.raises(NotAllowed):
        bench.person(ANA).lead.make_drafts()
    other = make_bench(tmp_path / "other", project=a_project(SAYS))
    with pytest.raises(NdaRequired):
        other.person(LEAD).lead.make_drafts()
    other.workspace.close()


def test_no_sound_goes_to_a_recogniser_past_consent_or_without_a_live_agreement(open_bench: Open) -> None:
    bench = open_bench(SAYS)
    unit, lead = bench.workspace._unit, bench.person(LEAD).identity
    first, second, _ = (unit.clips.get(clip_id) for clip_id in sorted(unit.clips.ids()))
    with unit.transaction():
        unit.clips.withdraw(first.id, bench.clock.now())
    with pytest.raises(Refused, match="CONSENT_ENDED"):
        bench.workspace._access.open_for_recogniser(lead, first, "engine")
    bench.clock.advance(400 * 24 * 3600)
    with pytest.raises(NdaRequired):
        bench.workspace._access.open_for_recogniser(lead, second, "engine")
    assert bench.events(Action.CLIP_OPENED) == []


def test_accepted_texts_get_the_times_of_their_words_once(tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx")
    project = "[queue]\nqa_rate = 1.0\n[[asr.recogniser]]\nkind = 'pocketsphinx'\nlanguages = ['en']\n"
    bench = make_bench(tmp_path, project=project)
    bench.agree(LEAD, ANA, QUINN)
    annotation_id = bench.submitted(ANA, "set the timer xyzzy")  # without the desk, so without times
    bench.reviewed(QUINN, "set the timer", VerdictKind.ACCEPTED)
    lead = bench.person(LEAD)
    assert lead.lead.align_accepted().made == 1
    unit = bench.workspace._unit
    text = bench.workspace._access.texts.unseal(lead.identity, unit.queue.annotation(annotation_id))
    alignment = unit.alignments.get(lead.identity.keyring, annotation_id, text)
    assert alignment is not None
    assert (alignment.annotation_id, alignment.engine) == (annotation_id, "pocketsphinx")
    again = lead.lead.align_accepted()
    assert (again.made, again.present) == (0, 1)
    assert "alignment" in [event.detail["purpose"] for event in bench.events(Action.TEXT_OPENED)]
    bench.clock.advance(3 * 366 * 24 * 3600)
    bench.sign_out(LEAD)
    bench.person(LEAD).lead.purge(retention=True)
    assert not unit.alignments.has_complete(annotation_id)
    bench.workspace.close()


ALIGNING = (
    "[queue]\nqa_rate = 1.0\n[asr]\nhidden_share = 0.0\n"
    "[[asr.recogniser]]\nkind = 'pocketsphinx'\nlanguages = ['en']\n"
)


def handed_in(bench: Bench, text: str, *, aligned: str) -> str:
    """Ana submits a text; ``aligned`` is the text that the desk had aligned before."""
    work = bench.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    assert opened.has_aligner
    before = annotation(aligned, frames=opened.clip.frames)
    work.align(lease, before.segments, lambda: False)
    receipt = work.submit(lease, Annotation(before.with_text(text).segments, labels=before.labels))
    work.close(lease)
    return receipt.annotation_id


def test_word_times_go_with_the_work_and_are_not_made_again(tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx")
    bench = make_bench(tmp_path, project=ALIGNING)
    bench.agree(LEAD, ANA, QUINN)
    annotation_id = handed_in(bench, "set the timer", aligned="set the timer")
    lease = bench.blind(QUINN, "set a timer")
    comparison = bench.person(QUINN).qa.compare(lease)
    assert [each.text for each in comparison.aligned[Side.THEIRS].by_segment.values()] == ["set the timer"]
    assert Side.MINE not in comparison.aligned  # it was never aligned
    bench.person(QUINN).qa.decide(lease, VerdictKind.ACCEPTED)
    bench.work(QUINN).close(lease)
    report = bench.person(LEAD).lead.align_accepted()
    assert (report.made, report.present) == (0, 1)
    assert bench.workspace._unit.alignments.has_complete(annotation_id)


def with_speech(bench: Bench, folder: Path) -> Bench:
    """Everybody has agreed, and the next clip says "set the kitchen timer" and more."""
    bench.agree(LEAD, ANA, QUINN)
    bench.submitted(ANA, "noise")
    bench.reviewed(QUINN, "noise", VerdictKind.ACCEPTED)
    manifest = write_clips(folder, bench.clock, ["", ""])
    (folder / "clip1.wav").unlink()
    row = json.loads(manifest.read_text().splitlines()[1]) | {"audio": "speech.flac", "source_id": "speech"}
    shutil.copy(resource("demo", "clips", "01-kitchen-timer.flac"), folder / "speech.flac")
    manifest.write_text(json.dumps(row))
    report = bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    assert (report.accepted, report.refused) == (1, 0)
    return bench


def test_times_of_a_part_are_completed_for_accepted_work(tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx")
    bench = with_speech(make_bench(tmp_path, drafts=("",), project=ALIGNING), tmp_path / "speech")
    annotation_id = handed_in(
        bench, "set a timer for twelve minutes", aligned="set the kitchen timer for twelve minutes"
    )
    assert not bench.workspace._unit.alignments.has_complete(annotation_id)
    ana = bench.person(ANA).identity
    text = bench.workspace._access.texts.unseal(ana, bench.workspace._unit.queue.annotation(annotation_id))
    kept = bench.workspace._unit.alignments.get(ana.keyring, annotation_id, text)
    assert kept is not None
    assert [word.text for each in kept.texts for word in each.words] == [
        "set",
        "timer",
        "for",
        "twelve",
        "minutes",
    ]
    bench.reviewed(QUINN, "set the timer", VerdictKind.ACCEPTED)
    assert bench.person(LEAD).lead.align_accepted().made == 2  # with the one that was never aligned
    assert bench.workspace._unit.alignments.has_complete(annotation_id)


def test_taken_back_work_opens_with_its_word_times(tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx")
    bench = make_bench(tmp_path, project=ALIGNING)
    bench.agree(ANA)
    handed_in(bench, "set the timer", aligned="set the timer")
    work = bench.work(ANA)
    opened = work.open(work.take_back())
    (text,) = opened.aligned.by_segment.values()
    assert (text.text, opened.aligned.unaligned(opened.draft.segments)) == ("set the timer", ())


def test_nothing_is_aligned_of_a_clip_that_is_not_open_and_nothing_is_kept_of_one_that_was_left(
    tmp_path: Path,
) -> None:
    bench = make_bench(tmp_path, project=ALIGNING)
    bench.agree(ANA)
    work = bench.work(ANA)
    lease = work.claim()
    segments = annotation("set", frames=8_000).segments
    with pytest.raises(Refused) as refused:
        work.align(lease, segments, lambda: False)
    assert refused.value.code == "CLIP_NOT_OPEN"
    work.open(lease)
    with pytest.raises(Unavailable) as failed:
        work.align(lease, segments, lambda: True)
    assert failed.value.code == "RECOGNISER_CANCELLED"
    work.close(lease)
    with bench.database() as database:
        assert database.value("SELECT count(*) FROM alignment") == 0
