"""A log gets another key: the one before signs nothing any more, and whoever checks the log follows."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

from reviewer.access import signing
from reviewer.access.audit_log import AuditLog
from reviewer.access.checkpoint import parse_checkpoint, write_checkpoint
from reviewer.access.log_keys import Endorsement, LogKeys, endorse
from reviewer.access.witness import Submission
from reviewer.db.connection import Database
from reviewer.errors import Damaged, Refused
from reviewer.model.event import Action, Event
from tests.contracts.test_reviewer_verify import both, script, with_meta  # noqa: F401 - a fixture
from tests.fakes.clock import FakeClock
from tests.fakes.intruder import Forged, append_signed, tamper
from tests.logs import (
    LOG_KEY,
    NEXT_KEY,
    PUBLIC_KEY,
    REPLACED_IN,
    assert_bad,
    check,
    newest_checkpoint,
    write_log,
)

NEXT_PUBLIC_KEY = signing.public_key_of(NEXT_KEY)
MALLORYS_KEY = b"m" * 32
ROWS = 260


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_meta(write_log(tmp_path_factory.mktemp("log") / "workspace.db", ROWS, next_key=NEXT_KEY))


@pytest.fixture
def file(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(pristine, tmp_path / "workspace.db"))


def a_log(file: Path, *keys: bytes) -> tuple[Database, AuditLog]:
    database = Database(file)
    ledger = AuditLog(database, FakeClock(), "w1", app_version="0.1.0", public_key=PUBLIC_KEY)
    for key in keys:
        ledger.unlock(key)
    return database, ledger


def all_checkpoints(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [note for (note,) in connection.execute("SELECT note FROM checkpoint ORDER BY size")]


def test_rows_up_to_the_replacement_have_the_old_key_and_later_ones_the_new(file: Path) -> None:
    database, ledger = a_log(file)
    for row in ledger.rows(REPLACED_IN - 5, 12):
        key = PUBLIC_KEY if row.seq <= REPLACED_IN else NEXT_PUBLIC_KEY
        assert signing.verify(key, row.hash, row.signature), row.seq
    assert ledger.keys().every == (PUBLIC_KEY, NEXT_PUBLIC_KEY)
    database.close()


def test_it_verifies_against_a_checkpoint_of_either_key(file: Path, script: ModuleType) -> None:  # noqa: F811
    notes = all_checkpoints(file)
    assert {parse_checkpoint(note).public_key for note in notes} == {PUBLIC_KEY, NEXT_PUBLIC_KEY}
    for note in notes:
        assert both(script, file, note) == (True, None)


def test_who_has_only_the_old_key_writes_nothing(file: Path) -> None:
    database, ledger = a_log(file, LOG_KEY)
    before = ledger.head()
    with pytest.raises(Refused, match="KEYS_REPLACED"):
        ledger.record(Event(Action.CLIP_HEARD))
    assert ledger.head() == before
    database.close()


def test_a_session_from_before_goes_on_with_the_key_that_it_was_given(file: Path) -> None:
    database, ledger = a_log(file, LOG_KEY)
    ledger.find_new_keys(lambda: [MALLORYS_KEY, NEXT_KEY])
    ledger.record(Event(Action.CLIP_HEARD, actor="p1"))
    database.close()
    assert check(file).ok


def test_a_replacement_by_another_process_counts_from_the_next_row(tmp_path: Path) -> None:
    file = write_log(tmp_path / "workspace.db", 20)
    (database, ledger), (others_database, other) = a_log(file, LOG_KEY), a_log(file, LOG_KEY)
    ledger.record(Event(Action.CLIP_HEARD, actor="p1"))
    other.replace_key(NEXT_KEY, Event(Action.KEYS_REPLACED, actor="p1"))
    with pytest.raises(Refused, match="KEYS_REPLACED"):
        ledger.record(Event(Action.CLIP_HEARD, actor="p1"))
    ledger.find_new_keys(lambda: [NEXT_KEY])
    ledger.record(Event(Action.CLIP_HEARD, actor="p1"))
    ledger.record(Event(Action.CLIP_HEARD, actor="p1"))
    others_database.close()
    database.close()
    assert check(file).ok


def test_a_key_of_another_log_unlocks_nothing(file: Path) -> None:
    database, ledger = a_log(file)
    with pytest.raises(Damaged, match="LOG_KEYS_DIFFER"):
        ledger.unlock(MALLORYS_KEY)
    database.close()


def broken_off(ledger: AuditLog) -> None:
    ledger.replace_key(NEXT_KEY, Event(Action.KEYS_REPLACED))
    raise ZeroDivisionError


def test_a_replacement_that_is_rolled_back_leaves_the_key(tmp_path: Path) -> None:
    file = write_log(tmp_path / "workspace.db", 20)
    database, ledger = a_log(file, LOG_KEY)
    with pytest.raises(ZeroDivisionError), database.transaction():
        broken_off(ledger)
    assert ledger.signing_key == LOG_KEY
    ledger.record(Event(Action.CLIP_HEARD, actor="p1"))
    database.close()
    assert check(file).ok


def test_keys_are_replaced_again_and_again(file: Path, script: ModuleType) -> None:  # noqa: F811
    database, ledger = a_log(file, NEXT_KEY)
    for number in range(3):
        ledger.replace_key(bytes([number]) * 32, Event(Action.KEYS_REPLACED, actor="p1"))
        ledger.record(Event(Action.CLIP_HEARD, actor="p1"))
    ledger.checkpoint("test")
    database.close()
    for note in all_checkpoints(file):
        assert both(script, file, note) == (True, None)
    assert len(newest_checkpoint(file).every_key) == 5


def by_the_old_key(rows: list[Forged]) -> None:
    append_signed(rows, LOG_KEY, Action.CLIP_HEARD)


def endorsed_by_the_old_key(rows: list[Forged]) -> None:
    public = signing.public_key_of(MALLORYS_KEY)
    own = endorse(LOG_KEY, "w1", public).hex()
    append_signed(rows, LOG_KEY, Action.KEYS_REPLACED, log_key=public.hex(), endorsement=own)


def endorsed_by_itself(rows: list[Forged]) -> None:
    public = signing.public_key_of(MALLORYS_KEY)
    own = endorse(MALLORYS_KEY, "w1", public).hex()
    append_signed(rows, MALLORYS_KEY, Action.KEYS_REPLACED, log_key=public.hex(), endorsement=own)


def endorsed_for_another_log(rows: list[Forged]) -> None:
    public = signing.public_key_of(MALLORYS_KEY)
    own = endorse(NEXT_KEY, "w2", public).hex()
    append_signed(rows, NEXT_KEY, Action.KEYS_REPLACED, log_key=public.hex(), endorsement=own)


def without_an_endorsement(rows: list[Forged]) -> None:
    append_signed(rows, NEXT_KEY, Action.KEYS_REPLACED, log_key=signing.public_key_of(MALLORYS_KEY).hex())


def with_no_key_at_all(rows: list[Forged]) -> None:
    append_signed(rows, NEXT_KEY, Action.KEYS_REPLACED, log_key="zz", endorsement=7)


@pytest.mark.parametrize(
    "attack",
    [
        by_the_old_key,
        endorsed_by_the_old_key,
        endorsed_by_itself,
        endorsed_for_another_log,
        without_an_endorsement,
        with_no_key_at_all,
    ],
)
def test_nobody_goes_on_from_the_end_of_the_log(
    file: Path,
    script: ModuleType,  # noqa: F811
    attack: Callable[[list[Forged]], None],
) -> None:
    end = check(file).rows
    tamper(file, attack)
    assert both(script, file) == (False, end + 1)
    assert check(file).notice.code in {"LOG_KEY_NOT_ENDORSED", "LOG_SIGNATURE_WRONG"}


def test_the_row_of_the_replacement_cannot_name_another_key(file: Path) -> None:
    def edit(rows: list[Forged]) -> None:
        row = rows[REPLACED_IN - 1]
        detail = json.loads(row.body)["detail"]
        row.rewrite(detail=detail | {"log_key": signing.public_key_of(MALLORYS_KEY).hex()})

    tamper(file, edit)
    assert_bad(check(file), REPLACED_IN)


def test_a_checkpoint_by_the_old_key_over_later_rows_is_none_of_this_log(file: Path) -> None:
    newest = newest_checkpoint(file)
    forged = write_checkpoint(
        LOG_KEY,
        "w1",
        newest.size,
        newest.head,
        newest.made_at,
        newest.previous,
        newest.reason,
        root=newest.root,
    )
    assert_bad(check(file, forged), newest.size, "LOG_REWRITTEN")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE checkpoint SET note = ? WHERE size = ?", (forged.text, newest.size))
    assert_bad(check(file), newest.size)


def test_a_checkpoint_with_a_broken_endorsement_is_none(file: Path) -> None:
    newest = newest_checkpoint(file)
    wrong = (Endorsement(PUBLIC_KEY, endorse(LOG_KEY, "w2", NEXT_PUBLIC_KEY)),)
    forged = write_checkpoint(
        NEXT_KEY, "w1", newest.size, newest.head, newest.made_at, b"", "x", endorsements=wrong
    )
    with pytest.raises(Damaged, match="CHECKPOINT_SIGNATURE_WRONG"):
        parse_checkpoint(forged.text)


def test_a_witness_follows_an_endorsed_key_and_no_other(file: Path) -> None:
    old, *_, new = (parse_checkpoint(note) for note in all_checkpoints(file))
    database, ledger = a_log(file)
    proof = {old.size: ledger.consistency(old.size, new.size)}
    Submission(new, proof).require_extends(old)
    database.close()
    other = write_checkpoint(
        MALLORYS_KEY, "w1", new.size, new.head, new.made_at, new.previous, "x", root=new.root
    )
    with pytest.raises(Damaged, match="WITNESS_OTHER_KEY"):
        Submission(other, proof).require_extends(old)


def test_a_witness_that_saw_the_new_key_does_not_go_back_to_the_old(file: Path) -> None:
    old, *_, new = (parse_checkpoint(note) for note in all_checkpoints(file))
    back = write_checkpoint(LOG_KEY, "w1", new.size, new.head, new.made_at, new.previous, "x", root=new.root)
    assert old.public_key == back.public_key
    with pytest.raises(Damaged, match="WITNESS_OTHER_KEY"):
        Submission(back, {}).require_extends(new)


def test_rows_of_earlier_versions_name_no_key(tmp_path: Path) -> None:
    file = write_log(tmp_path / "workspace.db", 20)
    database, ledger = a_log(file, LOG_KEY)
    ledger.record(Event(Action.KEYS_REPLACED, actor="p1", detail={"generation": 2}))
    ledger.record(Event(Action.CLIP_HEARD, actor="p1"))
    assert ledger.keys().every == (PUBLIC_KEY,)
    database.close()
    assert check(file).ok


def test_a_key_signs_from_the_row_after_the_one_that_names_it() -> None:
    keys = LogKeys("w1", PUBLIC_KEY)
    keys.add(
        10,
        {
            "detail": {
                "log_key": NEXT_PUBLIC_KEY.hex(),
                "endorsement": endorse(LOG_KEY, "w1", NEXT_PUBLIC_KEY).hex(),
            }
        },
    )
    assert [keys.at(seq) for seq in (1, 10, 11)] == [PUBLIC_KEY, PUBLIC_KEY, NEXT_PUBLIC_KEY]
