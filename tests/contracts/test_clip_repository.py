"""The catalogue remembers every clip, and forgets a key for good."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reviewer.clips.repository import ClipRepository
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.errors import Refused
from tests.factories import a_clip


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "workspace.db")
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def catalogue(database: Database) -> ClipRepository:
    return ClipRepository(database)


def other(number: int, **changes: object) -> dict[str, object]:
    return {"id": f"c{number}", "source_hash": f"s{number}", "samples_hash": f"m{number}", **changes}


@pytest.mark.parametrize("withdrawn", [None, a_clip().recorded_at + timedelta(days=3, microseconds=1)])
def test_a_clip_is_read_as_it_was_added(catalogue: ClipRepository, withdrawn: object) -> None:
    clip = a_clip(consent_withdrawn_at=withdrawn)
    catalogue.add(clip, b"wrapped", b"draft")
    assert catalogue.get("c1") == clip
    assert catalogue.wrapped_key("c1") == b"wrapped"
    assert catalogue.asr_draft("c1") == b"draft"


def test_a_clip_that_never_came_in_is_refused(catalogue: ClipRepository) -> None:
    for attempt in (catalogue.get, catalogue.wrapped_key, catalogue.asr_draft, catalogue.destroy_key):
        with pytest.raises(Refused) as refused:
            attempt("c1")
        assert refused.value.code == "NO_SUCH_CLIP"
    assert not catalogue.has("c1")


@pytest.mark.parametrize(
    "changes",
    [
        {"source_hash": "x", "samples_hash": "y"},
        {"id": "c2", "samples_hash": "y"},
        {"id": "c2", "source_hash": "x"},
    ],
)
def test_a_known_id_source_or_recording_is_a_duplicate(
    catalogue: ClipRepository, changes: dict[str, str]
) -> None:
    catalogue.add(a_clip(), b"wrapped", None)
    with pytest.raises(Refused) as refused:
        catalogue.add(a_clip(**changes), b"other", None)
    assert refused.value.code == "DUPLICATE"
    assert catalogue.ids() == {"c1"}


def test_sources_and_recordings_are_recognised(catalogue: ClipRepository) -> None:
    catalogue.add(a_clip(), b"wrapped", None)
    assert catalogue.has_source("source-c1")
    assert catalogue.has_samples("samples-c1")
    assert not catalogue.has_source("samples-c1")
    assert not catalogue.has_samples("source-c1")
    assert catalogue.of_source("source-c1") == "c1"
    assert catalogue.of_source("another") is None


def test_a_destroyed_key_is_gone_with_the_draft_and_the_rest_stays(catalogue: ClipRepository) -> None:
    catalogue.add(a_clip(), b"wrapped", b"draft")
    catalogue.destroy_key("c1")
    with pytest.raises(Refused) as refused:
        catalogue.wrapped_key("c1")
    assert refused.value.code == "PURGED"
    assert catalogue.asr_draft("c1") is None
    assert catalogue.get("c1") == a_clip()
    assert catalogue.ids() == set()
    assert catalogue.has("c1")


def test_a_destroyed_key_is_not_left_in_any_file(catalogue: ClipRepository, database: Database) -> None:
    def is_somewhere() -> bool:
        folder = database.path.parent
        return any(b"the wrapped key of this clip" in file.read_bytes() for file in folder.iterdir())

    catalogue.add(a_clip(), b"the wrapped key of this clip", b"draft")
    assert is_somewhere()
    catalogue.destroy_key("c1")
    database.close()
    assert not is_somewhere()


def test_a_purged_source_does_not_come_in_again(catalogue: ClipRepository) -> None:
    catalogue.add(a_clip(), b"wrapped", None)
    catalogue.destroy_key("c1")
    assert catalogue.has_source("source-c1")
    assert catalogue.has_samples("samples-c1")
    with pytest.raises(Refused):
        catalogue.add(a_clip(id="c2", samples_hash="other"), b"wrapped", None)


def test_clips_whose_time_is_up_are_due_the_oldest_first(catalogue: ClipRepository) -> None:
    now = a_clip().purge_at
    for number, days in ((1, 0), (2, -5), (3, 1), (4, -9), (5, -20)):
        catalogue.add(a_clip(**other(number, purge_at=now + timedelta(days=days))), b"wrapped", None)
    catalogue.destroy_key("c5")
    assert catalogue.due_for_purge(now) == ["c4", "c2", "c1"]
    assert catalogue.due_for_purge(now - timedelta(microseconds=1)) == ["c4", "c2"]
