"""The settings page for foot pedals: status, actions of each pedal, recent presses."""

from collections import deque
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from reviewer.pedal.report import Pedal
from reviewer.pedal.status import PedalState, PedalStatus
from reviewer.ui.messages import Message
from reviewer.ui.pedal_bindings import act_of, acts, preference_of
from reviewer.ui.pedal_reader import PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.pedal_calibration import PedalCalibrationPanel
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.theme import GAP_PX, GROUP_PX, LABEL_PX, TEXT_PX, interface_font, tokens
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import named

_LAST_EVENTS = 4
_SHOWN_ITEMS = 14
_LEAST_LETTERS = 12
_STANDING_LINES = 4
_ROLES = {
    PedalState.READY: "ok",
    PedalState.FAULT: "error",
    PedalState.NOT_INSTALLED: "warn",
    PedalState.UNCALIBRATED: "warn",
    PedalState.TYPES_KEYS: "warn",
}
_SIZE = QSize(120, 72)
_CORNER_PX = 6.0
_SUNK_PX = 4.0
_LINE_PX = 18.0


class _CalmBox(QComboBox):
    """A combo box that ignores the wheel, which scrolls the page."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class PedalPage(QWidget):
    """Changes take effect at once. While this page is open, pedals are only shown and trigger nothing."""

    def __init__(self, preferences: Preferences, reader: PedalReader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "pedal_page", self.tr("Foot pedal")).setToolTip("")
        self._preferences = preferences
        self._titles = {
            Pedal.LEFT: self.tr("Left"),
            Pedal.MIDDLE: self.tr("Middle"),
            Pedal.RIGHT: self.tr("Right"),
        }
        self._acts = acts()
        self._last: deque[str] = deque(maxlen=_LAST_EVENTS)
        self.standing = InlineMessage("pedal_standing", lines=_STANDING_LINES, parent=self)
        self.lamps = {
            pedal: PedalIndicator(f"pedal_lamp_{pedal}", self._titles[pedal], self) for pedal in Pedal
        }
        self.choices = {pedal: self._choice(pedal) for pedal in Pedal}
        self.events = QLabel(self)
        self.events.setObjectName("pedal_events")
        self.teaching = PedalCalibrationPanel(preferences, reader, self)
        self._lay_out()
        tab_through(*self.choices.values(), self.teaching)
        reader.pressed.connect(self._on_pressed)
        reader.released.connect(self._on_released)
        reader.standing_changed.connect(self._on_standing_changed)
        preferences.changed.connect(self._on_preference_changed)
        self._on_standing_changed(reader.standing)
        self._show_events()

    @Slot(object)
    def _on_pressed(self, pedal: Pedal) -> None:
        self._show_event(pedal, self.tr("{0} pressed"), is_down=True)

    @Slot(object)
    def _on_released(self, pedal: Pedal) -> None:
        self._show_event(pedal, self.tr("{0} released"), is_down=False)

    @Slot(object)
    def _on_standing_changed(self, standing: PedalStatus) -> None:
        self.standing.show_message(self._sentence(standing), _ROLES.get(standing.state, "text"))

    @Slot(str)
    def _on_preference_changed(self, name: str) -> None:
        for pedal, box in self.choices.items():
            if name == preference_of(pedal):
                box.setCurrentIndex(self._place_of(pedal))

    def _sentence(self, standing: PedalStatus) -> Message:
        name = standing.name or self.tr("A foot pedal")
        back, play, forward = (shortcut(f"desk.{act}").shown for act in ("back", "play", "forward"))
        return {
            PedalState.OFF: Message(self.tr("Foot pedal support has not started yet.")),
            PedalState.NOT_INSTALLED: Message(
                self.tr("Foot pedals need an optional package that is not installed."),
                self.tr("Install it with: pip install 'reviewer[pedal]'. Everything else works without it."),
            ),
            PedalState.NONE: Message(
                self.tr("No foot pedal is connected."),
                self.tr(
                    "Connect one: it is found within two seconds. An unknown one can be calibrated below."
                ),
            ),
            PedalState.READY: Message(self.tr("{0} is connected.").format(name)),
            PedalState.UNCALIBRATED: Message(
                self.tr("{0} is connected but not calibrated.").format(name),
                self.tr("Calibrate it below: it takes three presses."),
            ),
            PedalState.TYPES_KEYS: Message(
                self.tr("{0} is connected. It types keys like a keyboard.").format(name),
                self.tr(
                    "It cannot play while held. With the manufacturer's program, make it type {0} to skip"
                    " back, {1} to play and {2} to skip forward: these shortcuts work while you type,"
                    " and insert nothing."
                ).format(back, play, forward),
            ),
            PedalState.CALIBRATING: Message(self.tr("{0} is being calibrated.").format(name)),
            PedalState.FAULT: Message(standing.sentence, standing.hint),
        }[standing.state]

    def _show_event(self, pedal: Pedal, words: str, *, is_down: bool) -> None:
        self.lamps[pedal].show_down(is_down=is_down)
        self._last.append(words.format(self._titles[pedal]))
        self._show_events()

    def _show_events(self) -> None:
        shown = " · ".join(self._last) or self.tr("Press a pedal to see it here.")
        self.events.setText(shown)

    def _choice(self, pedal: Pedal) -> QComboBox:
        spoken = self.tr("Action of the pedal: {0}").format(self._titles[pedal])
        box = named(_CalmBox(self), f"pedal_choice_{pedal}", spoken)
        for act in self._acts:
            box.addItem(act.sentence, act.name)
        box.setMaxVisibleItems(_SHOWN_ITEMS)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(_LEAST_LETTERS)
        box.setCurrentIndex(self._place_of(pedal))
        box.currentIndexChanged.connect(partial(self._on_chosen, pedal))
        return box

    def _on_chosen(self, pedal: Pedal, place: int) -> None:
        act = self._acts[place]
        if act.name != act_of(pedal, self._preferences):
            self._preferences.put(preference_of(pedal), act.name)

    def _place_of(self, pedal: Pedal) -> int:
        chosen = act_of(pedal, self._preferences)
        return next(place for place, act in enumerate(self._acts) if act.name == chosen)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(GAP_PX)
        for column, pedal in enumerate(Pedal):
            grid.addWidget(self.lamps[pedal], 0, column)
            grid.addWidget(self.choices[pedal], 1, column)
            grid.setColumnStretch(column, 1)
        how = QLabel(
            self.tr(
                "Actions that repeat while their key is held repeat while their pedal is held. Pedals work"
                " while a clip is open; when another program is in front, they only play and pause."
            ),
            self,
        )
        how.setProperty("kind", "label")
        how.setWordWrap(True)
        column_of_all = QVBoxLayout(self)
        column_of_all.setContentsMargins(0, 0, 0, 0)
        column_of_all.setSpacing(GROUP_PX)
        column_of_all.addWidget(self.standing)
        column_of_all.addLayout(grid)
        column_of_all.addWidget(self.events)
        column_of_all.addWidget(how)
        column_of_all.addWidget(self.teaching)
        column_of_all.addStretch(1)


class PedalIndicator(QWidget):
    """Shows whether a pedal is down in three ways: position, colour, and the word below its name."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, title).setToolTip("")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._title = title
        self._is_down = False
        self.show_down(is_down=False)

    @property
    def is_down(self) -> bool:
        return self._is_down

    def show_down(self, *, is_down: bool) -> None:
        """Shows the pedal down or up."""
        self._is_down = is_down
        self.setAccessibleDescription(self._word)
        self.update()

    @property
    def _word(self) -> str:
        return self.tr("down") if self._is_down else self.tr("up")

    def sizeHint(self) -> QSize:
        return _SIZE

    def minimumSizeHint(self) -> QSize:
        return _SIZE

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = tokens()
        whole = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.line), 1.0))
        painter.setBrush(QColor(colours.background))
        painter.drawRoundedRect(whole, _CORNER_PX, _CORNER_PX)
        lift = 0.0 if self._is_down else _SUNK_PX
        top = whole.adjusted(0, _SUNK_PX - lift, 0, -lift)
        painter.setPen(QPen(QColor(colours.accent if self._is_down else colours.dim), 1.0))
        painter.setBrush(QColor(colours.accent if self._is_down else colours.raised))
        painter.drawRoundedRect(top, _CORNER_PX, _CORNER_PX)
        painter.setPen(QColor(colours.on_accent if self._is_down else colours.text))
        middle = top.center() - QPointF(0, _LINE_PX)
        line = QRectF(top.left(), middle.y(), top.width(), _LINE_PX)
        painter.setFont(interface_font(TEXT_PX, bold=True))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self._title)
        painter.setFont(interface_font(LABEL_PX))
        painter.drawText(line.translated(0, _LINE_PX), Qt.AlignmentFlag.AlignCenter, self._word)
        painter.end()
