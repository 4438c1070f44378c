"""Personal data is marked on the wave, muted there, and decided by QA."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QPushButton

from reviewer.model.annotation import PersonalDataKind
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.model.redaction import RedactionState
from reviewer.session.acts import Release
from reviewer.ui.clip.muted_span_playback import MutedSpanPlayback
from reviewer.ui.waveform.palette import palette
from reviewer.ui.waveform.selection import Selection
from tests.benches.clip_page import CTRL, SHIFT, ClipPageBench
from tests.fakes.work_session import FakeDesk, FakeQa, a_redaction, an_open_clip

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # of menus
SELECTED = Selection(6000, 12_000)


def said(bench: ClipPageBench) -> str:
    return bench.page.findChild(QLabel, "redaction_says").text()


def menu(bench: ClipPageBench) -> QMenu:
    return bench.page.findChild(QMenu, "personal_data_kinds")


def redacted(bench: ClipPageBench) -> list[tuple[int, int]]:
    """What is hatched on the waveform."""
    marks = bench.workspace.view.waveform.waves._plot.state.redacted
    return list(zip(marks.starts.tolist(), marks.ends.tolist(), strict=True))


def test_the_selection_is_muted_as_the_kind_that_was_chosen(bench: ClipPageBench) -> None:
    bench.open(FakeDesk(an_open_clip()))
    waves = bench.workspace.view.waveform.waves
    waves.select(SELECTED)
    bench.press(Qt.Key.Key_O, CTRL | SHIFT)
    menu(bench).actions()[2].trigger()
    bench.settle()
    (one,) = bench.work.opened_clip.redactions
    assert (one.start, one.end, one.kind) == (6000, 12_000, PersonalDataKind.NAME)
    assert redacted(bench) == [(3600, 14_400)]
    assert said(bench).startswith("Muted: name")
    loaded = bench.player.loaded
    assert not loaded.read(6000, 12_000).any()
    assert not waves._plot.state.traces[0].y[len(waves._plot.state.traces[0].y) // 4].any()


def test_what_is_typed_before_and_after_a_mark_is_saved(bench: ClipPageBench) -> None:
    bench.open(FakeDesk(an_open_clip()))
    bench.type("hello")
    bench.workspace.view.waveform.waves.select(SELECTED)
    bench.press(Qt.Key.Key_O, CTRL | SHIFT)
    menu(bench).actions()[2].trigger()
    bench.settle()
    bench.save()
    assert bench.work.drafts["task-1"].text_verbatim == "hello"
    bench.type(" there")
    bench.page.close_down()
    assert bench.work.drafts["task-1"].text_verbatim == "hello there"


def test_words_that_are_selected_in_the_text_are_muted_and_replaced_by_their_tag(
    bench: ClipPageBench,
) -> None:
    words = tuple(
        Word(word, 6000 * place, 6000 * (place + 1))
        for place, word in enumerate(["hello", "anna", "how", "are"])
    )
    heard = Hypothesis("h1", "clip-1", "engine", "1", "hello anna how are", words)
    bench.open(FakeDesk(an_open_clip(hypotheses=(heard,))))
    bench.type("Hello Anna, how are you")
    bench.workspace.view.transcription.editor.select(6, 10)
    bench.press(Qt.Key.Key_O, CTRL | SHIFT)
    menu(bench).actions()[2].trigger()
    bench.settle()
    (one,) = bench.work.opened_clip.redactions
    assert (one.start, one.end) == (6000, 12_000)
    assert bench.workspace.view.annotation.text_verbatim == "Hello [pii:name], how are you"
    assert "A tag took the place" in bench.message


def test_words_of_which_no_draft_knows_the_time_must_be_selected_in_the_waveform(
    bench: ClipPageBench,
) -> None:
    bench.open(FakeDesk(an_open_clip()))
    bench.type("Hello Anna")
    bench.workspace.view.transcription.editor.select(6, 10)
    bench.press(Qt.Key.Key_O, CTRL | SHIFT)
    assert menu(bench) is None


def test_without_a_selection_a_sentence_says_what_to_do(bench: ClipPageBench) -> None:
    bench.open(FakeDesk(an_open_clip()))
    bench.press(Qt.Key.Key_O, CTRL | SHIFT)
    assert menu(bench) is None
    assert "Select the personal data first." in bench.message
    assert "mark" not in bench.work.calls


def test_a_contractor_sees_what_is_muted_and_cannot_decide(bench: ClipPageBench) -> None:
    bench.open(FakeDesk(an_open_clip(redactions=(a_redaction(),))))
    assert said(bench) == "Muted: name, 0.25–0.50 s"
    assert redacted(bench) == [(1600, 10_400)]
    buttons = [
        bench.page.findChild(QPushButton, name)
        for name in ("redaction_confirm", "redaction_reject", "redaction_hear")
    ]
    assert not [button for button in buttons if button.isVisible()]


@pytest.mark.parametrize(
    ("key", "state"),
    [(Qt.Key.Key_I, RedactionState.CONFIRMED), (Qt.Key.Key_N, RedactionState.REJECTED)],
)
def test_qa_decides_by_a_key(bench: ClipPageBench, key: Qt.Key, state: RedactionState) -> None:
    bench.open(FakeQa("turn left", redactions=(a_redaction(),)))
    bench.press(key, CTRL | SHIFT)
    assert [one.state for one in bench.work.opened_clip.redactions] == [state]
    assert redacted(bench) == ([(1600, 10_400)] if state is RedactionState.CONFIRMED else [])


def test_what_was_confirmed_is_removed_when_the_clip_is_left(bench: ClipPageBench) -> None:
    bench.open(FakeQa("turn left", "turn right", redactions=(a_redaction(),)))
    bench.press(Qt.Key.Key_I, CTRL | SHIFT)
    assert "apply_confirmed" not in bench.work.calls
    bench.page.workspace.presenter.hand_over(lambda lease, _annotation: Release(lease))
    bench.settle()
    assert bench.work.calls.count("apply_confirmed") == 1


def test_several_are_decided_one_after_the_other(bench: ClipPageBench) -> None:
    two = (a_redaction(), a_redaction(id="r2", start=16_000, end=20_000))
    bench.open(FakeQa("turn left", redactions=two))
    assert said(bench) == "Muted: name, 0.25–0.50 s, and 1 more"
    bench.press(Qt.Key.Key_I, CTRL | SHIFT)
    assert said(bench) == "Muted: name, 1.00–1.25 s"
    bench.press(Qt.Key.Key_I, CTRL | SHIFT)
    assert said(bench) == "Personal data removed or confirmed: 2"


def test_what_was_heard_counts_after_the_sound_was_muted(bench: ClipPageBench) -> None:
    bench.open(FakeDesk(an_open_clip()))
    playback = bench.workspace.playback
    bench.listen(10_000)
    heard = playback.coverage.heard
    assert heard
    bench.workspace.view.waveform.waves.select(SELECTED)
    bench.press(Qt.Key.Key_O, CTRL | SHIFT)
    menu(bench).actions()[0].trigger()
    bench.settle()
    assert playback.coverage.heard == heard


def test_the_hatching_has_a_colour_of_its_own(themed) -> None:
    from reviewer.ui import theme
    from reviewer.ui.waveform.palette import Background, pixel_value

    colours = palette(theme.tokens())
    assert len({colours[pixel_value(kind, 0)] for kind in (Background.REDACTED, Background.HATCH)}) == 2


def test_qa_hears_the_muted_part_once_after_a_reason_and_it_is_logged(bench: ClipPageBench) -> None:
    bench.open(FakeQa("turn left", redactions=(a_redaction(),)))
    bench.press(Qt.Key.Key_H, CTRL | SHIFT)
    assert not [call for call in bench.work.calls if call.startswith("hear")]
    bench.page.findChild(QMenu, "hearing_reasons").actions()[1].trigger()
    bench.settle()
    assert "hear r1 extent" in bench.work.calls
    assert bench.player.loaded.frames == 8000 + 16_000
    assert bench.player.is_playing
    bench.player.listen(100_000)
    bench.page.findChild(MutedSpanPlayback).stop()
    bench.settle()
    assert bench.work.redactions.heard_ranges == [("r1", 0, 24_000)]


def test_a_muted_part_stops_when_the_clip_is_left(bench: ClipPageBench) -> None:
    bench.open(FakeQa("turn left", "turn right", redactions=(a_redaction(),)))
    bench.press(Qt.Key.Key_H, CTRL | SHIFT)
    bench.page.findChild(QMenu, "hearing_reasons").actions()[0].trigger()
    bench.settle()
    muted = bench.page.findChild(MutedSpanPlayback)
    assert muted.playback is not None
    bench.page.workspace.presenter.hand_over(lambda lease, _annotation: Release(lease))
    bench.settle()
    assert muted.playback is None


@pytest.mark.parametrize("is_late", [False, True])
def test_a_muted_part_stops_when_its_page_is_hidden_and_what_was_heard_is_logged(
    bench: ClipPageBench, is_late: bool
) -> None:
    bench.open(FakeQa("turn left", redactions=(a_redaction(),)))
    bench.press(Qt.Key.Key_H, CTRL | SHIFT)
    bench.page.findChild(QMenu, "hearing_reasons").actions()[0].trigger()
    if not is_late:
        bench.settle()
        bench.player.listen(1000)
    bench.page.hide()
    bench.settle()
    assert bench.page.findChild(MutedSpanPlayback).playback is None
    assert not bench.player.is_playing
    assert bench.work.redactions.heard_ranges == ([] if is_late else [("r1", 0, 1000)])


@pytest.mark.parametrize("button", ["redaction_confirm", "redaction_reject"])
def test_a_muted_part_stops_when_it_is_decided(bench: ClipPageBench, button: str) -> None:
    bench.open(FakeQa("turn left", redactions=(a_redaction(),)))
    bench.press(Qt.Key.Key_H, CTRL | SHIFT)
    bench.page.findChild(QMenu, "hearing_reasons").actions()[0].trigger()
    bench.settle()
    bench.button(button).click()
    bench.settle()
    assert bench.page.findChild(MutedSpanPlayback).playback is None
