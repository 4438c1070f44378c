"""The height of the text's column: the text has room whatever a clip brings along, and nothing is cut off."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QLabel, QTextEdit, QToolButton, QWidget

from reviewer.model.annotation import Annotation, Segment
from reviewer.session.open_clip import OpenClip
from reviewer.ui.theme import GAP_PX
from reviewer.ui.transcript.tag_palette import TagPalette
from tests.benches.clip_page import ClipPageBench
from tests.fakes.work_session import (
    FakeDesk,
    a_hypothesis,
    a_lease,
    an_open_clip,
    returned,
    speech_like,
    typed,
)

LAPTOP, SCALED_LAPTOP, SMALLEST = (1152, 735), (1152, 655), (844, 536)
SIZES = [SMALLEST, (1000, 600), SCALED_LAPTOP, LAPTOP, (1800, 1000), (2400, 700), (2400, 1400)]
LONG = "I would like to move my appointment from Tuesday to Thursday morning, please. " * 4
DRAFTS = (a_hypothesis(LONG),)
COLUMN = ("notice", "drafts", "segment_panel", "transcript_text", "transcript_problems", "training_text")


def a_dialogue(**changes: object) -> OpenClip:
    data = speech_like(40)
    step = len(data) // 8
    segments = tuple(Segment(f"s{n}", n * step, (n + 1) * step, LONG, f"Speaker {n % 2}") for n in range(8))
    return an_open_clip(data=data, draft=Annotation(segments), **changes)


CLIPS = {
    "plain": lambda: an_open_clip(draft=typed(LONG)),
    "draft": lambda: an_open_clip(draft=typed(LONG), hypotheses=DRAFTS),
    "three drafts": lambda: an_open_clip(draft=typed(LONG), hypotheses=DRAFTS * 3),
    "returned": lambda: an_open_clip(hypotheses=DRAFTS, returned=returned(LONG, LONG)),
    "table": a_dialogue,
    "table and draft": lambda: a_dialogue(hypotheses=DRAFTS),
}


def resize(bench: ClipPageBench, size: tuple[int, int]) -> None:
    bench.page.resize(*size)
    for _ in range(8):  # layouts within layouts ask for their room one after the other
        QApplication.processEvents()
    assert (bench.page.width(), bench.page.height()) == size


def places(bench: ClipPageBench, *names: str) -> dict[str, QRect]:
    """Where those of these parts that are shown lie in the view."""
    view = bench.workspace.view
    parts = {name: view.findChild(QWidget, name) for name in names}
    return {
        name: QRect(part.mapTo(view, QPoint(0, 0)), part.size())
        for name, part in parts.items()
        if part.isVisible()
    }


def lines(bench: ClipPageBench) -> int:
    """How many lines of text are seen as a whole."""
    return max(n for n in range(60) if n == 0 or bench.field.height_px(n) <= bench.field.height())


@pytest.mark.parametrize("kind", CLIPS)
def test_three_lines_of_text_are_seen_and_below_a_table_two(bench: ClipPageBench, kind: str) -> None:
    bench.open(FakeDesk(CLIPS[kind]()))
    for size in (LAPTOP, SCALED_LAPTOP):
        resize(bench, size)
        assert lines(bench) >= (2 if "table" in kind else 3), size


@pytest.mark.parametrize("kind", CLIPS)
def test_parts_stand_whole_and_below_each_other_at_every_size(bench: ClipPageBench, kind: str) -> None:
    bench.open(FakeDesk(CLIPS[kind]()))
    for size in SIZES:
        resize(bench, size)
        no_part_is_cut_off_or_apart(bench, size)
        buttons_below_the_text_are_whole_or_absent(bench, size)


def no_part_is_cut_off_or_apart(bench: ClipPageBench, size: tuple[int, int]) -> None:
    shown = list(places(bench, *COLUMN).values())
    for above, below in pairwise(shown):
        assert 0 <= below.top() - above.bottom() - 1 <= GAP_PX, size
    tags = bench.page.findChild(TagPalette)
    assert tags.height() == tags.height_px(tags.form), size
    table = bench.workspace.view.transcription.segments.table
    assert table.isHidden() or table.viewport().height() >= 2 * table.rowHeight(0), size
    if not tags.is_beside:
        ends = places(bench, "tag_palette")["tag_palette"].bottom(), shown[-1].bottom()
        assert max(ends) >= places(bench, "side")["side"].bottom() - 2 or size[0] > 1464


def buttons_below_the_text_are_whole_or_absent(bench: ClipPageBench, size: tuple[int, int]) -> None:
    tools = bench.workspace.view.transcription.tools
    buttons = tools.findChildren(QToolButton)
    assert {button.isVisible() for button in buttons} == {tools.isVisible()}
    assert tools.height() >= max(button.height() for button in buttons), size
    assert tools.isVisible() or size[1] <= 600


@pytest.mark.parametrize("kind", CLIPS)
def test_a_size_has_one_layout_whatever_the_size_was_before(bench: ClipPageBench, kind: str) -> None:
    bench.open(FakeDesk(CLIPS[kind]()))
    names = (*COLUMN, "waveform", "tag_palette", "side")
    found: dict[tuple[int, int], dict[str, QRect]] = {}
    for size in (SMALLEST, SCALED_LAPTOP, LAPTOP, SCALED_LAPTOP, SMALLEST, LAPTOP, SMALLEST):
        resize(bench, size)
        assert found.setdefault(size, places(bench, *names)) == places(bench, *names)


def test_tags_stay_where_they_are_when_the_next_clip_has_no_draft(bench: ClipPageBench) -> None:
    bench.open(FakeDesk(CLIPS["draft"](), an_open_clip(a_lease(2))))
    for size in (LAPTOP, SCALED_LAPTOP):
        resize(bench, size)
    before = places(bench, "tag_palette")
    bench.finish()
    assert not places(bench, "drafts")
    assert places(bench, "tag_palette") == before


def test_larger_text_takes_the_room_of_the_tags(bench: ClipPageBench) -> None:
    bench.open(FakeDesk(CLIPS["draft"]()))
    resize(bench, LAPTOP)
    bench.preferences.put("text.size_px", 40)
    QApplication.processEvents()
    assert lines(bench) >= 2
    assert bench.page.findChild(TagPalette).height() == 0
    bench.preferences.put("text.size_px", 20)
    assert bench.page.findChild(TagPalette).height() > 0


def test_one_line_of_training_text_is_the_one_at_the_text_cursor(bench: ClipPageBench) -> None:
    bench.open(FakeDesk(an_open_clip(draft=typed(LONG + "zebra"), hypotheses=DRAFTS)))
    resize(bench, SCALED_LAPTOP)
    preview = bench.workspace.view.transcription.editor.findChild(QWidget, "training_text")
    assert preview.verticalScrollBar().value() > 0
    assert preview.verticalScrollBar().value() % preview.height() == 0  # a line is seen whole or not at all
    bench.workspace.view.transcription.editor.show_text(LONG, 0)
    assert preview.verticalScrollBar().value() == 0


def test_training_text_of_two_lines_is_seen_whole_beside_a_draft(bench: ClipPageBench) -> None:
    two_lines = "When does the next train to Sheffield leave, and which platform is it please"
    bench.open(FakeDesk(an_open_clip(draft=typed(two_lines), hypotheses=DRAFTS)))
    resize(bench, LAPTOP)
    preview = bench.workspace.view.transcription.editor.findChild(QTextEdit, "training_text")
    assert preview.document().size().height() == preview.height() == 2 * 20
    assert preview.verticalScrollBar().maximum() == 0


def test_training_text_of_returned_work_has_two_lines_beside_a_draft(bench: ClipPageBench) -> None:
    bench.open(FakeDesk(CLIPS["returned"]()))
    resize(bench, LAPTOP)
    preview = bench.workspace.view.transcription.editor.findChild(QTextEdit, "training_text")
    assert preview.height() == 2 * 20
    assert lines(bench) >= 3


def test_training_text_and_its_caption_stand_on_one_line(bench: ClipPageBench) -> None:
    bench.open(FakeDesk(an_open_clip(draft=typed(LONG), hypotheses=DRAFTS)))
    resize(bench, LAPTOP)
    preview = bench.workspace.view.transcription.editor.findChild(QTextEdit, "training_text")
    caption = bench.workspace.view.transcription.editor.findChild(QLabel, "training_text_caption")
    preview.verticalScrollBar().setValue(0)
    line = preview.document().firstBlock().layout().lineAt(0)
    of_text = line.position().y() + line.ascent()
    of_caption = caption.contentsRect().top() + caption.fontMetrics().ascent()
    assert caption.y() == preview.y()
    assert abs(of_text - of_caption) <= 1
