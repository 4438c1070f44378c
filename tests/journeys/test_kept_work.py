"""No word is lost: undo survives a restart, earlier versions are kept, a hand-in can be taken back."""

import pytest

from reviewer.errors import LeaseLost, NotLeased
from reviewer.model.annotation import Annotation
from reviewer.model.event import Action
from reviewer.model.task import Lease, SkipReason, VerdictKind
from reviewer.qa.sampling import is_drawn
from reviewer.queue.sqlite import SqliteQueue
from reviewer.session.draft_versions import VersionReason
from reviewer.session.work_session import WorkSession
from reviewer.transcript.history import Cursor, History
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, annotation, claim_and_hear, hear
from tests.contracts.queue_contract import RULES
from tests.refusals import refused

FRAMES = 16_000
EMPTY = Annotation.of_text("", FRAMES)


def steps(*texts: str) -> History:
    history = History.of(EMPTY)
    for text in texts:
        history = history.changed(EMPTY.with_text(text), Cursor(EMPTY.segments[0].id, len(text)))
    return history


def test_undo_and_redo_come_back_in_another_window_after_a_crash(bench: Bench) -> None:
    bench.agree(ANA)
    work = bench.work(ANA)
    lease = work.claim()
    history = steps("turn", "turn left", "turn left at").undo()
    work.save_draft(lease, history, 1)
    work.save_position(lease, 300)
    # Nothing is closed: another process sees only what was committed.
    after = bench.another_window()
    with after.workspace:
        opened = after.work(ANA).open(after.work(ANA).resume())
    assert (opened.draft_history, opened.draft, opened.position) == (
        history,
        EMPTY.with_text("turn left"),
        300,
    )


def test_work_without_a_history_is_saved_as_one_with_nothing_to_undo(bench: Bench) -> None:
    bench.agree(ANA)
    work = bench.work(ANA)
    lease = work.claim()
    work.open(lease)
    half = annotation("half")
    work.save_draft(lease, half, 1)
    assert work.open(lease).draft_history == History.of(half)


# Taking back


@pytest.fixture
def submitted(bench: Bench) -> Bench:
    """Ana has handed in one clip; nothing is drawn."""
    bench.agree(ANA, BEN, QUINN)
    bench.submitted(ANA, "turn left at the light")
    return bench


def resubmitted(bench: Bench, text: str) -> str:
    work = bench.work(ANA)
    lease = work.take_back()
    opened = work.open(lease)
    assert opened.draft is not None
    work.save_draft(lease, opened.draft.with_text(text), 1)
    receipt = work.submit(lease, opened.draft.with_text(text))
    work.close(lease)
    return receipt.annotation_id


def verified(bench: Bench) -> str:
    return str(bench.person(LEAD).lead.verify_log().notice.code)


def test_a_submission_taken_back_is_a_draft_again_and_nobody_hears_of_it_as_returned(
    submitted: Bench,
) -> None:
    work = submitted.work(ANA)
    (past,) = work.history()
    opened = work.open(work.take_back(past.annotation_id))
    assert opened.draft is not None
    assert opened.draft.text_verbatim == "turn left at the light"
    assert opened.returned is None
    assert [(each.start, each.end) for each in opened.heard] == [(0, 8000)]
    (event,) = submitted.events(Action.TAKEN_BACK)
    assert (event.object, event.detail["annotation"]) == (opened.clip.id, past.annotation_id)


def test_what_was_submitted_again_stands_and_the_log_verifies_with_both(submitted: Bench) -> None:
    (first,) = submitted.work(ANA).history()
    second = resubmitted(submitted, "turn left at the lights")
    assert [(past.annotation_id, past.text) for past in submitted.work(ANA).history()] == [
        (second, "turn left at the lights")
    ]
    assert verified(submitted) == "LOG_VERIFIES"
    with submitted.database() as database:
        rows = database.rows("SELECT id, parent FROM annotation ORDER BY made_at, rowid")
    assert [(row["id"], row["parent"]) for row in rows] == [
        (first.annotation_id, None),
        (second, first.annotation_id),
    ]


