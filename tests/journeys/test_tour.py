"""The scripted tour through the real window: everything a person does, with no screen, as a test.

``REVIEWER_TOUR=both`` takes the pictures in both themes; otherwise they are in one of them, by chance.
"""

import csv
import json
import os
import random
import subprocess
import sys
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest
import soundfile

from reviewer.access.log_search import LogFilter
from reviewer.app.demo import ANA, LEE, QUINN, demo_clips
from reviewer.app.driver import GROUNDS
from reviewer.clips.keys import KdfParameters
from reviewer.clips.repository import ClipRepository
from reviewer.db.connection import Database
from reviewer.formats import csv_table, nemo
from reviewer.lead.session import LeadSession
from reviewer.model.event import Action, HeardRange
from reviewer.model.intervals import Span, total_frames
from reviewer.model.task import TaskState
from reviewer.places import DATABASE_FILE, resource
from reviewer.workspace import open_workspace
from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
ALL_ROWS = 10_000
FLAC, WAV = b'fLaC\x80\x00\x00"', b"WAVEfmt "
THEMES = [ground.value for ground in GROUNDS]
# What a change of theme leaves of each screen has tests of its own; all changes of a tour take half its time.
TAKEN = THEMES if os.environ.get("REVIEWER_TOUR") == "both" else [random.choice(THEMES)]
HEARD = {Action.CLIP_HEARD, Action.SUBMITTED}
_SCREENS = (
    "sign-in",
    "lead-import",
    "agreement",
    "agreement-ready",
    "desk-free",
    "skip",
    "desk-new",
    "desk-missing",
    "desk-typed",
    "desk-unheard",
    "qa-empty",
    "qa-blind",
    "qa-compare",
    "desk-returned",
    "my-work",
    "lead-overview",
    "lead-policy-form",
    "lead-policy-conventions",
    "lead-progress",
    "lead-corpus",
    "lead-people",
    "lead-export",
    "lead-log",
    "keys",
)


def test_a_day_of_work_is_done_through_the_window(tmp_path: Path, subtests: pytest.Subtests) -> None:
    take_tour(tmp_path)
    for check in (
        every_screen_was_taken_in_each_theme_asked_for,
        the_exported_set_reads_back,
        the_slip_was_found_and_mended,
        nothing_of_the_tour_lies_in_clear_in_its_workspace,
    ):
        with subtests.test(check.__name__):
            check(tmp_path)
    with open_workspace(tmp_path / "ws", parameters=KdfParameters.cheap()) as opened:
        lead = opened.sign_in(LEE.name, LEE.passphrase).lead
        for check_log in (
            work_was_returned_and_all_of_it_was_accepted_in_the_end,
            every_act_is_in_the_log_and_it_verifies,
        ):
            with subtests.test(check_log.__name__):
                check_log(lead)
        with subtests.test("everything_that_was_heard_was_written_down"):
            everything_that_was_heard_was_written_down(tmp_path, lead)


