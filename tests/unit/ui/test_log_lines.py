"""Rows of the log as the lead reads them."""

import pytest

from reviewer.access.log_chain import LogRow
from reviewer.ui.lead.log_rows import line_of, shortened
from tests.factories import NOON
from tests.fakes.lead import a_log_row

NAMES = {"p1": "Ada Contractor"}


@pytest.mark.parametrize(
    ("row", "field", "shown"),
    [
        (a_log_row(1), "actor", "Ada Contractor"),
        (a_log_row(1, actor="p9"), "actor", "p9"),
        (a_log_row(1, "person.revoked", object="p1"), "object", "Ada Contractor"),
        (a_log_row(1, outcome="refused", reason="waiting"), "outcome", "refused: waiting"),
        (a_log_row(0), "at", NOON),
        (a_log_row(1, detail={"formats": ["nemo", "csv"]}), "detail", "formats nemo, csv"),
        (
            a_log_row(1, detail={"ranges": [[0, 52_310, 100], [60_000, 64_000, 75]]}),
            "detail",
            "ranges 0–52,310, 60,000–64,000 at 75 %",
        ),
        (a_log_row(1, detail={"ranges": [], "exports": (), "source": "", "clips": 0}), "detail", "clips 0"),
        (a_log_row(1, detail={"ranges": [7, "x", [1, 2]]}), "detail", "ranges 7, x, [1, 2]"),
    ],
    ids=[
        "people by name",
        "somebody unknown by id",
        "a person acted on by name",
        "the reason of a refusal",
        "the row's own moment",
        "lists as people write them",
        "ranges heard in frames",
        "nothing of what is empty",
        "a range that is none as it is",
    ],
)
def test_a_row_is_shown_with(row: LogRow, field: str, shown: object):
    assert getattr(line_of(row, NAMES), field) == shown


def test_a_reason_alone_is_no_refusal():
    assert not line_of(a_log_row(1, "checkpoint", reason="export"), NAMES).is_refusal
    assert line_of(a_log_row(1, "refused", outcome="refused"), NAMES).is_refusal


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0123456789abcdef0123456789abcdef", "0123…cdef"),
        (
            f"version 2026-10  sha256 {'ab' * 32}  locale en-US",
            "version 2026-10  sha256 abab…abab  locale en-US",
        ),
        *((text, text) for text in ("", "Ada Contractor", "clip-1", "abcdef", "nosuchlongwordinanylanguage")),
    ],
)
def test_a_long_id_loses_its_middle_and_nothing_else_is_shortened(text: str, shown: str):
    assert shortened(text) == shown


@pytest.mark.parametrize("row", [LogRow(3, b"{", b"", b""), a_log_row(3, "clip.copied")])
def test_a_row_that_is_not_ours_or_has_an_unknown_act_is_shown_as_unreadable(row: LogRow):
    assert line_of(row, NAMES).is_bad
