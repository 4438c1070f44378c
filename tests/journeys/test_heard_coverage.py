"""Work is handed in, given back, accepted and returned only by those who listened; the log is the witness."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from reviewer.audio.dsp import speech_detection
from reviewer.desk.coverage import Coverage, Unheard
from reviewer.desk.session import DeskSession
from reviewer.errors import Damaged, Refused
from reviewer.lead.intake import IntakeOptions
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action, HeardRange
from reviewer.model.intervals import Span
from reviewer.model.task import Check, Lease, SkipReason, TaskState
from reviewer.qa.session import QaSession
from reviewer.workspace import Workspace
from tests.unit.audio.test_speech_detection import room, voice
from tests.workspaces import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, annotation, hear, make_bench

RATE_HZ = 8000
WORK = annotation("hello there")


def with_speech(folder: Path, project: str = "") -> Bench:
    """A bench of one clip: 1 s of room, 4 s of voice, 1 s of room."""
    bench = make_bench(folder, drafts=(), project=project)
    wave = np.concatenate((room(1, RATE_HZ), voice(4, RATE_HZ), room(1, RATE_HZ)))
    (folder / "in").mkdir()
    soundfile.write(folder / "in" / "voice.wav", wave, RATE_HZ)
    day = bench.clock.now().isoformat().replace("+00:00", "Z")
    facts = {
        "audio": "voice.wav", "product": "translator", "locale": "en-US", "recorded_at": day,
        "consent_product": "translator", "consent_granted_at": "2021-03-01T00:00:00Z",
        "source_id": "source-1", "speaker": "voice-1",
    }  # fmt: skip
    (folder / "in" / "m.jsonl").write_text(json.dumps(facts), encoding="utf-8")
    report = bench.person(LEAD).lead.import_manifest(folder / "in" / "m.jsonl", IntakeOptions())
    assert report.accepted == 1, report
    bench.agree(ANA, BEN, QUINN)
    return bench


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Bench]:
    bench = with_speech(tmp_path)
    yield bench
    bench.workspace.close()


@pytest.fixture
def desk(talk: Bench) -> DeskSession:
    return talk.person(ANA).desk


def claimed(desk: DeskSession) -> Lease:
    lease = desk.claim()
    assert lease is not None
    return lease


def opened(desk: DeskSession) -> Lease:
    lease = claimed(desk)
    desk.open(lease)
    return lease


def listen(desk: DeskSession, lease: Lease, start: float, end: float, speed: int = 100) -> None:
    desk.heard(lease.clip_id, [HeardRange(round(start * RATE_HZ), round(end * RATE_HZ), speed)])


def speech_of(desk: DeskSession, lease: Lease) -> tuple[Span, ...]:
    return desk.open(lease).speech


def checked(talk: Bench) -> tuple[QaSession, Check]:
    """Ana's work, typed blind by Quinn, who heard nothing."""
    ana, qa = talk.person(ANA).desk, talk.person(QUINN).qa
    ana.submit(hear(ana, claimed(ana)), WORK)
    qa.draw()
    check = qa.claim()
    assert check is not None
    qa.open(check)
    return qa, qa.hand_in_blind(check, WORK).check


def test_speech_is_found_at_intake_and_comes_with_the_clip(desk: DeskSession) -> None:
    lease = claimed(desk)
    (span,) = desk.open(lease).speech
    assert (span.start / RATE_HZ, span.end / RATE_HZ) == pytest.approx((0.95, 5.1), abs=0.2)


def test_work_on_speech_that_was_not_heard_is_refused(talk: Bench, desk: DeskSession) -> None:
    lease = opened(desk)
    listen(desk, lease, 0, 3)
    rows = talk.workspace.ledger.head().size
    with pytest.raises(Unheard, match=r"2\.\d s of speech were not heard yet"):
        desk.submit(lease, WORK)
    assert talk.workspace.ledger.head().size == rows
    assert desk.resume() == lease
    assert talk.workspace.queue.counts().tasks == {"leased": 1}


def test_a_refusal_keeps_the_draft(desk: DeskSession) -> None:
    lease = opened(desk)
    desk.save_draft(lease, WORK)
    with pytest.raises(Unheard):
        desk.submit(lease, WORK)
    assert desk.open(lease).draft == WORK


def test_work_goes_in_once_the_speech_was_heard_at_any_speed_and_in_pieces(desk: DeskSession) -> None:
    lease = opened(desk)
    listen(desk, lease, 3, 6, 300)
    listen(desk, lease, 0.5, 3.5, 75)
    desk.submit(lease, WORK)
    assert desk.history()[0].state is TaskState.SUBMITTED


