"""What somebody denied to be personal data is let pass while it is only likely."""

import json
from dataclasses import replace

from reviewer.model.annotation import Annotation, PersonalDataKind, Segment
from reviewer.model.held_back import HeldCode
from reviewer.model.intervals import Span
from reviewer.privacy.denial import denial_of, is_denied, undenied, without_stale_denials
from reviewer.privacy.held_back import reasons_in
from reviewer.privacy.redaction import RemovedSound, without_words
from reviewer.session.contradictions import likely_personal_data
from reviewer.transcript.document import Document

LIKELY = "five five five two six seven one"
CERTAIN = "four one five five five five two six seven one"


def work(*texts: str, denied: str = LIKELY) -> Annotation:
    segments = (Segment(f"s{n}", n * 100, n * 100 + 100, text) for n, text in enumerate(texts))
    return Annotation(tuple(segments), denied=frozenset({denied}))


def test_words_are_compared_on_one_line_whatever_their_case() -> None:
    assert denial_of("Five  FIVE\nfive") == "five five five"
    assert undenied(f"call {LIKELY.upper()}", "en-US", {LIKELY}) == ()


def test_other_words_and_certain_ones_are_still_found() -> None:
    assert len(undenied(f"call {LIKELY} nine", "en-US", {LIKELY})) == 1
    assert len(undenied(f"call {CERTAIN}", "en-US", {CERTAIN, LIKELY})) == 1


def test_a_part_of_what_was_denied_is_denied_but_no_part_of_a_word() -> None:
    assert is_denied("five two six", {LIKELY})
    assert not is_denied("five two si", {LIKELY})


def test_work_without_a_denial_has_the_bytes_it_had_before() -> None:
    annotation = replace(work("hello"), denied=frozenset())
    assert "denied" not in json.loads(annotation.to_bytes())
    said = replace(annotation, denied=frozenset({LIKELY}))
    assert Annotation.from_bytes(said.to_bytes()) == said


def test_what_was_denied_is_neither_asked_about_nor_held_back() -> None:
    annotation = work(f"the code is {LIKELY}")
    assert list(likely_personal_data(annotation, "en-US")) == []
    assert reasons_in(annotation, "en-US") == ()
    other = replace(annotation, denied=frozenset())
    assert [one.code for one in reasons_in(other, "en-US")] == [HeldCode.TEXT]


def test_a_number_over_two_segments_is_denied_as_a_whole() -> None:
    annotation = work("the code is five five five two", "six seven one")
    assert reasons_in(annotation, "en-US") == ()
    assert len(reasons_in(replace(annotation, denied=frozenset()), "en-US")) == 1


def test_a_denial_goes_with_its_words() -> None:
    assert without_stale_denials(work("nothing")).denied == frozenset()
    assert without_stale_denials(work(f"so {LIKELY}")).denied == {LIKELY}


def test_a_redaction_leaves_no_denial_of_the_words_that_it_removed() -> None:
    removed = RemovedSound(Span(0, 50), Span(0, 50), PersonalDataKind.NUMBER)
    after, is_known = without_words(work(f"call {LIKELY} now"), [removed], (), "en-US")
    assert is_known
    assert "five" not in after.to_bytes().decode()


def test_undoing_an_edit_takes_no_answer_back() -> None:
    document = Document.of(replace(work("so"), denied=frozenset()), 100).typed("so then", 7, begins_step=True)
    document = document.with_denied(frozenset({LIKELY}))
    undone = document.history.undo().present.annotation
    assert (undone.text_verbatim, undone.denied) == ("so", {LIKELY})
