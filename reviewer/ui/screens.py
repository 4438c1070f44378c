"""Which screens a role has, and how each is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from reviewer.model.people import Identity, Role
from reviewer.ui.house import House
from reviewer.ui.page import Page
from reviewer.ui.rail import RailEntry

if TYPE_CHECKING:
    from reviewer.ui.clip.workspace import ClipTools


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen of the rail; ``make`` is called once, when the person comes in."""

    entry: RailEntry
    make: Callable[[QWidget], Page]


def screens_for(identity: Identity, house: House) -> tuple[Screen, ...]:
    """The screens of the person's role, in the rail's order."""
    makers = {Role.CONTRACTOR: _contractor, Role.QA: _qa, Role.LEAD: _lead}
    return makers[identity.person.role](identity, house)


def _contractor(identity: Identity, house: House) -> tuple[Screen, ...]:
    # Imported with the first person who needs it: waves and player take their time.
    from reviewer.ui.desk.page import DeskPage  # noqa: PLC0415
    from reviewer.ui.mine.page import MinePage  # noqa: PLC0415

    desk = house.doors.desk(identity)
    return (
        _screen(
            "desk",
            _tr("Desk"),
            lambda home: DeskPage(desk, _clip_tools(house), home),
        ),
        _screen("mine", _tr("My work"), lambda home: MinePage(desk, house.jobs, home)),
    )


def _qa(identity: Identity, house: House) -> tuple[Screen, ...]:
    from reviewer.ui.qa.page import QaPage  # noqa: PLC0415

    qa = house.doors.qa(identity)
    return (
        _screen(
            "qa",
            _tr("QA"),
            lambda home: QaPage(qa, _clip_tools(house), home),
        ),
    )


def _lead(identity: Identity, house: House) -> tuple[Screen, ...]:
    from reviewer.ui.lead.export_page import ExportPage  # noqa: PLC0415
    from reviewer.ui.lead.import_page import ImportPage  # noqa: PLC0415
    from reviewer.ui.lead.log_page import LogPage  # noqa: PLC0415
    from reviewer.ui.lead.overview_page import OverviewPage  # noqa: PLC0415
    from reviewer.ui.lead.people_page import PeoplePage  # noqa: PLC0415

    lead, jobs = house.doors.lead(identity), house.jobs
    return (
        _screen("overview", _tr("Overview"), lambda home: OverviewPage(lead, jobs, home)),
        _screen("people", _tr("People"), lambda home: PeoplePage(lead, jobs, home)),
        _screen("import", _tr("Import"), lambda home: ImportPage(lead, jobs, home)),
        _screen("export", _tr("Export"), lambda home: ExportPage(lead, jobs, home)),
        _screen("log", _tr("Access log"), lambda home: LogPage(lead, jobs, home)),
    )


def _clip_tools(house: House) -> "ClipTools":
    from reviewer.ui.clip.workspace import ClipTools  # noqa: PLC0415

    return ClipTools(house.player_factory, house.jobs, house.preferences, house.clock)


def _screen(screen_id: str, title: str, make: Callable[[QWidget], Page]) -> Screen:
    return Screen(RailEntry(screen_id, title, screen_id), make)


def _tr(text: str) -> str:
    return QCoreApplication.translate("screens", text)
