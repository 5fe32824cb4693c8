"""The token that a request brings: as `Authorization: Bearer` (RFC 6750, section 2.1), or as `?token=`."""

from collections.abc import Mapping

from actors.running.credentials import matches, refusal
from adapters.wire.heads import Request
from adapters.wire.http import Response, json_response

KEY = "token"
HOW = "give it as Authorization: Bearer, or as ?token="
CHALLENGE = (("WWW-Authenticate", "Bearer"), ("Cache-Control", "no-store"))


def bearer(request: Request) -> str:
    """The token of `Authorization: Bearer`, "" where there is none.

    Letters that are not ASCII have no encoding there (RFC 9110, section 5.5): browsers write Latin-1, which is what is
    read, and curl what is typed, which is UTF-8 and hardly ever makes sense as Latin-1.
    """
    scheme, _, given = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer":
        return ""
    try:
        return given.strip().encode("latin-1").decode()
    except UnicodeError:
        return given.strip()


def find_fault(request: Request, token: str, headers: tuple[tuple[str, str], ...] = ()) -> Response | None:
    """The answer, with `headers`, to a request that does not bring the `token`; None where it does."""
    given = bearer(request) or request.query.get(KEY, "")
    if matches(given, token):
        return None
    return json_response(401, {"message": refusal(given, HOW)}, (*CHALLENGE, *headers))


def with_bearer(request: Request, key: str) -> Mapping[str, str]:
    """The query of a handshake, to which the token of `Authorization` adds its `key`; one in the query itself wins."""
    given = bearer(request)
    return {key: given, **request.query} if given else request.query
