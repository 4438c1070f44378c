"""The fakes that the widgets are tested with take the same calls as the real parts."""

import inspect

import pytest

from reviewer.audio.play.player import Player
from reviewer.desk.session import DeskSession
from reviewer.qa.session import QaSession
from tests.fakes.desk import FakeDesk
from tests.fakes.player import FakePlayer
from tests.fakes.qa import FakeQa


def public_methods(of: type) -> list[str]:
    return [name for name, _ in inspect.getmembers(of, inspect.isfunction) if not name.startswith("_")]


def parameters(of: type, name: str) -> list[str]:
    return list(inspect.signature(getattr(of, name)).parameters)


@pytest.mark.parametrize("name", public_methods(DeskSession))
def test_the_fake_desk_takes_the_calls_of_the_real_one(name: str) -> None:
    assert parameters(FakeDesk, name) == parameters(DeskSession, name)


@pytest.mark.parametrize("name", public_methods(QaSession))
def test_the_fake_spot_check_takes_the_calls_of_the_real_one(name: str) -> None:
    assert parameters(FakeQa, name) == parameters(QaSession, name)


@pytest.mark.parametrize("name", public_methods(Player))
def test_the_fake_player_takes_the_calls_of_the_real_one(name: str) -> None:
    assert parameters(FakePlayer, name) == parameters(Player, name)


def properties(of: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(of, lambda member: isinstance(member, property))}


def test_the_fake_player_shows_what_the_real_one_shows() -> None:
    assert properties(FakePlayer) <= properties(Player) <= set(dir(FakePlayer()))
    assert FakePlayer("x").problem == "x"
