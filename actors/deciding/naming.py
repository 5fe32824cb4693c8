"""Naming: which event of the table a message, a result or a tick is, by its content and the state that it meets.

Pure: naming says nothing and changes nothing, so to name an event twice is to name it once; a test holds it to that.
What had to be found out on the way (the configuration that the catalogue makes, the parts that are left of an answer)
goes to the actions as the payload of the event, and is not found out again.
"""

from typing import Any, assert_never

from actors.deciding import triggers
from actors.deciding.conversation import Conversation
from actors.deciding.deadlines import is_played
from actors.deciding.events import (
    Admitted,
    Answered,
    Delivered,
    Drain,
    Event,
    Failed,
    FromClient,
    Joined,
    Left,
    PoolsBusy,
    Recognised,
    Retracted,
    Said,
    Spoken,
    Tick,
    TurnEvent,
    Words,
    Written,
)
from actors.deciding.states import ANSWER
from actors.deciding.triggers import Chunk, Finished, NewConfiguration, Occurrence, Trigger, TypedText
from actors.deciding.turn import cost, text_cost
from protocol.audioformat import sniff
from protocol.configuration import SessionUpdate, merge, name_fields, unheard
from protocol.errors import ErrorId
from protocol.handsfree import PlaybackPosition, ResponseCreate
from protocol.messages import BufferAppend, BufferClear, BufferCommit, InputText, ResponseCancel
from protocol.states import State

BUSY = "all workers are busy; try again in a moment"


def name(conversation: Conversation, event: Event, now: float) -> Occurrence[Any] | None:
    """Which event of the table this is in the conversation's state; None for one that means nothing to it."""
    match event:
        case Said(member=member):
            return _name_message(conversation, event, now) if member in conversation.participants else None
        case Joined():
            return triggers.JOIN(event)
        case Left(member):
            return _name_leaving(conversation, event) if member in conversation.participants else None
        case Tick():
            return _name_tick(conversation, event, now)
        case Drain():
            return triggers.END(event)
        case _:
            return _name_result(conversation, event) if event.turn == conversation.turn.number else None


def name_due(conversation: Conversation) -> Occurrence[Any] | None:
    """The event that follows from the step that was just made: sound of the answer is to be sent now."""
    is_due = conversation.state in ANSWER and conversation.turn.parts.has_due
    return triggers.SOUND(None) if is_due else None


# ---- what a client says


def _name_message(conversation: Conversation, said: Said, now: float) -> Occurrence[Any] | None:
    message = said.message
    if isinstance(message, PlaybackPosition):
        return None
    if conversation.participants[said.member].role == "receiver" and not isinstance(message, ResponseCancel):
        return triggers.WRONG_ROLE(FromClient(said.member, said.ack))
    match message:
        case BufferAppend(audio):
            return _chunk(conversation, audio, now)(Chunk(said.member, said.ack, audio)) if audio else None
        case BufferCommit(error):
            commit = _commit(conversation) if error is None else triggers.ERROR_COMMIT
            return commit(FromClient(said.member, said.ack))
        case SessionUpdate():
            return _name_update(conversation, said, message)
        case InputText(text):
            return _text(conversation, text)(TypedText(said.member, said.ack, text))
        case BufferClear():
            return triggers.CLEAR(FromClient(said.member, said.ack))
        case ResponseCreate():
            return None
        case ResponseCancel():
            return triggers.CANCEL(FromClient(said.member, said.ack))
        case _:
            assert_never(message)


def _name_update(conversation: Conversation, said: Said, update: SessionUpdate) -> Occurrence[NewConfiguration]:
    now = conversation.configuration
    asked, named = merge(now.asked, update), name_fields(now.named, update)
    resolved = conversation.resolve(asked, named)
    trigger = triggers.UPDATE if resolved.error_id is None else triggers.BAD_UPDATE
    return trigger(
        NewConfiguration(said.member, said.ack, asked, named, resolved, update.warnings + unheard(asked, update))
    )


