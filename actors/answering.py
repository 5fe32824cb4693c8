"""What a session does about an answer: its text, its sound, and every way in which a turn ends.

Each function is an action that a row of actors/table.py names; they say and do, and never choose a state.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from actors import table
from actors.effects import Answer, Closing, DropQueued, Release, Speak, Start
from actors.events import Answered, Delivered, Failed, MemberId, Said, Spoken, Written
from actors.ports import Delivery, Exchange, Facts, Question, Speech
from actors.turn import Listener
from protocol.audioformat import AudioFormat, parse_output
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
    from actors.session import Member, Session

DEFAULT_FORMAT = AudioFormat("mp3")

# ---- the answer


def respond(session: Session) -> None:
    turn, llm = session.turn, session.turn.configuration.llm
    session.send(session.receivers, ResponseStarted(turn.number))
    facts = Facts(turn.number, session.last_turn.first_audio_ms, session.cut_after)
    question = Question(
        text=turn.said,
        history=_remembered(session),
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


def _remembered(session: Session) -> tuple[Exchange, ...]:
    """The latest turns that together stay within the bound of characters, oldest first."""
    kept: list[Exchange] = []
    room = session.limits.history_chars
    for exchange in reversed(session.history):
        room -= len(exchange.said) + len(exchange.answered)
        if room < 0 or len(kept) >= session.limits.history_turns:
            break
        kept.append(exchange)
    return tuple(reversed(kept))


def note_delivery(session: Session) -> None:
    assert isinstance(session.event, Delivered)
    session.turn.delivery = session.event.delivery


def write(session: Session) -> None:
    assert isinstance(session.event, Written)
    turn = session.turn
    turn.mark("first_token", session.now)
    turn.write(session.event.text)
    if turn.configuration.llm.stream:
        session.send(session.receivers, TextDelta(session.event.text), turn.number)


def finish_text(session: Session) -> None:
    assert isinstance(session.event, Answered)
    session.send(session.receivers, TextDone(session.turn.text), session.turn.number)
    _begin_part(session, session.turn.text)


def finish_unspoken(session: Session) -> None:
    """An answer without speakable words has its text and no audio."""
    session.turn.complete = True
    session.send(session.receivers, TextDone(session.turn.text))
    finish_turn(session)


# ---- the sound


def _begin_part(session: Session, text: str) -> None:
    """Have the next part made, for the Receivers that are there now."""
    turn, tts = session.turn, session.turn.configuration.tts
    part = len(turn.part_texts)
    turn.part_texts.append(text)
    turn.mark("first_part", session.now)
    audience = tuple(_listener(session, session.members[receiver]) for receiver in session.receivers)
    turn.audience[part] = audience
    targets = frozenset(listener.format for listener in audience) or frozenset({DEFAULT_FORMAT})
    own_voice = turn.delivery.voice if tts.provider == turn.configuration.llm.provider else ""
    speech = Speech(
        text=turn.spoken,
        model=tts.model,
        voice=own_voice or tts.voice,
        language=tts.language_code,
        gender=tts.ssml_gender.name,
        speed=turn.delivery.speed or tts.speed,
    )
    job = Speak(turn.number, part, tts.provider.name, speech, turn.delivery.clip, targets)
    session.effects.append(Start(job))


def _listener(session: Session, member: Member) -> Listener:
    tts = session.turn.configuration.tts
    named = parse_output(tts.audio_format) if tts.audio_format else DEFAULT_FORMAT
    is_base64 = tts.is_base64 if member.encoding.is_base64 is None else member.encoding.is_base64
    return Listener(member.id, member.encoding.format or named, is_base64)


def speak_part(session: Session) -> None:
    """Send a part to each of its Receivers, in that one's encoding; encode once for all that share one."""
    spoken = session.event
    assert isinstance(spoken, Spoken)
    turn = session.turn
    turn.mark("first_audio", session.now)
    turn.mark_last_audio(session.now)
    groups: dict[tuple[AudioFormat, bool], list[MemberId]] = {}
    for listener in turn.audience[spoken.part]:
        if listener.member in session.members:
            groups.setdefault((listener.format, listener.is_base64), []).append(listener.member)
    for (format_, is_base64), members in groups.items():
        _send_part(session, spoken, format_, is_base64, tuple(members))
    seconds = max((sound.seconds for sound in spoken.sounds.values()), default=0.0)
    turn.play(spoken.part, seconds, session.now)
    turn.complete = True
    session.touched = session.now
    _report(session)


def _send_part(
    session: Session, spoken: Spoken, format_: AudioFormat, is_base64: bool, to: tuple[MemberId, ...]
) -> None:
    sound = spoken.sounds.get(format_)
    if sound is None:
        why = spoken.failures.get(format_, "no sound was made")
        session.send(to, CustomError(f"no sound as {format_}: {why}", ErrorId.SYNTHESIS_FAILED))
    data = sound.data if sound else b""
    message = AudioDelta(
        id=spoken.part,
        text=session.turn.part_texts[spoken.part],
        audio=encode_audio(data, is_base64),
        is_base64=is_base64,
        done=True,
        stream_part_done=True,
        total_number=1,
    )
    session.send(to, message, session.turn.number)


# ---- the end of a turn


def finish_turn(session: Session) -> None:
    """The turn has gone its whole way, or what there is of it is all that there will be."""
    _report(session)
    exchange = session.turn.exchange(session.now)
    if exchange is not None:
        session.history.append(exchange)
        del session.history[: max(0, len(session.history) - session.limits.history_turns)]
    session.turn.clip = None
    session.turn.delivery = Delivery()
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
        session.effects.append(DropQueued(turn.number, _closings(session)))
        if turn.sent:
            session.cut_after = turn.heard(session.now)
        session.send(tuple(session.members), ResponseCancelled(reason))
    finish_turn(session)


def _closings(session: Session) -> tuple[Closing, ...]:
    """For each encoding, the message that says `done` to the Receivers that were sent a piece."""
    turn = session.turn
    sent = [listener for part in turn.sent for listener in turn.audience[part.id]]
    closings = []
    for is_base64 in (True, False):
        to = {listener.member for listener in sent if listener.is_base64 is is_base64} & session.members.keys()
        message = AudioDelta(
            id=turn.sent[-1].id if turn.sent else 0,
            text="",
            audio=encode_audio(b"", is_base64),
            is_base64=is_base64,
            done=True,
            stream_part_done=True,
            total_number=len(turn.sent),
        )
        if to:
            closings.append(Closing(tuple(sorted(to)), message, only_if_dropped=turn.complete))
    return tuple(closings)


def encode_audio(data: bytes, is_base64: bool) -> str | bytes:
    """The `audio` of a message: a base64 string, or bytes, which become an attachment."""
    return binascii.b2a_base64(data, newline=False).decode() if is_base64 else data
