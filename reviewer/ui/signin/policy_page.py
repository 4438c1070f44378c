"""What a lead signs when the files of the workspace differ from the signed ones."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QListWidget, QPushButton, QWidget

from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.signin.card import Card, centred
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.widget_ids import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.access.policy import Difference


class PolicyPage(QFrame):
    """The files and settings that differ, a button to sign them, and one to leave."""

    apply_requested = Signal()
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "policy_page", self.tr("Changed files")).setToolTip("")
        card = Card(
            "policy_card",
            self.tr("The files differ from the signed ones"),
            self.tr("Nobody signs in until a lead has signed them."),
            self,
        )
        self.list = named(QListWidget(self), "policy_differences", self.tr("What differs"))
        self.message = InlineMessage("policy_message", lines=3, parent=self)
        self.button = named(
            QPushButton(self.tr("Sign these changes"), self),
            "policy_apply",
            self.tr("Sign these changes"),
            shortcut_id="sign_in.policy",
            kind="primary",
        )
        self.back_button = named(
            QPushButton(self.tr("Back to sign-in"), self),
            "policy_back",
            self.tr("Back to sign-in"),
            shortcut_id="sign_in.back",
            kind="link",
        )
        for widget in (self.list, self.message, self.button, self.back_button):
            card.column.addWidget(widget)
        centred(card, self)
        self.button.clicked.connect(self.apply_requested)
        self.back_button.clicked.connect(self.back_requested)
        bind_shortcut(self, "sign_in.policy", self.button.click)
        bind_shortcut(self, "sign_in.back", self.back_button.click)

    def show_differences(self, differences: "Sequence[Difference]") -> None:
        """Lists a line for each file or setting."""
        how = {"added": self.tr("added"), "removed": self.tr("removed"), "changed": self.tr("changed")}
        self.message.clear()
        self.list.clear()
        for each in differences:
            name = f"{each.file}: {each.setting}" if each.setting else each.file
            self.list.addItem(f"{name} ({how[each.how]})")
        self.button.setEnabled(bool(differences))
