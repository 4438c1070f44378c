"""While somebody types, changed segments are aligned to the sound, and their word times are used."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.model.annotation import Annotation, Segment
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.transcript.aligned_texts import AlignedText
from reviewer.transcript.word_times import TimedWord
from reviewer.ui.clip import background_alignment
from tests.benches.clip_page import CTRL, ClipPageBench
from tests.benches.workspace import ANA, make_bench

DIALOGUE = Annotation((Segment("a", 0, 8_000, "one two"), Segment("b", 8_000, 32_000, "three four")))


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_alignment, "PAUSE_MS", 5)


def aligned(bench: ClipPageBench) -> dict[str, AlignedText]:
    return dict(bench.workspace.view.transcription.aligned.by_segment)


def test_after_a_pause_the_playhead_goes_to_the_aligned_word(bench: ClipPageBench, qtbot: QtBot) -> None:
    bench.open_role("desk", has_aligner=True)
    bench.type("one two three")
    qtbot.waitUntil(lambda: "one two three" in bench.work.aligned)
    bench.settle()
    bench.press(Qt.Key.Key_D, CTRL)
    assert bench.workspace.playback.position == 300  # behind the third word of 100 frames


def test_a_split_cuts_the_sound_between_the_aligned_words(bench: ClipPageBench, qtbot: QtBot) -> None:
    bench.open_role("desk", has_aligner=True, draft=DIALOGUE)
    qtbot.waitUntil(lambda: len(bench.work.aligned) == 2)
    bench.settle()
    view = bench.workspace.view.transcription
    view.choose_segment("b")
    bench.workspace.playback.seek(0)
    bench.field.moveCursor(QTextCursor.MoveOperation.Start)
    for _ in "three ":
        bench.press(Qt.Key.Key_Right)
    view.act("split")
    ends = [(each.text, each.end) for each in view.annotation.segments]
    assert ends == [("one two", 8_000), ("three", 8_100), ("four", 32_000)]


def test_a_doubtful_word_is_heard_where_it_was_aligned(bench: ClipPageBench, qtbot: QtBot) -> None:
    words = (Word("one", 20_000, 20_100, 0.9), Word("two", 21_000, 21_100, 0.1))
    draft = Hypothesis("h", "clip-1", "engine", "1", "one two", words)
    bench.open_role("desk", has_aligner=True, hypotheses=(draft,), draft=Annotation(DIALOGUE.segments[:1]))
    qtbot.waitUntil(lambda: len(bench.work.aligned) == 1)
    bench.settle()
    doubt = TimedWord(4, 7, 21_000, 21_100, is_exact=True, confidence=0.1)
    bench.workspace.view.transcription.doubts.word_requested.emit(doubt)
    assert bench.player.is_playing
    assert bench.player.position <= 100  # with the roll before it


def test_a_segment_that_was_left_is_aligned_and_then_all_others(bench: ClipPageBench, qtbot: QtBot) -> None:
    bench.open_role("desk", has_aligner=True, draft=DIALOGUE)
    qtbot.waitUntil(lambda: len(bench.work.aligned) == 2)
    bench.settle()
    assert {each.text for each in aligned(bench).values()} == {"one two", "three four"}


def test_one_job_runs_at_a_time_and_is_cancelled_when_the_clip_is_left(
    bench: ClipPageBench, qtbot: QtBot
) -> None:
    bench.open_role("desk", take=False, has_aligner=True, draft=DIALOGUE)
    gate = bench.work.gate("align")
    qtbot.keyClick(bench.page, Qt.Key.Key_N, CTRL)
    qtbot.waitUntil(bench.work.begun["align"].is_set)
    bench.type(" five")
    view = bench.workspace.view.transcription
    view.act("next_row")
    assert bench.work.calls.count("align") == 1
    bench.page.close_down()
    gate.set()
    bench.settle()
    assert bench.work.calls.count("align") == 1
    assert aligned(bench) == {}


def test_an_aligner_that_fails_is_not_asked_again_for_this_clip(bench: ClipPageBench, qtbot: QtBot) -> None:
    bench.open_role("desk", take=False, has_aligner=True)
    bench.work.errors["align"] = [Unavailable("RECOGNISER_FAILED", code=1)]
    bench.press(Qt.Key.Key_N, CTRL)
    bench.type("one")
    qtbot.waitUntil(lambda: "align" in bench.work.calls)
    bench.settle()
    bench.type(" two")
    bench.settle()
    assert bench.work.calls.count("align") == 1
    assert bench.is_clip_shown


def test_nothing_runs_without_an_aligner_or_without_a_text(bench: ClipPageBench, qtbot: QtBot) -> None:
    bench.open_role("desk")
    bench.type("one")
    assert not bench.workspace.presenter._alignment._pause.isActive()
    bench.close()
    bench.open_role("desk", has_aligner=True)
    timer = bench.workspace.presenter._alignment._pause
    qtbot.waitUntil(lambda: not timer.isActive())
    assert "align" not in bench.work.calls


def test_it_runs_apart_from_the_thread_of_the_window(bench: ClipPageBench, qtbot: QtBot) -> None:
    bench.open_role("desk", take=False, has_aligner=True)
    threads: list[threading.Thread] = []
    align = bench.work.align

    def noted(*given):
        threads.append(threading.current_thread())
        return align(*given)

    bench.work.align = noted
    bench.press(Qt.Key.Key_N, CTRL)
    bench.type("one")
    qtbot.waitUntil(lambda: bool(threads))
    assert threading.main_thread() not in threads


def test_typed_text_is_aligned_in_a_real_workspace_and_its_times_go_with_the_work(
    bench: ClipPageBench, qtbot: QtBot, tmp_path: Path
) -> None:
    pytest.importorskip("pocketsphinx")
    project = "[asr]\nhidden_share = 0.0\n[[asr.recogniser]]\nkind = 'pocketsphinx'\nlanguages = ['en']\n"
    real = make_bench(tmp_path, project=project)
    real.agree(ANA)
    bench.open(real.person(ANA).desk)
    bench.type("set the timer")
    qtbot.waitUntil(
        lambda: [each.text for each in aligned(bench).values()] == ["set the timer"], timeout=20_000
    )
    bench.answer()
    bench.hear()
    bench.submit()
    with real.database() as database:
        assert database.value("SELECT is_complete FROM alignment") == 1
    bench.close()
    real.workspace.close()
