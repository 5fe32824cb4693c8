"""The calls of engines that a recording has, given to the calls of a replay, and the times of their results.

A call of the replay gets the recorded one of the same kind, turn and part; of several, as after a failure or of a draft
that was dropped, the next one in their order. Its results come as long after its begin as they did. A begin that is
NEAR the recorded one counts as that: then results come at the recorded times, so what the codec and the machine took
in the real run does not add up to a drift.
"""

from collections import deque
from collections.abc import Iterable

import msgspec
import trio

from actors.ports.callcontext import current_call
from actors.ports.calls import EngineFailed
from adapters.recordings.calls import AnswerBegun, SynthesisBegun
from adapters.recordings.reading import TapedCall
from adapters.recordings.redaction import mask

NEAR = 0.25
"""Seconds by which a call may begin earlier or later than it did, and count as begun at the same time."""
_NAMES = {"stt": "speech recognition", "llm": "the language model", "tts": "speech synthesis", "vad": "a microphone"}


class CallDifference(msgspec.Struct, frozen=True):
    """What engines were asked is not what the recording has, `t` seconds after the session began."""

    t: float
    words: str


class GivenCall:
    """A recorded call whose results are given back to a call that begins now."""

    def __init__(self, call: TapedCall, now: float) -> None:
        lag = now - call.t
        self.call = call
        self._zero = trio.current_time() - now + (0.0 if abs(lag) <= NEAR else lag)

    async def until(self, t: float) -> None:
        """Wait until what happened at `t` is due. Cancelling ends the wait."""
        await trio.sleep_until(self._zero + t)


class RecordedCalls:
    """The calls that are still to be given; `differences`: what was asked otherwise. `words`: texts are not masked."""

    def __init__(self, calls: Iterable[TapedCall], *, words: bool = True) -> None:
        self.differences: list[CallDifference] = []
        self._words = words
        self._waiting: dict[tuple[str, int, int], deque[TapedCall]] = {}
        for call in calls:
            self._waiting.setdefault(_key_of(call), deque()).append(call)

    def begin(self, kind: str) -> GivenCall:
        """The recorded call for the present one. Raises EngineFailed where there is none, which is a difference.

        The present call is one of a session that is taken down; else nothing is known of it.
        """
        taped = current_call().taped
        if taped is None:
            raise EngineFailed("nobody knows whose call this is: the session is not taken down")
        part = taped.part if kind == "tts" else -1
        waiting = self._waiting.get((kind, taped.turn, part))
        if waiting:
            return GivenCall(waiting.popleft(), taped.tape.seconds)
        of = f" for part {part}" if part >= 0 else ""
        why = f"{_NAMES[kind]} was asked{of} in turn {taped.turn}, and the recording has no such call (any more)"
        self.differences.append(CallDifference(taped.tape.seconds, why))
        raise EngineFailed(why)

    def check_text(self, given: GivenCall, text: str) -> None:
        """Note where the call was asked about another text than the recorded one."""
        asked = given.call.asked
        assert isinstance(asked, AnswerBegun | SynthesisBegun)
        if asked.text != (text if self._words else mask(text)):
            kind = _NAMES[given.call.kind]
            words = f"{kind} was asked in turn {asked.turn} about “{text}”, and in the recording about “{asked.text}”"
            self.differences.append(CallDifference(given.call.t, words))


def _key_of(call: TapedCall) -> tuple[str, int, int]:
    asked = call.asked
    return call.kind, getattr(asked, "turn", 0), getattr(asked, "part", -1)
