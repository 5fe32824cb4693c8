"""The actions about an answer's sound: its parts are made, kept, and sent to each Receiver in its encoding.

`keep_sound` and `send_sound` are actions that rows of `table.py` name; the other functions serve actions. No function
chooses a state.
"""

from actors.deciding.conversation import Conversation, Participant
from actors.deciding.cues import cue_message
from actors.deciding.effects import Closing, Speak, Start
from actors.deciding.events import MemberId, Spoken
from actors.deciding.mouth import order_for, send_mouth
from actors.deciding.parts import Batch, Part, Piece, Recipient
from actors.deciding.step import Step
from actors.deciding.turn import Turn
from actors.ports.sound import Target
from actors.ports.synthesis import Speech
from protocol import base64text
from protocol.audioformat import OUTPUT_RATE, AudioFormat, parse_output
from protocol.errors import ErrorId
from protocol.languages import primary
from protocol.messages import AudioDelta, CustomError

DEFAULT_FORMAT = AudioFormat("mp3")
_DEFAULT_TARGET = Target(DEFAULT_FORMAT)
"""The target of a part while there is no Receiver: the turn takes its whole course all the same."""

# ---- making


def begin_parts(step: Step) -> None:
    """Have the next parts made, as many as may be, for the Receivers that are there now."""
    conversation = step.conversation
    turn = conversation.turn
    if not turn.parts.may_begin:  # as for most pieces of sound; what follows would cost a third of sending them
        return
    audience = tuple(_recipient(turn, conversation.participants[receiver]) for receiver in conversation.receivers)
    while (part := turn.parts.begin_next(audience, _DEFAULT_TARGET)) is not None:
        step.mark("first_part")
        turn.ledger.begin_part(part.id, len(part.speech or ""), step.now)
        if part.speech is not None:
            conversation.allowance.count_speech(len(part.speech), step.now)
            step.effects.append(Start(_speak(turn, part, part.speech)))


def _recipient(turn: Turn, participant: Participant) -> Recipient:
    tts, encoding = turn.configuration.tts, participant.encoding
    named = parse_output(tts.audio_format) if tts.audio_format else DEFAULT_FORMAT
    is_base64 = tts.is_base64 if encoding.is_base64 is None else encoding.is_base64
    format_ = encoding.format or named
    target = Target(format_, encoding.pieces, encoding.piece_bytes) if tts.stream else Target(format_)
    return Recipient(participant.id, target, is_base64, encoding.mouth)


def speech_of(turn: Turn, part: Part, text: str) -> Speech:
    """How a part is spoken, of which `text` is said."""
    tts = turn.configuration.tts
    is_own = tts.provider == turn.configuration.llm.provider
    own_voice = turn.delivery.voice if is_own else ""
    other = turn.delivery.language if is_own and primary(turn.delivery.language) != primary(tts.language_code) else ""
    formats = {target.format for target in part.targets}
    return Speech(
        text=text,
        model=tts.model,
        voice=own_voice or ("" if other else tts.voice),
        language=other or tts.language_code,
        gender=tts.ssml_gender.name,
        speed=turn.delivery.speed or tts.speed,
        format=_source_for(formats.pop()) if len(formats) == 1 else None,
        stream=tts.stream,
        marks=part.mouth is not None,
    )


def _speak(turn: Turn, part: Part, text: str) -> Speak:
    tts = turn.configuration.tts
    return Speak(
        turn.work,
        part.id,
        tts.provider.name,
        speech_of(turn, part, text),
        turn.delivery.clip,
        frozenset(part.targets),
        tts.stream,
        _shares(part),
        turn.configuration.turn_detection.on and turn.configuration.turn_detection.echo == "auto",
        order_for(part.audience),
    )


def _shares(part: Part) -> dict[Target, float]:
    """Bytes that are queued for each byte of sound: each Receiver has its copy, and base64 takes four for three."""
    shares: dict[Target, float] = {}
    for recipient in part.audience:
        shares[recipient.target] = shares.get(recipient.target, 0.0) + (4 / 3 if recipient.is_base64 else 1.0)
    return shares


def _source_for(format_: AudioFormat) -> AudioFormat:
    """The format to ask a synthesiser for: raw samples in place of a streamed wav, whose header cannot be true."""
    return AudioFormat("pcm16", OUTPUT_RATE) if format_.name == "wav" else format_


def keep_sound(step: Step, spoken: Spoken) -> None:
    """Sound of a part was made and is kept; where it may go out now, `send_sound` follows in the same step."""
    turn = step.conversation.turn
    turn.parts.take(spoken)
    if spoken.kept is not None:
        turn.kept.drop_before(turn.timeline.playing_part(step.now))
        turn.kept.add(spoken.part, spoken.kept)
    turn.ledger.note_made(spoken.part, step.now, is_made=turn.parts[spoken.part].made)
    if turn.parts[spoken.part].is_sent:
        turn.timeline.complete(spoken.part)


