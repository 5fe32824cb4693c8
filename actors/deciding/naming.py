"""Which event of `table.py` a client's message or a stage's result is, by what it holds and the state it meets."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from actors.deciding.events import (
    Answered,
    Delivered,
    Failed,
    Recognised,
    Retracted,
    Said,
    Spoken,
    StageEvent,
    Words,
    Written,
)
from actors.deciding.turn import cost, text_cost
from protocol.audioformat import sniff
from protocol.configuration import SessionUpdate, merge, name_fields
from protocol.errors import ErrorId
from protocol.messages import BufferAppend, BufferClear, BufferCommit, InputText, ResponseCancel
from protocol.states import State

if TYPE_CHECKING:
    from actors.deciding.conversation import Session


def name_message(session: Session, said: Said) -> str:
    """Which event a client's message is; "" for one that means nothing."""
    match said.message:
        case BufferAppend(audio):
            return _name_append(session, audio)
        case BufferCommit(error):
            return "error commit" if error is not None else _name_commit(session)
        case SessionUpdate():
            named = name_fields(session.named, said.message)
            session.resolved = session.resolve(merge(session.asked, said.message), named)
            return "update" if session.resolved.error_id is None else "bad update"
        case InputText(text):
            return _name_text(session, text)
        case BufferClear():
            return "clear"
        case ResponseCancel():
            return "cancel"
        case _:
            assert_never(said.message)


def _name_append(session: Session, audio: bytes) -> str:
    utterance = session.utterance
    if not audio:
        return ""
    if session.state is State.RECEIVING:
        if utterance.overflown or utterance.size + len(audio) > session.limits.utterance_bytes:
            return "overflow"
        return "append" if not utterance.crowded and session.account.has_room(cost(audio)) else "no room"
    if session.state is State.TRANSCRIBING and sniff(audio) is None:
        late = session.now - session.entered <= session.limits.straggler
        return "straggler" if late else "append"
    return "append"


def _name_commit(session: Session) -> str:
    """A commit needs as much again as the utterance has: what the recogniser is given."""
    if session.state is not State.RECEIVING:
        return "commit"
    if session.utterance.overflown:
        return "overlong commit"
    has_room = not session.utterance.crowded and session.account.has_room(session.utterance.size)
    return "commit" if has_room else "crowded commit"


def _name_text(session: Session, text: str) -> str:
    if not text.strip():
        return "blank text"
    if len(text) > session.limits.text_chars:
        return "long text"
    return "text" if session.turn.charge.has_room(text_cost(text)) else "crowded text"


def name_result(session: Session, event: StageEvent) -> str:
    """Which event a result of the turn in the air is; one that cannot be used is a failure."""
    match event:
        case Words():
            return "words"
        case Recognised(text=text):
            return "transcript" if text.strip() else "silence"
        case Written(text=text) if session.turn.answer_chars + len(text) > session.limits.answer_chars:
            why = f"the answer is longer than {session.limits.answer_chars} characters; ask for a shorter one"
            session.event = Failed(event.turn, "LLM", ErrorId.MODEL_FAILED, why)
            return "failure"
        case Written():
            return "written"
        case Delivered():
            return "delivery"
        case Retracted():
            return "retraction"
        case Answered():
            return "answer" if session.turn.finish_text() else "wordless answer"
        case Spoken():
            return "made"
        case Failed():
            return "failure"
        case _:
            assert_never(event)
