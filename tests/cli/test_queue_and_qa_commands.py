"""``queue`` and ``qa``."""

import pytest

from reviewer.errors import LeaseLost
from reviewer.model.task import VerdictKind
from reviewer.queue.sqlite import SqliteQueue
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, annotation
from tests.fakes.clock import FakeClock


@pytest.fixture
def leased(workspace):
    """The task that Ben has."""
    with open_workspace(workspace) as opened:
        ben = opened.sign_in(BEN, PASSPHRASE)
        lease = ben.desk.work.claim()
        opened.sign_out(ben)
    return lease.task_id


def test_status_counts_by_state_and_names_who_has_what(lead, leased):
    status = lead("queue", "status", "--json").json
    assert status["clips"] == {"in_review": 1, "reviewed": 2}
    assert status["tasks"] == {"leased": 1, "submitted": 2}
    assert [(lease["task"], lease["person"]) for lease in status["leases"]] == [(leased, BEN)]
    assert (status["late_drafts"], status["with_lead"]) == ([], [])
    out = lead("queue", "status").out
    assert "Leases" in out
    assert BEN in out
    assert "Late drafts" not in out


def test_metrics_are_prometheus_text_that_names_nobody(lead, leased):
    out = lead("queue", "metrics").out
    assert 'reviewer_queue_tasks{kind="transcribe",state="leased"} 1\n' in out
    assert 'reviewer_queue_tasks{kind="transcribe",state="submitted"} 2\n' in out
    assert not [name for name in (ANA, BEN, leased) if name in out]
    assert lead("queue", "metrics", "--json").json["leases"] == {"live": 1, "prefetch": 0, "expired": 0}


def test_released_task_is_open_and_can_be_assigned(lead, leased):
    assert lead("queue", "release", leased, "--json").json == {"task": leased, "state": "open"}
    assert lead("queue", "assign", leased, ANA, "--json").json == {"task": leased, "person": ANA}
    assert lead("queue", "status", "--json").json["leases"] == []


def test_revoking_somebody_opens_their_tasks_to_all(lead, leased):
    lead("people", "revoke", ANA)
    assert len(lead("queue", "status", "--json").json["leases"]) == 1
    lead("people", "revoke", BEN)
    status = lead("queue", "status", "--json").json
    assert (status["leases"], status["tasks"]["open"]) == ([], 1)
    released = [
        row for row in lead("audit", "show", "--json").json["rows"] if row["action"] == "task.released"
    ]
    assert [row["object"] for row in released] == [leased]


@pytest.mark.parametrize("name", [BEN, QUINN])
def test_task_is_not_assigned_to_who_had_it_nor_to_who_does_not_transcribe(lead, leased, name):
    lead("queue", "release", leased)
    assert lead("queue", "assign", leased, name).code == 2


@pytest.mark.parametrize("name", [QUINN, ANA])
def test_task_is_not_assigned_to_who_does_not_transcribe_or_was_revoked(lead, leased, name):
    lead("people", "revoke", ANA)
    lead("queue", "release", leased)
    assert lead("queue", "assign", leased, name).code == 2


def test_draw_selects_everything_where_the_project_says_so_and_tells_how_many(command, workspace):
    as_quinn = ("--workspace", workspace, "--as", QUINN)
    drawn = command("qa", "draw", *as_quinn, "--json").json
    assert (len(drawn["drawn"]), drawn["passed"]) == (2, [])
    assert command("qa", "draw", *as_quinn).out == "0 selected for review, 0 accepted without review.\n"


def test_lead_sees_and_answers_for_work_that_a_queue_elsewhere_calls_accepted(lead, workspace, monkeypatch):
    assert lead("qa", "vouch", "--json").json == {
        "clips": [],
        "annotations": 0,
        "draw_rate": 0,
        "vouched": False,
    }
    with open_workspace(workspace) as opened:
        quinn = opened.sign_in(QUINN, PASSPHRASE)
        opened._unit.queue.draw(lambda _: False)  # nobody signs it, and no row says it
        opened.sign_out(quinn)
    monkeypatch.setattr(SqliteQueue, "answers_at_once", False)
    found = lead("qa", "vouch", "--json").json
    assert (len(found["clips"]), found["annotations"], found["vouched"]) == (2, 2, False)
    out = lead("qa", "vouch").out
    assert all(clip in out for clip in found["clips"])
    assert "2 accepted without a signed verdict" in out
    assert "2 accepted on your word" in lead("qa", "vouch", "--yes").out
    assert lead("qa", "vouch", "--json").json["annotations"] == 0
    rows = lead("audit", "show", "--json").json["rows"]
    (kept,) = [row for row in rows if row["action"] == "acceptance.kept"]
    assert (kept["reason"], sorted(kept["detail"]["clip_ids"])) == ("by_lead", sorted(found["clips"]))


