"""What a session does about an answer: its text, its sound, and every way in which a turn ends.

Each function is an action that a row of actors/deciding/table.py names; they say and do, and never choose a state.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from actors.deciding import table
from actors.deciding.effects import Answer, Closing, DropQueued, Release, Speak, Start
from actors.deciding.events import Answered, Delivered, Failed, MemberId, Said, Spoken, Written
from actors.deciding.parts import Batch, Listener, Part, Piece
from actors.ports.answering import Exchange, Facts, Question
from actors.ports.sound import Target
from actors.ports.synthesis import Speech
from protocol.audioformat import OUTPUT_RATE, AudioFormat, parse_output
from protocol.errors import ErrorId
from protocol.messages import (
    AudioDelta,
    CustomError,
    Reason,
    ResponseCancelled,
    ResponseStarted,
    TextDelta,
    TextDone,
)

if TYPE_CHECKING:
    from actors.deciding.conversation import Member, Session
    from actors.deciding.turn import Turn

DEFAULT_FORMAT = AudioFormat("mp3")
_DEFAULT_TARGET = Target(DEFAULT_FORMAT)
"""What a part is made into while nobody receives: the turn goes its whole way all the same."""

# ---- the answer


def respond(session: Session) -> None:
    turn, llm = session.turn, session.turn.configuration.llm
    session.send(session.receivers, ResponseStarted(turn.number))
    facts = Facts(turn.number, session.last_turn.first_audio_ms, session.cut_after, session.stood_in)
    question = Question(
        text=turn.said,
        history=tuple(session.history),
        model=llm.model,
        prompt=llm.prompt,
        temperature=llm.temperature,
        stop=llm.stop,
        max_token=llm.max_token,
        name=llm.name,
        language=turn.language or turn.configuration.stt.language_code,
        stream=llm.stream,
        clip=turn.clip,
        facts=facts,
    )
    session.cut_after = ""
    typed = isinstance(session.event, Said)
    session.effects.append(Start(Answer(turn.number, llm.provider.name, question), admit=typed))


def _remembered(session: Session) -> list[Exchange]:
    """The latest turns that together stay within the bound of characters, oldest first."""
    kept: list[Exchange] = []
    room = session.limits.history_chars
    for exchange in reversed(session.history):
        room -= len(exchange.said) + len(exchange.answered)
        if room < 0 or len(kept) >= session.limits.history_turns:
            break
        kept.append(exchange)
    return kept[::-1]


def note_delivery(session: Session) -> None:
    assert isinstance(session.event, Delivered)
    session.turn.delivery = session.event.delivery


def retract(session: Session) -> None:
    session.turn.retract()


def write(session: Session) -> None:
    assert isinstance(session.event, Written)
    turn = session.turn
    turn.mark("first_token", session.now)
    session.stood_in = turn.delivery.stands_in
    turn.write(session.event.text)
    if turn.configuration.llm.stream:
        session.send(session.receivers, TextDelta(session.event.text), turn.number)
    _begin_parts(session)


def finish_text(session: Session) -> None:
    assert isinstance(session.event, Answered)
    session.send(session.receivers, TextDone(session.turn.text), session.turn.number)
    _begin_parts(session)


def finish_unspoken(session: Session) -> None:
    """An answer without speakable words has its text and no audio."""
    session.send(session.receivers, TextDone(session.turn.text))
    finish_turn(session)


# ---- the sound


def _begin_parts(session: Session) -> None:
    """Have the next parts made, as many as may be, for the Receivers that are there now."""
    turn = session.turn
    audience = tuple(_listener(session, session.members[receiver]) for receiver in session.receivers)
    while (part := turn.parts.begin_next(audience, _DEFAULT_TARGET)) is not None:
        turn.mark("first_part", session.now)
        if part.speech is not None:
            session.effects.append(Start(_speak(turn, part, part.speech)))


def _speak(turn: Turn, part: Part, text: str) -> Speak:
    tts = turn.configuration.tts
    own_voice = turn.delivery.voice if tts.provider == turn.configuration.llm.provider else ""
    formats = {target.format for target in part.targets}
    speech = Speech(
        text=text,
        model=tts.model,
        voice=own_voice or tts.voice,
        language=tts.language_code,
        gender=tts.ssml_gender.name,
        speed=turn.delivery.speed or tts.speed,
        format=_source_for(formats.pop()) if len(formats) == 1 else None,
        stream=tts.stream,
    )
    return Speak(
        turn.number,
        part.id,
        tts.provider.name,
        speech,
        turn.delivery.clip,
        frozenset(part.targets),
        tts.stream,
        _shares(part),
    )


def _shares(part: Part) -> dict[Target, float]:
    """How many bytes wait for Receivers for each byte of sound: each has its own, and base64 takes four for three."""
    shares: dict[Target, float] = {}
    for listener in part.audience:
        shares[listener.target] = shares.get(listener.target, 0.0) + (4 / 3 if listener.is_base64 else 1.0)
    return shares


def _source_for(format_: AudioFormat) -> AudioFormat:
    """What to ask a synthesiser for: the head of a wav that it streams cannot be true, so raw samples instead."""
    return AudioFormat("pcm16", OUTPUT_RATE) if format_.name == "wav" else format_


def _listener(session: Session, member: Member) -> Listener:
    tts = session.turn.configuration.tts
    named = parse_output(tts.audio_format) if tts.audio_format else DEFAULT_FORMAT
    encoding = member.encoding
    is_base64 = tts.is_base64 if encoding.is_base64 is None else encoding.is_base64
    format_ = encoding.format or named
    target = Target(format_, encoding.pieces, encoding.piece_bytes) if tts.stream else Target(format_)
    return Listener(member.id, target, is_base64)


def keep_sound(session: Session) -> None:
    """Sound was made; `send_sound` follows where it may go out."""
    spoken = session.event
    assert isinstance(spoken, Spoken)
    parts = session.turn.parts
    parts.take(spoken.part, spoken.sounds, spoken.failures, spoken.last, spoken.room)
    if parts[spoken.part].is_sent:
        session.turn.timeline.complete(spoken.part, session.now)


def _tell_failure(session: Session, part: Part, target: Target, why: str) -> None:
    """One encoder that fails concerns those alone who wanted its format."""
    to = tuple(listener.member for listener in _still_there(session, part.id) if listener.target == target)
    session.send(to, CustomError(f"no sound as {target.format}: {why}", ErrorId.SYNTHESIS_FAILED))


def _still_there(session: Session, part: int) -> list[Listener]:
    return [listener for listener in session.turn.parts[part].audience if listener.member in session.members]


def send_sound(session: Session) -> None:
    """Send what is due, to each Receiver in its own encoding, and have the parts made for which there is room now."""
    turn = session.turn
    while turn.parts.has_due:  # a silent part is due as soon as it has begun
        for batch in turn.parts.due():
            _send_batch(session, batch)
        _begin_parts(session)
    if turn.is_over:
        _close_for_the_rest(session)
        _report(session)


def _send_batch(session: Session, batch: Batch) -> None:
    turn, part = session.turn, batch.part
    if batch.seconds:
        turn.mark("first_audio", session.now)
    turn.mark_last_audio(session.now)
    for target, why in batch.failures.items():
        if target not in turn.without:
            turn.without.add(target)
            _tell_failure(session, part, target, why)
    for piece in batch.pieces:
        _send_piece(session, part, piece)
    turn.charge.give_back(batch.room)  # from now on it is the outboxes' to account for
    turn.timeline.play(part.id, part.text, batch.seconds, session.now, complete=part.made)
    session.touched = session.now


def _send_piece(session: Session, part: Part, piece: Piece) -> None:
    """Encode once for all that share an encoding."""
    turn = session.turn
    for is_base64 in (True, False):
        to = tuple(
            listener.member
            for listener in _still_there(session, part.id)
            if listener.target == piece.target and listener.is_base64 is is_base64
        )
        if not to:
            continue
        turn.reached.update(dict.fromkeys(to, (part.id, is_base64)))
        message = AudioDelta(
            id=part.id,
            text=piece.text,
            audio=encode_audio(piece.sound.data, is_base64),
            is_base64=is_base64,
            done=piece.done,
            stream_part_done=piece.part_done,
            total_number=turn.parts.total,
        )
        session.send(to, message, turn.number)


def _close_for_the_rest(session: Session) -> None:
    """Say `done` to those who were sent something, but not the part whose last piece says it."""
    turn = session.turn
    told = {listener.member for listener in turn.parts[turn.parts.last_sent].audience}
    for closing in _closings(session, total=turn.parts.total):
        to = tuple(member for member in closing.to if member not in told)
        session.send(to, closing.message, turn.number)


# ---- the end of a turn


def finish_turn(session: Session) -> None:
    """The turn has gone its whole way, or what there is of it is all that there will be."""
    _report(session)
    exchange = session.turn.exchange(session.now)
    if exchange is not None:
        session.history.append(exchange)
        session.history = _remembered(session)
    session.turn.charge.close()
    session.turn = session.turn.remains()
    session.effects.append(Release(session.turn.number))


def _report(session: Session) -> None:
    report = session.turn.report()
    if report is not None:
        session.send(session.senders, report)


def interrupt(session: Session) -> None:
    _cut(session, "interrupted")


def cancel(session: Session) -> None:
    _cut(session, "cancelled")


def abandon(session: Session) -> None:
    _cut(session, "cancelled")


def fail(session: Session) -> None:
    assert isinstance(session.event, Failed)
    session.send(session.senders, CustomError(session.event.message, session.event.error_id))
    _cut(session, "failed")


def expire(session: Session) -> None:
    name = table.DEADLINES[session.state]
    limit = getattr(session.limits, name)
    message = f"the deadline {name!r} ({limit:g} s) passed; try again, or raise it in [limits]"
    session.send(session.senders, CustomError(message, ErrorId.DEADLINE))
    _cut(session, "failed")


def _cut(session: Session, reason: Reason) -> None:
    """End the turn early: nothing of it leaves any more but the message that closes it."""
    turn = session.turn
    if session.state in table.ANSWER:
        session.effects.append(DropQueued(turn.number, _closings(session, total=len(turn.timeline))))
        if len(turn.timeline):
            session.cut_after = turn.timeline.heard(session.now)
        session.send(tuple(session.members), ResponseCancelled(reason))
    finish_turn(session)


def _closings(session: Session, total: int) -> tuple[Closing, ...]:
    """The messages that say `done` to the Receivers that were sent a piece, one for all whose last one was alike."""
    turn = session.turn
    alike: dict[tuple[int, bool], list[MemberId]] = {}
    for member, last in turn.reached.items():
        if member in session.members:
            alike.setdefault(last, []).append(member)
    closings = []
    for (part, is_base64), to in sorted(alike.items(), key=lambda item: (item[0][0], not item[0][1])):
        message = AudioDelta(
            id=part,
            text="",
            audio=encode_audio(b"", is_base64),
            is_base64=is_base64,
            done=True,
            stream_part_done=True,
            total_number=total,
        )
        closings.append(Closing(tuple(sorted(to)), message, only_if_dropped=turn.is_over))
    return tuple(closings)


def encode_audio(data: bytes, is_base64: bool) -> str | bytes:
    """The `audio` of a message: a base64 string, or bytes, which become an attachment."""
    return binascii.b2a_base64(data, newline=False).decode() if is_base64 else data
