from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.formats.dataset import Utterance
from reviewer.formats.row_problems import row_problem
from reviewer.lead.export_rows import Row, RowMaker, SelectedClip, borders
from reviewer.lead.keyed_hashes import Pseudonyms
from reviewer.lead.set_options import AudioForm, SetOptions, parse_split
from reviewer.lead.splits import Splits
from reviewer.model.annotation import Annotation, Flag, Segment
from reviewer.model.hypothesis import Word
from reviewer.model.intervals import Span
from reviewer.model.task import SealedAnnotation
from reviewer.places import resource
from reviewer.session.clip_answers import one_line, with_what_segments_have
from reviewer.transcript.aligned_texts import AlignedText
from reviewer.transcript.conventions import load_conventions
from tests.factories import NOON, a_clip

CONVENTIONS = load_conventions(resource("conventions", "en-US.toml"))
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
CUT = SetOptions(cut=True)
SECOND = 16_000


def selected(work: Annotation, clip_id: str = "c1", **changes: Any) -> SelectedClip:
    accepted = SealedAnnotation(
        "a1", "t1", clip_id, "p1", None, "default@1", "en-US@1", b"digest", b"sealed", NOON
    )
    return replace(SelectedClip(a_clip(id=clip_id), accepted, work, CONVENTIONS), **changes)


def maker(options: SetOptions = CUT) -> RowMaker:
    return RowMaker(Pseudonyms(KEY), Splits(KEY, options.split), options)


def rows(one: SelectedClip, options: SetOptions = CUT) -> list[Row]:
    return list(maker(options).rows_of(one))


def row(text: str = "Yes", clip_id: str = "c1", **annotation: Any) -> Utterance:
    work = Annotation.of_text(text, 2 * SECOND, **annotation)
    (made,) = rows(selected(work, clip_id), SetOptions())
    return made.utterance


def spoken(*segments: tuple[float, float, str], speakers: str = "") -> Annotation:
    """Segments of seconds and a text, each of its own speaker if ``speakers`` are given."""
    return Annotation(
        tuple(
            Segment(f"s{n}", round(start * SECOND), round(end * SECOND), text, speakers[n : n + 1])
            for n, (start, end, text) in enumerate(segments)
        )
    )


def test_row_is_of_the_whole_clip_and_says_under_what_it_was_annotated() -> None:
    made = row(clip_id="C_9-f", flags=frozenset({Flag.DISTRESSING}))
    assert made.id == f"{made.speaker}-c9f-0000000-0002000"
    assert (made.frames, made.rate_hz, made.channels, made.duration) == (32_000, 16_000, 1, 2.0)
    assert (made.schema_version, made.conventions_version) == ("default@1", "en-US@1")
    assert made.flags == {Flag.DISTRESSING}


@pytest.mark.parametrize("margin_ms", [0, 200])
def test_cut_rows_have_ids_of_their_own_because_none_is_shorter_than_two_milliseconds(margin_ms: int) -> None:
    made = maker(SetOptions(cut=True, margin_ms=margin_ms))
    frame = 1 / SECOND
    short = [(number * frame, (number + 1) * frame, "yes") for number in range(3)]
    short += [(0.0015, 0.0025, "so"), (0.0035, 0.0045, "so"), (0.0045, 0.0064, "so")]
    found = list(made.rows_of(selected(spoken(*short, (0.1, 0.102, "no"), (0.1025, 0.1045, "so")))))
    assert len({one.utterance.id for one in found}) == len(found) == 2
    assert made.left_out == {"time_below_millisecond": 6}


def test_typed_texts_go_on_one_clean_line() -> None:
    made = row(" Yes,\n it\u200b is ", labels={"accent": "a\tb", "noise": ("music",), "loud": 3})
    assert made.text_verbatim == "Yes, it is"
    assert made.labels == {"accent": "a b", "noise": ("music",), "loud": 3}


