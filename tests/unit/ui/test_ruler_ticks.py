"""Times on the ruler are round, in order, and far enough apart to read."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.ui.waveform.ruler_ticks import Ticks, clip_time, sample_number, sample_ticks, ticks


@pytest.mark.parametrize(
    ("frames", "rate_hz", "written"),
    [
        (0, 16_000, "00:00.000"),
        (7_940, 1_000, "00:07.940"),
        (15_999, 16_000, "00:00.999"),
        (441, 44_100, "00:00.010"),
        (16_000 * 61, 16_000, "01:01.000"),
        (8_000 * 3_600, 8_000, "1:00:00.000"),
        (1, 48_000, "00:00.000"),
    ],
)
def test_a_time_is_written_as_a_clock_shows_it(frames: int, rate_hz: int, written: str) -> None:
    assert clip_time(frames, rate_hz) == written


@given(
    start=st.floats(min_value=0, max_value=1e7),
    span=st.floats(min_value=64, max_value=6e7),
    rate_hz=st.sampled_from([8_000, 16_000, 44_100, 48_000]),
    width=st.integers(min_value=100, max_value=3_000),
)
def test_marks_stand_in_order_inside_the_window_and_their_labels_do_not_touch(
    start: float, span: float, rate_hz: int, width: int
) -> None:
    marks = ticks(start, start + span, rate_hz, width, 90)
    frames = marks.frames.tolist()
    assert frames == sorted(frames)
    slack = 1e-5 * span  # far less than a pixel
    assert all(start - slack <= frame <= start + span + slack for frame in frames)
    assert all(np.isclose(marks.frames, frame).any() for frame, _ in marks.labels)
    places = [(frame - start) / span * width for frame, _ in marks.labels]
    assert all(right - left >= 89.9 for left, right in pairwise(places))


def test_eight_seconds_on_1200_pixels_are_marked_each_second() -> None:
    marks = ticks(0, 16_000 * 8, 16_000, 1200, 90)
    assert len(marks.frames) == 41
    assert marks.labels == tuple((second * 16_000, f"00:0{second}.000") for second in range(9))


@pytest.mark.parametrize(
    "marks",
    [
        ticks(0, 0, 16_000, 1200, 90),
        ticks(0, 100, 16_000, 0, 90),
        sample_ticks(0, 0, 1200, 90),
        sample_ticks(0, 100, 0, 90),
    ],
)
def test_nothing_to_mark_gives_no_marks(marks: Ticks) -> None:
    assert not marks.labels
    assert not marks.frames.size


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (999, "999"), (1_000, "1\u2009000"), (1_234_567, "1\u2009234\u2009567")],
)
def test_sample_numbers_have_thin_spaces_between_thousands(number: int, written: str) -> None:
    assert sample_number(number) == written


@given(
    start=st.floats(min_value=0, max_value=1e9),
    span=st.floats(min_value=64, max_value=6e8),
    width=st.integers(min_value=100, max_value=4000),
)
def test_marks_of_samples_stand_on_whole_round_numbers_apart(start: float, span: float, width: int) -> None:
    marks = sample_ticks(start, start + span, width, 90)
    assert all(frame == int(frame) for frame in marks.frames)
    assert all(label == sample_number(frame) for frame, label in marks.labels)
    gaps = {later - earlier for (earlier, _), (later, _) in pairwise(marks.labels)}
    assert len(gaps) <= 1
    for gap in gaps:
        assert str(int(gap)).rstrip("0") in {"1", "2", "5"}
        assert gap / span * width >= 89.9
        assert all(frame % gap == 0 for frame, _ in marks.labels)


def test_no_mark_stands_between_two_samples() -> None:
    marks = sample_ticks(100.0, 110.0, 1600, 90)
    assert marks.frames.tolist() == [float(frame) for frame in range(100, 111)]
    assert [frame for frame, _ in marks.labels] == marks.frames.tolist()
