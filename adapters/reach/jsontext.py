"""JSON as providers send it: with halves of characters, invalid numbers, and null in place of a value."""

import json
from collections.abc import Mapping
from contextlib import suppress

import msgspec

from protocol.jsonbounds import excess
from protocol.jsontext import has_many_exponents

MOST_VALUES, MOST_NESTING = 50_000, 200
"""Strings, arrays and objects of one text, and how deep they are: for more the event loop would be held up."""


def parsed(data: str | bytes) -> object:
    """The value of a JSON text. Raises ValueError, also where it holds more than anybody's answer.

    What RFC 8259 lets a strict reader refuse is taken: half a surrogate pair (8.2), which stays in the text as it is,
    NaN and Infinity.
    """
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    if too_much := excess(text, MOST_VALUES, MOST_NESTING, numbers=True):
        raise ValueError(f"what is no JSON of an answer: {too_much}")
    if not has_many_exponents(text):
        with suppress(msgspec.DecodeError, RecursionError):
            return msgspec.json.decode(data)
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("what is no JSON") from None
    return value


def fields(value: object) -> Mapping[str, object]:
    """The fields of an object; none where it is something else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """The items of an array; none where it is something else."""
    return value if isinstance(value, list) else []


def words(value: object) -> str:
    """The text; "" where it is something else."""
    return value if isinstance(value, str) else ""


class Halves:
    """Joins the halves of a character (a surrogate pair) that come in two pieces of a text.

    A half that stays alone becomes U+FFFD.
    """

    def __init__(self) -> None:
        self._first = ""

    def joined(self, piece: str) -> str:
        """The piece, with what was kept of the one before; the first half of a character at its end is kept."""
        if not piece:
            return ""
        piece, self._first = self._first + piece, ""
        if "\ud800" <= piece[-1] <= "\udbff":
            piece, self._first = piece[:-1], piece[-1]
        return whole(piece)

    def rest(self) -> str:
        """The text is over: what stands for a half that was kept."""
        first, self._first = self._first, ""
        return whole(first)


def whole(text: str) -> str:
    """`text` with pairs of surrogates joined, and U+FFFD for each half that is alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