def test_draft_of_work_taken_back_is_saved_and_comes_back(submitted: Bench) -> None:
    work = submitted.work(ANA)
    lease = work.take_back()
    opened = work.open(lease)
    history = opened.draft_history.changed(opened.draft.with_text("turn right"), Cursor())
    work.save_draft(lease, history, 1)
    work.close(lease)
    again = submitted.work(ANA).open(work.resume())
    assert again.draft_history == history
    assert again.draft_history.undo().present.annotation.text_verbatim == "turn left at the light"


def test_clip_at_hand_keeps_its_draft_and_comes_after_what_was_taken_back(submitted: Bench) -> None:
    work = submitted.work(ANA)
    at_hand = work.claim()
    work.open(at_hand)
    half = annotation("half a sen")
    work.save_draft(at_hand, half, 1)
    work.close(at_hand)
    lease = work.take_back()
    assert work.resume() == lease
    opened = hear(work, lease)
    work.submit(lease, opened.draft)
    work.close(lease)
    assert work.claim().task_id == at_hand.task_id
    assert work.open(work.resume()).draft == half


def test_work_replaced_without_a_row_of_its_being_taken_back_is_found(submitted: Bench) -> None:
    work = submitted.work(ANA)
    (past,) = work.history()
    with submitted.database() as database:
        SqliteQueue(database, submitted.clock, RULES).take_back(
            submitted.person(ANA).identity.person.id, past.annotation_id, key="planted"
        )
    assert verified(submitted) == "TABLES_DIFFER"
    lease = work.resume()
    work.submit(lease, hear(work, lease).draft.with_text("turn right"))
    assert verified(submitted) == "ANNOTATION_REPLACED"


def test_draw_is_not_rolled_again_by_taking_work_back(submitted: Bench) -> None:
    (first,) = submitted.work(ANA).history()
    newest = resubmitted(submitted, "turn left at the lights")
    secret = submitted.person(QUINN).identity.keyring.qa_secret
    result = submitted.person(QUINN).qa.draw()
    is_selected = is_drawn(secret, first.annotation_id, submitted.person(QUINN).qa._rate)
    assert (result.selected, result.passed) == (([newest], []) if is_selected else ([], [newest]))
    assert verified(submitted) == "LOG_VERIFIES"


def test_after_the_draw_nothing_is_taken_back_and_nothing_is_logged_or_told_of_its_outcome(
    submitted: Bench,
) -> None:
    submitted.person(QUINN).qa.draw()
    with refused("can no longer be taken back"):
        submitted.work(ANA).take_back()
    assert submitted.events(Action.TAKEN_BACK) == []


def test_only_one_s_own_recent_work_is_taken_back(submitted: Bench) -> None:
    (past,) = submitted.work(ANA).history()
    for attempt in (
        lambda: submitted.work(BEN).take_back(past.annotation_id),
        lambda: submitted.work(QUINN).take_back(),
        lambda: submitted.work(BEN).take_back(),
    ):
        with refused("can no longer be taken back"):
            attempt()


def test_rework_taken_back_keeps_the_comment_it_was_returned_with(submitted: Bench) -> None:
    submitted.reviewed(QUINN, "turn left at the light", VerdictKind.RETURNED, "Listen again.")
    submitted.submitted(ANA, "turn left")
    opened = submitted.work(ANA).open(submitted.work(ANA).take_back())
    assert opened.returned is not None
    assert opened.returned.comment == "Listen again."
    assert opened.draft.text_verbatim == "turn left"


# Versions


def kept(work: WorkSession, lease: Lease) -> list[tuple[str, str]]:
    return [(each.reason.value, each.annotation.text_verbatim) for each in work.versions(lease)]


def versions_on_disk(bench: Bench) -> int:
    with bench.database() as database:
        return int(database.value("SELECT count(*) FROM draft_version"))


@pytest.fixture
def opened(bench: Bench) -> tuple[WorkSession, Lease]:
    """Ana has a clip open, and Quinn may check."""
    bench.agree(ANA, QUINN)
    work = bench.work(ANA)
    return work, claim_and_hear(work)


