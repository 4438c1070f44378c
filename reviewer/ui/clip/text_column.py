"""The column of the text: notice, drafts, segments, text, doubtful words and tags, one below the other."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from reviewer.ui.clip.clip_notice import ClipNotice
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.transcript.doubtful_words_bar import DoubtfulWordsBar
from reviewer.ui.transcript.editor import TranscriptEditor
from reviewer.ui.transcript.hypotheses_panel import HypothesesPanel
from reviewer.ui.transcript.segment_panel import SegmentPanel
from reviewer.ui.transcript.tag_palette import TagPalette

_TAGS_BESIDE_PX = 480


@dataclass(frozen=True, slots=True)
class ColumnParts:
    """What stands in the column, from above."""

    notice: ClipNotice
    drafts: HypothesesPanel
    segments: SegmentPanel
    editor: TranscriptEditor
    doubts: DoubtfulWordsBar
    tags: TagPalette


class TextColumn(QVBoxLayout):
    """Lays out the parts; what is left is shared by the text and the table of segments."""

    def __init__(self, parts: ColumnParts) -> None:
        super().__init__()
        self._tags = parts.tags
        self._text_row, self._below = QHBoxLayout(), QVBoxLayout()
        self._text_row.setSpacing(GROUP_PX)
        self._text_row.addWidget(parts.editor, 1)
        self._below.addWidget(parts.tags)
        above = QVBoxLayout()
        above.setSpacing(GAP_PX)
        above.addWidget(parts.notice)
        above.addWidget(parts.drafts)
        above.addWidget(parts.segments, 3)
        above.addLayout(self._text_row, 2)
        above.addWidget(parts.doubts)
        self.setSpacing(0)  # without tags there is no gap either
        self.addLayout(above, 1)
        self.addLayout(self._below)

    def place_tags(self, *, is_beside: bool) -> None:
        """Places the tags beside the text, where its lines would be too long to read, or below it."""
        home, other = (self._text_row, self._below) if is_beside else (self._below, self._text_row)
        if home.indexOf(self._tags) < 0:
            other.removeWidget(self._tags)
            home.addWidget(self._tags)
            if is_beside:
                home.setAlignment(self._tags, Qt.AlignmentFlag.AlignTop)
        self._tags.set_beside(_TAGS_BESIDE_PX if is_beside else 0)
