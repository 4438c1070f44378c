"""The notice above a transcript: QA's comment on returned work, or a recogniser's draft."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from reviewer.model.task import TaskKind
from reviewer.ui.icons import set_icon
from reviewer.ui.theme import GAP_PX, GRID_PX
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.read_only_text import CommentText
from reviewer.ui.widgets.widget_ids import named

if TYPE_CHECKING:
    from reviewer.session.open_clip import OpenClip


class ClipNotice(QWidget):
    """Is shown above the text as long as the clip is open, so that nothing moves during typing."""

    use_requested = Signal(str)
    """Carries the text that replaces the transcript."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "notice", self.tr("About this clip"), kind="notice").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._offered = ""
        self._is_folded = False
        self._icon = QLabel(self)
        self._says = CommentText("notice_says", self.tr("Comment"), self)
        self._text = ElidedLabel("notice_text", self.tr("Earlier text"), self)
        self._text.setProperty("kind", "label")
        self._text.setContentsMargins(GRID_PX // 2, 0, 0, 0)  # aligned with the comment inside its focus ring
        self._use = named(
            QPushButton(self.tr("Use it"), self),
            "notice_use",
            self.tr("Use the recogniser's draft"),
            shortcut_id="desk.use_draft",
            kind="link",
        )
        self._use.clicked.connect(self.use)
        self._lay_out()
        self.show_nothing()

    def show_nothing(self) -> None:
        self._offered = ""
        self.hide()

    def show_for(self, clip: "OpenClip", *, is_text_there: bool) -> None:
        """QA's comment on returned work; else the recogniser's draft, while there is no text; else nothing.

        A review never gets a draft: the reviewer's version must be independent.
        """
        offered = next((one.text for one in clip.hypotheses if one.text.strip()), "")
        if clip.returned is not None:
            self.show_returned(clip.returned.comment, clip.returned.annotation.text_verbatim)
        elif offered and not is_text_there and clip.lease.kind is not TaskKind.REVIEW:
            self.show_machine_draft(offered)
        else:
            self.show_nothing()

    def show_returned(self, comment: str, earlier_text: str) -> None:
        """Shows QA's comment, and the text that was submitted."""
        set_icon(self._icon, "return", "warn")
        self._says.show_text(self.tr("Returned by QA: %s") % (comment or self.tr("no comment")))
        self._show(self.tr("Submitted: %s") % earlier_text if earlier_text else "", is_offer=False)

    def show_machine_draft(self, text: str) -> None:
        """Offers an unchecked text; it is not filled in automatically, because people would trust it."""
        set_icon(self._icon, "info", "dim")
        self._says.show_text(self.tr("Recogniser's draft, unchecked"))
        self._offered = text
        self._show(text, is_offer=True)

    def set_folded(self, *, is_folded: bool) -> None:
        """Hides the text of a draft or of submitted work; what it is stays in one line."""
        self._is_folded = is_folded
        self._text.setVisible(bool(self._text.text()) and not is_folded)

    @Slot()
    def use(self) -> None:
        """Requests the offered text."""
        if self._offered:
            self.use_requested.emit(self._offered)

    def _show(self, text: str, *, is_offer: bool) -> None:
        self._text.show_text(text)
        self._text.setVisible(bool(text) and not self._is_folded)
        self._use.setVisible(is_offer)
        self.setAccessibleDescription(f"{self._says.toPlainText()} {text}".strip())
        self.show()

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
        row.addWidget(self._use, 0, Qt.AlignmentFlag.AlignVCenter)
