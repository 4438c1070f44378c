"""Which words go from texts and drafts when a stretch of sound is removed."""

import pytest

from reviewer.model.annotation import Annotation, PersonalDataKind, Segment
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.model.intervals import Span
from reviewer.privacy.pii import PiiKind
from reviewer.privacy.redaction import (
    FoundSpan,
    RemovedSound,
    explained_tags,
    hypothesis_without_words,
    repeated_tags,
    spans_in_words,
    without_words,
)

DIGITS = "four one five five five five two six seven one"
NAME = PersonalDataKind.NAME


def said(text: str, begin: int = 0, frames: int = 1000) -> tuple[Word, ...]:
    """Every word lasts so many frames, one after the other."""
    return tuple(
        Word(word, begin + place * frames, begin + (place + 1) * frames)
        for place, word in enumerate(text.split())
    )


def removed(
    start: int, end: int, kind: PersonalDataKind = PersonalDataKind.NUMBER, pad: int = 0
) -> RemovedSound:
    return RemovedSound(Span(start, end), Span(max(start - pad, 0), end + pad), kind)


def text_of(annotation: Annotation) -> str:
    return annotation.text_verbatim


def test_words_in_a_draft_tell_when_a_number_is_said() -> None:
    words = said(f"my number is {DIGITS} please")
    assert spans_in_words(words, "en-US") == (FoundSpan(Span(3000, 13_000), PiiKind.PHONE),)


def test_an_address_is_of_the_kind_email() -> None:
    (found,) = spans_in_words(said("write to anna dot kowalska at gmail dot com today"), "en-US")
    assert found.kind is PiiKind.EMAIL


def test_harmless_words_give_no_span() -> None:
    assert spans_in_words(said("the meeting is at four"), "en-US") == ()


def test_word_times_tell_which_words_of_a_text_go() -> None:
    annotation = Annotation.of_text("Hello Anna, how are you?", 5000)
    after, is_known = without_words(
        annotation, [removed(1000, 2000, NAME)], said("hello anna how are you"), "en"
    )
    assert text_of(after) == "Hello [pii:name] how are you?"
    assert is_known


def test_without_word_times_what_is_found_in_the_text_goes() -> None:
    annotation = Annotation.of_text(f"call me, {DIGITS}, please", 20_000)
    after, is_known = without_words(annotation, [removed(3000, 13_000)], (), "en-US")
    assert text_of(after) == "call me, [pii:id], please"
    assert is_known


def test_a_number_that_begins_before_the_mark_goes_as_a_whole() -> None:
    annotation = Annotation.of_text(f"my number is {DIGITS} please", 14_000)
    words = said(f"my number is {DIGITS} please")
    after, _ = without_words(annotation, [removed(6000, 13_000)], words, "en-US")
    assert text_of(after) == "my number is [pii:id] please"


def test_where_nothing_tells_the_words_the_text_stays_and_somebody_must_look() -> None:
    annotation = Annotation.of_text("hello Anna", 5000)
    after, is_known = without_words(annotation, [removed(1000, 2000, NAME)], (), "en")
    assert after == annotation
    assert not is_known


def test_words_of_a_draft_that_heard_something_else_tell_nothing() -> None:
    annotation = Annotation.of_text("hello Anna how are you", 5000)
    _, is_known = without_words(
        annotation, [removed(1000, 2000, NAME)], said("yellow banner cow bar few"), "en"
    )
    assert not is_known


def test_a_text_that_has_its_tag_already_is_left_as_it_is() -> None:
    annotation = Annotation.of_text("hello [pii:name]", 5000)
    assert without_words(annotation, [removed(1000, 2000, NAME)], (), "en") == (annotation, True)


def test_a_segment_that_was_removed_whole_is_its_tag() -> None:
    annotation = Annotation((Segment("a", 0, 1000, "hello"), Segment("b", 1000, 2000, "Anna Kowalska")))
    after, is_known = without_words(annotation, [removed(1000, 2000, NAME)], (), "en")
    assert [segment.text for segment in after.segments] == ["hello", "[pii:name]"]
    assert is_known


def test_segments_elsewhere_are_left_alone() -> None:
    annotation = Annotation((Segment("a", 0, 1000, DIGITS), Segment("b", 1000, 2000, "yes")))
    after, _ = without_words(annotation, [removed(1000, 2000)], (), "en")
    assert after.segments[0].text == DIGITS


def test_words_beside_the_mark_that_nobody_can_hear_any_more_go_too() -> None:
    annotation = Annotation(
        (
            Segment("a", 0, 2000, "hello there"),
            Segment("b", 2000, 3000, "Anna"),
            Segment("c", 3000, 4000, "x"),
        )
    )
    after, is_known = without_words(
        annotation, [removed(2000, 3000, NAME, pad=1000)], said("hello there anna x"), "en"
    )
    assert [segment.text for segment in after.segments] == ["hello [pii:name]", "[pii:name]", "[pii:name]"]
    assert is_known


