"""Who gets in, past which pages."""

import pytest
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.model.people import Role
from reviewer.ui.jobs import Jobs
from reviewer.ui.signin.enrol_page import EnrolPage
from reviewer.ui.signin.signin_flow import SignInFlow
from tests.benches.agreement import SIGNER, sign
from tests.fakes.workspace_gateway import CODE, PASSPHRASE, FakeWorkspaceGateway, somebody


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
    page.name.setText(SIGNER)
    page.passphrase.setText(passphrase)
    page.button.click()


def _enrol(sign_in_flow: SignInFlow, code: str, settle) -> EnrolPage:
    sign_in_flow.sign_in_page.enrol_button.click()
    page = sign_in_flow.enrol_page
    page.name.setText("Ben Okafor")
    page.code.setText(code)
    page.passphrase.setText(PASSPHRASE)
    page.again.setText(PASSPHRASE)
    page.button.click()
    settle()
    return page


@pytest.mark.parametrize(
    "gateway",
    [
        FakeWorkspaceGateway(signed={SIGNER}),
        FakeWorkspaceGateway((somebody(role=Role.LEAD),)),
    ],
    ids=["who has signed", "a lead, since no clip opens there"],
)
def test_some_go_straight_in(build, qtbot: QtBot, gateway: FakeWorkspaceGateway):
    sign_in_flow = build(gateway)
    with qtbot.waitSignal(sign_in_flow.entered) as entered:
        _sign_in(sign_in_flow)
    assert entered.args[0].person.name == SIGNER


def test_a_wrong_passphrase_does_not_go_in(build, settle, qtbot: QtBot):
    sign_in_flow = build(FakeWorkspaceGateway(signed={SIGNER}))
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


def test_signing_the_agreement_opens_the_workspace(build, settle, qtbot: QtBot):
    gateway = FakeWorkspaceGateway()
    sign_in_flow = build(gateway)
    _sign_in(sign_in_flow)
    settle()
    with qtbot.waitSignal(sign_in_flow.entered):
        sign(sign_in_flow.nda_page, qtbot)
    assert gateway.agreement.accepted[0]["typed_name"] == SIGNER


def test_declining_is_written_down_and_does_not_go_in(build, settle, qtbot: QtBot):
    gateway = FakeWorkspaceGateway()
    sign_in_flow = build(gateway)
    _sign_in(sign_in_flow)
    settle()
    with qtbot.waitSignal(sign_in_flow.declined), qtbot.assertNotEmitted(sign_in_flow.entered):
        sign_in_flow.nda_page.decline.click()
    assert gateway.agreement.calls == ["shown", "decline"]


def test_a_first_sign_in_ends_at_sign_in_with_the_name_filled_in(build, settle):
    sign_in_flow = build(FakeWorkspaceGateway((somebody("Lee"),), invited=(somebody("Ben Okafor"),)))
    page = _enrol(sign_in_flow, CODE, settle)
    assert sign_in_flow.currentWidget() is sign_in_flow.sign_in_page
    assert sign_in_flow.sign_in_page.name.text() == "Ben Okafor"
    assert page.passphrase.text() == ""


def test_a_wrong_code_stays_on_its_page(build, settle):
    sign_in_flow = build(FakeWorkspaceGateway())
    page = _enrol(sign_in_flow, "WRONG", settle)
    assert sign_in_flow.currentWidget() is page
    assert page.message.text


def test_when_the_agreement_cannot_be_read_the_person_is_signed_out_again(build, settle):
    gateway = FakeWorkspaceGateway()
    gateway.agreement.fails_with = Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")
    sign_in_flow = build(gateway)
    _sign_in(sign_in_flow)
    settle()
    assert gateway.sign_in.calls == ["sign_in", "sign_out"]
    assert "could not be read" in sign_in_flow.sign_in_page.message.text
    assert sign_in_flow.identity is None


def test_a_shut_door_holds_no_identity(build, settle):
    sign_in_flow = build(FakeWorkspaceGateway())
    _sign_in(sign_in_flow)
    settle()
    assert sign_in_flow.identity is not None
    sign_in_flow.show_sign_in()
    assert sign_in_flow.identity is None
    assert sign_in_flow.currentWidget() is sign_in_flow.sign_in_page
