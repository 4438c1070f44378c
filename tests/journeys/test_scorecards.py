"""Scorecards: counts of each contractor's work with their doubt, for QA and leads."""

from pathlib import Path

import pytest

from reviewer.errors import NotAllowed
from reviewer.model.task import VerdictKind
from reviewer.qa.scorecard import EVERYBODY
from reviewer.stats.intervals import wilson
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, make_bench


def test_every_contractor_has_a_card_and_the_last_adds_them_up(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, drafts=[""] * 4)
    with bench.workspace:
        bench.agree(ANA, BEN, QUINN)
        for text in ("one", "two", "three"):
            bench.submitted(ANA, text)
        bench.reviewed(QUINN, "one", VerdictKind.ACCEPTED)
        bench.reviewed(QUINN, "zwei", VerdictKind.RETURNED, "Listen again.")
        ana, ben, everybody = bench.person(QUINN).qa.scorecards()
        assert [card.name for card in (ana, ben, everybody)] == [ANA, BEN, EVERYBODY]
        assert (ana.submitted, ana.checked, ana.returned, ana.share) == (3, 2, 1, 0.5)
        assert (ana.low, ana.high) == wilson(1, 2)
        assert (ben.submitted, ben.share, ben.low, ben.high) == (0, None, 0.0, 1.0)
        assert (everybody.submitted, everybody.checked, everybody.returned) == (3, 2, 1)
        assert bench.person(LEAD).qa.scorecards() == [ana, ben, everybody]
        with pytest.raises(NotAllowed):
            bench.person(ANA).qa.scorecards()
