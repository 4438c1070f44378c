"""The two message catalogues: the same codes, the same placeholders, and every code that errors name."""

import re
import string
import tomllib
from pathlib import Path

import pytest

from reviewer.model.clip import ClipState
from reviewer.model.clip_list import EXPIRED, TAKEN
from reviewer.model.event import Action
from reviewer.model.hold import HoldReason, ListenReason
from reviewer.model.people import Role
from reviewer.model.task import HELD_BACK, SkipReason, TaskState
from reviewer.privacy.manifest_row import Outcome, RefusalCode
from reviewer.transcript.conventions import TagClass
from tests.conftest import REPOSITORY

_MESSAGES = REPOSITORY / "resources" / "messages"
# ``Refused("CODE", ...)`` and the like, ``Notice("CODE", ...)``, ``table.refuse("CODE", ...)``,
# ``sentence("CODE")``.
_USES = re.compile(
    r"(?:Refused|Unavailable|Damaged|NoAudioDevice|ReviewerError|Notice|refuse|sentence|_problem|add_problem)\(\s*\"([A-Z][A-Z0-9_]+)\""
)


def catalogue(face: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((_MESSAGES / f"{face}.toml").read_text(encoding="utf-8"))


def placeholders(words: dict[str, str]) -> set[str]:
    text = " ".join(words.values())
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def codes_used() -> dict[str, Path]:
    return {
        code: path.relative_to(REPOSITORY)
        for path in sorted((REPOSITORY / "reviewer").rglob("*.py"))
        for code in _USES.findall(path.read_text(encoding="utf-8"))
    }


def test_both_faces_have_the_same_codes_with_the_same_placeholders() -> None:
    window, commands = catalogue("window"), catalogue("commands")
    assert set(window) == set(commands)
    assert [code for code in window if placeholders(window[code]) != placeholders(commands[code])] == []


@pytest.mark.parametrize("face", ["window", "commands"])
def test_every_message_is_a_sentence_and_at_most_a_hint(face: str) -> None:
    wrong = [
        code
        for code, words in catalogue(face).items()
        if not {"sentence"} <= set(words) <= {"sentence", "hint"}
    ]
    assert wrong == []


def test_every_code_that_the_program_names_has_words() -> None:
    known = catalogue("commands")
    assert {code: str(path) for code, path in codes_used().items() if code not in known} == {}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("ACTION", tuple(Action)),
        ("ROLE", tuple(Role)),
        ("OUTCOME", tuple(Outcome)),
        ("LEFT_OUT_TAG", tuple(TagClass)),
        ("CLIP_STATE", tuple(ClipState)),
        ("TASK_STATE", (*TaskState, HELD_BACK)),
        ("REFUSAL", (*SkipReason, EXPIRED, TAKEN)),
        ("REASON", tuple(RefusalCode)),
        ("HOLD_REASON", tuple(HoldReason)),
        ("LISTEN_REASON", tuple(ListenReason)),
    ],
)
def test_every_value_that_is_shown_has_a_word(kind: str, values: tuple[str, ...]) -> None:
    known = catalogue("window")
    assert [value for value in values if f"{kind}_{value.replace('.', '_').upper()}" not in known] == []