def test_report_has_a_card_for_each_contractor_and_one_for_all(lead, workspace):
    with open_workspace(workspace) as opened:
        Bench(opened, FakeClock()).reviewed(QUINN, "first words", VerdictKind.ACCEPTED)
    ana, ben, everybody = lead("qa", "report", "--json").json["people"]
    assert (ana["name"], ana["submitted"], ana["checked"], ana["accepted"]) == (ANA, 2, 1, 1)
    assert ana["share"] == 1.0
    assert 0.0 < ana["low"] < 0.5
    assert (ben["checked"], ben["share"], ben["low"], ben["high"]) == (0, None, 0.0, 1.0)
    assert everybody["checked"] == 1
    assert "0.0% to 100.0%" in lead("qa", "report").out


def test_status_counts_what_nobody_can_take_by_language(lead):
    assert lead("queue", "status", "--json").json["untaken"] == []
    for name in (ANA, BEN):
        lead("people", "languages", name, "cs")
    untaken = lead("queue", "status", "--json").json["untaken"]
    assert {each["language"] for each in untaken} == {"en-US"}
    assert "nobody can take" in lead("queue", "status").out


def test_progress_tells_what_is_left_who_did_what_and_that_an_estimate_is_too_early(lead, leased):
    found = lead("queue", "progress", "--json").json
    assert (found["left"], found["estimate"], found["stuck"]) == (1, None, [])
    assert sum(group["clips"] for group in found["by_locale"]) == 3
    ana = next(person for person in found["people"] if person["person"] == ANA)
    assert ana["passes"] >= 1
    assert ana["worked_seconds"] >= 0
    printed = lead("queue", "progress").out
    assert "needs three days" in printed
    assert "None" not in printed


def test_progress_lists_clips_whose_skill_nobody_has_who_takes_their_language(lead):
    clips = [row["clip"] for row in lead("clips", "list", "--json").json["clips"]]
    lead("clips", "route", *clips, "--skill", "medical")
    stuck = lead("queue", "progress", "--json").json["stuck"]
    assert stuck
    assert {(row["skill"], row["why"]) for row in stuck} == {("medical", "no_skill")}
    lead("people", "languages", ANA, "cs")
    lead("people", "skills", ANA, "medical")  # who has the skill takes another language
    assert {row["why"] for row in lead("queue", "progress", "--json").json["stuck"]} == {"no_skill"}
    assert "no_skill" in lead("queue", "progress").out
    lead("people", "skills", BEN, "medical")
    assert lead("queue", "progress", "--json").json["stuck"] == []


def test_passes_are_compared_by_command_and_the_status_counts_adjudications(command, workspace, lead):
    compared = command("qa", "adjudicate", "--workspace", workspace, "--as", QUINN, "--json")
    assert compared.json == {"clips": []}
    assert lead("queue", "status", "--json").json["adjudications"] == {}


@pytest.fixture
def late(lead, workspace, leased):
    """The draft of Ben, whose lease a lead ended."""
    with open_workspace(workspace) as opened:
        ben = opened.sign_in(BEN, PASSPHRASE)
        lease = ben.desk.work.resume()
        opened.sign_in(LEAD, PASSPHRASE).lead.release(leased)
        with pytest.raises(LeaseLost):
            ben.desk.work.submit(lease, annotation("ben typed this"))
        opened.sign_out(ben)
    (row,) = lead("queue", "late", "list", "--json").json["late_drafts"]
    return row["draft"]


def test_late_draft_is_listed_without_its_text_and_adopted_for_its_author(lead, late):
    assert "ben typed this" not in lead("queue", "late", "list").out
    adopted = lead("queue", "late", "adopt", late, "--json").json
    assert (adopted["draft"], adopted["person"]) == (late, BEN)
    assert lead("queue", "late", "list", "--json").json == {"late_drafts": []}
    assert lead("queue", "late", "dismiss", late, "--reason", "wrong").code == 2


def test_late_draft_is_dismissed_for_a_reason_of_the_list(lead, late):
    assert lead("queue", "late", "dismiss", late, "--reason", "because").code == 2
    assert lead("queue", "late", "dismiss", late, "--reason", "incomplete").code == 0
    assert lead("queue", "late", "list", "--json").json == {"late_drafts": []}
    assert lead("audit", "verify").code == 0
