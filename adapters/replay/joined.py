"""The comparison of a replay against a running server: words, states and the sound of parts, whenever they come.

A running server has its own pace. So deltas that follow each other are one text, the pieces of a part are one sound,
and times are not compared; messages keep their order within a lane. Left out is what depends on the pace alone: times
of metrics, words that were told while they were recognised, mouths.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from adapters.recordings.format import DISCONNECT, DROP
from adapters.replay.comparing import CONTEXT, Difference
from adapters.replay.told import METRICS, MOUTH, SOUND, TEXT, WORDS, ToldRow
from protocol.messages import (
    Names,
    ResponseCancelled,
    ResponseStarted,
    SessionJoined,
    TextDelta,
    TranscribeDelta,
)

_LEFT_OUT: Final = frozenset({METRICS, MOUTH, WORDS, DROP})
_OWN: Final = ("sessionId", "recorded", "maxPayload", "token")
"""Keys that are the server's or the session's own."""
_MS: Final = ("audioMs", "idleMs", "delayMs", "level")
"""Keys of what is measured."""
_MEASURED = 250.0
"""ms by which what is measured may differ."""
SHARE, LEAST_MS = 0.2, 250.0
"""How much longer or shorter a part's sound may be: that share of it, or so many ms."""


def join(rows: Iterable[ToldRow], names: Names) -> list[ToldRow]:
    """The rows that are compared, joined; a part's sound stands where its first piece does."""
    return _Joining(names).join(rows)


class _Joining:
    def __init__(self, names: Names) -> None:
        self._started = names.wire[ResponseStarted]
        self._cancelled = names.wire[ResponseCancelled]
        self._delta = names.wire[TextDelta]
        self._partial = names.wire[TranscribeDelta]
        self._turn = 0
        self._made: list[ToldRow] = []
        self._parts: dict[tuple[int, str], int] = {}

    def join(self, rows: Iterable[ToldRow]) -> list[ToldRow]:
        for row in rows:
            if row.lane in _LEFT_OUT or row.event in (self._partial, DISCONNECT):
                continue
            if row.event == self._started:
                self._turn += 1
            if row.event == self._cancelled:
                self._note_cut()
            if row.lane.startswith(SOUND):
                self._add_piece(row)
            elif not self._continues(row):
                self._made.append(row)
        return self._made

    def _continues(self, row: ToldRow) -> bool:
        """Whether it is a delta behind another one, and is joined to that."""
        if row.event != self._delta:
            return False
        at = next((at for at in range(len(self._made) - 1, -1, -1) if self._made[at].lane == TEXT), -1)
        if at < 0 or self._made[at].event != self._delta:
            return False
        before = self._made[at]
        self._made[at] = before._replace(payload={"text": before.payload["text"] + row.payload["text"]})
        return True

    def _add_piece(self, row: ToldRow) -> None:
        key = self._turn, row.lane
        at = self._parts.get(key)
        if at is None:
            if not row.payload["text"] and not row.audio_ms:
                return  # it closes a response, and is no part
            self._parts[key] = len(self._made)
            payload = {"id": row.payload["id"], "text": row.payload["text"], "cut": False}
            self._made.append(row._replace(payload=payload))
        else:
            before = self._made[at]
            self._made[at] = before._replace(audio_ms=(before.audio_ms or 0.0) + (row.audio_ms or 0.0))

    def _note_cut(self) -> None:
        """How much of an answer was sent before it was cut depends on the pace."""
        for (turn, _), at in self._parts.items():
            if turn == self._turn:
                row = self._made[at]
                self._made[at] = row._replace(payload={**row.payload, "cut": True})


def compare_joined(
    recorded: Mapping[int, Sequence[ToldRow]], replayed: Mapping[int, Sequence[ToldRow]], names: Names
) -> Difference | None:
    """The first difference, by the time in the recording; None where there is none."""
    joined = names.wire[SessionJoined]
    found = [
        difference
        for member in sorted({*recorded, *replayed})
        for difference in _differences(
            join(recorded.get(member, ()), names), join(replayed.get(member, ()), names), joined
        )
    ]
    return min(found, key=lambda one: one.t, default=None)


def _differences(expected: list[ToldRow], came: list[ToldRow], joined: str) -> list[Difference]:
    """The first difference of each lane."""
    found = []
    for lane in dict.fromkeys(row.lane for row in (*expected, *came)):
        ones = [row for row in expected if row.lane == lane]
        others = [row for row in came if row.lane == lane]
        for at in range(max(len(ones), len(others))):
            one = ones[at] if at < len(ones) else None
            other = others[at] if at < len(others) else None
            words = _difference(one, other) if one is not None and other is not None else ""
            if one is None or other is None or words:
                found.append(_shown(one, other, expected, words))
                break
    return found


def _shown(one: ToldRow | None, other: ToldRow | None, expected: list[ToldRow], words: str) -> Difference:
    shown = one or other
    assert shown is not None
    at = expected.index(one) if one is not None else len(expected)
    return Difference(shown.t, shown.member, one, other, tuple(expected[max(0, at - CONTEXT) : at]), words)


def _difference(one: ToldRow, other: ToldRow) -> str:
    if one.event != other.event or one.ack != other.ack:
        return "another message"
    if not (isinstance(one.payload, dict) and isinstance(other.payload, dict)):
        return "" if one.payload == other.payload else "another payload"
    for key in dict.fromkeys((*one.payload, *other.payload)):
        if key not in _OWN and not _is_same(key, one.payload.get(key), other.payload.get(key)):
            return f"{key} is another"
    if one.lane.startswith(SOUND) and not one.payload["cut"]:
        length, came = one.audio_ms or 0.0, other.audio_ms or 0.0
        if abs(length - came) > max(LEAST_MS, SHARE * length):
            return f"its sound plays {came:g} ms, and should {length:g} ms"
    return ""


def _is_same(key: str, one: Any, other: Any) -> bool:
    if key in _MS and isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= _MEASURED
    return bool(one == other)
