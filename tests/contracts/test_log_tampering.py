"""Whatever is done to the log afterwards, verification sees it and names the first bad row."""

import random
import re
import shutil
from collections.abc import Callable
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
TRIES = 6


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("log") / "workspace.db", ROWS)


@pytest.fixture
def file(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(pristine, tmp_path / "workspace.db"))


@pytest.fixture(params=range(TRIES))
def place(request: pytest.FixtureRequest) -> int:
    """A random place in the middle of the log whose row is signed, and so are the rows beside it."""
    chosen = random.Random(f"place {request.param}").randint(4, ROWS - 20)
    return chosen if not {chosen - 1, chosen, chosen + 1} & UNSIGNED else chosen + 5


def test_the_log_verifies_before_anybody_touches_it(file: Path) -> None:
    assert check(file).ok
    assert check(file, newest_checkpoint(file)).ok


class TestThirteenKindsOfTampering:
    """The attacker restores every trigger; without the log key there is no signature to be had."""

    def test_1_an_edited_bit(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows[place - 1].body = rows[place - 1].body.replace(b'"p1"', b'"p2"')

        self.expect(file, attack, place)

    def test_1_an_edit_of_what_no_index_shows(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            row = rows[place - 1]
            row.body = re.sub(rb'"mono":[0-9]+', b'"mono":123456789', row.body)

        self.expect(file, attack, place)

    def test_2_a_wrong_hash(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows[place - 1].hash = bytes(31) + bytes([place % 256])

        self.expect(file, attack, place)

    def test_3_a_wrong_link(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows[place - 1].prev = rows[place - 3].hash

        self.expect(file, attack, place)

    def test_4_an_inserted_row(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows.insert(place - 1, forged_row(rows, place, Action.CLIP_HEARD))
            for seq, row in enumerate(rows, start=1):
                row.seq = seq

        self.expect(file, attack, place)

    def test_5_two_rows_swapped(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
            rows[place - 1].seq, rows[place].seq = place, place + 1

        self.expect(file, attack, place)

    def test_6_a_row_deleted_from_the_middle(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            del rows[place - 1]

        self.expect(file, attack, place)

    def test_7_a_row_deleted_and_the_rest_renumbered(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            del rows[place - 1]
            for row in rows[place - 1 :]:
                row.seq -= 1

        self.expect(file, attack, place)

    def test_8_an_edit_chained_again_to_the_end(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            rows[place - 1].rewrite(actor="p2")
            rechain(rows, place)

        self.expect(file, attack, place)

    def test_9_a_deletion_chained_again_to_the_end(self, file: Path, place: int) -> None:
        def attack(rows: list[Forged]) -> None:
            del rows[place - 1]
            rechain(rows, place)

        self.expect(file, attack, place)

    def test_10_the_last_row_cut_off(self, file: Path) -> None:
        database, ledger = reopened(file)
        outside = ledger.checkpoint("request")
        database.close()

        def attack(rows: list[Forged]) -> None:
            rows.pop()

        tamper(file, attack)
        prune_checkpoints(file, outside.size - 1)
        assert check(file).ok, "a cut tail shows only against a checkpoint from outside"
        assert_bad(check(file, outside), outside.size)

    def test_11_the_tail_cut_off_with_its_checkpoints(self, file: Path, place: int) -> None:
        outside = newest_checkpoint(file)
        size = min(place, outside.size - 1)

        def attack(rows: list[Forged]) -> None:
            del rows[size:]

        tamper(file, attack)
        prune_checkpoints(file, size)
        assert check(file).ok, "a cut tail shows only against a checkpoint from outside"
        assert_bad(check(file, outside), size + 1)

    @pytest.mark.parametrize("lived_on", [0, 40, 400])
    def test_12_an_old_backup_in_the_place_of_the_file(
        self, file: Path, tmp_path: Path, lived_on: int
    ) -> None:
        backup = write_log(tmp_path / "backup.db", 200)
        outside = newest_checkpoint(file)
        shutil.copy(backup, file)
        database, ledger = reopened(file)
        for _ in range(lived_on):
            ledger.record(Event(Action.CLIP_OPENED, actor="p2"))
        size = ledger.head().size
        database.close()
        assert check(file).ok, "a backup that lives on shows only against a checkpoint from outside"
        assert_bad(check(file, outside), min(size + 1, outside.size))

    @pytest.mark.parametrize("log_id", ["w1", "w2"])
    @pytest.mark.parametrize("log_key", [LOG_KEY, b"m" * 32])
    def test_13_the_log_wiped_and_begun_anew(
        self, file: Path, tmp_path: Path, log_id: str, log_key: bytes
    ) -> None:
        outside = newest_checkpoint(file)
        anew = write_log(tmp_path / "anew.db", 20, log_id=log_id, log_key=log_key)
        finding = verify_log(anew, log_id, signing.public_key_of(log_key), outside)
        # Even with the stolen key and the same name, the rows that the checkpoint knows of are not there.
        assert_bad(finding, 21 if (log_id, log_key) == ("w1", LOG_KEY) else 1)

    def expect(self, file: Path, attack: Callable[[list[Forged]], None], first_bad: int) -> None:
        outside = newest_checkpoint(file)
        tamper(file, attack)
        assert_bad(check(file), first_bad)
        assert_bad(check(file, outside), first_bad)
