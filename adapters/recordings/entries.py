"""The rows of a recording, made in the thread that writes of what the event loop has handed over."""

from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from adapters.recordings.calls import ClipMade, DeliveryGiven
from adapters.recordings.format import CONNECT, DISCONNECT, Direction, Row
from adapters.recordings.redaction import (
    mask,
    redact_marks,
    redact_payload,
    without_secrets,
    without_shapes,
)
from protocol.audioformat import AudioFormat, parse_input, sniff
from protocol.connecting import Auth
from protocol.messages import AudioDelta, Names
from protocol.mouth import ResponseMouth

_MS_DIGITS = 3


class Entry(NamedTuple):
    """What is handed over: the parts of a row, none of which anybody changes. `seconds`: how long its sound plays.

    `named`: of a chunk, what its Sender says that it is.
    """

    t: float
    dir: Direction
    event: str
    member: int | tuple[int, ...] = ()
    payload: object = UNSET
    sound: bytes = b""
    seconds: float | None = None
    ack: int | None = None
    turn: int | None = None
    named: str = ""


class RowMaker:
    """Makes the rows of one recording; with `words` False every text in them is masked. `names`: those on the wire."""

    def __init__(self, names: Names, *, words: bool) -> None:
        self._words = words
        self._known = {*names.documented, CONNECT, DISCONNECT}
        self._ends = {wire for wire, documented in names.documented.items() if documented in _ENDS}
        self._is_file = False

    def row(self, entry: Entry) -> Row:
        """The row of an entry; where its sound is, is not known here."""
        event = entry.event
        if not self._words and entry.dir == "in" and event not in self._known:
            event = mask(event)  # a client may call its event what it likes
        seconds = self._seconds(entry)
        return Row(
            t=round(entry.t, 6),
            dir=entry.dir,
            member=entry.member,
            event=event,
            payload=self._payload(entry),
            audio_ms=UNSET if seconds is None else round(seconds * 1000, _MS_DIGITS),
            ack=_given(entry.ack),
            turn=_given(entry.turn),
        )

    def _payload(self, entry: Entry) -> Any:
        payload = entry.payload
        if payload is UNSET:
            return UNSET
        if not isinstance(payload, msgspec.Struct):  # as a client sent it
            plain = without_secrets(payload)
            return plain if self._words else redact_payload(plain, of_client=True)
        if isinstance(payload, AudioDelta):
            payload = replace(payload, audio="")
        if not self._words and isinstance(payload, ClipMade | DeliveryGiven):
            payload = replace(payload, marks=redact_marks(payload.marks))
        built = msgspec.to_builtins(payload)
        if isinstance(payload, AudioDelta):
            del built["audio"]
        if self._words or isinstance(payload, Auth):
            return built
        if isinstance(payload, ResponseMouth):
            built = without_shapes(built)
        marks = built.pop("marks", None)
        redacted = redact_payload(built, of_client=False)
        return redacted if marks is None else {**redacted, "marks": marks}

    def _seconds(self, entry: Entry) -> float | None:
        """How long the entry's sound plays, None where that is not known: only raw samples tell it."""
        if entry.named:
            self._is_file = self._is_file or sniff(entry.sound[:16]) is not None
            return None if self._is_file else _length(_parsed(entry.named), entry.sound)
        if entry.event in self._ends:
            self._is_file = False
        if isinstance(entry.payload, ClipMade | DeliveryGiven):
            return _length(_parsed(entry.payload.format), entry.sound)
        return entry.seconds


_ENDS = ("input.buffer.commit", "input.buffer.clear")


def _given(number: int | None) -> int | UnsetType:
    return UNSET if number is None else number


@lru_cache(64)
def _parsed(named: str) -> AudioFormat | None:
    try:
        return parse_input(named)
    except ValueError:
        return None


def _length(format_: AudioFormat | None, sound: bytes) -> float | None:
    return len(sound) / 2 / format_.rate if format_ is not None and format_.rate else None
