"""What somebody may try with the log of their own folder, alone and with the owner of the database."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from reviewer.access.audit_log import AuditLog
from reviewer.access.release_comparison import Lack, compare
from reviewer.broker.log import BrokerLog, broker_key
from reviewer.cli.broker import Keeping
from reviewer.cli.sign_in import CommandSession
from reviewer.errors import Refused
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.places import DATABASE_FILE
from reviewer.workspace import open_workspace
from tests.benches.own_folders import CHEAP, Office, office_elsewhere
from tests.benches.workspace import LEAD, PASSPHRASE, Bench

pytest.importorskip("obstore")
_numbers = count(1)
_given_names = (
    "Adama Binta Coumba Djibril Fatou Gora Hawa Khady Mariama Ndeye Oumar Penda Rokhaya Sekou Yacine"
)
_names = (f"{name} Diallo" for name in _given_names.split())
_HOURS = 3_600_000_000


@pytest.fixture(scope="module")
def one_office(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Each test admits people of its own."""
    with office_elsewhere(tmp_path_factory.mktemp("office"), postgres) as made:
        made.import_clips(12)
        made.start_broker()
        yield made
        made.close()


def admitted(office: Office) -> str:
    """Somebody new, with a folder of their own; their name."""
    name = next(_names)
    office.admit(name, Role.CONTRACTOR).agree(name)
    return name


def worked(office: Office, window: Bench, name: str, *, hours: int = 0) -> None:
    """They claim and give back a clip, which the server believes to be so many hours from now."""
    work = window.work(name)
    work.release(work.claim())
    work.deliver()
    query = "UPDATE reviewer_data.lease_given SET at = at + %s WHERE person_id = %s"
    office.sql_past_triggers(query, hours * _HOURS, window.person(name).identity.person.id)


def show(window: Bench, name: str) -> int:
    """Shows the end of the log to the server; its rows."""
    window.person(name)
    window.workspace._unit.log.checkpoint("request")
    window.workspace.sessions.show_log()
    return window.workspace._unit.log.head().size


def states(office: Office, name: str) -> dict[str, str]:
    """What the lead sees of somebody's logs: log and state."""
    lead = office.lead.person(LEAD).lead
    (person,) = [each.id for each in lead.people() if each.name == name]
    return {
        each.log_id: each.state.value for each in lead.server_watch.seen_logs() if each.person_id == person
    }


def log_of(window: Bench) -> AuditLog:
    return window.workspace._unit.log


def copied(office: Office, name: str) -> Path:
    """A copy of somebody's folder as it is now; their window is open again."""
    window = office.windows[name]
    window.sign_out(name)
    window.workspace.close()
    copy = office.own_folder(name).with_name(f"copy {next(_numbers)}")
    shutil.copytree(office.own_folder(name), copy)
    office.reopen(name)
    return copy


def opened(office: Office, folder: Path) -> Bench:
    window = Bench(open_workspace(folder, clock=office.clock, parameters=CHEAP), office.clock)  # type: ignore[arg-type]
    office._lend_keys(window)
    return window


def test_yesterdays_folder_is_refused_and_its_person_goes_silent(office: Office) -> None:
    name = admitted(office)
    yesterday = copied(office, name)
    for _ in range(4):
        show(office.windows[name], name)
        office.windows[name].sign_out(name)
    assert set(states(office, name).values()) == {"seen"}
    with closing(opened(office, yesterday).workspace) as workspace:
        window = Bench(workspace, office.clock)  # type: ignore[arg-type]
        with pytest.raises(Refused, match="WITNESS_LOG_CUT"):
            show(window, name)
        while log_of(window).head().size < log_of(office.windows[name]).head().size + 5:
            window.sign_out(name)
            window.person(name)
        with pytest.raises(Refused, match="WITNESS_LOG_REWRITTEN"):  # nor once it is longer
            show(window, name)
        worked(office, window, name, hours=2)
        window.sign_out(name)
    assert set(states(office, name).values()) == {"silent"}


