"""What a session does about its Sender: configuration, the utterance, its recognition, the typed turn.

Each function is an action that a row of actors/deciding/table.py names; they say and do, and never choose a state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from actors.deciding.effects import Feed, Listen, Release, Start, Transcribe
from actors.deciding.events import Recognised, Words
from actors.deciding.turn import Utterance, cost, text_cost
from actors.ports.sound import Clip
from protocol.audioformat import headless, identify, parse_input, sniff
from protocol.configuration import SessionUpdate, merge, name_fields
from protocol.containers import stream_header, with_header
from protocol.errors import ErrorId
from protocol.joined import JOINED
from protocol.messages import (
    BufferAppend,
    BufferInitialized,
    CustomError,
    InputText,
    SessionUpdated,
    TranscribeDelta,
    TranscribeDone,
)

if TYPE_CHECKING:
    from actors.deciding.conversation import Session

STREAMED = ("webm", "ogg", "opus")
"""The formats whose recorders can go on over several utterances."""

# ---- configuration


def configure(session: Session) -> None:
    assert session.said is not None
    update = session.said.message
    assert isinstance(update, SessionUpdate)
    session.asked, session.named = merge(session.asked, update), name_fields(session.named, update)
    session.configuration = session.resolved.configuration
    warnings = update.warnings + session.resolved.warnings
    session.send((session.said.member,), SessionUpdated(session.id, True, warnings))


def refuse_update(session: Session) -> None:
    assert session.said is not None
    session.refuse(session.resolved.error_id or ErrorId.BAD_CONFIGURATION, session.resolved.message)
    session.send((session.said.member,), SessionUpdated(session.id, False))


def refuse_unconfigured(session: Session) -> None:
    """1002 in idle; for chunks once a second at most, because a microphone sends many."""
    assert session.said is not None
    message = "nothing is configured yet; send session.update first"
    if isinstance(session.said.message, BufferAppend) and session.now - session.complained < 1.0:
        session.refusal = CustomError(message, ErrorId.WRONG_STATE)
        return
    if isinstance(session.said.message, BufferAppend):
        session.complained = session.now
    session.refuse(ErrorId.WRONG_STATE, message)


# ---- the utterance


def begin_utterance(session: Session) -> None:
    session.begin_turn()
    session.utterance = Utterance()
    session.send(session.senders, BufferInitialized(session.id))
    if len(_chunk(session)) > session.limits.utterance_bytes:
        overflow_utterance(session)
    elif not session.account.has_room(cost(_chunk(session))):
        crowd_out_utterance(session)
    else:
        extend_utterance(session)


def _chunk(session: Session) -> bytes:
    assert session.said is not None
    assert isinstance(session.said.message, BufferAppend)
    return session.said.message.audio


def extend_utterance(session: Session) -> None:
    chunk = _chunk(session)
    utterance = session.utterance
    if utterance.size and sniff(chunk) in JOINED:
        utterance.last_file = utterance.size
    utterance.add(chunk)
    session.turn.charge.take(cost(chunk))
    session.touched = session.now
    if utterance.listened:
        session.effects.append(Feed(session.turn.number, chunk))
    elif utterance.size >= utterance.need:
        _offer_to_listen(session)


def _offer_to_listen(session: Session) -> None:
    """There is enough to tell the format by: a recogniser that can may begin."""
    turn, stt = session.turn, session.turn.configuration.stt
    head = session.utterance.audio
    session.utterance.need = headless(parse_input(stt.media_format), head, is_whole=False).need
    if session.utterance.need:
        return
    session.utterance.listened = True
    if sniff(head) is None and _continues(session, stt.media_format):
        head = with_header(session.stream_header, head)
    clip = Clip(head, identify(parse_input(stt.media_format), head))
    session.effects.append(Listen(Transcribe(turn.number, clip, stt)))


def overflow_utterance(session: Session) -> None:
    utterance = session.utterance
    session.touched = session.now
    message = f"the utterance is longer than {session.limits.utterance_bytes} bytes; commit, and speak shorter ones"
    if utterance.overflown:
        session.refusal = CustomError(message, ErrorId.TOO_LONG)
        return
    utterance.overflown = True
    _lose_utterance(session)
    session.refuse(ErrorId.TOO_LONG, message)


def crowd_out_utterance(session: Session) -> None:
    """There is no room for the chunk: what there is of the utterance makes room for others, and the rest is dropped."""
    session.touched = session.now
    message = f"{_full(session)}, and the utterance is lost; say it again in a moment"
    if session.utterance.crowded:
        session.refusal = CustomError(message, ErrorId.BUSY)
        return
    session.utterance.crowded = True
    _lose_utterance(session)
    session.refuse(ErrorId.BUSY, message)


def _full(session: Session) -> str:
    return f"the server's memory for what is said and answered is full (memory_in_flight, {session.account.most} bytes)"


def _lose_utterance(session: Session) -> None:
    """Nothing of it is kept, though it goes on."""
    _stop_listening(session)
    session.utterance.drop()
    session.turn.charge.close()


def refuse_straggler(session: Session) -> None:
    session.refuse(ErrorId.WRONG_STATE, "this chunk came after its commit and was dropped; commit after the last chunk")


def refuse_empty_commit(session: Session) -> None:
    session.refuse(ErrorId.NOTHING_SAID, "there is no audio to transcribe; send input.buffer.append before the commit")


def drop_utterance(session: Session) -> None:
    _lose_utterance(session)
    session.utterance = Utterance()


def refuse_crowded_commit(session: Session) -> None:
    session.refuse(ErrorId.BUSY, f"{_full(session)}, and the utterance is lost; say it again in a moment")


def _stop_listening(session: Session) -> None:
    if session.utterance.listened:
        session.effects.append(Release(session.turn.number))


def expire_utterance(session: Session) -> None:
    drop_utterance(session)
    limit = session.limits.receiving if session.senders else session.limits.grace
    message = f"the deadline 'receiving' passed: no chunk and no commit came for {limit:g} s; commit the utterance"
    session.send(session.senders, CustomError(message, ErrorId.DEADLINE))


# ---- recognition


def transcribe(session: Session) -> None:
    turn = session.turn
    turn.committed = session.now
    stt = turn.configuration.stt
    is_joined = session.utterance.last_file > 0
    data = _whole(session, session.utterance, stt.media_format)
    turn.charge.hold(2 * len(data))  # the clip, and what the recogniser is given of it
    turn.clip = Clip(data, identify(parse_input(stt.media_format), data, is_whole=True))
    session.utterance = Utterance()
    session.effects.append(Start(Transcribe(turn.number, turn.clip, stt, is_joined), admit=True))


def _whole(session: Session, utterance: Utterance, media_format: str) -> bytes:
    """The utterance as a file; where its recorder wrote the head into an earlier one, that is put before it.

    What goes on in the next utterance is the last file of this one.
    """
    data = utterance.audio
    if sniff(data) is None and _continues(session, media_format):
        data = with_header(session.stream_header, data)
        if not utterance.last_file:
            return data
    last = utterance.audio[utterance.last_file :] if utterance.last_file else data
    if sniff(last) is not None:
        session.stream_header = stream_header(last)
    return data


def _continues(session: Session, media_format: str) -> bool:
    """Whether sound without a head may be the rest of a stream whose head is known."""
    return bool(session.stream_header) and media_format in STREAMED


def tell_words(session: Session) -> None:
    assert isinstance(session.event, Words)
    session.send(session.senders, TranscribeDelta(session.event.text))


def tell_transcript(session: Session) -> None:
    assert isinstance(session.event, Recognised)
    session.turn.mark("transcript", session.now)
    session.turn.note_transcript(session.event.text.strip(), session.event.language)
    session.send(session.senders, TranscribeDone(session.turn.said, session.event.sentiment, session.event.language))


# ---- the typed turn


def take_text(session: Session) -> None:
    assert session.said is not None
    assert isinstance(session.said.message, InputText)
    session.begin_turn()
    session.turn.committed = session.now
    session.turn.said = session.said.message.text.strip()
    session.turn.charge.take(text_cost(session.turn.said))
    session.turn.mark("transcript", session.now)
    session.turn.language = session.analyst.language(session.turn.said)
    asked = session.turn.configuration.stt.sentiment_analysis
    sentiment = session.analyst.sentiment(session.turn.said) if asked else ""
    session.send(session.senders, TranscribeDone(session.turn.said, sentiment, session.turn.language))


def refuse_while_receiving(session: Session) -> None:
    session.refuse(ErrorId.WRONG_STATE, "an utterance is being received; commit or clear it before input.text")


def refuse_blank_text(session: Session) -> None:
    session.refuse(ErrorId.NOTHING_SAID, "there is nothing to answer; send input.text with words")


def refuse_crowded_text(session: Session) -> None:
    session.refuse(ErrorId.BUSY, f"{_full(session)}; send the text again in a moment")


def refuse_long_text(session: Session) -> None:
    session.refuse(ErrorId.TOO_LONG, f"the text is longer than {session.limits.text_chars} characters; send less")
