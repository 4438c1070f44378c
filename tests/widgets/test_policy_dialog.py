"""A lead edits the form and the conventions; what is not valid or not signed changes nothing."""

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from reviewer.errors import NotAllowed, Refused, Unavailable
from reviewer.lead.policy_files import PolicyFiles
from reviewer.places import PROJECT_FILE
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.policy_dialog import PolicyDialog
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from tests.benches.workspace import ANA, LEAD, Bench, make_bench


@pytest.fixture
def bench(tmp_path: Path):
    made = make_bench(tmp_path, drafts=())
    yield made
    made.workspace.close()


@pytest.fixture
def files(bench: Bench) -> PolicyFiles:
    return bench.person(LEAD).lead.policy_files


@pytest.fixture
def dialog(themed, qtbot: QtBot, jobs: Jobs, files: PolicyFiles, settle):
    made = PolicyDialog(files, files.files(), jobs)
    qtbot.addWidget(made)
    made.show()
    settle()
    return made


@pytest.fixture
def write(dialog: PolicyDialog, settle):
    """Replaces the text of the editor, and checks it at once."""

    def written(text: str) -> None:
        dialog.editor.setPlainText(text)
        assert not dialog.apply.isEnabled()
        dialog.check_now()
        settle()

    return written


def choose(dialog: PolicyDialog, name: str) -> None:
    dialog.choice.setCurrentIndex([file.name for file in files_of(dialog)].index(name))


def files_of(dialog: PolicyDialog):
    return dialog._known


def confirm(dialog: PolicyDialog) -> None:
    dialog.findChild(ConfirmDialog).findChild(QPushButton, "confirm_act").click()


def test_a_changed_form_is_drawn_at_once_and_in_force_once_it_is_signed(bench, dialog, write, settle):
    text = dialog.editor.toPlainText().replace("title = ", 'title = "Our questions" # ', 1)
    write(text)
    assert dialog.form.findChild(object, "form").accessibleName() == "Our questions"
    own = bench.workspace.path / "schemas" / "default.toml"
    assert not own.exists()
    dialog.apply.click()
    confirm(dialog)
    settle()
    assert own.read_text(encoding="utf-8") == text
    assert bench.workspace.policy.differences() == ()
    assert not dialog.has_changes
    assert not dialog.apply.isEnabled()


def test_invalid_text_is_named_at_its_line_and_cannot_be_applied(dialog, write):
    write("colour = 1\n" + dialog.editor.toPlainText())
    assert dialog.message.text.startswith("Line 1: ")
    assert not dialog.apply.isEnabled()


def test_a_text_is_checked_by_itself_once_nothing_is_typed_any_more(dialog, qtbot):
    dialog.editor.setPlainText("colour = 1\n" + dialog.editor.toPlainText())
    assert dialog.is_checking
    qtbot.waitUntil(lambda: not dialog.is_checking)
    assert dialog.message.text.startswith("Line 1: ")


def test_form_is_drawn_anew_only_when_another_is_described(dialog, write):
    drawn = dialog.form.findChild(object, "form")
    write("# a remark\n" + dialog.editor.toPlainText())
    assert dialog.form.findChild(object, "form") is drawn
    assert dialog.apply.isEnabled()


def test_conventions_are_tried_on_sentences(dialog, settle):
    choose(dialog, "en-US")
    dialog.samples.setPlainText("turn it on [nois]")
    dialog.check_now()
    settle()
    tried = dialog.tried.toPlainText().splitlines()
    assert tried[0] == "Verbatim: turn it on [nois]"
    assert tried[2].startswith("  '[nois]': ")


def test_changes_are_discarded_only_after_a_question(dialog):
    dialog.editor.setPlainText(dialog.editor.toPlainText() + "\n# mine\n")
    dialog.reject()
    assert dialog.isVisible()
    confirm(dialog)
    assert not dialog.isVisible()


def test_an_invalid_file_is_refused_and_nothing_is_written(bench, files):
    und = next(file for file in files.files() if file.name == "und")
    with pytest.raises(Refused):
        files.apply(und, files.text(und).replace("[profile.training", "[profile.train", 1), files.text(und))
    assert not (bench.workspace.path / "conventions").exists()


def test_another_file_that_waits_for_a_signature_is_not_signed_by_the_way(bench, files):
    project = bench.workspace.path / PROJECT_FILE
    project.write_text("nda_days = 999\n" + project.read_text(encoding="utf-8"), encoding="utf-8")
    form = files.files()[0]
    with pytest.raises(Refused) as refused:
        files.apply(form, files.text(form) + "\n", files.text(form))
    assert refused.value.code == "POLICY_DIFFERS"
    assert len(bench.workspace.policy.differences()) == 2


def test_a_file_that_somebody_else_changed_meanwhile_is_not_overwritten(files):
    form = files.files()[0]
    before = files.text(form)
    files.apply(form, before + "# theirs\n", before)
    with pytest.raises(Refused) as refused:
        files.apply(form, before + "# mine\n", before)
    assert refused.value.code == "POLICY_FILE_CHANGED"


@pytest.mark.skipif(sys.platform == "win32", reason="a process has no limit for files")
@pytest.mark.parametrize(
    ("most_bytes", "is_own"), [(65_536, True), (65_536, False), (1_200, True), (0, True)]
)
def test_the_old_file_is_whole_where_the_disk_fails_at_the_file_or_at_the_signature(
    bench, files, most_bytes: int, is_own: bool
):
    """0: the new file would still fit, the old one not any more."""
    import resource

    form = files.files()[0]
    before = files.text(form)
    if is_own:
        form = files.apply(form, before + "# ours\n", before)
        before = files.text(form)
    own = bench.workspace.path / "schemas" / "default.toml"
    short = "\n".join(line for line in before.splitlines() if not line.startswith("#"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes or len(before) - 1, limits[1]))
    try:
        with pytest.raises(Unavailable):
            files.apply(form, short, before)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert files.text(form) == before
    assert own.exists() is is_own
    assert [path.name for path in own.parent.iterdir()] == (["default.toml"] if is_own else [])
    assert bench.workspace.policy.differences() == ()
    files.apply(form, short, before)


def test_nothing_is_written_once_the_lead_is_signed_out(bench, files):
    form = files.files()[0]
    before = files.text(form)
    bench.sign_out(LEAD)
    with pytest.raises(Refused):
        files.apply(form, before + "# more\n", before)
    assert not (bench.workspace.path / "schemas").exists()


def test_only_a_lead_may_read_or_change_the_files(bench):
    with pytest.raises(NotAllowed):
        bench.person(ANA).lead.policy_files.files()