def test_nobody_is_asked_which_words_the_padding_cost_the_neighbours() -> None:
    annotation = Annotation((Segment("a", 0, 2000, "hello there"), Segment("b", 2000, 3000, "Anna")))
    after, is_known = without_words(annotation, [removed(2000, 3000, NAME, pad=400)], (), "en")
    assert [segment.text for segment in after.segments] == ["hello there", "[pii:name]"]
    assert is_known


def test_the_tag_of_one_stretch_does_not_stand_for_another() -> None:
    annotation = Annotation.of_text("hello Anna and Bob Smith", 5000)
    stretches = [removed(1000, 2000, NAME), removed(3000, 5000, NAME)]
    heard = said("hello anna and yellow banner")
    for done, others in ((stretches, []), (stretches[1:], stretches[:1])):
        before = annotation if not others else Annotation.of_text("hello [pii:name] and Bob Smith", 5000)
        after, is_known = without_words(before, done, heard, "en", others)
        assert text_of(after) == "hello [pii:name] and Bob Smith"
        assert not is_known


def test_the_part_of_a_number_that_can_still_be_heard_is_found_again() -> None:
    annotation = Annotation.of_text(f"my number is {DIGITS} please", 14_000)
    words = said(f"my number is {DIGITS} please")
    after, _ = without_words(annotation, [removed(11_000, 13_000)], words, "en-US")
    assert text_of(after) == "my number is four one five five five five two six [pii:id] please"


def test_stretches_that_overlap_leave_one_tag() -> None:
    annotation = Annotation.of_text(f"call {DIGITS} please", 12_000)
    stretches = [removed(1000, 9500), removed(1500, 11_000)]
    after, is_known = without_words(annotation, stretches, said(f"call {DIGITS} please"), "en-US")
    assert (text_of(after), is_known) == ("call [pii:id] please", True)
    (segment,) = after.segments
    assert explained_tags(segment, stretches) == 1


def test_a_typed_tag_beside_removed_words_stays_and_needs_removed_sound_of_its_own() -> None:
    annotation = Annotation.of_text("hello [pii:name] Kowalska there", 4000)
    stretch = removed(2000, 3000, NAME)
    after, is_known = without_words(
        annotation, [stretch], said("hello [pii:name] Kowalska there"), "en", [stretch]
    )
    assert (text_of(after), is_known) == ("hello [pii:name] [pii:name] there", True)
    (segment,) = after.segments
    assert (explained_tags(segment, [stretch]), repeated_tags(segment, [stretch])) == (1, 0)


@pytest.mark.parametrize(
    ("text", "count"),
    [("hello [pii:name]", 1), ("[pii:name] hello", 0), ("[pii:name]", 1), ("hello", 0), ("", 0)],
)
def test_only_a_tag_at_the_edge_stands_for_what_was_marked_beside_a_segment(text: str, count: int) -> None:
    segment = Segment("a", 0, 2000, text)
    assert explained_tags(segment, [removed(2000, 3000, NAME, pad=400)]) == count
    assert explained_tags(segment, [removed(2400, 3000, NAME, pad=400)]) == 0


def a_hypothesis(text: str, words: tuple[Word, ...] = ()) -> Hypothesis:
    return Hypothesis("h1", "c1", "engine", "1", text, words)


def test_a_draft_loses_the_words_in_the_span() -> None:
    text = f"my number is {DIGITS} please"
    after = hypothesis_without_words(a_hypothesis(text, said(text)), [removed(3000, 13_000)], "en-US")
    assert after is not None
    assert after.text == "my number is [pii:id] please"
    assert [word.text for word in after.words] == ["my", "number", "is", "[pii:id]", "please"]


def test_a_word_of_which_only_the_end_is_padding_stays() -> None:
    after = hypothesis_without_words(
        a_hypothesis("hello anna how", said("hello anna how")), [removed(1000, 2000, NAME, pad=400)], "en"
    )
    assert after is not None
    assert after.text == "hello [pii:name] how"


def test_a_draft_without_times_loses_what_is_found_in_it() -> None:
    after = hypothesis_without_words(a_hypothesis(f"call {DIGITS}"), [removed(0, 10)], "en-US")
    assert after is not None
    assert after.text == "call [pii:id]"


def test_a_draft_of_which_nobody_can_tell_the_words_goes_whole() -> None:
    assert hypothesis_without_words(a_hypothesis("hello anna"), [removed(0, 10, NAME)], "en") is None


def test_a_draft_that_did_not_hear_the_span_stays_as_it_is() -> None:
    hypothesis = a_hypothesis("hello you", (Word("hello", 0, 1000), Word("you", 4000, 5000)))
    assert hypothesis_without_words(hypothesis, [removed(2000, 3000, NAME)], "en") == hypothesis
