"""Personal data in typed text: found across segments, replaced by tags and spans."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.annotation import Annotation, Flag, PersonalDataKind, PersonalDataSpan, Segment
from reviewer.places import resource
from reviewer.privacy.denial import without_stale_denials
from reviewer.privacy.held_back import reasons_in
from reviewer.privacy.pii import find
from reviewer.session.typed_personal_data import (
    PersonalDataFinder,
    check_typed,
    refused,
    tagged,
    typed_personal_data,
)
from reviewer.transcript.conventions import load_conventions
from reviewer.transcript.word_times import TimedWord

RATE = 100


def annotation_of(*texts: str) -> Annotation:
    """Segments of ten seconds each."""
    return Annotation(
        tuple(Segment(f"s{i}", i * 10 * RATE, (i + 1) * 10 * RATE, text) for i, text in enumerate(texts))
    )


def a_second_each(segment: Segment) -> tuple[TimedWord, ...]:
    """Every word lasts a second, and its time is known."""
    words, offset = [], 0
    for place, word in enumerate(segment.text.split()):
        start = segment.text.index(word, offset)
        offset = start + len(word)
        first = segment.start + place * RATE
        words.append(TimedWord(start, offset, first, first + RATE, is_exact=True))
    return tuple(words)


def never_heard(segment: Segment) -> tuple[TimedWord, ...]:
    return ()


def tag_all(annotation: Annotation, times=a_second_each) -> Annotation:
    return tagged(annotation, typed_personal_data(annotation, "en-US"), times)


def test_an_address_becomes_a_tag_a_span_over_its_words_and_the_flag() -> None:
    after = tag_all(annotation_of("write to anna@example.org today"))
    assert after.text_verbatim == "write to [pii:email] today"
    assert after.spans == (PersonalDataSpan(2 * RATE, 3 * RATE, PersonalDataKind.EMAIL),)
    assert Flag.PERSONAL_DATA in after.flags


@pytest.mark.parametrize("file", ["fr", "und"])
def test_what_is_refused_at_submission_is_marked_as_certain_while_it_is_typed(file: str) -> None:
    text = "zéro six douze trente-quatre cinquante-six soixante-dix-huit"
    conventions = replace(load_conventions(resource("conventions") / f"{file}.toml"), spoken_locale="fr-FR")
    assert refused(annotation_of(text), "fr-FR")
    assert "PERSONAL_DATA_HERE" in [problem.notice.code for problem in check_typed(text, conventions)]


def test_a_number_over_two_segments_is_one_find_and_becomes_a_tag_in_each() -> None:
    before = annotation_of("my number is four one five five", "five five two six seven one thanks")
    (found,) = typed_personal_data(before, "en-US")
    assert [part.segment_id for part in found.parts] == ["s0", "s1"]
    after = tag_all(before)
    assert [one.text for one in after.segments] == ["my number is [pii:phone]", "[pii:phone] thanks"]
    assert [(span.start, span.end) for span in after.spans] == [(300, 700), (1000, 1600)]


def test_a_number_goes_on_after_what_somebody_else_says() -> None:
    texts = (
        "my number is four one five five five",
        "wait a moment please i have to look for a pen",
        "five two",
    )
    alone = annotation_of(*texts, "okay go on i am ready now really", "six seven one thanks")
    assert typed_personal_data(alone, "en-US") == ()
    before = replace(
        alone,
        segments=tuple(
            replace(one, speaker="AB"[place % 2] + "1") for place, one in enumerate(alone.segments)
        ),
    )
    (found,) = typed_personal_data(before, "en-US")
    assert [part.segment_id for part in found.parts] == ["s0", "s2", "s4"]
    assert [one.text for one in tag_all(before).segments][::2] == [
        "my number is [pii:phone]", "[pii:phone]", "[pii:phone] thanks",
    ]  # fmt: skip
    assert [one.kind for one in reasons_in(before, "en-US")] == ["phone"]
    denied = replace(before, denied=frozenset({found.words}))
    assert without_stale_denials(denied) == denied


def test_a_find_in_the_words_of_one_is_not_counted_again() -> None:
    before = annotation_of("four one five five five five two six", "okay", "seven one", "yes")
    before = replace(
        before,
        segments=tuple(
            replace(one, speaker="AB"[place % 2] + "1") for place, one in enumerate(before.segments)
        ),
    )
    assert len(typed_personal_data(before, "en-US")) == 1
    assert refused(tag_all(before), "en-US") == ()


def test_several_finds_in_one_text_are_all_replaced() -> None:
    after = tag_all(annotation_of("ring 415 555 2671 or mail a.b@example.org or pay 4111 1111 1111 1111"))
    assert after.text_verbatim == "ring [pii:phone] or mail [pii:email] or pay [pii:card]"
    assert len(after.spans) == 3


def test_nothing_is_left_to_find_after_the_tags() -> None:
    after = tag_all(annotation_of("ring 415 555 2671", "or anna at gmail dot com"))
    assert find(after.text_verbatim, "en-US") == ()
    assert refused(after, "en-US") == ()


def test_without_word_times_the_whole_segment_is_silenced() -> None:
    after = tag_all(annotation_of("hello", "ring 415 555 2671"), never_heard)
    assert [(span.start, span.end) for span in after.spans] == [(1000, 2000)]


def test_estimated_times_reach_to_the_next_known_word() -> None:
    def only_the_first_and_last(segment: Segment) -> tuple[TimedWord, ...]:
        first, *others, last = a_second_each(segment)
        guessed = (
            TimedWord(w.start, w.end, w.from_frame + 40, w.to_frame - 40, is_exact=False) for w in others
        )
        return (first, *guessed, last)

    after = tag_all(annotation_of("ring 415 555 2671 now"), only_the_first_and_last)
    assert [(span.start, span.end) for span in after.spans] == [(100, 400)]


def test_where_times_contradict_each_other_the_whole_segment_is_silenced() -> None:
    def backwards(segment: Segment) -> tuple[TimedWord, ...]:
        words, times = a_second_each(segment), reversed(a_second_each(segment))
        return tuple(
            replace(word, from_frame=at.from_frame, to_frame=at.to_frame)
            for word, at in zip(words, times, strict=True)
        )

    after = tag_all(annotation_of("ring 415 555 2671 now"), backwards)
    assert [(span.start, span.end) for span in after.spans] == [(0, 1000)]


def test_spans_that_were_there_before_remain() -> None:
    before = annotation_of("ring 415 555 2671")
    earlier = PersonalDataSpan(900, 950, PersonalDataKind.NAME)
    after = tag_all(Annotation(before.segments, (earlier,)))
    assert earlier in after.spans


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("ring 415 555 2671", True),
        ("anna at acme dot com", False),
        ("reference nine nine one two three four five", False),
    ],
)
def test_only_what_is_certain_prevents_a_submission(text: str, blocks: bool) -> None:
    assert bool(refused(annotation_of(text), "fr-FR" if "reference" in text else "en-US")) is blocks


def test_the_notice_counts_and_never_repeats_the_words() -> None:
    (notice,) = refused(annotation_of("ring 415 555 2671 or a.b@example.org"), "en-US")
    assert (notice.code, dict(notice.parameters)) == ("PERSONAL_DATA_TYPED", {"count": 2})


def test_ordinary_text_stays_as_it_is() -> None:
    before = annotation_of("we meet at ten thirty", "bring two of them")
    assert tag_all(before) == before


WORDS = st.sampled_from(
    ["so", "the", "four", "one", "five", "dot", "at", "anna", "example", "com", "415", "555", "0199", ","]
)


@given(st.lists(WORDS, min_size=150, max_size=400), st.data())
def test_a_long_text_is_searched_in_windows_and_nothing_short_is_missed(words: list[str], data) -> None:
    finder = PersonalDataFinder()
    text = " ".join(words)
    place = data.draw(st.integers(0, len(words) - 1))
    for each in (text, " ".join([*words[:place], "changed", *words[place:]])):
        found = [range(span.start, span.end) for span in finder.find(each, "en-US")]
        for span in find(each, "en-US"):
            if span.end - span.start <= 160:
                said = each[span.start : span.end]
                assert any(set(range(span.start, span.end)) & set(one) for one in found), said


def test_a_number_across_two_windows_is_one_find() -> None:
    text = "so " * 60 + "call 415 555 0199 now " + "and " * 60
    found = PersonalDataFinder().find(text, "en-US")
    assert [text[span.start : span.end] for span in found] == ["415 555 0199"]