def test_a_whole_clip_has_the_times_speakers_and_texts_of_its_segments() -> None:
    work = spoken((0.1, 0.9, "Hello."), (0.5, 1.8, "Good [laugh] morning."), speakers="AB")
    (made,) = rows(selected(work), SetOptions())
    found = made.utterance.segments
    assert [(one.start, one.end, one.text) for one in found] == [
        (1600, 14_400, "hello"),
        (8000, 28_800, "good morning"),
    ]
    assert found[1].text_verbatim == "Good [laugh] morning."
    assert len({made.utterance.speaker, *(one.speaker for one in found)}) == 3
    (one_voice,) = rows(selected(spoken((0.1, 0.9, "a"), (1, 1.5, "b"))), SetOptions())
    assert {one.speaker for one in one_voice.utterance.segments} == {one_voice.utterance.speaker}


def test_words_are_those_of_the_text_with_the_times_of_the_aligner() -> None:
    work = spoken((0.5, 1.5, "Yes, [laugh] it is."))
    heard = tuple(
        Word(text, round(start * SECOND), round(end * SECOND))
        for text, start, end in (("yes", 0.6, 0.8), ("it", 0.9, 1.0), ("is", 1.0, 1.0))
    )
    aligned = (AlignedText("s0", 8000, 24_000, work.segments[0].text, heard),)
    (made,) = rows(selected(work, aligned=aligned))
    assert [(one.text, one.start, one.end) for one in made.utterance.words] == [
        ("yes", 4800, 8000),
        ("it", 9600, 11_200),
        ("is", 11_200, 11_201),
    ]
    assert row_problem(made.utterance) == ""


# Cutting


def test_a_cut_row_has_its_segment_alone_and_a_margin_on_both_sides() -> None:
    work = replace(
        spoken((0.5, 1.0, "One."), (1.5, 1.9, "Two.")),
        labels={"noise": "low"},
    )
    first, second = rows(selected(work))
    assert (first.start, first.end) == (0.3 * SECOND, 1.2 * SECOND)
    assert (second.start, second.end) == (1.3 * SECOND, 2 * SECOND)
    assert first.utterance.id.endswith("-c1-0000300-0001200")
    (part,) = first.utterance.segments
    assert (part.start, part.end, first.utterance.frames) == (3200, 11_200, 14_400)
    assert (first.utterance.text, first.utterance.text_verbatim) == ("one", "One.")
    assert not first.is_whole


def test_answers_and_flags_of_other_segments_stay_with_them() -> None:
    one, two = spoken((0.5, 1.0, "One."), (1.5, 1.9, "Two.")).segments
    work = Annotation(
        (replace(one, labels={"noise": "low"}), replace(two, flags=frozenset({"distressing"}))),
        labels={"accent": "none"},
    )
    first, second = (each.utterance for each in rows(selected(work)))
    assert (dict(first.labels), first.flags) == ({"accent": "none", "noise": "low"}, frozenset())
    assert (dict(second.labels), second.flags) == ({"accent": "none"}, {Flag.DISTRESSING})


def test_segments_that_are_no_row_are_counted_by_reason() -> None:
    work = spoken((0.0, 0.4, ""), (0.5, 1.0, "One."), (0.9, 1.4, "Two."), (1.5, 1.9, "[unclear]"))
    made = maker()
    assert list(made.rows_of(selected(work, left_out=(("s3", "tag_unclear"),)))) == []
    assert made.left_out == {"no_text": 1, "segment_overlaps": 2, "tag_unclear": 1}


def test_flags_of_segments_are_a_closed_list() -> None:
    work = spoken((0.0, 1.0, "One."))
    typed = frozenset({"distressing", "call 415 555 0134"})
    segments = tuple(replace(each, flags=typed) for each in work.segments)
    for options in (CUT, SetOptions()):
        (made,) = rows(selected(replace(work, segments=segments)), options)
        assert [each.flags for each in made.utterance.segments] == [{"distressing"}]


