"""Nobody approves their own text: not a lead, not somebody who was QA before, not under another name."""

import pytest

from reviewer.errors import NotAllowed, Refused, ReviewerError
from reviewer.model.people import Role
from reviewer.model.task import VerdictKind
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, QUINN, Bench

NEW = "another long passphrase"


def test_a_lead_neither_transcribes_nor_reviews(bench: Bench) -> None:
    bench.agree(LEAD, ANA)
    bench.submitted(ANA, "words")
    lead = bench.person(LEAD)
    for act in (lead.desk.work.claim, lead.qa.work.claim):
        with pytest.raises(ReviewerError):
            act()
    with pytest.raises(NotAllowed):
        bench.person(ANA).qa.draw()


def test_a_name_is_never_given_out_again_in_another_role(bench: Bench) -> None:
    """So an author cannot come back as the QA person, or the lead, of their own text."""
    bench.agree(ANA)
    bench.submitted(ANA, "words")
    lead = bench.person(LEAD).lead
    with pytest.raises(Refused, match="NAME_TAKEN"):
        lead.add_person(ANA, Role.QA)
    lead.revoke(ANA)
    for name in (ANA, ANA.upper(), ANA.replace("a", "\u0430")):
        with pytest.raises(Refused, match=r"NAME_TAKEN|NAME_LOOKS_ALIKE"):
            lead.add_person(name, Role.QA)


def test_a_new_code_keeps_the_role(bench: Bench) -> None:
    code = bench.person(LEAD).lead.issue_code(ANA).code
    assert bench.workspace.enrol(ANA, code, NEW).role is Role.CONTRACTOR


@pytest.mark.parametrize("role", [Role.QA, Role.LEAD])
def test_a_role_that_was_changed_in_the_file_opens_nothing(bench: Bench, role: Role) -> None:
    identity = bench.person(ANA).identity
    with bench.database() as database:
        database.execute("UPDATE person SET role = ? WHERE name = ?", (role.value, ANA))
    with pytest.raises(Refused, match="ACCOUNT_CHANGED"):
        bench.workspace.sessions.require(identity)
    with pytest.raises(Refused, match="WRONG_PASSPHRASE"):
        bench.workspace.sign_in(ANA, PASSPHRASE)


def test_an_author_who_became_qa_by_an_edit_and_a_code_gets_no_review_of_their_own_text(bench: Bench) -> None:
    """The queue knows authors by their ids, which a new code keeps, whatever the role."""
    bench.agree(ANA, QUINN)
    bench.submitted(ANA, "words")
    with bench.database() as database:
        database.execute("UPDATE person SET role = 'qa' WHERE name = ?", (ANA,))
    code = bench.person(LEAD).lead.issue_code(ANA).code
    bench.signed_in.pop(ANA)
    bench.workspace.enrol(ANA, code, PASSPHRASE)
    bench.agree(ANA)
    bench.person(ANA).qa.draw()
    assert bench.work(ANA).claim() is None
    assert bench.reviewed(QUINN, "words", VerdictKind.ACCEPTED)
