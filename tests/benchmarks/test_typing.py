"""From a key in the transcript to all that it paints, on the real desk page, beside a bare text field.

Run: script/benchmark tests/benchmarks/test_typing.py; 600 segments of 30 minutes, and one of 20,000 words.
"""

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter, thread_time

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from reviewer.app.driver import AdvancingClock
from reviewer.clips.seal import SealContext, seal
from reviewer.model.annotation import Annotation, Segment
from reviewer.model.clip import ContentKind
from reviewer.model.task import Lease
from reviewer.session.drafts import Draft
from reviewer.transcript.document import Document
from reviewer.transcript.history import History
from reviewer.ui import theme
from reviewer.ui.clip.states import ClipState
from reviewer.ui.clip.workspace import ClipTools
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.jobs import Jobs
from reviewer.ui.preferences import Preferences
from reviewer.ui.transcript.text_edit import TextField
from reviewer.ui.waveform.segment_lane import SegmentLane
from tests.benchmarks.clips import RATE, pyramid_of, speechlike
from tests.benchmarks.quiet import wait_for_quiet
from tests.benchmarks.table import row
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import FakeDesk, FakeWork, an_open_clip

SECONDS = 1_800
SEGMENTS, WORDS_A_SEGMENT = 600, 12
WORDS, ONE_WRONG_IN = 20_000, 6
STEPS = 200
KEYS, KEY_MS = 60, 100
PAUSE_EVERY, PAUSE_MS = 10, 400
SEGMENTS_MS, LONG_MS, STOP_MS = 16.0, 33.0, 33.0
PASTE_MS = 1_000.0
WAIT_SECONDS = 5.0
SIZE = (1280, 800)
_TYPED = "and then we go on "
_WORDS = ["the", "be", "to", "of", "and", "in", "that", "have", "it", "for", "not", "on", "with", "he", "as", "you", "do", "at", "this", "but", "his", "by", "from", "they", "we", "say", "her", "she", "or", "an", "will", "my", "one", "all", "would", "there", "their", "what", "so", "up", "out", "if", "about", "who", "get", "which", "go", "me", "when", "make", "can", "like", "time", "no", "just", "him", "know", "take", "people", "into", "year", "your", "good", "some", "could", "them", "see", "other", "than", "then", "now", "look", "only", "come", "over", "think", "also", "back", "after", "use", "two", "how", "our", "work", "first", "well", "way", "even", "new", "want", "because"]
_WRONG = ("1984", "qwick", "[lauhg]", "50%", "umm", "recieve")
_KEY = bytes(32)


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of each key, by the clock and of processor time, and of the longest stop."""

    keys: list[tuple[float, float]]
    stop: tuple[float, float] = (0.0, 0.0)

    def told(self) -> str:
        clock, processor = ([key[part] for key in self.keys] for part in (0, 1))
        return (
            f"p50 {statistics.median(clock):.1f} ms, p99 {self.p99:.1f} ms, most {max(clock):.1f} ms "
            f"(of processor time p50 {statistics.median(processor):.1f}, most {max(processor):.1f})"
        )

    @property
    def p50(self) -> float:
        return statistics.median(key[0] for key in self.keys)

    @property
    def p99(self) -> float:
        return statistics.quantiles((key[0] for key in self.keys), n=100, method="inclusive")[-1]


class SealingWork(FakeWork):
    """Seals drafts, as the session does, for what it costs."""

    def save_draft(self, lease: Lease, work: History | Annotation, revision: int) -> datetime:
        assert isinstance(work, History)
        context = SealContext("w1", lease.clip_id, ContentKind.DRAFT, lease.task_id)
        seal(_KEY, context, Draft(work, 0).to_bytes())
        return super().save_draft(lease, work, revision)


class Painted(QObject):
    """Which of the watched widgets were painted since ``clear``."""

    def __init__(self, *watched: QWidget) -> None:
        super().__init__()
        self.watched = {id(widget) for widget in watched}
        self.seen: set[int] = set()
        for widget in watched:
            widget.installEventFilter(self)

    def wait(self) -> None:
        latest = perf_counter() + WAIT_SECONDS
        while self.seen != self.watched and perf_counter() < latest:
            QCoreApplication.processEvents()
        QCoreApplication.processEvents()
        assert self.seen == self.watched

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.seen.add(id(watched))
        return False


class Stops(QObject):
    """The longest time for which the event loop did not turn."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = self.busiest = 0.0
        self._last, self._spent = perf_counter(), thread_time()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)
        self._timer.start(1)

    def _turn(self) -> None:
        now, spent = perf_counter(), thread_time()
        self.longest = max(self.longest, (now - self._last) * 1000)
        self.busiest = max(self.busiest, (spent - self._spent) * 1000)
        self._last, self._spent = now, spent

    def end(self) -> tuple[float, float]:
        self._turn()
        self._timer.stop()
        return self.longest, self.busiest


