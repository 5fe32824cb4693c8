"""What happened in a scenario: its steps, all that its clients were told, and what the model was asked; with times.

All times are seconds since the session was configured.
"""

from typing import Final, NamedTuple

import msgspec

from adapters.client.voiceclient import AudioPiece, Received
from adapters.scenarios.scenario import SOUND
from adapters.scenarios.scriptengines import AskedQuestion
from protocol.messages import EVENTS, AudioDelta, SessionState

_NAMES: Final[dict[type, str]] = {kind: name for name, kind in EVENTS.items()} | {
    AudioPiece: next(name for name, kind in EVENTS.items() if kind is AudioDelta)
}


class ToldMessage(NamedTuple):
    """A message, when it came, and to which client."""

    at: float
    client: str
    message: Received


class StepTimes(NamedTuple):
    """When a step began and ended; of sound, it ends with the last of what is said. inf: it did not end.

    `mark`: how many messages had come when it began.
    """

    began: float
    ended: float
    mark: int


class Performance(msgspec.Struct, frozen=True):
    """A scenario that was performed; `steps` are those that were begun.

    `asked`: None where the model is not the scenario's own, so nobody knows. `seconds`: how long it took. `stopped`: in
    words, why it did not come to its end; "" where it did. `not_run`: why it cannot be performed at all.
    """

    steps: tuple[StepTimes, ...]
    told: tuple[ToldMessage, ...]
    asked: tuple[AskedQuestion, ...] | None
    seconds: float
    stopped: str = ""
    not_run: str = ""


def name_of(told: Received) -> str:
    """The event's name on the wire; "ack" for the answer to one."""
    return _NAMES.get(type(told), "ack")


def is_moment(told: Received, moment: str) -> bool:
    """Whether it is what `after` names: a state, the first sound, or an event."""
    match told:
        case SessionState(state) if state == moment:
            return True
        case AudioPiece(audio=audio) if moment == SOUND:
            return bool(audio)
    return name_of(told) == moment