def test_of_two_copies_the_server_takes_one_and_the_keys_of_the_other_show(office: Office) -> None:
    name = admitted(office)
    office.lead.agree(LEAD)
    copy = copied(office, name)
    show(office.windows[name], name)
    with closing(opened(office, copy).workspace) as workspace:
        window = Bench(workspace, office.clock)  # type: ignore[arg-type]
        lease = window.work(name).claim()
        window.work(name).open(lease)
        while log_of(window).head().size < log_of(office.windows[name]).head().size:
            window.sign_out(name)
            window.person(name)
        with pytest.raises(Refused, match="WITNESS_LOG_REWRITTEN"):
            show(window, name)
        lease = window.work(name).resume()
        assert lease is not None
        window.work(name).release(lease)
        window.work(name).deliver()
        window.sign_out(name)
    show(office.windows[name], name)
    assert set(states(office, name).values()) == {"seen"}
    found = compare([office.folder / "broker"], [office.own_folder(name)])
    person = office.windows[name].person(name).identity.person.id
    assert (person, Lack.NO_OPENING) in {(each.person_id, each.lack) for each in found.differences}


def test_end_of_a_colleagues_or_the_leads_log_counts_for_nobody_else(office: Office) -> None:
    name, other = admitted(office), admitted(office)
    office.lead.person(LEAD)
    log_of(office.lead).checkpoint("request")
    show(office.windows[other], other)
    window = office.windows[name]
    worked(office, window, name, hours=2)
    for theirs in (log_of(office.windows[other]), log_of(office.lead)):
        note = theirs.newest_checkpoint()
        assert note is not None
        window.workspace._unit.queue.witness(note.log_id, note.size, note.root, note.text, ())
    assert states(office, name) == {
        log_of(office.windows[other]).log_id: "foreign",
        log_of(office.lead).log_id: "replaced",
        log_of(window).log_id: "silent",
    }


@pytest.mark.parametrize("how", ["earlier", "other", "nothing"])
def test_memory_of_the_server_that_was_put_back_shows(office: Office, how: str) -> None:
    """The owner of the database lets somebody work on in yesterday's folder."""
    name = admitted(office)
    window = office.windows[name]
    person = window.person(name).identity.person.id
    show(window, name)
    yesterday = copied(office, name)
    query = (
        "SELECT size, root, note FROM reviewer_data.witnessed_checkpoint WHERE person_id = %s ORDER BY size"
    )
    show(office.windows[name], name)
    if how == "earlier":
        show(office.windows[name], name)
    later = office.sql_past_triggers(query, person)[-1][0]
    assert set(states(office, name).values()) == {"seen"}
    delete = "DELETE FROM reviewer_data.witnessed_checkpoint WHERE person_id = %s AND size >= %s"
    office.sql_past_triggers(delete, person, 0 if how == "nothing" else later)
    if how == "other":
        office.windows[name].sign_out(name)
        with closing(opened(office, yesterday).workspace) as workspace:
            copy = Bench(workspace, office.clock)  # type: ignore[arg-type]
            copy.person(name)
            while log_of(copy).head().size < later - 1:
                log_of(copy).record(copy.events(Action.SIGN_IN)[-1])
            show(copy, name)
            copy.sign_out(name)
        assert office.sql_past_triggers(query, person)[-1][0] == later
    assert set(states(office, name).values()) == {"cut"}
    assert set(states(office, name).values()) == {"cut"}  # nor is it forgotten once it was said
    if how == "other":
        with pytest.raises(Refused, match="WITNESS_LOG_REWRITTEN"):
            show(office.windows[name], name)
    else:
        show(office.windows[name], name)
        assert set(states(office, name).values()) == {"seen"}  # the log itself was never cut


