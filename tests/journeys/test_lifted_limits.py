"""Limits that a lead lifts are lifted on the server and in people's own folders, by a lead's word alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reviewer.access.lifted_limits import sign_lifting
from reviewer.errors import Refused
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.model.task import SkipReason
from tests.benches.own_folders import Office, office_elsewhere
from tests.benches.workspace import LEAD, hear

pytest.importorskip("obstore")
NAME = "Amara Diallo"


@pytest.fixture
def office(postgres: str, tmp_path: Path) -> Iterator[Office]:
    rules = "[limits]\nopens_without_hand_in = 2\n"
    with office_elsewhere(tmp_path, postgres, rules) as made:
        made.import_clips(9)
        made.start_broker()
        made.admit(NAME, Role.CONTRACTOR).agree(NAME)
        yield made
        made.close_verified()


def opens(office: Office, most: int) -> int:
    """How many clips she opens and skips until a limit refuses one."""
    work = office.windows[NAME].work(NAME)
    for done in range(most):
        try:
            lease = work.claim()
            hear(work, lease)
        except Refused:
            if (lease := work.resume()) is not None:
                work.release(lease)
                work.deliver()
            return done
        work.skip(lease, SkipReason.NOT_MY_LANGUAGE)
        work.close(lease)
        work.deliver()
    return most


def test_lifting_reaches_the_server_and_the_own_folder(office: Office) -> None:
    assert opens(office, 3) == 2
    office.lead.person(LEAD).lead.lift_limits(NAME)
    assert opens(office, 3) == 2
    (row,) = office.windows[NAME].events(Action.LIMITS_LIFTED)
    assert (row.reason, row.detail["unfinished"]) == ("team", 2)
    assert opens(office, 3) == 0  # one word lifts once
    office.clock.advance(60)  # type: ignore[attr-defined]
    office.lead.person(LEAD).lead.lift_limits(NAME)
    assert opens(office, 3) == 2


@pytest.mark.parametrize("whose", ["nobody's", "her own", "of another", "an old one"])
def test_owner_of_the_database_lifts_nothing_in_an_own_folder(office: Office, whose: str) -> None:
    """The server goes by its own time, which its owner sets; the own folder by what a lead signed."""
    assert opens(office, 3) == 2
    lead, ana = office.lead.person(LEAD).identity, office.windows[NAME].person(NAME).identity
    workspace_id, now = office.lead.workspace.workspace_id, office.clock.now()
    signed = {
        "nobody's": "{}",
        "her own": sign_lifting(ana, workspace_id, ana.person.id, now),
        "of another": sign_lifting(lead, workspace_id, "somebody", now),
        "an old one": sign_lifting(lead, workspace_id, ana.person.id, now - timedelta(days=2)),
    }[whose]
    query = "INSERT INTO reviewer_data.limits_lifted SELECT %s, max(at), %s FROM reviewer_data.lease_given"
    office.sql(query, ana.person.id, signed)
    assert opens(office, 3) == 0
    assert not office.windows[NAME].events(Action.LIMITS_LIFTED)
