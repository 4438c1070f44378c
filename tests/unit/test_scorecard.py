"""Scorecards: counts with their doubt."""

import pytest

from reviewer.errors import NotAllowed
from reviewer.model.people import Identity, Role
from reviewer.model.task import WorkCounts
from reviewer.qa.scorecard import EVERYBODY, Scorecard, Scorecards
from reviewer.stats.intervals import wilson
from tests.factories import a_keyring, a_person


class Register:
    def __init__(self, people):
        self._people = people

    def all(self):
        return self._people


class Queue:
    def __init__(self, counts):
        self._counts = counts

    def work_by_person(self):
        return self._counts


def cards(counts, people, role=Role.QA):
    identity = Identity(a_person(id="q", name="Quinn", role=role), "session", a_keyring())
    scorecards = Scorecards(
        require_signed_in=lambda _identity: None, register=Register(people), queue=Queue(counts)
    )
    return scorecards.all(identity)


def test_share_is_of_checked_work_with_its_wilson_interval():
    card = Scorecard.of("Ana", WorkCounts("a", submitted=50, accepted=40, returned=2, checked=10))
    assert card.share == 0.8
    assert (card.low, card.high) == wilson(8, 10)


def test_no_check_says_nothing_about_the_share():
    card = Scorecard.of("Ana", WorkCounts("a", submitted=5))
    assert (card.share, card.low, card.high) == (None, 0.0, 1.0)


def test_every_contractor_has_a_card_also_without_work_and_nobody_else_has():
    people = [
        a_person(id="a", name="Ana"),
        a_person(id="b", name="Ben"),
        a_person(id="q", name="Quinn", role=Role.QA),
    ]
    found = cards([WorkCounts("a", submitted=3, checked=1), WorkCounts("q", submitted=9)], people)
    assert [(card.name, card.submitted) for card in found] == [("Ana", 3), ("Ben", 0), (EVERYBODY, 3)]


def test_last_card_adds_everybody_up():
    people = [a_person(id="a", name="Ana"), a_person(id="b", name="Ben")]
    counts = [
        WorkCounts("a", submitted=3, returned=1, skipped=2, checked=2),
        WorkCounts("b", submitted=4, returned=0, skipped=1, checked=3),
    ]
    last = cards(counts, people)[-1]
    assert (last.submitted, last.checked, last.returned, last.skipped, last.share) == (7, 5, 1, 3, 0.8)


def test_contractor_reads_no_scorecards():
    with pytest.raises(NotAllowed):
        cards([], [], role=Role.CONTRACTOR)
