"""Code points and UTF-16 units lead to the same place in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.ui.transcript.text_edit import to_points, to_units

texts = st.text(alphabet="ab😀𐐷字ש", max_size=20)


@given(texts, st.integers(min_value=0, max_value=20))
def test_there_and_back_is_the_same_place(text: str, place: int) -> None:
    place = min(place, len(text))
    assert to_points(text, to_units(text, place)) == place


@given(texts)
def test_the_end_in_units_is_the_length_in_utf_16(text: str) -> None:
    assert to_units(text, len(text)) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("text", "units", "points"),
    [("a😀b", 3, 2), ("😀b", 1, 1), ("ab", 99, 2)],
    ids=["a face counts twice", "between two halves is behind them", "beyond the end is the end"],
)
def test_units_lead_to_a_place_in_the_text(text: str, units: int, points: int) -> None:
    assert to_points(text, units) == points
