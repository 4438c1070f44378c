"""``reviewer clips``: the list of all clips, and putting clips on hold."""

import csv
import io

import pytest

from tests.benches.workspace import ANA, BEN, QUINN
from tests.cli.conftest import Command


def test_list_says_who_did_what_and_a_filter_chooses(lead: Command) -> None:
    everything = lead("clips", "list", "--json").json
    assert everything["all"] == 3
    done = lead("clips", "list", "--where", f'person = "{ANA}" and state = "reviewed"', "--json").json[
        "clips"
    ]
    assert [(clip["did"], clip["done"]) for clip in done] == [([ANA], 1), ([ANA], 1)]
    ran = lead("clips", "list", "--where", "duration > 100")
    assert ran.out.splitlines()[1:] == []
    assert lead("clips", "list", "--where", "words > 3").code == 2


def test_list_is_written_as_csv(lead: Command) -> None:
    rows = list(csv.DictReader(io.StringIO(lead("clips", "list", "--csv").out)))
    assert len(rows) == 3
    assert {row["locale"] for row in rows} == {"en-US"}
    assert {row["did"] for row in rows} == {ANA, ""}
    assert {row["product"] for row in rows} == {"translator"}


def test_list_and_progress_show_the_names_that_the_project_gives_to_products(lead: Command) -> None:
    assert "  Translator  " in lead("clips", "list").out
    assert "Translator" in lead("queue", "progress").out


def test_hold_keeps_a_clip_and_release_lets_it_go(lead: Command) -> None:
    clip = lead("clips", "list", "--where", 'state = "ready"', "--json").json["clips"][0]["clip"]
    assert "Kept for later" in lead("clips", "hold", clip, "--reason", "reserved").out
    held = lead("clips", "list", "--where", 'hold = "reserved"', "--json").json["clips"]
    assert [each["clip"] for each in held] == [clip]
    assert "Kept for later" in lead("clips", "list").out
    assert lead("clips", "release", clip, "--json").json == {"clip": clip, "released": "hold"}
    assert lead("clips", "release", clip).code == 2
    assert lead("clips", "hold", clip, "--reason", "because").code == 2
    assert lead("clips", "assign", clip, BEN, "--json").json == {"clip": clip, "person": BEN}
    assert lead("clips", "assign", clip, QUINN).code == 2
    assert lead("audit", "verify").code == 0


def test_clips_of_an_import_or_a_filter_get_a_skill_and_a_priority(lead):
    (batch,) = {
        row["detail"]["import"]
        for row in lead("audit", "show", "--json").json["rows"]
        if row["action"] == "clip.imported"
    }
    assert lead("clips", "route", "--import", batch, "--skill", "Medical", "--json").json == {"clips": 3}
    assert "Set for 1 clips" in lead("clips", "route", "--where", 'state = "ready"', "--priority", "5").out
    found = lead("clips", "list", "--where", 'skill = "medical" and priority > 0', "--json").json["clips"]
    assert [(clip["skill"], clip["priority"], clip["state"]) for clip in found] == [("medical", 5, "ready")]
    assert lead("clips", "route", found[0]["clip"], "--no-skill", "--json").json == {"clips": 1}
    untaken = lead("queue", "status", "--json").json["untaken"]
    assert {each["skill"] for each in untaken} <= {"medical"}


@pytest.mark.parametrize(
    "options",
    [
        ("--skill", "a"),
        ("--where", "duration > 0"),
        ("x", "--skill", "two words"),
        ("x", "--priority", "101"),
    ],
)
def test_route_without_clips_or_with_what_is_no_route_is_refused(lead, options):
    assert lead("clips", "route", *options).code == 2
