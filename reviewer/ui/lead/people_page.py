"""Adds and revokes people, sets their languages, and shows the one-time code of a new person."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from reviewer.model.people import Person, PersonState, Role
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.lead.admit_dialog import AdmitDialog
from reviewer.ui.lead.invitation import InvitationPanel
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.lead.register_dialog import RegisterDialog
from reviewer.ui.messages import Message, message_for, term
from reviewer.ui.theme import GAP_PX, GRID_PX, GROUP_PX
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.access.nda import RegisterEntry
    from reviewer.lead.people import Invitation
    from reviewer.lead.session import LeadSession

_SIDE_PX = 320


class PeoplePage(LeadPage):
    """People at the left; adding a person, and their code, at the right."""

    scope = Scope.PEOPLE

    def __init__(
        self,
        lead: "LeadSession",
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        chooser: FileChooser | None = None,
    ) -> None:
        super().__init__("people", self.tr("People"), jobs, parent)
        self._lead = lead
        self._chooser = chooser or FileChooser()
        self._languages: dict[str, tuple[str, ...]] = {}
        self._skills: dict[str, tuple[str, ...]] = {}
        self.people = RowsModel(self._columns())
        self.table_view = self.table(
            "people_table",
            self.tr("Everybody who was ever added"),
            self.people,
            stretch=0,
            empty=self.tr("People you add are listed here."),
            is_read=True,
        )
        self.table_view.setColumnWidth(1, 130)
        self.table_view.setColumnWidth(2, 130)
        self.table_view.keep_fitted(range(self.people.columnCount()))
        self._account_buttons()
        self._route_fields()
        self._own_machine_buttons()
        self._lay_out()
        self.table_view.selectionModel().selectionChanged.connect(self._on_chosen)
        self.people.modelReset.connect(self._on_chosen)
        self._update_buttons()

    def _route_fields(self) -> None:
        self.languages = named(
            QLineEdit(self), "people_languages", self.tr("Languages of the selected person")
        )
        self.languages.setPlaceholderText(self.tr("every language"))
        self.languages.returnPressed.connect(self._on_set_languages)
        self.languages_button = self.button(
            "people_set_languages",
            self.tr("Set languages"),
            self.tr("Give the selected person clips of these languages only; empty: of every language"),
            self._on_set_languages,
            shortcut_id="people.languages",
        )
        self.skills = named(QLineEdit(self), "people_skills", self.tr("Skills of the selected person"))
        self.skills.setPlaceholderText(self.tr("no skill"))
        self.skills.returnPressed.connect(self._on_set_skills)
        self.skills_button = self.button(
            "people_set_skills",
            self.tr("Set skills"),
            self.tr("Say what the selected person can do; clips that ask for a skill come to nobody else"),
            self._on_set_skills,
            shortcut_id="people.skills",
        )

    def _account_buttons(self) -> None:
        self.revoke_button = self.button(
            "people_revoke",
            self.tr("Revoke…"),
            self.tr("Revoke the selected person's account"),
            self._on_revoke,
            shortcut_id="people.revoke",
            kind="danger",
        )
        self.code_button = self.button(
            "people_code",
            self.tr("New code…"),
            self.tr("Give the selected person a new one-time code, if they lost their passphrase"),
            self._on_code,
            shortcut_id="people.code",
        )
        self.register_button = self.button(
            "people_register",
            self.tr("Agreements…"),
            self.tr("Show who signed which agreement when, and whether it still counts"),
            self._on_register,
            shortcut_id="people.register",
        )

    def _own_machine_buttons(self) -> None:
        self.invitation = InvitationPanel(self)
        self.invite_button = self.button(
            "people_invite",
            self.tr("Invite to a machine of their own…"),
            self.tr("Write an invitation for this person, or for the selected one, and show the code"),
            self._on_invite,
            shortcut_id="people.invite",
        )
        self.admit_button = self.button(
            "people_admit",
            self.tr("Admit an answer…"),
            self.tr("Enrol who answered an invitation, and give people their logins on the queue's server"),
            self._on_admit,
            shortcut_id="people.admit",
        )

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.table_view, 1)
        left.addLayout(self._below())
        right = QVBoxLayout()
        right.setSpacing(GROUP_PX)
        right.addWidget(self._add_panel())
        right.addWidget(self.invitation)
        right.addStretch()
        tab_through(
            self.table_view,
            self.revoke_button,
            self.code_button,
            self.register_button,
            self.languages,
            self.languages_button,
            self.skills,
            self.skills_button,
            self.name,
            self.role,
            self.add_button,
            self.invite_button,
            self.admit_button,
            self.invitation,
        )
        both = QHBoxLayout()
        both.setSpacing(GROUP_PX)
        both.addLayout(left, 1)
        both.addLayout(right)
        self.column.addLayout(both, 1)

    def _below(self) -> QVBoxLayout:
        """Account buttons above languages and skills: beside each other they need a wide window."""
        buttons, grid = QHBoxLayout(), QGridLayout()
        for button in (self.revoke_button, self.code_button, self.register_button):
            buttons.addWidget(button)
        buttons.addStretch()
        grid.setColumnStretch(1, 1)
        routes = (
            (self.tr("Languages"), self.languages, self.languages_button),
            (self.tr("Skills"), self.skills, self.skills_button),
        )
        for row, (caption, field, button) in enumerate(routes):
            label = self.label(caption)
            label.setBuddy(field)
            for column, widget in enumerate((label, field, button)):
                grid.addWidget(widget, row, column)
        below = QVBoxLayout()
        for part in (buttons, grid):
            part.setSpacing(GAP_PX)
            below.addLayout(part)
        below.setSpacing(GAP_PX)
        return below

    @Slot()
    def refresh(self) -> None:
        """Reads the list of people."""
        lead = self._lead
        self.run(lambda _token: (lead.people(), lead.languages(), lead.skills()), self._show)

    def _show(
        self, found: tuple[list[Person], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]
    ) -> None:
        people, self._languages, self._skills = found
        self.people.show_rows(people)

    def enter(self) -> None:
        self.message.clear()
        self.refresh()

    def leave(self) -> None:
        """The code is shown once: leaving the page clears it."""
        self.invitation.clear()

    def close_down(self) -> None:
        super().close_down()
        self.invitation.clear()

    def _add_panel(self) -> QFrame:
        panel = QFrame(self)
        panel.setProperty("kind", "panel")
        panel.setFixedWidth(_SIDE_PX)
        self.name = named(QLineEdit(panel), "people_name", self.tr("Name of the new person"))
        self.role = named(QComboBox(panel), "people_role", self.tr("Role of the new person"))
        for role, title in self._roles().items():
            self.role.addItem(title, role)
        self.add_button = self.button(
            "people_add",
            self.tr("Add and create code"),
            self.tr("Add this person and show their one-time code"),
            self._on_add,
            shortcut_id="people.add",
            kind="primary",
        )
        self.name.textChanged.connect(self._update_buttons)
        self.name.returnPressed.connect(self._on_add)
        column = QVBoxLayout(panel)
        column.setContentsMargins(GROUP_PX, GROUP_PX, GROUP_PX, GROUP_PX)
        column.setSpacing(GRID_PX)
        column.addWidget(self.label(self.tr("Add a person"), "heading"))
        column.addSpacing(GRID_PX)
        for caption, field in ((self.tr("Name"), self.name), (self.tr("Role"), self.role)):
            label = self.label(caption)
            label.setBuddy(field)
            column.addWidget(label)
            column.addWidget(field)
        column.addSpacing(GAP_PX)
        for button in (self.add_button, self.invite_button, self.admit_button):
            column.addWidget(button)
        return panel

    @Slot()
    def _on_add(self) -> None:
        name, role = self.name.text().strip(), Role(self.role.currentData())
        if not self.add_button.isEnabled() or not name:
            return
        self.message.clear()
        self.add_button.setEnabled(False)
        self.run(lambda _token: self._lead.add_person(name, role), self._added, failed=self._failed)

    def _added(self, invitation: "Invitation") -> None:
        self.name.clear()
        self.invitation.show_invitation(invitation)
        self.refresh()

    @Slot()
    def _on_invite(self) -> None:
        name, role, chosen = self.name.text().strip(), Role(self.role.currentData()), self._chosen()
        admission = self._lead.admission
        if not self.invite_button.isEnabled():
            return
        if name:
            self._write_invitation(name, lambda file: admission.invite(name, role, file))
        elif chosen is not None:
            again = chosen.name
            self.confirm(
                self.tr("New invitation for {0}?").format(again),
                self.tr(
                    "Whatever they have on a machine of their own opens nothing from now on, and what was "
                    "not sent from there is lost. They join again, and you admit their answer again."
                ),
                self.tr("Write the invitation…"),
                lambda: self._write_invitation(again, lambda file: admission.invite_again(again, file)),
            )

    def _write_invitation(self, name: str, invite: Callable[[Path], "Invitation"]) -> None:
        file = self._chooser.invitation_to_write(self, f"{name.split(maxsplit=1)[0].lower()}.json")
        if file is None:
            return
        self.message.clear()
        for button in (self.add_button, self.invite_button):
            button.setEnabled(False)
        self.run(
            lambda _token: invite(file),
            lambda invitation: self._invited(invitation, file),
            failed=self._not_invited,
        )

    def _invited(self, invitation: "Invitation", file: Path) -> None:
        self.name.clear()
        self.invitation.show_invitation(invitation, file)
        self.refresh()

    def _not_invited(self, error: Exception) -> None:
        """The person may be added although the file was not written."""
        self._failed(error)
        self.refresh()

    @Slot()
    def _on_admit(self) -> None:
        if not self.admit_button.isEnabled():
            return
        dialog = AdmitDialog(self._lead.admission, self._jobs, self, chooser=self._chooser)
        dialog.admitted.connect(self._admitted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object, object)
    def _admitted(self, person: Person, unpublished: Exception | None) -> None:
        if unpublished is None:
            said = self.tr("{0} is admitted and can sign in and work.").format(person.name)
            self.message.show_message(Message(said), "ok")
        else:
            why = message_for(unpublished).sentence
            said = self.tr("{0} is admitted, but what you signed last did not reach the server.")
            self.message.show_message(Message(said.format(person.name), why), "warn")
        self.refresh()

    def _failed(self, error: Exception) -> None:
        self.message.show_error(error)
        self._update_buttons()

    @Slot()
    def _on_revoke(self) -> None:
        person = self._chosen()
        if person is None:
            return
        self.confirm(
            self.tr("Revoke {0}?").format(person.name),
            self.tr(
                "Their keys are destroyed and they lose access in every window. "
                "Clips they hold return to the queue; submitted work stays. This cannot be undone."
            ),
            self.tr("Revoke"),
            lambda: self._revoke_now(person),
        )

    def _revoke_now(self, person: Person) -> None:
        self.run(lambda _token: self._lead.revoke(person.name), self._revoked)

    def _revoked(self, person: Person) -> None:
        self.message.show_message(Message(self.tr("{0} was revoked.").format(person.name)), "ok")
        self.refresh()

    @Slot()
    def _on_code(self) -> None:
        person = self._chosen()
        if person is None or not self.code_button.isEnabled():
            return
        self.confirm(
            self.tr("New code for {0}?").format(person.name),
            self.tr(
                "Their passphrase opens nothing from now on. Their work and drafts stay; they sign the "
                "agreement again, and words they added to the dictionary for themselves are lost."
            ),
            self.tr("Create code"),
            lambda: self._issue_code(person),
        )

    def _issue_code(self, person: Person) -> None:
        self.message.clear()
        self.run(lambda _token: self._lead.issue_code(person.name), self._added, failed=self._failed)

    @Slot()
    def _on_register(self) -> None:
        self.run(lambda _token: self._lead.agreement_register(), self._show_register)

    def _show_register(self, register: "list[RegisterEntry]") -> None:
        dialog = RegisterDialog(register, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _on_set_languages(self) -> None:
        person = self._chosen()
        if person is None or not self.languages_button.isEnabled():
            return
        tags = self.languages.text().replace(",", " ").split()
        self.message.clear()
        self.run(
            lambda _token: (person, self._lead.set_languages(person.name, tags)),
            self._languages_set,
            failed=self._failed,
        )

    def _languages_set(self, change: tuple[Person, tuple[str, ...]]) -> None:
        person, tags = change
        said = (
            self.tr("{0} now gets clips in: {1}.").format(person.name, ", ".join(tags))
            if tags
            else self.tr("{0} now gets clips in every language.").format(person.name)
        )
        self.message.show_message(Message(said), "ok")
        self.refresh()

    @Slot()
    def _on_set_skills(self) -> None:
        person = self._chosen()
        if person is None or not self.skills_button.isEnabled():
            return
        names = self.skills.text().replace(",", " ").split()
        self.message.clear()
        self.run(
            lambda _token: (person, self._lead.set_skills(person.name, names)),
            self._skills_set,
            failed=self._failed,
        )

    def _skills_set(self, change: tuple[Person, tuple[str, ...]]) -> None:
        person, names = change
        said = (
            self.tr("{0} now has these skills: {1}.").format(person.name, ", ".join(names))
            if names
            else self.tr("{0} now has no skill.").format(person.name)
        )
        self.message.show_message(Message(said), "ok")
        self.refresh()

    @Slot()
    def _on_chosen(self) -> None:
        chosen = self._chosen()
        self.skills.setText("" if chosen is None else " ".join(self._skills.get(chosen.id, ())))
        self.languages.setText("" if chosen is None else " ".join(self._languages.get(chosen.id, ())))
        self._update_buttons()

    def _chosen(self) -> Person | None:
        rows = self.table_view.selectionModel().selectedRows()
        return self.people.rows[rows[0].row()] if rows else None

    @Slot()
    def _update_buttons(self) -> None:
        chosen = self._chosen()
        why = self.tr("Already revoked.") if chosen is not None else self.tr("Select a person first.")
        is_open = chosen is not None and chosen.state is not PersonState.REVOKED
        for widget in (
            self.revoke_button, self.languages, self.languages_button, self.skills, self.skills_button
        ):  # fmt: skip
            enable(widget, is_open, why)
        is_own = chosen is not None and chosen.id == self._lead.identity.person.id
        own = self.tr("Change your own passphrase in the settings.")
        enable(self.code_button, is_open and not is_own, own if is_own else why)
        is_named = bool(self.name.text().strip())
        enable(self.add_button, is_named, self.tr("Enter a name first."))
        elsewhere = self.tr("Queue, clips and broker have to be on servers first; see the team guide.")
        has_servers = self._lead.admission.has_servers
        may_join = chosen is not None and is_open and chosen.role is not Role.LEAD
        missing = self.tr("Enter a name, or select a contractor or QA person.")
        enable(
            self.invite_button, has_servers and (is_named or may_join), missing if has_servers else elsewhere
        )
        enable(self.admit_button, has_servers, elsewhere)

    def _roles(self) -> dict[str, str]:
        return {
            Role.CONTRACTOR.value: self.tr("Contractor: transcribes"),
            Role.QA.value: self.tr("QA: reviews work"),
            Role.LEAD.value: self.tr("Lead: runs the project"),
        }

    def _columns(self) -> list[Column[Person]]:
        states = {
            PersonState.INVITED: self.tr("invited"),
            PersonState.ACTIVE: self.tr("active"),
            PersonState.REVOKED: self.tr("revoked"),
        }
        return [
            Column(self.tr("Name"), lambda row: row.name, role=_dim_if_revoked),
            Column(self.tr("Role"), lambda row: term("ROLE", row.role), role=_dim_if_revoked),
            Column(self.tr("Account"), lambda row: states[row.state], role=_state_role),
            Column(
                self.tr("Languages"),
                lambda row: " ".join(self._languages.get(row.id, ())) or self.tr("every"),
                role=_dim_if_revoked,
            ),
            Column(
                self.tr("Skills"),
                lambda row: " ".join(self._skills.get(row.id, ())),
                role=_dim_if_revoked,
            ),
        ]


def _dim_if_revoked(row: Person) -> str | None:
    return "dim" if row.state is PersonState.REVOKED else None


def _state_role(row: Person) -> str | None:
    return {PersonState.INVITED: "warn", PersonState.REVOKED: "dim"}.get(row.state)