def test_what_redactions_left_silent_is_no_row() -> None:
    work = spoken((0.0, 0.4, "[name]"), (0.5, 1.0, "One."), (1.0, 2.0, "Two."))
    removed = (Span(0, 8001), Span(16_000, 20_000), Span(20_000, 32_000))
    made = maker()
    (row,) = made.rows_of(selected(work, removed=removed))
    assert (row.utterance.text_verbatim, made.left_out) == ("One.", {"sound_removed": 2})
    whole = maker(SetOptions())
    assert len(list(whole.rows_of(selected(work, removed=removed)))) == 1
    assert list(whole.rows_of(selected(work, removed=(Span(0, 32_000),)))) == []
    assert whole.left_out == {"sound_removed": 1}


@given(
    st.lists(st.tuples(st.integers(0, 1900), st.integers(1, 400)), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 1900), st.integers(1, 300)), max_size=3),
    st.integers(0, 500),
)
def test_a_margin_never_reaches_into_speech_or_what_was_removed(
    spans: list[tuple[int, int]], removed: list[tuple[int, int]], margin: int
) -> None:
    segments = [
        Segment(f"s{n}", start * 16, min(start + length, 2000) * 16, "yes")
        for n, (start, length) in enumerate(spans)
    ]
    gone = tuple(Span(start * 16, min(start + length, 2000) * 16) for start, length in removed)
    one = selected(Annotation(tuple(segments)), removed=gone)
    for segment in segments:
        others = [each for each in segments if each is not segment]
        start, end = borders(segment, others, one, margin)
        assert 0 <= start <= segment.start < segment.end <= end <= one.clip.frames
        assert segment.start - start <= margin * 16 >= end - segment.end
        for near in (*others, *gone):
            for frames in ((start, segment.start), (segment.end, end)):
                assert frames[0] == frames[1] or near.end <= frames[0] or frames[1] <= near.start


@given(st.sampled_from([8000, 11_025, 44_100, 48_000]), st.integers(1, 31_000), st.integers(1, 31_000))
def test_times_stay_inside_a_row_of_another_rate(rate_hz: int, start: int, length: int) -> None:
    end = min(start + length, 32_000)
    one = selected(Annotation((Segment("s", start, end, "yes"),)))
    for options in (SetOptions(rate_hz=rate_hz), SetOptions(rate_hz=rate_hz, cut=True)):
        if options.cut and end - start < 32:
            continue
        (made,) = rows(one, options)
        assert made.utterance.rate_hz == rate_hz
        assert row_problem(made.utterance) == ""
        assert abs(made.utterance.duration - (made.end - made.start) / 16_000) < 1 / rate_hz


@pytest.mark.parametrize("start", [0, 1, 15_999, 31_999])
def test_a_segment_shorter_than_a_frame_of_the_row_has_one(start: int) -> None:
    others = (Segment("a", 0, 1, "so"), Segment("z", 31_999, 32_000, "end"))
    work = Annotation((others[0], Segment("s", start, start + 1, "yes"), others[1]))
    (made,) = rows(selected(work), SetOptions(rate_hz=8000))
    found = made.utterance
    assert sorted(one.text for one in found.segments) == ["end", "so", "yes"]
    assert {one.end - one.start for one in found.segments} == {1}
    assert row_problem(found) == ""


def test_a_segment_after_the_end_of_its_clip_is_named() -> None:
    work = Annotation((Segment("a", 0, 16_000, "so"), Segment("b", 32_000, 32_010, "yes")))
    (made,) = rows(selected(work), SetOptions())
    assert row_problem(made.utterance) == "segment_times"


# Options and splits


def test_a_profile_decides_about_the_text() -> None:
    (made,) = rows(
        selected(Annotation.of_text("Uh, yes. [laugh]", 32_000)), SetOptions(profile="training_punctuated")
    )
    assert (made.utterance.text, made.utterance.text_verbatim) == ("Uh, yes.", "Uh, yes. [laugh]")


