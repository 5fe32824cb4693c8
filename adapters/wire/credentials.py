"""The token that an HTTP request shows: as `Authorization: Bearer` (RFC 6750, section 2.1), or as `?token=`."""

from actors.running.credentials import find_fault
from adapters.wire.heads import Request
from adapters.wire.http import Response, json_response

KEY = "token"
_BLANKS = " \t"  # those of RFC 9110: the last byte of "à" in UTF-8 is a blank in Latin-1
CHALLENGE = (("WWW-Authenticate", "Bearer"), ("Cache-Control", "no-store"))


def bearer(request: Request) -> str:
    """The token of `Authorization: Bearer`, "" where there is none.

    Letters that are not ASCII have no encoding there (RFC 9110, section 5.5): browsers write Latin-1, which is what is
    read, and curl what is typed, which is UTF-8 and hardly ever makes sense as Latin-1.
    """
    scheme, _, given = request.headers.get("authorization", "").strip(_BLANKS).partition(" ")
    if scheme.lower() != "bearer":
        return ""
    given = given.strip(_BLANKS)
    try:
        return given.encode("latin-1").decode()
    except UnicodeError:
        return given


def challenge(request: Request, token: str, headers: tuple[tuple[str, str], ...] = ()) -> Response | None:
    """The answer 401, with `headers`, to a request that does not show the server's `token`; None where it does."""
    fault = find_fault((bearer(request), request.query.get(KEY, "")), token)
    return None if fault is None else json_response(401, {"message": fault}, (*CHALLENGE, *headers))
