"""Rows of the log as the lead reads them."""

import pytest

from reviewer.access.log_chain import LogRow
from reviewer.ui.lead.log_rows import line_of, shortened
from tests.factories import NOON
from tests.fakes.lead import a_log_row

NAMES = {"p1": "Ada Contractor"}


def test_people_are_shown_by_name():
    assert line_of(a_log_row(1), NAMES).actor == "Ada Contractor"


def test_somebody_unknown_is_shown_by_id():
    assert line_of(a_log_row(1, actor="p9"), NAMES).actor == "p9"


def test_a_person_that_was_acted_on_is_shown_by_name():
    assert line_of(a_log_row(1, "person.revoked", object="p1"), NAMES).object == "Ada Contractor"


def test_the_reason_of_a_refusal_is_shown():
    line = line_of(a_log_row(1, "sign_in.failed", outcome="refused", reason="waiting"), NAMES)
    assert line.outcome == "refused: waiting"


def test_a_reason_alone_is_no_refusal():
    assert not line_of(a_log_row(1, "checkpoint", reason="export"), NAMES).is_refusal
    assert line_of(a_log_row(1, "refused", outcome="refused"), NAMES).is_refusal


def test_lists_are_written_as_people_write_them():
    assert line_of(a_log_row(1, "export.started", detail={"formats": ["nemo", "csv"]}), NAMES).detail == (
        "formats nemo, csv"
    )


def test_the_moment_is_the_row_s_own():
    line = line_of(a_log_row(0), NAMES)
    assert line.at == NOON


def test_ranges_heard_are_listed_in_frames():
    line = line_of(a_log_row(1, detail={"ranges": [[0, 52_310, 100], [60_000, 64_000, 75]]}), NAMES)
    assert line.detail == "ranges 0–52,310, 60,000–64,000 at 75 %"


def test_no_range_is_no_mistake():
    assert line_of(a_log_row(1, detail={"ranges": []}), NAMES).detail == "ranges "


def test_a_range_that_is_not_one_is_shown_as_it_is():
    assert line_of(a_log_row(1, detail={"ranges": [7, "x", [1, 2]]}), NAMES).detail == "ranges 7, x, [1, 2]"


def test_a_long_id_loses_its_middle():
    assert shortened("0123456789abcdef0123456789abcdef") == "0123…cdef"


def test_an_id_in_a_sentence_is_shortened_and_the_sentence_is_not():
    long = "ab" * 32
    assert shortened(f"version 2026-10  sha256 {long}  locale en-US") == (
        "version 2026-10  sha256 abab…abab  locale en-US"
    )


@pytest.mark.parametrize("text", ["", "Ada Contractor", "clip-1", "abcdef", "nosuchlongwordinanylanguage"])
def test_what_is_no_long_id_stays(text: str):
    assert shortened(text) == text


def test_a_row_that_is_not_ours_is_shown_as_unreadable():
    assert line_of(LogRow(3, b"{", b"", b""), NAMES).is_bad


def test_a_row_with_an_unknown_act_is_shown_as_unreadable():
    assert line_of(a_log_row(3, "clip.copied"), NAMES).is_bad
