"""An unknown pedal is calibrated by three presses."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.pedal.calibration import Calibration
from reviewer.pedal.report import Pedal
from tests.fakes.pedal import LEFT, LEFT_AND_MIDDLE, MIDDLE, NONE, RIGHT, THREE_PRESSES

REPORTS = [report for _, report in THREE_PRESSES]


def calibrated(*reports: bytes) -> Calibration:
    return reduce(Calibration.with_report, reports, Calibration())


def test_left_middle_and_right_are_asked_for_in_this_order():
    asked = [calibrated(*REPORTS[:count]).requested_pedal for count in (0, 2, 4, 6)]
    assert asked == [Pedal.LEFT, Pedal.MIDDLE, Pedal.RIGHT, None]


def test_a_press_counts_once_it_is_let_go():
    held = calibrated(LEFT)
    assert held.is_held
    assert held.requested_pedal is Pedal.LEFT


def test_the_state_of_rest_that_comes_first_is_no_press():
    assert calibrated(NONE, *REPORTS).layout() == calibrated(*REPORTS).layout()


def test_a_pedal_that_is_not_there_is_left_out():
    calibration = calibrated(*REPORTS[:2]).skip_pedal().with_report(RIGHT).with_report(NONE)
    assert calibration.requested_pedal is None
    assert set(calibration.layout().bits) == {Pedal.LEFT, Pedal.RIGHT}


def test_after_the_last_press_nothing_changes_any_more():
    done = calibrated(*REPORTS)
    assert done.with_report(LEFT) == done
    assert done.skip_pedal() == done


@pytest.mark.parametrize(
    ("calibration", "why"),
    [
        (Calibration((None, None, None)), "CALIBRATION_WITHOUT_PEDALS"),
        (calibrated(*[LEFT, NONE] * 3), "CALIBRATION_AMBIGUOUS"),
        (calibrated(LEFT_AND_MIDDLE, NONE, MIDDLE, NONE, LEFT, NONE), "CALIBRATION_AMBIGUOUS"),
    ],
    ids=["no press", "one pedal three times", "two feet at once"],
)
def test_pedals_that_cannot_be_told_apart_have_no_layout(calibration: Calibration, why: str):
    with pytest.raises(Refused, match=why):
        calibration.layout()


def test_reports_of_another_length_do_not_disturb():
    assert calibrated(LEFT, b"\xff\xff\xff", *REPORTS[1:]) == calibrated(*REPORTS)


def test_a_counter_in_the_reports_is_not_taken_for_a_pedal():
    counted = [bytes([place, *report]) for place, report in enumerate(REPORTS, start=1)]
    layout = calibrated(*counted).layout()
    assert [place.byte for place in layout.bits.values()] == [1, 1, 1]


def test_only_reports_as_long_as_those_of_the_calibration_will_be_read():
    assert calibrated(*REPORTS).layout().pedals_down(b"\x01") is None


@given(
    st.permutations(range(16)),
    st.binary(min_size=2, max_size=2),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
)
def test_any_three_bits_are_found_whatever_else_is_set(bits, rest: bytes, repeats: list[int]):
    resting = int.from_bytes(rest, "little")
    for bit in bits[:3]:
        resting &= ~(1 << bit)
    script = []
    for bit in bits[:3]:
        script += [(resting | 1 << bit).to_bytes(2, "little"), resting.to_bytes(2, "little")]
    heard = [report for report, more in zip(script, repeats, strict=True) for _ in range(1 + more)]

    layout = calibrated(*heard).layout()

    assert [(place.byte, place.mask) for place in layout.bits.values()] == [
        (bit // 8, 1 << bit % 8) for bit in bits[:3]
    ]


@given(st.lists(st.binary(min_size=1, max_size=2), max_size=30))
def test_no_reports_whatever_break_a_calibration(reports: list[bytes]):
    calibration = calibrated(*reports)
    try:
        layout = calibration.layout()
    except Refused:
        return
    masks = [(place.byte, place.mask) for place in layout.bits.values()]
    assert len(set(masks)) == len(masks)
