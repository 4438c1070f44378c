"""No word is lost: undo survives a restart, earlier versions are kept, a hand-in can be taken back."""

from reviewer.model.annotation import Annotation
from reviewer.transcript.history import Cursor, History
from tests.benches.workspace import ANA, Bench, annotation

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
