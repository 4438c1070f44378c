"""The lead lets a recogniser make drafts: each clip once, with a row in the log, and it can be continued."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviewer.errors import NdaRequired, NotAllowed, Refused
from reviewer.lead.drafting import DraftsReport
from reviewer.model.event import Action
from reviewer.model.hypothesis import Word
from reviewer.model.task import VerdictKind
from tests.benches.workspace import ANA, LEAD, QUINN, Bench, make_bench

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


def test_accepted_texts_get_the_times_of_their_words_once(tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx")
    project = "[queue]\nqa_rate = 1.0\n[[asr.recogniser]]\nkind = 'pocketsphinx'\nlanguages = ['en']\n"
    bench = make_bench(tmp_path, project=project)
    bench.agree(LEAD, ANA, QUINN)
    annotation_id = bench.submitted(ANA, "set the timer xyzzy")
    bench.reviewed(QUINN, "set the timer", VerdictKind.ACCEPTED)
    lead = bench.person(LEAD)
    assert lead.lead.align_accepted().made == 1
    unit = bench.workspace._unit
    alignment = unit.alignments.get(lead.identity.keyring, annotation_id)
    assert alignment is not None
    assert (alignment.annotation_id, alignment.engine) == (annotation_id, "pocketsphinx")
    again = lead.lead.align_accepted()
    assert (again.made, again.present) == (0, 1)
    assert "alignment" in [event.detail["purpose"] for event in bench.events(Action.TEXT_OPENED)]
    bench.clock.advance(3 * 366 * 24 * 3600)
    bench.sign_out(LEAD)
    bench.person(LEAD).lead.purge(retention=True)
    assert not unit.alignments.has(annotation_id)
    bench.workspace.close()
