"""A replay's result in words: the first difference with the rows before it, or that there is none."""

from collections.abc import Iterator

import msgspec

from adapters.replay.comparing import Difference
from adapters.replay.recordedcalls import CallDifference
from adapters.replay.told import ToldRow
from protocol.printable import printable

_MOST = 400
"""Letters of a payload that are shown."""


def show_difference(difference: Difference, role: str) -> Iterator[str]:
    """The first difference, line by line; `role` is the member's."""
    why = f": {difference.words}" if difference.words else ""
    yield f"the first difference is at {difference.t:.3f} s, for member {difference.member} ({role}){why}"
    for row in difference.before:
        yield f"            {show(row)}"
    yield f"  expected  {show(difference.expected)}"
    yield f"  came      {show(difference.came)}"


def show_call(difference: CallDifference) -> str:
    """What an engine was asked otherwise."""
    return printable(f"the first difference is at {difference.t:.3f} s: {difference.words}")


def show(row: ToldRow | None) -> str:
    """A row in one line."""
    if row is None:
        return "nothing"
    payload = "" if row.payload is None else msgspec.json.encode(row.payload).decode()
    payload = f"{payload[:_MOST]}…" if len(payload) > _MOST else payload
    sound = "" if row.audio_ms is None else f"{row.audio_ms:g} ms of sound"
    ack = "" if row.ack is None else f"ack {row.ack}"
    return printable("  ".join(filter(None, (f"{row.t:8.3f} s", row.event, payload, sound, ack))))
