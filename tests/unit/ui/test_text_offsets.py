"""Code points and UTF-16 units lead to the same place in a text."""

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


def test_a_face_counts_twice_for_qt() -> None:
    assert to_units("a😀b", 2) == 3
    assert to_points("a😀b", 3) == 2


def test_between_two_halves_is_behind_them() -> None:
    assert to_points("😀b", 1) == 1


def test_beyond_the_end_is_the_end() -> None:
    assert to_points("ab", 99) == 2
