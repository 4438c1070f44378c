"""What is replaced for a marked span, and by what."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.dsp.redaction import QUANTUM_SECONDS, redacted, removed_span
from reviewer.audio.samples import Samples
from reviewer.model.intervals import Span
from reviewer.model.redaction import PAD_SECONDS

RATE = 8000
PAD, QUANTUM, FADE = round(PAD_SECONDS * RATE), round(QUANTUM_SECONDS * RATE), RATE // 200


def noise(frames: int, *, channels: int = 1, silent: tuple[Span, ...] = ()) -> Samples:
    made = np.random.default_rng(1).integers(-9000, 9000, (frames, channels)).astype(np.int16)
    for span in silent:
        made[span.start : span.end] = 0
    return Samples(RATE, made)


@given(st.integers(1, 40_000), st.data())
def test_all_that_was_marked_is_silent_and_all_outside_is_as_it_was(frames: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, frames - 1))
    marked = Span(start, data.draw(st.integers(start + 1, frames)))
    samples = noise(frames)
    removed = removed_span(samples, marked)
    after = redacted(samples, [removed])
    assert removed.start <= marked.start
    assert removed.end >= marked.end
    assert not after.data[marked.start : marked.end].any()
    assert np.array_equal(after.data[: removed.start], samples.data[: removed.start])
    assert np.array_equal(after.data[removed.end :], samples.data[removed.end :])
    assert after.frames == frames


@given(st.integers(1, 8000))
def test_lengths_are_multiples_of_a_quarter_of_a_second_and_at_least_150_ms_are_added_on_each_side(
    length: int,
) -> None:
    marked = Span(30_000, 30_000 + length)
    removed = removed_span(noise(80_000), marked)
    assert removed.frames % QUANTUM == 0
    assert removed.start <= marked.start - PAD
    assert removed.end >= marked.end + PAD
    assert removed.frames < length + 2 * PAD + QUANTUM


def test_numbers_of_a_few_digits_more_or_less_leave_the_same_gap() -> None:
    sound = noise(80_000)
    lengths = {removed_span(sound, Span(30_000, 30_000 + length)).frames for length in range(2001, 3200, 100)}
    assert len(lengths) == 1


def test_an_end_moves_on_to_a_silence_that_is_near() -> None:
    before, after = Span(28_000, 28_400), Span(35_000, 35_400)
    marked = Span(30_000, 33_000)
    removed = removed_span(noise(80_000, silent=(before, after)), marked)
    assert before.start - QUANTUM // 2 <= removed.start < before.end
    assert removed.end >= after.start


def test_a_silence_further_away_than_300_ms_is_not_looked_for() -> None:
    removed = removed_span(noise(80_000, silent=(Span(40_000, 44_000),)), Span(30_000, 33_000))
    assert removed.end < 36_000


def test_beyond_the_ends_of_a_clip_nothing_is_added_and_nothing_fades() -> None:
    samples = noise(1000)
    removed = removed_span(samples, Span(10, 990))
    assert removed == Span(0, 1000)
    assert not redacted(samples, [removed]).data.any()


def test_the_edges_fade_within_5_ms() -> None:
    samples = Samples(RATE, np.full((20_000, 2), 8000, dtype=np.int16))
    after = redacted(samples, [Span(8000, 12_000)]).data
    assert after[7999, 0] == 8000
    edge = after[8000 : 8000 + FADE, 1]
    assert np.all(np.diff(edge) <= 0)
    assert edge[0] > 7900
    assert edge[-1] < 100
    assert not after[8000 + FADE : 12_000 - FADE].any()
    assert np.abs(np.diff(after[:, 0].astype(int))).max() < 700


def test_24_bit_samples_keep_their_eight_zero_bits() -> None:
    data = np.random.default_rng(2).integers(-(2**23), 2**23, (20_000, 1)).astype(np.int32) << 8
    after = redacted(Samples(RATE, data), [Span(8000, 12_000)]).data
    assert not (after & 0xFF).any()
    assert not after[8100:11_900].any()


def test_spans_that_overlap_leave_nothing_between_them() -> None:
    after = redacted(noise(20_000), [Span(4000, 8000), Span(7990, 12_000)]).data
    assert not after[4000 + FADE : 12_000 - FADE].any()


def test_a_span_outside_the_clip_is_a_bug() -> None:
    with pytest.raises(ValueError, match="not in a clip"):
        removed_span(noise(100), Span(50, 101))
