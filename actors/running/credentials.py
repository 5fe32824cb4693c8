"""The server's token: the one rule by which every entry point checks a token that a client shows, and its messages.

A token is shown as `Authorization: Bearer`, as `?token=`, or, in Socket.IO's CONNECT, as `auth.token`; HTTP requests
have no `auth`. `auth.token` goes before `?token=`, as with every key of the handshake. A client that shows a token in
the header and another one elsewhere is let in where either is right.
"""

import hmac
from collections.abc import Iterable

MISSING = (
    "this server asks for a token, and none came: give it as `token` in auth or in the query, "
    "or as Authorization: Bearer"
)
WRONG = "the token that came is not this server's; its operator knows the right one"


def find_fault(shown: Iterable[str], token: str) -> str | None:
    """Why none of the tokens that were `shown` is the server's `token`; None where one is. "" in `shown` is no token.

    How long this takes tells nothing of how much of a token is right. A server whose `token` is "" has to be asked
    about before: nothing is right for it.
    """
    given = [one for one in shown if one]
    compared = [hmac.compare_digest(_encoded(one), _encoded(token)) for one in given]
    if any(compared):
        return None
    return WRONG if given else MISSING


def _encoded(token: str) -> bytes:
    return token.encode(errors="surrogatepass")  # JSON can hold half of a surrogate pair
