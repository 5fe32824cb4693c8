"""The deadline of a session: the time at which it must next be told of the time.

Pure functions; they change nothing.
"""

from actors.deciding.conversation import Conversation
from protocol.states import State


def find_deadline(conversation: Conversation) -> float:
    """The end of the session's state, of the sound that was sent, or of its grace period; infinity where none comes."""
    limits, clock, turn = conversation.limits, conversation.clock, conversation.turn
    match conversation.state:
        case State.RECEIVING:
            wait = limits.receiving if conversation.has_sender else limits.grace
            return min(clock.ends_at, clock.touched + wait)
        case State.TRANSCRIBING:
            return min(clock.ends_at, clock.entered + limits.transcribing)
        case State.RESPONDING:
            return min(clock.ends_at, clock.entered + limits.responding)
        case State.SPEAKING:
            played = turn.timeline.plays_until
            return played if turn.is_over else max(clock.touched, played) + limits.speaking
        case _:
            return clock.ends_at


def is_played(conversation: Conversation, now: float) -> bool:
    """Whether all of the answer was sent and its playback has ended."""
    turn = conversation.turn
    return conversation.state is State.SPEAKING and turn.is_over and now >= turn.timeline.plays_until
