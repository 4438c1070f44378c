"""What people read when something goes wrong."""

import pytest

from reviewer.errors import LeaseLost, Refused, Unavailable, WrongPassphrase
from reviewer.ui.messages import crash_report, message_for

TYPED = "call me on 555 0100"


def _bug() -> Exception:
    said = {"text": TYPED}
    try:
        said[TYPED]
    except KeyError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (WrongPassphrase(), "do not belong together"),
        (LeaseLost(), "went to a colleague"),
        (Refused("No.", "Ask."), "No."),
        (Refused("NO_TASK", task="t7"), "t7"),
    ],
)
def test_a_known_error_is_said_in_its_own_words_filled_in(error: Refused, sentence: str):
    assert sentence in message_for(error).sentence


def test_what_the_world_refused_may_be_tried_again_and_what_a_rule_refused_may_not():
    assert message_for(Unavailable("The disk is full.", "Make room.")).may_retry
    assert not message_for(Refused("No.")).may_retry


def test_a_bug_never_shows_what_it_was_working_on():
    error = _bug()
    assert TYPED in str(error)
    report = crash_report(error)
    shown = message_for(error)
    assert TYPED not in f"{shown.sentence} {shown.hint} {report.details}"


def test_a_bug_shows_where_it_was():
    report = crash_report(_bug())
    assert report.kind == "KeyError"
    assert report.places[-1].startswith("test_messages.py:")


def test_a_place_in_the_program_is_named_from_the_program_on():
    with pytest.raises(AttributeError) as caught:
        message_for(None)  # type: ignore[arg-type]
    assert crash_report(caught.value).places[-1].startswith("ui/messages.py:")


def test_the_same_bug_has_the_same_number_another_one_another_and_it_is_in_the_hint():
    with pytest.raises(ValueError, match="invalid") as caught:
        int("x")
    (number,) = {crash_report(_bug()).id for _ in range(2)}
    assert crash_report(caught.value).id != number
    assert number in message_for(_bug()).hint
