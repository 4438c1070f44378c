"""Which pages each role has, and how each is made."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from reviewer.model.people import Identity, Role
from reviewer.ui.jobs import Jobs
from reviewer.ui.page import Page
from reviewer.ui.services import Services
from reviewer.ui.sidebar import SidebarEntry

if TYPE_CHECKING:
    from reviewer.lead.session import LeadSession
    from reviewer.ui.clip.workspace import ClipTools


@dataclass(frozen=True, slots=True)
class RolePage:
    """A page of the sidebar; ``make`` is called once, when the page is first shown."""

    entry: SidebarEntry
    make: Callable[[QWidget], Page]


def role_pages(identity: Identity, services: Services) -> tuple[RolePage, ...]:
    """The pages of the person's role, in the sidebar's order."""
    makers = {Role.CONTRACTOR: _contractor, Role.QA: _qa, Role.LEAD: _lead}
    return makers[identity.person.role](identity, services)


def _contractor(identity: Identity, services: Services) -> tuple[RolePage, ...]:
    # Imported when first needed: waveform and player take time to load.
    from reviewer.ui.desk.page import DeskPage  # noqa: PLC0415
    from reviewer.ui.mine.page import MinePage  # noqa: PLC0415

    desk = services.gateway.desk(identity)
    return (
        _role_page(
            "desk",
            _tr("Desk"),
            lambda parent: DeskPage(desk, _clip_tools(services), parent),
        ),
        _role_page("mine", _tr("My work"), lambda parent: MinePage(desk, services.jobs, parent)),
    )


def _qa(identity: Identity, services: Services) -> tuple[RolePage, ...]:
    from reviewer.ui.qa.page import QaPage  # noqa: PLC0415

    qa = services.gateway.qa(identity)
    return (
        _role_page(
            "qa",
            _tr("QA"),
            lambda parent: QaPage(qa, _clip_tools(services), parent),
        ),
    )


def _lead(identity: Identity, services: Services) -> tuple[RolePage, ...]:
    from reviewer.ui.lead.clips_page import ClipsPage  # noqa: PLC0415
    from reviewer.ui.lead.export_page import ExportPage  # noqa: PLC0415
    from reviewer.ui.lead.held_back_page import HeldBackPage  # noqa: PLC0415
    from reviewer.ui.lead.import_page import ImportPage  # noqa: PLC0415
    from reviewer.ui.lead.log_page import LogPage  # noqa: PLC0415
    from reviewer.ui.lead.overview_page import OverviewPage  # noqa: PLC0415
    from reviewer.ui.lead.people_page import PeoplePage  # noqa: PLC0415
    from reviewer.ui.lead.retention_page import RetentionPage  # noqa: PLC0415

    lead, jobs = services.gateway.lead(identity), services.jobs
    return (
        _role_page(
            "overview",
            _tr("Overview"),
            lambda parent: OverviewPage(lead, jobs, parent, make_tools=partial(_clip_tools, services)),
        ),
        _role_page("progress", _tr("Progress"), lambda parent: _progress_page(lead, services, parent)),
        _role_page("clips", _tr("Clips"), lambda parent: ClipsPage(lead, _clip_tools(services), parent)),
        _role_page("import", _tr("Import"), lambda parent: ImportPage(lead, jobs, parent)),
        _role_page("export", _tr("Export"), lambda parent: ExportPage(lead, jobs, parent)),
        _role_page(
            "held", _tr("Held back"), lambda parent: HeldBackPage(lead, _clip_tools(services), parent)
        ),
        _role_page("retention", _tr("Retention"), lambda parent: RetentionPage(lead, jobs, parent)),
        _role_page("corpus", _tr("Corpus"), lambda parent: _corpus_page(lead, jobs, parent)),
        _role_page("people", _tr("People"), lambda parent: PeoplePage(lead, jobs, parent)),
        _role_page("log", _tr("Access log"), lambda parent: LogPage(lead, jobs, parent)),
    )


def _progress_page(lead: "LeadSession", services: Services, parent: QWidget) -> Page:
    from reviewer.ui.lead.progress_page import ProgressPage  # noqa: PLC0415

    product_name = services.gateway.project.intake.product_name
    return ProgressPage(lead, services.jobs, parent, product_name=product_name)


def _corpus_page(lead: "LeadSession", jobs: Jobs, parent: QWidget) -> Page:
    from reviewer.ui.lead.corpus_page import CorpusPage  # noqa: PLC0415

    return CorpusPage(lead, jobs, parent)


def _clip_tools(services: Services) -> "ClipTools":
    from reviewer.ui.clip.workspace import ClipTools  # noqa: PLC0415

    product_name = services.gateway.project.intake.product_name
    return ClipTools(
        services.player_factory, services.jobs, services.preferences, services.clock, product_name
    )


def _role_page(page_id: str, title: str, make: Callable[[QWidget], Page]) -> RolePage:
    return RolePage(SidebarEntry(page_id, title, page_id), make)


def _tr(text: str) -> str:
    return QCoreApplication.translate("role_pages", text)