def typed_for_minutes(bench: Bench, work: WorkSession, lease: Lease, *texts: str) -> None:
    for revision, text in enumerate(texts, start=1):
        bench.clock.advance(30)
        work.save_draft(lease, EMPTY.with_text(text), revision)


def test_a_version_is_kept_once_a_minute_while_the_text_changes(
    bench: Bench, opened: tuple[WorkSession, Lease]
) -> None:
    work, lease = opened
    typed_for_minutes(bench, work, lease, "a", "ab", "abc", "abcd", "abcd", "abcd")
    assert kept(work, lease) == [("pause", "abcd"), ("pause", "ab")]
    (event,) = bench.events(Action.TEXT_OPENED)
    assert (event.object, event.detail["purpose"]) == (lease.clip_id, "versions")


def test_versions_are_there_after_a_restart_and_a_submission_taken_back(
    bench: Bench, opened: tuple[WorkSession, Lease]
) -> None:
    work, lease = opened
    typed_for_minutes(bench, work, lease, "a", "ab", "abc")
    work.keep_version(lease, EMPTY.with_text("ab"), VersionReason.REPLACED)
    work.keep_version(lease, EMPTY.with_text("abc"), VersionReason.RESTORED)
    final = annotation("abc", frames=8000)
    work.submit(lease, final)
    work.close(lease)
    bench.sign_out(ANA)
    work = bench.work(ANA)
    lease = work.take_back()
    work.open(lease)
    assert kept(work, lease) == [("submitted", "abc"), ("restored", "abc"), ("pause", "ab")]


def test_versions_are_read_while_the_clip_is_open_and_by_nobody_else(
    bench: Bench, opened: tuple[WorkSession, Lease]
) -> None:
    work, lease = opened
    typed_for_minutes(bench, work, lease, "a", "ab")
    bench.agree(BEN)
    with pytest.raises(NotLeased):
        bench.work(BEN).versions(lease)
    work.close(lease)
    for attempt in (
        lambda: work.versions(lease),
        lambda: work.keep_version(lease, EMPTY, VersionReason.REPLACED),
    ):
        with refused("not open"):
            attempt()


def test_a_damaged_version_keeps_nobody_from_working_on(
    bench: Bench, opened: tuple[WorkSession, Lease]
) -> None:
    work, lease = opened
    typed_for_minutes(bench, work, lease, "a", "ab", "abc", "abcd")
    with bench.database() as database:
        newest = database.value("SELECT id FROM draft_version ORDER BY made_at DESC")
        database.execute("UPDATE draft_version SET sealed = x'00' WHERE id = ?", (newest,))
    work.close(lease)
    assert work.open(lease).draft == EMPTY.with_text("abcd")
    assert kept(work, lease) == [("opened", "abcd"), ("pause", "ab")]


@pytest.mark.parametrize("end", ["skip", "accepted", "returned", "late"])
def test_versions_go_when_the_work_is_over_and_stay_for_rework(
    bench: Bench, opened: tuple[WorkSession, Lease], end: str
) -> None:
    work, lease = opened
    typed_for_minutes(bench, work, lease, "a", "ab", "abc")
    if end == "skip":
        work.skip(lease, SkipReason.TECHNICAL)
    elif end == "late":
        bench.agree(BEN)
        bench.clock.advance(5 * 3600)
        assert bench.work(BEN).claim().task_id == lease.task_id
        with pytest.raises(LeaseLost):
            work.save_draft(lease, EMPTY.with_text("abcd"), 9)
    else:
        work.submit(lease, annotation("abc", frames=8000))
        assert versions_on_disk(bench) == 2
        kind = VerdictKind.ACCEPTED if end == "accepted" else VerdictKind.RETURNED
        bench.reviewed(QUINN, "abc", kind, "Listen again.")
        bench.sign_out(ANA)
        bench.work(ANA).resume()
    assert versions_on_disk(bench) == (2 if end == "returned" else 0)
