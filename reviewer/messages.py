"""The message catalogues: the words of every code, for the window and for the command line."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reviewer.errors import Notice, ReviewerError
from reviewer.places import resource


@dataclass(frozen=True, slots=True)
class Words:
    """What happened, and what to do next (may be empty)."""

    sentence: str
    hint: str = ""


class MessageCatalogue:
    """Codes to words; ``translate`` turns an English template into the user's language first."""

    def __init__(self, path: Path, translate: Callable[[str], str] = str) -> None:
        with path.open("rb") as file:
            self._templates: dict[str, dict[str, str]] = tomllib.load(file)
        self._translate = translate

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self._templates)

    def words(self, notice: Notice) -> Words:
        """The words of a code, filled; a notice among the parameters becomes its sentence.

        Raises KeyError for an unknown code or a missing parameter.
        """
        template = self._templates[notice.code]
        filling = {
            name: self.words(value).sentence if isinstance(value, Notice) else value
            for name, value in notice.parameters.items()
        }
        hint = template.get("hint", "")
        return Words(
            self._translate(template["sentence"]).format_map(filling),
            self._translate(hint).format_map(filling) if hint else "",
        )


def words_for(error: ReviewerError, catalogue: MessageCatalogue) -> Words:
    """The words of an error: its own, where a part of the program still words them, else the catalogue's."""
    return Words(*error.own_words) if error.own_words else catalogue.words(error.notice)


@cache
def window_catalogue() -> MessageCatalogue:
    """The window's words, untranslated."""
    return MessageCatalogue(resource("messages", "window.toml"))


@cache
def command_catalogue() -> MessageCatalogue:
    """The command line's words."""
    return MessageCatalogue(resource("messages", "commands.toml"))
