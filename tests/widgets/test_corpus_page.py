"""The page of statistics, over a real workspace."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from reviewer.model.event import Action
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.corpus_page import CorpusPage
from reviewer.ui.page import PageRequest
from tests.benches.clip_page import CTRL, SHIFT
from tests.benches.workspace import ANA, LEAD, PROJECT, QUINN, Bench, make_bench
from tests.fakes.file_chooser import FakeFileChooser


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path, drafts=("", "", ""), project=PROJECT.replace("1.0", "0.0", 1))
    made.agree(LEAD, ANA, QUINN)
    for text in ("turn the lights off", "the blorptastic kettle is on", "dim the lights"):
        made.submitted(ANA, text)
    made.person(QUINN).qa.draw()
    yield made
    made.workspace.close()


@pytest.fixture
def page(themed, bench: Bench, show, jobs: Jobs, settle: Callable[[], None], tmp_path: Path) -> CorpusPage:
    made = CorpusPage(bench.person(LEAD).lead, jobs, chooser=FakeFileChooser(tmp_path / "table.csv"))
    made.resize(1144, 735)
    show(made)
    made.enter()
    settle()
    return made


def test_statistics_are_computed_when_asked_and_gone_when_the_page_is_left(page, bench, qtbot: QtBot, settle):
    assert page.words.rows.rowCount() == 0
    assert page.lengths.is_empty
    qtbot.keyClick(page, Qt.Key.Key_F5)
    assert not page.compute_button.isEnabled()
    settle()
    assert page.locales.rows.rows[0].clips == 3
    assert page.words.rows.rows[0].text == "the"
    assert not page.lengths.is_empty
    page.leave()
    settle()
    assert page.lengths.is_empty
    assert page.words.rows.rowCount() == page.clips.rows.rowCount() == 0


def test_a_word_leads_to_its_clips_and_a_clip_to_the_list_of_clips(page, qtbot: QtBot, settle):
    page.compute()
    settle()
    place = [row.text for row in page.words.rows.rows].index("blorptastic")
    assert page.words.rows.rows[place].is_known is False
    page.words.view.selectRow(place)
    (clip,) = page.clips.rows.rows
    page.clips.view.selectRow(0)
    with qtbot.waitSignal(page.page_requested) as asked:
        qtbot.keyClick(page, Qt.Key.Key_Return, CTRL)
    assert asked.args == [PageRequest("clips", clip.id)]
    qtbot.keyClick(page, Qt.Key.Key_G, CTRL | SHIFT)
    assert page.characters.isVisible()
    assert "U+0074 LATIN SMALL LETTER T" in [
        page.characters._columns[4].value(r) for r in page.characters.rows.rows
    ]


def test_search_shows_the_clips_with_the_text(page, qtbot: QtBot, settle):
    qtbot.keyClick(page, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(page.wanted, "lights")
    qtbot.keyClick(page.wanted, Qt.Key.Key_Return)
    settle()
    assert sorted(row.excerpt for row in page.found.rows.rows) == ["dim the lights", "turn the lights off"]
    assert page.found.heading.text() == "2 clips found"


def test_stopping_leaves_the_page_as_it_was(page, qtbot: QtBot, settle):
    page.compute()
    qtbot.keyClick(page, Qt.Key.Key_Period, CTRL)
    settle()
    assert page.locales.rows.rowCount() == 0
    assert page.compute_button.isEnabled()


def test_tables_with_words_are_logged_before_they_are_written(page, bench, settle, tmp_path: Path):
    page.compute()
    settle()
    for table in (page.words, page.locales):
        table.csv_button.click()
        settle()
        with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.reader(file))) == table.rows.rowCount() + 1
    (event,) = bench.events(Action.CORPUS_SAVED)
    assert event.detail == {"table": "words", "rows": page.words.rows.rowCount()}
