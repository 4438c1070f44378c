"""A line's fields: the closed list, and what each may hold."""

from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.lead.audio_folder import AudioFolder
from reviewer.lead.manifest import CSV_FIELDS, FIELDS, read_fields
from reviewer.messages import command_catalogue
from reviewer.privacy.manifest_row import Decision, ManifestRow, RefusalCode, WordTiming

FOLDER = AudioFolder(Path("/nowhere/batch"))
GOOD: dict[str, Any] = {
    "audio": "dev/a.wav",
    "product": "translator",
    "locale": "en-US",
    "recorded_at": "2026-01-01T00:15:00Z",
    "consent_product": "translator",
    "consent_granted_at": "2021-03-01T00:00:00Z",
    "source_id": "b5e1d3cb0f52b0f1",
    "speaker": "tux_bg",
}


def row(**changes: Any) -> ManifestRow:
    read = read_fields(GOOD | changes, FOLDER)
    assert isinstance(read, ManifestRow), read
    return read


def code(**changes: Any) -> RefusalCode | None:
    read = read_fields(GOOD | changes, FOLDER)
    return read.code if isinstance(read, Decision) else None


def test_a_full_line_is_read() -> None:
    read = row(draft="hello", words=[{"word": "hello", "start": 0, "end": 0.5, "confidence": 0.9}])
    assert read.recorded_at == datetime(2026, 1, 1, 0, 15, tzinfo=UTC)
    assert read.words == (WordTiming("hello", 0.0, 0.5, 0.9),)


@pytest.mark.parametrize("name", ["user_name", "Speaker", "draft "])
def test_a_field_that_is_not_on_the_list_is_refused(name: str) -> None:
    assert code(**{name: "x"}) is RefusalCode.UNKNOWN_FIELD


def test_an_unknown_field_is_told_before_a_missing_one() -> None:
    assert code(extra=1, audio=None) is RefusalCode.UNKNOWN_FIELD


def test_skill_is_read_in_its_usual_form_and_checked() -> None:
    assert (row(skill="Code-Switching").skill, row().skill) == ("code-switching", "")
    assert code(skill="two words") is RefusalCode.BAD_VALUE


def test_words_have_no_place_in_a_table() -> None:
    read = read_fields(GOOD | {"words": ""}, FOLDER, CSV_FIELDS)
    assert isinstance(read, Decision)
    assert read.code is RefusalCode.UNKNOWN_FIELD


@pytest.mark.parametrize("name", ["audio", "product", "locale", "recorded_at", "source_id", "speaker"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_a_missing_field_is_refused(name: str, nothing: str | None) -> None:
    assert code(**{name: nothing}) is RefusalCode.MISSING_FIELD


@pytest.mark.parametrize("nothing", ["NA", "\\N", "NULL", "NaT", "<NA>", " nan "])
def test_what_programs_write_for_nothing_is_no_date_and_no_skill(nothing: str) -> None:
    assert row(consent_withdrawn_at=nothing, skill=nothing).consent_withdrawn_at is None
    assert not row(skill=nothing).skill
    assert code(consent_withdrawn_at="unknown") is RefusalCode.BAD_VALUE


@pytest.mark.parametrize("number", [1 << 53, -1, 1.0, 1e22, True])
def test_a_number_that_a_program_may_have_changed_is_no_id(number: float) -> None:
    assert code(source_id=number) is RefusalCode.BAD_VALUE


@pytest.mark.parametrize("name", ["consent_product", "consent_granted_at"])
def test_missing_consent_is_left_to_the_gate(name: str) -> None:
    assert getattr(row(**{name: None}), name) is None


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "words"])
@pytest.mark.parametrize("value", [3, True, ["x"], {"x": 1}, "a\0b", "a\x1bb", "\ud800", "x" * 100_001])
def test_a_field_of_another_type_or_form_is_refused(name: str, value: object) -> None:
    if value == 3 and name in ("source_id", "speaker", "reference"):
        assert getattr(row(**{name: value}), name) == "3"
        return
    assert code(**{name: value}) is RefusalCode.BAD_VALUE


NO_INSTANTS = [
    "2026-01-01T00:15:00",
    "2026-01-01",
    "2026-02-30T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "2026-01-01T25:00:00Z",
    "2026-01-01T00:00:60Z",
    "2026-01-01T00:00:00+24:00",
    "0001-01-01T00:00:00+01:00",
    "20260101T001500Z",
    "1767226500",
    "２026-01-01T00:15:00Z",
]
ODD_TIMES = {
    "٢٠٢٦-01-01T00:15:00Z": "VALUE_NOT_A_TIME",
    "2026-01-01T00:15:00−05:00": "VALUE_NOT_A_TIME",
    "2026-01-01 00:15:00 CET": "VALUE_NOT_A_TIME",
    "2016-12-31T23:59:60Z": "VALUE_LEAP_SECOND",
    "2026-01-01T24:00:00Z": "VALUE_NO_SUCH_TIME",
}
OUTSIDE = ["../a.wav", "dev/../../a.wav", "/etc/passwd", "C:\\a.wav", "\\\\host\\a.wav", ".", "dev/.."]
NO_LANGUAGE_TAGS = ["en_US@euro", "english", "e", "en-US-x-", "123"]
WORD = {"word": "a", "start": 0, "end": 1}
NO_WORDS: list[object] = [
    "hello",
    [{"word": "a", "start": 0}],
    [WORD | {"speaker": "x"}],
    [WORD | {"start": 1, "end": 0}],
    [WORD | {"start": -1}],
    [WORD | {"start": "0"}],
    [WORD | {"start": True}],
    [WORD | {"end": float("inf")}],
    [WORD | {"word": ""}],
    [WORD | {"word": "a" * 300}],
    [WORD | {"word": 7}],
    [WORD | {"word": reduce(lambda inner, _: [inner], range(5_000), [])}],
    [["a", 0, 1]],
]


