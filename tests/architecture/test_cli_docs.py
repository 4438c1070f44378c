"""Every command is in the administrator's guide, and the guide names no command that is not there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from reviewer.cli.main import app


def commands(command: Any, path: str = "reviewer") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with the words that call it."""
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, child in children.items():
        yield from commands(child, f"{path} {name}")


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.fixture(scope="module")
def guide(repository):
    return (repository / "docs" / "guide" / "administrator.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", COMMANDS)
def test_command_is_in_the_guide(guide, path):
    assert f"`{path}" in guide


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_of_a_command_is_in_the_guide(guide, path):
    options = {
        name
        for parameter in COMMANDS[path].params
        for name in parameter.opts
        if name.startswith("--") and not getattr(parameter, "hidden", False)
    }
    assert {name for name in options if not re.search(rf"[`\[ ]{name}\b", guide)} == set()


def test_guide_names_only_commands_that_are_there(guide):
    named = set(re.findall(r"`(reviewer(?: [a-z]+)+)", guide))
    known = set(COMMANDS) | {path.rsplit(" ", 1)[0] for path in COMMANDS} | {"reviewer demo"}
    assert {name for name in named if not any(name == k or name.startswith(k + " ") for k in known)} == set()


def test_every_command_says_what_it_does():
    assert [path for path, command in COMMANDS.items() if not (command.help or "").strip()] == []