def test_the_last_two_per_cent_may_be_missing_and_no_more(desk: DeskSession) -> None:
    lease = claimed(desk)
    (span,) = speech_of(desk, lease)
    nearly = span.start + span.frames * 97 // 100
    desk.heard(lease.clip_id, [HeardRange(span.start, nearly)])
    with pytest.raises(Unheard):
        desk.submit(lease, WORK)
    desk.heard(lease.clip_id, [HeardRange(nearly, span.start + -(-span.frames * 98 // 100))])
    desk.submit(lease, WORK)


def test_what_was_heard_counts_after_a_lock(talk: Bench, desk: DeskSession) -> None:
    lease = opened(desk)
    listen(desk, lease, 0, 6)
    talk.workspace.sign_in_desk.sign_out(desk.identity, locked=True)
    again = talk.workspace.sign_in(ANA, PASSPHRASE).desk
    held = claimed(again)
    heard = Coverage(48_000, RATE_HZ, again.open(held).speech).after(again.open(held).heard)
    assert heard.percent == 100
    again.submit(held, WORK)


def test_what_was_heard_counts_after_a_crash(talk: Bench, desk: DeskSession) -> None:
    lease = opened(desk)
    listen(desk, lease, 0, 6)
    with Workspace(talk.workspace.path, clock=talk.clock, parameters=talk.workspace.parameters) as fresh:
        ana = fresh.sign_in(ANA, PASSPHRASE).desk
        ana.submit(claimed(ana), WORK)


def test_what_was_heard_counts_after_a_release(desk: DeskSession) -> None:
    lease = opened(desk)
    listen(desk, lease, 0, 6)
    desk.release(lease)
    desk.submit(claimed(desk), WORK)


def test_returned_work_needs_no_second_listening_by_its_author(talk: Bench) -> None:
    qa, check = checked(talk)
    qa.heard(check.submission.clip_id, [HeardRange(0, 3 * RATE_HZ)])
    qa.send_back(check, "A word is missing.")
    ana = talk.person(ANA).desk
    ana.submit(claimed(ana), annotation("hello you there"))


def test_what_a_colleague_heard_does_not_count(talk: Bench, desk: DeskSession) -> None:
    lease = opened(desk)
    listen(desk, lease, 0, 6)
    desk.skip(lease, SkipReason.TECHNICAL)
    ben = talk.person(BEN).desk
    with pytest.raises(Unheard):
        ben.submit(opened(ben), WORK)


@pytest.mark.parametrize("flag", [Flag.NO_SPEECH, Flag.UNUSABLE, Flag.WRONG_LANGUAGE, Flag.DISTRESSING])
def test_work_answered_by_a_flag_needs_three_seconds(desk: DeskSession, flag: Flag) -> None:
    lease, answer = opened(desk), Annotation(flags=frozenset({flag}))
    listen(desk, lease, 0, 2.5)
    with pytest.raises(Unheard, match=r"0\.5 s more"):
        desk.submit(lease, answer)
    listen(desk, lease, 5, 5.5)
    desk.submit(lease, answer)


def test_a_skip_needs_three_seconds(talk: Bench, desk: DeskSession) -> None:
    lease = opened(desk)
    with pytest.raises(Unheard, match=r"3\.0 s more"):
        desk.skip(lease, SkipReason.CANNOT_UNDERSTAND)
    assert desk.resume() == lease
    listen(desk, lease, 0, 3)
    desk.skip(lease, SkipReason.CANNOT_UNDERSTAND)
    assert desk.resume() is None


def test_a_clip_that_cannot_be_played_is_skipped_unheard(desk: DeskSession) -> None:
    desk.skip(claimed(desk), SkipReason.TECHNICAL)
    assert desk.resume() is None


def test_a_clip_without_speech_needs_its_beginning_or_all_of_a_short_one(bench: Bench) -> None:
    bench.agree(ANA)
    ana = bench.person(ANA).desk
    lease = opened(ana)  # one second of noise
    listen(ana, lease, 0, 0.9)
    with pytest.raises(Unheard, match=r"0\.1 s more"):
        ana.submit(lease, WORK)
    listen(ana, lease, 0.9, 1)
    ana.submit(lease, WORK)


def test_qa_accepts_only_what_they_heard(talk: Bench) -> None:
    qa, check = checked(talk)
    with pytest.raises(Unheard, match="of speech"):
        qa.accept(check)
    qa.heard(check.submission.clip_id, [HeardRange(0, 48_000, 150)])
    qa.accept(check)
    assert talk.workspace.queue.counts().tasks == {"accepted": 1}


def test_qa_returns_work_after_three_seconds_and_a_comment(talk: Bench) -> None:
    qa, check = checked(talk)
    with pytest.raises(Unheard, match=r"3\.0 s more"):
        qa.send_back(check, "This is another clip's text.")
    assert talk.workspace.queue.counts().tasks == {"qa_pending": 1}
    qa.heard(check.submission.clip_id, [HeardRange(0, 24_000)])
    with pytest.raises(Refused, match="comment"):
        qa.send_back(check, " ")
    qa.send_back(check, "This is another clip's text.")


def test_a_new_version_is_heard_anew_by_qa(talk: Bench) -> None:
    qa, check = checked(talk)
    qa.heard(check.submission.clip_id, [HeardRange(0, 48_000)])
    qa.send_back(check, "Again, please.")
    ana = talk.person(ANA).desk
    ana.submit(claimed(ana), annotation("hello you there"))
    qa.draw()
    again = qa.claim()
    assert again is not None
    assert qa.open(again).heard == ()
    kept = qa.hand_in_blind(again, WORK).check
    with pytest.raises(Unheard):
        qa.accept(kept)


@pytest.mark.parametrize(
    ("setting", "heard", "is_enough"),
    [("heard_percent = 0", 0, True), ("heard_percent = 50", 3.6, True), ("heard_percent = 100", 4.9, False)],
)
def test_the_share_is_the_leads_to_set(
    tmp_path: Path, setting: str, heard: float, *, is_enough: bool
) -> None:
    bench = with_speech(tmp_path, f"[listening]\n{setting}\n")
    ana = bench.person(ANA).desk
    lease = opened(ana)
    if heard:
        listen(ana, lease, 0, heard)
    if is_enough:
        ana.submit(lease, WORK)
    else:
        with pytest.raises(Unheard):
            ana.submit(lease, WORK)
    bench.workspace.close()


# A clip's passages on the disk


def kept_file(talk: Bench, lease: Lease) -> Path:
    return talk.workspace.path / "clips" / f"{lease.clip_id}.{ContentKind.SPEECH}.sealed"


def test_damaged_passages_of_speech_are_refused(talk: Bench, desk: DeskSession) -> None:
    lease = claimed(desk)
    file = kept_file(talk, lease)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(Damaged):
        desk.open(lease)


def test_a_short_clip_that_has_none_kept_is_looked_at_when_it_opens(talk: Bench, desk: DeskSession) -> None:
    lease = claimed(desk)
    found = speech_of(desk, lease)
    kept_file(talk, lease).unlink()
    assert speech_of(desk, lease) == found
    with pytest.raises(Unheard, match="of speech"):
        desk.submit(lease, WORK)


def test_a_long_clip_that_has_none_kept_counts_whole(
    talk: Bench, desk: DeskSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewer.desk.hearing._SHORT_SECONDS", 5.0)
    lease = claimed(desk)
    kept_file(talk, lease).unlink()
    assert speech_of(desk, lease) == (Span(0, 48_000),)


def test_what_is_kept_is_what_is_found_in_the_kept_sound(talk: Bench, desk: DeskSession) -> None:
    clip = desk.open(claimed(desk))
    assert speech_detection.detect_speech(clip.samples) == clip.speech


# What the log says


def test_ranges_that_were_never_logged_do_not_count(desk: DeskSession) -> None:
    lease = opened(desk)
    with pytest.raises(Unheard):
        desk.submit(lease, WORK)
    attempts: list[Callable[[], object]] = [
        lambda: desk.heard("c0", [HeardRange(0, 48_000)]),
        lambda: desk.heard(lease.clip_id, [HeardRange(0, 1 << 30)]),
    ]
    with pytest.raises(Refused):
        attempts[0]()
    attempts[1]()  # beyond the clip: nothing is written down
    with pytest.raises(Unheard):
        desk.submit(lease, WORK)


def test_the_log_finds_the_rows_of_one_clip(talk: Bench, desk: DeskSession) -> None:
    lease = opened(desk)
    listen(desk, lease, 0, 1)
    found = [row.event().action for row in talk.workspace.ledger.about(lease.clip_id)]
    assert found == [Action.CLIP_IMPORTED, Action.TASK_CLAIMED, Action.CLIP_OPENED, Action.CLIP_HEARD]
    assert talk.workspace.ledger.about("c0") == []
