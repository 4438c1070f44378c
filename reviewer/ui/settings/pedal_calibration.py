"""Calibrates a pedal that the program does not know, one press at a time."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.errors import Refused
from reviewer.pedal.calibration import Calibration
from reviewer.pedal.device import HidDevice
from reviewer.pedal.report import CalibratedPedal, Pedal
from reviewer.pedal.status import PedalState, PedalStatus, usb_numbers
from reviewer.ui.messages import Message, message_for
from reviewer.ui.pedal_reader import TAUGHT, PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.widget_ids import named


class PedalCalibrationPanel(QWidget):
    """Chooses a device and leads through its calibration, which is stored for this user on this machine."""

    def __init__(self, preferences: Preferences, reader: PedalReader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pedal_teaching")
        self._preferences, self._reader = preferences, reader
        self._others: tuple[HidDevice, ...] = ()
        self._pupil: HidDevice | None = None
        self._lesson = Calibration()
        self.devices = named(QComboBox(self), "pedal_device", self.tr("Device to calibrate"))
        self.teach = self._button(
            "pedal_teach", self.tr("Calibrate…"), self.tr("Calibrate the pedals of this device")
        )
        self.skip = self._button(
            "pedal_skip", self.tr("The device has no such pedal"), self.tr("Continue with the next pedal")
        )
        self.stop = self._button(
            "pedal_stop", self.tr("Stop"), self.tr("Cancel the calibration; nothing changes")
        )
        self.forget = self._button(
            "pedal_forget", self.tr("Delete"), self.tr("Delete the stored calibration")
        )
        for button in (self.skip, self.stop):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
        self.devices.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.devices.setPlaceholderText(self.tr("No device that can be calibrated is connected"))
        self.message = InlineMessage("pedal_lesson", lines=2, parent=self)
        self._lay_out()
        self._connect()
        self._show_standing(reader.standing)
        self._show_buttons()

    @Slot()
    def begin(self) -> None:
        """Starts a calibration of the chosen device."""
        place = self.devices.currentIndex()
        if not 0 <= place < len(self._others):
            return
        self._pupil, self._lesson = self._others[place], Calibration()
        self._reader.teach(self._pupil)
        self._ask()
        self._show_buttons()

    @Slot()
    def end(self) -> None:
        """Cancels a calibration."""
        if self._pupil is not None:
            self._dismiss()
            self.message.clear()

    @Slot()
    def _on_skip(self) -> None:
        self._go_on(self._lesson.skip_pedal())

    @Slot()
    def _on_forget(self) -> None:
        self._preferences.put(TAUGHT, "")
        self.message.show_message(Message(self.tr("The calibration was deleted.")), "ok")
        self._show_buttons()

    @Slot(object)
    def _on_heard(self, report: bytes) -> None:
        if self._pupil is not None:
            self._go_on(self._lesson.with_report(report))

    @Slot(object)
    def _on_standing_changed(self, standing: PedalStatus) -> None:
        self._show_standing(standing)

    def _go_on(self, lesson: Calibration) -> None:
        self._lesson = lesson
        if lesson.requested_pedal is None:
            self._learn()
        else:
            self._ask()

    def _learn(self) -> None:
        pupil = self._pupil
        self._dismiss()
        if pupil is None:
            return
        try:
            taught = CalibratedPedal(pupil.vendor, pupil.product, self._lesson.layout())
        except Refused as error:
            self.message.show_message(message_for(error), "warn")
            return
        self._preferences.put(TAUGHT, taught.line)
        sentence = self.tr("Calibrated: {0}. Try the pedals; they are shown above.")
        self.message.show_message(Message(sentence.format(_name(pupil))), "ok")
        self._show_buttons()

    def _dismiss(self) -> None:
        self._pupil = None
        self._reader.teach(None)
        self._show_buttons()

    def _ask(self) -> None:
        words = {
            Pedal.LEFT: self.tr("Press and release the left pedal."),
            Pedal.MIDDLE: self.tr("Press and release the middle pedal."),
            Pedal.RIGHT: self.tr("Press and release the right pedal."),
        }
        asked = self._lesson.requested_pedal
        if asked is not None:
            hint = self.tr("Release it now.") if self._lesson.is_held else ""
            self.message.show_message(Message(words[asked], hint))

    def _show_standing(self, standing: PedalStatus) -> None:
        if self._pupil is not None:
            if standing.state is PedalState.CALIBRATING:
                return
            self._dismiss()
            fault = Message(standing.sentence or self.tr("The device was disconnected."), standing.hint)
            self.message.show_message(fault, "warn")
        if standing.candidates != self._others:
            self._list(standing.candidates)
        self._show_buttons()

    def _list(self, others: tuple[HidDevice, ...]) -> None:
        """Lists the devices; keeps the chosen one, else chooses the first."""
        here = self.devices.currentIndex()
        chosen = self._others[here] if 0 <= here < len(self._others) else None
        self._others = others
        self.devices.clear()
        self.devices.addItems([f"{_name(one)}  ({usb_numbers(one)})" for one in others])
        self.devices.setCurrentIndex(others.index(chosen) if chosen in others else min(len(others), 1) - 1)

    def _show_buttons(self) -> None:
        is_teaching = self._pupil is not None
        self.devices.setEnabled(bool(self._others) and not is_teaching)
        self.teach.setEnabled(bool(self._others) and not is_teaching)
        for button in (self.skip, self.stop):
            button.setVisible(is_teaching)
        self.forget.setEnabled(bool(self._preferences.text(TAUGHT)) and not is_teaching)

    def _button(self, name: str, text: str, hint: str) -> QPushButton:
        button = named(QPushButton(text, self), name, text, hint=hint)
        button.setAutoDefault(False)
        return button

    def _connect(self) -> None:
        self.teach.clicked.connect(self.begin)
        self.stop.clicked.connect(self.end)
        self.skip.clicked.connect(self._on_skip)
        self.forget.clicked.connect(self._on_forget)
        self._reader.heard.connect(self._on_heard)
        self._reader.standing_changed.connect(self._on_standing_changed)

    def _lay_out(self) -> None:
        heading = QLabel(self.tr("Unknown pedal"), self)
        heading.setProperty("kind", "heading")
        why = QLabel(
            self.tr(
                "Choose the device, then press its pedals when asked. Keyboards and mice are never listed,"
                " and the program does not read them."
            ),
            self,
        )
        why.setProperty("kind", "label")
        why.setWordWrap(True)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(GAP_PX)
        first.addWidget(self.devices, 1)
        first.addWidget(self.teach)
        first.addWidget(self.forget)
        second.addWidget(self.message, 1)
        second.addWidget(self.skip)
        second.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addWidget(heading)
        column.addWidget(why)
        column.addLayout(first)
        column.addLayout(second)

    def hideEvent(self, event: QHideEvent) -> None:
        self.end()
        super().hideEvent(event)


def _name(device: HidDevice) -> str:
    return device.name or usb_numbers(device)