def words(count: int, seed: int = 1) -> str:
    """So many words; one in six breaks the conventions or is misspelt."""
    random = np.random.default_rng(seed)
    chosen = [_WORDS[place] for place in random.integers(len(_WORDS), size=count)]
    chosen[ONE_WRONG_IN - 1 :: ONE_WRONG_IN] = (
        _WRONG[place] for place in random.integers(len(_WRONG), size=count // ONE_WRONG_IN)
    )
    return " ".join(chosen)


def segmented() -> Annotation:
    each = SECONDS * RATE // SEGMENTS
    return Annotation(
        tuple(
            Segment(f"s{n}", n * each, (n + 1) * each, words(WORDS_A_SEGMENT, n), f"S{n % 2 + 1}")
            for n in range(SEGMENTS)
        )
    )


def with_history(annotation: Annotation) -> History:
    """After as many steps of typing as are kept; the cursor is in the middle."""
    document = Document.of(annotation, SECONDS * RATE)
    document = document.at(document.segments[len(document.segments) // 2].id)
    text = document.current.text
    middle = text.rfind(" ", 0, len(text) // 2) + 1
    for step in range(STEPS):
        added = "word " * (step % 3 + 1)
        document = document.typed(text[:middle] + added + text[middle:], middle + len(added), begins_step=True)
    return document.history


@pytest.fixture
def page_with(qapp: QApplication, qtbot: QtBot) -> Iterator[Callable[[Annotation], DeskPage]]:
    theme.apply(qapp, theme.Scheme.DARK)
    jobs = Jobs()
    made: list[DeskPage] = []

    def make(annotation: Annotation) -> DeskPage:
        sound = np.tile(speechlike(600), (SECONDS // 600, 1))
        history = with_history(annotation) if annotation.segments else None
        clip = an_open_clip(
            data=sound,
            peaks=pyramid_of(SECONDS),
            draft=history.present.annotation if history else None,
            draft_history=history,
        )
        desk = FakeDesk(clip)
        desk.work = SealingWork(clip)
        page = DeskPage(desk, ClipTools(FakePlayer, jobs, Preferences(), AdvancingClock()))
        made.append(page)
        qtbot.addWidget(page)
        page.resize(*SIZE)
        page.show()
        page.enter()
        qtbot.waitUntil(lambda: page.workspace.presenter.state is ClipState.IDLE)
        page.workspace.presenter.take_next()
        qtbot.waitUntil(lambda: page.workspace.playback.frames > 0, timeout=60_000)
        field = page.findChild(TextField)
        page.activateWindow()
        field.setFocus()
        qtbot.waitUntil(lambda: field.hasFocus())
        qtbot.wait(3_000)  # the first checks, and the picture of the sound
        return page

    yield make
    for page in made:
        page.close_down()
    jobs.close()


def type_into(field: QWidget, painted: Painted) -> Timed:
    """Types at the pace of a fast typist, with pauses."""
    wait_for_quiet(WAIT_SECONDS)
    keys = []
    for number in range(KEYS):
        painted.seen.clear()
        begun, spent = perf_counter(), thread_time()
        QTest.keyClicks(field, _TYPED[number % len(_TYPED)])
        painted.wait()
        keys.append(((perf_counter() - begun) * 1000, (thread_time() - spent) * 1000))
        QTest.qWait(PAUSE_MS if number % PAUSE_EVERY == PAUSE_EVERY - 1 else KEY_MS)
    return Timed(keys)


def stop_while_typing(field: QWidget) -> tuple[float, float]:
    """The longest stop in a second at ten keys a second, and in the two after it."""
    wait_for_quiet(WAIT_SECONDS)
    stops = Stops()
    for number in range(10):
        QTest.keyClicks(field, _TYPED[number % len(_TYPED)])
        QTest.qWait(KEY_MS)
    QTest.qWait(2_000)
    return stops.end()


def floor_for(qtbot: QtBot, field: TextField) -> Timed:
    """A bare field of the same size and font with the same paragraphs, at the same place."""
    bare = QTextEdit()
    qtbot.addWidget(bare)
    bare.setUndoRedoEnabled(False)
    bare.setFont(field.font())
    bare.resize(field.size())
    bare.setPlainText(field.toPlainText())
    bare.show()
    cursor = bare.textCursor()
    cursor.setPosition(field.textCursor().position())
    bare.setTextCursor(cursor)
    bare.setFocus()
    qtbot.wait(300)
    return type_into(bare, Painted(bare.viewport()))


def watched(page: DeskPage) -> Painted:
    panel = page.workspace.view.transcription
    parts = [panel.findChild(TextField).viewport()]
    if panel.document.is_segmented:
        parts += [panel.segments.table.viewport(), page.findChild(SegmentLane)]
    return Painted(*parts)


def measure(page: DeskPage, qtbot: QtBot, name: str, most_ms: float) -> None:
    field = page.findChild(TextField)
    keys, floor = type_into(field, watched(page)), floor_for(qtbot, field)
    field.setFocus()
    ratio = f"{keys.p50 / floor.p50:.1f} x a bare field's p50 {floor.p50:.1f} ms (p99 {floor.p99:.1f} ms)"
    row(f"key to painted, {name}", f"{keys.told()}, {ratio}", f"<= {most_ms:.0f} ms (p99)", keys.p99 <= most_ms)
    stop, busy = stop_while_typing(field)
    told = f"{stop:.1f} ms (of processor time {busy:.1f})"
    row(f"longest stop of a second of typing and two after it, {name}", told, f"<= {STOP_MS:.0f} ms", stop <= STOP_MS)


def show_missing(page: DeskPage, qtbot: QtBot) -> None:
    page.submit()
    assert page.workspace.view.has_issues_shown
    field = page.findChild(TextField)
    cursor = field.textCursor()
    cursor.clearSelection()
    field.setTextCursor(cursor)
    field.setFocus()
    qtbot.wait(1_000)


def test_in_a_document_of_600_segments(page_with: Callable[[Annotation], DeskPage], qtbot: QtBot) -> None:
    page = page_with(segmented())
    assert len(page.workspace.view.transcription.document.segments) == SEGMENTS
    measure(page, qtbot, "600 segments", SEGMENTS_MS)
    show_missing(page, qtbot)
    measure(page, qtbot, "600 segments, what is missing is shown", SEGMENTS_MS)


def test_in_one_segment_of_20000_words(page_with: Callable[[Annotation], DeskPage], qtbot: QtBot) -> None:
    page = page_with(Annotation.of_text(words(WORDS), SECONDS * RATE))
    panel = page.workspace.view.transcription
    assert len(panel.editor.problems) >= 3_000
    measure(page, qtbot, "20,000 words", LONG_MS)
    show_missing(page, qtbot)
    measure(page, qtbot, "20,000 words, what is missing is shown", LONG_MS)


def test_pasting_20000_words(page_with: Callable[[Annotation], DeskPage], qtbot: QtBot) -> None:
    page = page_with(Annotation())
    field, mime = page.findChild(TextField), QMimeData()
    mime.setText(words(WORDS))
    painted = watched(page)
    stops = Stops()
    begun = perf_counter()
    field.insertFromMimeData(mime)
    painted.wait()
    took = (perf_counter() - begun) * 1000
    assert len(field.text.split()) == WORDS
    row("pasting 20,000 words, to painted", f"{took:.0f} ms", f"<= {PASTE_MS:.0f} ms", took <= PASTE_MS)
    qtbot.wait(4_000)
    stop, busy = stops.end()
    told = f"{stop:.0f} ms (of processor time {busy:.0f})"
    row("longest stop with the checks after it", told, f"<= {PASTE_MS:.0f} ms", stop <= PASTE_MS)
