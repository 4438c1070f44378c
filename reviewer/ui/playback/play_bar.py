"""The play bar below the waveform: transport, time, speed, segments, how much was heard."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QToolButton, QWidget

from reviewer.ui.icons import set_icon
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.playback.controller import PlaybackAction, PlaybackController
from reviewer.ui.playback.heard_label import HeardLabel
from reviewer.ui.playback.listening_preferences import ListeningPreferences
from reviewer.ui.playback.playback_message import PlaybackMessage
from reviewer.ui.playback.time_button import TimeButton
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.theme import GAP_PX, tabular
from reviewer.ui.widgets.widget_ids import enable, named, restyle, set_tooltip

HEIGHT_PX = 40
_GAPS = 6
_NORMAL_PERCENT = 100
_ICONS = {
    PlaybackAction.START: "back",
    PlaybackAction.BACK: "rewind",
    PlaybackAction.PLAY: "play",
    PlaybackAction.FORWARD: "fast_forward",
    PlaybackAction.AGAIN: "again",
    PlaybackAction.SLOWER: "slower",
    PlaybackAction.FASTER: "faster",
    PlaybackAction.LOOP: "loop",
    PlaybackAction.PREVIOUS_SEGMENT: "previous_segment",
    PlaybackAction.NEXT_SEGMENT: "next_segment",
    PlaybackAction.NEXT_UNHEARD: "unheard",
    PlaybackAction.IN_EDGE: "in_edge",
    PlaybackAction.OUT_EDGE: "out_edge",
    PlaybackAction.BACKSTEP: "backstep",
}
_TRANSPORT = (PlaybackAction.START, PlaybackAction.BACK, PlaybackAction.PLAY, PlaybackAction.FORWARD)
_SEGMENTS = (PlaybackAction.PREVIOUS_SEGMENT, PlaybackAction.NEXT_SEGMENT)


class PlayBar(QWidget):
    """Shows a playback and requests actions; ``scope`` selects the shortcuts it names.

    Where space is short, the least important buttons are hidden; their shortcuts still work.
    """

    action_requested = Signal(object)
    """Carries a PlaybackAction."""

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("play_bar")
        self.setAccessibleName(self.tr("Playing"))
        self.setFixedHeight(HEIGHT_PX)
        self._scope = scope
        self._said = ""
        self._is_other_speed = False
        self._drawn_as: tuple[bool, bool] | None = None
        self._buttons = {act: self._button(act, what) for act, what in _ICONS.items()}
        self._buttons[PlaybackAction.LOOP].setCheckable(True)
        self._time = TimeButton(self)
        self._speed = self._speed_button()
        self._heard = HeardLabel(self)
        self._line = PlaybackMessage(self)
        self._right: list[QWidget] = []
        self._row = QHBoxLayout(self)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._lay_out()
        self._enable(frames=0, has_segments=False)

    def follow(self, playback: PlaybackController) -> None:
        """Connects to a playback."""
        self.action_requested.connect(playback.perform)
        playback.position_changed.connect(self._on_position_changed)
        playback.state_changed.connect(self._on_state_changed)
        playback.coverage_changed.connect(self._on_coverage_changed)
        self._show_state(playback)

    def require_heard(self, share_percent: int) -> None:
        """Sets how much of the speech must be heard before the tick is shown."""
        self._heard.require(share_percent)

    def add_right(self, widget: QWidget) -> None:
        """Adds a widget at the right end."""
        self._row.addWidget(widget)
        self._right.append(widget)
        self._share_room()

    @Slot(int)
    def _on_position_changed(self, frame: int) -> None:
        playback = self.sender()
        if isinstance(playback, PlaybackController):
            self._time.show_position(frame, playback.frames, playback.rate_hz)
            if not playback.is_playing:
                self._time.describe()

    @Slot()
    def _on_state_changed(self) -> None:
        playback = self.sender()
        if isinstance(playback, PlaybackController):
            self._show_state(playback)

    @Slot()
    def _on_coverage_changed(self) -> None:
        playback = self.sender()
        if isinstance(playback, PlaybackController):
            self._heard.show_coverage(playback.coverage)

    def _show_state(self, playback: PlaybackController) -> None:
        play, loop = self._buttons[PlaybackAction.PLAY], self._buttons[PlaybackAction.LOOP]
        drawn_as = playback.is_playing, playback.is_looping
        if drawn_as != self._drawn_as:  # setting an icon repaints, even the same one
            self._drawn_as = drawn_as
            set_icon(play, "pause" if playback.is_playing else "play", size_px=20)
            play.setAccessibleName(self.tr("Pause") if playback.is_playing else self.tr("Play"))
            loop.setChecked(playback.is_looping)
            set_icon(loop, "loop", "accent" if playback.is_looping else "text")
        self._show_speed(playback.speed_percent)
        self._enable(frames=playback.frames, has_segments=playback.has_segments)
        self._show_preferences(playback.preferences)
        self._time.show_position(playback.position, playback.frames, playback.rate_hz)
        self._time.describe()
        self._heard.show_coverage(playback.coverage)
        if playback.is_all_heard_shown and not playback.problem:
            self._line.show_line(self.tr("All speech heard."), "ok")
        else:
            self._line.show_line(playback.problem, "warn")
        self._share_room()

    def _show_speed(self, percent: int) -> None:
        """A speed other than 1x stands out, and is shown however narrow the bar is."""
        text = f"{percent / 100:.2f}x"
        if text == self._speed.text():
            return
        self._is_other_speed = percent != _NORMAL_PERCENT
        self._speed.setText(text)
        self._speed.setAccessibleName(self.tr("Speed: {0}").format(text))
        self._speed.setProperty("kind", "other_speed" if self._is_other_speed else "")
        restyle(self._speed)

    def _enable(self, *, frames: int, has_segments: bool) -> None:
        for act, button in self._buttons.items():
            why = self.tr("No segments in this clip.") if frames else ""
            enable(button, frames > 0 and (has_segments or act not in _SEGMENTS), why)
        self._speed.setEnabled(frames > 0)
        self._time.setEnabled(frames > 0)

    def _show_preferences(self, preferences: ListeningPreferences) -> None:
        """Shows the step and the speed of slow replay on the buttons and in their tooltips."""
        step, percent = _seconds(preferences.step_ms), preferences.again_percent
        back = _seconds(preferences.backstep_ms, places=2)
        length = self.tr("{0} s").format(back) if preferences.backstep_ms else self.tr("off")
        said = {
            PlaybackAction.BACK: self.tr("Back {0} s").format(step),
            PlaybackAction.FORWARD: self.tr("Forward {0} s").format(step),
            PlaybackAction.AGAIN: self.tr("Replay the last {0} s at {1} %").format(step, percent),
            PlaybackAction.BACKSTEP: self.tr("Rewind on pause: {0}").format(length),
        }
        if str(said) == self._said:
            return
        self._said = str(said)
        self._buttons[PlaybackAction.BACKSTEP].setText(length)
        for act, sentence in said.items():
            self._buttons[act].setAccessibleName(sentence)
            set_tooltip(self._buttons[act], sentence, f"{self._scope}.{act}")

    def _button(self, act: PlaybackAction, what: str) -> QToolButton:
        row = shortcut(f"{self._scope}.{act}")
        button = named(QToolButton(self), f"play_{act}", row.sentence, shortcut_id=row.id)
        set_icon(button, what, size_px=20 if act is PlaybackAction.PLAY else 16)
        button.clicked.connect(partial(self._request, act))
        if act is PlaybackAction.BACKSTEP:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFont(tabular(button.font()))
            button.setFixedWidth(button.fontMetrics().horizontalAdvance("0.00 s") + 48)
        return button

    def _speed_button(self) -> QToolButton:
        button = named(
            QToolButton(self),
            "play_normal_speed",
            self.tr("Speed: {0}").format("1.00x"),
            hint=self.tr("Speed; click for normal speed"),
            shortcut_id=f"{self._scope}.{PlaybackAction.NORMAL_SPEED}",
        )
        button.setText("1.00x")
        button.setFont(tabular(button.font()))
        button.setFixedWidth(button.fontMetrics().horizontalAdvance("0.00x") + 24)
        button.clicked.connect(partial(self._request, PlaybackAction.NORMAL_SPEED))
        return button

    def _request(self, action: PlaybackAction, *_checked: bool) -> None:
        self.action_requested.emit(action)

    def _lay_out(self) -> None:
        row, buttons = self._row, self._buttons
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._always = [buttons[act] for act in _TRANSPORT]
        again = buttons[PlaybackAction.AGAIN]
        speeds = [buttons[PlaybackAction.SLOWER], self._speed, buttons[PlaybackAction.FASTER]]
        parts = [buttons[act] for act in (*_SEGMENTS, PlaybackAction.NEXT_UNHEARD, PlaybackAction.LOOP)]
        edges = [
            buttons[act] for act in (PlaybackAction.IN_EDGE, PlaybackAction.OUT_EDGE, PlaybackAction.BACKSTEP)
        ]
        self._by_weight = ([self._time], [again], [self._heard], self._right, speeds, parts, edges)
        for widgets in ([*self._always, again, self._time], parts, speeds, edges):
            for widget in widgets:
                row.addWidget(widget)
            row.addSpacing(GAP_PX)
        row.addWidget(self._line, 1)
        row.addSpacing(GAP_PX)
        row.addWidget(self._heard)
        row.addSpacing(GAP_PX)

    def _share_room(self) -> None:
        """Shows the widgets that fit beside the message, the most important first."""
        seen = [self._speed] if self._is_other_speed else []
        room = self.width() - _width([*self._always, *seen]) - _GAPS * GAP_PX - self._line.wanted_px
        if seen:
            self._speed.setVisible(True)
        for group in self._by_weight:
            widgets = [widget for widget in group if widget not in seen]
            room -= _width(widgets)
            for widget in widgets:
                if widget.isHidden() == (room >= 0):
                    widget.setVisible(room >= 0)

    def minimumSizeHint(self) -> QSize:
        """The width of what is always shown, so that the bar never widens its page."""
        return QSize(_width([*self._always, self._speed]), HEIGHT_PX)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a button's text has changed
            self._share_room()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._share_room()


def _width(widgets: Sequence[QWidget]) -> int:
    """Their total width side by side."""
    return sum(
        min(max(each.sizeHint().width(), each.minimumWidth()), each.maximumWidth()) for each in widgets
    )


def _seconds(milliseconds: int, places: int = 0) -> str:
    """``2`` or ``0.75``; with ``places``, always that many decimals."""
    return f"{milliseconds / 1000:.{places}f}" if places else f"{milliseconds / 1000:g}"
