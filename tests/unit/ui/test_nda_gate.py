"""The button of the agreement wakes only when all was done."""

from dataclasses import astuple, fields
from itertools import product

import pytest

from reviewer.ui.signin.nda_page import NdaGate, same_name


def test_of_all_combinations_only_the_one_in_which_all_was_done_opens_it():
    for conditions in product((True, False), repeat=len(fields(NdaGate))):
        assert NdaGate(*conditions).is_open is all(conditions)


def test_nothing_is_done_beforehand():
    assert not any(astuple(NdaGate()))


@pytest.mark.parametrize(
    ("typed", "is_same"),
    [
        *((name, True) for name in ("Ana Kowalska", "ana kowalska", "  Ana   Kowalska ")),
        *((name, False) for name in ("", "Ana", "Ana Kowalski", "AnaKowalska")),
    ],
)
def test_case_and_spaces_do_not_make_another_name(typed: str, is_same: bool):
    assert same_name(typed, "Ana Kowalska") is is_same
