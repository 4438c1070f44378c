"""Says in one sentence what was changed in a pasted text."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from reviewer.transcript.pasted_text import PasteChange
from reviewer.ui.messages import Message


def paste_message(changes: Sequence[PasteChange], undo: str, as_it_is: str) -> Message:
    """The message about a paste; ``undo`` and ``as_it_is`` are the keys that are offered."""
    names = {
        PasteChange.LINES: _tr("line breaks joined"),
        PasteChange.SUBTITLES: _tr("subtitle numbers and cue times removed"),
        PasteChange.TIMES: _tr("times removed"),
        PasteChange.SPEAKERS: _tr("speaker names removed"),
        PasteChange.MARKUP: _tr("markup removed"),
        PasteChange.INVISIBLE: _tr("invisible characters removed"),
        PasteChange.SPACES: _tr("special spaces made plain"),
        PasteChange.QUOTES: _tr("quotation marks and apostrophes follow the conventions"),
    }
    sentence = _tr("Pasted text: {0}.").format(", ".join(names[change] for change in changes))
    hint = _tr("{0} takes it back; {1} pastes it as it is.").format(undo, as_it_is) if as_it_is else ""
    return Message(sentence, hint)


def _tr(words: str) -> str:
    return QCoreApplication.translate("PasteMessage", words)
