"""Naming: which event of the table a message, a result or a tick is, by its content and the state that it meets.

Pure: naming says nothing and changes nothing, so to name an event twice is to name it once; a test holds it to that.
What had to be found out on the way (the configuration that the catalogue makes, the parts that are left of an answer)
goes to the actions as the payload of the event, and is not found out again.
"""

from typing import Any, assert_never

from actors.deciding import refusing, speechnaming, triggers
from actors.deciding.conversation import Conversation
from actors.deciding.deadlines import is_played
from actors.deciding.events import (
    Admitted,
    Answered,
    Believed,
    Delivered,
    Drain,
    EchoFound,
    Event,
    Failed,
    FrameJudged,
    FromClient,
    Joined,
    Left,
    Lost,
    Measured,
    PoolsBusy,
    Recognised,
    Retracted,
    Said,
    ShutDown,
    Spoken,
    Tick,
    TurnEvent,
    Unheard,
    Words,
    WordsFound,
    Written,
)
from actors.deciding.states import ANSWER, TURN
from actors.deciding.triggers import (
    Chunk,
    Finished,
    Intrusion,
    NewConfiguration,
    Occurrence,
    Position,
    Trigger,
    TypedText,
)
from actors.deciding.turn import cost, text_cost
from protocol.audioformat import sniff
from protocol.configuration import SessionUpdate, merge, name_fields, unheard
from protocol.errors import ErrorId
from protocol.handsfree import PlaybackPosition, ResponseCreate
from protocol.messages import BufferAppend, BufferClear, BufferCommit, InputText, ResponseCancel
from protocol.states import State


def name(conversation: Conversation, event: Event, now: float) -> Occurrence[Any] | None:
    """Which event of the table this is in the conversation's state; None for one that means nothing to it."""
    occurrence = _name(conversation, event, now)
    return None if occurrence is None else refusing.screen(conversation, occurrence, now)


def _name(conversation: Conversation, event: Event, now: float) -> Occurrence[Any] | None:
    match event:
        case Said(member=member):
            return _name_message(conversation, event, now) if member in conversation.participants else None
        case Joined():
            return triggers.JOIN(event)
        case Lost(member):
            return triggers.LOSE(event) if member in conversation.participants else None
        case Left(member):
            return _name_leaving(conversation, event) if member in conversation.participants else None
        case Tick():
            return _name_tick(conversation, event, now)
        case Drain():
            return triggers.DRAIN(event)
        case ShutDown():
            return triggers.END(event)
        case FrameJudged():
            return speechnaming.name_frame(conversation, event, now)
        case Believed():
            return speechnaming.name_belief(conversation, event)
        case EchoFound() | Unheard():
            return _name_fault(conversation, event)
        case WordsFound():
            return _name_found(conversation, event)
        case _:
            return _name_work(conversation, event, now)


def _name_fault(conversation: Conversation, event: EchoFound | Unheard) -> Occurrence[Any] | None:
    """What is wrong with the microphone's sound; None where that is of another stream."""
    microphone = conversation.microphone
    if microphone is None or microphone.stream != event.stream:
        return None
    return triggers.ECHO(event) if isinstance(event, EchoFound) else triggers.UNHEARD(event)


def _name_found(conversation: Conversation, found: WordsFound) -> Occurrence[WordsFound] | None:
    """Words of the answer that was cut last; None for those of another."""
    recalled = conversation.memory.recalled
    return triggers.WORDS_FOUND(found) if recalled is not None and recalled.turn.work == found.turn else None


def _name_work(conversation: Conversation, event: TurnEvent, now: float) -> Occurrence[Any] | None:
    """A result of the turn, or about the words of a contest; None for one of work that was dropped."""
    if event.turn == conversation.turn.work:
        return _name_result(conversation, event, now)
    return speechnaming.name_trial(conversation, event, now)


def name_due(conversation: Conversation) -> Occurrence[Any] | None:
    """The event that follows from the step that was just made: sound to be sent, or speech that a turn has left."""
    microphone = conversation.microphone
    if conversation.state in ANSWER and conversation.turn.parts.has_due:
        return None if _is_kept_back(conversation) else triggers.SOUND(None)
    is_left = microphone is not None and microphone.contest is not None and not conversation.ended
    return triggers.CARRY_ON(None) if is_left and conversation.state is State.HANDSHAKEN else None


