"""JSON lines: a body with one JSON value on each line, as sound comes that has its times beside it.

`adapters.reach.sse` reads what language models stream, however it is written. Here a line may hold seconds of sound, so
it is looked at once, and what is no JSON of sound is an error in words.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from actors.ports.pace import Pace
from adapters.reach.contract import Endpoint, ProviderFailed
from adapters.reach.faults import of_words
from adapters.reach.httpclient import HttpAnswer
from adapters.reach.jsontext import parsed

LONGEST = 8_000_000
"""Bytes that a line may have: two minutes of samples at 24 kHz, in base64."""
MOST_QUOTES = 200_000
"""Quotation marks of a line: of its texts there are half as many."""
WORDS = 65_536
"""Bytes of words in place of sound that are read."""
T = TypeVar("T")
Take = Callable[[T], Awaitable[bool]]
"""Takes a value; False where it is none of those that were expected."""


async def each_value(endpoint: Endpoint, answer: HttpAnswer, as_type: type[T], take: Take[T]) -> None:
    """Give each value of the body to `take`, as it comes. Server-sent events are taken for their data.

    Raises ProviderFailed as the body does, for words in place of such a value, and for a line that does not end.
    Cancelling closes the connection.
    """
    rest, pace = bytearray(), Pace()
    async for piece in answer.pieces():
        rest += piece
        if b"\n" in piece:
            *lines, last = rest.split(b"\n")
            rest = bytearray(last)
            for line in lines:
                await pace.spend(1, len(line))
                await _give(endpoint, bytes(line), as_type, take)
        if len(rest) > LONGEST:
            raise ProviderFailed(f"{endpoint.title} sent a line that does not end")
    await _give(endpoint, bytes(rest), as_type, take)


async def _give(endpoint: Endpoint, line: bytes, as_type: type[T], take: Take[T]) -> None:
    data = line.strip().removeprefix(b"data:").strip()
    if not data or data.startswith((b":", b"event:", b"id:", b"retry:")) or data == b"[DONE]":
        return
    if data.count(b'"') > MOST_QUOTES:
        raise ProviderFailed(f"{endpoint.title} sent a line with more in it than anybody's answer")
    try:
        is_expected = await take(_decoded(data, as_type))
    except msgspec.ValidationError:
        is_expected = False
    except ValueError:
        if data.startswith(b"{"):
            raise ProviderFailed(f"{endpoint.title} broke off in the middle of its answer") from None
        is_expected = False
    if not is_expected:
        raise of_words(endpoint, data[:WORDS])


def _decoded(data: bytes, as_type: type[T]) -> T:
    """The value, also where a text in it has half a character, which msgspec does not take. Raises ValueError."""
    try:
        return msgspec.json.decode(data, type=as_type)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, RecursionError):
        return msgspec.convert(parsed(data), as_type)


def tolerant(part: object, as_type: type[T]) -> T | None:
    """A part of a value that the sound does not need; None where it is missing, null, or cannot be read."""
    try:
        return None if part in (msgspec.UNSET, None) else msgspec.convert(part, as_type)
    except msgspec.ValidationError:
        return None
