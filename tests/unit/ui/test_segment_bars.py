"""Bars of segments: their lanes, what is under a pixel, and which edge is near."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.transcript.edits import Edge
from reviewer.ui import theme
from reviewer.ui.waveform.segment_bars import MAX_LANES, SegmentBar, SegmentTrack
from reviewer.ui.waveform.speaker_colours import colour_place, speaker_colours
from reviewer.ui.waveform.view_window import ViewWindow

WHOLE = ViewWindow.whole(1000)


def track(*bars: tuple[int, int, int], current: int = -1) -> SegmentTrack:
    """Bars of start, end and speaker, with their places as ids."""
    return SegmentTrack.of(
        [SegmentBar(str(place), *bar, text="", is_current=place == current) for place, bar in enumerate(bars)]
    )


def lanes(*bars: tuple[int, int, int]) -> dict[str, int]:
    made = track(*bars)
    return {bar.id: int(lane) for bar, lane in zip(made.bars, made.lanes, strict=True)}


def test_bars_that_only_touch_share_a_lane() -> None:
    assert lanes((0, 100, 1), (100, 200, 2), (200, 300, 1)) == {"0": 0, "1": 0, "2": 0}


def test_with_an_overlap_each_speaker_has_a_lane_all_along() -> None:
    assert lanes((0, 100, 1), (50, 200, 2), (300, 400, 2), (500, 600, 1)) == {"0": 0, "1": 1, "2": 1, "3": 0}


def test_bars_of_one_speaker_that_overlap_are_both_seen() -> None:
    assert lanes((0, 100, 1), (50, 150, 1), (100, 200, 1)) == {"0": 0, "1": 1, "2": 0}


def test_a_long_bar_overlaps_all_that_are_inside_it() -> None:
    assert lanes((0, 900, 1), (100, 200, 2), (500, 600, 2)) == {"0": 0, "1": 1, "2": 1}


BARS = st.lists(
    st.builds(
        lambda start, long, speaker: (start, start + long, speaker),
        st.integers(0, 950),
        st.integers(1, 50),
        st.integers(0, 6),
    ),
    min_size=2,
    max_size=30,
)


@given(BARS)
def test_bars_of_one_lane_overlap_only_in_the_last(bars: list[tuple[int, int, int]]) -> None:
    made = track(*bars)
    assert made.lane_count <= MAX_LANES
    for lane in range(MAX_LANES - 1):
        (own,) = np.nonzero(made.lanes == lane)
        assert (made.ends[own][:-1] <= made.starts[own][1:]).all()


def test_a_column_shows_the_bar_under_its_middle() -> None:
    made = track((100, 300, 1), (300, 500, 2))
    assert made.columns(WHOLE, 10, 0).tolist() == [-1, 0, 0, 1, 1, -1, -1, -1, -1, -1]
    assert made.columns(ViewWindow(250, 350, 1000), 4, 0).tolist() == [0, 0, 1, 1]


def test_edges_in_view_are_given_of_bars_that_are_wide_enough() -> None:
    made = track((100, 300, 1), (400, 405, 2), (900, 2000, 1))
    columns, places = made.edges(WHOLE, 100, 8)
    assert sorted(zip(columns.tolist(), places.tolist(), strict=True)) == [(10, 0), (29, 0), (90, 2)]


def test_a_shared_border_belongs_to_the_current_bar_else_to_the_one_under_the_pointer() -> None:
    bars = (100, 300, 1), (300, 500, 2)
    near = {current: track(*bars, current=current).edge_near(301, 0, 4) for current in (-1, 0, 1)}
    assert {current: (bar.id, edge) for current, (bar, edge) in near.items() if bar} == {  # type: ignore[misc]
        -1: ("1", Edge.START),
        0: ("0", Edge.END),
        1: ("1", Edge.START),
    }


@pytest.mark.parametrize(("frame", "is_near"), [(95, False), (96, True), (104, True), (105, False)])
def test_an_edge_is_near_within_its_reach(frame: int, is_near: bool) -> None:
    assert (track((100, 300, 1)).edge_near(frame, 0, 4) is not None) is is_near


def test_the_middle_of_a_narrow_bar_is_no_edge() -> None:
    narrow = track((100, 108, 1), (500, 600, 1))
    assert narrow.edge_near(104, 0, 4) is None
    assert narrow.edge_near(101, 0, 4) == (narrow.bars[0], Edge.START)


def test_the_edges_of_another_lane_are_not_near() -> None:
    assert track((100, 300, 1), (200, 400, 2)).edge_near(300, 1, 4) is None


@pytest.mark.parametrize("colours", [theme.tokens_of(each) for each in theme.Scheme], ids=list(theme.Scheme))
def test_every_speaker_is_seen_and_text_on_their_bars_can_be_read(colours: theme.Tokens) -> None:
    for each in speaker_colours(colours):
        assert theme.contrast(each.line, colours.surface) >= colours.shape_contrast
        assert theme.contrast(each.on_line, each.line) >= colours.text_contrast
        assert theme.contrast(colours.text, each.fill) >= colours.text_contrast
        assert theme.contrast(colours.text, each.current) >= colours.text_contrast
        assert each.fill != each.current


def test_hues_repeat_after_the_seventh_speaker_and_nobody_has_one_of_their_own() -> None:
    assert [colour_place(number) for number in (0, 1, 7, 8)] == [0, 1, 7, 1]


def test_other_texts_keep_the_places_of_the_bars() -> None:
    before = track((0, 10, 1), (10, 20, 2))
    typed = [replace(bar, text="so") for bar in before.bars]
    after = before.with_texts(typed)
    assert after is not None
    assert after.bars == tuple(typed)
    assert after.has_geometry_of(before)


@pytest.mark.parametrize("change", [{"end": 9}, {"speaker": 2}, {"is_current": True}])
def test_bars_that_moved_are_no_bars_with_other_texts(change: dict[str, Any]) -> None:
    before = track((0, 10, 1), (10, 20, 2))
    assert before.with_texts([replace(before.bars[0], **change), before.bars[1]]) is None
    assert before.with_texts(before.bars[:1]) is None
