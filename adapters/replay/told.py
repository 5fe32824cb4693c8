"""What members are told, in a recording and in a replay, in one form: a row for each member and message."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from msgspec import UNSET

from adapters.recordings.format import ACK, DISCONNECT, DROP, Row
from protocol.messages import (
    AudioDelta,
    Metrics,
    Names,
    SessionDraining,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)
from protocol.mouth import ResponseCue, ResponseMouth, ResponseWords

CONTROL, SOUND, TEXT, HEARD, METRICS, CUE, MOUTH, WORDS = (
    "control", "sound", "text", "heard", "metrics", "cue", "mouth", "words"
)  # fmt: skip
_LANES: Final[dict[type, str]] = {
    AudioDelta: SOUND,
    TextDelta: TEXT,
    TextDone: TEXT,
    TranscribeDelta: HEARD,
    TranscribeDone: HEARD,
    Metrics: METRICS,
    ResponseCue: CUE,
    ResponseMouth: MOUTH,
    ResponseWords: WORDS,
}


class ToldRow(NamedTuple):
    """A message to one member, `t` seconds after the session began; `lane`: what it is a part of.

    Messages of one lane have one cause after the other; those of two may change places where they come together.
    `audio_ms`: how long its sound plays, None for a message without sound, or where that is not known.
    """

    t: float
    member: int
    event: str
    payload: Any
    lane: str
    audio_ms: float | None = None
    ack: int | None = None


class Lanes:
    """The lanes of events by their names on the wire."""

    def __init__(self, names: Names) -> None:
        self._of = {names.wire[kind]: lane for kind, lane in _LANES.items()} | {DROP: DROP}

    def of(self, event: str, payload: Any) -> str:
        """The lane of a message; each part's sound has its own."""
        lane = self._of.get(event, CONTROL)
        return f"{lane} {payload['id']}" if lane == SOUND else lane


def tell(rows: Iterable[Row], names: Names) -> dict[int, list[ToldRow]]:
    """What each member was told, in order."""
    lanes = Lanes(names)
    told: dict[int, list[ToldRow]] = {}
    for row in rows:
        if row.dir == "out":
            audio_ms = None if row.audio_ms is UNSET else row.audio_ms
            ack = None if row.ack is UNSET else row.ack
            payload = None if row.payload is UNSET else row.payload
            for member in row.members:
                one = ToldRow(row.t, member, row.event, payload, lanes.of(row.event, payload), audio_ms, ack)
                told.setdefault(member, []).append(one)
    return told


def end_of(rows: Iterable[Row], names: Names) -> tuple[float, str]:
    """Up to when a recording can be replayed, and why no further; "" where that is its end.

    That a server goes down is nobody's message, so what it leads to is not replayed.
    """
    end, draining = 0.0, names.wire[SessionDraining]
    for row in rows:
        if row.dir == "out" and row.event in (draining, DISCONNECT):
            return row.t, "there the server let go of the session"
        end = max(end, row.t)
    return end, ""


def wire_names(renamed: Mapping[str, str]) -> Names:
    """The names in force in a recording. Raises ValueError for one that this version does not know."""
    return Names(dict(renamed))


def is_ack(told: ToldRow) -> bool:
    """Whether it is the answer to an event that asked for one."""
    return told.event == ACK
