"""Work is handed in, given back, accepted and returned only by those who listened; the log is the witness."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import soundfile

from reviewer.access.log_chain import objects_of
from reviewer.audio.decode.decoder import Decoder
from reviewer.audio.dsp import speech_detection
from reviewer.errors import Damaged, LeaseLost, Refused
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action, HeardRange
from reviewer.model.project import DecodeLimits
from reviewer.model.task import Lease, SkipReason, TaskState, VerdictKind
from reviewer.session.coverage import Coverage, Unheard
from reviewer.session.work_session import WorkSession
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, annotation, make_bench
from tests.fakes.decoder import decode_whole
from tests.unit.audio.test_speech_detection import room, voice

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
def work(talk: Bench) -> WorkSession:
    return talk.work(ANA)


def opened(work: WorkSession) -> Lease:
    lease = work.claim()
    work.open(lease)
    return lease


def listen(work: WorkSession, lease: Lease, start: float, end: float, speed: int = 100) -> None:
    work.heard(lease, [HeardRange(round(start * RATE_HZ), round(end * RATE_HZ), speed)])


def unheard_seconds(caught: pytest.ExceptionInfo[Unheard]) -> float:
    return float(caught.value.parameters["seconds"])


def reviewed(talk: Bench) -> Lease:
    """Ana's work under review, typed blind by Quinn, who heard nothing."""
    talk.submitted(ANA, "hello there")
    talk.person(QUINN).qa.draw()
    qa = talk.work(QUINN)
    qa.submit(opened(qa), WORK)
    return qa.resume()


def passages_file(talk: Bench, lease: Lease) -> Path:
    return talk.workspace.path / "clips" / f"{lease.clip_id}.{ContentKind.SPEECH}.sealed"


def test_speech_is_found_when_a_clip_is_first_opened_and_kept(talk: Bench, work: WorkSession) -> None:
    lease = work.claim()
    assert not passages_file(talk, lease).exists()
    clip = work.open(lease)
    (span,) = clip.speech
    assert (span.start / RATE_HZ, span.end / RATE_HZ) == pytest.approx((0.9, 5.3), abs=0.25)
    assert speech_detection.detect_speech(clip.samples) == clip.speech
    kept = passages_file(talk, lease).read_bytes()
    work.close(lease)
    assert work.open(lease).speech == clip.speech
    assert passages_file(talk, lease).read_bytes() == kept


def test_a_clip_opens_where_its_passages_cannot_be_kept(talk: Bench, work: WorkSession) -> None:
    lease = work.claim()
    passages_file(talk, lease).mkdir()
    assert len(work.open(lease).speech) == 1


