"""``drafts``: made, aligned and reported."""

from reviewer.places import PROJECT_FILE


def test_a_report_says_how_far_texts_moved_from_drafts(lead):
    rows = lead("drafts", "report", "--json").json["drafts"]
    assert rows
    assert all(row["engine"] == "manifest" and row["texts"] >= 1 for row in rows)
    assert "mean WER" in lead("drafts", "report").out


def test_without_a_recogniser_the_commands_say_what_to_do(lead):
    for command in ("make", "align"):
        refused = lead("drafts", command)
        assert refused.code == 2
        assert "[[asr.recogniser]]" in refused.err


def test_drafts_are_made_and_counted(lead, workspace):
    project = workspace / PROJECT_FILE
    text = project.read_text()
    project.write_text(text + "\n[[asr.recogniser]]\nkind = 'command'\ncommand = ['no-such-program']\n")
    assert lead("policy", "apply", "--yes").code == 0
    made = lead("drafts", "make", "--every", "--json").json
    assert made["made"] == 0
    assert {one["code"] for one in made["failed"]} == {"RECOGNISER_MISSING"}
    assert "no-such-program" in lead("drafts", "make", "--every").out
