"""The comparison of a replay in virtual time with its recording, up to the first difference.

For each member the messages are the recorded ones, in the recorded order, at the recorded times to a tolerance. Two
things differ by nature between a real run and a replay of it. A step of a session takes time in a real run and none
here, and so does the loop between two steps. So two messages of different lanes, which have different causes, may
change places where the recording has them together. They may not where the replay has them at one moment: then they
have one cause, and their order is the session's own.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from adapters.replay.told import HEARD, METRICS, MOUTH, WORDS, ToldRow

CONTEXT = 3
"""Rows of the recording that are shown before a difference."""
_SOUND_MS = 1.0
"""ms by which the length of a piece may differ: files round it."""
_SAME = 1e-9
_DETECTED_MS = 150.0
"""ms by which the detector goes on behind the sound of speech, and some."""


class Difference(msgspec.Struct, frozen=True):
    """The first place at which a member is told something else: `expected` None: nothing any more; `came` likewise.

    `before`: the recorded rows before it. `words`: what is different, where the rows do not show it.
    """

    t: float
    member: int
    expected: ToldRow | None
    came: ToldRow | None
    before: tuple[ToldRow, ...] = ()
    words: str = ""


class Strictness(msgspec.Struct, frozen=True):
    """How much may differ: `seconds` of time; with `words` False the languages that were told by words are left out.
    With `sound` False, where an utterance ended may differ: that is found in its sound.

    `end`: what comes from here on, in seconds, is not missed and not wondered at.
    """

    seconds: float = 0.25
    words: bool = True
    sound: bool = True
    end: float = math.inf


def compare(
    recorded: Mapping[int, Sequence[ToldRow]], replayed: Mapping[int, Sequence[ToldRow]], strictness: Strictness
) -> Difference | None:
    """The first difference in time; None where there is none."""
    members = sorted({*recorded, *replayed})
    found = [
        difference
        for member in members
        if (difference := _Comparison(recorded.get(member, ()), replayed.get(member, ()), strictness).run(member))
    ]
    return min(found, key=lambda one: one.t, default=None)


def is_compared(told: ToldRow) -> bool:
    """Whether a row is compared by itself; the mouth is compared part by part."""
    return told.lane not in (MOUTH, WORDS)


class _Comparison:
    """The comparison for one member."""

    def __init__(self, recorded: Sequence[ToldRow], replayed: Sequence[ToldRow], strictness: Strictness) -> None:
        self._expected = [row for row in recorded if is_compared(row) and row.t <= strictness.end]
        self._actual = [row for row in replayed if is_compared(row)]
        self._strictness = strictness
        self._is_taken = [False] * len(self._actual)
        self._first = 0
        """The first row that came and is not taken."""
        self._coming: dict[str, deque[int]] = {}
        self._to_come: dict[str, deque[int]] = {}
        for rows, lanes in ((self._actual, self._coming), (self._expected, self._to_come)):
            for at, row in enumerate(rows):
                lanes.setdefault(row.lane, deque()).append(at)

    def run(self, member: int) -> Difference | None:
        for at, expected in enumerate(self._expected):
            self._to_come[expected.lane].popleft()
            if (found := self._match(at, expected)) is not None:
                return found
        for at in range(self._first, len(self._actual)):
            row = self._actual[at]
            if not self._is_taken[at] and row.t < self._strictness.end - self._strictness.seconds:
                return self._difference(len(self._expected), None, row)
        return None

    def _match(self, at: int, expected: ToldRow) -> Difference | None:
        coming = self._coming.get(expected.lane)
        if not coming:
            if expected.t > self._strictness.end - self._strictness.seconds:
                return None
            return self._difference(at, expected, self._next())
        index = coming[0]
        came = self._actual[index]
        if words := find_difference(expected, came, self._strictness):
            is_later = came.t - expected.t > self._strictness.seconds
            if is_later and find_difference(expected, came._replace(t=expected.t), self._strictness):
                return self._difference(at, expected, self._next())  # it is another message, and has its own place
            return self._difference(at, expected, came, words)
        for before in range(self._first, index):
            if not self._is_taken[before] and not self._may_come_before(before, expected, came):
                return self._difference(at, expected, self._actual[before])
        coming.popleft()
        self._is_taken[index] = True
        while self._first < len(self._actual) and self._is_taken[self._first]:
            self._first += 1
        return None

    def _may_come_before(self, before: int, expected: ToldRow, came: ToldRow) -> bool:
        """Whether the row that came before what is expected now may do so; see the module's text."""
        row = self._actual[before]
        later = self._to_come.get(row.lane)
        if not later:
            return row.t >= self._strictness.end - self._strictness.seconds
        return self._expected[later[0]].t - expected.t <= self._strictness.seconds and row.t < came.t - _SAME

    def _next(self) -> ToldRow | None:
        rows = range(self._first, len(self._actual))
        return next((self._actual[at] for at in rows if not self._is_taken[at]), None)

    def _difference(self, at: int, expected: ToldRow | None, came: ToldRow | None, words: str = "") -> Difference:
        shown = expected or came
        assert shown is not None
        before = tuple(self._expected[max(0, at - CONTEXT) : at])
        return Difference(shown.t, shown.member, expected, came, before, words)


def find_difference(expected: ToldRow, came: ToldRow, strictness: Strictness) -> str:
    """What is different between two rows, in words; "" where they are the same."""
    if expected.event != came.event or expected.ack != came.ack:
        return "another message"
    if words := _payload_difference(expected, came, strictness):
        return words
    if abs((expected.audio_ms or 0.0) - (came.audio_ms or 0.0)) > _SOUND_MS:
        return f"its sound plays {came.audio_ms or 0:g} ms, and should {expected.audio_ms or 0:g} ms"
    late = came.t - expected.t
    if abs(late) > strictness.seconds:
        return f"it comes {abs(late):.3f} s {'later' if late > 0 else 'earlier'}"
    return ""


def _payload_difference(expected: ToldRow, came: ToldRow, strictness: Strictness) -> str:
    one, other = expected.payload, came.payload
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return "" if one == other else "another payload"
    left_out = ("language", "sentiment") if expected.lane == HEARD and not strictness.words else ()
    for key in dict.fromkeys((*one, *other)):
        most = _SAME
        if expected.lane == METRICS:
            most = strictness.seconds * 1000
        elif key == "audioMs" and not strictness.sound:
            most = _DETECTED_MS
        if key not in left_out and not _is_same(one.get(key), other.get(key), most):
            return f"{key} is another"
    return ""


def _is_same(one: Any, other: Any, most: float) -> bool:
    numbers = (int, float)
    if isinstance(one, numbers) and isinstance(other, numbers) and not isinstance(one, bool):
        return (one < 0) == (other < 0) and abs(one - other) <= most
    return bool(one == other)
