"""The button on the play bar that shows the gain and opens the panel of the ears."""

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from reviewer.ui.assets import put_icon
from reviewer.ui.desk.ears_choice import EarsChoice
from reviewer.ui.desk.ears_panel import EarsPanel, decibels
from reviewer.ui.handles import named
from reviewer.ui.shortcuts import Scope, bind
from reviewer.ui.theme import GRID_PX, tabular
from reviewer.ui.waveform.lanes import channel_name

_ICON_PX = 36
_WIDEST_GAIN = "−20 dB"


class EarsButton(QToolButton):
    """An icon in the accent's colour while the level is on, the gain, and what is done to the channels.

    Whoever forgot that one channel is off must read it here, not look for the sound.
    """

    def __init__(self, choice: EarsChoice, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "ears_button", self.tr("Level, gain and channels"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFont(tabular(self.font()))
        self._choice = choice
        self.panel = EarsPanel(choice, scope, self)
        self.clicked.connect(self.open_panel)
        choice.changed.connect(self._show)
        self._show()

    @Slot()
    def open_panel(self) -> None:
        """Shows the panel above the button, its right edge under the button's."""
        self.panel.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width(), 0))
        place = corner - QPoint(self.panel.width(), self.panel.height() + GRID_PX)
        screen = self.screen().availableGeometry()
        self.panel.move(max(place.x(), screen.left()), max(place.y(), screen.top()))
        self.panel.show()

    @Slot()
    def _show(self) -> None:
        ears, channels = self._choice.ears, self._choice.channels
        put_icon(self, "ears", "accent" if ears.is_levelled else "text")
        gain, routes = decibels(ears.gain_db), []
        soloed = ears.soloed(channels)
        if soloed is not None:
            routes.append(self.tr("only {0}").format(channel_name(soloed, channels)))
        if ears.is_swapped:
            routes.append(self.tr("swapped"))
        if ears.is_mono:
            routes.append(self.tr("mono"))
        self.setText(", ".join([gain, *routes]))
        widest = max(self.fontMetrics().horizontalAdvance(text) for text in (_WIDEST_GAIN, self.text()))
        self.setFixedWidth(widest + _ICON_PX)
        facts = [self.tr("level on") if ears.is_levelled else self.tr("level off"), gain, *routes]
        self.setToolTip(self.tr("What you hear: {0}. Nothing of it is exported.").format(", ".join(facts)))
        self.setAccessibleName(self.tr("Level, gain and channels: {0}").format(", ".join(facts)))


def bind_ears(owner: QWidget, scope: Scope, choice: EarsChoice) -> None:
    """Makes the keys of level, gain and channels work while ``owner`` is shown."""
    for name, slot in (
        ("gain_down", choice.quieter),
        ("gain_zero", choice.no_gain),
        ("gain_up", choice.louder),
        ("level", choice.toggle_level),
        ("solo", choice.next_solo),
        ("swap", choice.toggle_swap),
        ("mono", choice.toggle_mono),
    ):
        bind(owner, f"{scope}.{name}", slot).setAutoRepeat(name in {"gain_down", "gain_up"})
