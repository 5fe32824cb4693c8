"""The doorkeeper of a server: every entry point has it judge the tokens that a client shows.

A token is shown as `Authorization: Bearer`, as `?token=`, or, in Socket.IO's CONNECT, as `auth.token`; HTTP requests
have no `auth`. `auth.token` goes before `?token=`, as with every key of the handshake. A client that shows a token in
the header and another one elsewhere is let in where either is right.
"""

import hmac
from collections.abc import Sequence

from actors.ports.access import ANYONE, OPERATOR, AccessRefused, Grant
from adapters.settings.section import Secret, Section
from protocol.errors import RefusalStatus

MISSING = (
    "this server asks for a token, and none came: give it as `token` in auth or in the query, "
    "or as Authorization: Bearer"
)
WRONG = "the token that came is not this server's; its operator knows the right one"


class Credentials(Section, frozen=True):
    """What the doorkeeper knows: the operator's token, and whether who shows none is let in (`is_open`)."""

    operator: Secret
    is_open: bool = False


class Door:
    """Judges tokens by its `credentials`, which may be replaced while the server runs."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    async def admit(self, shown: Sequence[str]) -> Grant:
        """What the tokens grant. Raises AccessRefused. Cancelling changes nothing."""
        if self.credentials.is_open:
            return Grant(ANYONE)
        return self._judge(shown)

    async def admit_operator(self, shown: Sequence[str]) -> Grant:
        """The operator's grant. Raises AccessRefused. Cancelling changes nothing."""
        return self._judge(shown)

    def _judge(self, shown: Sequence[str]) -> Grant:
        given = [one for one in shown if one]
        same = [_is_same(one, self.credentials.operator) for one in given]  # each, however early one is right
        if any(same):
            return Grant(OPERATOR, is_operator=True)
        raise AccessRefused(RefusalStatus.BAD_TOKEN, WRONG if given else MISSING)


def _is_same(given: str, token: str) -> bool:
    """Whether they are the same; how long this takes tells nothing of how much of a token is right."""
    return hmac.compare_digest(_encoded(given), _encoded(token))


def _encoded(token: str) -> bytes:
    return token.encode(errors="surrogatepass")  # JSON can hold half of a surrogate pair
