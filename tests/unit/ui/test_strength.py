"""One word for a passphrase."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.session.sign_in import require_strong
from reviewer.ui.signin.strength import Strength, strength_of


@pytest.mark.parametrize(
    ("passphrase", "strength"),
    [
        ("", Strength.NONE),
        ("elevenchars", Strength.TOO_SHORT),
        ("aaaaaaaaaaaaaaaa", Strength.TOO_PLAIN),
        ("twelvecharsx", Strength.FAIR),
        ("sixteen-letters!", Strength.GOOD),
        ("a bc de fghi", Strength.GOOD),
        ("correct horse battery staple", Strength.STRONG),
    ],
)
def test_length_and_variety_make_the_word(passphrase: str, strength: Strength):
    assert strength_of(passphrase) is strength


@given(st.text(max_size=40))
def test_the_page_lets_through_exactly_what_the_door_lets_through(passphrase: str):
    try:
        require_strong(passphrase)
    except Refused:
        assert not strength_of(passphrase).is_enough
    else:
        assert strength_of(passphrase).is_enough
