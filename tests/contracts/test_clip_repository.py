"""The repository remembers every clip, and forgets a key for good."""

from datetime import timedelta
from typing import Any

import pytest

from reviewer.clips.repository import ClipRepository, PurgeReason
from reviewer.db.connection import Database
from reviewer.errors import Refused
from tests.factories import a_clip


@pytest.fixture
def clips(database: Database) -> ClipRepository:
    return ClipRepository(database)


def other(number: int, **changes: object) -> dict[str, object]:
    return {"id": f"c{number}", "source_hash": f"s{number}", "samples_hash": f"m{number}", **changes}


@pytest.mark.parametrize("withdrawn", [None, a_clip().recorded_at + timedelta(days=3, microseconds=1)])
def test_a_clip_is_read_as_it_was_added(clips: ClipRepository, withdrawn: object) -> None:
    clip = a_clip(consent_withdrawn_at=withdrawn)
    clips.add(clip, b"wrapped")
    assert clips.get("c1") == clip
    assert clips.wrapped_key("c1") == b"wrapped"


def test_a_clip_that_never_came_in_is_refused(clips: ClipRepository) -> None:
    for attempt in (clips.get, clips.wrapped_key, clips.destroy_key):
        with pytest.raises(Refused, match="NO_SUCH_CLIP"):
            attempt("c1")
    assert not clips.has("c1")


@pytest.mark.parametrize(
    "changes",
    [
        {"source_hash": "x", "samples_hash": "y"},
        {"id": "c2", "samples_hash": "y"},
        {"id": "c2", "source_hash": "x"},
    ],
)
def test_a_known_id_source_or_recording_is_a_duplicate(
    clips: ClipRepository, changes: dict[str, str]
) -> None:
    clips.add(a_clip(), b"wrapped")
    with pytest.raises(Refused) as refused:
        clips.add(a_clip(**changes), b"other")
    assert refused.value.code == "DUPLICATE"
    assert clips.ids() == {"c1"}


def test_sources_and_recordings_are_recognised_and_do_not_come_in_again_once_purged(
    clips: ClipRepository,
) -> None:
    clips.add(a_clip(), b"wrapped")
    assert clips.of_sources(["samples-c1"]) == clips.of_many_samples(["source-c1"]) == {}
    assert clips.of_source("source-c1") == "c1"
    assert clips.of_source("another") is None
    clips.destroy_key("c1")
    assert clips.of_sources(["another", "source-c1"]) == {"source-c1": "c1"}
    assert clips.of_many_samples(["samples-c1"]) == {"samples-c1": "c1"}
    with pytest.raises(Refused):
        clips.add(a_clip(id="c2", samples_hash="other"), b"wrapped")


def test_a_destroyed_key_is_gone_and_the_rest_stays(clips: ClipRepository) -> None:
    clips.add(a_clip(), b"wrapped")
    clips.destroy_key("c1")
    with pytest.raises(Refused) as refused:
        clips.wrapped_key("c1")
    assert refused.value.code == "PURGED"
    assert clips.get("c1") == a_clip()
    assert clips.ids() == set()
    assert clips.has("c1")


def test_a_destroyed_key_is_not_left_in_any_file(clips: ClipRepository, database: Database) -> None:
    def is_somewhere() -> bool:
        folder = database.path.parent
        return any(b"the wrapped key of this clip" in file.read_bytes() for file in folder.iterdir())

    clips.add(a_clip(), b"the wrapped key of this clip")
    assert is_somewhere()
    clips.destroy_key("c1")
    database.close()
    assert not is_somewhere()


def test_clips_whose_time_is_up_are_due_the_oldest_first(clips: ClipRepository) -> None:
    now = a_clip().purge_at
    for number, days in ((1, 0), (2, -5), (3, 1), (4, -9), (5, -20)):
        clips.add(a_clip(**other(number, purge_at=now + timedelta(days=days))), b"wrapped")
    clips.destroy_key("c5")
    assert list(clips.due_for_purge(now)) == ["c4", "c2", "c1"]
    assert list(clips.due_for_purge(now - timedelta(microseconds=1))) == ["c4", "c2"]


def test_a_clip_whose_consent_has_ended_by_date_is_due_and_says_so(clips: ClipRepository) -> None:
    now = a_clip().purge_at - timedelta(days=100)
    clips.add(a_clip(consent_withdrawn_at=now), b"wrapped")
    clips.add(a_clip(**other(2), consent_withdrawn_at=now + timedelta(microseconds=1)), b"wrapped")
    clips.add(a_clip(**other(3), purge_at=now), b"wrapped")
    assert clips.due_for_purge(now) == {"c1": PurgeReason.CONSENT_ENDED, "c3": PurgeReason.RETENTION_ENDED}


def test_what_is_due_is_read_with_its_times_in_one_statement_however_many_there_are(
    clips: ClipRepository, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = a_clip().purge_at
    for number in range(1, 6):
        clips.add(a_clip(**other(number)), b"wrapped")
    read, asked = database.rows, []

    def rows(sql: str, parameters: Any = ()) -> Any:
        asked.append(sql)
        return read(sql, parameters)

    monkeypatch.setattr(database, "rows", rows)
    assert [(clip_id, at) for clip_id, _, at in clips.purge_times(now)] == [
        (f"c{n}", now) for n in range(1, 6)
    ]
    assert len(asked) == 1
