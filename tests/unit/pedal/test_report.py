"""Bytes into pedals, and what was taught into a line and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.pedal.report import CalibratedPedal, Pedal, ReportBit, ReportLayout, parse_calibrated
from tests.fakes.pedal import LEFT, LEFT_AND_MIDDLE, MIDDLE, NONE, RIGHT

THREE = ReportLayout(
    {Pedal.LEFT: ReportBit(0, 1), Pedal.MIDDLE: ReportBit(0, 2), Pedal.RIGHT: ReportBit(0, 4)}
)
PLACES = st.builds(ReportBit, st.integers(0, 9), st.integers(1, 255))
LAYOUTS = st.builds(
    ReportLayout,
    st.dictionaries(st.sampled_from(Pedal), PLACES, min_size=1),
    st.none() | st.integers(1, 64),
)


@pytest.mark.parametrize(
    ("report", "down"),
    [
        (NONE, set()),
        (LEFT, {Pedal.LEFT}),
        (MIDDLE, {Pedal.MIDDLE}),
        (RIGHT, {Pedal.RIGHT}),
        (LEFT_AND_MIDDLE, {Pedal.LEFT, Pedal.MIDDLE}),
        (b"\x07\x00", set(Pedal)),
        (b"\xf8\xff", set()),
    ],
)
def test_each_bit_is_one_pedal(report: bytes, down: set[Pedal]):
    assert THREE.pedals_down(report) == down


@given(LAYOUTS, st.binary(max_size=12))
def test_a_pedal_is_down_exactly_when_a_bit_of_its_mask_is_set(layout: ReportLayout, report: bytes):
    down = layout.pedals_down(report)
    reaches = all(place.byte < len(report) for place in layout.bits.values())
    assert (down is not None) == (reaches and layout.length in {None, len(report)})
    if down is not None:
        bits = int.from_bytes(report, "little")
        assert down == {p for p, at in layout.bits.items() if bits & (at.mask << (8 * at.byte))}


def test_a_report_that_is_too_short_says_nothing():
    assert THREE.pedals_down(b"") is None


def test_a_report_of_another_length_is_about_something_else():
    assert ReportLayout(THREE.bits, length=2).pedals_down(b"\x01") is None


@pytest.mark.parametrize(("byte", "mask"), [(-1, 1), (0, 0), (0, 256)])
def test_a_place_outside_a_report_cannot_be_made(byte: int, mask: int):
    with pytest.raises(ValueError, match="a report bit is a byte"):
        ReportBit(byte, mask)


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), LAYOUTS)
def test_what_was_taught_is_read_as_it_was_written(vendor: int, product: int, layout: ReportLayout):
    taught = CalibratedPedal(vendor, product, layout)
    assert parse_calibrated(taught.line) == taught


def test_what_was_taught_is_one_line_that_a_person_can_read():
    written = CalibratedPedal(0x1234, 0xFF, ReportLayout({Pedal.LEFT: ReportBit(0, 1)}, 2)).line
    assert written == "1234:00ff 2 left=0:01"


@pytest.mark.parametrize(
    "line",
    ["", "none", "1234:00ff", "1234:00ff 2", "1234:00ff 2 left=0:00", "1234:00ff 2 heel=0:01", "x" * 500],
)
def test_a_line_that_makes_no_sense_counts_as_not_taught(line: str):
    assert parse_calibrated(line) is None


@given(st.text(max_size=60))
def test_no_line_whatever_breaks_the_reading(line: str):
    parse_calibrated(line)