NO_SOURCE_IDS = ["---", "1.23E+15", "#REF!", "a\u200bb"]  # a list of withdrawals could not name them


# Speakers whom all clips would share.
NO_SPEAKERS = [
    "nan", "NULL", "\\N", "?", "#N/A", "1.23E+15", "M\ufffdller", "none", "NONE", "n/a", "NA", "<null>",
    "nil", "unknown", "#NOM?", "#¿NOMBRE?", "#ИМЯ?", "#WERT!", "#DĚLENÍ_NULOU!", "#JAKO/0!", "#NV", "#SPILL!",
    "Err:502", "Fehler:508", "1.2E15", "Unbekannt", "неизвестно", "不明", "Loading...", "(blank)",
    "12.0", "12,00", "3-Jan", "Mar-26", "3-Mar-2026", "5/1/2026", "01.05.2026", "12:30:00", "TRUE", "false",
    "n.a.",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, speaker) for name in ("speaker", "source_id", "reference") for speaker in NO_SPEAKERS),
        *(("draft", text) for text in ("#NAME?", "#VALUE!", "nan", "<NA>", " NaN ", "\\N")),
        *(("source_id", source_id) for source_id in NO_SOURCE_IDS),
        *(("recorded_at", time) for time in NO_INSTANTS),
        *(("audio", path) for path in OUTSIDE),
        *(("locale", tag) for tag in NO_LANGUAGE_TAGS),
        *(("words", words) for words in NO_WORDS),
    ],
)
def test_ids_times_paths_languages_and_words_that_are_none_are_refused(name: str, value: object) -> None:
    assert code(**{name: value}) is RefusalCode.BAD_VALUE


@pytest.mark.parametrize(
    ("time", "instant"),
    [
        ("2026-01-01T02:15:00+02:00", datetime(2026, 1, 1, 0, 15, tzinfo=UTC)),
        ("2025-12-31t18:45:00-05:30", datetime(2026, 1, 1, 0, 15, tzinfo=UTC)),
        ("2026-01-01 00:15:00.5z", datetime(2026, 1, 1, 0, 15, 0, 500_000, tzinfo=UTC)),
        ("2026-01-01T00:15:00.123456789Z", datetime(2026, 1, 1, 0, 15, 0, 123_456, tzinfo=UTC)),
        ("2024-02-29T00:15:00Z", datetime(2024, 2, 29, 0, 15, tzinfo=UTC)),
        ("2026-01-01T00:15Z", datetime(2026, 1, 1, 0, 15, tzinfo=UTC)),
        (" 2026-01-01 01:15:00+01 ", datetime(2026, 1, 1, 0, 15, tzinfo=UTC)),
        ("2026-01-01 05:45:00 +0530", datetime(2026, 1, 1, 0, 15, tzinfo=UTC)),
        ("2026-01-01 00:15:00 UTC", datetime(2026, 1, 1, 0, 15, tzinfo=UTC)),
        ("2026-01-01T00:15 GMT", datetime(2026, 1, 1, 0, 15, tzinfo=UTC)),
    ],
)
def test_times_become_instants_in_utc(time: str, instant: datetime) -> None:
    assert row(recorded_at=time).recorded_at == instant


@pytest.mark.parametrize(
    "audio", ["a.wav", "dev/x/../a.wav", "./a.wav", "имя — 録音 שלום 🎤.wav", "12:30.wav"]
)
def test_any_name_below_the_folder_will_do(audio: str) -> None:
    assert row(audio=audio).audio == audio


@pytest.mark.parametrize(("tag", "usual"), [("EN-us", "en-US"), ("zh-hans-cn", "zh-Hans-CN"), ("und", "und")])
def test_a_language_tag_gets_its_usual_case(tag: str, usual: str) -> None:
    assert row(locale=tag).locale == usual


def test_a_draft_may_have_lines_and_is_empty_when_absent() -> None:
    assert row(draft="one\ntwo").draft == "one\ntwo"
    assert row(draft=None).draft == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(FIELDS), JSON)
def test_whatever_a_field_holds_the_line_is_a_row_or_a_refusal(name: str, value: object) -> None:
    assert isinstance(read_fields(GOOD | {name: value}, FOLDER), ManifestRow | Decision)


@given(st.dictionaries(st.text(max_size=12), JSON, max_size=6))
def test_any_object_is_a_row_or_a_refusal_that_repeats_no_value(values: dict[str, Any]) -> None:
    read = read_fields(dict.fromkeys(values, "Jane Roe"), FOLDER)
    assert isinstance(read, Decision)
    assert read.notice is not None
    assert "Jane" not in command_catalogue().words(read.notice).sentence or "Jane" in "".join(values)


@pytest.mark.parametrize(("time", "sentence"), ODD_TIMES.items())
def test_the_refusal_of_a_time_says_what_is_wrong_with_it(time: str, sentence: str) -> None:
    read = read_fields(GOOD | {"recorded_at": time}, FOLDER)
    assert isinstance(read, Decision)
    assert read.notice is not None
    assert read.notice.code == sentence
