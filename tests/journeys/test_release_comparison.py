"""Keys that left are held against what people's logs say: own code shows, honest work agrees."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.access.release_comparison import Comparison, Lack, compare
from reviewer.cli.main import run
from reviewer.errors import Damaged, Refused
from reviewer.model.event import Action, Event
from reviewer.model.hold import ListenReason
from reviewer.model.task import VerdictKind
from reviewer.session.acts import HandIn
from tests.benches.broker_team import Team, make_team
from tests.benches.workspace import ANA, LEAD, QUINN, annotation, hear


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = make_team(tmp_path)
    yield made
    made.close()


def compared(team: Team) -> Comparison:
    return compare([team.folder / "broker"], [team.bench.workspace.path])


def lacks(team: Team) -> list[Lack]:
    return [each.lack for each in compared(team).differences]


def test_honest_work_agrees(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    work.prefetch()
    following = work.hand_over(HandIn(lease, annotation("words", frames=opened.clip.frames)))
    assert following is not None
    hear_again = hear(work, following.lease)  # an opening of what is open, with a key of its own
    work.submit(following.lease, annotation("more", frames=hear_again.clip.frames))
    work.close(following.lease)
    team.bench.reviewed(QUINN, "words", VerdictKind.ACCEPTED)
    found = compared(team)
    assert (found.agrees, found.released, found.differences) == (True, 4, ())


def test_clip_that_was_skipped_unheard_is_named_and_agrees(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    work.open(lease)
    work.close(lease)
    assert (lacks(team), compared(team).agrees) == ([Lack.NOT_HEARD], True)


def test_own_code_that_asks_for_a_key_and_writes_no_row_shows(team: Team) -> None:
    lease = team.bench.work(ANA).claim()
    team.keys_of(team.bench.person(ANA).identity).clip_key(lease)
    (found,) = compared(team).differences
    assert (found.lack, found.person_id, found.clip_id, found.released, found.opened) == (
        Lack.NO_OPENING,
        lease.person_id,
        lease.clip_id,
        1,
        0,
    )


def test_second_key_for_one_opening_shows(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    team.keys_of(team.bench.person(ANA).identity).clip_key(lease)
    assert lacks(team) == [Lack.NO_OPENING]


def test_opening_and_listening_without_a_key_show(team: Team) -> None:
    person, unit = team.bench.person(ANA), team.bench.workspace._unit
    lease = team.bench.work(ANA).claim()
    detail = {"task": lease.task_id, "token": lease.token}
    unit.log.record(Event.by(person.identity, Action.CLIP_OPENED, lease.clip_id, detail=detail))
    heard = {"task": "another", "ranges": [[0, 10, 100]]}
    unit.log.record(Event.by(person.identity, Action.CLIP_HEARD, lease.clip_id, detail=heard))
    assert lacks(team) == [Lack.NO_RELEASE, Lack.NO_RELEASE]


def test_opening_that_got_no_key_agrees(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    team.broker._facts._sign_in = team.bench.workspace.sessions  # type: ignore[attr-defined]
    with pytest.raises(Refused):
        work.open(lease)
    assert compared(team).differences == ()


def test_openings_of_leads_ask_no_broker(team: Team) -> None:
    team.office.agree(LEAD)
    lead = team.office.person(LEAD).lead
    lead.clip_list.open(lead.identity, min(team.bench.imported()), ListenReason.AUDIT)
    assert compared(team).differences == ()


def test_log_that_was_edited_is_compared_with_nothing(team: Team) -> None:
    team.bench.submitted(ANA, "words")
    with team.bench.database() as database:
        database.execute("DROP TRIGGER log_no_update")
        database.execute("UPDATE log SET body = x'7b7d' WHERE seq = 3")
    with pytest.raises(Damaged):
        compared(team)


def test_command_names_people_and_ends_with_4(team: Team, capsys: pytest.CaptureFixture[str]) -> None:
    team.bench.submitted(ANA, "words")
    arguments = ["audit", "compare", str(team.folder / "broker"), "--log", str(team.bench.workspace.path)]
    assert run(arguments) == 0
    assert "All 1 released keys" in capsys.readouterr().out
    lease = team.bench.work(ANA).claim()
    team.keys_of(team.bench.person(ANA).identity).clip_key(lease)
    assert run(arguments) == 4
    printed = capsys.readouterr().out
    assert "Key without an opening" in printed
    assert ANA in printed
    assert run([*arguments, "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert (told["released"], told["agrees"], told["differences"][0]["lack"]) == (2, False, "no_opening")


def test_keys_of_two_brokers_are_held_against_the_openings_together(team: Team) -> None:
    first = team.log
    team.open_log(team.folder / "other")
    work = team.bench.work(ANA)
    hear(work, work.claim())
    team.log.close()
    team.log = first
    brokers, people = [team.folder / "broker", team.folder / "other"], [team.bench.workspace.path]
    assert [each.lack for each in compare(brokers[:1], people).differences] == [Lack.NO_RELEASE]
    found = compare(brokers, people)
    assert (found.agrees, found.released) == (True, 1)
