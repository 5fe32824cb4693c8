"""The states of a session in the groups that rows argue about, and the deadlines that end them."""

from typing import Final

from protocol.states import State

IDLE, HANDSHAKEN, RECEIVING = State.IDLE, State.HANDSHAKEN, State.RECEIVING
TRANSCRIBING, RESPONDING, SPEAKING = State.TRANSCRIBING, State.RESPONDING, State.SPEAKING
ALL: Final = tuple(State)
ANSWER: Final = (RESPONDING, SPEAKING)
TURN: Final = (TRANSCRIBING, *ANSWER)
BEFORE_TURN: Final = (IDLE, HANDSHAKEN, RECEIVING)

DEADLINES: Final[dict[State, str]] = {
    RECEIVING: "receiving",
    TRANSCRIBING: "transcribing",
    RESPONDING: "responding",
    SPEAKING: "speaking",
}
"""The states that end by themselves, and the field of Limits that says when."""
