"""A clip's reference is given back in every format that has room for it, and comes in again with our sets."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.formats.passport import NAME as PASSPORT
from reviewer.lead.sources import read_source
from reviewer.privacy.manifest_row import ManifestRow
from tests.contracts.test_every_format import a_row, a_set, talk
from tests.contracts.test_sources import CONSENT

REFERENCE = "key-0007/a"


def everything(folder: Path) -> bytes:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return b"".join(
        gzip.decompress(data) if (data := path.read_bytes()).startswith(b"\x1f\x8b") else data
        for path in files
    )


@pytest.mark.parametrize("name", ["jsonl", "csv", "audiofolder", "lhotse", "webdataset"])
def test_a_reference_is_in_the_set(tmp_path: Path, name: str) -> None:
    rows = [replace(a_row(1), reference=REFERENCE), talk(2)]
    assert REFERENCE.encode() in everything(a_set(tmp_path / "set", name, rows))


@pytest.mark.parametrize("name", ["jsonl", "csv"])
def test_our_own_set_comes_in_again_with_texts_and_references(tmp_path: Path, name: str) -> None:
    rows = [replace(a_row(1), reference=REFERENCE), talk(2)]
    folder = a_set(tmp_path / "set", name, rows)
    (folder / PASSPORT).write_text("{}", encoding="utf-8")
    mapping = tmp_path / "mapping.toml"
    constants = '[constants]\nrecorded_at = "2026-01-01T00:15:00Z"\nproduct = "translator"\n'
    mapping.write_text(constants + CONSENT, encoding="utf-8")
    found = [line.read for line in read_source(folder, mapping).lines]
    assert [
        (each.audio, each.reference, each.speaker, each.draft)
        for each in found
        if isinstance(each, ManifestRow)
    ] == [(row.path, row.reference, row.speaker, row.text_verbatim) for row in rows]
    if name == "jsonl":
        assert [len(each.words) for each in found if isinstance(each, ManifestRow)] == [0, 4]
