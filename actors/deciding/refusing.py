"""Turns that may not begin: why, and what becomes of the event that would have begun one.

`screen` stands behind naming, so that every way into a turn passes one place: a commit, the end of speech, typed text,
an answer that is asked for, and the draft of one. Pure, as all naming.
"""

from typing import Any, Final

from actors.deciding import triggers
from actors.deciding.conversation import Conversation
from actors.deciding.events import FromClient
from actors.deciding.measuring import seconds_of_speech, seconds_to_charge
from actors.deciding.states import IDLE, RECEIVING
from actors.deciding.triggers import CountedFrame, Occurrence, RefusedTurn, Trigger
from protocol.errors import ErrorId
from protocol.messages import CustomError

DRAINING: Final = CustomError("the server is going down and begins no new turn; connect again", ErrorId.WRONG_STATE)
_UTTERANCES: Final[frozenset[Trigger[Any]]] = frozenset({triggers.COMMIT, triggers.COMMIT_SPEECH, triggers.SPEECH_END})
_TEXTS: Final[frozenset[Trigger[Any]]] = frozenset({triggers.TEXT, triggers.TEXT_OVER, triggers.CREATE})


def screen(conversation: Conversation, occurrence: Occurrence[Any], now: float) -> Occurrence[Any]:
    """The event itself, or what it is where it would begin a turn and none may begin."""
    trigger, payload = occurrence.trigger, occurrence.payload
    if not (trigger in _TEXTS or trigger is triggers.PAUSE or trigger in _UTTERANCES):
        return occurrence
    error = find_refusal(conversation, trigger, now)
    if error is None:
        return occurrence
    if trigger is triggers.PAUSE:
        return triggers.FRAME(payload)
    if trigger in _TEXTS:
        is_refused_anyhow = trigger is triggers.TEXT and conversation.state in (IDLE, RECEIVING)
        return occurrence if is_refused_anyhow else triggers.REFUSED_TEXT(RefusedTurn(error, payload))
    if conversation.state is not RECEIVING:  # there is no utterance, and the client is told that
        return occurrence
    said = payload if isinstance(payload, FromClient) else None
    return triggers.REFUSED_UTTERANCE(RefusedTurn(error, said, payload if isinstance(payload, CountedFrame) else None))


def find_refusal(conversation: Conversation, trigger: Trigger[Any], now: float) -> CustomError | None:
    """Why the event may begin no turn now; None where it may."""
    if conversation.is_draining:
        return DRAINING
    overrun = conversation.allowance.find_overrun(now, _seconds(conversation, trigger))
    return None if overrun is None else CustomError(overrun.message, ErrorId.RATE_LIMIT, overrun.retry_after)


def _seconds(conversation: Conversation, trigger: Trigger[Any]) -> float:
    """How much speech the event commits, as far as that is known by now."""
    if trigger not in _UTTERANCES:
        return 0.0
    if conversation.microphone is not None:
        return seconds_of_speech(conversation)
    return seconds_to_charge(conversation) or 0.0
