"""Where the parts of the clip workspace lie, at every size and in every stage."""

from dataclasses import replace
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.model.project import IntakeRules
from reviewer.ui.clip.clip_facts import ClipFacts, length_in_words
from reviewer.ui.theme import GAP_PX
from tests.benches.clip_page import ClipPageBench, Role
from tests.fakes.work_session import FakeDesk, a_hypothesis, a_lease, an_open_clip

PARTS = ("waveform", "play_bar", "transcript", "tag_palette", "side")
SIZES = [(844, 536), (1120, 640), (1152, 735), (1800, 1000), (2400, 1400)]


def resize(bench: ClipPageBench, width: int, height: int) -> None:
    bench.page.resize(width, height)
    QApplication.processEvents()
    assert (bench.page.width(), bench.page.height()) == (width, height)


def test_facts_of_a_clip_do_not_move_when_its_number_is_counted(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    facts = bench.workspace.view.facts
    language = facts.findChild(QLabel, "clip_language")
    before = language.x()
    for number in (1, 7, 42):
        facts.show_number(number)
        QApplication.processEvents()
        assert language.x() == before
    facts.clear()
    facts.show_clip(an_open_clip().clip)
    QApplication.processEvents()
    assert language.x() == before


def test_a_clip_is_of_the_product_that_the_project_names(qtbot: QtBot) -> None:
    facts = ClipFacts()
    qtbot.addWidget(facts)
    facts.product_name = IntakeRules(product_names={"cortana": "Cortana (retired)"}).product_name
    clip = an_open_clip().clip
    facts.show_clip(replace(clip, product="cortana"))
    assert facts.findChild(QLabel, "clip_product").text() == "Cortana (retired)"
    facts.show_clip(replace(clip, product="smart_speaker"))
    assert facts.findChild(QLabel, "clip_product").text() == "Smart speaker"


def place(bench: ClipPageBench, name: str) -> QRect:
    """Where a part lies in the view."""
    view = bench.workspace.view
    part = view.findChild(QWidget, name)
    assert part.isVisible(), name
    return QRect(part.mapTo(view, QPoint(0, 0)), part.size())


def compare(bench: ClipPageBench) -> None:
    bench.open_role("qa")
    bench.finish("turn right")
    assert bench.workspace.view.stage is bench.page.comparison


def overlaps(places: dict[str, QRect]) -> list[tuple[str, str]]:
    pairs = combinations(places, 2)
    return [(one, other) for one, other in pairs if places[one].intersects(places[other])]


@pytest.mark.parametrize("has_spectrogram", [False, True])
def test_everything_has_its_place_at_every_size(
    bench: ClipPageBench, role: Role, has_spectrogram: bool
) -> None:
    bench.open_role(role, hypotheses=(a_hypothesis("a machine's text"),))
    if has_spectrogram:
        bench.workspace.view.waveform.spectrogram.toggle()
    view = bench.workspace.view
    buttons = ("skip", "submit", "drafts") if role == "desk" else ("qa_submit",)
    for size in SIZES:
        resize(bench, *size)
        places = {name: place(bench, name) for name in (*PARTS, *buttons)}
        for name, there in places.items():
            part = view.findChild(QWidget, name)
            assert view.rect().contains(there), (name, size)
            least = min(part.minimumSizeHint().height(), part.maximumHeight())
            assert has_spectrogram or there.height() >= least, (name, size)
        assert overlaps(places) == [], size


@pytest.mark.parametrize("has_spectrogram", [False, True])
def test_the_comparison_has_its_place_at_every_size(bench: ClipPageBench, has_spectrogram: bool) -> None:
    compare(bench)
    if has_spectrogram:
        bench.workspace.view.waveform.spectrogram.toggle()
    texts = ("qa_theirs", "qa_mine", "qa_their_answers", "qa_my_answers", "qa_figures", "qa_comment")
    names = ("waveform", "play_bar", *texts, "qa_return", "qa_accept", "qa_message")
    for size in SIZES:
        resize(bench, *size)
        places = {name: place(bench, name) for name in names}
        assert overlaps(places) == [], size
        assert all(bench.workspace.view.rect().contains(there) for there in places.values()), size
        assert not bench.workspace.view.transcription.side.isVisible()


def test_waves_stay_where_they_are_when_the_stage_changes(bench: ClipPageBench) -> None:
    bench.open_role("qa")
    before = place(bench, "waveform"), place(bench, "play_bar")
    bench.finish("turn right")
    QApplication.processEvents()
    assert (place(bench, "waveform"), place(bench, "play_bar")) == before


@pytest.mark.parametrize(
    ("width", "is_beside_the_waves"), [(1152, False), (1463, False), (1464, True), (2424, True)]
)
def test_in_a_wide_window_the_form_has_a_column_of_its_own(
    bench: ClipPageBench, role: Role, width: int, is_beside_the_waves: bool
) -> None:
    bench.open_role(role)
    resize(bench, width, 900)
    side, waves = place(bench, "side"), place(bench, "waveform")
    assert (waves.right() < side.left()) is is_beside_the_waves
    assert (side.top() == waves.top()) is is_beside_the_waves


def test_flags_stay_in_sight_below_the_form_and_scroll_with_it_in_a_low_window(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    side = bench.workspace.view.transcription.side
    for size, is_pinned in (((1152, 735), True), ((844, 536), False), ((1152, 735), True)):
        resize(bench, *size)
        assert side.verticalScrollBar().maximum() > 0
        flags, questions = place(bench, "flags"), side.viewport()
        assert side.widget().isAncestorOf(bench.workspace.view.transcription.flags) is not is_pinned
        if is_pinned:
            assert flags.top() > place(bench, "side").top() + questions.height()
            assert place(bench, "side").contains(flags)


def test_the_form_finds_back_when_the_window_is_made_narrow_again(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    before = place(bench, "side")
    for size in ((2424, 1300), (1152, 735)):
        resize(bench, *size)
    assert place(bench, "side") == before


def test_try_again_stands_in_line_with_the_other_buttons(bench: ClipPageBench) -> None:
    bench.open_role("desk")
    bench.workspace.view.message.show_error(Unavailable("WORKSPACE_FILE_FAILED", problem="disk full"))
    QApplication.processEvents()
    assert len({place(bench, name).bottom() for name in ("desk_message_retry", "skip", "submit")}) == 1


@pytest.mark.parametrize(("height", "is_shown"), [(590, False), (735, True)])
def test_in_a_low_window_the_text_has_the_room_of_the_tags_meanings(
    bench: ClipPageBench, height: int, is_shown: bool
) -> None:
    bench.open_role("desk")
    resize(bench, 1152, height)
    assert bench.page.findChild(QLabel, "tag_meaning_laugh").isVisible() is is_shown
    button = bench.page.findChild(QPushButton, "tag_laugh")
    assert button.x() == 40 + GAP_PX  # right behind its key, with a meaning and without


def test_neither_problems_nor_messages_move_anything(bench: ClipPageBench, role: Role) -> None:
    bench.open_role(role)
    before = [place(bench, name) for name in PARTS]
    bench.type("the 3 of them [lauhg] ")
    if role == "desk":
        bench.submit()
    bench.work.errors["save_draft"] = [Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")]
    bench.type("x")
    bench.save()
    assert [place(bench, name) for name in PARTS] == before


def test_a_clip_that_brings_less_along_moves_nothing_but_the_text(bench: ClipPageBench) -> None:
    with_notice = an_open_clip(a_lease(1), hypotheses=(a_hypothesis("a machine's text"),))
    bench.open(FakeDesk(with_notice, an_open_clip(a_lease(2))))
    parts = ("waveform", "play_bar", "tag_palette", "side", "skip", "submit")
    before = [place(bench, name) for name in parts]
    bench.finish()
    assert [place(bench, name) for name in parts] == before


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(7.94, "7.9 s"), (59.9, "59.9 s"), (302, "5:02 min"), (3_599, "59:59 min"), (7_200, "2:00:00 h")],
)
def test_a_length_is_read_in_seconds_minutes_or_hours(seconds: float, shown: str):
    assert length_in_words(seconds) == shown
