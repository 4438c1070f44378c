"""What is typed at a spot check is on the disk a moment later, and there again next time."""

import pytest
from pytestqt.qtbot import QtBot

from reviewer.errors import LeaseLost, Unavailable
from reviewer.model.annotation import Annotation
from reviewer.ui.clip import autosave
from reviewer.ui.jobs import Jobs
from reviewer.ui.page import StatusFacts
from reviewer.ui.preferences import Preferences
from reviewer.ui.qa.page import QaPage
from tests.fakes.player import FakePlayer
from tests.fakes.qa import NOON, FakeQa

THEIRS = "turn left at the next light"
FIRST_SAVE = NOON.replace(second=1).astimezone().strftime("%H:%M:%S")


class Table:
    """A page with a check in hand, and what its status bar was told."""

    def __init__(self, session: FakeQa, jobs: Jobs, settle) -> None:
        self.session, self.settle = session, settle
        self.page = QaPage(session, FakePlayer, jobs, Preferences())
        self.facts: list[StatusFacts] = []
        self.page.status_changed.connect(self.facts.append)

    @property
    def saved(self) -> str | None:
        told = [facts.saved for facts in self.facts if facts.saved is not None]
        return told[-1] if told else None

    @property
    def drafts(self) -> list[str]:
        return [draft.text_verbatim for draft in self.session.drafts.values()]

    def take(self) -> None:
        self.page.empty.take.click()
        self.settle()

    def type(self, qtbot: QtBot, text: str) -> None:
        qtbot.keyClicks(self.page.board.blind.editor.focusProxy(), text)


@pytest.fixture
def build(themed, qtbot: QtBot, jobs: Jobs, settle):
    made: list[Table] = []

    def make(session: FakeQa | None = None) -> Table:
        table = Table(session or FakeQa(THEIRS, "next"), jobs, settle)
        made.append(table)
        qtbot.addWidget(table.page)
        table.page.show()
        table.page.enter()
        table.take()
        return table

    yield make
    for table in made:
        table.page.close_down()
        settle()


def test_what_is_typed_is_saved_a_moment_later(
    build, qtbot: QtBot, settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autosave, "SAVE_AFTER_MS", 1)
    table = build()
    with qtbot.waitSignal(table.page.checking.keeper.saved):
        table.type(qtbot, "t")
    assert table.drafts == ["t"]
    assert table.saved == FIRST_SAVE


def test_a_draft_names_form_and_conventions(build, qtbot: QtBot) -> None:
    table = build()
    table.type(qtbot, "t")
    table.page.leave()
    table.settle()
    (draft,) = table.session.drafts.values()
    assert draft.schema_version == table.session.schema.id
    assert draft.conventions_version == table.session.conventions.id


def test_going_to_another_screen_saves(build, qtbot: QtBot) -> None:
    table = build()
    table.type(qtbot, "turn")
    table.page.leave()
    table.settle()
    assert table.drafts == ["turn"]


def test_what_is_typed_is_on_the_disk_when_the_page_is_closed_down(build, qtbot: QtBot) -> None:
    table = build()
    table.type(qtbot, "turn")
    table.page.close_down()
    assert table.drafts == ["turn"]
    table.settle()
    assert table.session.calls[-2:] == ["save_draft", "closed"]


def test_next_time_the_text_is_there_again_and_the_page_says_so(build, qtbot: QtBot) -> None:
    table = build()
    table.type(qtbot, "turn")
    table.page.close_down()
    again = build(table.session)
    assert again.page.stage == "blind"
    assert again.page.board.blind.editor.text == "turn"
    assert "typed before" in again.page.board.message.text
    assert again.session.calls.count("save_draft") == 1


def test_nothing_is_saved_before_a_key(build) -> None:
    table = build()
    table.page.leave()
    table.page.close_down()
    table.settle()
    assert "save_draft" not in table.session.calls


def test_handing_in_saves_first_and_then_no_more(build, qtbot: QtBot) -> None:
    table = build()
    table.type(qtbot, "turn")
    table.page.board.blind.hand_in.click()
    table.settle()
    table.page.leave()
    table.settle()
    calls = [name for name in table.session.calls if name in {"save_draft", "hand_in_blind"}]
    assert calls == ["save_draft", "hand_in_blind"]
    assert table.saved == ""


def test_after_a_hand_in_that_failed_saving_goes_on(build, qtbot: QtBot) -> None:
    table = build()
    table.session.errors["hand_in_blind"] = [Unavailable("The disk is full.")]
    table.type(qtbot, "turn")
    table.page.board.blind.hand_in.click()
    table.settle()
    table.type(qtbot, " left")
    table.page.leave()
    table.settle()
    assert table.page.stage == "blind"
    assert table.drafts == ["turn left"]


def test_a_save_that_fails_is_told_and_the_text_stays(build, qtbot: QtBot) -> None:
    table = build()
    table.session.errors["save_draft"] = [Unavailable("The disk is full.")]
    table.type(qtbot, "turn")
    table.page.leave()
    table.settle()
    assert "Not saved yet: The disk is full." in table.page.board.message.text
    assert table.page.board.blind.editor.text == "turn"
    table.page.leave()
    table.settle()
    assert table.drafts == ["turn"]
    assert table.page.board.message.text == ""


def test_a_check_that_went_to_a_colleague_leaves_the_screen(build, qtbot: QtBot) -> None:
    table = build()
    table.session.errors["save_draft"] = [LeaseLost()]
    table.type(qtbot, "turn")
    table.page.leave()
    table.settle()
    assert table.page.stage == "empty"
    assert "colleague" in table.page.empty.message.text
    assert table.page.board.blind.editor.text == ""
    assert table.session.calls.count("closed") == 1
    assert table.page.empty.take.isEnabled()


def test_handing_in_a_check_that_was_lost_leaves_the_screen(build, qtbot: QtBot) -> None:
    table = build()
    table.session.errors["hand_in_blind"] = [LeaseLost()]
    table.type(qtbot, "turn")
    table.page.board.blind.hand_in.click()
    table.settle()
    assert table.page.stage == "empty"
    assert "colleague" in table.page.empty.message.text


def test_the_draft_of_one_check_is_not_saved_for_the_next(build, qtbot: QtBot) -> None:
    table = build()
    table.type(qtbot, "turn")
    table.page.board.blind.hand_in.click()
    table.settle()
    table.page.checking.accept("")
    table.settle()
    table.take()
    table.page.leave()
    table.settle()
    assert table.page.board.blind.editor.text == ""
    assert table.drafts == []


def test_a_disk_that_fails_on_the_way_out_does_not_hold_the_lock_up(build, qtbot: QtBot) -> None:
    table = build()
    table.type(qtbot, "turn")
    table.session.errors["save_draft"] = [Unavailable("The disk is full.")]
    table.page.close_down()
    table.settle()
    assert table.session.calls[-1] == "closed"


def test_a_check_that_comes_after_the_lock_is_put_away(themed, qtbot: QtBot, jobs: Jobs, settle) -> None:
    session = FakeQa(THEIRS)
    session.drafts["s1"] = Annotation("turn")
    table = Table(session, jobs, settle)
    qtbot.addWidget(table.page)
    table.page.empty.take.click()
    table.page.close_down()
    settle()
    assert table.page.stage == "empty"
    assert session.calls[-1] == "closed"
