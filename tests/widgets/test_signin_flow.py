"""Who gets in, past which pages."""

import pytest
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.model.people import Role
from reviewer.ui.jobs import Jobs
from reviewer.ui.signin.signin_flow import SignInFlow
from tests.fakes.workspace_gateway import CODE, PASSPHRASE, FakeWorkspaceGateway, somebody

NAME = "Ana Kowalska"


@pytest.fixture
def build(themed, qtbot: QtBot, jobs: Jobs):
    def make(gateway: FakeWorkspaceGateway) -> SignInFlow:
        made = SignInFlow(gateway, jobs)
        qtbot.addWidget(made)
        made.resize(1280, 800)
        made.show()
        return made

    return make


def _sign_in(sign_in_flow: SignInFlow, passphrase: str = PASSPHRASE) -> None:
    page = sign_in_flow.sign_in_page
    page.name.setText(NAME)
    page.passphrase.setText(passphrase)
    page.button.click()


def _sign(sign_in_flow: SignInFlow, qtbot: QtBot) -> None:
    page = sign_in_flow.nda_page
    with qtbot.waitSignal(page.view.end_reached):
        bar = page.view.verticalScrollBar()
        bar.setValue(bar.maximum())
    page.tick.setChecked(True)
    page.name.setText(NAME)
    page.passphrase.setText(PASSPHRASE)
    qtbot.waitUntil(page.agree.isEnabled)
    page.agree.click()


def test_who_has_signed_goes_straight_in(build, qtbot: QtBot):
    sign_in_flow = build(FakeWorkspaceGateway(signed={NAME}))
    with qtbot.waitSignal(sign_in_flow.entered) as entered:
        _sign_in(sign_in_flow)
    assert entered.args[0].person.name == NAME


def test_a_wrong_passphrase_does_not_go_in(build, settle, qtbot: QtBot):
    sign_in_flow = build(FakeWorkspaceGateway(signed={NAME}))
    with qtbot.assertNotEmitted(sign_in_flow.entered):
        _sign_in(sign_in_flow, "something else entirely")
        settle()
    assert "do not belong together" in sign_in_flow.sign_in_page.message.text


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.QA])
def test_who_hears_clips_meets_the_agreement_first(build, settle, role: Role):
    gateway = FakeWorkspaceGateway((somebody(role=role),))
    sign_in_flow = build(gateway)
    _sign_in(sign_in_flow)
    settle()
    assert sign_in_flow.currentWidget() is sign_in_flow.nda_page
    assert gateway.agreement.calls == ["shown"]


def test_a_lead_goes_in_without_it_since_no_clip_opens_there(build, qtbot: QtBot):
    sign_in_flow = build(FakeWorkspaceGateway((somebody(role=Role.LEAD),)))
    with qtbot.waitSignal(sign_in_flow.entered):
        _sign_in(sign_in_flow)


def test_signing_goes_in(build, settle, qtbot: QtBot):
    gateway = FakeWorkspaceGateway()
    sign_in_flow = build(gateway)
    _sign_in(sign_in_flow)
    settle()
    with qtbot.waitSignal(sign_in_flow.entered):
        _sign(sign_in_flow, qtbot)
    assert gateway.agreement.accepted[0]["typed_name"] == NAME


def test_declining_is_written_down_and_does_not_go_in(build, settle, qtbot: QtBot):
    gateway = FakeWorkspaceGateway()
    sign_in_flow = build(gateway)
    _sign_in(sign_in_flow)
    settle()
    with qtbot.waitSignal(sign_in_flow.declined), qtbot.assertNotEmitted(sign_in_flow.entered):
        sign_in_flow.nda_page.decline.click()
    assert gateway.agreement.calls == ["shown", "decline"]


def test_a_first_sign_in_ends_at_sign_in_with_the_name_filled_in(build, settle):
    gateway = FakeWorkspaceGateway((somebody("Lee"),), invited=(somebody("Ben Okafor"),))
    sign_in_flow = build(gateway)
    sign_in_flow.sign_in_page.enrol_button.click()
    page = sign_in_flow.enrol_page
    page.name.setText("Ben Okafor")
    page.code.setText(CODE)
    page.passphrase.setText(PASSPHRASE)
    page.again.setText(PASSPHRASE)
    page.button.click()
    settle()
    assert sign_in_flow.currentWidget() is sign_in_flow.sign_in_page
    assert sign_in_flow.sign_in_page.name.text() == "Ben Okafor"
    assert page.passphrase.text() == ""


def test_a_wrong_code_stays_on_its_page(build, settle):
    sign_in_flow = build(FakeWorkspaceGateway())
    sign_in_flow.sign_in_page.enrol_button.click()
    page = sign_in_flow.enrol_page
    page.name.setText("Ben Okafor")
    page.code.setText("WRONG")
    page.passphrase.setText(PASSPHRASE)
    page.again.setText(PASSPHRASE)
    page.button.click()
    settle()
    assert sign_in_flow.currentWidget() is page
    assert page.message.text


def test_when_the_agreement_cannot_be_read_the_person_is_signed_out_again(build, settle, monkeypatch):
    gateway = FakeWorkspaceGateway()

    def broken(_identity: object) -> bool:
        raise Unavailable("The agreement cannot be read.")

    monkeypatch.setattr(gateway.agreement, "is_live", broken)
    sign_in_flow = build(gateway)
    _sign_in(sign_in_flow)
    settle()
    assert gateway.sign_in.calls == ["sign_in", "sign_out"]
    assert "cannot be read" in sign_in_flow.sign_in_page.message.text
    assert sign_in_flow.identity is None


def test_a_shut_door_holds_no_identity(build, settle):
    sign_in_flow = build(FakeWorkspaceGateway())
    _sign_in(sign_in_flow)
    settle()
    assert sign_in_flow.identity is not None
    sign_in_flow.show_sign_in()
    assert sign_in_flow.identity is None
    assert sign_in_flow.currentWidget() is sign_in_flow.sign_in_page
