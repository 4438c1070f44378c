"""How much of the speech was heard, against a plain mask of frames."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import Notice
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.model.project import ListeningRules
from reviewer.session.coverage import Coverage, Lack, Unheard, lack_of_reason, lack_of_speech

FRAMES, RATE_HZ = 400, 100
RULES = ListeningRules()


@st.composite
def passages(draw: st.DrawFn) -> tuple[Span, ...]:
    """In order and apart, as a detector finds them."""
    places = sorted(draw(st.lists(st.integers(0, FRAMES), max_size=12, unique=True)))
    return tuple(Span(start, end) for start, end in zip(places[::2], places[1::2], strict=False))


ranges = st.lists(
    st.builds(
        HeardRange,
        st.integers(-20, FRAMES + 20),
        st.integers(-20, FRAMES + 20),
        st.sampled_from([25, 100, 300]),
    ),
    max_size=10,
)


def mask(spans: object) -> np.ndarray:
    found = np.zeros(FRAMES, dtype=bool)
    for each in spans:  # type: ignore[attr-defined]
        found[max(each.start, 0) : max(each.end, 0)] = True
    return found


def test_nothing_heard_is_nothing_covered() -> None:
    coverage = Coverage(FRAMES, RATE_HZ, (Span(0, 100),))
    assert (coverage.percent, coverage.unheard) == (0, (Span(0, 100),))


def test_a_frame_heard_twice_at_two_speeds_counts_once() -> None:
    coverage = Coverage(FRAMES, RATE_HZ, (Span(0, 100),)).after(
        [HeardRange(0, 60, 300), HeardRange(40, 70, 50)]
    )
    assert coverage.heard_speech_frames == 70
    assert coverage.unheard == (Span(70, 100),)


def test_without_speech_the_percentage_is_of_the_clip() -> None:
    assert Coverage(FRAMES, RATE_HZ).after([HeardRange(0, 100)]).percent == 25
    assert Coverage(0, RATE_HZ).percent == 0


@given(speech=passages(), first=ranges, second=ranges)
def test_counts_and_gaps_are_those_of_a_mask(
    speech: tuple[Span, ...], first: list[HeardRange], second: list[HeardRange]
) -> None:
    coverage = Coverage(FRAMES, RATE_HZ, speech).after(first).after(second)
    spoken, heard = mask(speech), mask([*first, *second])
    assert coverage.heard_frames == heard.sum()
    assert coverage.speech_frames == spoken.sum()
    assert coverage.heard_speech_frames == (spoken & heard).sum()
    np.testing.assert_array_equal(mask(coverage.unheard), spoken & ~heard)
    if spoken.any():
        assert coverage.percent == int((spoken & heard).sum() * 100 // spoken.sum())
    for before, after in zip(coverage.unheard, coverage.unheard[1:], strict=False):
        assert before.end <= after.start


@given(speech=passages(), heard=ranges, percent=st.integers(1, 100))
def test_work_is_let_through_exactly_from_the_share_on(
    speech: tuple[Span, ...], heard: list[HeardRange], percent: int
) -> None:
    coverage = Coverage(FRAMES, RATE_HZ, speech).after(heard)
    lack = lack_of_speech(coverage, ListeningRules(heard_percent=percent))
    spoken, ear = mask(speech), mask(heard)
    if spoken.any():
        is_enough = Fraction(int((spoken & ear).sum()), int(spoken.sum())) * 100 >= percent
    else:
        is_enough = ear.sum() >= min(3 * RATE_HZ, FRAMES)
    assert (lack is None) == is_enough


@given(speech=passages(), heard=ranges, percent=st.integers(1, 100))
def test_hearing_what_is_shown_is_always_enough(
    speech: tuple[Span, ...], heard: list[HeardRange], percent: int
) -> None:
    rules = ListeningRules(heard_percent=percent)
    coverage = Coverage(FRAMES, RATE_HZ, speech).after(heard)
    lack = lack_of_speech(coverage, rules)
    if lack is not None and speech:
        assert set(lack.spans) <= set(coverage.unheard)
        assert lack.spans
        shown = [HeardRange(each.start, each.end) for each in lack.spans]
        assert lack_of_speech(coverage.after(shown), rules) is None


def test_slivers_are_not_shown_where_the_rest_is_enough() -> None:
    coverage = Coverage(FRAMES, RATE_HZ, (Span(0, 200),)).after([HeardRange(4, 100)])
    lack = lack_of_speech(coverage, RULES)
    assert lack.spans == (Span(100, 200),)


def test_many_slivers_do_not_slip_past_the_share() -> None:
    speech = (Span(0, 200),)
    coverage = Coverage(FRAMES, RATE_HZ, speech).after(
        [HeardRange(at + 4, at + 8) for at in range(0, 200, 8)]
    )
    lack = lack_of_speech(coverage, RULES)
    assert len(lack.spans) == 25
    assert lack.seconds == 1.0


def test_a_share_of_nought_asks_for_nothing() -> None:
    assert lack_of_speech(Coverage(FRAMES, RATE_HZ, (Span(0, 9),)), ListeningRules(heard_percent=0)) is None


@pytest.mark.parametrize(("heard", "missing"), [(0, 300), (299, 1), (300, None)])
def test_a_reason_needs_three_seconds_of_anything(heard: int, missing: int | None) -> None:
    coverage = Coverage(FRAMES, RATE_HZ, (Span(0, FRAMES),)).after([HeardRange(50, 50 + heard)])
    lack = lack_of_reason(coverage, RULES)
    assert (lack.frames if lack else None) == missing


def test_a_reason_needs_all_of_a_shorter_clip_and_no_more() -> None:
    coverage = Coverage(120, RATE_HZ)
    assert lack_of_reason(coverage.after([HeardRange(0, 119)]), RULES) == Lack(1, RATE_HZ)
    assert lack_of_reason(coverage.after([HeardRange(0, 120)]), RULES) is None


def test_no_seconds_for_a_reason_ask_for_nothing() -> None:
    assert lack_of_reason(Coverage(FRAMES, RATE_HZ), ListeningRules(reason_seconds=0)) is None


def test_the_notice_says_how_much_and_never_nought() -> None:
    assert Lack(1, RATE_HZ, (Span(0, 240),)).notice == Notice("SPEECH_UNHEARD", {"seconds": "2.4"})
    assert Lack(1, 48_000).notice == Notice("CLIP_UNHEARD", {"seconds": "0.1"})


def test_the_refusal_says_what_is_missing() -> None:
    error = Unheard(Lack(150, RATE_HZ))
    assert (error.code, dict(error.parameters)) == ("CLIP_UNHEARD", {"seconds": "1.5"})
    assert error.lack.frames == 150
