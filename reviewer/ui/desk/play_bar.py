"""The line under the waves: transport, time, speed, how much was heard."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QToolButton, QWidget

from reviewer.ui.assets import put_icon
from reviewer.ui.desk.playback import Act, Playback
from reviewer.ui.handles import named
from reviewer.ui.shortcuts import Scope, key
from reviewer.ui.theme import GAP_PX, GRID_PX, tabular, time_font
from reviewer.ui.transcript.elided import ElidedLabel
from reviewer.ui.waveform.ticks import clip_time

HEIGHT_PX = 40
_ICONS = {
    Act.START: "back",
    Act.BACK: "rewind",
    Act.PLAY: "play",
    Act.FORWARD: "fast_forward",
    Act.AGAIN: "again",
    Act.SLOWER: "slower",
    Act.FASTER: "faster",
    Act.LOOP: "loop",
    Act.IN_EDGE: "in_edge",
    Act.OUT_EDGE: "out_edge",
    Act.BACKSTEP: "backstep",
}


class PlayBar(QWidget):
    """Values in through ``show_state`` and ``show_position``, acts out; ``scope`` picks the keys it names."""

    act_requested = Signal(object)
    """Carries an Act."""

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("play_bar")
        self.setAccessibleName(self.tr("Playing"))
        self.setFixedHeight(HEIGHT_PX)
        self._scope = scope
        self._frames = -1
        self._rate_hz = 1
        self._buttons = {act: self._button(act, what) for act, what in _ICONS.items()}
        self._time = named(QLabel(self), "play_time", self.tr("Position and length"))
        self._time.setFont(time_font())
        self._speed = named(
            QToolButton(self),
            "play_normal_speed",
            self.tr("Speed"),
            hint=self.tr("Speed; click for normal speed"),
            key_id=f"{scope}.{Act.NORMAL_SPEED}",
        )
        self._speed.setFont(tabular(self._speed.font()))
        self._speed.setFixedWidth(self._speed.fontMetrics().horizontalAdvance("0.00x") + 24)
        self._speed.clicked.connect(partial(self._ask_for, Act.NORMAL_SPEED))
        self._buttons[Act.LOOP].setCheckable(True)
        self._show_backstep(0)
        self._heard = named(QLabel(self), "play_heard", self.tr("How much of the clip was heard"))
        self._heard.setFont(tabular(self._heard.font()))
        self._heard.setProperty("kind", "label")
        self._problem = ElidedLabel("play_problem", self.tr("Why there is no sound"), self)
        self._problem.setProperty("kind", "warn")
        self._edges = self._room_for_edges()
        self._row = QHBoxLayout(self)
        self._lay_out()
        self.show_state(is_playing=False, speed_percent=100, problem="", heard_percent=0)
        self.show_position(0, 0, 1)

    def follow(self, playback: Playback) -> None:
        """Shows a playback from now on, and sends it what is asked for."""
        self.act_requested.connect(playback.do)
        playback.position_changed.connect(self._on_position_changed)
        playback.state_changed.connect(self._on_state_changed)
        playback.strip_changed.connect(self._on_state_changed)

    def add_right(self, widget: QWidget) -> None:
        """Puts the buttons of another part at the right end."""
        self._row.addWidget(widget)

    def show_position(self, frame: int, frames: int, rate_hz: int) -> None:
        now, whole = clip_time(frame, rate_hz), clip_time(frames, rate_hz)
        self._time.setText(f"{now} / {whole}")
        if (frames, rate_hz) != (self._frames, self._rate_hz):
            self._frames, self._rate_hz = frames, rate_hz
            for widget in (*self._buttons.values(), self._speed):
                widget.setEnabled(frames > 0)

    def show_state(self, *, is_playing: bool, speed_percent: int, problem: str, heard_percent: int) -> None:
        play = self._buttons[Act.PLAY]
        put_icon(play, "pause" if is_playing else "play", size_px=20)
        play.setAccessibleName(self.tr("Pause") if is_playing else self.tr("Play"))
        self._speed.setText(f"{speed_percent / 100:.2f}x")
        self._heard.setText(self.tr("heard %s %%") % heard_percent)
        if problem != self._problem.text():
            self._problem.show_text(problem)

    @Slot(int)
    def _on_position_changed(self, frame: int) -> None:
        playback = self.sender()
        if isinstance(playback, Playback):
            self.show_position(frame, playback.frames, playback.rate_hz)

    @Slot()
    def _on_state_changed(self) -> None:
        playback = self.sender()
        if isinstance(playback, Playback):
            self.show_state(
                is_playing=playback.is_playing,
                speed_percent=playback.speed_percent,
                problem=playback.problem,
                heard_percent=playback.heard_percent,
            )
            self._show_loop(is_on=playback.is_looping)
            self._show_backstep(playback.backstep_ms)

    def _show_loop(self, *, is_on: bool) -> None:
        self._buttons[Act.LOOP].setChecked(is_on)
        put_icon(self._buttons[Act.LOOP], "loop", "accent" if is_on else "text")

    def _show_backstep(self, milliseconds: int) -> None:
        """Says on the button how far a pause goes back."""
        button = self._buttons[Act.BACKSTEP]
        length = self.tr("{0} s").format(f"{milliseconds / 1000:.2f}") if milliseconds else self.tr("off")
        button.setText(length)
        button.setAccessibleName(self.tr("A pause goes back: {0}").format(length))

    def _button(self, act: Act, what: str) -> QToolButton:
        row = key(f"{self._scope}.{act}")
        button = named(QToolButton(self), f"play_{act}", row.sentence, key_id=row.id)
        put_icon(button, what, size_px=20 if act is Act.PLAY else 16)
        button.clicked.connect(partial(self._ask_for, act))
        if act is Act.BACKSTEP:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFont(tabular(button.font()))
            button.setFixedWidth(button.fontMetrics().horizontalAdvance("0.00 s") + 48)
        return button

    def _ask_for(self, act: Act, *_checked: bool) -> None:
        self.act_requested.emit(act)

    def _room_for_edges(self) -> QWidget:
        """What is left to its keys where the window is narrow; so it asks for no room."""
        room = QWidget(self)
        room.setObjectName("play_edges")
        room.setMinimumWidth(1)
        row = QHBoxLayout(room)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        for act in (Act.IN_EDGE, Act.OUT_EDGE, Act.BACKSTEP):
            row.addWidget(self._buttons[act])
        return room

    def _lay_out(self) -> None:
        row = self._row
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        for act in (Act.START, Act.BACK, Act.PLAY, Act.FORWARD, Act.AGAIN):
            row.addWidget(self._buttons[act])
        row.addSpacing(GAP_PX)
        row.addWidget(self._time)
        row.addSpacing(GAP_PX)
        row.addWidget(self._buttons[Act.SLOWER])
        row.addWidget(self._speed)
        row.addWidget(self._buttons[Act.FASTER])
        row.addSpacing(GAP_PX)
        row.addWidget(self._buttons[Act.LOOP])
        row.addWidget(self._edges)
        row.addSpacing(GAP_PX)
        row.addWidget(self._heard)
        row.addSpacing(GAP_PX)
        row.addWidget(self._problem, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self._row.minimumSize().width() + self._edges.sizeHint().width()
        self._edges.setVisible(self.width() >= needed)
