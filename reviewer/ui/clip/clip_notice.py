"""The notice above a transcript: QA's comment on returned work."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from reviewer.ui.icons import set_icon
from reviewer.ui.theme import GAP_PX, GRID_PX
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.read_only_text import CommentText
from reviewer.ui.widgets.widget_ids import announce, named

if TYPE_CHECKING:
    from reviewer.session.open_clip import OpenClip

_LINES_WITH_TEXT = 3


class ClipNotice(QWidget):
    """Is shown above the text as long as the clip is open, so that nothing moves during typing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "notice", self.tr("About this clip"), kind="notice").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._is_folded = False
        self._most_lines = _LINES_WITH_TEXT
        self._icon = QLabel(self)
        self._says = CommentText("notice_says", self.tr("Comment"), self)
        self._text = ElidedLabel("notice_text", self.tr("Earlier text"), self)
        self._text.setProperty("kind", "label")
        self._text.setContentsMargins(GRID_PX // 2, 0, 0, 0)  # aligned with the comment inside its focus ring
        self._lay_out()
        self.show_nothing()

    def show_nothing(self) -> None:
        self.hide()

    def show_for(self, clip: "OpenClip") -> None:
        """QA's comment on returned work, and the text that was submitted; else nothing."""
        if clip.returned is None:
            self.show_nothing()
            return
        earlier = clip.returned.annotation.text_verbatim
        set_icon(self._icon, "return", "warn")
        self._says.show_text(self.tr("Returned by QA: %s") % (clip.returned.comment or self.tr("no comment")))
        self._text.show_text(self.tr("Submitted: %s") % earlier if earlier else "")
        self._show_earlier()
        self.setAccessibleDescription(f"{self._says.toPlainText()} {self._text.text()}".strip())
        self.show()
        announce(self, self.accessibleDescription())

    def set_folded(self, *, is_folded: bool) -> None:
        """Hides the text of submitted work; the comment stays."""
        self._is_folded = is_folded
        self._show_earlier()

    def set_most_lines(self, lines: int) -> None:
        """From how many lines on the comment scrolls; below three, the submitted text has no room."""
        self._most_lines = lines
        self._says.set_most_lines(lines)
        self._show_earlier()

    def height_px(self, lines: int) -> int:
        """How high it is with so many lines of comment."""
        has_earlier = bool(self._text.text()) and not self._is_folded and lines >= _LINES_WITH_TEXT
        earlier = self._text.sizeHint().height() + GRID_PX // 2 if has_earlier else 0
        return self._says.height_px(lines) + earlier + GRID_PX

    def _show_earlier(self) -> None:
        self._text.setVisible(
            bool(self._text.text()) and not self._is_folded and self._most_lines >= _LINES_WITH_TEXT
        )

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(GRID_PX // 2)
        words.addWidget(self._says)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP_PX, GRID_PX // 2, GAP_PX, GRID_PX // 2)
        row.setSpacing(GAP_PX)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
