"""How much text one request to a synthesiser may have, in the provider's own unit."""

from collections.abc import Callable

import msgspec

from actors.ports.synthesis import Speech


class Limit(msgspec.Struct, frozen=True):
    """A request may have at most `most` of what `weigh` counts in a text, in the provider's own unit.

    What a text weighs is the sum of what its parts weigh.
    """

    most: int
    weigh: Callable[[str], int]


def characters(most: int) -> Callable[[Speech], Limit]:
    """The same number of characters (code points) for every call."""
    limit = Limit(most, len)
    return lambda _: limit


def octets(text: str) -> int:
    """The bytes of a text in UTF-8."""
    return len(text.encode("utf-8", "replace"))
