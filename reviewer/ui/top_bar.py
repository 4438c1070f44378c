"""The top bar: product, project, person, and the window's actions."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from reviewer.model.project import Project
from reviewer.ui.icons import set_icon
from reviewer.ui.theme import GAP_PX, GROUP_PX, TOP_BAR_PX
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.widget_ids import named, put_value


class TopBar(QWidget):
    """Product, project and locale; who is signed in; theme, shortcuts, settings, lock."""

    theme_requested = Signal()
    keys_requested = Signal()
    settings_requested = Signal()
    lock_requested = Signal()

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "top_bar", self.tr("Top bar"), kind="bar").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(TOP_BAR_PX)
        product = named(QLabel(self.tr("Reviewer"), self), "product", self.tr("Reviewer"), kind="heading")
        product.setToolTip("")
        where = named(
            ElidedLabel("project", self.tr("Project"), self), "project", self.tr("Project"), kind="dim"
        )
        put_value(where, f"{project.name} · {project.locale}")
        where.setToolTip(where.text())
        self._who_icon = QLabel(self)
        self._who = named(ElidedLabel("locked_to", "", self), "locked_to", self.tr("Who is signed in"))
        self._who.setSizePolicy(
            QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred
        )  # the project yields
        set_icon(self._who_icon, "person", "ok")
        row = QHBoxLayout(self)
        row.setContentsMargins(GROUP_PX, 0, GAP_PX, 0)
        row.setSpacing(GAP_PX)
        row.addWidget(product)
        row.addSpacing(GAP_PX)
        row.addWidget(where, 1)
        row.addWidget(self._who_icon)
        row.addWidget(self._who)
        row.addSpacing(GAP_PX)
        for button in self._buttons():
            row.addWidget(button)

    def show_person(self, name: str, role: str) -> None:
        put_value(self._who, self.tr("Locked to {0} · {1}").format(name, role))
        self._who.setToolTip(self._who.text())

    def _buttons(self) -> list[QToolButton]:
        theme = self._button(
            "theme_button", "theme", self.tr("Theme"), self.tr("Dark or light theme"), "window.theme"
        )
        keys = self._button(
            "keys_button", "keys", self.tr("Shortcuts"), self.tr("Show the shortcuts"), "window.keys"
        )
        settings = self._button(
            "settings_button", "settings", self.tr("Settings"), self.tr("Settings"), "window.settings"
        )
        settings.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)  # names need the space
        lock = self._button(
            "lock_button",
            "lock",
            self.tr("Lock"),
            self.tr("Lock: stops playback, saves drafts and returns to sign-in"),
            "window.lock",
        )
        theme.clicked.connect(self.theme_requested)
        keys.clicked.connect(self.keys_requested)
        settings.clicked.connect(self.settings_requested)
        lock.clicked.connect(self.lock_requested)
        return [theme, keys, settings, lock]

    def _button(self, name: str, glyph: str, text: str, spoken: str, shortcut_id: str) -> QToolButton:
        button = named(QToolButton(self), name, spoken, shortcut_id=shortcut_id)
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_icon(button, glyph)
        return button
