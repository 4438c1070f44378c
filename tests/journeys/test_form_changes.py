"""The lead changes the label form while work is under way: no answer is lost, and a set says each form."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.formats import passport
from reviewer.labels.wording import earlier_worded
from reviewer.lead.export import NothingToExport
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.session.draft_versions import VersionReason
from reviewer.transcript.history import Cursor, History
from tests.benches.workspace import ANA, LEAD, QUINN, Bench, annotation, hear, make_bench
from tests.fakes.intruder import unguarded

FORM = """
name = "calls"
version = "{version}"
title = "Questions"

[[field]]
key = "kind"
kind = "one_of"
label = "{label}"
required = true
choices = [{choices}]
"""
TALK, SONG = '{ value = "talk", label = "Talk" }', '{ value = "song", label = "Song" }'


def change_form(bench: Bench, version: str, label: str, *choices: str) -> Bench:
    """The same workspace, opened again with another form."""
    folder = bench.workspace.path / "schemas"
    folder.mkdir(exist_ok=True)
    text = FORM.format(version=version, label=label, choices=", ".join(choices))
    (folder / "default.toml").write_text(text, encoding="utf-8")
    for name in tuple(bench.signed_in):
        bench.sign_out(name)
    bench.sign_policy()
    bench.workspace.close()
    return bench.another_window()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = make_bench(tmp_path, drafts=("", ""))
    made.agree(ANA, QUINN, LEAD)
    return change_form(made, "1", "What is it?", TALK, SONG)


def accept_all(database: sqlite3.Connection) -> None:
    """Without a verdict, by the tables alone."""
    database.execute("UPDATE task SET state = 'accepted' WHERE state = 'submitted'")
    database.execute(
        "UPDATE queue_clip SET state = 'final' WHERE clip_id IN (SELECT clip_id FROM annotation)"
    )


def work_of(kind: str, text: str = "some words"):
    return replace(annotation(text), labels={"kind": kind})


def test_a_draft_keeps_its_answers_with_their_wording_and_its_undo_steps(bench: Bench) -> None:
    work = bench.work(ANA)
    lease = work.claim()
    work.open(lease)
    history = History.of(work_of("song")).changed(work_of("song", "some more words"), Cursor())
    work.save_draft(lease, history, 1)
    old_form = work.schema.id
    bench = change_form(bench, "2", "What is said?", TALK)
    work = bench.work(ANA)
    opened = hear(work, work.resume())
    assert opened.draft is not None
    assert (opened.draft.labels, opened.draft.earlier) == ({}, {old_form: {"kind": "song"}})
    said = earlier_worded(opened.draft.earlier, opened.forms, {})
    assert [(each.question, each.answer) for each in said] == [("What is it?", "Song")]
    assert opened.draft_history is not None
    before = opened.draft_history.undo().present.annotation
    assert (before.text_verbatim, before.earlier) == ("some words", opened.draft.earlier)
    work.submit(opened.lease, replace(opened.draft, labels={"kind": "talk"}))
    bench.workspace.close()


def test_kept_versions_are_restored_with_their_answers(bench: Bench) -> None:
    work = bench.work(ANA)
    lease = work.claim()
    work.open(lease)
    work.keep_version(lease, work_of("song"), VersionReason.REPLACED)
    old_form = work.schema.id
    bench = change_form(bench, "2", "What is said?", TALK)
    work = bench.work(ANA)
    opened = work.open(work.resume())
    (version,) = work.versions(opened.lease)
    assert version.annotation == replace(work_of("song"), segments=version.annotation.segments, labels={},
                                         earlier={old_form: {"kind": "song"}})  # fmt: skip
    bench.workspace.close()


def test_a_review_says_what_was_submitted_in_the_words_of_its_form(bench: Bench) -> None:
    work = bench.work(ANA)
    opened = hear(work, work.claim())
    work.submit(opened.lease, work_of("song"))
    work.close(opened.lease)
    bench = change_form(bench, "2", "What is said?", TALK)
    qa = bench.person(QUINN).qa
    qa.draw()
    lease = qa.work.claim()
    hear(qa.work, lease)
    receipt = qa.work.submit(lease, work_of("talk"))
    comparison = qa.compare(replace(lease, blind_annotation=receipt.annotation_id))
    assert comparison.their_form is not None
    assert comparison.their_form.fields[0].label == "What is it?"
    assert comparison.theirs.labels == {"kind": "song"}
    bench.workspace.close()


def test_returned_work_comes_back_with_its_answers(bench: Bench) -> None:
    work = bench.work(ANA)
    opened = hear(work, work.claim())
    work.submit(opened.lease, work_of("song"))
    work.close(opened.lease)
    qa = bench.person(QUINN).qa
    qa.draw()
    lease = qa.work.claim()
    hear(qa.work, lease)
    receipt = qa.work.submit(lease, work_of("talk"))
    qa.decide(replace(lease, blind_annotation=receipt.annotation_id), VerdictKind.RETURNED, "Not a song.")
    old_form = work.schema.id
    bench = change_form(bench, "2", "What is said?", TALK)
    work = bench.work(ANA)
    opened = work.open(work.claim())
    assert opened.returned is not None
    assert opened.returned.annotation.earlier == {old_form: {"kind": "song"}}
    bench.workspace.close()


def test_a_set_has_each_answer_under_its_own_form_and_lists_the_forms(bench: Bench, tmp_path: Path) -> None:
    for number, (label, choices) in enumerate([("What is it?", (TALK, SONG)), ("What is said?", (TALK,))]):
        bench = change_form(bench, "1", label, *choices)  # the lead forgot to raise the version
        work = bench.work(ANA)
        opened = hear(work, work.claim())
        work.submit(opened.lease, work_of("talk" if number else "song"))
        work.close(opened.lease)
    with bench.database() as database:
        database.execute("UPDATE task SET state = 'accepted' WHERE state = 'submitted'")
        database.execute("UPDATE queue_clip SET state = 'final'")
    result = bench.person(LEAD).lead.export(tmp_path / "out", ("csv",))
    assert (result.clips, result.left_out) == (2, {})
    listed = json.loads((tmp_path / "out" / passport.NAME).read_bytes())["schemas"]
    questions = {name: (form["rows"], form["form"]["field"][0]["label"]) for name, form in listed.items()}
    first, second = sorted(questions)
    assert (first, questions[first]) == ("calls@1", (1, "What is it?"))
    assert second.startswith("calls@1+")
    assert questions[second] == (1, "What is said?")
    bench.workspace.close()


def test_an_answer_that_its_form_does_not_take_is_left_out_of_a_set(bench: Bench, tmp_path: Path) -> None:
    work = bench.work(ANA)
    opened = hear(work, work.claim())
    work.submit(opened.lease, work_of("song"))
    bench = change_form(bench, "2", "What is said?", TALK)
    with unguarded(bench.workspace.path / DATABASE_FILE) as database:
        database.execute("UPDATE annotation SET schema_version = 'calls@2'")  # a form that has no such answer
        accept_all(database)
    with pytest.raises(NothingToExport) as refused:
        bench.person(LEAD).lead.export(tmp_path / "out", ("csv",))
    assert refused.value.left_out["answers_invalid"] == 1
    bench.workspace.close()


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("en-US", "call 415 555 0134"),
        ("fr-FR", "zéro six douze trente-quatre cinquante-six soixante-dix-huit"),
    ],
)
@pytest.mark.parametrize("column", ["schema_version", "conventions_version"])
def test_no_name_of_a_version_carries_personal_data_into_a_set(
    bench: Bench, tmp_path: Path, column: str, locale: str, name: str
) -> None:
    work = bench.work(ANA)
    work.submit(hear(work, work.claim()).lease, work_of("talk"))
    with unguarded(bench.workspace.path / DATABASE_FILE) as database:
        database.execute(f"UPDATE annotation SET {column} = ?", (name,))  # as of a changed program
        database.execute("UPDATE clip SET locale = ?", (locale,))
        accept_all(database)
    with pytest.raises(NothingToExport) as refused:
        bench.person(LEAD).lead.export(tmp_path / "out", ("csv",))
    assert refused.value.left_out["personal_data_found"] == 1
    bench.workspace.close()
