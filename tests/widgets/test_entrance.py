"""Who gets in, past which pages."""

import pytest
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.model.people import Role
from reviewer.ui.jobs import Jobs
from reviewer.ui.signin.entrance import Entrance
from tests.fakes.doors import CODE, PASSPHRASE, FakeDoors, somebody

NAME = "Ana Kowalska"


@pytest.fixture
def build(themed, qtbot: QtBot, jobs: Jobs):
    def make(doors: FakeDoors) -> Entrance:
        made = Entrance(doors, jobs)
        qtbot.addWidget(made)
        made.resize(1280, 800)
        made.show()
        return made

    return make


def _sign_in(entrance: Entrance, passphrase: str = PASSPHRASE) -> None:
    page = entrance.sign_in_page
    page.name.setText(NAME)
    page.passphrase.setText(passphrase)
    page.button.click()


def _sign(entrance: Entrance, qtbot: QtBot) -> None:
    page = entrance.nda_page
    with qtbot.waitSignal(page.view.end_reached):
        bar = page.view.verticalScrollBar()
        bar.setValue(bar.maximum())
    page.tick.setChecked(True)
    page.name.setText(NAME)
    page.passphrase.setText(PASSPHRASE)
    qtbot.waitUntil(page.agree.isEnabled)
    page.agree.click()


def test_who_has_signed_goes_straight_in(build, qtbot: QtBot):
    entrance = build(FakeDoors(signed={NAME}))
    with qtbot.waitSignal(entrance.entered) as entered:
        _sign_in(entrance)
    assert entered.args[0].person.name == NAME


def test_a_wrong_passphrase_does_not_go_in(build, settle, qtbot: QtBot):
    entrance = build(FakeDoors(signed={NAME}))
    with qtbot.assertNotEmitted(entrance.entered):
        _sign_in(entrance, "something else entirely")
        settle()
    assert "do not belong together" in entrance.sign_in_page.message.text


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.QA])
def test_who_hears_clips_meets_the_agreement_first(build, settle, role: Role):
    doors = FakeDoors((somebody(role=role),))
    entrance = build(doors)
    _sign_in(entrance)
    settle()
    assert entrance.currentWidget() is entrance.nda_page
    assert doors.agreement.calls == ["shown"]


def test_a_lead_goes_in_without_it_since_no_clip_opens_there(build, qtbot: QtBot):
    entrance = build(FakeDoors((somebody(role=Role.LEAD),)))
    with qtbot.waitSignal(entrance.entered):
        _sign_in(entrance)


def test_signing_goes_in(build, settle, qtbot: QtBot):
    doors = FakeDoors()
    entrance = build(doors)
    _sign_in(entrance)
    settle()
    with qtbot.waitSignal(entrance.entered):
        _sign(entrance, qtbot)
    assert doors.agreement.accepted[0]["typed_name"] == NAME


def test_declining_is_written_down_and_does_not_go_in(build, settle, qtbot: QtBot):
    doors = FakeDoors()
    entrance = build(doors)
    _sign_in(entrance)
    settle()
    with qtbot.waitSignal(entrance.declined), qtbot.assertNotEmitted(entrance.entered):
        entrance.nda_page.decline.click()
    assert doors.agreement.calls == ["shown", "decline"]


def test_a_first_sign_in_ends_at_sign_in_with_the_name_filled_in(build, settle):
    doors = FakeDoors((somebody("Lee"),), invited=(somebody("Ben Okafor"),))
    entrance = build(doors)
    entrance.sign_in_page.enrol_button.click()
    page = entrance.enrol_page
    page.name.setText("Ben Okafor")
    page.code.setText(CODE)
    page.passphrase.setText(PASSPHRASE)
    page.again.setText(PASSPHRASE)
    page.button.click()
    settle()
    assert entrance.currentWidget() is entrance.sign_in_page
    assert entrance.sign_in_page.name.text() == "Ben Okafor"
    assert page.passphrase.text() == ""


def test_a_wrong_code_stays_on_its_page(build, settle):
    entrance = build(FakeDoors())
    entrance.sign_in_page.enrol_button.click()
    page = entrance.enrol_page
    page.name.setText("Ben Okafor")
    page.code.setText("WRONG")
    page.passphrase.setText(PASSPHRASE)
    page.again.setText(PASSPHRASE)
    page.button.click()
    settle()
    assert entrance.currentWidget() is page
    assert page.message.text


def test_when_the_agreement_cannot_be_read_the_person_is_signed_out_again(build, settle, monkeypatch):
    doors = FakeDoors()

    def broken(_identity: object) -> bool:
        raise Unavailable("The agreement cannot be read.")

    monkeypatch.setattr(doors.agreement, "is_live", broken)
    entrance = build(doors)
    _sign_in(entrance)
    settle()
    assert doors.sign_in.calls == ["sign_in", "sign_out"]
    assert "cannot be read" in entrance.sign_in_page.message.text
    assert entrance.identity is None


def test_a_shut_door_holds_no_identity(build, settle):
    entrance = build(FakeDoors())
    _sign_in(entrance)
    settle()
    assert entrance.identity is not None
    entrance.close_door()
    assert entrance.identity is None
    assert entrance.currentWidget() is entrance.sign_in_page
