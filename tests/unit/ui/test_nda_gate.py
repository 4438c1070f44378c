"""The button of the agreement wakes only when all was done."""

from dataclasses import replace
from itertools import product

import pytest

from reviewer.ui.signin.nda_page import NdaGate, same_name

OPEN = NdaGate(
    is_exact=True, is_end_reached=True, is_read=True, is_ticked=True, is_named=True, has_passphrase=True
)
CONDITIONS = ("is_exact", "is_end_reached", "is_read", "is_ticked", "is_named", "has_passphrase")


def test_it_is_open_when_all_was_done():
    assert OPEN.is_open


@pytest.mark.parametrize("condition", CONDITIONS)
def test_it_is_shut_while_one_thing_is_missing(condition: str):
    assert not replace(OPEN, **{condition: False}).is_open


def test_of_all_combinations_exactly_one_opens_it():
    made = [NdaGate(*conditions) for conditions in product((True, False), repeat=len(CONDITIONS))]
    assert sum(gate.is_open for gate in made) == 1


def test_nothing_is_done_beforehand():
    assert NdaGate() == replace(OPEN, **dict.fromkeys(CONDITIONS, False))


@pytest.mark.parametrize("typed", ["Ana Kowalska", "ana kowalska", "  Ana   Kowalska "])
def test_case_and_spaces_do_not_make_another_name(typed: str):
    assert same_name(typed, "Ana Kowalska")


@pytest.mark.parametrize("typed", ["", "Ana", "Ana Kowalski", "AnaKowalska"])
def test_another_name_is_another_name(typed: str):
    assert not same_name(typed, "Ana Kowalska")
