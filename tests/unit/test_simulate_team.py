"""The simulation of a team (script/simulate-team), held against what queueing theory says."""

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from math import factorial
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "script" / "simulate-team"
ONE_SITE = ((1.0, 1.0),)


@pytest.fixture(scope="module")
def simulate() -> ModuleType:
    loader = SourceFileLoader("simulate_team", str(SCRIPT))
    spec = importlib.util.spec_from_loader("simulate_team", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["simulate_team"] = module
    loader.exec_module(module)
    return module


def mean_answer(rate: float, service: float, workers: int) -> float:
    """Mean seconds from request to answer with M/M/c, by Erlang's C formula."""
    load = rate * service
    last = load**workers / factorial(workers) * workers / (workers - load)
    waiting = last / (sum(load**k / factorial(k) for k in range(workers)) + last)
    return waiting * service / (workers - load) + service


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_waits_are_those_of_queueing_theory(simulate: ModuleType, workers: int) -> None:
    team = simulate.Team(people=200, mornings=ONE_SITE, renew_seconds=1e9, break_hours=0.0)
    rate = team.people / (team.clip_seconds * team.work_ratio + team.overhead_seconds)
    server = simulate.Server(workers=workers, service_ms=700 * workers / rate)  # busy for 70 % of the time
    hours = simulate.Simulation(team, server, days=0.35, seed=3, sample=1).run()
    waits = [wait for hour in hours if 3 <= hour.hour <= 7 for wait in hour.waits]
    assert len(waits) > 50_000
    expected = mean_answer(rate, server.service_ms / 1000, workers)
    assert sum(waits) / len(waits) == pytest.approx(expected, rel=0.1)


def test_work_of_an_outage_is_handed_in_afterwards(simulate: ModuleType) -> None:
    team = simulate.Team(people=150, mornings=ONE_SITE)
    usual = simulate.Simulation(team, simulate.Server(), days=0.5, seed=5).run()
    server = simulate.Server(outage=(4.0, 60.0))
    hours = {hour.hour: hour for hour in simulate.Simulation(team, server, days=0.5, seed=5).run()}
    before = {hour.hour: hour for hour in usual}
    assert hours[4].hand_overs == 0
    assert hours[5].hand_overs > 1.9 * before[5].hand_overs
    total = sum(hour.hand_overs for hour in hours.values())
    assert total == pytest.approx(sum(hour.hand_overs for hour in usual), rel=0.02)


def test_nobody_works_outside_their_shift_or_at_the_weekend(simulate: ModuleType) -> None:
    team = simulate.Team(people=20, mornings=ONE_SITE, late_minutes=0.0)
    hours = [hour.hour for hour in simulate.Simulation(team, simulate.Server(), days=7, seed=1).run()]
    assert {hour // 24 for hour in hours} == set(range(5))
    assert all(1 <= hour % 24 <= 9 for hour in hours)
