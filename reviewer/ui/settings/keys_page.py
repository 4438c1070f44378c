"""The settings page for keyboard shortcuts."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from reviewer.errors import Refused, ReviewerError
from reviewer.ui.keymap.actions import Origin
from reviewer.ui.keymap.keymap import Keymap, Keys
from reviewer.ui.keymap.keymap_files import PRESETS, preset, read_keymap, write_keymap
from reviewer.ui.keymap.keymap_preferences import store_keymap, stored_keymap
from reviewer.ui.messages import Message
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.key_field import KeyField
from reviewer.ui.settings.key_rows import KeyRow, columns, refuse_tag, rows_of
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import RowsModel, Table, tidy
from reviewer.ui.widgets.widget_ids import named

_COLUMNS_PX = {1: 216, 2: 104, 3: 80}
_FILE = "reviewer-keys.toml"


class KeysPage(QWidget):
    """Accepted changes take effect at once; refused ones are explained below the table."""

    def __init__(
        self,
        preferences: Preferences,
        tags: Mapping[str, str] | None = None,
        chooser: FileChooser | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``tags`` are keys that data defines, in portable text, and what each inserts."""
        super().__init__(parent)
        named(self, "keys_page", self.tr("Shortcuts")).setToolTip("")
        self._preferences = preferences
        self._tags = dict(tags or {})
        self._chooser = chooser or FileChooser()
        self._keymap = stored_keymap(preferences)
        self._stay: Keys = ()
        self._presets = named(QComboBox(self), "keys_preset", self.tr("Preset"))
        self._presets.addItems([preset(name).title for name in PRESETS])
        self._search = named(QLineEdit(self), "keys_search", self.tr("Search"))
        self._search.setPlaceholderText(self.tr("Search for an action, a key or a page"))
        self._model: RowsModel[KeyRow] = RowsModel(columns())
        self._table = self._make_table()
        self._field = KeyField(QGuiApplication.platformName(), self)
        self.message = InlineMessage("keys_message", lines=2, parent=self)
        self._of_row = self._row_buttons()
        self._of_all = self._whole_buttons()
        self._lay_out()
        self._connect()
        self._show()
        self._table.selectRow(0)

    @Slot(int)
    def _on_preset_chosen(self, place: int) -> None:
        self._do(
            lambda: self._keymap.with_preset(preset(PRESETS[place])),
            self.tr("Shortcuts set to {0}.").format(self._presets.itemText(place)),
            self.tr("Your own shortcuts are kept.") if self._keymap.custom else "",
        )

    @Slot()
    def _on_change(self) -> None:
        self._listen(())

    @Slot()
    def _on_add(self) -> None:
        row = self._row
        self._listen(self._keymap.keys(row.action_id) if row is not None else ())

    @Slot(str)
    def _on_key_pressed(self, key: str) -> None:
        row = self._row
        if row is None:
            return

        def changed() -> Keymap:
            refuse_tag(row, key, self._tags)
            return self._keymap.with_keys(row.action_id, (*self._stay, key))

        if self._do(changed, self.tr("The shortcut of “{0}” was changed.").format(row.does)):
            self._stop_listening()

    @Slot()
    def _stop_listening(self) -> None:
        self._field.rest()
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_given_up(self) -> None:
        self.message.clear()
        self._stop_listening()

    @Slot()
    def _on_remove(self) -> None:
        row = self._row
        if row is not None:
            said = self.tr("“{0}” has no shortcut now.").format(row.does)
            self._do(lambda: self._keymap.with_keys(row.action_id, ()), said)

    @Slot()
    def _on_reset(self) -> None:
        row = self._row
        if row is not None:
            said = self.tr("“{0}” was reset to the preset.").format(row.does)
            self._do(lambda: self._keymap.with_preset_keys(row.action_id), said)

    @Slot()
    def _on_reset_all(self) -> None:
        self._do(lambda: replace(self._keymap, custom={}), self.tr("All shortcuts were reset to the preset."))

    @Slot()
    def _on_import(self) -> None:
        path = self._chooser.keys_to_read(self)
        if path is not None:
            self._do(
                lambda: read_keymap(path), self.tr("The shortcuts of {0} were imported.").format(path.name)
            )

    @Slot()
    def _on_export(self) -> None:
        path = self._chooser.keys_to_write(self, _FILE)
        if path is not None:
            try:
                write_keymap(path, self._keymap)
            except ReviewerError as error:
                self.message.show_error(error)
            else:
                self._say(self.tr("The shortcuts were exported to {0}.").format(path.name))

    @Slot()
    def _on_row_changed(self) -> None:
        """Enables the buttons that apply to the selected row."""
        row = self._row
        may = {
            "keys_change": row is not None,
            "keys_add": row is not None and bool(row.keys),
            "keys_remove": row is not None and bool(row.keys),
            "keys_reset": row is not None and row.origin is Origin.CUSTOM,
        }
        for button in self._of_row:
            is_open = row is not None and row.origin is not Origin.FIXED
            button.setEnabled(is_open and may[button.objectName()])

    @property
    def _row(self) -> KeyRow | None:
        place = self._table.currentIndex().row()
        return self._model.rows[place] if 0 <= place < len(self._model.rows) else None

    def _listen(self, stay: Keys) -> None:
        """Waits for a key; ``stay`` are the keys that the action keeps."""
        row = self._row
        if row is None or row.origin is Origin.FIXED:
            return
        self._stay = stay
        self.message.clear()
        self._field.listen(self.tr("Press the new shortcut for “{0}”, or Esc to cancel.").format(row.does))

    def _do(self, make: Callable[[], Keymap], said: str, hint: str = "") -> bool:
        """Applies a change, or says why it is refused."""
        try:
            self._keymap = make()
        except Refused as error:
            self.message.show_error(error)
            self._show()
            return False
        store_keymap(self._preferences, self._keymap)
        self._show()
        self._say(said, hint)
        return True

    def _say(self, sentence: str, hint: str = "") -> None:
        self.message.show_message(Message(sentence, hint), "ok")

    @Slot()
    def _show(self) -> None:
        """Shows the present keymap; the same action stays selected where possible."""
        before = self._row
        rows = rows_of(self._keymap, self._search.text())
        self._model.show_rows(rows)
        ids = [row.action_id for row in rows]
        if rows:
            self._table.selectRow(ids.index(before.action_id) if before and before.action_id in ids else 0)
        self._presets.setCurrentIndex(PRESETS.index(self._keymap.preset.id))
        reset_all = self._of_all[0]
        reset_all.setEnabled(bool(self._keymap.custom))
        self._on_row_changed()

    def _connect(self) -> None:
        self._presets.activated.connect(self._on_preset_chosen)
        self._search.textChanged.connect(self._show)
        self._table.activated.connect(self._on_change)
        self._table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self._field.key_pressed.connect(self._on_key_pressed)
        self._field.given_up.connect(self._on_given_up)

    def _row_buttons(self) -> list[QPushButton]:
        return [
            self._button(
                "keys_change", self.tr("Change"), self.tr("Change the shortcut (Enter)"), self._on_change
            ),
            self._button(
                "keys_add", self.tr("Add"), self.tr("Add another shortcut for this action"), self._on_add
            ),
            self._button("keys_remove", self.tr("No key"), self.tr("Remove its shortcut"), self._on_remove),
            self._button(
                "keys_reset", self.tr("As preset"), self.tr("Reset to the preset's shortcut"), self._on_reset
            ),
        ]

    def _whole_buttons(self) -> list[QPushButton]:
        drop, read = (
            self.tr("Reset all shortcuts"),
            self.tr("Import a preset and your own shortcuts from a file"),
        )
        write = self.tr("Export the preset and your own shortcuts to a file")
        return [
            self._button("keys_reset_all", self.tr("Reset all"), drop, self._on_reset_all),
            self._button("keys_import", self.tr("Import…"), read, self._on_import),
            self._button("keys_export", self.tr("Export…"), write, self._on_export),
        ]

    def _button(self, name: str, text: str, hint: str, slot: Callable[[], None]) -> QPushButton:
        button = named(QPushButton(text, self), name, text.rstrip("…"), hint=hint)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _make_table(self) -> Table:
        table = named(
            Table(self, empty=self.tr("No shortcut matches.")), "keys_actions", self.tr("Shortcuts")
        )
        table.setToolTip("")
        self._model.setParent(table)
        table.setModel(self._model)
        tidy(table, stretch=0)
        for column, width in _COLUMNS_PX.items():
            table.setColumnWidth(column, width)
        return table

    def _lay_out(self) -> None:
        top, middle, bottom = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        caption = QLabel(self.tr("Preset"), self)
        caption.setBuddy(self._presets)
        top.addWidget(caption)
        top.addWidget(self._presets)
        top.addSpacing(GAP_PX)
        top.addWidget(self._search, 1)
        middle.addWidget(self._field, 1)
        for button in self._of_row:
            middle.addWidget(button)
        bottom.addWidget(self.message, 1)
        for button in self._of_all:
            bottom.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addLayout(top)
        column.addWidget(self._table, 1)
        for row in (middle, bottom):
            row.setSpacing(GAP_PX)
            column.addLayout(row)
        tab_through(
            self._presets, self._search, self._table, self._field, *self._of_row, self.message, *self._of_all
        )
