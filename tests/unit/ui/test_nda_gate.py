"""The button of the agreement wakes only when all was done."""

from dataclasses import replace
from itertools import product

import pytest

from reviewer.ui.signin.nda_gate import NdaGate, same_name
from tests.factories import NOON

OPEN = NdaGate(is_exact=True, end_reached_at=NOON, is_ticked=True, is_named=True, has_passphrase=True)
CONDITIONS = ("is_exact", "end_reached_at", "is_ticked", "is_named", "has_passphrase")


def test_it_is_open_when_all_was_done():
    assert OPEN.is_open


@pytest.mark.parametrize("condition", CONDITIONS)
def test_it_is_shut_while_one_thing_is_missing(condition: str):
    assert not replace(OPEN, **{condition: None if condition == "end_reached_at" else False}).is_open


def test_of_all_combinations_exactly_one_opens_it():
    made = [
        NdaGate(exact, NOON if reached else None, ticked, named, phrase)
        for exact, reached, ticked, named, phrase in product((True, False), repeat=5)
    ]
    assert sum(gate.is_open for gate in made) == 1


def test_nothing_is_done_beforehand():
    assert NdaGate() == NdaGate(
        is_exact=False, end_reached_at=None, is_ticked=False, is_named=False, has_passphrase=False
    )


@pytest.mark.parametrize("typed", ["Ana Kowalska", "ana kowalska", "  Ana   Kowalska "])
def test_case_and_spaces_do_not_make_another_name(typed: str):
    assert same_name(typed, "Ana Kowalska")


@pytest.mark.parametrize("typed", ["", "Ana", "Ana Kowalski", "AnaKowalska"])
def test_another_name_is_another_name(typed: str):
    assert not same_name(typed, "Ana Kowalska")
