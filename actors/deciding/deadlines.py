"""The deadline of a session: the time at which it must next be told of the time.

Pure functions; they change nothing.
"""

from typing import Final

from actors.deciding.conversation import Conversation
from actors.deciding.microphone import ListeningState
from actors.deciding.states import TURN
from protocol.configuration import TurnDetection
from protocol.states import State

GAP: Final = 1.0
"""Seconds without a chunk after which the rest of a silence counts on the clock: who sends nothing says nothing."""
ECHO_TAIL: Final = 0.3
"""Seconds after a sound in which the room still has it."""
_SILENCE: Final = {"low": 8.0, "medium": 3.0, "auto": 3.0, "high": 2.0}
"""Seconds of silence that end an utterance where the model of the end of a turn does not, by eagerness."""


def find_deadline(conversation: Conversation) -> float:
    """The end of the session's state, of the sound that was sent, or of its grace period; infinity where none comes."""
    limits, clock, turn = conversation.limits, conversation.clock, conversation.turn
    microphone = conversation.microphone
    match conversation.state:
        case State.RECEIVING:
            if microphone is not None and conversation.has_sender:
                return min(clock.ends_at, clock.touched + GAP + _remaining_silence(microphone))
            wait = limits.receiving if conversation.has_sender else limits.grace
            return min(clock.ends_at, clock.touched + wait)
        case State.TRANSCRIBING:
            due = min(clock.ends_at, clock.entered + limits.transcribing)
        case State.RESPONDING:
            due = min(clock.ends_at, clock.entered + limits.responding)
        case State.SPEAKING:
            played = turn.timeline.plays_until
            due = min(clock.ends_at, played if turn.is_over else max(clock.touched, played) + limits.speaking)
        case State.HANDSHAKEN if microphone is not None:
            return min(clock.ends_at, _idle_due(conversation, microphone))
        case _:
            return clock.ends_at
    return due if microphone is None else min(due, _contest_due(conversation))


def is_played(conversation: Conversation, now: float) -> bool:
    """Whether all of the answer was sent and its playback has ended."""
    turn = conversation.turn
    return conversation.state is State.SPEAKING and turn.is_over and now >= turn.timeline.plays_until


def remaining_sound(conversation: Conversation, now: float) -> float:
    """Seconds of what was sent that have not been played."""
    return max(0.0, conversation.turn.timeline.plays_until - now)


def is_sounding(conversation: Conversation, now: float) -> bool:
    """Whether the avatar speaks, or has just spoken."""
    sounds_until = conversation.clock.quiet_at
    if conversation.state is State.SPEAKING:
        sounds_until = conversation.turn.timeline.plays_until
    return now < sounds_until + ECHO_TAIL


# ---- the open microphone


def end_silence(settings: TurnDetection) -> float:
    """Milliseconds of silence that end an utterance, whatever else is known."""
    is_judged = settings.type == "semantic_vad"
    return 1000 * _SILENCE[settings.eagerness] if is_judged else settings.silence_duration_ms


def _remaining_silence(microphone: ListeningState) -> float:
    return max(0.0, end_silence(microphone.settings) - microphone.detection.quiet_ms) / 1000


def _idle_due(conversation: Conversation, microphone: ListeningState) -> float:
    ms = microphone.settings.idle_timeout_ms
    return conversation.clock.entered + ms / 1000 if ms and not microphone.idle_told else conversation.clock.ends_at


def _contest_due(conversation: Conversation) -> float:
    contest = conversation.microphone.contest if conversation.microphone is not None else None
    return float("inf") if contest is None else contest.heard_at + conversation.limits.contested


def is_contest_over(conversation: Conversation, now: float) -> bool:
    """Whether speech during a turn has ended so long ago that it was not meant for it."""
    return conversation.state in TURN and now >= _contest_due(conversation)
