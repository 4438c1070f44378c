"""The settings page for the audio output."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.audio.io.port_audio import Outputs, list_outputs, output_with_id
from reviewer.errors import ReviewerError
from reviewer.ui.jobs import CancelToken, Jobs
from reviewer.ui.messages import Message
from reviewer.ui.playback.output_settings import DEVICE
from reviewer.ui.preferences import Preferences
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.widget_ids import named


def outputs_now() -> Outputs:
    """Every audio output, including those connected since the start."""
    return list_outputs(rescan_first=True)


def tone_on(output: str) -> str:
    """Plays a test tone on the stored output; returns the name of the output used."""
    from reviewer.audio.io.sound_card import SoundCard  # noqa: PLC0415 - only once sound is wanted
    from reviewer.audio.play.tone import play_tone  # noqa: PLC0415

    return play_tone(SoundCard(output_with_id(output)))


class SoundPage(QWidget):
    """Lists the outputs on the job pool; a choice takes effect at once, and is kept while the device is
    away."""

    def __init__(
        self,
        preferences: Preferences,
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        outputs: Callable[[], Outputs] = outputs_now,
        tone: Callable[[str], str] = tone_on,
    ) -> None:
        super().__init__(parent)
        named(self, "sound_page", self.tr("Sound")).setToolTip("")
        self._preferences = preferences
        self._jobs = jobs
        self._outputs = outputs
        self._tone = tone
        self._texts: list[str] = []
        self._device = named(QComboBox(self), "sound_device", self.tr("Output"))
        self._refresh = named(
            QPushButton(self.tr("Refresh"), self), "sound_refresh", self.tr("Refresh the list of outputs")
        )
        self._test = named(QPushButton(self.tr("Test tone"), self), "sound_test", self.tr("Play a test tone"))
        self._message = InlineMessage("sound_message", parent=self)
        self._lay_out()
        self._show_outputs(Outputs("", ()))
        self._device.currentIndexChanged.connect(self._on_chosen)
        self._refresh.clicked.connect(self.look)
        self._test.clicked.connect(self.play_tone)
        self.look()

    @Slot()
    def look(self) -> None:
        """Lists the outputs again; PortAudio only sees new ones while no stream is open."""
        self._refresh.setEnabled(False)
        self._jobs.run(lambda _token: self._outputs(), self._on_listed, self._on_failed, owner=self)

    @Slot()
    def play_tone(self) -> None:
        """Plays a short tone on the chosen output."""
        chosen, tone = self._preferences.text(DEVICE), self._tone

        def work(_token: CancelToken) -> str:
            return tone(chosen)

        self._test.setEnabled(False)
        self._message.clear()
        self._jobs.run(work, self._on_heard, self._on_failed, owner=self)

    @Slot(int)
    def _on_chosen(self, place: int) -> None:
        self._message.clear()
        self._preferences.put(DEVICE, self._texts[place])

    def _on_listed(self, outputs: Outputs) -> None:
        self._refresh.setEnabled(True)
        self._show_outputs(outputs)

    def _on_heard(self, where: str) -> None:
        self._test.setEnabled(True)
        self._message.show_message(Message(self.tr("A test tone was played on: {0}").format(where)), "ok")

    def _on_failed(self, error: Exception) -> None:
        self._refresh.setEnabled(True)
        self._test.setEnabled(True)
        if not isinstance(error, ReviewerError):
            raise error
        self._message.show_error(error)

    def _show_outputs(self, outputs: Outputs) -> None:
        """The system default, each output, and the stored one even while it is not connected."""
        chosen = self._preferences.text(DEVICE)
        default = self.tr("System default")
        rows = [("", f"{default} ({outputs.default})" if outputs.default else default)]
        rows += [(output.id, f"{output.name} · {output.host}") for output in outputs.all]
        remembered = output_with_id(chosen)
        if remembered is not None and chosen not in [text for text, _ in rows]:
            away = self.tr("{0} · not connected, the default is used").format(remembered.name)
            rows.append((chosen, away))
        self._device.blockSignals(True)
        self._texts = [text for text, _ in rows]
        self._device.clear()
        self._device.addItems([words for _, words in rows])
        self._device.setCurrentIndex(self._texts.index(chosen) if chosen in self._texts else 0)
        self._device.blockSignals(False)

    def _lay_out(self) -> None:
        head = QLabel(self.tr("Output"), self)
        head.setProperty("kind", "heading")
        head.setBuddy(self._device)
        hint = QLabel(self.tr("The chosen output is used again whenever it is connected."), self)
        hint.setProperty("kind", "label")
        hint.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP_PX)
        buttons.addWidget(self._test)
        buttons.addWidget(self._refresh)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        for part in (head, self._device, hint):
            column.addWidget(part)
        column.addLayout(buttons)
        column.addWidget(self._message)
        column.addStretch()
