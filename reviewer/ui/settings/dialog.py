"""The settings dialog: a list of pages at the left, the chosen page at the right."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from reviewer.ui.jobs import Jobs
from reviewer.ui.pedal_reader import PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.appearance_page import AppearancePage
from reviewer.ui.settings.keys_page import KeysPage
from reviewer.ui.settings.listening_page import ListeningPage
from reviewer.ui.settings.pedal_page import PedalPage
from reviewer.ui.settings.snippets_page import SnippetsPage
from reviewer.ui.settings.sound_page import SoundPage
from reviewer.ui.theme import EDGE_PX, GROUP_PX, Theme
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import named

NAME = "settings_dialog"
LAST_PAGE = "settings.page"
_LEAST = QSize(760, 520)
_MOST = QSize(1080, 880)
_LIST_PX = 152
PageMaker = Callable[[QWidget], QWidget]


class SettingsDialog(QDialog):
    """Changes take effect at once, so there is nothing to confirm; the last page is remembered."""

    def __init__(
        self, preferences: Preferences, makers: Sequence[PageMaker], parent: QWidget | None = None
    ) -> None:
        """``makers`` create the pages, in display order, with accessible names to list."""
        super().__init__(parent)
        named(self, NAME, self.tr("Settings")).setToolTip("")
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumSize(_LEAST)
        self.resize(_room(parent))
        self._preferences = preferences
        self._pages: list[QWidget] = []
        self._list = named(QListWidget(self), "settings_pages", self.tr("Settings pages"))
        self._list.setToolTip("")
        self._list.setFixedWidth(_LIST_PX)
        self._stack = QStackedWidget(self)
        for make in makers:
            self._add(make)
        self._close = named(QPushButton(self.tr("Close"), self), "settings_close", self.tr("Close"))
        self._close.setAutoDefault(False)
        self._close.clicked.connect(self.accept)
        self._lay_out()
        tab_through(self._list, self._stack, self._close)
        self._list.currentRowChanged.connect(self._on_page_chosen)
        self._list.ensurePolished()  # else its first rows would be as low as without the style
        names = [page.objectName() for page in self._pages]
        last = preferences.text(LAST_PAGE)
        self._list.setCurrentRow(names.index(last) if last in names else 0)
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def page(self) -> QWidget:
        """The page that is shown."""
        return self._pages[self._stack.currentIndex()]

    @Slot(int)
    def _on_page_chosen(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        self._preferences.put(LAST_PAGE, self._pages[place].objectName())

    def _add(self, make: PageMaker) -> None:
        area = QScrollArea(self._stack)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = make(area)
        area.setWidget(page)
        self._stack.addWidget(area)
        self._list.addItem(page.accessibleName())
        self._pages.append(page)

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(GROUP_PX)
        middle.addWidget(self._list)
        middle.addWidget(self._stack, 1)
        bottom = QHBoxLayout()
        bottom.addStretch()
        bottom.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GROUP_PX)
        column.addLayout(middle, 1)
        column.addLayout(bottom)


def _room(parent: QWidget | None) -> QSize:
    """As large as the window allows, within readable limits."""
    if parent is None:
        return _MOST
    inside = parent.size() - QSize(4 * EDGE_PX, 2 * EDGE_PX)
    return inside.expandedTo(_LEAST).boundedTo(_MOST)


def settings_dialog(
    preferences: Preferences,
    tags: Sequence[tuple[str, str]],
    jobs: Jobs | None = None,
    pedals: PedalReader | None = None,
    parent: QWidget | None = None,
    *,
    account: Sequence[PageMaker] = (),
    theme: Theme | None = None,
) -> SettingsDialog:
    """The settings dialog with all its pages.

    Args:
        tags: Shortcuts that data defines, as shown, and what each inserts.
        jobs: The pool on which audio outputs are listed; None leaves that page out.
        pedals: The foot pedal; None leaves that page out.
        account: Make the pages for the account of whoever is signed in.
        theme: The colours of the window; None leaves that page out.
    """
    makers: list[PageMaker] = [
        partial(ListeningPage, preferences),
        partial(KeysPage, preferences, _portable(tags), None),
        partial(SnippetsPage, preferences),
    ]
    if jobs is not None:
        makers.insert(1, partial(SoundPage, preferences, jobs))
    if theme is not None:
        makers.append(partial(AppearancePage, theme, preferences))
    if pedals is not None:
        makers.append(partial(PedalPage, preferences, pedals))
    makers.extend(account)
    return SettingsDialog(preferences, makers, parent)


def _portable(tags: Sequence[tuple[str, str]]) -> dict[str, str]:
    native, portable = QKeySequence.SequenceFormat.NativeText, QKeySequence.SequenceFormat.PortableText
    return {QKeySequence.fromString(key, native).toString(portable): does for key, does in tags}
