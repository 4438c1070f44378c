"""Work on speech that was not heard: the workspace says so, shows where, and removes it when it was heard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.model.project import ListeningRules
from reviewer.model.task import SkipReason, VerdictKind
from reviewer.session.coverage import Lack, Unheard
from reviewer.ui.qa.page import QaPage
from reviewer.ui.waveform.minimap import Minimap
from reviewer.ui.waveform.plot import WaveformPlot
from tests.benches.clip_page import CTRL, SHIFT, ClipPageBench
from tests.fakes.screen_reader import listening
from tests.fakes.work_session import FakeQa, typed

SPEECH = (Span(4_000, 12_000), Span(20_000, 28_000))


def ready(bench: ClipPageBench, **changes: object) -> None:
    """A clip with two passages of speech, typed and answered, nothing heard."""
    bench.open_role("desk", speech=SPEECH, **changes)
    bench.type("hello there")
    bench.answer()
    bench.field.setFocus()


def listen(bench: ClipPageBench, start: int, end: int) -> None:
    bench.workspace.playback.seek(start)
    bench.listen(end - start)


def marked(bench: ClipPageBench) -> tuple[Span, ...]:
    """The stretches that are marked on the waves."""
    return tuple(bench.workspace.view.waveform.unheard)


def test_unheard_speech_is_said_with_the_key_and_marked_and_the_cursor_stays(bench: ClipPageBench) -> None:
    ready(bench)
    bench.submit()
    assert bench.work.submitted == []
    assert bench.message == (
        "One thing is missing. 1.0 s of speech have not been played yet. Press Ctrl+F8 to play it."
    )
    assert marked(bench) == SPEECH
    assert QApplication.focusWidget() is bench.field


def test_a_screen_reader_finds_position_and_length_at_the_waveform(bench: ClipPageBench) -> None:
    bench.open_role("desk", speech=SPEECH)
    waves = bench.workspace.view.waveform.waves
    assert waves.accessibleDescription() == "00:00.000 / 00:02.000"
    bench.workspace.playback.seek(8_000)
    assert waves.accessibleDescription() == "00:00.500 / 00:02.000"


def test_strip_shows_what_was_heard_of_a_clip_that_comes_back(bench: ClipPageBench) -> None:
    bench.open_role("desk", speech=SPEECH, heard=(HeardRange(0, 12_000),))
    waves = bench.workspace.view.waveform.waves
    for part in (waves.findChild(Minimap), waves.findChild(WaveformPlot)):
        assert [tuple(part._heard.starts), tuple(part._heard.ends)] == [(0,), (12_000,)]


def test_a_screen_reader_says_what_is_missing_once_and_does_not_talk_over_the_clip(
    bench: ClipPageBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = listening(monkeypatch)
    ready(bench)
    assert [text for text, _ in reader.said] == [
        "New clip, English (United States), en-US, Translator, 2.0 s"
    ]
    bench.submit()
    said = bench.message
    listen(bench, 4_000, 8_000)
    assert bench.message != said, "it counts down"
    assert reader.said[1:] == [(said, True)]
    bench.submit()
    assert reader.said[2:] == [(bench.message, True)], "who asks again is answered again"


def test_what_is_heard_is_removed_piece_by_piece(bench: ClipPageBench) -> None:
    ready(bench)
    bench.submit()
    listen(bench, 4_000, 12_000)
    assert "0.5 s of speech" in bench.message
    assert marked(bench) == SPEECH[1:]
    listen(bench, 19_000, 29_000)
    assert bench.message == ""
    assert marked(bench) == ()
    bench.submit()
    assert len(bench.work.submitted) == 1


def test_only_the_speech_must_be_heard_and_not_again_what_was_heard_before(bench: ClipPageBench) -> None:
    ready(bench, heard=(HeardRange(0, 12_000),))
    assert bench.workspace.playback.coverage.percent == 50
    bench.workspace.playback.report_heard()
    bench.settle()
    assert bench.work.heard_ranges == []
    listen(bench, 20_000, 28_000)
    bench.submit()
    assert len(bench.work.submitted) == 1


def test_the_lead_may_ask_for_nothing(bench: ClipPageBench) -> None:
    bench.open_role("desk", take=False, speech=SPEECH)
    session = bench.session
    bench.close()
    session.work.listening_rules = ListeningRules(heard_percent=0)
    bench.open(session)
    bench.type("hello there")
    bench.answer()
    bench.submit()
    assert len(bench.work.submitted) == 1


def test_a_clip_answered_by_a_flag_asks_for_a_little_of_it_and_marks_nothing(bench: ClipPageBench) -> None:
    bench.open_role("desk", speech=SPEECH)
    bench.press(Qt.Key.Key_3, CTRL | SHIFT)
    bench.submit()
    assert bench.message == "One thing is missing. Play 2.0 s more of this clip first."
    assert marked(bench) == ()
    bench.hear()
    bench.submit()
    assert len(bench.work.submitted) == 1


def test_other_missing_things_come_first(bench: ClipPageBench) -> None:
    bench.open_role("desk", speech=SPEECH)
    bench.answer()
    bench.submit()
    assert bench.message.startswith("2 things are missing. Type what is said")
    assert QApplication.focusWidget() is bench.field


@pytest.mark.parametrize("act", ["submit", "skip"])
def test_a_refusal_by_the_log_is_shown_and_keeps_the_clip(bench: ClipPageBench, act: str) -> None:
    ready(bench)
    for span in SPEECH:
        listen(bench, span.start, span.end)
    bench.work.errors[act] = [Unheard(Lack(16_000, 16_000, SPEECH))]
    if act == "submit":
        bench.submit()
    else:
        bench.workspace.presenter.skip(SkipReason.DISTRESSING)
        bench.settle()
    assert bench.is_clip_shown
    assert bench.message.startswith("1.0 s")
    assert bench.field.text == "hello there"


# A verdict


def at_comparison(bench: ClipPageBench) -> QaPage:
    """A review at the comparison, nothing heard: one's own version was submitted before a lock."""
    session = FakeQa("turn left", speech=SPEECH, blind=typed("turn right"))
    session.work.listening_rules = ListeningRules(reason_seconds=1)
    bench.open(session)
    assert isinstance(bench.page, QaPage)
    assert bench.page.is_comparing
    return bench.page


def test_qa_cannot_accept_what_they_did_not_hear(bench: ClipPageBench) -> None:
    at_comparison(bench)
    bench.click("qa_accept")
    assert bench.work.verdicts == []
    assert bench.message == "1.0 s of speech have not been played yet. Press Ctrl+F8 to play it."
    assert marked(bench) == SPEECH
    assert bench.button("qa_accept").isEnabled()
    listen(bench, 0, 30_000)
    assert bench.message == ""
    assert marked(bench) == ()
    bench.click("qa_accept")
    assert bench.work.verdicts == [(VerdictKind.ACCEPTED, "")]


def test_qa_returns_work_after_a_little_of_it(bench: ClipPageBench) -> None:
    page = at_comparison(bench)
    page.comparison.comment.setText("Another clip's text.")
    bench.click("qa_return")
    assert bench.work.verdicts == []
    assert bench.message == ("Play 1.0 s more of this clip first. Any part of the clip counts, at any speed.")
    listen(bench, 0, 16_000)
    bench.click("qa_return")
    assert bench.work.verdicts == [(VerdictKind.RETURNED, "Another clip's text.")]
