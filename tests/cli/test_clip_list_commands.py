"""``reviewer clips``: the list of all clips, and putting clips on hold."""

import csv
import io

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
