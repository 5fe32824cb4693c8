"""The token that an HTTP request shows: as `Authorization: Bearer` (RFC 6750, section 2.1), or as `?token=`."""

from actors.ports.access import AccessRefused, Doorkeeper
from adapters.wire.heads import Request
from adapters.wire.http import Response, json_response
from adapters.wire.routes import Page, Resource
from protocol.errors import RefusalStatus

KEY = "token"
_BLANKS = " \t"  # those of RFC 9110: the last byte of "à" in UTF-8 is a blank in Latin-1
NO_STORE = ("Cache-Control", "no-store")
CHALLENGE = (("WWW-Authenticate", "Bearer"),)


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


def shown(request: Request) -> tuple[str, str]:
    """The tokens that the request shows; "" for none."""
    return bearer(request), request.query.get(KEY, "")


def refusal(refused: AccessRefused, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """The answer to a request that may not, with `headers`."""
    asked = CHALLENGE if refused.status is RefusalStatus.BAD_TOKEN else ()
    return json_response(refused.status, {"message": str(refused)}, (*asked, NO_STORE, *headers))


def guarded(page: Page, doorkeeper: Doorkeeper, headers: tuple[tuple[str, str], ...] = ()) -> Resource:
    """The page for requests that show the operator's token; others are answered 401 or 403, with `headers`."""

    async def answer(request: Request, body: bytes) -> Response:
        try:
            await doorkeeper.admit_operator(shown(request))
        except AccessRefused as refused:
            return refusal(refused, headers)
        return page(request)

    return Resource(answer)
