"""Whatever is done to the log afterwards, verification sees it and names the first bad row.

REVIEWER_TAMPERINGS says how often each kind is tried, at most 6 times if it is not set.
"""

import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from reviewer.access import signing
from reviewer.access.verification import verify_log
from reviewer.model.event import Action, Event
from tests.fakes.intruder import Forged, prune_checkpoints, rechain, tamper
from tests.logs import (
    LOG_KEY,
    UNSIGNED,
    assert_bad,
    check,
    forged_row,
    newest_checkpoint,
    reopened,
    write_log,
)

ROWS = 400
Copies = Iterator[tuple[Path, int]]
TRIES = int(os.environ.get("REVIEWER_TAMPERINGS", "6"))
AGAIN = range(TRIES if TRIES > 6 else 1)
"""A kind whose place is always the same, or that is slow: once, if not more are asked for."""


@pytest.fixture(scope="module", autouse=True)
def remembered_signatures() -> Iterator[None]:
    """A signature is verified once: most rows are the same in every try."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing, "verify", cache(signing.verify))
        yield


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("log") / "workspace.db", ROWS)


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same log when it was half as long."""
    return write_log(tmp_path_factory.mktemp("log") / "backup.db", 200)


@pytest.fixture
def file(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(pristine, tmp_path / "workspace.db"))


@pytest.fixture
def copies(pristine: Path, tmp_path: Path) -> Copies:
    """For each try a fresh copy, and a random place in the middle: its row and those beside it are signed."""

    def fresh(number: int) -> tuple[Path, int]:
        chosen = random.Random(f"place {number}").randint(4, ROWS - 20)
        place = chosen if not {chosen - 1, chosen, chosen + 1} & UNSIGNED else chosen + 5
        return Path(shutil.copy(pristine, tmp_path / "workspace.db")), place

    return map(fresh, range(TRIES))


def test_the_log_verifies_before_anybody_touches_it(file: Path) -> None:
    assert check(file).ok
    assert check(file, newest_checkpoint(file)).ok


