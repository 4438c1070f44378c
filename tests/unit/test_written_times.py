"""Frames as the times that formats write."""

from hypothesis import example, given
from hypothesis import strategies as st

from reviewer.formats.times import duration, seconds

_FRAMES = st.integers(0, 15 * 60 * 96_000)


@given(st.sampled_from([8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000]), _FRAMES, _FRAMES)
@example(16_000, 9998, 16_555)  # 0.624875 and 0.4098125 and 1.0346875: each rounded alone, they end later
def test_what_begins_and_lasts_ends_where_its_end_is_written(rate_hz: int, one: int, other: int) -> None:
    start, end = sorted((one, other))
    begun, lasts = float(seconds(start, rate_hz)), float(duration(start, end, rate_hz))
    assert f"{begun + lasts:.6f}" == seconds(end, rate_hz)
    assert round(lasts * rate_hz) == end - start
