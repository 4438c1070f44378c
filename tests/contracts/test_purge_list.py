"""The list of purges beside a backup: one that was changed, or is not of this backup, is noticed."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewer.access import signing
from reviewer.access.audit_log import AuditLog
from reviewer.access.checkpoint import b64
from reviewer.access.log_keys import LogKeys, endorse
from reviewer.access.purge_list import PurgeList, parse_purge_list, write_purge_list
from reviewer.db.connection import Database
from reviewer.errors import Damaged, Refused
from reviewer.model.event import Action, Event
from tests.fakes.clock import FakeClock
from tests.logs import LOG_KEY, NEXT_KEY, PUBLIC_KEY, write_log

BACKUP = "b0123456789abcdef"
CLIPS = ("c1", "c2", "c3=c3-12ab34cd")
MALLORYS_KEY = b"m" * 32
ROWS = 20


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("log") / "workspace.db", ROWS)


@pytest.fixture
def log(pristine: Path, tmp_path: Path) -> AuditLog:
    return opened(Path(shutil.copy(pristine, tmp_path / "workspace.db")), LOG_KEY)


def opened(file: Path, *keys: bytes) -> AuditLog:
    log = AuditLog(Database(file), FakeClock(), "w1", app_version="0.1.0", public_key=PUBLIC_KEY)
    for key in keys:
        log.unlock(key)
    return log


def written(log: AuditLog, *clips: str) -> str:
    return write_purge_list(log, BACKUP, FakeClock().now(), clips or CLIPS)


def accepted(text: str, keys: LogKeys, rows: int = ROWS) -> PurgeList:
    """As a restore does it."""
    listed = parse_purge_list(text)
    listed.require_backup("w1", BACKUP)
    listed.require_key_of(keys, rows)
    return listed


def test_a_list_comes_back_as_it_was_written_also_with_the_line_ends_of_another_system(log: AuditLog) -> None:
    for text in (written(log), written(log).replace("\n", "\r\n")):
        listed = accepted(text, log.keys())
        assert (listed.lines, listed.log_rows, listed.made_at) == (CLIPS, ROWS, FakeClock().now())
    assert accepted(write_purge_list(log, BACKUP, FakeClock().now(), ()), log.keys()).lines == ()


def without_the_last_clip(text: str) -> str:
    return text.replace(f"clip {CLIPS[-1]}\n", "")


def with_another_clip(text: str) -> str:
    return text.replace("clip c2\n", "clip c2\nclip c9\n")


def of_a_later_row(text: str) -> str:
    return text.replace(f"rows {ROWS}\n", f"rows {ROWS + 1}\n")


def for_another_backup(text: str) -> str:
    return text.replace(BACKUP, "bfedcba9876543210")


def with_another_key_in_it(text: str) -> str:
    return text.replace(b64(PUBLIC_KEY), b64(signing.public_key_of(MALLORYS_KEY)))


def without_its_signature(text: str) -> str:
    return text[: text.index("\n\n") + 1]


def with_a_line_after_the_signature(text: str) -> str:
    return text + "clip c9\n"


EDITS = [
    without_the_last_clip,
    with_another_clip,
    of_a_later_row,
    for_another_backup,
    with_another_key_in_it,
    without_its_signature,
    with_a_line_after_the_signature,
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_an_edited_list_is_noticed(log: AuditLog, edit: Callable[[str], str]) -> None:
    text = written(log)
    assert edit(text) != text
    with pytest.raises(Damaged, match="PURGE_LIST_CHANGED"):
        parse_purge_list(edit(text))


def test_a_list_that_is_cut_or_has_one_other_character_is_noticed(log: AuditLog) -> None:
    text, rng = written(log), random.Random(7)
    for end in range(len(text) - 1):
        with pytest.raises(Damaged):
            parse_purge_list(text[:end])
    for place in range(len(text) - 1):
        other = chr(33 + rng.randrange(90))
        if other != text[place]:
            with pytest.raises(Damaged):
                parse_purge_list(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("text", ["", "\n", "c1\nc2\n"])
def test_the_unsigned_list_of_an_earlier_version_is_told_from_an_edited_one(text: str) -> None:
    with pytest.raises(Damaged, match="PURGE_LIST_NOT_SIGNED"):
        parse_purge_list(text)


def test_the_list_of_another_backup_or_workspace_is_refused(log: AuditLog, tmp_path: Path) -> None:
    write_log(tmp_path / "other.db", ROWS, log_id="w2")
    of_w2 = AuditLog(Database(tmp_path / "other.db"), FakeClock(), "w2", public_key=PUBLIC_KEY)
    of_w2.unlock(LOG_KEY)
    for text in (write_purge_list(log, "b2", FakeClock().now(), CLIPS), written(of_w2)):
        with pytest.raises(Damaged, match="PURGE_LIST_OF_ANOTHER_BACKUP"):
            accepted(text, log.keys())


def test_a_list_under_a_key_of_nobody_here_is_refused(log: AuditLog, tmp_path: Path) -> None:
    forged = write_log(tmp_path / "forged.db", ROWS, log_key=MALLORYS_KEY)
    of_mallory = AuditLog(Database(forged), FakeClock(), "w1")
    of_mallory.unlock(MALLORYS_KEY)
    with pytest.raises(Damaged, match="PURGE_LIST_FORGED"):
        accepted(written(of_mallory), log.keys())


def test_a_key_that_names_the_logs_key_as_its_successor_is_refused(log: AuditLog) -> None:
    """The endorsements lead from the list's key to the first one, and no further."""
    mallory = signing.public_key_of(MALLORYS_KEY)
    own = endorse(MALLORYS_KEY, "w1", PUBLIC_KEY)
    lines = written(log).split("\n\n")[0] + f"\nendorsed {b64(mallory)} {b64(own)}\n"
    name = "reviewer/w1/purged"
    key_hash = signing.note_key_hash(name, signing.NOTE_ED25519, PUBLIC_KEY)
    signed = key_hash + signing.sign(LOG_KEY, lines.encode())
    text = f"{lines}\n— {name} {b64(signed)}\n"
    assert parse_purge_list(text)
    with pytest.raises(Damaged, match="PURGE_LIST_FORGED"):
        accepted(text, log.keys())


