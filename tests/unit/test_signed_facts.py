"""What the log says of the dates of clips, in rows of this version and of earlier ones."""

import pytest

from reviewer.access.signed_facts import SignedFacts, kept_back
from reviewer.model.event import Action, Event

DATES = {"recorded_at": 1, "consent_granted_at": 2, "consent_withdrawn_at": 0, "purge_at": 4}


def facts(target: str, detail: dict[str, object]) -> dict[str, dict[str, int]]:
    found = SignedFacts()
    found.add(1, {"action": Action.CLIP_IMPORTED, "object": target, "detail": detail})
    return found.clips


def test_a_row_of_a_batch_has_the_dates_of_each_clip() -> None:
    detail = {"clip_ids": ["c1", "c2"], "dates": [[1, 2, 0, 4], [1, 2, 3, 4]], "lines": [1, 2]}
    assert facts("", detail) == {"c1": DATES, "c2": DATES | {"consent_withdrawn_at": 3}}


def test_a_row_of_one_clip_as_earlier_versions_wrote_it_still_counts() -> None:
    assert facts("c1", {"line": 1} | DATES) == {"c1": DATES}


def test_a_row_of_before_dates_were_signed_says_nothing() -> None:
    assert facts("c1", {"line": 1}) == {}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], ""),
        ([Event(Action.HOLD_BEGUN)], "CLIP_ON_HOLD"),
        ([Event(Action.HOLD_BEGUN), Event(Action.HOLD_ENDED)], ""),
        ([Event(Action.CLIP_QUARANTINED), Event(Action.HOLD_BEGUN)], "CLIP_QUARANTINED"),
        (
            [Event(Action.CLIP_QUARANTINED), Event(Action.HELD_RELEASED, detail={"from": "finished"})],
            "CLIP_QUARANTINED",
        ),
        ([Event(Action.CLIP_QUARANTINED), Event(Action.HELD_RELEASED, detail={"from": "quarantined"})], ""),
    ],
)
def test_rows_about_a_clip_say_whether_it_is_kept_back(rows: list[Event], reason: str) -> None:
    assert kept_back(rows) == reason