# ---- sending


def send_sound(step: Step, event: None) -> None:
    """Send the pieces whose turn it is as `response.audio.delta`, and begin parts for which there is room now.

    With the last piece of the answer the Sender gets the turn's `metrics`.
    """
    turn = step.conversation.turn
    while turn.parts.has_due:  # a silent part is due as soon as it has begun
        for batch in turn.parts.due():
            _send_batch(step, batch)
        begin_parts(step)
    if turn.is_over:
        _close_for_the_rest(step)
        report(step)


def _send_batch(step: Step, batch: Batch) -> None:
    turn, part = step.conversation.turn, batch.part
    if batch.seconds:
        step.mark("first_audio")
    if batch.pieces:
        turn.ledger.note_sent(part.id, step.now, is_sent=part.is_sent)
    for target, why in batch.failures.items():
        if target not in turn.without:
            turn.without |= {target}
            _tell_failure(step, part, target, why)
    if part.mouth is not None:
        hearing = [one for one in _still_there(step.conversation, part) if one.target not in turn.without]
        send_mouth(step, batch, part.mouth, hearing)
        _send_cues(step, batch, hearing)
    for piece in batch.pieces:
        _send_piece(step, part, piece)
    turn.charge.give_back(batch.room)  # from now on it is the outboxes' to account for
    turn.timeline.play(
        part.id,
        part.text,
        batch.seconds,
        step.now,
        complete=part.made,
        closed=batch.closes,
        envelope=batch.envelope,
        speech=part.speech or "",
        words=batch.words,
    )
    step.conversation.clock.touched = step.now


def _send_cues(step: Step, batch: Batch, listeners: list[Recipient]) -> None:
    """Send the cues in the sound of the batch to those who want a mouth or words."""
    turn, part = step.conversation.turn, batch.part
    to = tuple(listener.member for listener in listeners if listener.mouth.is_any)
    if part.cues is None or not to:
        return
    speed = turn.delivery.speed or turn.configuration.tts.speed
    until = round(part.seconds * 1000)
    for at, cue in part.cues.take(part.speech or "", batch.words, until, speed, is_whole=part.made):
        step.send(to, cue_message(turn.number, part.id, at, cue), turn.number)


def _tell_failure(step: Step, part: Part, target: Target, why: str) -> None:
    """One encoder that fails concerns those alone who wanted its format."""
    to = tuple(one.member for one in _still_there(step.conversation, part) if one.target == target)
    step.send(to, CustomError(f"no sound as {target.format}: {why}", ErrorId.SYNTHESIS_FAILED))


def _still_there(conversation: Conversation, part: Part) -> list[Recipient]:
    return [recipient for recipient in part.audience if recipient.member in conversation.participants]


def _send_piece(step: Step, part: Part, piece: Piece) -> None:
    """Encode once for all that share an encoding."""
    turn = step.conversation.turn
    for is_base64 in (True, False):
        to = tuple(
            recipient.member
            for recipient in _still_there(step.conversation, part)
            if recipient.target == piece.target and recipient.is_base64 is is_base64
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
        step.send(to, message, turn.number, piece.sound.seconds)


def _close_for_the_rest(step: Step) -> None:
    """Say `done` to those who were sent something, but not the part whose last piece says it."""
    turn = step.conversation.turn
    told = {recipient.member for recipient in turn.parts[turn.parts.last_sent].audience}
    for closing in closings(step.conversation, total=turn.parts.total):
        to = tuple(member for member in closing.to if member not in told)
        step.send(to, closing.message, turn.number)


def closings(conversation: Conversation, total: int) -> tuple[Closing, ...]:
    """The messages that say `done` to the Receivers that were sent a piece, one for all whose last one was alike."""
    turn = conversation.turn
    alike: dict[tuple[int, bool], list[MemberId]] = {}
    for member, last in turn.reached.items():
        if member in conversation.participants:
            alike.setdefault(last, []).append(member)
    made = []
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
        made.append(Closing(tuple(sorted(to)), message, only_if_dropped=turn.is_over))
    return tuple(made)


def report(step: Step) -> None:
    """The Sender gets the turn's `metrics`, once."""
    turn = step.conversation.turn
    metrics = turn.ledger.report(turn.number)
    if metrics is not None:
        step.send(step.conversation.senders, metrics)


def encode_audio(data: bytes, is_base64: bool) -> str | bytes:
    """The `audio` of a message: a base64 string, or bytes, which become an attachment."""
    return base64text.encode(data) if is_base64 else data
