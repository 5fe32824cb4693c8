"""The states of a session by their names on the wire, in the order in which a turn goes through them."""

from enum import StrEnum
from itertools import pairwise
from typing import Final, Self


class State(StrEnum):
    """A state of a session; `meaning` is what it is, in words for people."""

    meaning: str

    def __new__(cls, name: str, meaning: str) -> Self:
        state = str.__new__(cls, name)
        state._value_ = name
        state.meaning = meaning
        return state

    IDLE = "idle", "nothing is configured yet"
    HANDSHAKEN = "handshaken", "configured, and no turn is running"
    RECEIVING = "receiving", "an utterance is coming in"
    TRANSCRIBING = "transcribing", "the utterance is being recognised"
    RESPONDING = "responding", "the answer is being found, and its first sound made"
    SPEAKING = "speaking", "the avatar speaks, until the sound sent has had time to play"


USUAL_WAY: Final = frozenset({*pairwise(State), (State.SPEAKING, State.HANDSHAKEN)})
"""The transitions of a turn that nothing disturbs, the first configuration before it."""
