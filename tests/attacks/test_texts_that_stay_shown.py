"""Words that were read while they might be, and are still shown, or saved, when they may not any more."""

import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.model.event import Action
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.corpus_page import CorpusPage
from reviewer.ui.lead.sorted_table import SortedColumn, SortedTable, write_table
from reviewer.ui.mine.page import MinePage
from tests.benches.workspace import ANA, LEAD, PROJECT, QUINN, Bench, make_bench
from tests.fakes.file_chooser import FakeFileChooser
from tests.widgets.conftest import jobs, settle, themed

__all__ = ["jobs", "settle", "themed"]  # fixtures

SOURCES = [f"source-{number:04d}" for number in range(3)]
Settle = Callable[[], None]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(
        tmp_path, drafts=("", "", ""), project=f"nda_days = 30\n{PROJECT.replace('1.0', '0.0', 1)}"
    )
    made.agree(LEAD, ANA, QUINN)
    for text in ("turn the lights off", "the blorptastic kettle is on", "dim the lights"):
        made.submitted(ANA, text)
    made.person(QUINN).qa.draw()
    yield made
    made.workspace.close()


def withdraw_all(bench: Bench) -> None:
    """In another window."""
    other = bench.another_window()
    assert other.person(LEAD).lead.purge(SOURCES).purged
    other.workspace.close()


def agreements_end(bench: Bench) -> None:
    bench.clock.advance(31 * 86_400)


def account_ends(bench: Bench) -> None:
    other = bench.another_window()
    other.person(LEAD).lead.revoke(ANA)
    other.workspace.close()


def compute(page: CorpusPage) -> SortedTable:
    page.compute()
    return page.words


def find(page: CorpusPage) -> SortedTable:
    page.wanted.setText("lights")
    page.search()
    return page.found


@pytest.fixture
def corpus(themed: QApplication, bench: Bench, qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> CorpusPage:
    made = CorpusPage(bench.person(LEAD).lead, jobs, chooser=FakeFileChooser(tmp_path / "table.csv"))
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("end", [withdraw_all, agreements_end])
@pytest.mark.parametrize("read", [compute, find])
def test_lead_saves_and_keeps_no_words_of_clips_that_may_not_be_opened_any_more(
    corpus: CorpusPage,
    bench: Bench,
    settle: Settle,
    tmp_path: Path,
    read: Callable[[CorpusPage], SortedTable],
    end: Callable[[Bench], None],
) -> None:
    table = read(corpus)
    settle()
    corpus.refresh_facts()
    settle()
    assert table.rows.rowCount() > 0
    end(bench)
    table.save()
    settle()
    assert not (tmp_path / "table.csv").exists()
    assert bench.events(Action.CORPUS_SAVED) == []
    corpus.refresh_facts()
    settle()
    assert table.rows.rowCount() == corpus.clips.rows.rowCount() == 0
    assert corpus.message.text


@pytest.fixture
def mine(themed: QApplication, bench: Bench, qtbot: QtBot, jobs: Jobs, settle: Settle) -> MinePage:
    made = MinePage(bench.person(ANA).desk, jobs)
    qtbot.addWidget(made)
    made.enter()
    made.search.wanted.setText("lights")
    made.search.search()
    settle()
    assert len(made.search.found.rows) == 2
    return made


def texts(page: MinePage) -> list[str]:
    return [row.text for row in page.done.rows if row.text is not None]


@pytest.mark.parametrize("end", [withdraw_all, agreements_end, account_ends])
@pytest.mark.parametrize("look", ["refresh_facts", "enter"])
def test_own_texts_leave_the_screen_within_a_minute(
    mine: MinePage,
    bench: Bench,
    settle: Settle,
    end: Callable[[Bench], None],
    look: str,
) -> None:
    mine.refresh_facts()
    settle()
    assert len(texts(mine)) == 3
    assert len(mine.search.found.rows) == 2
    end(bench)
    getattr(mine, look)()
    settle()
    assert texts(mine) == []
    assert not mine.search.found.rows


def test_table_of_words_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    columns = [SortedColumn("Word", lambda row: row, is_figure=False)]
    place = tmp_path / "table.csv"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, hard))
    try:
        with pytest.raises(Unavailable):
            write_table(place, columns, ["words"] * 20_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
