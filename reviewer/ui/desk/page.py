"""The desk: the clip workspace, with submit and skip."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from reviewer.model.task import DailyCounts, SkipReason
from reviewer.session.acts import HandIn
from reviewer.ui.clip.empty_page import EmptyPage, EmptyPageWords
from reviewer.ui.clip.workspace import ClipTools, ClipWorkspace
from reviewer.ui.desk.skip_dialog import SkipDialog
from reviewer.ui.desk.versions_dialog import VersionsDialog
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.page import Page
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.widgets.widget_ids import named, shortcut_label

if TYPE_CHECKING:
    from reviewer.desk.session import DeskSession
    from reviewer.session.draft_versions import DraftVersion
    from reviewer.session.open_clip import OpenClip


class DeskPage(Page):
    """Claims, transcribes, submits or skips one clip after the other."""

    scope = Scope.DESK

    def __init__(
        self,
        desk: "DeskSession",
        tools: ClipTools,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("desk_page")
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        empty = EmptyPage(_words(), _counts_line, self)
        self.buttons = DeskButtons(self)
        self.workspace = ClipWorkspace(desk.work, self.scope, empty, self.buttons, tools, self)
        presenter = self.workspace.presenter
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.workspace.stack)
        self._work = desk.work
        self._is_distressing = False
        presenter.clip_opened.connect(self._on_clip_opened)
        presenter.status_changed.connect(self.status_changed)
        presenter.agreement_requested.connect(self.agreement_requested)
        self.buttons.submit.clicked.connect(self.submit)
        self.buttons.skip.clicked.connect(self.ask_skip_reason)
        empty.give_back_requested.connect(partial(presenter.skip, SkipReason.TECHNICAL))
        bind_shortcut(self.workspace.view, "desk.submit", self.submit)
        bind_shortcut(self.workspace.view, "desk.skip", self.ask_skip_reason)
        bind_shortcut(self, "desk.take_back", self.take_back)
        bind_shortcut(self.workspace.view, "desk.versions", self.ask_versions)

    def is_at_work(self, within: timedelta) -> bool:
        return self.workspace.is_at_work(within)

    def enter(self) -> None:
        self.workspace.enter()

    def refresh_facts(self) -> None:
        self.workspace.presenter.refresh_counts()

    def open_item(self, item: str) -> None:
        self.workspace.presenter.take_back(item)

    def leave(self) -> None:
        self.workspace.presenter.pause()

    def keep_text(self) -> bool:
        return self.workspace.presenter.keep_text()

    def close_down(self) -> None:
        self.workspace.presenter.close_down()

    def more_keys(self) -> list[tuple[str, str]]:
        return self.workspace.tag_keys()

    @Slot()
    def submit(self) -> None:
        """Submits the work, or says what is missing."""
        self.workspace.presenter.submit(HandIn)

    @Slot(object)
    def _on_clip_opened(self, clip: "OpenClip") -> None:
        self._is_distressing = clip.is_distressing

    @Slot()
    def take_back(self) -> None:
        """Opens the last submission again."""
        self.workspace.presenter.take_back()

    @Slot()
    def ask_versions(self) -> None:
        """Reads the versions of the clip, and opens the dialog."""
        self.workspace.presenter.read_versions(self._show_versions)

    def _show_versions(self, versions: "list[DraftVersion]") -> None:
        dialog = VersionsDialog(
            versions, self.workspace.view.annotation, self._work.schema, self._work.forms, self
        )
        dialog.restore_requested.connect(self.workspace.presenter.restore)
        self.workspace.presenter.clip_left.connect(dialog.reject)
        self.workspace.presenter.clip_opened.connect(dialog.reject)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def ask_skip_reason(self) -> None:
        """Opens the dialog; playback stops."""
        self.workspace.playback.pause()
        dialog = SkipDialog(self, SkipReason.DISTRESSING if self._is_distressing else None)
        dialog.skip_requested.connect(self.workspace.presenter.skip)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class DeskButtons(QWidget):
    """Skip and submit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.skip = named(
            QPushButton(self.tr("Skip…"), self), "skip", self.tr("Skip this clip"), shortcut_id="desk.skip"
        )
        self.submit = named(
            QPushButton(self.tr("Submit"), self),
            "submit",
            self.tr("Submit"),
            shortcut_id="desk.submit",
            kind="primary",
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        for button in (self.skip, self.submit):
            button.setAutoDefault(False)
        row.addWidget(self.skip)
        row.addSpacing(GROUP_PX)
        row.addWidget(shortcut_label(self, "desk.submit"))
        row.addWidget(self.submit)


def _words() -> EmptyPageWords:
    return EmptyPageWords(
        claim=_tr("Take the next clip"),
        claim_key="desk.claim",
        ready=(
            _tr("No clip is open"),
            _tr("Take a clip: listen, type what is said, answer the form, and submit it."),
        ),
        nothing_waits=(
            _tr("No clips are waiting for you"),
            _tr(
                "All clips are taken, or you have had them already. When your lead imports new ones "
                "or QA returns work, this page says so. You can also ask your lead."
            ),
        ),
        failed=(_tr("No clip is open"), _tr("This is what happened:")),
        give_back=_tr("Give this clip back"),
        give_back_hint=_tr("Skips it as broken, so that your lead can look at it"),
    )


def _counts_line(counts: DailyCounts) -> str:
    words = _tr("{0} waiting for you  ·  {1} submitted today  ·  {2} returned to you")
    return words.format(*(f"{each:,}" for each in (counts.waiting, counts.submitted, counts.returned)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("desk", text)
