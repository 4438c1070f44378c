"""The segments of a clip: their table, the speakers on number keys, and the acts on borders."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QInputDialog,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from reviewer.model.annotation import Flag, Segment
from reviewer.model.intervals import Span
from reviewer.transcript.document import Document
from reviewer.transcript.edits import join_with_next
from reviewer.transcript.proposed_segments import proposed_segments
from reviewer.ui.form.flags import flag_label
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.shortcuts import shortcut
from reviewer.ui.theme import GRID_PX
from reviewer.ui.transcript.segment_table import SegmentTable, flag_names
from reviewer.ui.transcript.speaker_icons import speaker_icon
from reviewer.ui.widgets.text_direction import isolated
from reviewer.ui.widgets.widget_ids import enable, named

MAX_SPEAKERS_ON_KEYS = 9
_LONG_SECONDS = 30
_BADGE_PX = 32
"""A speaker's button without the name."""
_NAME_PX = (120, 72, 40, 0)
"""How wide speakers' names may be; the widest that fits in the bar, 0 for numbers alone."""


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
        self._is_editable = True
        self._proposals: tuple[Segment, ...] = ()
        self._borders: tuple[tuple[int, int], ...] = ()
        self._is_free = False
        self._name_px = -1
        self.table = SegmentTable(self)
        self._speakers = QHBoxLayout()
        self._speakers.setSpacing(GRID_PX)
        self._acts = self._buttons()
        self._lay_out()
        self.hide()
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
        upright = QSizePolicy.Policy.Expanding if document.is_segmented else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Preferred, upright)
        self.table.show_segments(document.segments, document.cursor.segment_id, document.speakers, rate_hz)
        current = document.current.speaker
        if before is None or before.speakers != document.speakers or before.current.speaker != current:
            self._show_speakers(document)
        self._enable_acts()

    def show_speech(self, speech: Sequence[Span], frames: int, rate_hz: int) -> None:
        """Where speech was found in the clip that is shown next."""
        self._proposals = proposed_segments(speech, frames, rate_hz)
        self._borders = ()

    def height_px(self, rows: int) -> int:
        """How high it is at least with so many rows, or without a table."""
        bar = self._acts["mark"].sizeHint().height()
        return bar if self.table.isHidden() else bar + GRID_PX + self.table.height_px(rows)

    def show_nothing(self) -> None:
        self.close_editors()
        self._document = None
        self.table.rows.show_segments((), (), 1)
        self.hide()

    def close_editors(self) -> None:
        """Drops what is being typed into a cell or a name, and closes an open menu."""
        self.table.close_editor()
        for dialog in self.findChildren(QDialog):
            dialog.reject()
        for menu in self.findChildren(QMenu):
            menu.close()

    def set_editable(self, *, is_editable: bool) -> None:
        """Whether borders and speakers can be changed."""
        if not is_editable:
            self.close_editors()
        self._is_editable = is_editable
        self.table.rows.set_editable(is_editable=is_editable)
        self._enable_acts()
        for place in range(self._speakers.count()):
            self._speaker_at(place).setEnabled(is_editable)

    def end_sentence(self, *, is_last: bool) -> str:
        """Says that there is no segment to go on to, and what comes after the last one."""
        last, first = (
            self.tr("This is the last segment. {0} submits the clip."),
            self.tr("This is the first segment."),
        )
        return last.format(shortcut(f"{self._scope}.submit").shown) if is_last else first

    @Slot()
    def ask_speaker_name(self) -> None:
        """Asks for another name for the current segment's speaker, everywhere; a taken one merges both."""
        if self._document is None or not self._is_editable:
            return
        speaker = self._document.current.speaker
        dialog = QInputDialog(self)
        dialog.setObjectName("rename_speaker")
        dialog.setWindowTitle(self.tr("Rename speaker"))
        asked = self.tr("New name of “{0}”, or another speaker's to merge them:")
        unnamed = self.tr("Name of the speaker of all segments that have none:")
        dialog.setLabelText(asked.format(isolated(speaker)) if speaker else unnamed)
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
        self._name_px = -1
        self._fit_names()

    def _speaker_at(self, place: int) -> QToolButton:
        item = self._speakers.itemAt(place)
        button = item.widget() if item is not None else None
        assert isinstance(button, QToolButton)
        return button

    def _fit_names(self) -> None:
        """Names are shortened, then left out; where even then the bar is too long, the table's menu has the
        last acts."""
        if self._document is None or not self._speakers.count():
            return
        buttons = [self._speaker_at(place) for place in range(self._speakers.count())]
        metrics, names = buttons[0].fontMetrics(), self._document.speakers
        room = self.width() - len(buttons) * (_BADGE_PX + GRID_PX)
        for act in self._acts.values():
            room -= act.sizeHint().width() + GRID_PX
            act.setVisible(room >= 0)
        wanted = [metrics.horizontalAdvance(name) for name in names[: len(buttons)]]
        name_px = next((px for px in _NAME_PX if sum(min(each, px) for each in wanted) <= room), 0)
        if name_px == self._name_px:
            return
        self._name_px = name_px
        for button, name in zip(buttons, (*names, ""), strict=False):
            is_shown = name_px > 0 or not name
            button.setText(_shortened(name, metrics, name_px) if name and is_shown else name or "+")
            style = Qt.ToolButtonStyle
            button.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if is_shown else style.ToolButtonIconOnly
            )

    def _enable_acts(self) -> None:
        document, is_on = self._document, self._is_editable
        for act, button in self._acts.items():
            why = self._why_not(act, document) if is_on and document is not None else ""
            enable(button, is_on and not why, why)

    def _why_not(self, act: str, document: Document) -> str:
        if act in {"join", "delete_segment"} and len(document.segments) == 1:
            return self.tr("There is only one segment.")
        if act == "extend" and document.place == 0:
            return self.tr("There is no segment before this one.")
        if act == "join" and join_with_next(document.segments, document.current.id) is document.segments:
            return self.tr("This speaker has no segment after this one.")
        if act == "propose" and not self._proposals:
            return self.tr("No speech was found in this clip.")
        if act == "propose" and not self._has_free_proposal(document):
            return self.tr("All speech that was found has a segment.")
        return ""

    def _has_free_proposal(self, document: Document) -> bool:
        """Whether a proposed segment would be made; looked up anew only when a border changed."""
        borders = tuple((each.start, each.end) for each in document.segments)
        if borders != self._borders:
            self._borders = borders
            self._is_free = document.propose(self._proposals).segments != document.segments
        return self._is_free

    def _speaker_button(self, number: int, name: str, document: Document) -> QToolButton:
        is_new = number > len(document.speakers)
        button = named(
            QToolButton(self),
            f"speaker_{number}",
            self.tr("Speaker {0}: {1}").format(number, name),
            shortcut_id=f"{self._scope}.speaker_{number}",
            kind="speaker",
        )
        button.setIcon(speaker_icon(number))
        button.setEnabled(self._is_editable)
        button.setCheckable(not is_new)
        button.setChecked(document.current.speaker == name)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(partial(self._on_speaker_clicked, number))
        return button

    def _on_speaker_clicked(self, number: int, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - a slot
        self.speaker_number_requested.emit(number)

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        if self._document is None or not self._is_editable:
            return
        menu = QMenu(self)
        for act, label in self._labels().items():
            action = menu.addAction(label, partial(self.act_requested.emit, act))
            action.setEnabled(self._acts[act].isEnabled())
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
            button = QToolButton(self)
            button.setText(label)
            named(
                button,
                f"segment_{act}",
                spoken[act],
                shortcut_id=f"{self._scope}.{act}",
                kind="segment",
            )
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

    def minimumSizeHint(self) -> QSize:
        """Of the numbers of the speakers: a window can be made narrow in one go."""
        return QSize(self._speakers.count() * (_BADGE_PX + GRID_PX), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_names()


def _shortened(name: str, metrics: QFontMetrics, width_px: int) -> str:
    """A name in at most this width, with a thin space between it and the badge."""
    return f"\N{THIN SPACE}{isolated(metrics.elidedText(name, Qt.TextElideMode.ElideRight, width_px))}"
