"""The height of the text's column, shared out among its parts: what gives way to the text, in which order."""

from dataclasses import dataclass, replace
from functools import cache

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtWidgets import QWidget

from reviewer.ui.clip.text_column import ColumnParts
from reviewer.ui.theme import GAP_PX
from reviewer.ui.transcript.hypothesis_text import MOST_LINES
from reviewer.ui.transcript.tag_palette import TagForm

_LINES, _LINES_BELOW_TABLE = 3, 2
_SHOWN_OR_HIDDEN = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent)


@dataclass(frozen=True, slots=True)
class Shares:
    """How much each part gets at most; the text has at least ``text_lines``, and all that is left."""

    draft_lines: int = MOST_LINES
    preview_lines: int = 2
    tags: TagForm = TagForm.WITH_MEANINGS
    table_rows: int = 4
    comment_lines: int = 3
    text_lines: int = _LINES


@cache
def _from_rich_to_poor(text_lines: int, *, is_returned: bool = False) -> tuple[Shares, ...]:
    """Returned work was typed already: there the recogniser's draft yields first."""
    steps = [Shares(text_lines=text_lines)]
    for less in (
        {"draft_lines": 1 if is_returned else 2},
        {"tags": TagForm.COMPACT},
        {"comment_lines": 2},
        {"preview_lines": 1},
        {"comment_lines": 1},
        {"draft_lines": 1},
        {"tags": TagForm.NONE, "draft_lines": 1 if is_returned else 2},
        {"draft_lines": 1},
        {"table_rows": 2},
        {"preview_lines": 0},
        {"text_lines": 2},
        {"text_lines": 1},
    ):
        steps.append(replace(steps[-1], **less))
    return tuple(steps)


class HeightBudget(QObject):
    """Chooses the richest shares that the available height allows.

    They are computed from the height that the view has for the column, never from what a part has now: so a
    size of the window has one layout, whatever its size was before.
    """

    def __init__(self, parts: ColumnParts, column: QWidget) -> None:
        super().__init__(column)
        self._parts, self._column = parts, column
        self._available_px = self._width_px = 0
        self._is_narrow = self._has_seen_drafts = False
        parts.drafts.folded_changed.connect(self.share)
        parts.drafts.hypotheses_changed.connect(self.share)
        for part in (parts.notice, parts.segments, parts.segments.table, parts.doubts, parts.editor.find_bar):
            part.installEventFilter(self)

    @property
    def least_px(self) -> int:
        """The height without which the parts would overlap."""
        return self._height_px(_from_rich_to_poor(_LINES)[-1], has_drafts=bool(self._parts.drafts.hypotheses))

    def set_available(self, height_px: int, width_px: int, *, is_narrow: bool) -> None:
        """The column's size, and whether it is too narrow for the meanings of tags beside each other."""
        self._available_px, self._width_px, self._is_narrow = height_px, width_px, is_narrow
        self.share()

    def set_text_px(self, pixels: int) -> None:
        """Sets the size of the text; the table grows a little with it."""
        self._parts.editor.set_text_px(pixels)
        self._parts.segments.table.set_text_px(pixels)
        self.share()

    @Slot()
    def share(self) -> None:
        """Shares the height out anew; called when a part appears, goes, or becomes larger."""
        shown = self._parts
        has_drafts = bool(shown.drafts.hypotheses)
        self._has_seen_drafts |= has_drafts
        shares = self._richest(has_drafts=has_drafts)
        shown.notice.set_most_lines(shares.comment_lines)
        shown.drafts.set_most_lines(shares.draft_lines)
        shown.segments.table.set_least_rows(shares.table_rows)
        shown.editor.set_least_lines(shares.text_lines)
        shown.editor.set_preview_lines(shares.preview_lines, has_buttons=not self._is_narrow)
        if self._has_seen_drafts and not self._has_table:  # tags stay where they are when a clip has no draft
            shares = self._richest(has_drafts=True)
        shown.tags.set_form(min(shares.tags, TagForm.COMPACT if self._is_narrow else TagForm.WITH_MEANINGS))
        self._column.updateGeometry()

    @property
    def _has_table(self) -> bool:
        return not self._parts.segments.table.isHidden()

    def _richest(self, *, has_drafts: bool) -> Shares:
        shares = Shares()
        lines, is_returned = (
            _LINES_BELOW_TABLE if self._has_table else _LINES,
            not self._parts.notice.isHidden(),
        )
        for shares in _from_rich_to_poor(lines, is_returned=is_returned):
            if self._height_px(shares, has_drafts=has_drafts) <= self._available_px:
                break
        return shares

    def _height_px(self, shares: Shares, *, has_drafts: bool) -> int:
        shown = self._parts
        text = shown.editor.height_px(
            shares.text_lines, shares.preview_lines, has_buttons=not self._is_narrow
        )
        tags = shown.tags.height_px(shares.tags)
        parts = [max(text, tags) if shown.tags.is_beside else text + tags]
        if not shown.notice.isHidden():
            parts.append(shown.notice.height_px(shares.comment_lines))
        if has_drafts:
            parts.append(shown.drafts.height_px(shares.draft_lines))
        if not shown.segments.isHidden():
            parts.append(shown.segments.height_px(shares.table_rows))
        if not shown.doubts.isHidden():
            parts.append(shown.doubts.heightForWidth(self._width_px))
        return sum(parts) + GAP_PX * (len(parts) - 1)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _SHOWN_OR_HIDDEN:
            self.share()
        return False
