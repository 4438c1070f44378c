"""No door gives sound or text to somebody who may not have it, and none without a row that stays."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.lead.clip_list import ClipList
from reviewer.lead.held_back import HeldBack
from reviewer.lead.late_drafts import LateDrafts
from reviewer.model.people import Identity
from reviewer.qa.session import QaSession
from reviewer.session.redaction_work import RedactionWork
from reviewer.session.redactions import Redactions
from reviewer.session.work_session import WorkSession
from tests.attacks.doors import CONTENT_ROWS, DOORS, Rooms, make_rooms
from tests.benches.workspace import ANA, BEN, LEAD, QUINN

DAY = 86_400


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    made = make_rooms(tmp_path)
    yield made
    made.bench.workspace.close()


@pytest.fixture(scope="module")
def kept_rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """One for all attempts that are refused and leave nothing behind."""
    made = make_rooms(tmp_path_factory.mktemp("rooms"))
    yield made
    made.bench.workspace.close()


def another(rooms: Rooms, name: str) -> Identity:
    """Somebody of another role, who is signed in."""
    return rooms.bench.person(LEAD if name == ANA else ANA).identity


def revoke(rooms: Rooms, name: str) -> None:
    with rooms.bench.database() as database:
        database.execute("UPDATE person SET state = 'revoked' WHERE name = ?", (name,))


AWAY: dict[str, Callable[[Rooms, str], object]] = {
    "signed out": lambda rooms, name: rooms.bench.workspace.sign_out(rooms.bench.person(name)),
    "revoked": revoke,
    "agreement ended": lambda rooms, _name: rooms.bench.clock.advance(400 * DAY),
}

FORGED: dict[str, Callable[[Rooms, Identity, Identity], Identity]] = {
    "a copy of a live identity": lambda _rooms, own, _other: replace(own),
    "the role of another": lambda _rooms, own, other: replace(
        other, person=replace(other.person, role=own.person.role)
    ),
    "the name over another's session": lambda _rooms, own, other: replace(other, person=own.person),
    "the session over another's keys": lambda _rooms, own, other: replace(own, keyring=other.keyring),
    "a session that never was": lambda _rooms, own, _other: replace(own, session_id="0" * 16),
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_opens_for_whom_it_is_and_leaves_a_row(rooms: Rooms, door: str) -> None:
    name, go = DOORS[door]
    before = len(rooms.bench.events(*CONTENT_ROWS))
    go(rooms, rooms.session(name))
    assert len(rooms.bench.events(*CONTENT_ROWS)) > before


@pytest.mark.parametrize("ending", AWAY)
@pytest.mark.parametrize("door", DOORS)
def test_no_door_opens_for_one_who_left(rooms: Rooms, door: str, ending: str) -> None:
    name, go = DOORS[door]
    session = rooms.session(name)
    AWAY[ending](rooms, name)
    before = len(rooms.bench.events(*CONTENT_ROWS))
    found = refused_or_empty(lambda: go(rooms, session))
    assert len(rooms.bench.events(*CONTENT_ROWS)) == before
    assert found is None or not any(past.text for past in found)  # type: ignore[attr-defined]


@pytest.mark.parametrize("how", FORGED)
@pytest.mark.parametrize("door", DOORS)
def test_no_door_opens_for_a_forged_identity(kept_rooms: Rooms, door: str, how: str) -> None:
    name, go = DOORS[door]
    own = kept_rooms.bench.person(name).identity
    forged = FORGED[how](kept_rooms, own, another(kept_rooms, name))
    before = len(kept_rooms.bench.events())
    with pytest.raises(Refused, match="SIGNED_OUT"):
        go(kept_rooms, kept_rooms.session(name, forged))
    assert len(kept_rooms.bench.events()) == before


@pytest.mark.parametrize("who", [ANA, BEN, QUINN, LEAD])
@pytest.mark.parametrize("door", DOORS)
def test_no_door_opens_for_somebody_else(kept_rooms: Rooms, door: str, who: str) -> None:
    name, go = DOORS[door]
    if name == who or (name == ANA and who == BEN and door in ("history", "search", "prefetch")):
        return  # their own clips
    before = len(kept_rooms.bench.events(*CONTENT_ROWS))
    with pytest.raises(Refused):
        go(kept_rooms, kept_rooms.session(who))
    assert len(kept_rooms.bench.events(*CONTENT_ROWS)) == before


@pytest.mark.parametrize("door", DOORS)
def test_no_door_opens_in_a_transaction_that_is_rolled_back(kept_rooms: Rooms, door: str) -> None:
    name, go = DOORS[door]
    session = kept_rooms.session(name)
    before = len(kept_rooms.bench.events())
    given: list[object] = []
    with pytest.raises(RuntimeError), kept_rooms.bench.workspace._unit.transaction():
        given.append(go(kept_rooms, session))
    assert not given
    assert len(kept_rooms.bench.events()) == before


def test_crafted_leases_open_no_other_clip(kept_rooms: Rooms) -> None:
    work, lease = kept_rooms.bench.work(ANA), kept_rooms.ana
    with kept_rooms.bench.database() as database:
        others = [row["clip_id"] for row in database.rows("SELECT clip_id FROM queue_clip")]
    others.remove(lease.clip_id)
    crafted = [replace(lease, clip_id=clip_id) for clip_id in others]
    crafted += [
        replace(lease, token=lease.token + 1),
        replace(lease, is_prefetch=True),
        replace(lease, returned_annotation="another"),
        replace(lease, task_id=kept_rooms.quinn.task_id),
    ]
    before = len(kept_rooms.bench.events(*CONTENT_ROWS))
    for each in crafted:
        with pytest.raises(Refused):
            work.open(each)
    for each in (
        replace(kept_rooms.quinn, blind_annotation=kept_rooms.quinn.reviewed_annotation),
        replace(kept_rooms.quinn, reviewed_annotation=kept_rooms.quinn.blind_annotation),
        *(
            replace(kept_rooms.quinn, clip_id=clip_id)
            for clip_id in others
            if clip_id != kept_rooms.quinn.clip_id
        ),
    ):
        with pytest.raises(Refused):
            kept_rooms.bench.person(QUINN).qa.compare(each)
    assert len(kept_rooms.bench.events(*CONTENT_ROWS)) == before


NO_DOORS = {
    WorkSession: """conventions_for resume claim take_back take_along give_back_along drop_prefetched
        save_draft keep_version save_position align alignment_of beat heard close deliver submit skip release
        decide hand_over daily_counts openable_among""",
    QaSession: "draw waiting scorecards decide adjudicate compare_versions",
    ClipList: "row rows heard beat close assign hold release route",
    Redactions: "confirm reject heard of_clip take_marks apply_all apply record_decision",
    RedactionWork: "mark decide heard apply_confirmed",
    LateDrafts: "waiting beat heard close adopt dismiss",
    HeldBack: "clips count codes get heard beat close release redact release_if_clean reassign purge",
}
"""What gives no content, or only of an open clip, or goes through a door (``hand_over``, ``reassign``)."""


@pytest.mark.parametrize("session", NO_DOORS)
def test_no_method_is_missing_from_the_list_of_doors(session: type) -> None:
    doors = {
        WorkSession: "open prefetch versions history search_today",
        QaSession: "compare pass_versions",  # the second is tried in test_adjudication
        ClipList: "open",
        LateDrafts: "open",
        Redactions: "hear",
        RedactionWork: "hear",
    }
    known = f"{NO_DOORS[session]} {doors.get(session, 'open drop_drafts')}".split()
    public = {name for name, _ in inspect.getmembers(session, inspect.isfunction) if name[0] != "_"}
    assert public == set(known)


def refused_or_empty(go: Callable[[], object]) -> object:
    try:
        return go()
    except Refused:
        return None