def test_a_split_hangs_on_key_speaker_and_shares_alone() -> None:
    speakers = [f"{number:012x}" for number in range(2000)]
    found = [Splits(KEY, (80, 10, 10)).of(each) for each in speakers]
    assert found == [Splits(KEY, (80, 10, 10)).of(each) for each in speakers]
    assert 0.75 < found.count("train") / 2000 < 0.85
    assert min(found.count("dev"), found.count("test")) > 120
    assert found != [Splits(OTHER_KEY, (80, 10, 10)).of(each) for each in speakers]
    wider = [Splits(KEY, (90, 5, 5)).of(each) for each in speakers]
    assert all(new == "train" for old, new in zip(found, wider, strict=True) if old == "train")
    assert {Splits(KEY, None).of(each) for each in speakers} == {""}
    assert {Splits(KEY, (100, 0, 0)).of(each) for each in speakers} == {"train"}


def test_segments_of_several_speakers_are_in_the_split_of_their_clip() -> None:
    options = SetOptions(cut=True, split=(34, 33, 33))
    for number in range(9):
        work = spoken((0.1, 0.4, "a"), (0.5, 0.9, "b"), (1.0, 1.5, "c"), speakers="ABC")
        clip = a_clip(id="c1", speaker_hash=f"voice {number}")
        made = [each.utterance for each in rows(selected(work, clip=clip), options)]
        assert len({each.speaker for each in made}) == 3
        assert len({each.split for each in made}) == 1


@pytest.mark.parametrize("text", ["80,10", "80,10,20", "a,b,c", "", "-1,50,51", "80,10,10,0"])
def test_shares_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="EXPORT_SPLIT"):
        parse_split(text)
    assert parse_split(" 70/20/10 ") == (70, 20, 10)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (SetOptions(margin_ms=-1), "EXPORT_MARGIN"),
        (SetOptions(rate_hz=7999), "EXPORT_RATE"),
        (SetOptions(channel=1, mono=True), "EXPORT_CHANNEL"),
        (SetOptions(audio=AudioForm.OPUS, rate_hz=44_100), "EXPORT_OPUS_RATE"),
        (SetOptions(split=(50, 50, 1)), "EXPORT_SPLIT"),
    ],
)
def test_options_that_cannot_be_are_refused(options: SetOptions, code: str) -> None:
    with pytest.raises(Refused, match=code):
        options.require_valid()


def test_opus_takes_the_next_rate_that_it_has() -> None:
    assert [SetOptions(audio=AudioForm.OPUS).rate_of(each) for each in (8000, 11_025, 44_100, 96_000)] == [
        8000, 12_000, 48_000, 48_000,
    ]  # fmt: skip


def test_a_row_has_the_answers_and_flags_of_its_segments() -> None:
    work = Annotation(
        (
            Segment("a", 0, 10, labels={"noise": "low", "clear": True, "heard": ("tv", "car"), "level": 2}),
            Segment("b", 10, 20, flags=frozenset({"distressing"})),
            Segment("c", 20, 30, labels={"noise": "high", "clear": True, "heard": ("car",), "level": 3}),
        ),
        labels={"speakers": "two"},
        flags=frozenset({Flag.UNUSABLE}),
    )
    whole = with_what_segments_have(work)
    assert whole.labels == {
        "speakers": "two",
        "noise": ("low", "high"),
        "clear": True,
        "heard": ("tv", "car"),
        "level": ("2", "3"),
    }
    assert whole.flags == {Flag.UNUSABLE, Flag.DISTRESSING}
    assert whole.segments == work.segments


@pytest.mark.parametrize(
    ("typed", "line"), [("", ""), ("a\u00a0 b", "a b"), ("cafe\u0301", "caf\u00e9"), ("\ufeffx\u200f", "x")]
)
def test_a_typed_text_becomes_one_clean_line(typed: str, line: str) -> None:
    assert one_line(typed) == line


def test_pseudonym_is_of_its_key_and_kind_fits_an_utterance_id_and_is_not_the_hash_used_inside() -> None:
    clip = a_clip(speaker_hash="0123456789abcdef")
    name = Pseudonyms(KEY).speaker(clip)
    assert Pseudonyms(KEY).speaker(clip) == name
    assert name not in (Pseudonyms(OTHER_KEY).speaker(clip), Pseudonyms(KEY).person(clip.speaker_hash))
    assert len(name) == 12
    assert name.isalnum()
    assert name not in clip.speaker_hash
