"""Rows of an export that wait outside memory."""

from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.lead import row_store
from reviewer.lead.row_store import RowStore, Utterances
from reviewer.model.annotation import Annotation
from tests.unit.test_export_rows import SECOND, SetOptions, rows, selected

TEXTS = ["the third secret", "the first secret", "the second secret"]


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RowStore:
    monkeypatch.setattr(row_store, "_MOST_BYTES_IN_MEMORY", 1)
    store = RowStore(tmp_path)
    for number, text in zip((3, 1, 2), TEXTS, strict=True):
        work = Annotation.of_text(text, 2 * SECOND, labels={"accent": "northern"})
        (row,) = rows(selected(work, f"c{number}"), SetOptions())
        store.add(replace(row, utterance=replace(row.utterance, id=f"id{number}")))
    store.sort()
    return store


def test_rows_come_back_as_they_were_in_the_order_of_their_ids(stored: RowStore) -> None:
    assert [row.utterance.id for row in stored] == ["id1", "id2", "id3"]
    assert [row.utterance.text_verbatim for row in stored[1:]] == [TEXTS[2], TEXTS[0]]
    assert stored[0].utterance.labels == {"accent": "northern"}
    assert stored[0].utterance.conventions is stored[2].utterance.conventions is not None


def test_nothing_of_them_is_in_the_clear_in_the_file_and_the_file_has_no_name(
    stored: RowStore, tmp_path: Path
) -> None:
    stored._file.seek(0)
    data = stored._file.read()
    assert data
    assert b"secret" not in data
    assert b"northern" not in data
    assert list(tmp_path.iterdir()) == []


def test_a_format_is_shown_neither_what_it_refused_nor_another_audio(stored: RowStore) -> None:
    shown = Utterances(stored, lambda number: b"sound %d" % number, "nemo", {"id2"})
    assert len(shown) == 2
    assert [(one.id, one.flac()) for one in shown] == [("id1", b"sound 0"), ("id3", b"sound 2")]


def test_each_clip_has_its_annotation_once_however_many_rows_it_has(tmp_path: Path) -> None:
    store = RowStore(tmp_path)
    for number, clip_id in enumerate(("c2", "c2", "c1", "c3", "c3")):
        (row,) = rows(selected(Annotation.of_text("words", SECOND), clip_id), SetOptions())
        placed = replace(row.utterance, id=f"id{9 - number}")
        store.add(replace(row, utterance=placed, annotation_id=f"a of {clip_id}"))
    store.sort()
    works = {"c1": "a of c1", "c2": "a of c2", "c3": "a of c3"}
    assert list(store.items(2)) == [{each: works[each] for each in ("c2", "c1")}, {"c3": works["c3"]}]
    assert store.works(0, 2) == {"c3": works["c3"]}
    assert store.works(0, 5) == works