def take_tour(folder: Path) -> None:
    """Leaves the workspace in ``ws`` and what comes out in ``out``; in a process of its own."""
    code = (
        "from tests.benches.qt_imports import watch_qt_imports; imports = watch_qt_imports();"
        "import sys; from pathlib import Path; from reviewer.app.tour import take_tour;"
        "from reviewer.clips.keys import KdfParameters; from reviewer.ui.theme import Choice;"
        "code = take_tour(Path(sys.argv[1]), Path(sys.argv[2]), parameters=KdfParameters.cheap(),"
        " grounds=[Choice(name) for name in sys.argv[3:]]);"
        "sys.exit(code or sorted(imports.found) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / "ws"), str(folder / "out"), *TAKEN],
        capture_output=True,
        text=True,
        timeout=880,
        cwd=REPOSITORY,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def every_screen_was_taken_in_each_theme_asked_for(toured: Path) -> None:
    taken = {file.stem.split("-", 1)[1] for file in (toured / "out" / "screens").glob("*.png")}
    wanted = {f"{screen}-{scheme}" for screen in _SCREENS for scheme in TAKEN}
    assert wanted <= taken
    assert all("stuck" not in name for name in taken)


def the_exported_set_reads_back(toured: Path) -> None:
    out = toured / "out" / "set"
    assert nemo.validate(out) == []
    assert csv_table.validate(out) == []
    rows = [json.loads(line) for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows
    for row in rows:
        sound = soundfile.info(out / row["audio_filepath"])
        assert abs(sound.frames / sound.samplerate - row["duration"]) < 1e-6
    with (out / "utterances.csv").open(encoding="utf-8", newline="") as table:
        assert len(list(csv.DictReader(table))) >= len(rows)


def the_slip_was_found_and_mended(toured: Path) -> None:
    references = {clip.reference for clip in demo_clips()}
    assert set(texts(toured)) <= references


def work_was_returned_and_all_of_it_was_accepted_in_the_end(lead: LeadSession) -> None:
    overview = lead.overview()
    tasks = overview.counts.tasks
    assert tasks[TaskState.ACCEPTED] >= 6
    assert not {TaskState.SUBMITTED, TaskState.QA_PENDING, TaskState.RETURNED} & set(tasks)
    (ana,) = (each.work for each in overview.people if each.person.name == ANA.name)
    assert (ana.returned, ana.skipped) == (1, 1)
    assert ana.submitted == ana.accepted + 1
    assert {ANA.name, QUINN.name, LEE.name} <= set(overview.names.values())


def every_act_is_in_the_log_and_it_verifies(lead: LeadSession) -> None:
    acts = {row.event().action for row in lead.find_log_rows(LogFilter(), limit=ALL_ROWS)}
    assert {
        Action.NDA_ACCEPTED,
        Action.IMPORT_ENDED,
        Action.CLIP_OPENED,
        Action.CLIP_PREFETCHED,
        Action.CLIP_HEARD,
        Action.TASK_SKIPPED,
        Action.SUBMITTED,
        Action.REVIEW_DRAWN,
        Action.REVIEW_SUBMITTED,
        Action.VERDICT,
        Action.EXPORT_ENDED,
        Action.PERSON_ADDED,
        Action.LOCK,
    } <= acts
    assert lead.verify_log().ok


def everything_that_was_heard_was_written_down(toured: Path, lead: LeadSession) -> None:
    events = [row.event() for row in lead.find_log_rows(LogFilter(), limit=ALL_ROWS)[::-1]]
    whole: dict[tuple[str, str], list[HeardRange]] = defaultdict(list)
    with closing(Database(toured / "ws" / DATABASE_FILE)) as database:
        clips = ClipRepository(database)
        frames = {event.object: clips.get(event.object).frames for event in events if event.action in HEARD}
    for event in events:
        if event.action is Action.CLIP_HEARD:
            ranges = [HeardRange(*each) for each in event.detail["ranges"]]
            assert all(0 <= each.start < each.end <= frames[event.object] for each in ranges)
            whole[event.actor, event.object] += ranges
    submitted = {(event.actor, event.object) for event in events if event.action is Action.SUBMITTED}
    assert len(submitted) >= 6
    for person, clip_id in submitted:
        heard = [Span(each.start, each.end) for each in whole[person, clip_id]]
        assert total_frames(heard) == frames[clip_id]


def nothing_of_the_tour_lies_in_clear_in_its_workspace(toured: Path) -> None:
    words = {word.encode() for text in texts(toured) for word in text.split() if len(word) > 6}
    # The wording of the form and the names of settings are kept, and are nobody's.
    form, settings = resource("schemas", "default.toml"), toured / "ws" / "project.toml"
    public = form.read_bytes() + settings.read_bytes()
    words = {word for word in words if word not in public}
    assert words
    found = {
        (word, file.name)
        for file in (toured / "ws").rglob("*")
        if file.is_file() and file.name != "project.toml"
        for word in words | {FLAC, WAV}
        if word in file.read_bytes()
    }
    assert found == set()


def texts(toured: Path) -> list[str]:
    """What was typed, as the set has it."""
    with (toured / "out" / "set" / "utterances.csv").open(encoding="utf-8", newline="") as table:
        return [row["text_verbatim"] for row in csv.DictReader(table) if row["text_verbatim"]]
