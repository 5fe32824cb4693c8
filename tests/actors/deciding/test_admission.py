"""Which session and which role a grant lets a socket have."""

import pytest

from actors.deciding.admission import check_owner, check_role, choose_session
from actors.ports.access import AccessRefused, Grant
from protocol.connecting import Role

ONE, OTHER = "0b5c7a4e-9d0f-4b7c-8a5e-1f0a3c7e2b10", "7f3e2d1c-5b4a-4c3d-9e8f-0a1b2c3d4e5f"
FOR_ONE, FOR_BOTH = Grant("ann", sessions=frozenset([ONE])), Grant("ann", sessions=frozenset([ONE, OTHER]))


@pytest.mark.parametrize("role", ["sender", "receiver", "both"])
@pytest.mark.parametrize("granted", [None, "both"])
def test_a_grant_of_both_and_of_none_is_for_each_role(granted: Role | None, role: Role) -> None:
    check_role(Grant("ann", role=granted), role)


@pytest.mark.parametrize(("granted", "role"), [("sender", "receiver"), ("sender", "both"), ("receiver", "sender")])
def test_a_grant_of_one_role_is_for_no_other(granted: Role, role: Role) -> None:
    check_role(Grant("ann", role=granted), granted)
    with pytest.raises(AccessRefused, match=f"for the role {granted}, and {role} came") as refused:
        check_role(Grant("ann", role=granted), role)
    assert refused.value.status == 403


def test_a_grant_without_sessions_takes_what_is_asked_for() -> None:
    assert choose_session(Grant("ann"), ONE) == ONE
    assert choose_session(Grant("ann"), "") == ""


def test_a_grant_of_one_session_is_for_that_one() -> None:
    assert choose_session(FOR_ONE, ONE) == choose_session(FOR_ONE, "") == ONE
    with pytest.raises(AccessRefused, match="for other sessions"):
        choose_session(FOR_ONE, OTHER)


def test_a_grant_of_several_has_to_be_told_which() -> None:
    assert choose_session(FOR_BOTH, OTHER) == OTHER
    with pytest.raises(AccessRefused, match="say which one as sessionId") as refused:
        choose_session(FOR_BOTH, "")
    assert refused.value.status == 403


def test_a_session_is_for_its_subject_the_operator_and_who_is_named_to_it() -> None:
    for grant in (Grant("ann"), Grant("operator", is_operator=True), Grant("bob", sessions=frozenset([ONE]))):
        check_owner(grant, "ann")
    with pytest.raises(AccessRefused, match="somebody else's") as refused:
        check_owner(Grant("bob"), "ann")
    assert refused.value.status == 403
