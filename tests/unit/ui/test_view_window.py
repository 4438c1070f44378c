"""The part of a clip in view stays inside the clip, whatever is done to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.ui.waveform.view_window import MIN_FRAMES, ViewWindow

totals = st.integers(min_value=0, max_value=50_000_000)
factors = st.floats(min_value=0.05, max_value=20)
shares = st.floats(min_value=0, max_value=1)


@st.composite
def windows(draw: st.DrawFn) -> ViewWindow:
    window = ViewWindow.whole(draw(totals))
    window = window.zoomed(draw(st.floats(min_value=1, max_value=1e6)), draw(shares) * window.total)
    return window.panned(draw(st.floats(min_value=-1, max_value=1)) * window.total)


def is_inside(window: ViewWindow) -> bool:
    slack = 1e-6 * max(window.total, 1)
    return -slack <= window.start < window.end <= max(window.total, 1) + slack


@given(windows(), factors, shares)
def test_zooming_never_leaves_the_clip(window: ViewWindow, factor: float, share: float) -> None:
    assert is_inside(window.zoomed(factor, window.start + share * window.span))


@given(windows(), st.floats(min_value=-1e8, max_value=1e8))
def test_panning_never_leaves_the_clip_and_keeps_the_zoom(window: ViewWindow, frames: float) -> None:
    panned = window.panned(frames)
    assert is_inside(panned)
    assert panned.span == pytest.approx(window.span, abs=1e-6 * max(window.total, 1))


@given(windows(), factors, shares)
def test_the_frame_under_the_pointer_stays_there_when_borders_allow(
    window: ViewWindow, factor: float, share: float
) -> None:
    at = window.start + share * window.span
    zoomed = window.zoomed(factor, at)
    if zoomed.start > 0 and zoomed.end < zoomed.total:
        assert zoomed.x_of(at, 1000) == pytest.approx(window.x_of(at, 1000), abs=0.5)


@given(windows(), shares)
def test_turning_the_page_brings_a_frame_into_view(window: ViewWindow, share: float) -> None:
    frame = share * max(window.total - 1, 0)
    shown = window.showing(frame)
    assert shown.start - 1e-6 <= frame <= shown.end + 1e-6


def test_a_frame_in_view_turns_no_page() -> None:
    window = ViewWindow(100.0, 300.0, 1000)
    assert window.showing(250.0) is window


@pytest.mark.parametrize(("frames", "least"), [(16_000, MIN_FRAMES), (1, 1)])
def test_zoom_ends_at_single_samples_and_a_shorter_clip_is_always_whole(frames: int, least: int) -> None:
    window = ViewWindow.whole(frames)
    for _ in range(50):
        window = window.zoomed(2, frames / 2)
    assert window.span == least


@pytest.mark.parametrize(
    ("window", "x", "frame"),
    [
        (ViewWindow(400.0, 800.0, 1000), 25, 500),
        (ViewWindow.whole(1000), -20, 0),
        (ViewWindow.whole(1000), 120, 1000),
        (ViewWindow.whole(0), 50, 0),
    ],
    ids=["in view", "left of the border", "right of the border", "of an empty clip"],
)
def test_a_pixel_means_a_frame_and_beyond_the_border_the_border(
    window: ViewWindow, x: float, frame: float
) -> None:
    assert window.frame_at(x, 100) == frame
    assert window.x_of(frame, 100) == (min(max(x, 0), 100) if window.total else 0)


def test_the_middle_of_the_minimap_drag_is_the_middle_of_the_view() -> None:
    assert ViewWindow(0.0, 100.0, 1000).centred(500.0) == ViewWindow(450.0, 550.0, 1000)


@given(
    frame=st.floats(0, 1e6),
    span=st.floats(64, 1e5),
    pixels=st.integers(1, 4000),
)
def test_a_window_that_tracks_a_frame_has_it_in_its_middle_column_inside_the_clip(
    frame: float, span: float, pixels: int
) -> None:
    window = ViewWindow(0.0, span, 1_000_000).tracking(frame, pixels)
    assert window.span == pytest.approx(span)
    assert 0 <= window.start <= window.end <= 1_000_000
    if window.start > 0 and window.end < 1_000_000:
        assert pixels / 2 - 1e-3 <= window.x_of(frame, pixels) <= pixels / 2 + 1 + 1e-3
