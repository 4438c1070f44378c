"""Reports into pedals, pedals into events, and a calibration into a line and back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.pedal.report import (
    CalibratedPedal,
    Pedal,
    PedalEvent,
    ReportBit,
    ReportLayout,
    parse_calibrated,
    pedal_events,
)

BITS = st.builds(ReportBit, st.integers(0, 9), st.integers(1, 255))
LAYOUTS = st.builds(
    ReportLayout,
    st.dictionaries(st.sampled_from(Pedal), BITS, min_size=1),
    st.none() | st.integers(1, 64),
)
STATES = st.lists(st.frozensets(st.sampled_from(Pedal)), max_size=40)


@given(LAYOUTS, st.binary(max_size=12))
def test_a_pedal_is_down_exactly_when_a_bit_of_its_mask_is_set(layout: ReportLayout, report: bytes):
    down = layout.pedals_down(report)
    reaches = all(place.byte < len(report) for place in layout.bits.values())
    assert (down is not None) == (reaches and layout.length in {None, len(report)})
    if down is not None:
        bits = int.from_bytes(report, "little")
        assert down == {p for p, at in layout.bits.items() if bits & (at.mask << (8 * at.byte))}


@pytest.mark.parametrize(("byte", "mask"), [(-1, 1), (0, 0), (0, 256)])
def test_a_bit_outside_a_report_cannot_be_made(byte: int, mask: int):
    with pytest.raises(ValueError, match="a report bit is a byte"):
        ReportBit(byte, mask)


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), LAYOUTS)
def test_a_calibration_is_read_as_it_was_written(vendor: int, product: int, layout: ReportLayout):
    calibrated = CalibratedPedal(vendor, product, layout)
    assert parse_calibrated(calibrated.line) == calibrated


def test_a_calibration_is_one_line_that_a_person_can_read():
    written = CalibratedPedal(0x1234, 0xFF, ReportLayout({Pedal.LEFT: ReportBit(0, 1)}, 2)).line
    assert written == "1234:00ff 2 left=0:01"


@pytest.mark.parametrize(
    "line",
    ["", "none", "1234:00ff", "1234:00ff 2", "1234:00ff 2 left=0:00", "1234:00ff 2 heel=0:01", "x" * 500],
)
def test_a_line_that_makes_no_sense_counts_as_not_calibrated(line: str):
    assert parse_calibrated(line) is None


def test_a_foot_that_slides_over_lets_go_before_it_presses():
    assert pedal_events({Pedal.RIGHT}, {Pedal.LEFT}) == (
        PedalEvent(Pedal.RIGHT, is_down=False),
        PedalEvent(Pedal.LEFT, is_down=True),
    )


def _oracle(states: list[frozenset[Pedal]]) -> dict[Pedal, list[bool]]:
    """What each pedal alone does: its states with repetitions taken out, from up on."""
    told = {}
    for pedal in Pedal:
        line = [False, *(pedal in state for state in states)]
        told[pedal] = [now for before, now in pairwise(line) if before != now]
    return told


@given(STATES)
def test_events_say_of_each_pedal_exactly_when_it_turned(states: list[frozenset[Pedal]]):
    told: dict[Pedal, list[bool]] = {pedal: [] for pedal in Pedal}
    before: frozenset[Pedal] = frozenset()
    for now in states:
        for event in pedal_events(before, now):
            told[event.pedal].append(event.is_down)
        before = now
    assert told == _oracle(states)
