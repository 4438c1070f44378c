"""Rows of an import that wait outside memory."""

import errno
from pathlib import Path

import pytest

from reviewer.errors import Notice, Unavailable
from reviewer.lead import sealed_spool
from reviewer.lead.sealed_spool import Spooled
from reviewer.privacy.manifest_row import Decision, RefusalCode

REFUSED = Decision.refuse(RefusalCode.BAD_VALUE, "secret", field="words", inner=Notice("inner", {"n": 1}))


@pytest.fixture
def spooled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spooled[Decision | str]:
    monkeypatch.setattr(sealed_spool, "_MOST_BYTES_IN_MEMORY", 1)
    return Spooled(tmp_path, "IMPORT_NOT_STORED", ["third secret", REFUSED, "first secret"])


def test_objects_come_back_as_they_were_by_place_slice_and_one_by_one(spooled: Spooled[object]) -> None:
    assert list(spooled) == [spooled[0], *spooled[1:]] == ["third secret", REFUSED, "first secret"]
    assert spooled[-1] == "first secret"


def test_they_are_put_in_the_order_of_their_keys(spooled: Spooled[object]) -> None:
    spooled.sort_by([3, 2, 1])
    assert list(spooled) == spooled[:] == ["first secret", REFUSED, "third secret"]
    assert spooled[0] == "first secret"


def test_nothing_is_in_the_clear_in_the_file_and_the_file_has_no_name(
    spooled: Spooled[object], tmp_path: Path
) -> None:
    spooled._spool._file.seek(0)
    data = spooled._spool._file.read()
    assert len(data) > 100
    assert b"secret" not in data
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_is_told_by_the_code_that_was_given(
    spooled: Spooled[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spooled._spool._file, "write", full)
    with pytest.raises(Unavailable) as told:
        spooled.append("one more")
    assert told.value.notice == Notice("IMPORT_NOT_STORED", {"problem": "No space left on device"})
    assert list(spooled)[-1] == "first secret"


def test_nothing_more_is_sealed_under_a_number_whose_write_failed(
    spooled: Spooled[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(spooled._spool._file, "write", full)
        with pytest.raises(Unavailable):
            spooled.append("one more")
    with pytest.raises(Unavailable):
        spooled.append("another one")
    assert len(spooled) == 3
