"""Where QA types what they hear, without seeing what was handed in."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.transcript.conventions import Conventions
from reviewer.ui.assets import put_icon
from reviewer.ui.handles import named
from reviewer.ui.shortcuts import bind
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.transcript.editor import TranscriptEditor
from reviewer.ui.transcript.palette import TagPalette


class BlindPanel(QWidget):
    """Editor at the left, tags and the one way on at the right."""

    hand_in_requested = Signal(str)
    """Carries the text."""

    def __init__(self, conventions: Conventions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("blind_panel")
        self.editor = TranscriptEditor(conventions, self)
        self.palette_of_tags = TagPalette(conventions, self)
        self.palette_of_tags.tag_requested.connect(self.editor.insert_tag)
        self.hand_in = named(
            QPushButton(self.tr("Hand in my version"), self),
            "qa_hand_in",
            self.tr("Hand in my version: it is kept for good, then you see theirs"),
            key_id="qa.hand_in",
            kind="primary",
        )
        put_icon(self.hand_in, "accept", "on_accent")
        self.hand_in.clicked.connect(self._on_hand_in)
        bind(self.hand_in, "qa.hand_in", self.hand_in.click)
        bind(self, "qa.problem", self.editor.next_problem)
        note = QLabel(
            self.tr("Once handed in, your version is kept as it is; then you see theirs."),
            self,
        )
        note.setProperty("kind", "label")
        note.setWordWrap(True)
        side = QVBoxLayout()
        side.setSpacing(GAP_PX)
        side.addWidget(self.palette_of_tags)
        side.addStretch()
        side.addWidget(note)
        side.addWidget(self.hand_in)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GROUP_PX)
        row.addWidget(self.editor, 5)
        row.addLayout(side, 4)

    def start(self, text: str = "") -> None:
        """The page for the next clip: empty, or with what was typed of it before."""
        self.editor.show_text(text)
        self.set_busy(busy=False)
        self.editor.setFocus()

    def set_busy(self, *, busy: bool) -> None:
        """While a version is handed in nothing can be typed."""
        self.editor.set_read_only(busy)
        self.hand_in.setEnabled(not busy)

    @Slot()
    def _on_hand_in(self) -> None:
        self.set_busy(busy=True)
        self.hand_in_requested.emit(self.editor.text)