def test_speech_in_a_long_sound_is_found_while_it_is_imported(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.wav", np.concatenate([voice(4, RATE_HZ), room(27, RATE_HZ)]), RATE_HZ)
    with Decoder() as decoder:
        decoded = decode_whole(decoder, tmp_path / "long.wav", DecodeLimits()).decoded
    assert decoded.speech is not None
    (span,) = speech_detection.from_bytes(decoded.speech, decoded.frames)
    assert span.end / RATE_HZ == pytest.approx(4.3, abs=0.25)


def test_work_on_speech_that_was_not_heard_is_refused_and_nothing_is_written(
    talk: Bench, work: WorkSession
) -> None:
    lease = opened(work)
    listen(work, lease, 0, 3)
    work.save_draft(lease, WORK, 1)
    rows = len(talk.events())
    with pytest.raises(Unheard) as caught:
        work.submit(lease, WORK)
    assert caught.value.code == "SPEECH_UNHEARD"
    assert unheard_seconds(caught) == pytest.approx(2.3, abs=0.25)
    assert len(talk.events()) == rows
    assert work.resume() == lease
    assert work.open(lease).draft == WORK


def test_work_goes_in_once_the_speech_was_heard_at_any_speed_and_in_pieces(work: WorkSession) -> None:
    lease = opened(work)
    listen(work, lease, 3, 6, 300)
    listen(work, lease, 0.5, 3.5, 75)
    work.submit(lease, WORK)
    assert work.history()[0].state is TaskState.SUBMITTED


def test_the_last_two_per_cent_may_be_missing_and_no_more(work: WorkSession) -> None:
    lease = opened(work)
    (span,) = work.open(lease).speech
    nearly = span.start + span.frames * 97 // 100
    work.heard(lease, [HeardRange(span.start, nearly)])
    with pytest.raises(Unheard):
        work.submit(lease, WORK)
    work.heard(lease, [HeardRange(nearly, span.start + -(-span.frames * 98 // 100))])
    work.submit(lease, WORK)


@pytest.mark.parametrize("interruption", ["lock", "crash", "release"])
def test_what_was_heard_counts_after_an_interruption(
    talk: Bench, work: WorkSession, interruption: str
) -> None:
    lease = opened(work)
    listen(work, lease, 0, 6)
    if interruption == "release":
        work.release(lease)
        work.close(lease)
    elif interruption == "lock":
        talk.workspace.sessions.sign_out(work.identity, locked=True)
        talk.signed_in.pop(ANA)
    else:
        talk.clock.advance(60)
    after = talk.another_window()
    with after.workspace:
        work = after.work(ANA)
        held = opened(work)
        assert Coverage(48_000, RATE_HZ, work.open(held).speech).after(work.open(held).heard).percent == 100
        work.submit(held, WORK)


def test_returned_work_needs_no_second_listening_by_its_author(talk: Bench) -> None:
    lease = reviewed(talk)
    listen(talk.work(QUINN), lease, 0, 3)
    talk.work(QUINN).decide(lease, VerdictKind.RETURNED, "A word is missing.")
    work = talk.work(ANA)
    again = work.claim()
    work.submit(again, annotation("hello you there"))


def test_what_a_colleague_heard_does_not_count(talk: Bench, work: WorkSession) -> None:
    lease = opened(work)
    listen(work, lease, 0, 6)
    work.skip(lease, SkipReason.TECHNICAL)
    ben = talk.work(BEN)
    with pytest.raises(Unheard):
        ben.submit(opened(ben), WORK)


def test_work_on_a_task_that_went_to_a_colleague_is_kept_however_little_was_heard(
    talk: Bench, work: WorkSession
) -> None:
    lease = opened(work)
    talk.clock.advance(31 * 60)
    assert talk.work(BEN).claim().task_id == lease.task_id
    with pytest.raises(LeaseLost):
        work.submit(lease, WORK)
    assert len(talk.person(LEAD).lead.overview().late_drafts) == 1


@pytest.mark.parametrize("flag", [Flag.NO_SPEECH, Flag.UNUSABLE, Flag.WRONG_LANGUAGE, Flag.DISTRESSING])
def test_work_answered_by_a_flag_needs_three_seconds(work: WorkSession, flag: Flag) -> None:
    lease, answer = opened(work), Annotation(flags=frozenset({flag}))
    listen(work, lease, 0, 2.5)
    with pytest.raises(Unheard) as caught:
        work.submit(lease, answer)
    assert (caught.value.code, unheard_seconds(caught)) == ("CLIP_UNHEARD", 0.5)
    listen(work, lease, 5, 5.5)
    work.submit(lease, answer)


def test_a_skip_needs_three_seconds_unless_the_clip_cannot_be_played(work: WorkSession) -> None:
    lease = opened(work)
    with pytest.raises(Unheard) as caught:
        work.skip(lease, SkipReason.CANNOT_UNDERSTAND)
    assert unheard_seconds(caught) == 3.0
    assert work.resume() == lease
    work.skip(lease, SkipReason.TECHNICAL)
    assert work.resume() is None


def test_a_clip_without_speech_needs_its_beginning_or_all_of_a_short_one(bench: Bench) -> None:
    bench.agree(ANA)
    work = bench.work(ANA)
    lease = opened(work)  # one second of noise
    listen(work, lease, 0, 0.9)
    with pytest.raises(Unheard) as caught:
        work.submit(lease, WORK)
    assert unheard_seconds(caught) == pytest.approx(0.1)
    listen(work, lease, 0.9, 1)
    work.submit(lease, WORK)


def test_a_reviewer_accepts_only_what_they_heard_and_returns_after_three_seconds(talk: Bench) -> None:
    lease, work = reviewed(talk), talk.work(QUINN)
    for kind, code in (
        (VerdictKind.ACCEPTED, "SPEECH_UNHEARD"),
        (VerdictKind.ACCEPTED_WITH_FIXES, "SPEECH_UNHEARD"),
        (VerdictKind.RETURNED, "CLIP_UNHEARD"),
    ):
        with pytest.raises(Unheard) as caught:
            work.decide(lease, kind, "This is another clip's text.")
        assert caught.value.code == code
    listen(work, lease, 0, 3)
    with pytest.raises(Unheard):
        work.decide(lease, VerdictKind.ACCEPTED)
    listen(work, lease, 3, 6, 150)
    work.decide(lease, VerdictKind.ACCEPTED)
    assert talk.person(LEAD).lead.overview().counts.tasks == {"accepted": 1}


@pytest.mark.parametrize(
    ("setting", "heard", "is_enough"),
    [("heard_percent = 0", 0, True), ("heard_percent = 50", 3.6, True), ("heard_percent = 100", 4.9, False)],
)
def test_the_share_is_the_leads_to_set(
    tmp_path: Path, setting: str, heard: float, *, is_enough: bool
) -> None:
    bench = with_speech(tmp_path, f"[listening]\n{setting}\n")
    with bench.workspace:
        work = bench.work(ANA)
        lease = opened(work)
        listen(work, lease, 0, heard)
        with nullcontext() if is_enough else pytest.raises(Unheard):
            work.submit(lease, WORK)


def test_damaged_passages_of_speech_are_refused(talk: Bench, work: WorkSession) -> None:
    lease = opened(work)
    work.close(lease)
    file = passages_file(talk, lease)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(Damaged):
        work.open(lease)


def test_ranges_that_were_never_logged_do_not_count(work: WorkSession) -> None:
    lease = work.claim()
    with pytest.raises(Refused):
        work.heard(lease, [HeardRange(0, 48_000)])
    work.open(lease)
    work.heard(lease, [HeardRange(0, 1 << 30)])  # beyond the clip: nothing is written
    with pytest.raises(Unheard):
        work.submit(lease, WORK)


def test_the_log_holds_the_rows_of_one_clip_in_order(talk: Bench, work: WorkSession) -> None:
    lease = opened(work)
    listen(work, lease, 0, 1)
    told = [e.action for e in talk.events() if lease.clip_id in objects_of(e.object, e.detail)]
    assert told == [Action.CLIP_IMPORTED, Action.TASK_CLAIMED, Action.CLIP_OPENED, Action.CLIP_HEARD]
