"""Personal data in typed text must become a tag before the work goes in."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from reviewer.errors import Unavailable
from reviewer.model.annotation import Flag
from reviewer.session.open_clip import ReturnedWork
from tests.benches.clip_page import CTRL, SHIFT, ClipPageBench
from tests.fakes.work_session import typed

CERTAIN = "write to anna@example.org today"


def ready(bench: ClipPageBench, text: str) -> None:
    bench.open_role("desk")
    bench.type(text)
    bench.answer()
    bench.hear()
    bench.field.setFocus()


def test_certain_personal_data_is_refused_and_the_key_is_named(bench: ClipPageBench) -> None:
    ready(bench, CERTAIN)
    bench.submit()
    assert bench.work.submitted == []
    assert "Press Ctrl+Shift+Y to put tags in its place." in bench.message


def test_one_key_puts_a_tag_a_span_and_the_flag_and_then_the_work_goes_in(bench: ClipPageBench) -> None:
    ready(bench, CERTAIN)
    bench.press(Qt.Key.Key_Y, CTRL | SHIFT)
    annotation = bench.workspace.view.annotation
    assert annotation.text_verbatim == "write to [pii:email] today"
    assert len(annotation.spans) == 1
    assert Flag.PERSONAL_DATA in annotation.flags
    bench.submit()
    assert len(bench.work.submitted) == 1


def test_the_tags_are_one_step_that_can_be_undone(bench: ClipPageBench) -> None:
    ready(bench, CERTAIN)
    bench.press(Qt.Key.Key_Y, CTRL | SHIFT)
    bench.press(Qt.Key.Key_Z, CTRL)
    annotation = bench.workspace.view.annotation
    assert (annotation.text_verbatim, annotation.spans, annotation.flags) == (CERTAIN, (), frozenset())


def test_the_key_says_when_there_is_nothing_to_replace(bench: ClipPageBench) -> None:
    ready(bench, "we meet at ten thirty")
    bench.press(Qt.Key.Key_Y, CTRL | SHIFT)
    assert bench.message.startswith("No number or address was found")
    assert bench.workspace.view.annotation.text_verbatim == "we meet at ten thirty"


def test_personal_data_is_marked_while_it_is_typed(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    bench.type("ring four one five five five five two six seven one")
    bench.workspace.view.transcription.editor.show_all_problems()
    (problem,) = bench.workspace.view.transcription.editor.problems
    assert problem.notice.code == "PERSONAL_DATA_HERE"
    assert bench.field.text[problem.start : problem.end].startswith("four one five")


LIKELY = "the code is nine nine one two three four five"


def question(bench: ClipPageBench) -> QDialog | None:
    """The open question of the workspace, if there is one."""
    asked = [each for each in bench.workspace.view.findChildren(QDialog) if each.isVisible()]
    return asked[0] if asked else None


def test_what_is_likely_is_asked_about_once_and_goes_in_after_a_no(bench: ClipPageBench) -> None:
    ready(bench, LIKELY)
    bench.submit()
    dialog = question(bench)
    assert dialog is not None
    assert bench.work.submitted == []
    dialog.accept()
    bench.settle()
    assert len(bench.work.submitted) == 1


WORDS = "nine nine one two three four five"


def test_a_no_is_kept_in_the_work_and_in_its_draft(bench: ClipPageBench) -> None:
    ready(bench, LIKELY)
    bench.work.errors["submit"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.submit()
    question(bench).accept()
    bench.settle()
    assert [draft.denied for draft in bench.work.drafts.values()] == [{WORDS}]
    bench.workspace.presenter.retry()
    bench.settle()
    (handed_in,) = bench.work.submitted
    assert handed_in.denied == {WORDS}


def test_returned_work_is_not_asked_about_again_after_a_restart(bench: ClipPageBench) -> None:
    annotation = replace(typed(LIKELY), denied=frozenset({WORDS}))
    bench.open_role("desk", returned=ReturnedWork("listen again", annotation))
    bench.answer()
    bench.hear()
    bench.submit()
    assert question(bench) is None
    assert [each.denied for each in bench.work.submitted] == [{WORDS}]


def test_other_words_are_asked_about_in_spite_of_an_earlier_no(bench: ClipPageBench) -> None:
    annotation = replace(typed(LIKELY), denied=frozenset({"one two three four five six seven"}))
    bench.open_role("desk", returned=ReturnedWork("listen again", annotation))
    bench.answer()
    bench.hear()
    bench.submit()
    assert question(bench) is not None
    assert bench.work.submitted == []