def _is_kept_back(conversation: Conversation) -> bool:
    """Whether an answer waits with its first sound: the user speaks, and may be saying the other half of what it is to.

    Once it sounds, only Receivers that can hold could stop it.
    """
    microphone, turn = conversation.microphone, conversation.turn
    return microphone is not None and microphone.contest is not None and turn.is_heard and not len(turn.timeline)


# ---- what a client says


def _name_message(conversation: Conversation, said: Said, now: float) -> Occurrence[Any] | None:
    message, role = said.message, conversation.participants[said.member].role
    if isinstance(message, PlaybackPosition):
        is_current = role != "sender" and message.turn == conversation.turn.number
        return triggers.POSITION(Position(said.member, message)) if is_current else None
    if role == "receiver" and not isinstance(message, ResponseCancel):
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
            return _name_create(conversation, said)
        case ResponseCancel():
            return triggers.CANCEL(FromClient(said.member, said.ack))
        case _:
            assert_never(message)


def _name_create(conversation: Conversation, said: Said) -> Occurrence[FromClient] | Occurrence[TypedText]:
    text = " ".join(conversation.memory.unanswered)
    if not text or conversation.state in TURN:
        return triggers.EMPTY_CREATE(FromClient(said.member, said.ack))
    has_room = conversation.account.has_room(text_cost(text))
    return (triggers.CREATE if has_room else triggers.CROWDED_TEXT)(TypedText(said.member, said.ack, text))


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
    if conversation.microphone is not None:
        return triggers.LISTEN
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
    if utterance.crowded or not conversation.account.has_room(utterance.size):
        return triggers.CROWDED_COMMIT
    return triggers.COMMIT if conversation.microphone is None else triggers.COMMIT_SPEECH


def _text(conversation: Conversation, text: str) -> Trigger[TypedText]:
    if not text.strip():
        return triggers.BLANK_TEXT
    if len(text) > conversation.limits.text_chars:
        return triggers.LONG_TEXT
    if not conversation.turn.charge.has_room(text_cost(text)):
        return triggers.CROWDED_TEXT
    is_over_speech = conversation.state is State.RECEIVING and conversation.microphone is not None
    return triggers.TEXT_OVER if is_over_speech else triggers.TEXT


# ---- what the stages report


def _name_result(conversation: Conversation, event: TurnEvent, now: float) -> Occurrence[Any]:
    """A result of the current turn; one that cannot be used is a failure."""
    match event:
        case Admitted():
            return triggers.ADMITTED(event)
        case PoolsBusy(turn, stage):
            return triggers.FAILURE(Failed(turn, stage, ErrorId.BUSY, speechnaming.BUSY))
        case Measured():
            return _name_measure(conversation, event, now)
        case Words():
            return triggers.WORDS(event)
        case Recognised():
            return _name_transcript(conversation, event, now)
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


def _name_measure(conversation: Conversation, measured: Measured, now: float) -> Occurrence[Any]:
    overrun = conversation.allowance.find_overrun(now, measured.seconds)
    if overrun is None:
        return triggers.MEASURED(measured)
    message, retry_after = overrun
    return triggers.FAILURE(Failed(measured.turn, "STT", ErrorId.RATE_LIMIT, message, retry_after=retry_after))


def _name_transcript(conversation: Conversation, recognised: Recognised, now: float) -> Occurrence[Any]:
    microphone, detection = conversation.microphone, conversation.turn.configuration.turn_detection
    if not recognised.text.strip():
        if microphone is not None and microphone.contest is not None:  # whoever made the noise goes on speaking
            return speechnaming.name_intrusion(conversation, Intrusion(), now)
        return triggers.SILENCE(recognised)
    is_alone = conversation.turn.is_heard and not detection.create_response
    return (triggers.TRANSCRIPT_ALONE if is_alone else triggers.TRANSCRIPT)(recognised)


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
    if (heard := speechnaming.name_time(conversation, tick, now)) is not None:
        return heard
    return (triggers.PLAYED if is_played(conversation, now) else triggers.DEADLINE)(tick)
