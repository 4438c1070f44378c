"""The page of progress: figures, chart, tables, and the CSV of each."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reviewer.model.clip_list import ClipFilter
from reviewer.model.progress import StuckClip, StuckReason
from reviewer.model.project import IntakeRules
from reviewer.ui import theme
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.chart import Chart
from reviewer.ui.lead.progress_page import ProgressPage
from reviewer.ui.page import PageRequest
from reviewer.ui.theme import Scheme
from tests.benches.clip_page import CTRL, SHIFT
from tests.fakes.file_chooser import FakeFileChooser
from tests.fakes.lead import NOON, FakeLead, a_progress


@pytest.fixture
def page(themed, show, jobs: Jobs, settle: Callable[[], None], tmp_path: Path) -> ProgressPage:
    made = ProgressPage(FakeLead(), jobs, chooser=FakeFileChooser(tmp_path / "table.csv"))
    made.resize(1144, 735)
    show(made)
    made.enter()
    settle()
    return made


def test_every_table_says_that_it_is_read_before_it_was(themed, show, jobs: Jobs):
    made = ProgressPage(FakeLead(), jobs)
    show(made)
    for table in (made.groups, made.people, made.days, made.stuck):
        assert table.view.accessibleDescription() == "Reading…", table.view.objectName()


def figure(page: ProgressPage, name: str) -> str:
    return page._figures[name].text()


def shown(table, column: int) -> list[str]:
    return [table.rows.index(row, column).data() for row in range(table.rows.rowCount())]


def test_figures_say_what_is_left_and_when_it_may_end(page):
    assert figure(page, "left") == "56 (7.0 min)"
    assert figure(page, "end") < figure(page, "between").split(" to ")[1]
    assert [figure(page, name) for name in ("ratio", "late", "stuck", "held")] == ["5.0", "1", "1", "2 / 1"]


def test_without_enough_work_there_is_no_estimate_but_a_reason(page):
    page.show_progress(a_progress(estimate=None, ratio=None))
    assert (figure(page, "end"), figure(page, "between")) == ("–", "after 3 days of work")


def test_clips_are_grouped_by_state_language_and_product(page, qtbot: QtBot):
    names = []
    for _ in range(3):
        names.append(page.groups.rows.rows[-1].name)
        qtbot.keyClick(page, Qt.Key.Key_G, CTRL | SHIFT)
    assert names == ["ready", "he-IL", "translator"]


def test_a_product_has_the_name_that_the_project_gives_it(page, qtbot: QtBot):
    page._product_name = IntakeRules(product_names={"translator": "Our Translator"}).product_name
    page.by.setCurrentIndex(2)
    assert shown(page.groups, 0) == ["Our Translator"]
    page.by.setCurrentIndex(1)
    assert shown(page.groups, 0) == ["en-US", "he-IL"]


def test_a_table_sorts_by_its_columns_and_turns_round(page, qtbot: QtBot):
    page.by.setCurrentIndex(3)
    page.people.view.setFocus()
    qtbot.keyClick(page.people.view, Qt.Key.Key_S, CTRL | SHIFT)
    assert shown(page.people, 1) == ["0", "40"]
    qtbot.keyClick(page.people.view, Qt.Key.Key_B, CTRL | SHIFT)
    assert shown(page.people, 1) == ["40", "0"]
    page.people.view.horizontalHeader().sectionClicked.emit(0)
    assert shown(page.people, 5) == ["5.0", "–"]


def test_every_table_is_saved_as_csv_as_it_is_sorted(page, settle, tmp_path: Path):
    for table in (page.groups, page.people, page.days, page.stuck):
        table.csv_button.click()
        settle()
        with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert len(rows) == table.rows.rowCount() + 1


def test_a_clip_whose_skill_nobody_has_says_which(page):
    clip = StuckClip("c3", "en-US", StuckReason.NO_SKILL, 0, "", NOON, "medical")
    page.stuck.show_rows((clip,))
    assert page.stuck.view.model().index(0, 0).data() == "nobody has: medical"


def test_a_stuck_clip_is_shown_under_clips(page, qtbot: QtBot):
    page.stuck.view.selectRow(0)
    with qtbot.waitSignal(page.page_requested) as asked:
        qtbot.keyClick(page, Qt.Key.Key_Return, CTRL)
    assert asked.args == [PageRequest("clips", "c2")]


def test_the_clips_of_a_group_are_shown_under_clips(page, qtbot: QtBot):
    page.by.setCurrentText("Language")
    page.groups.view.selectRow(0)
    page.groups.view.setFocus()
    name = page.groups.chosen.name
    with qtbot.waitSignal(page.page_requested) as asked:
        qtbot.keyClick(page.groups.view, Qt.Key.Key_Return, CTRL)
    assert asked.args == [PageRequest("clips", ClipFilter(locale=name).to_json())]


def test_highest_bar_of_a_chart_has_its_tick_and_stands_on_the_axis(themed, show):
    parent = QWidget()
    chart = Chart("clips", "Clips", ("Length (s)", "Clips"), "Nothing.", parent)
    chart.resize(360, 150)
    show(parent)
    chart.show_bars([0, 1, 2, 3], [1, 0, 2])
    QApplication.processEvents()
    low, high = chart.plot.viewRange()[1]
    assert low == 0
    assert high > 2.2
    axis = chart.plot.getAxis("left")
    ticks = [value for _, values in axis.tickValues(low, high, axis.height()) for value in values]
    assert 2 in ticks


def test_chart_follows_the_theme_and_says_when_there_is_nothing(page, themed):
    dark = page.chart.plot.backgroundBrush().color().name()
    theme.apply(themed, Scheme.LIGHT)
    assert page.chart.plot.backgroundBrush().color().name() != dark
    page.show_progress(a_progress(days=()))
    assert page.chart.is_empty


def test_the_page_is_made_without_pyqtgraph():
    program = "import sys, reviewer.ui.lead.progress_page; assert 'pyqtgraph' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
