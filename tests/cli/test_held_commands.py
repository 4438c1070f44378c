"""``reviewer held``: what waits because of personal data, and every way on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.benches.spoken import FRAMES_A_WORD, write_spoken
from tests.benches.workspace import BEN
from tests.cli.conftest import Command
from tests.fakes.clock import FakeClock

NUMBER = "four one five five five five two six seven one"
Import = Callable[..., str]


@pytest.fixture
def quarantined(lead: Command, tmp_path: Path) -> Import:
    """Imports a clip with a number in its draft; gives its id."""

    def imported(*, with_times: bool) -> str:
        clock = FakeClock(datetime.now(UTC) - timedelta(hours=1))
        manifest = write_spoken(tmp_path / "in", clock, [f"call {NUMBER} now"], with_times=with_times)
        ran = lead("import", manifest, "--json")
        assert ran.json["quarantined"] == 1
        return ran.json["rows"][0]["clip"]

    return imported


def test_list_says_what_was_found_and_where(lead: Command, quarantined: Import) -> None:
    clip = quarantined(with_times=True)
    (held,) = lead("held", "list", "--json").json["held"]
    assert (held["clip"], held["state"]) == (clip, "quarantined")
    assert held["codes"] == ["PII_FLAGGED", "redaction_pending"]
    (find,) = held["finds"]
    assert (find["kind"], find["start"], find["end"]) == ("phone", FRAMES_A_WORD, 11 * FRAMES_A_WORD)
    (redaction,) = held["redactions"]
    assert (redaction["state"], redaction["source"]) == ("proposed", "draft")
    table = lead("held", "list").out
    assert clip in table
    assert "four" not in table


def test_redact_confirms_what_was_proposed_and_the_clip_goes_into_the_queue(
    lead: Command, quarantined: Import
) -> None:
    clip = quarantined(with_times=True)
    ran = lead("held", "redact", clip, "--json")
    assert ran.code == 0
    (redaction,) = ran.json["redactions"]
    assert redaction["state"] == "applied"
    start, end = redaction["removed"]
    assert start <= FRAMES_A_WORD
    assert end >= 11 * FRAMES_A_WORD
    assert lead("held", "list", "--json").json == {"held": []}
    assert lead("audit", "verify").code == 0


def test_redact_takes_a_span_in_frames(lead: Command, quarantined: Import) -> None:
    clip = quarantined(with_times=False)
    ran = lead("held", "redact", clip, "--start", 5000, "--end", 50_000, "--kind", "number")
    assert ran.code == 0
    assert "removed" in ran.out
    assert lead("held", "list", "--json").json == {"held": []}


def test_redact_says_that_there_is_nothing_to_do(lead: Command, quarantined: Import) -> None:
    ran = lead("held", "redact", quarantined(with_times=False))
    assert (ran.code, "was proposed" in ran.err) == (2, True)
    free = next(
        one["clip"] for one in lead("clips", "list", "--json").json["clips"] if one["state"] == "ready"
    )
    ran = lead("held", "redact", free)
    assert (ran.code, "is not held back" in ran.err) == (2, True)


@pytest.mark.parametrize("span", [("--start", 5), ("--start", 5, "--end", 5), ("--end", 9)])
def test_half_a_span_is_refused(lead: Command, quarantined: Import, span: tuple) -> None:
    ran = lead("held", "redact", quarantined(with_times=False), *span)
    assert ran.code == 2
    assert "--start and --end" in ran.err


def test_a_rejected_redaction_and_a_release(lead: Command, quarantined: Import) -> None:
    clip = quarantined(with_times=True)
    assert lead("held", "release", clip, "--reason", "public").code == 2
    (held,) = lead("held", "list", "--json").json["held"]
    redaction = held["redactions"][0]["redaction"]
    assert lead("held", "reject", redaction, "--json").json["state"] == "rejected"
    assert lead("held", "reject", redaction).code == 2
    ran = lead("held", "release", clip, "--reason", "public", "--json")
    assert ran.json == {"clip": clip, "reason": "public"}
    assert lead("held", "list", "--json").json == {"held": []}


def test_drafts_are_dropped_and_the_clip_handed_to_a_contractor(lead: Command, quarantined: Import) -> None:
    clip = quarantined(with_times=False)
    assert lead("held", "drop-draft", clip, "--json").json == {"clip": clip, "dropped": 1}
    assert lead("held", "reassign", clip, "Nobody").code == 2
    assert lead("held", "reassign", clip, BEN, "--json").json == {"clip": clip, "person": BEN}


def test_a_held_clip_is_purged(lead: Command, quarantined: Import) -> None:
    clip = quarantined(with_times=False)
    ran = lead("held", "purge", clip, "--json")
    assert ran.json["purged"] == [{"clip": clip, "reason": "personal_data"}]
    assert lead("held", "purge", clip).code == 2


def test_a_clip_that_nobody_holds_back_is_named(lead: Command) -> None:
    ran = lead("held", "release", "c-unknown", "--reason", "checked")
    assert ran.code == 2
    assert "c-unknown" in ran.err