def _chunk(conversation: Conversation, audio: bytes, now: float) -> Trigger[Chunk]:
    utterance = conversation.utterance
    if conversation.state is State.RECEIVING:
        if utterance.overflown or utterance.size + len(audio) > conversation.limits.utterance_bytes:
            return triggers.OVERFLOW
        has_room = not utterance.crowded and conversation.account.has_room(cost(audio))
        return triggers.APPEND if has_room else triggers.NO_ROOM
    if conversation.state is State.TRANSCRIBING and sniff(audio) is None:
        is_late = now - conversation.clock.entered <= conversation.limits.straggler
        return triggers.STRAGGLER if is_late else triggers.APPEND
    return triggers.APPEND


def _commit(conversation: Conversation) -> Trigger[FromClient]:
    """A commit needs as much memory again as the utterance has: what the recogniser is given."""
    utterance = conversation.utterance
    if conversation.state is not State.RECEIVING:
        return triggers.COMMIT
    if utterance.overflown:
        return triggers.OVERLONG_COMMIT
    has_room = not utterance.crowded and conversation.account.has_room(utterance.size)
    return triggers.COMMIT if has_room else triggers.CROWDED_COMMIT


def _text(conversation: Conversation, text: str) -> Trigger[TypedText]:
    if not text.strip():
        return triggers.BLANK_TEXT
    if len(text) > conversation.limits.text_chars:
        return triggers.LONG_TEXT
    return triggers.TEXT if conversation.turn.charge.has_room(text_cost(text)) else triggers.CROWDED_TEXT


# ---- what the stages report


def _name_result(conversation: Conversation, event: TurnEvent) -> Occurrence[Any]:
    """A result of the current turn; one that cannot be used is a failure."""
    match event:
        case Admitted():
            return triggers.ADMITTED(event)
        case PoolsBusy(turn, stage):
            return triggers.FAILURE(Failed(turn, stage, ErrorId.BUSY, BUSY))
        case Words():
            return triggers.WORDS(event)
        case Recognised(text=text):
            return (triggers.TRANSCRIPT if text.strip() else triggers.SILENCE)(event)
        case Written():
            return _name_written(conversation, event)
        case Delivered():
            return triggers.DELIVERY(event)
        case Retracted():
            return triggers.RETRACTION(event)
        case Answered():
            rest = conversation.turn.remainder()
            return (triggers.ANSWERED if rest.has_sound else triggers.WORDLESS_ANSWER)(Finished(event.turn, rest))
        case Spoken():
            return triggers.MADE(event)
        case Failed():
            return _name_failure(conversation, event)
        case _:
            assert_never(event)


def _name_failure(conversation: Conversation, failed: Failed) -> Occurrence[Failed]:
    is_spoken = conversation.state is State.RECEIVING and failed.error_id is ErrorId.TOO_LONG
    return (triggers.OVERLONG if is_spoken else triggers.FAILURE)(failed)


def _name_written(conversation: Conversation, written: Written) -> Occurrence[Written] | Occurrence[Failed]:
    most = conversation.limits.answer_chars
    if conversation.turn.answer_chars + len(written.text) <= most:
        return triggers.WRITTEN(written)
    why = f"the answer is longer than {most} characters; ask for a shorter one"
    return triggers.FAILURE(Failed(written.turn, "LLM", ErrorId.MODEL_FAILED, why))


# ---- the clock, and who is there


def _name_leaving(conversation: Conversation, left: Left) -> Occurrence[Left]:
    return (triggers.LEAVE if len(conversation.participants) > 1 else triggers.ABANDON)(left)


def _name_tick(conversation: Conversation, tick: Tick, now: float) -> Occurrence[Any] | None:
    if conversation.ended or now < conversation.clock.deadline:
        return None
    if now >= conversation.clock.ends_at:
        return triggers.END(tick)
    return (triggers.PLAYED if is_played(conversation, now) else triggers.DEADLINE)(tick)
