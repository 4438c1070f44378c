"""Room for a table of segments and the text below it: tags, drafts and training text give way to them."""

from PySide6.QtCore import QEvent, QObject, Slot

from reviewer.ui.theme import TRANSCRIPT_PX
from reviewer.ui.transcript.editor import TranscriptEditor
from reviewer.ui.transcript.hypotheses_panel import HypothesesPanel
from reviewer.ui.transcript.hypothesis_text import MOST_LINES
from reviewer.ui.transcript.segment_table import SegmentTable
from reviewer.ui.transcript.tag_palette import TagPalette

_LOW_PX, _NO_TAGS_PX, _FEW_ROWS_PX = 860, 710, 500
"""Below these heights of the view, without what is open in it, the room of a table is taken from the tags'
meanings and the drafts, from the tags, and from the table itself."""
_DRAFTS_PX, _PX_PER_TEXT_PX = 92, 4


class SegmentRoom(QObject):
    """Knows what is open, and how high the view is; a clip without a table has everything as it was."""

    def __init__(
        self,
        table: SegmentTable,
        editor: TranscriptEditor,
        drafts: HypothesesPanel,
        tags: TagPalette,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._table, self._editor, self._drafts, self._tags = table, editor, drafts, tags
        self._height_px, self._text_px = 0, TRANSCRIPT_PX
        self._is_small = self._has_table = False
        drafts.folded_changed.connect(self._share)
        drafts.hypotheses_changed.connect(self._share)
        editor.find_bar.installEventFilter(self)

    def set_height(self, height_px: int, *, is_small: bool) -> None:
        """The height of the view without the spectrogram, and whether the tags' meanings have no room."""
        self._height_px, self._is_small = height_px, is_small
        self._share()

    def set_text_px(self, pixels: int) -> None:
        """Sets the size of the text; the table grows a little with it."""
        self._text_px = pixels
        self._editor.set_text_px(pixels)
        self._table.set_text_px(pixels)
        self._share()

    def show_table(self, *, is_shown: bool) -> None:
        """Whether the clip has a table of segments."""
        if is_shown != self._has_table:
            self._has_table = is_shown
            self._share()

    @Slot()
    def _share(self) -> None:
        left, has_table = self._left(), self._has_table
        is_low = has_table and left < _LOW_PX
        self._drafts.set_most_lines(2 if is_low else MOST_LINES)
        self._tags.set_compact(is_compact=self._is_small or is_low)
        self._tags.set_room(is_there=not has_table or left >= _NO_TAGS_PX)
        self._table.set_least_rows(4 if left >= _FEW_ROWS_PX else 2)
        self._editor.set_least_lines(2 if has_table else 1)
        self._editor.set_low(is_low=is_low)

    def _left(self) -> int:
        find_bar, drafts = self._editor.find_bar, self._drafts
        left = self._height_px - _PX_PER_TEXT_PX * max(self._text_px - TRANSCRIPT_PX, 0)
        if find_bar.isVisibleTo(self._editor):
            left -= find_bar.sizeHint().height()
        if drafts.hypotheses and not drafts.is_folded:
            left -= _DRAFTS_PX
        return left

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._share()
        return super().eventFilter(watched, event)
