"""POST /v1/tokens: the operator's program gets a token for one of its visitors."""

import time

import msgspec

from actors.ports.access import ANYONE, OPERATOR, AccessRefused
from adapters.access.door import Door
from adapters.access.guests import GuestWish
from adapters.access.wording import explain
from adapters.wire.credentials import NO_STORE, refusal, shown
from adapters.wire.heads import Request
from adapters.wire.http import Response, json_response
from adapters.wire.routes import Resource

PATH = "/v1/tokens"
MOST_BYTES = 10_000
_RESERVED = (OPERATOR, ANYONE)
_decoder = msgspec.json.Decoder(GuestWish)


def route(door: Door) -> Resource:
    """The resource: 201 with the token, 400 with the field that is wrong, 401, 403, and 413 for a long body."""

    async def make(request: Request, body: bytes) -> Response:
        try:
            await door.admit_operator(shown(request))
            wish = read_wish(body)
        except AccessRefused as refused:
            return refusal(refused)
        except ValueError as bad:
            return json_response(400, {"message": str(bad)}, (NO_STORE,))
        made = door.credentials.guests.make(wish, time.time())
        return json_response(201, msgspec.to_builtins(made), (NO_STORE,))

    return Resource(make, ("POST",), MOST_BYTES)


def read_wish(body: bytes) -> GuestWish:
    """The wish in a body. Raises ValueError, which names the field and what is wrong with it."""
    try:
        wish = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise ValueError(explain(error, GuestWish)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError('the body is no JSON object, such as {"role": "receiver"}') from None
    if wish.subject in _RESERVED:
        raise ValueError(f"subject: {wish.subject} is a subject of the server's own; choose another name")
    return wish
