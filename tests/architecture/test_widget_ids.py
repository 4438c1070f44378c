"""Tests, screen readers and keyboards can take hold of everything on every page."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from reviewer.ui import theme
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.admit_dialog import AdmitDialog
from reviewer.ui.lead.clips_page import ClipsPage
from reviewer.ui.lead.corpus_page import CorpusPage
from reviewer.ui.lead.export_page import ExportPage
from reviewer.ui.lead.held_back_page import HeldBackPage
from reviewer.ui.lead.import_page import ImportPage
from reviewer.ui.lead.log_page import LogPage
from reviewer.ui.lead.overview_page import OverviewPage
from reviewer.ui.lead.people_page import PeoplePage
from reviewer.ui.lead.progress_page import ProgressPage
from reviewer.ui.lead.retention_page import RetentionPage
from reviewer.ui.mine.page import MinePage
from reviewer.ui.page import Page
from reviewer.ui.pedal_reader import PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.qa.page import QaPage
from reviewer.ui.settings.dialog import settings_dialog
from reviewer.ui.settings.pedal_page import PedalPage
from reviewer.ui.shortcuts import TABLE, shortcuts_in
from reviewer.ui.signin.enrol_page import EnrolPage
from reviewer.ui.signin.join_dialog import JoinDialog
from reviewer.ui.signin.nda_page import NdaPage
from reviewer.ui.signin.policy_page import PolicyPage
from reviewer.ui.signin.signin_page import SignInPage
from tests.benches.clip_page import clip_tools
from tests.fakes.lead import FakeLead
from tests.fakes.pedal import FakeHidBackend
from tests.fakes.work_session import FakeDesk, FakeQa

PAGES: dict[str, Callable[[Jobs], QWidget]] = {
    "sign_in": lambda _jobs: SignInPage(),
    "enrol": lambda _jobs: EnrolPage(),
    "join": JoinDialog,
    "admit": lambda jobs: AdmitDialog(FakeLead().admission, jobs),
    "policy": lambda _jobs: PolicyPage(),
    "nda": lambda _jobs: NdaPage(),
    "desk": lambda jobs: DeskPage(FakeDesk(), clip_tools(jobs)),
    "mine": lambda jobs: MinePage(FakeDesk(), jobs),
    "qa": lambda jobs: QaPage(FakeQa(), clip_tools(jobs)),
    "overview": lambda jobs: OverviewPage(FakeLead(), jobs),
    "progress": lambda jobs: ProgressPage(FakeLead(), jobs),
    "corpus": lambda jobs: CorpusPage(FakeLead(), jobs),
    "people": lambda jobs: PeoplePage(FakeLead(), jobs),
    "import": lambda jobs: ImportPage(FakeLead(), jobs),
    "export": lambda jobs: ExportPage(FakeLead(), jobs),
    "log": lambda jobs: LogPage(FakeLead(), jobs),
    "clips": lambda jobs: ClipsPage(FakeLead(), clip_tools(jobs)),
    "held": lambda jobs: HeldBackPage(FakeLead(), clip_tools(jobs)),
    "retention": lambda jobs: RetentionPage(FakeLead(), jobs),
    "settings": lambda _jobs: settings_dialog(Preferences(), []),
    "pedal": lambda _jobs: PedalPage(Preferences(), PedalReader(FakeHidBackend(), Preferences())),
}
SCREENS = tuple(scope for scope in Scope if scope.value in PAGES and scope not in {Scope.SIGN_IN, Scope.NDA})
TAKEN_HOLD_OF = (QAbstractButton, QLineEdit, QComboBox, QPlainTextEdit, QTableView, QAbstractSpinBox)
SIGNS = frozenset({"text_smaller", "text_larger"})  # "A−", "A+"
CLOCKS = frozenset({"play_time"})  # what it shows is its description: a name would change with each frame
SHOWN_ONLY = frozenset({"sign_in.enter"})  # Enter in the passphrase field itself


@pytest.fixture
def build(qapp: QApplication, qtbot: QtBot) -> Iterator[Callable[[str], QWidget]]:
    theme.apply(qapp, theme.Scheme.DARK)
    jobs = Jobs()
    made: list[QWidget] = []

    def make(name: str) -> QWidget:
        page = PAGES[name](jobs)
        qtbot.addWidget(page)
        made.append(page)
        return page

    yield make
    for page in made:
        if isinstance(page, Page):
            page.close_down()
    jobs.close()


def _parts(page: QWidget) -> list[QWidget]:
    """What a person types into, presses or reads row by row; not the parts Qt makes for itself."""
    return [
        widget
        for widget in page.findChildren(QWidget)
        if isinstance(widget, TAKEN_HOLD_OF)
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parent(), (QTableView, QLineEdit, QAbstractSpinBox, QComboBox))
    ]


@pytest.mark.parametrize("name", PAGES)
def test_every_field_and_button_has_a_name(build, name: str):
    assert [repr(part) for part in _parts(build(name)) if not part.objectName()] == []


@pytest.mark.parametrize("name", PAGES)
def test_no_two_parts_of_a_page_have_the_same_name(build, name: str):
    names = [part.objectName() for part in _parts(build(name))]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", PAGES)
def test_a_screen_reader_can_name_every_field_and_button(build, name: str):
    assert [part.objectName() for part in _parts(build(name)) if not part.accessibleName()] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_screen_reader_hears_what_is_seen_and_nothing_twice(build, name: str):
    """Buttons and labels are called by their words; a combo box, whose name Linux drops, is still called."""
    page, faults = build(name), list[str]()
    for part in page.findChildren(QWidget):
        if (
            part.window() is not page
            or part.objectName().startswith("qt_")
            or part.objectName() in CLOCKS | SIGNS
        ):
            continue
        said, described = _said(part, QAccessible.Text.Name), _said(part, QAccessible.Text.Description)
        if isinstance(part, QAbstractButton | QLabel) and _seen(part).casefold() not in said.casefold():
            faults.append(f"{part.objectName()} shows “{part.text()}” and says “{said}”")
        if isinstance(part, QComboBox) and not _has_buddy(part) and part.accessibleName() not in described:
            faults.append(f"{part.objectName()} is called by no name")
        if isinstance(part, QAbstractButton) and said != described and said in described.split(". "):
            faults.append(f"{part.objectName()} says its name twice: “{described}”")
        if isinstance(part, QAbstractButton) and not _is_told(part.toolTip(), said, described):
            faults.append(f"{part.objectName()} says only to the mouse: “{part.toolTip()}”")
    assert faults == []


def _is_told(tooltip: str, name: str, description: str) -> bool:
    """Whether each line of a tooltip is spoken, too, without its keys; or the name is a part of the line."""
    lines = [line.split("  (")[0].rstrip(".").casefold() for line in tooltip.splitlines()]
    spoken = f"{name} {description}".casefold()
    return all(line in spoken or name.casefold() in line for line in lines)


def _said(part: QWidget, what: QAccessible.Text) -> str:
    return QAccessible.queryAccessibleInterface(part).text(what)


def _seen(part: QAbstractButton | QLabel) -> str:
    """The words on it, without the dots of a dialog that follows, and the key that stands on a chip."""
    return part.text().replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…").split("  ")[-1]


def _has_buddy(part: QWidget) -> bool:
    siblings = part.parent().findChildren(QLabel, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return any(label.buddy() is part for label in siblings)


@pytest.mark.parametrize("name", PAGES)
def test_every_button_says_more_when_pointed_at(build, name: str):
    buttons = [part for part in _parts(build(name)) if isinstance(part, QAbstractButton)]
    assert [part.objectName() for part in buttons if not part.toolTip()] == []


@pytest.mark.parametrize("scope", SCREENS)
def test_every_key_of_the_table_works_on_its_page(build, scope: Scope):
    bound = {shortcut.objectName() for shortcut in build(scope.value).findChildren(QShortcut)}
    assert [row.id for row in shortcuts_in(scope) if f"key_{row.id}" not in bound] == []


def test_every_key_before_sign_in_works_on_one_of_the_pages(build):
    pages = [build(name) for name in ("sign_in", "enrol", "nda", "policy")]
    bound = {shortcut.objectName() for page in pages for shortcut in page.findChildren(QShortcut)}
    rows = [row for row in shortcuts_in(Scope.SIGN_IN, Scope.NDA) if row.id not in SHOWN_ONLY]
    assert [row.id for row in rows if f"key_{row.id}" not in bound] == []


def test_every_scope_has_a_page():
    assert {row.scope for row in TABLE} - {Scope.WINDOW} <= {scope for scope in Scope if scope.value in PAGES}