class TestThirteenKindsOfTampering:
    """The attacker restores every trigger; without the log key there is no signature to be had."""

    def test_1_an_edited_bit(self, copies: Copies) -> None:
        def attack(rows: list[Forged], place: int) -> None:
            rows[place - 1].body = rows[place - 1].body.replace(b'"ok"', b'"no"')

        self.expect(copies, attack)

    def test_1_an_edit_of_what_no_index_shows(self, copies: Copies) -> None:
        def attack(rows: list[Forged], place: int) -> None:
            row = rows[place - 1]
            row.body = re.sub(rb'"mono":[0-9]+', b'"mono":123456789', row.body)

        self.expect(copies, attack)

    def test_2_a_wrong_hash(self, copies: Copies) -> None:
        def attack(rows: list[Forged], place: int) -> None:
            rows[place - 1].hash = bytes(31) + bytes([place % 256])

        self.expect(copies, attack)

    def test_3_a_wrong_link(self, copies: Copies) -> None:
        def attack(rows: list[Forged], place: int) -> None:
            rows[place - 1].prev = rows[place - 3].hash

        self.expect(copies, attack)

    def test_4_an_inserted_row(self, copies: Copies) -> None:
        def attack(rows: list[Forged], place: int) -> None:
            rows.insert(place - 1, forged_row(rows, place, Action.CLIP_HEARD))
            for seq, row in enumerate(rows, start=1):
                row.seq = seq

        self.expect(copies, attack)

    def test_5_two_rows_swapped(self, copies: Copies) -> None:
        def attack(rows: list[Forged], place: int) -> None:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
            rows[place - 1].seq, rows[place].seq = place, place + 1

        self.expect(copies, attack)

    def test_6_a_row_deleted_from_the_middle(self, copies: Copies) -> None:
        def attack(rows: list[Forged], place: int) -> None:
            del rows[place - 1]

        self.expect(copies, attack)

    def test_7_a_row_deleted_and_the_rest_renumbered(self, copies: Copies) -> None:
        def attack(rows: list[Forged], place: int) -> None:
            del rows[place - 1]
            for row in rows[place - 1 :]:
                row.seq -= 1

        self.expect(copies, attack)

    def test_8_an_edit_chained_again_to_the_end(self, copies: Copies) -> None:
        def attack(rows: list[Forged], place: int) -> None:
            rows[place - 1].rewrite(actor="p2")
            rechain(rows, place)

        self.expect(copies, attack)

    def test_9_a_deletion_chained_again_to_the_end(self, copies: Copies) -> None:
        def attack(rows: list[Forged], place: int) -> None:
            del rows[place - 1]
            rechain(rows, place)

        self.expect(copies, attack)

    @pytest.mark.parametrize("number", AGAIN)
    def test_10_the_last_row_cut_off(self, file: Path, number: int) -> None:
        database, ledger = reopened(file)
        for _ in range(number % 256):
            ledger.record(Event(Action.CLIP_OPENED, actor="p1"))
        outside = ledger.checkpoint("request")
        database.close()

        def attack(rows: list[Forged]) -> None:
            rows.pop()

        tamper(file, attack)
        prune_checkpoints(file, outside.size - 1)
        assert check(file).ok, "a cut tail shows only against a checkpoint from outside"
        assert_bad(check(file, outside), outside.size)

    def test_11_the_tail_cut_off_with_its_checkpoints(self, pristine: Path, copies: Copies) -> None:
        outside = newest_checkpoint(pristine)
        for file, place in copies:
            size = min(place, outside.size - 1)

            def attack(rows: list[Forged], size: int = size) -> None:
                del rows[size:]

            tamper(file, attack)
            prune_checkpoints(file, size)
            assert check(file).ok, "a cut tail shows only against a checkpoint from outside"
            assert_bad(check(file, outside), size + 1)

    @pytest.mark.parametrize("lived_on", [0, 40, 400, *(number % 500 for number in AGAIN[1:])])
    def test_12_an_old_backup_in_the_place_of_the_file(self, file: Path, backup: Path, lived_on: int) -> None:
        outside = newest_checkpoint(file)
        shutil.copy(backup, file)
        database, ledger = reopened(file)
        with database.transaction():
            for _ in range(lived_on):
                ledger.record(Event(Action.CLIP_OPENED, actor="p2"))
        size = ledger.head().size
        database.close()
        assert check(file).ok, "a backup that lives on shows only against a checkpoint from outside"
        assert_bad(check(file, outside), min(size + 1, outside.size))

    @pytest.mark.parametrize("log_id", ["w1", "w2"])
    @pytest.mark.parametrize("log_key", [LOG_KEY, b"m" * 32])
    @pytest.mark.parametrize("rows", [20, *(3 + number % 200 for number in AGAIN[1::4])])
    def test_13_the_log_wiped_and_begun_anew(
        self, file: Path, tmp_path: Path, log_id: str, log_key: bytes, rows: int
    ) -> None:
        outside = newest_checkpoint(file)
        anew = write_log(tmp_path / "anew.db", rows, log_id=log_id, log_key=log_key)
        finding = verify_log(anew, log_id, signing.public_key_of(log_key), outside)
        # Even with the stolen key and the same name, the rows that the checkpoint knows of are not there.
        assert_bad(finding, rows + 1 if (log_id, log_key) == ("w1", LOG_KEY) else 1)

    def expect(self, copies: Copies, attack: Callable[[list[Forged], int], None]) -> None:
        """Each try names the row of its place, whether a checkpoint was kept outside or not."""
        for file, place in copies:
            outside = newest_checkpoint(file)
            tamper(file, lambda rows, place=place: attack(rows, place))
            assert_bad(check(file), place)
            assert_bad(check(file, outside), place)
