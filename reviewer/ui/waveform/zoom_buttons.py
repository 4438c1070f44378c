"""Buttons for what the wheel does."""

from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from reviewer.ui.icons import set_icon
from reviewer.ui.shortcuts import Scope, key
from reviewer.ui.waveform.view import WaveformView
from reviewer.ui.widgets.widget_ids import named


class ZoomButtons(QWidget):
    """Out, whole clip, in."""

    def __init__(self, view: WaveformView, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("zoom_buttons")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for name, slot in (
            ("zoom_out", view.zoom_out),
            ("zoom_whole", view.zoom_whole),
            ("zoom_in", view.zoom_in),
        ):
            line = key(f"{scope}.{name}")
            button = named(QToolButton(self), name, line.sentence, key_id=line.id)
            set_icon(button, name)
            button.clicked.connect(slot)
            row.addWidget(button)
