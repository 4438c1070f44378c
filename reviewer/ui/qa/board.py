"""A check in hand: the clip above, one's own version or both versions below."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from reviewer.desk.coverage import Lack
from reviewer.labels.schema import Schema
from reviewer.transcript.conventions import Conventions
from reviewer.ui.inline import InlineMessage
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message
from reviewer.ui.playback.play_bar import PlayBar
from reviewer.ui.qa.blind_panel import BlindPanel
from reviewer.ui.qa.comparison_panel import ComparePanel
from reviewer.ui.shortcuts import Scope, key
from reviewer.ui.theme import EDGE_PX, GAP_PX
from reviewer.ui.waveform.room import room_for
from reviewer.ui.waveform.spectrogram import Spectrogram
from reviewer.ui.waveform.spectrogram_bar import SpectrogramBar, SpectrogramSwitch
from reviewer.ui.waveform.view import WaveformView
from reviewer.ui.waveform.zoom_buttons import ZoomButtons

if TYPE_CHECKING:
    from reviewer.audio.samples import Sound
    from reviewer.audio.view.peaks import PeakPyramid
    from reviewer.qa.session import Comparison


class CheckBoard(QWidget):
    """Waves and play bar stay where they are while the lower half changes."""

    unheard_changed = Signal(object)
    """Carries the Spans of speech that are still to be heard before a verdict."""

    def __init__(
        self, schema: Schema, conventions: Conventions, jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("check_board")
        self.waves = WaveformView(self)
        self.spectrogram = Spectrogram(jobs, self.waves)
        self.spectrogram.look_changed.connect(self._share_room)
        self.waves.put_under(self.spectrogram)
        self.play_bar = PlayBar(Scope.QA, self)
        SpectrogramBar(self.spectrogram, Scope.QA)
        self.play_bar.add_right(SpectrogramSwitch(self.spectrogram, Scope.QA, self.play_bar))
        self.play_bar.add_right(ZoomButtons(self.waves, Scope.QA, self))
        self.message = InlineMessage("qa_message", lines=2, parent=self)
        self.blind = BlindPanel(conventions, self)
        self.compare = ComparePanel(schema, self)
        self._stages = QStackedWidget(self)
        self._stages.addWidget(self.blind)
        self._stages.addWidget(self.compare)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, GAP_PX, EDGE_PX, GAP_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self.message)
        column.addWidget(self.waves)
        column.addWidget(self.play_bar)
        column.addWidget(self._stages, 1)

    @property
    def is_blind(self) -> bool:
        """Whether one's own version is still to be typed."""
        return self._stages.currentWidget() is self.blind

    def show_clip(self, samples: "Sound", pyramid: "PeakPyramid", typed: str = "") -> None:
        """A clip to be typed blind, with what was ``typed`` of it before."""
        self.waves.show_clip(samples, pyramid)
        self._stages.setCurrentWidget(self.blind)
        self.blind.start(typed)

    def show_comparison(self, comparison: "Comparison") -> None:
        """Both versions of the same clip."""
        self._stages.setCurrentWidget(self.compare)
        self.compare.show_comparison(comparison)

    @Slot()
    def _share_room(self) -> None:
        """Waves take a share of the height, and do not move when the lower half changes."""
        waves, spectrum = room_for(self.height(), has_spectrogram=self.spectrogram.look.is_on)
        self.spectrogram.setFixedHeight(spectrum)
        self.waves.setFixedHeight(waves + spectrum)

    def show_unheard(self, lack: Lack | None) -> None:
        """Says how much is still to be heard before a verdict, and tells where; nothing for None."""
        if lack is not None:
            next_part = self.tr("{0} plays the next of it.").format(key("qa.next_unheard").shown)
            hint = next_part if lack.spans else self.tr("Any part of the clip counts, at any speed.")
            self.message.show_message(Message(lack.sentence, hint), "warn")
        self.unheard_changed.emit(lack.spans if lack is not None else ())

    def set_busy(self, *, busy: bool) -> None:
        self.blind.set_busy(busy=busy)
        self.compare.set_busy(busy=busy)

    def clear(self) -> None:
        """Leaves nothing of the last clip."""
        self.waves.show_nothing()
        self.blind.editor.show_text("")
        self.compare.clear()
        self.message.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()
