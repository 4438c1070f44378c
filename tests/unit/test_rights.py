"""Each role may do its own work, and no more."""

import pytest

from reviewer.access.rights import Act, may, require
from reviewer.errors import NotAllowed
from reviewer.model.people import PersonState, Role
from tests.factories import a_person

ALLOWED = {
    Role.CONTRACTOR: {Act.CLAIM, Act.TRANSCRIBE},
    Role.QA: {Act.REVIEW, Act.DRAW, Act.REDACT},
    Role.LEAD: {
        Act.DRAW,
        Act.IMPORT,
        Act.EXPORT,
        Act.MANAGE_PEOPLE,
        Act.MANAGE_QUEUE,
        Act.SEE_PROGRESS,
        Act.READ_LOG,
        Act.MAKE_CHECKPOINT,
        Act.PURGE,
        Act.BACK_UP,
        Act.CHANGE_POLICY,
        Act.REDACT,
        Act.DECIDE_HELD,
        Act.DECIDE_LATE,
        Act.LISTEN,
    },
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", Act)
def test_the_table_of_rights_is_this_one(role: Role, act: Act) -> None:
    assert may(a_person(role=role), act) == (act in ALLOWED[role])


@pytest.mark.parametrize("state", [PersonState.INVITED, PersonState.REVOKED])
@pytest.mark.parametrize("act", Act)
def test_an_account_that_is_not_active_may_do_nothing(state: PersonState, act: Act) -> None:
    assert not any(may(a_person(role=role, state=state), act) for role in Role)


def test_require_lets_pass_what_is_allowed_and_refuses_everything_else() -> None:
    require(a_person(role=Role.QA), Act.REVIEW)
    with pytest.raises(NotAllowed):
        require(a_person(role=Role.CONTRACTOR), Act.EXPORT)
