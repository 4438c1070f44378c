"""The segments of a clip: their table, the speakers on number keys, and the acts on borders."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QToolButton, QVBoxLayout, QWidget

from reviewer.model.annotation import Flag
from reviewer.transcript.document import Document
from reviewer.ui.form.flags import flag_label
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.theme import GRID_PX
from reviewer.ui.transcript.segment_table import SegmentTable, flag_names
from reviewer.ui.transcript.speaker_icons import speaker_icon
from reviewer.ui.widgets.widget_ids import named

MAX_SPEAKERS_ON_KEYS = 9
_LONG_SECONDS = 30


class SegmentPanel(QWidget):
    """Shows a document's segments and emits what is wanted of them; it is hidden for a short, whole clip."""

    segment_chosen = Signal(str)
    act_requested = Signal(str)
    """Carries the last part of a shortcut's id, such as ``mark`` or ``join``."""
    speaker_number_requested = Signal(int)
    speaker_renamed = Signal(str, str)
    segment_flag_requested = Signal(str)
    edit_text_requested = Signal()

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("segment_panel")
        self._scope = scope
        self._document: Document | None = None
        self.table = SegmentTable(self)
        self._speakers = QHBoxLayout()
        self._speakers.setSpacing(GRID_PX)
        self._acts = self._buttons()
        self._lay_out()
        self.table.segment_chosen.connect(self.segment_chosen)
        self.table.speaker_number_requested.connect(self.speaker_number_requested)
        self.table.edit_text_requested.connect(self.edit_text_requested)
        self.table.menu_requested.connect(self._show_menu)

    def show_document(self, document: Document, rate_hz: int) -> None:
        """Shows its segments, its speakers and its current segment."""
        before = self._document
        self._document = document
        is_long = document.frames >= _LONG_SECONDS * rate_hz
        self.setVisible(document.is_segmented or is_long)
        self.table.setVisible(document.is_segmented)
        self.table.show_segments(document.segments, document.cursor.segment_id, document.speakers, rate_hz)
        current = document.current.speaker
        if before is None or before.speakers != document.speakers or before.current.speaker != current:
            self._show_speakers(document)
        self._acts["join"].setEnabled(len(document.segments) > 1)
        self._acts["delete_segment"].setEnabled(len(document.segments) > 1)

    def show_nothing(self) -> None:
        self._document = None
        self.table.rows.show_segments((), (), 1)
        self.hide()

    def set_editable(self, *, is_editable: bool) -> None:
        """Whether borders and speakers can be changed."""
        self.table.rows.set_editable(is_editable=is_editable)
        for button in self.findChildren(QToolButton):
            button.setEnabled(is_editable)

    @Slot()
    def ask_speaker_name(self) -> None:
        """Asks for another name for the current segment's speaker, everywhere; a taken one merges both."""
        if self._document is None:
            return
        speaker = self._document.current.speaker
        dialog = QInputDialog(self)
        dialog.setWindowTitle(self.tr("Rename speaker"))
        dialog.setLabelText(self.tr("New name of “{0}”, or another speaker's to merge them:").format(speaker))
        dialog.setTextValue(speaker)
        dialog.textValueSelected.connect(partial(self.speaker_renamed.emit, speaker))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_speakers(self, document: Document) -> None:
        while (item := self._speakers.takeAt(0)) is not None:
            if (button := item.widget()) is not None:
                button.setParent(None)
                button.deleteLater()
        names = list(document.speakers[:MAX_SPEAKERS_ON_KEYS])
        if len(names) < MAX_SPEAKERS_ON_KEYS:
            names.append(self.tr("New speaker"))
        for number, name in enumerate(names, start=1):
            self._speakers.addWidget(self._speaker_button(number, name, document))

    def _speaker_button(self, number: int, name: str, document: Document) -> QToolButton:
        is_new = number > len(document.speakers)
        button = named(
            QToolButton(self),
            f"speaker_{number}",
            self.tr("Speaker {0}: {1}").format(number, name),
            shortcut_id=f"{self._scope}.speaker_{number}",
        )
        button.setText("+" if is_new else name)
        button.setIcon(speaker_icon(number))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setCheckable(not is_new)
        button.setChecked(document.current.speaker == name)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(partial(self._on_speaker_clicked, number))
        return button

    def _on_speaker_clicked(self, number: int, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - a slot
        self.speaker_number_requested.emit(number)

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        if self._document is None:
            return
        menu = QMenu(self)
        for act, label in self._labels().items():
            menu.addAction(label, partial(self.act_requested.emit, act))
        menu.addSeparator()
        if self._document.current.speaker:
            menu.addAction(self.tr("Rename speaker…"), self.ask_speaker_name)
        flags = menu.addMenu(self.tr("Flags of the segment"))
        for name in flag_names():
            flags.addAction(self._flag_action(name, flags))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _flag_action(self, name: str, menu: QMenu) -> QAction:
        assert self._document is not None
        action = QAction(flag_label(Flag(name)), menu)
        action.setCheckable(True)
        action.setChecked(name in self._document.current.flags)
        action.triggered.connect(lambda _checked: self.segment_flag_requested.emit(name))
        return action

    def _labels(self) -> dict[str, str]:
        return {
            "mark": self.tr("Mark"),
            "split": self.tr("Split"),
            "join": self.tr("Join"),
            "extend": self.tr("Extend"),
            "delete_segment": self.tr("Delete"),
            "propose": self.tr("Find speech"),
        }

    def _buttons(self) -> dict[str, QToolButton]:
        spoken = {
            "mark": self.tr("Border at the playhead"),
            "split": self.tr("Split at the text cursor and the playhead"),
            "join": self.tr("Join with the speaker's next segment"),
            "extend": self.tr("Start where the previous segment ends"),
            "delete_segment": self.tr("Delete the segment"),
            "propose": self.tr("Propose segments where speech was found"),
        }
        made = {}
        for act, label in self._labels().items():
            button = named(
                QToolButton(self), f"segment_{act}", spoken[act], shortcut_id=f"{self._scope}.{act}"
            )
            button.setText(label)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(partial(self._on_act_clicked, act))
            made[act] = button
        return made

    def _on_act_clicked(self, act: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - a slot
        self.act_requested.emit(act)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(GRID_PX)
        bar.addLayout(self._speakers)
        bar.addStretch()
        for button in self._acts.values():
            bar.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(bar)
        column.addWidget(self.table, 1)
