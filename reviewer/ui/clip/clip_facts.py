"""The line above the waveform: which clip this is, in what language, of what product, how long."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from reviewer.model.clip import Clip
from reviewer.model.project import IntakeRules
from reviewer.ui.theme import GROUP_PX, tabular
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.widget_ids import announce, named, put_value

if TYPE_CHECKING:
    from collections.abc import Callable

HEIGHT_PX = 18
_MANY = 88


class ClipFacts(QWidget):
    """Facts are always whole; only a long prompt is elided, and has a tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.product_name: Callable[[str], str] = IntakeRules().product_name
        named(self, "clip_facts", self.tr("About the clip")).setToolTip("")
        self.setFixedHeight(HEIGHT_PX)
        self._number = self._fact("clip_number", self.tr("Your clip of today"), "text")
        self._language = self._fact("clip_language", self.tr("Language"))
        self._product = self._fact("clip_product", self.tr("Product"))
        self._length = self._fact("clip_length", self.tr("Length"))
        self._number.setFont(tabular(self._number.font()))
        self._length.setFont(tabular(self._length.font()))
        self._prompt = ElidedLabel("clip_prompt", self.tr("Prompt"), self)
        self._prompt.setProperty("kind", "label")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GROUP_PX)
        for label in (self._number, self._language, self._product, self._length):
            row.addWidget(label)
        row.addWidget(self._prompt, 1)

    def show_clip(self, clip: Clip, prompt: str = "") -> None:
        self._reserve_number()
        put_value(self._language, language_in_words(clip.locale))
        put_value(self._product, self.product_name(clip.product))
        put_value(self._length, length_in_words(clip.duration_seconds))
        self._prompt.show_text(self.tr("Prompt: {0}").format(prompt) if prompt else "")
        announce(self, ", ".join([self.tr("New clip"), *self._spoken(), self._prompt.text()]).rstrip(", "))

    def _spoken(self) -> list[str]:
        return [label.text() for label in (self._language, self._product, self._length)]

    def show_number(self, number: int) -> None:
        """Shows the clip's number among the person's clips of today."""
        put_value(self._number, self._numbered(number))

    def clear(self) -> None:
        for label in (self._number, self._language, self._product, self._length):
            put_value(label, "")
        self._prompt.show_text("")

    def _numbered(self, number: int) -> str:
        return self.tr("Clip {0} today").format(number)

    def _reserve_number(self) -> None:
        """The number is counted after the clip is shown: what stands beside it does not move then."""
        width = self._number.fontMetrics().horizontalAdvance(self._numbered(_MANY))
        self._number.setMinimumWidth(width)

    def _fact(self, name: str, spoken: str, kind: str = "label") -> QLabel:
        label = named(QLabel(self), name, spoken, kind=kind)
        label.setToolTip("")
        return label


def language_in_words(tag: str) -> str:
    """``en-US`` as ``English (United States), en-US``; a tag that Qt does not know as it is."""
    locale = QLocale(tag.replace("-", "_"))
    if locale.language() == QLocale.Language.C:
        return tag
    language = QLocale.languageToString(locale.language())
    place = QLocale.territoryToString(locale.territory()) if "-" in tag else ""
    return f"{language} ({place}), {tag}" if place else f"{language}, {tag}"


def length_in_words(seconds: float) -> str:
    """``7.9 s``, ``5:02 min``, ``2:00:00 h``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02} min"
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02} h"
