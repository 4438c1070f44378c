"""What somebody of a team does in a process that is killed at a step of it; see ``tests.benches.steps``."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reviewer import backends
from reviewer.access.invitation import InvitationFile
from reviewer.clips.keys import KdfParameters
from reviewer.clips.store import LocalClipStore
from reviewer.errors import Refused
from reviewer.model.people import Role
from reviewer.session.acts import HandIn
from reviewer.session.joining import join_workspace
from reviewer.workspace import open_workspace
from tests.benches.own_folders import Office
from tests.benches.steps import Steps
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, Bench, annotation, hear
from tests.fakes.clock import FakeClock

CHEAP = KdfParameters.cheap()


def opened(folder: Path) -> Bench:
    """A folder in a window of its own, by the clock of the server."""
    clock = FakeClock(datetime.now(UTC))
    return Bench(open_workspace(folder, clock=clock, parameters=CHEAP), clock)


def join(steps: Steps, invitation: str, code: str, folder: str) -> None:
    """Makes an own folder."""
    read = InvitationFile.read(Path(invitation).read_text("utf-8"))
    steps.begin()
    join_workspace(Path(folder), read, code, PASSPHRASE, clock=FakeClock(datetime.now(UTC)), parameters=CHEAP)


def sign_in(steps: Steps, folder: str, name: str) -> None:
    """Opens a folder and signs in, which takes up a later policy."""
    steps.begin()
    bench = opened(Path(folder))
    with suppress(Refused):
        bench.person(name)
    bench.workspace.close()


def sign_out(steps: Steps, folder: str, name: str) -> None:
    """Signs out."""
    bench = opened(Path(folder))
    bench.person(name)
    steps.begin()
    bench.sign_out(name)
    bench.workspace.close()


def invite(steps: Steps, folder: str, name: str, file: str) -> None:
    """Writes an invitation: for a new person, or once more."""
    bench = opened(Path(folder))
    lead = bench.person(LEAD).lead
    is_new = all(person.name != name for person in lead.people())
    steps.begin()
    if is_new:
        lead.admission.invite(name, Role.CONTRACTOR, Path(file))
    else:
        lead.admission.invite_again(name, Path(file))
    bench.workspace.close()


def admit(steps: Steps, folder: str, answer: str) -> None:
    """Admits who joined."""
    bench = opened(Path(folder))
    admission = bench.person(LEAD).lead.admission
    steps.begin()
    admission.admit(Path(answer).read_text("utf-8"))
    bench.workspace.close()


def revoke(steps: Steps, folder: str, name: str) -> None:
    """Ends an account."""
    bench = opened(Path(folder))
    lead = bench.person(LEAD).lead
    steps.begin()
    lead.revoke(name)
    bench.workspace.close()


def office_of(place: Path) -> Office:
    """The lead with a broker, and Ana in her own folder, which takes two clips along."""
    backends.clip_store = lambda *_place: LocalClipStore(place / "lead" / backends.CLIPS_FOLDER)  # type: ignore[assignment]
    office = Office(place, FakeClock(datetime.now(UTC)), opened(place / "lead"))
    office.start_broker()
    ana = office.reopen(ANA).workspace
    ana.project = replace(ana.project, queue=replace(ana.project.queue, bundle_clips=2))
    return office


def work(steps: Steps, place: str) -> None:
    """Claims, opens, types, takes clips along, hands in, goes on to the next, and signs out."""
    office = office_of(Path(place))
    ana = office.windows[ANA]
    desk = ana.work(ANA)
    desk.sending.begin(lambda: None)
    steps.begin()
    lease = desk.resume() or desk.claim()
    assert lease is not None
    one = hear(desk, lease)
    desk.save_draft(lease, annotation("said"), 1)
    desk.prefetch()
    desk.take_along()
    desk.hand_over(HandIn(lease, annotation("said here", frames=one.clip.frames)))
    desk.sending.send()
    ana.sign_out(ANA)
    office.close()


def deliver(_steps: Steps, place: str) -> None:
    """Signs in, which sends what is left, and out, which gives back what nobody works on."""
    office = office_of(Path(place))
    desk = office.windows[ANA].work(ANA)
    desk.deliver()
    lease = desk.resume()
    if lease is not None:
        desk.open(lease)
    office.windows[ANA].sign_out(ANA)
    office.close()
