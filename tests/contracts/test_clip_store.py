"""What every clip store must do, held against the real one and the fake."""

import os
import stat
import sys
from pathlib import Path

import pytest

from reviewer.clips.store import ClipStore, LocalClipStore
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.model.clip import ContentKind
from tests.fakes.store import MemoryClips

AUDIO, PEAKS = ContentKind.AUDIO, ContentKind.PEAKS


class ClipStoreContract:
    """Inherit and give a ``store`` fixture."""

    def test_what_was_put_last_of_a_kind_is_read_from_any_place(self, store: ClipStore) -> None:
        store.put("c1", AUDIO, b"first, and longer")
        store.put("c1", AUDIO, b"0123456789")
        store.put("c1", PEAKS, b"peaks")
        with store.open("c1", AUDIO) as stream:
            assert stream.read() == b"0123456789"
            stream.seek(7)
            assert stream.read(2) == b"78"
            assert stream.seek(0, 2) == 10
        with store.open("c1", PEAKS) as stream:
            assert stream.read() == b"peaks"

    def test_has_tells_what_is_there_and_a_missing_object_is_damage(self, store: ClipStore) -> None:
        store.put("c1", PEAKS, b"peaks")
        assert store.has("c1", PEAKS)
        assert not store.has("c1", AUDIO)
        assert not store.has("c2", PEAKS)
        with pytest.raises(Damaged):
            store.open("c1", AUDIO)

    def test_remove_takes_every_object_of_one_clip_and_a_second_time_none(self, store: ClipStore) -> None:
        store.put("c1", AUDIO, b"audio")
        store.put("c1", PEAKS, b"peaks")
        store.put("c11", AUDIO, b"another, whose id begins alike")
        for _ in range(2):
            store.remove("c1")
            assert store.clip_ids() == {"c11"}

    def test_sweep_removes_clips_that_nobody_keeps_once(self, store: ClipStore) -> None:
        for clip_id in ("c1", "c2", "c3"):
            store.put(clip_id, AUDIO, b"audio")
            store.put(clip_id, PEAKS, b"peaks")
        assert store.sweep({"c2"}) == 2
        assert store.sweep({"c2", "c9"}) == 0
        assert store.clip_ids() == {"c2"}
        assert store.has("c2", AUDIO)

    @pytest.mark.parametrize("clip_id", ["", "../c1", "a/b", "a.b", "a\\b", ".hidden", "ä"])
    def test_an_id_that_could_name_another_place_is_refused(self, store: ClipStore, clip_id: str) -> None:
        with pytest.raises(Refused):
            store.put(clip_id, AUDIO, b"audio")


class TestMemoryClips(ClipStoreContract):
    @pytest.fixture
    def store(self) -> ClipStore:
        return MemoryClips()


class TestLocalClips(ClipStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ClipStore:
        return LocalClipStore(tmp_path / "clips")

    def test_files_are_readable_by_nobody_else(self, store: ClipStore, tmp_path: Path) -> None:
        old = os.umask(0)
        try:
            store.put("c1", AUDIO, b"audio")
        finally:
            os.umask(old)
        (file,) = (tmp_path / "clips").iterdir()
        assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("c1.audio.sealed", 0o600)
        assert stat.S_IMODE((tmp_path / "clips").stat().st_mode) == 0o700

    @pytest.mark.skipif(sys.platform == "win32", reason="files that Windows does not have")
    @pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
    def test_what_is_no_file_is_missing_and_is_not_waited_for(
        self, store: ClipStore, tmp_path: Path, kind: str
    ) -> None:
        place = tmp_path / "clips" / "c1.audio.sealed"
        {"pipe": os.mkfifo, "device": lambda at: at.symlink_to("/dev/zero"), "folder": Path.mkdir}[kind](
            place
        )
        with pytest.raises(Damaged, match="CLIP_FILE_MISSING"):
            store.open("c1", AUDIO)

    def test_a_folder_that_others_could_read_is_closed(self, tmp_path: Path) -> None:
        (tmp_path / "open").mkdir()
        (tmp_path / "open").chmod(0o755)  # whatever the umask is
        LocalClipStore(tmp_path / "open")
        assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o700

    def test_sweep_removes_what_a_killed_write_left(self, store: ClipStore, tmp_path: Path) -> None:
        store.put("c1", AUDIO, b"audio")
        leftover = tmp_path / "clips" / ".c9.audio.sealed.0123456789abcdef.tmp"
        leftover.write_bytes(b"half")
        assert store.clip_ids() == {"c1"}
        assert store.sweep({"c1"}) == 1
        assert not leftover.exists()
        assert store.has("c1", AUDIO)

    def test_sweep_spares_files_that_are_not_ours(self, store: ClipStore, tmp_path: Path) -> None:
        note = tmp_path / "clips" / "README.txt"
        note.write_text("not ours")
        assert store.sweep(set()) == 0
        assert note.exists()

    def test_a_failed_write_leaves_nothing(self, store: ClipStore, tmp_path: Path) -> None:
        # A folder in the way makes the rename fail after the temporary file was written.
        (tmp_path / "clips" / "c1.audio.sealed").mkdir()
        with pytest.raises(Unavailable):
            store.put("c1", AUDIO, b"audio")
        assert [path.name for path in (tmp_path / "clips").iterdir()] == ["c1.audio.sealed"]

    def test_every_write_reaches_the_disk_before_it_gets_its_name(
        self, store: ClipStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[tuple[str, ...]] = []
        fsync = os.fsync

        def watched(descriptor: int) -> None:
            seen.append(tuple(path.name.split(".")[-1] for path in (tmp_path / "clips").iterdir()))
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", watched)
        store.put("c1", AUDIO, b"audio")
        assert seen == [("tmp",), ("sealed",)]

    def test_a_folder_that_cannot_be_made_is_unavailable(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(Unavailable):
            LocalClipStore(tmp_path / "file" / "clips")
