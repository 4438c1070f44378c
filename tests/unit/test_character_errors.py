"""Characters are counted as readers count them."""

import pytest

from reviewer.stats.wer import WordErrors, character_errors


@pytest.mark.parametrize(
    ("reference", "other", "errors"),
    [
        ("kitten", "sitting", WordErrors(3, 6, 7)),
        ("a  b", "a b", WordErrors(0, 3, 3)),
        ("नमस्ते", "नमस्त", WordErrors(1, 3, 3)),
        ("e\u0301", "é", WordErrors(0, 1, 1)),
        ("", "ab", WordErrors(2, 0, 2)),
    ],
)
def test_character_errors_of_a_pair(reference: str, other: str, errors: WordErrors) -> None:
    assert character_errors(reference, other) == errors
