"""``people activity`` and ``people lift-limits``."""

from tests.benches.workspace import ANA, BEN


def test_activity_has_a_row_for_everybody_who_works_on_clips(lead):
    rows = lead("people", "activity", "--json").json["people"]
    assert {row["name"] for row in rows} >= {ANA, BEN}
    ana = next(row for row in rows if row["name"] == ANA)
    assert (ana["opened_day"] > 0, ana["limits_day"]) == (True, 0)
    printed = lead("people", "activity").out.splitlines()
    assert printed[0].split()[:3] == ["name", "opened", "hour"]


def test_lifting_limits_names_the_person_or_refuses_an_unknown_one(lead):
    assert lead("people", "lift-limits", ANA, "--json").json == {"name": ANA}
    assert ANA in lead("people", "lift-limits", ANA).out
    assert lead("people", "lift-limits", "Nobody").code == 2
