"""Work that was handed in cannot be exchanged, added or given away in the file without being noticed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from reviewer.access import signing
from reviewer.access.verification import Finding, verify_log
from reviewer.errors import Damaged
from reviewer.model.event import Action, Event
from reviewer.model.task import SealedAnnotation, VerdictKind
from tests.benches.capabilities import ANN, BEN, WORKSPACE, Capabilities, capabilities
from tests.fakes.intruder import unguarded


@dataclass
class Versions:
    """A task's annotation and the rework of it, and a colleague's annotation of another clip."""

    bench: Capabilities
    first: SealedAnnotation
    second: SealedAnnotation
    foreign: SealedAnnotation

    def verify(self) -> Finding:
        public_key = signing.public_key_of(self.bench.keyring.log_key)
        return verify_log(self.bench.database.path, WORKSPACE, public_key)

    def tamper(self, statement: str, *values: object) -> None:
        """One statement by somebody who has the file but no key; triggers are as before afterwards."""
        with unguarded(self.bench.database.path) as connection:
            connection.execute(statement, values)

    def exchange(self, one: SealedAnnotation, other: SealedAnnotation, *columns: str) -> None:
        """Exchanges columns of two annotations in the file."""
        with unguarded(self.bench.database.path) as connection:
            changes = ", ".join(f"{column} = ?" for column in columns)
            for target, source in ((one, other), (other, one)):
                values = [getattr(source, column) for column in columns]
                connection.execute(f"UPDATE annotation SET {changes} WHERE id = ?", (*values, target.id))


@pytest.fixture
def versions(tmp_path: Path) -> Iterator[Versions]:
    with capabilities(tmp_path) as bench:
        bench.import_clip("c1")
        first = bench.hand_in(bench.claim(ANN), b"the first version")
        bench.review(first, VerdictKind.RETURNED)
        lease = bench.claim(ANN)
        assert lease.returned_annotation == first.id
        second = bench.hand_in(lease, b"the second version")
        bench.import_clip("c2")
        bench.review(second, VerdictKind.ACCEPTED_WITH_FIXES)
        foreign = bench.hand_in(bench.claim(BEN), b"of another clip")
        passed = bench.queue.draw(lambda _: False).passed
        bench.log.record(Event(Action.REVIEW_DRAWN, detail={"passed_annotations": passed}))
        yield Versions(bench, first, second, foreign)


def test_work_as_it_was_handed_in_verifies_and_reads_back(versions: Versions) -> None:
    assert versions.verify().ok
    assert versions.bench.text_of(versions.first.id) == b"the first version"
    assert versions.bench.text_of(versions.second.id) == b"the second version"
    assert versions.bench.queue.annotation(versions.second.id).parent == versions.first.id


@pytest.mark.parametrize("columns", [("digest", "sealed"), ("sealed",)])
@pytest.mark.parametrize("pair", ["versions of one task", "clips"])
def test_exchanged_annotations_are_found_without_keys_and_do_not_unseal(
    versions: Versions, pair: str, columns: tuple[str, ...]
) -> None:
    other = versions.second if pair == "versions of one task" else versions.foreign
    versions.exchange(versions.first, other, *columns)
    assert versions.verify().notice.code == "ANNOTATION_DIFFERS"
    for annotation in (versions.first, other):
        with pytest.raises(Damaged):
            versions.bench.text_of(annotation.id)


@pytest.mark.parametrize(
    ("column", "value"), [("author", BEN), ("clip_id", "c2"), ("digest", b"d" * 32), ("sealed", b"")]
)
def test_annotation_given_to_another_author_clip_or_text_is_found(
    versions: Versions, column: str, value: object
) -> None:
    versions.tamper(f"UPDATE annotation SET {column} = ? WHERE id = ?", value, versions.first.id)
    finding = versions.verify()
    assert (finding.ok, finding.notice.code) == (False, "ANNOTATION_DIFFERS")
    assert finding.notice.parameters["annotation"] == versions.first.id


def test_annotation_that_nobody_handed_in_is_found(versions: Versions) -> None:
    versions.tamper(
        "INSERT INTO annotation SELECT 'planted', 'key', task_id, clip_id, author, parent_id, schema_version,"
        " conventions_version, digest, sealed, made_at FROM annotation WHERE id = ?",
        versions.first.id,
    )
    assert versions.verify().notice.code == "ANNOTATION_NOT_IN_LOG"


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        ("VERDICT_DIFFERS", "UPDATE verdict SET kind = 'accepted' WHERE kind = 'accepted_with_fixes'"),
        ("VERDICT_DIFFERS", "UPDATE verdict SET kind = 'passed', person_id = '' WHERE kind = 'returned'"),
        ("VERDICT_DIFFERS", "DELETE FROM verdict WHERE kind = 'returned'"),
        ("VERDICT_DIFFERS", "DELETE FROM verdict WHERE kind = 'passed'"),
        ("TASK_DIFFERS", "UPDATE task SET annotation_id = reviewed_id WHERE kind = 'review'"),
        ("TASK_DIFFERS", "UPDATE task SET annotation_id = NULL WHERE kind = 'transcribe'"),
        ("FINAL_DIFFERS", "UPDATE final SET annotation_id = (SELECT id FROM annotation LIMIT 1)"),
        ("FINAL_DIFFERS", "UPDATE final SET verdict_id = (SELECT id FROM verdict WHERE kind = 'returned')"),
    ],
)
def test_verdict_task_or_final_that_was_changed_is_found_without_keys(
    versions: Versions, code: str, statement: str
) -> None:
    versions.tamper(statement)
    assert versions.verify().notice.code == code


def test_annotations_cannot_be_changed_through_the_database_as_it_is(versions: Versions) -> None:
    with closing(sqlite3.connect(versions.bench.database.path)) as connection:
        for statement in (
            "UPDATE annotation SET author = 'ben'",
            "UPDATE annotation SET sealed = x'00'",
            "DELETE FROM annotation",
            "UPDATE annotation SET parent_id = NULL WHERE parent_id IS NOT NULL",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
    assert versions.verify().ok


def test_purged_annotation_keeps_its_row_and_still_verifies(versions: Versions) -> None:
    versions.bench.purge("c1")
    kept = versions.bench.queue.annotation(versions.first.id)
    assert (kept.sealed, kept.digest, kept.author) == (b"", versions.first.digest, ANN)
    assert versions.verify().ok
