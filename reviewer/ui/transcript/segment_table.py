"""The table of a clip's segments: number, speaker, times and text."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from reviewer.model.annotation import Flag, Segment
from reviewer.transcript.edits import Segments
from reviewer.ui.theme import TEXT_PX, TRANSCRIPT_PX, interface_font, tabular
from reviewer.ui.transcript.speaker_icons import speaker_icon
from reviewer.ui.waveform.ruler_ticks import clip_time, frame_of_clip_time
from reviewer.ui.widgets.tables import Index, tidy
from reviewer.ui.widgets.text_direction import is_right_to_left, isolated
from reviewer.ui.widgets.widget_ids import named

NUMBER, SPEAKER, START, END, TEXT = range(5)
_NOWHERE = QModelIndex()
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_DISPLAY, _EDIT = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole
_EXAMPLE_TIME, _EXAMPLE_SPEAKER = "00:00:00.000", "Speaker 10"
_PADDING_PX = 16
_ICON_PX = 24
_ROW_GAP_PX = 7
_FRAME_PX = 6
_LARGEST_PX = 18
_FLAGGED = "\N{BLACK FLAG}"


class SegmentModel(QAbstractTableModel):
    """Rows are segments in the order of time; a new tuple updates only the rows that differ."""

    times_typed = Signal(str, int, int)
    """Carries a segment's id with its new start and end, in frames."""
    speaker_typed = Signal(str, str)
    """Carries a segment's id and a name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._segments: Segments = ()
        self._numbers: dict[str, int] = {}
        self._rate_hz = 1
        self._is_editable = True

    @property
    def segments(self) -> Segments:
        return self._segments

    def show_segments(self, segments: Segments, speakers: tuple[str, ...], rate_hz: int) -> None:
        """Shows segments; ``speakers`` are numbered from 1."""
        before, self._segments = self._segments, segments
        numbers = {name: number for number, name in enumerate(speakers, start=1)}
        are_other_rows = [each.id for each in before] != [each.id for each in segments]
        if are_other_rows or numbers != self._numbers or rate_hz != self._rate_hz:
            self.beginResetModel()
            self._numbers, self._rate_hz = numbers, rate_hz
            self.endResetModel()
            return
        for row, (old, new) in enumerate(zip(before, segments, strict=True)):
            if old is not new:
                self.dataChanged.emit(self.index(row, 0), self.index(row, TEXT))

    def set_editable(self, *, is_editable: bool) -> None:
        """Whether times and speakers can be typed."""
        self._is_editable = is_editable

    def row_of(self, segment_id: str) -> int:
        """The row of a segment; -1 if there is none."""
        return next((row for row, each in enumerate(self._segments) if each.id == segment_id), -1)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._segments)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else TEXT + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        titles = ("#", self.tr("Speaker"), self.tr("Start"), self.tr("End"), self.tr("Text"))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in {NUMBER, START, END} else _LEFT
        return titles[section] if role == _DISPLAY else None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        segment, column = self._segments[index.row()], index.column()
        if role in {_DISPLAY, _EDIT}:
            text = self._text(segment, index.row(), column)
            return isolated(text) if role == _DISPLAY and column in {SPEAKER, TEXT} else text
        if role == Qt.ItemDataRole.DecorationRole and column == SPEAKER and segment.speaker:
            return self._icon(segment)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            is_right = column in {NUMBER, START, END} or (column == TEXT and is_right_to_left(segment.text))
            return _RIGHT if is_right else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole and column == TEXT:
            return segment.text
        if role == Qt.ItemDataRole.AccessibleTextRole and column == TEXT:
            return segment.text or self.tr("no text yet")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        is_typed = self._is_editable and index.column() in {SPEAKER, START, END}
        return super().flags(index) | (Qt.ItemFlag.ItemIsEditable if is_typed else Qt.ItemFlag.NoItemFlags)

    def setData(self, index: Index, value: Any, role: int = _EDIT) -> bool:
        segment, text = self._segments[index.row()], str(value).strip()
        if role != _EDIT:
            return False
        if index.column() == SPEAKER:
            self.speaker_typed.emit(segment.id, text)
            return True
        frame = frame_of_clip_time(text, self._rate_hz)
        if frame is None:
            return False
        start, end = (frame, segment.end) if index.column() == START else (segment.start, frame)
        if start < end:
            self.times_typed.emit(segment.id, start, end)
        return start < end

    def _text(self, segment: Segment, row: int, column: int) -> str:
        if column == TEXT:
            flagged = f"{_FLAGGED} " if segment.flags else ""
            return flagged + segment.text
        if column == SPEAKER:
            return segment.speaker
        if column == NUMBER:
            return str(row + 1)
        return clip_time(segment.start if column == START else segment.end, self._rate_hz)

    def _icon(self, segment: Segment) -> QIcon:
        return speaker_icon(self._numbers.get(segment.speaker, 0))


class SegmentTable(QTableView):
    """Shows the segments; the current one is chosen by mouse and arrow keys, a speaker by a digit."""

    segment_chosen = Signal(str)
    speaker_number_requested = Signal(int)
    edit_text_requested = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "segments", self.tr("Segments"), hint=self.tr("Segments; F2 edits times and speaker"))
        self.setToolTip("")
        self.rows = SegmentModel(self)
        self.setModel(self.rows)
        tidy(self, stretch=TEXT)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._is_showing = False
        self.horizontalHeader().setStretchLastSection(False)
        self.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self._least_rows = 2
        self.set_text_px(TRANSCRIPT_PX)

    def set_text_px(self, pixels: int) -> None:
        """Grows and shrinks a third as much as the text of ``pixels`` below it."""
        size = min(max(TEXT_PX + (pixels - TRANSCRIPT_PX) // 3, TEXT_PX - 1), _LARGEST_PX)
        self.setFont(tabular(interface_font(size)))
        row = self.fontMetrics().height() + _ROW_GAP_PX
        self.verticalHeader().setMinimumSectionSize(row)
        self.verticalHeader().setDefaultSectionSize(row)
        self.horizontalHeader().setFont(self.font())
        self.horizontalHeader().setFixedHeight(row)
        self.set_least_rows(self._least_rows)
        self._fit_columns()

    def set_least_rows(self, rows: int) -> None:
        """How many rows have room at least."""
        self._least_rows = rows
        self.setMinimumHeight(self.height_px(rows))

    def height_px(self, rows: int) -> int:
        """How high it is with so many rows and the header."""
        return (rows + 1) * self.verticalHeader().defaultSectionSize() + _FRAME_PX

    def close_editor(self) -> None:
        """Drops what is being typed into a cell."""
        if self.state() == QAbstractItemView.State.EditingState:
            index = self.currentIndex()
            was_showing, self._is_showing = self._is_showing, True
            self.reset()
            self.setCurrentIndex(index)
            self._is_showing = was_showing

    def show_segments(
        self, segments: Segments, current_id: str, speakers: tuple[str, ...], rate_hz: int
    ) -> None:
        """Shows the segments and scrolls to the current one."""
        self._is_showing = True
        was_empty = not self.rows.segments
        self.rows.show_segments(segments, speakers, rate_hz)
        row = self.rows.row_of(current_id)
        if row != self.currentIndex().row():
            column = max(self.currentIndex().column(), 0) if self.hasFocus() else TEXT
            self.setCurrentIndex(self.rows.index(row, column))
            self._show_around(row)
        if was_empty:
            self._fit_columns()
        self._is_showing = False

    def _show_around(self, row: int) -> None:
        """Scrolls, if it must, so that what was said before a row and after it is seen, in whole rows."""
        bar, row_px = self.verticalScrollBar(), self.verticalHeader().defaultSectionSize()
        above, below = max(row - 1, 0) * row_px, min(row + 2, self.rows.rowCount()) * row_px
        if above < bar.value() or below > bar.value() + self.viewport().height():
            bar.setValue(above)

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not self._is_showing and index.isValid():
            self.segment_chosen.emit(self.rows.segments[index.row()].id)

    def _fit_columns(self) -> None:
        metrics, header = self.fontMetrics(), self.horizontalHeader()
        widest = {NUMBER: "0000", SPEAKER: _EXAMPLE_SPEAKER, START: _EXAMPLE_TIME, END: _EXAMPLE_TIME}
        for column, text in widest.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            icon = _ICON_PX if column == SPEAKER else 0
            self.setColumnWidth(column, metrics.horizontalAdvance(text) + _PADDING_PX + icon)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.text()
        if self.state() == QAbstractItemView.State.EditingState:
            return  # Return in a cell's field, which is committed next
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.edit_text_requested.emit()
        elif len(digit) == 1 and digit in "123456789" and not event.modifiers():
            self.speaker_number_requested.emit(int(digit))
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters do not jump to rows: a digit is a speaker."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.rowAt(event.pos().y())
        if row >= 0:
            self.selectRow(row)
            self.menu_requested.emit(event.globalPos())


def flag_names() -> tuple[str, ...]:
    """The flags that a segment can have: those of a clip but “no speech”, which is an empty segment."""
    return tuple(flag for flag in Flag if flag is not Flag.NO_SPEECH)