def test_an_endorsement_that_the_logs_key_did_not_sign_leads_nowhere(log: AuditLog) -> None:
    mallory = signing.public_key_of(MALLORYS_KEY)
    body = written(log).split("\n\n")[0].replace(b64(PUBLIC_KEY), b64(mallory))
    name = "reviewer/w1/purged"
    for endorsement in (bytes(64), endorse(MALLORYS_KEY, "w1", mallory), endorse(LOG_KEY, "w2", mallory)):
        lines = f"{body}\nendorsed {b64(PUBLIC_KEY)} {b64(endorsement)}\n"
        key_hash = signing.note_key_hash(name, signing.NOTE_ED25519, mallory)
        signature = b64(key_hash + signing.sign(MALLORYS_KEY, lines.encode()))
        with pytest.raises(Damaged, match="PURGE_LIST_CHANGED"):
            accepted(f"{lines}\n— {name} {signature}\n", log.keys())


def test_the_log_in_a_backup_follows_to_a_key_that_came_later_but_not_back(log: AuditLog) -> None:
    before, by_the_old_key = LogKeys("w1", PUBLIC_KEY), written(log)
    log.replace_key(NEXT_KEY, Event(Action.KEYS_REPLACED, actor="p1"))
    assert accepted(written(log), before).lines == CLIPS
    with pytest.raises(Damaged, match="PURGE_LIST_FORGED"):
        accepted(by_the_old_key, log.keys())  # who left before the backup signs nothing for it


def test_a_list_from_before_the_backup_is_refused(log: AuditLog) -> None:
    assert accepted(written(log), log.keys(), ROWS)
    with pytest.raises(Damaged, match="PURGE_LIST_FORGED"):
        accepted(written(log), log.keys(), ROWS + 1)


def test_nobody_without_the_key_writes_a_list(log: AuditLog) -> None:
    log.lock()
    with pytest.raises(Refused):
        written(log)
