"""A message inside a page; its space is reserved, so nothing moves when it appears."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from reviewer.ui.icons import SMALL_PX, set_icon
from reviewer.ui.messages import Message, message_for
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.widget_ids import announce, named, restyle

_LINE_PX = 18


class InlineMessage(QWidget):
    """An icon, a sentence and a hint; a retry button where trying again may help.

    ``lines`` is the number of lines reserved for text. The text wraps, and screen readers say it. A
    message that may quote a clip's words (``quotes_clips``) cannot be selected, and so not copied.
    """

    retry_requested = Signal()

    def __init__(
        self, name: str, *, lines: int = 2, parent: QWidget | None = None, quotes_clips: bool = False
    ) -> None:
        super().__init__(parent)
        named(self, name, self.tr("Message"))
        self.setToolTip("")
        self._is_selectable = not quotes_clips
        self._icon = QLabel(self)
        self._icon.setFixedSize(SMALL_PX, _LINE_PX)
        self._sentence = QLabel(self)
        self._hint = QLabel(self)
        for label, kind in ((self._sentence, "text"), (self._hint, "label")):
            label.setObjectName(f"{name}_{kind}")
            label.setWordWrap(True)
        self._hint.setProperty("kind", "label")
        self._retry = named(QPushButton(self.tr("Try again"), self), f"{name}_retry", self.tr("Try again"))
        set_icon(self._retry, "retry")
        self._retry.clicked.connect(self.retry_requested)
        policy = self._retry.sizePolicy()
        policy.setRetainSizeWhenHidden(False)
        self._retry.setSizePolicy(policy)
        layout = self._grid = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(GAP_PX)
        layout.setVerticalSpacing(0)
        layout.addWidget(self._icon, 0, 0)
        layout.addWidget(self._sentence, 0, 1)
        layout.addWidget(self._hint, 1, 1)
        layout.addWidget(self._retry, 0, 2, 3, 1)
        layout.setColumnStretch(1, 1)
        layout.setRowStretch(2, 1)
        self.setMinimumHeight(lines * _LINE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        self._is_ready = False
        self.clear()

    def _get_ready(self) -> None:
        """Created with the first message: most pages start without one."""
        from PySide6.QtCore import Qt  # noqa: PLC0415 - see ``docs/decisions/014``

        self._is_ready = True
        for label in (self._sentence, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            if self._is_selectable:
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._grid.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        self._grid.setAlignment(self._retry, Qt.AlignmentFlag.AlignBottom)

    @property
    def text(self) -> str:
        """Sentence and hint as shown; empty without a message."""
        return f"{self._sentence.text()} {self._hint.text()}".strip()

    def show_error(self, error: BaseException) -> None:
        """Shows the message of an error."""
        self.show_message(message_for(error), "error")

    def show_message(self, message: Message, role: str = "text", *, is_update: bool = False) -> None:
        """Shows a message in the colour of ``role``: ``ok``, ``warn``, ``error`` or ``text``.

        ``is_update``: it only follows what the user does, such as a count that goes down; a screen reader
        does not interrupt anybody with it.
        """
        if not self._is_ready:
            self._get_ready()
        set_icon(self._icon, role if role in {"ok", "warn", "error"} else "info", role)
        self._icon.setAccessibleName(self._kind_of(role))
        self._icon.show()
        self._sentence.setProperty("kind", role)
        restyle(self._sentence)
        self._sentence.setText(message.sentence)
        self._hint.setText(message.hint)
        self._retry.setVisible(message.may_retry)
        self.setAccessibleDescription(self.text)
        if not is_update:
            announce(self, self.text, is_urgent=role in {"warn", "error"})

    def _kind_of(self, role: str) -> str:
        """What the icon and its colour say, in a word."""
        words = {"ok": self.tr("Done"), "warn": self.tr("Warning"), "error": self.tr("Error")}
        return words.get(role, self.tr("Note"))

    def clear(self) -> None:
        self._icon.hide()
        self._sentence.clear()
        self._hint.clear()
        self._retry.hide()
        self.setAccessibleDescription("")

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.minimumHeight())
