"""The fakes that widgets are tested with take the same calls as the real parts."""

import inspect

import pytest

from reviewer.audio.play.player import Player
from reviewer.errors import Notice
from reviewer.qa.session import QaSession
from reviewer.session.work_session import WorkSession
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import FakeQa, FakeWork

# Nothing that a widget calls.
_NOT_FAKED = {(FakeQa, "scorecards"), (FakeQa, "decide"), (FakeQa, "adjudicate"), (FakeWork, "alignment_of")}
# The page of an adjudication is tested with a real workspace.
_NOT_FAKED |= {(FakeQa, "pass_versions"), (FakeQa, "compare_versions")}


def public_methods(of: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(of, inspect.isfunction) if not name.startswith("_")}


def parameters(of: type, name: str) -> list[tuple[str, object]]:
    found = inspect.signature(getattr(of, name)).parameters.values()
    return [(each.name, each.default) for each in found]


@pytest.mark.parametrize(
    ("real", "fake"), [(WorkSession, FakeWork), (QaSession, FakeQa), (Player, FakePlayer)]
)
def test_a_fake_takes_the_calls_of_the_real_part(real: type, fake: type) -> None:
    names = {name for name in public_methods(real) if (fake, name) not in _NOT_FAKED}
    assert {name: parameters(fake, name) for name in names} == {
        name: parameters(real, name) for name in names
    }


def properties(of: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(of, lambda member: isinstance(member, property))}


def test_the_fakes_show_what_the_real_parts_show() -> None:
    assert {"schema", "listening_rules"} <= set(dir(FakeWork()))
    assert properties(FakePlayer) <= properties(Player) <= set(dir(FakePlayer()))
    assert FakePlayer(Notice("NO_OUTPUT_DEVICE")).problem == Notice("NO_OUTPUT_DEVICE")
