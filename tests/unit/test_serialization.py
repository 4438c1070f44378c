"""Values as JSON and as columns come back as they were."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reviewer.model.serialization import from_columns, from_json, to_columns, to_json
from reviewer.model.task import Lease, SealedAnnotation, SkipReason, TaskKind, Verdict, VerdictKind
from reviewer.queue.outbox import AddClip, Claim, Decide, Request, Skip, Submit

AT = datetime(2026, 11, 2, 9, 0, 0, 123456, tzinfo=UTC)
LEASE = Lease("t1", "c1", TaskKind.REVIEW, 2, "p1", 7, AT, "key", is_prefetch=True, reviewed_annotation="a1")
WORK = SealedAnnotation("a2", "t1", "c1", "p1", None, "form@1", "en@1", b"\x00digest", b"\xff sealed", AT)
VERDICT = Verdict("v1", "t1", "c1", "a1", VerdictKind.RETURNED, "p1", AT, b"comment")


@pytest.mark.parametrize(
    "request_",
    [
        AddClip("c1", 2, -5, True, AT),
        Claim("p1", frozenset({TaskKind.TRANSCRIBE, TaskKind.ADJUDICATE})),
        Skip(LEASE, SkipReason.TECHNICAL),
        Submit(LEASE, WORK),
        Decide(LEASE, VERDICT),
        Decide(LEASE, replace(VERDICT, comment=None)),
    ],
)
def test_a_request_comes_back_from_json_as_it_was(request_: Request) -> None:
    assert from_json(type(request_), to_json(request_)) == request_


def test_what_an_earlier_version_wrote_is_read_with_the_defaults_of_newer_fields() -> None:
    written = {name: each for name, each in json.loads(to_json(LEASE)).items() if name != "is_prefetch"}
    assert from_json(Lease, json.dumps(written)) == replace(LEASE, is_prefetch=False)


@pytest.mark.parametrize("value", [WORK, VERDICT, LEASE])
def test_a_value_comes_back_from_columns_as_it_was(value: object) -> None:
    assert from_columns(type(value), to_columns(value) | {"other": 1}) == value
