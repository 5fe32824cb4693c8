"""Which session and which role a grant lets a socket have."""

from actors.ports.access import AccessRefused, Grant
from protocol.connecting import Role
from protocol.errors import RefusalStatus

_ELSE = "this session is somebody else's: join with a token of who began it, or with one that names it in `sid`"
_NOT_NAMED = "the token is for other sessions than this one; leave sessionId out, or ask for a token with it in `sid`"
_SEVERAL = "the token is for several sessions; say which one as sessionId"


def check_role(grant: Grant, role: Role) -> None:
    """Raises AccessRefused (403) where the grant is for another role; one for `both` is for each."""
    if grant.role not in (None, "both", role):
        raise AccessRefused(
            RefusalStatus.NOT_YOURS, f"the token is for the role {grant.role}, and {role} came; connect as {grant.role}"
        )


def choose_session(grant: Grant, asked: str) -> str:
    """The session to join, `asked` or the only one of the grant; "" for a new one. Raises AccessRefused (403)."""
    if grant.sessions is None or asked in grant.sessions:
        return asked
    if asked:
        raise AccessRefused(RefusalStatus.NOT_YOURS, _NOT_NAMED)
    if len(grant.sessions) != 1:
        raise AccessRefused(RefusalStatus.NOT_YOURS, _SEVERAL)
    (only,) = grant.sessions
    return only


def check_owner(grant: Grant, subject: str) -> None:
    """Raises AccessRefused (403) where a session that `subject` began is none of the grant's.

    A grant that names its sessions has been checked by `choose_session`.
    """
    if grant.sessions is None and not grant.is_operator and grant.subject != subject:
        raise AccessRefused(RefusalStatus.NOT_YOURS, _ELSE)
