"""A lead edits the label form and the conventions beside a preview, and signs what is valid."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from reviewer.errors import ReviewerError
from reviewer.labels.schema import FieldScope, Schema
from reviewer.lead.policy_files import FORMS, PolicyFile, PolicyFiles, problem_line
from reviewer.transcript.checks import check_text
from reviewer.transcript.normalisation import normalise, stored_text
from reviewer.ui.form.panel import FormPanel
from reviewer.ui.jobs import Job, Jobs
from reviewer.ui.messages import Message, translated_catalogue
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX, time_font
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.layouts import ScrolledColumn
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.transcript.checks import TextProblem

_SIZE_PX = QSize(1180, 700)
_PAUSE_MS = 300
"""The text is checked once nothing was typed for so long: drawing a long form takes longer than a key may."""
_SAMPLES = "um turn the lights on [noise]\nit costs 20 % more\nOk, call me at 5 (please)\n"


@dataclass(frozen=True, slots=True)
class _Tried:
    """A sentence as typed, what is stored and trained of it, and what the conventions find in it."""

    verbatim: str
    training: str
    problems: "tuple[TextProblem, ...]"


@dataclass(frozen=True, slots=True)
class _Checked:
    """What a text describes: a form, or conventions tried on sentences; or its error and the line of it."""

    form: Schema | None = None
    tried: tuple[_Tried, ...] = ()
    error: ReviewerError | None = None
    line: int | None = None


class PolicyDialog(QDialog):
    """Texts of files that were left are kept until the dialog closes; only the shown one is applied."""

    applied = Signal()
    """A file was written and signed."""

    def __init__(
        self, files: PolicyFiles, known: tuple[PolicyFile, ...], jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("policy_dialog")
        self.setWindowTitle(self.tr("Label form and conventions"))
        self.resize(_SIZE_PX)
        self._files, self._known, self._jobs = files, list(known), jobs
        self._before: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._drawn: Schema | None = None
        self._checking: Job | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.check_now)
        self.choice = named(QComboBox(self), "policy_file", self.tr("The file that is edited"))
        self.editor = self._text_area("policy_text", self.tr("The file, in TOML"))
        self.samples = self._text_area("policy_samples", self.tr("Sentences to try, one a line"))
        self.tried = self._text_area("policy_tried", self.tr("What the conventions make of them"))
        self.tried.setReadOnly(True)
        self.samples.setPlainText(_SAMPLES)
        self.message = InlineMessage("policy_problem", lines=2, parent=self)
        self.form = ScrolledColumn("policy_form", self.tr("The form as contractors see it"), self)
        self.preview = QStackedWidget(self)
        self.apply = named(
            QPushButton(self.tr("Apply and sign…"), self),
            "policy_apply",
            self.tr("Write this file and sign it, for everybody who opens the workspace from then on"),
            kind="primary",
        )
        self._close = named(QPushButton(self.tr("Close"), self), "policy_close", self.tr("Close the editor"))
        self._lay_out()
        self._connect()
        self._list_files()

    @property
    def file(self) -> PolicyFile:
        """The file that is shown."""
        return self._known[max(self.choice.currentIndex(), 0)]

    @property
    def has_changes(self) -> bool:
        """Whether any text differs from its file."""
        return any(text != self._before[place] for place, text in self._texts.items())

    @property
    def is_checking(self) -> bool:
        """Whether the text has changed since it was checked last."""
        return self._pause.isActive() or (self._checking is not None and self._checking.is_running)

    def _text_area(self, name: str, spoken: str) -> QPlainTextEdit:
        made = named(QPlainTextEdit(self), name, spoken)
        made.setToolTip("")
        made.setFont(time_font())
        made.setTabChangesFocus(True)
        return made

    def _connect(self) -> None:
        self.choice.currentIndexChanged.connect(self._on_chosen)
        self.editor.textChanged.connect(self._on_edited)
        self.samples.textChanged.connect(self._on_edited)
        self.apply.clicked.connect(self._on_apply)
        self.apply.setAutoDefault(False)
        self._close.setAutoDefault(False)
        self._close.clicked.connect(self.reject)
        tab_through(self.choice, self.editor, self.samples, self.tried, self.apply, self._close)

    def _list_files(self) -> None:
        self.choice.clear()
        for file in self._known:
            kind = self.tr("Label form") if file.kind == FORMS else self.tr("Conventions")
            whose = self.tr("of this workspace") if file.is_own else self.tr("as shipped")
            self.choice.addItem(f"{kind}: {file.name} ({whose})")

    @Slot(int)
    def _on_chosen(self, place: int) -> None:
        if place < 0:
            return
        file = self.file
        self.preview.setCurrentIndex(0 if file.kind == FORMS else 1)
        if file.place not in self._before:
            try:
                self._before[file.place] = self._texts[file.place] = self._files.text(file)
            except ReviewerError as error:
                self._before[file.place] = self._texts[file.place] = ""
                self.editor.setPlainText("")
                self.message.show_error(error)
                return
        self.editor.setPlainText(self._texts[file.place])
        self.check_now()

    @Slot()
    def _on_edited(self) -> None:
        """Checks the text after a pause; until then it cannot be applied."""
        if self.file.place not in self._before:
            return
        self._texts[self.file.place] = self._text()
        enable(self.apply, False, self.tr("The text is being checked."))
        self._pause.start()

    @Slot()
    def check_now(self) -> None:
        """Checks the text as it is, and draws the preview if it is valid; the last valid one stays."""
        self._pause.stop()
        file, files, samples = self.file, self._files, self.samples.toPlainText()
        if file.place not in self._before:
            return
        if self._checking is not None:
            self._checking.cancel()
        text = self._texts[file.place]
        self._checking = self._jobs.run(
            lambda _token: _checked(files, file, text, samples),
            self._show_checked,
            self.message.show_error,
            owner=self,
        )

    def _show_checked(self, checked: _Checked) -> None:
        if checked.error is not None:
            self._show_problem(checked.error, checked.line)
            return
        if checked.form is None:
            self._show_tried(checked.tried)
        elif checked.form != self._drawn:
            self._show_form(checked.form)
            self._drawn = checked.form
        self.message.clear()
        self.editor.setExtraSelections([])
        is_changed = self._texts[self.file.place] != self._before[self.file.place]
        enable(self.apply, is_changed, self.tr("Nothing in this file has changed."))

    def _text(self) -> str:
        """With the line ends that the file had."""
        text = self.editor.toPlainText()
        return text.replace("\n", "\r\n") if "\r\n" in self._before.get(self.file.place, "") else text

    def _show_problem(self, error: ReviewerError, line: int | None) -> None:
        enable(self.apply, False, self.tr("Correct the problem in the text first."))
        words = translated_catalogue().words(error.notice)
        sentence = words.sentence if line is None else self.tr("Line {0}: {1}").format(line, words.sentence)
        self.message.show_message(Message(sentence, words.hint), "error")
        self.editor.setExtraSelections([] if line is None else [self._marked(line)])

    def _marked(self, line: int) -> QTextEdit.ExtraSelection:
        cursor = QTextCursor(self.editor.document().findBlockByNumber(line - 1))
        marked = QTextEdit.ExtraSelection()
        marked.cursor = cursor
        colour = self.palette().highlight().color()
        colour.setAlpha(70)
        marked.format.setBackground(colour)
        marked.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        return marked

    def _show_form(self, schema: Schema) -> None:
        while item := self.form.column.takeAt(0):
            if widget := item.widget():
                shiboken6.delete(widget)  # taken out of the window first, each part would be styled again
        for scope in (FieldScope.CLIP, FieldScope.SEGMENT):
            if schema.per(scope).fields:
                panel = FormPanel(schema, self.form.widget(), per=scope)
                self.form.column.addWidget(panel)
                panel.show()
        self.form.column.addStretch()

    def _show_tried(self, tried: tuple[_Tried, ...]) -> None:
        lines = []
        for each in tried:
            lines += [
                self.tr("Verbatim: {0}").format(each.verbatim),
                self.tr("Training: {0}").format(each.training),
            ]
            for problem in each.problems:
                words = translated_catalogue().words(problem.notice)
                lines.append(f"  {each.verbatim[problem.start : problem.end]!r}: {words.sentence}")
            lines.append("")
        self.tried.setPlainText("\n".join(lines))

    @Slot()
    def _on_apply(self) -> None:
        self._ask(
            self.tr("Sign this change?"),
            self.tr(
                "{0} is written and signed with your name. It is in force for everybody who opens the "
                "workspace from then on; open windows keep what they opened with, and must be opened again "
                "to sign in."
            ).format(self.file.place),
            self.tr("Sign"),
            self._apply_now,
        )

    @Slot()
    def _apply_now(self) -> None:
        file, text = self.file, self._text()
        before = self._before[file.place]
        enable(self.apply, False, self.tr("The change is being signed."))
        self._jobs.run(
            lambda _token: self._files.apply(file, text, before),
            lambda now: self._show_applied(now, text),
            self._show_refusal,
            owner=self,
        )

    def _show_applied(self, file: PolicyFile, text: str) -> None:
        place = next(i for i, each in enumerate(self._known) if each.place == file.place)
        self._known[place] = file
        self._before[file.place] = text
        self._list_files_at(self.choice.currentIndex())
        self.message.show_message(
            Message(self.tr("Signed: {0}.").format(file.place), self.tr("Open the window again to use it.")),
            "ok",
        )
        self.applied.emit()

    def _list_files_at(self, place: int) -> None:
        self.choice.blockSignals(True)
        self._list_files()
        self.choice.setCurrentIndex(place)
        self.choice.blockSignals(False)
        enable(self.apply, False, self.tr("Nothing in this file has changed."))

    def _show_refusal(self, error: Exception) -> None:
        enable(self.apply, True, "")
        self.message.show_error(error)

    @Slot()
    def _discard(self) -> None:
        self._texts = dict(self._before)
        self.reject()

    def _ask(self, title: str, consequences: str, verb: str, act: object) -> None:
        dialog = ConfirmDialog(title, consequences, verb, self)
        dialog.accepted.connect(act)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _lay_out(self) -> None:
        trial = QWidget(self)
        inside = QVBoxLayout(trial)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GAP_PX)
        for heading, area, stretch in (
            (self.tr("Sentences to try"), self.samples, 1),
            (self.tr("What the conventions make of them"), self.tried, 2),
        ):
            label = QLabel(heading, trial)
            label.setProperty("kind", "label")
            inside.addWidget(label)
            inside.addWidget(area, stretch)
        self.preview.addWidget(self.form)
        self.preview.addWidget(trial)
        halves = QSplitter(Qt.Orientation.Horizontal, self)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.editor)
        halves.addWidget(self.preview)
        halves.setSizes([_SIZE_PX.width() // 2] * 2)
        below = QHBoxLayout()
        below.setSpacing(GROUP_PX)
        below.addWidget(self.apply)
        below.addStretch()
        below.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self.choice)
        column.addWidget(self.message)
        column.addWidget(halves, 1)
        column.addLayout(below)

    def reject(self) -> None:
        if not self.has_changes:
            super().reject()
            return
        self._ask(
            self.tr("Discard your changes?"),
            self.tr("What you wrote and did not sign is lost. The files stay as they are."),
            self.tr("Discard"),
            self._discard,
        )


def _checked(files: PolicyFiles, file: PolicyFile, text: str, samples: str) -> _Checked:
    """On the job pool."""
    try:
        if file.kind == FORMS:
            return _Checked(form=files.check_form(text, file))
        conventions = files.check_conventions(text, file)
    except ReviewerError as error:
        return _Checked(error=error, line=problem_line(error, text))
    stored = [stored_text(typed) for typed in samples.splitlines() if typed.strip()]
    return _Checked(
        tried=tuple(
            _Tried(each, normalise(each, conventions), tuple(check_text(each, conventions)))
            for each in stored
        )
    )
