"""The settings page with the agreements that one has signed, and copies of them to keep."""

import json
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTableView, QVBoxLayout, QWidget

from reviewer.access.agreement_copies import SignedAgreement
from reviewer.access.nda import RegisterEntry
from reviewer.errors import Unavailable
from reviewer.files import write_atomically
from reviewer.model.people import Identity
from reviewer.ui.agreement_columns import agreement_columns
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message
from reviewer.ui.settings.agreement_pdf import agreement_pdf
from reviewer.ui.theme import GROUP_PX
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import RowsModel, tidy
from reviewer.ui.widgets.widget_ids import enable, named
from reviewer.ui.workspace_gateway import WorkspaceGateway

_WIDTHS = (160, 120, 120)


class AgreementsPage(QWidget):
    """A row for each signed agreement; a copy is a PDF to read and a JSON file that verifies."""

    def __init__(
        self,
        identity: Identity,
        gateway: WorkspaceGateway,
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "agreements_page", self.tr("My agreements")).setToolTip("")
        self._identity = identity
        self._agreement = gateway.agreement
        self._jobs = jobs
        self._chooser = chooser or FileChooser()
        self.agreements = RowsModel(agreement_columns())
        self.table_view = named(QTableView(self), "agreements_table", self.tr("Agreements that you signed"))
        self.table_view.setToolTip("")
        self.table_view.setModel(self.agreements)
        tidy(self.table_view, stretch=3)
        for column, width in enumerate(_WIDTHS):
            self.table_view.setColumnWidth(column, width)
        self.save_button = named(
            QPushButton(self.tr("Save a copy…"), self),
            "agreements_save",
            self.tr("Save the selected agreement as PDF, with a JSON file beside it that verifies"),
        )
        self.save_button.setAutoDefault(False)
        self.message = InlineMessage("agreements_message", lines=3, parent=self)
        self._lay_out()
        self.save_button.clicked.connect(self._on_save)
        self.table_view.selectionModel().selectionChanged.connect(self._update_button)
        tab_through(self.table_view, self.save_button)
        self._update_button()
        jobs.run(
            lambda _token: self._agreement.mine(identity), self._show, self.message.show_error, owner=self
        )

    def _lay_out(self) -> None:
        hint = QLabel(
            self.tr(
                "The copy holds the text as you signed it, your signature, and its row of the access log."
            ),
            self,
        )
        hint.setTextFormat(Qt.TextFormat.PlainText)
        hint.setWordWrap(True)
        hint.setProperty("kind", "label")
        row = QHBoxLayout()
        row.addWidget(self.save_button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GROUP_PX)
        column.addWidget(hint)
        column.addWidget(self.table_view, 1)
        column.addLayout(row)
        column.addWidget(self.message)

    def _show(self, entries: list[RegisterEntry]) -> None:
        self.agreements.show_rows(entries)
        if entries:
            self.table_view.selectRow(0)
        self._update_button()

    @Slot()
    def _on_save(self) -> None:
        entry = self._chosen()
        if entry is None:
            return
        file = self._chooser.agreement(self, f"agreement-{entry.version}.pdf")
        if file is None:
            return
        self.message.clear()
        self._jobs.run(
            lambda _token: self._agreement.copy_of(self._identity, entry.record_id),
            lambda signed: self._save(signed, file),
            self.message.show_error,
            owner=self,
        )

    def _save(self, signed: SignedAgreement, file: Path) -> None:
        try:
            write_atomically(file, agreement_pdf(signed))
            data = json.dumps(dict(signed.json), ensure_ascii=False, indent=2)
            write_atomically(file.with_suffix(".json"), data.encode())
        except OSError as error:
            self.message.show_error(Unavailable("OPERATING_SYSTEM", problem=str(error)))
            return
        said = self.tr("Saved: {0} and {1}.").format(file.name, file.with_suffix(".json").name)
        self.message.show_message(Message(said), "ok")

    def _chosen(self) -> RegisterEntry | None:
        rows = self.table_view.selectionModel().selectedRows()
        return self.agreements.rows[rows[0].row()] if rows else None

    @Slot()
    def _update_button(self) -> None:
        enable(self.save_button, self._chosen() is not None, self.tr("Select an agreement first."))