def test_copy_that_is_not_the_log_that_was_seen_is_named_by_the_comparison(office: Office) -> None:
    name = admitted(office)
    yesterday = copied(office, name)
    show(office.windows[name], name)
    states(office, name)  # the lead looks
    logs = [office.folder / "lead", office.own_folder(name)]
    person = office.windows[name].person(name).identity.person.id

    def lacks(*folders: Path) -> set[tuple[str, Lack]]:
        found = compare([office.folder / "broker"], folders).differences
        return {(each.person_id, each.lack) for each in found if each.lack is Lack.OTHER_LOG}

    assert (person, Lack.OTHER_LOG) not in lacks(*logs)
    assert lacks(logs[0], yesterday) == {(person, Lack.OTHER_LOG)}


def test_log_of_an_earlier_folder_does_not_look_silent_for_ever(office: Office) -> None:
    name = admitted(office)
    show(office.windows[name], name)
    former = log_of(office.windows[name]).log_id
    office.windows.pop(name).workspace.close()
    shutil.rmtree(office.own_folder(name))  # they deleted their folder: only a new code lets them in again
    folders = office.lead.workspace.own_folders(office.lead.person(LEAD).identity)
    invitation, text = folders.invite_again(name)
    office.join(name, invitation.code, text).agree(name)
    worked(office, office.windows[name], name, hours=2)
    present = log_of(office.windows[name]).log_id
    assert states(office, name) == {former: "replaced", present: "silent"}
    show(office.windows[name], name)
    office.sql_past_triggers("UPDATE reviewer_data.lease_given SET at = at - %s", 2 * _HOURS)
    assert states(office, name) == {former: "replaced", present: "seen"}


def test_deleted_or_shortened_log_lets_nobody_sign_in(office: Office) -> None:
    name = admitted(office)
    show(office.windows[name], name)
    copy = copied(office, name)
    (copy / DATABASE_FILE).unlink()
    with pytest.raises(Exception):  # noqa: B017, PT011
        opened(office, copy)


def test_brokers_log_that_was_put_back_or_cut_shows(office: Office, tmp_path: Path) -> None:
    """Whoever has the broker's machine, or a second broker that began a log of its own."""
    office.lead.agree(LEAD)
    name, log = admitted(office), office._broker_log
    assert log is not None
    log._log.checkpoint("request")
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    with closing(sqlite3.connect(office.folder / "broker" / DATABASE_FILE)) as connection:
        connection.execute("VACUUM INTO ?", (str(earlier / DATABASE_FILE),))
    work = office.windows[name].work(name)
    lease = work.claim()
    work.open(lease)
    work.release(lease)
    work.deliver()
    log._log.checkpoint("request")
    lead = office.lead.person(LEAD)
    office.clock.advance(3700)  # type: ignore[attr-defined]
    lead.lead.server_watch.look(log.newest_checkpoint())
    end = lead.lead.server_watch.last_end_of(log.log_id)
    assert end is not None
    assert log.has_end(end.size, end.root)
    assert not log.has_end(end.size, bytes(32))

    def is_other_log(broker: Path) -> bool:
        found = compare([broker], [office.folder / "lead"]).differences
        return any(
            each.lack is Lack.OTHER_LOG and each.person_id == lead.identity.person.id for each in found
        )

    assert not is_other_log(office.folder / "broker")
    assert is_other_log(earlier)


def test_broker_in_a_copy_of_the_leads_folder_says_so(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.lead.agree(LEAD)
    shutil.copytree(office.folder / "lead", tmp_path / "copy")
    for _ in range(4):  # the copy's sign-in writes rows, too
        show(office.lead, LEAD)
    for folder, is_said in ((office.folder / "lead", False), (tmp_path / "copy", True)):
        with closing(open_workspace(folder, clock=office.clock, parameters=CHEAP)) as workspace:
            person = workspace.sign_in(LEAD, PASSPHRASE)
            key = broker_key(person.identity.keyring.signing_key)
            with closing(BrokerLog(tmp_path / f"log of {folder.name}", office.clock, key)) as log:
                Keeping(CommandSession(workspace, person, PASSPHRASE), log)()
            workspace.sign_out(person)
        assert ("Is there a copy of the folder" in capsys.readouterr().err) is is_said
