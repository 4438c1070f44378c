"""The words of aligned segments, and how they follow edits, splits and joins."""

from dataclasses import replace

from reviewer.model.annotation import Segment
from reviewer.model.hypothesis import Word
from reviewer.transcript.aligned_texts import AlignedText, AlignedTexts
from reviewer.transcript.edits import join_with_next, split
from reviewer.transcript.text_times import TextTimes

ONE = Segment("a", 0, 400, "set the timer", "S1")
TWO = Segment("b", 400, 800, "for one hour", "S1")
OVER = Segment("c", 100, 300, "set it", "S2")


def heard(segment: Segment) -> AlignedText:
    """Every word of a segment lasts for 100 frames."""
    words = tuple(
        Word(text, segment.start + 100 * place, segment.start + 100 * place + 100)
        for place, text in enumerate(segment.text.split())
    )
    return AlignedText(segment.id, segment.start, segment.end, segment.text, words)


ALIGNED = AlignedTexts.of([heard(ONE), heard(TWO), heard(OVER)])


def times(segment: Segment, *others: Segment) -> dict[str, int]:
    words = ALIGNED.words_of(segment, (segment, *others))
    found = TextTimes(segment.text, words, segment.start, segment.end).words
    return {segment.text[each.start : each.end]: each.from_frame for each in found if each.is_exact}


def test_a_segment_is_to_be_aligned_again_when_its_text_or_a_border_changed() -> None:
    assert ALIGNED.unaligned((ONE, TWO, OVER)) == ()
    for changed in (replace(ONE, text="set timer"), replace(ONE, end=399), replace(ONE, start=1)):
        assert ALIGNED.unaligned((changed, TWO)) == (changed,)
    assert ALIGNED.unaligned((replace(ONE, text=" "), replace(ONE, speaker="S9"))) == ()


def test_words_that_were_not_changed_keep_their_times_at_once() -> None:
    assert times(replace(ONE, text="please set a timer"), TWO, OVER) == {"set": 0, "timer": 200}


def test_another_speakers_words_at_the_same_time_are_not_taken() -> None:
    assert ALIGNED.words_of(replace(ONE, text="set the"), (TWO, OVER)) == heard(ONE).words


def test_both_parts_of_a_split_segment_keep_their_times() -> None:
    left, right, _ = split((ONE, TWO), "a", 210, 7)
    assert (left.text, right.text) == ("set the", "timer")
    assert times(left, right, TWO, OVER) == {"set": 0, "the": 100}
    assert times(right, left, TWO, OVER) == {"timer": 210}  # it begins where its segment does


def test_a_joined_segment_has_the_times_of_both() -> None:
    (joined,) = join_with_next((ONE, TWO), "a")
    assert times(joined, OVER) == {"set": 0, "the": 100, "timer": 200, "for": 400, "one": 500, "hour": 600}


def test_what_is_handed_in_has_only_words_that_stand_in_the_text() -> None:
    changed = replace(ONE, text="set a timer")
    first, second = ALIGNED.followed((changed, TWO, replace(OVER, text="")))
    assert second == heard(TWO)
    assert (first.text, first.words) == ("set a timer", (Word("set", 0, 100), Word("timer", 200, 300)))
    assert AlignedTexts().followed((ONE,)) == ()


def test_a_text_without_a_known_word_counts_as_aligned() -> None:
    none = AlignedTexts.of([replace(heard(ONE), words=())])
    assert none.unaligned((ONE,)) == ()
    assert none.followed((ONE,)) == (replace(heard(ONE), words=()),)
