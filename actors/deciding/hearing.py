"""The actions about the Sender: configuration, the utterance, its recognition, the typed turn.

Each public function is an action that a row of `table.py` names: it says and does, and never chooses a state.
"""

from actors.deciding.conversation import Conversation
from actors.deciding.effects import Feed, Listen, Release, Start, Transcribe
from actors.deciding.events import Failed, FromClient, Recognised, Words
from actors.deciding.measuring import seconds_to_charge
from actors.deciding.mouth import prepare_mouth
from actors.deciding.step import Step
from actors.deciding.triggers import Chunk, NewConfiguration, RefusedTurn, TypedText
from actors.deciding.turn import UtteranceBuffer, cost, text_cost
from actors.ports.sound import Clip
from actors.ports.watching import DeadlinePassed
from protocol.audioformat import headless, identify, parse_input, sniff
from protocol.containers import stream_header, with_header
from protocol.errors import ErrorId
from protocol.joined import JOINED
from protocol.messages import BufferInitialized, CustomError, SessionUpdated, TranscribeDelta, TranscribeDone

STREAMED = ("webm", "ogg", "opus")
"""The formats whose recorders can go on over several utterances."""
COMPLAINT_EVERY = 1.0
"""Seconds between two refusals of chunks for want of a configuration: a microphone sends many."""
UNCONFIGURED = "nothing is configured yet; send session.update first"

# ---- configuration


def configure(step: Step, new: NewConfiguration) -> None:
    """The configuration is in force from the next turn on; its Sender gets `session.updated` with the warnings."""
    configuration = step.conversation.configuration
    configuration.asked, configuration.named = new.asked, new.named
    configuration.in_force = new.resolved.configuration
    step.send((new.member,), SessionUpdated(step.conversation.id, True, new.warnings + new.resolved.warnings))
    prepare_mouth(step)


def refuse_update(step: Step, new: NewConfiguration) -> None:
    """Nothing changes; the Sender gets `custom.error` 200x and `session.updated` with success false."""
    step.refuse(new.member, new.resolved.error_id or ErrorId.BAD_CONFIGURATION, new.resolved.message)
    step.send((new.member,), SessionUpdated(step.conversation.id, False))


def refuse_unconfigured(step: Step, said: FromClient) -> None:
    """1002: nothing is configured yet."""
    step.refuse(said.member, ErrorId.WRONG_STATE, UNCONFIGURED)


def refuse_unconfigured_chunk(step: Step, chunk: Chunk) -> None:
    """1002: nothing is configured yet; within a second of the last one only the ack says so."""
    clock = step.conversation.clock
    if step.now - clock.complained < COMPLAINT_EVERY:
        step.refuse_silently(ErrorId.WRONG_STATE, UNCONFIGURED)
        return
    clock.complained = step.now
    step.refuse(chunk.member, ErrorId.WRONG_STATE, UNCONFIGURED)


# ---- the utterance


def begin_utterance(step: Step, chunk: Chunk) -> None:
    """A new turn begins with the chunk; the Sender gets `input.buffer.initialized`."""
    conversation = step.conversation
    step.begin_turn()
    conversation.utterance = UtteranceBuffer()
    step.send(conversation.senders, BufferInitialized(conversation.id))
    prepare_mouth(step)
    if len(chunk.audio) > conversation.limits.utterance_bytes:
        overflow_utterance(step, chunk)
    elif not conversation.account.has_room(cost(chunk.audio)):
        crowd_out_utterance(step, chunk)
    else:
        extend_utterance(step, chunk)


def extend_utterance(step: Step, chunk: Chunk) -> None:
    """The chunk is kept, and given to a recogniser that listens while the person speaks."""
    conversation, audio = step.conversation, chunk.audio
    utterance, turn = conversation.utterance, conversation.turn
    if utterance.size and sniff(audio) in JOINED:
        utterance.last_file = utterance.size
    utterance.add(audio)
    turn.charge.take(cost(audio))
    conversation.clock.touched = step.now
    if utterance.listened:
        step.effects.append(Feed(turn.work, audio))
    elif utterance.size >= utterance.need:
        _offer_to_listen(step)


def _offer_to_listen(step: Step) -> None:
    """Once there is enough to tell the format by, a recogniser that can listens from now on.

    Not to what is over a limit, nor to what has to be measured before it is recognised.
    """
    conversation = step.conversation
    turn, utterance = conversation.turn, conversation.utterance
    stt, head = turn.configuration.stt, utterance.audio
    utterance.need = headless(parse_input(stt.media_format), head, is_whole=False).need
    if utterance.need:
        return
    utterance.listened = True
    if sniff(head) is None and _continues(conversation, stt.media_format):
        head = with_header(conversation.memory.stream_header, head)
    clip = Clip(head, identify(parse_input(stt.media_format), head))
    is_measured_first = conversation.allowance.measures_audio and clip.format.name != "pcm16"
    if is_measured_first or conversation.allowance.find_overrun(step.now) is not None:
        return
    step.effects.append(Listen(Transcribe(turn.work, clip, stt)))


def overflow_utterance(step: Step, chunk: Chunk) -> None:
    """The utterance is too long: what there is of it is dropped. The Sender gets 1004 once; later acks say the same."""
    conversation = step.conversation
    conversation.clock.touched = step.now
    message = conversation.utterance.why_too_long or _too_many_bytes(conversation)
    if conversation.utterance.overflown:
        step.refuse_silently(ErrorId.TOO_LONG, message)
        return
    conversation.utterance.overflown = True
    _lose_utterance(step)
    step.refuse(chunk.member, ErrorId.TOO_LONG, message)


def refuse_overlong(step: Step, failed: Failed) -> None:
    """The utterance plays too long: what there is of it is dropped. The Sender gets 1004 once; later acks say so."""
    conversation = step.conversation
    if conversation.utterance.overflown:
        return
    conversation.utterance.overflown = True
    conversation.utterance.why_too_long = failed.message
    _lose_utterance(step)
    step.send(conversation.senders, CustomError(failed.message, ErrorId.TOO_LONG))


def _too_many_bytes(conversation: Conversation) -> str:
    return f"the utterance is longer than {conversation.limits.utterance_bytes} bytes; commit, and speak shorter ones"


def crowd_out_utterance(step: Step, chunk: Chunk) -> None:
    """The server has no room for the chunk: the utterance is dropped. The Sender gets 3004 once; later acks say so."""
    conversation = step.conversation
    conversation.clock.touched = step.now
    message = f"{full(conversation)}, and the utterance is lost; say it again in a moment"
    if conversation.utterance.crowded:
        step.refuse_silently(ErrorId.BUSY, message)
        return
    conversation.utterance.crowded = True
    _lose_utterance(step)
    step.refuse(chunk.member, ErrorId.BUSY, message)


def full(conversation: Conversation) -> str:
    """Words that say that there is no memory left."""
    most = conversation.account.most
    return f"the server's memory for what is said and answered is full (memory_in_flight, {most} bytes)"


def _lose_utterance(step: Step) -> None:
    """Nothing of the utterance is kept, though the person goes on speaking."""
    conversation, microphone = step.conversation, step.conversation.microphone
    if conversation.utterance.listened or (microphone is not None and microphone.draft is not None):
        step.effects.append(Release(conversation.turn.work))
    conversation.utterance.drop()
    conversation.turn.charge.close()


def refuse_straggler(step: Step, chunk: Chunk) -> None:
    """1002: the chunk came too late and is dropped; the turn goes on."""
    message = "this chunk came after its commit and was dropped; commit after the last chunk"
    step.refuse(chunk.member, ErrorId.WRONG_STATE, message)


def refuse_empty_commit(step: Step, said: FromClient) -> None:
    """1005: there is nothing to transcribe."""
    message = "there is no audio to transcribe; send input.buffer.append before the commit"
    step.refuse(said.member, ErrorId.NOTHING_SAID, message)


def refuse_create(step: Step, said: FromClient) -> None:
    """1005: there is no transcript to answer."""
    message = "there is no transcript to answer; speak first, with turnDetection.createResponse false"
    step.refuse(said.member, ErrorId.NOTHING_SAID, message)


def refuse_crowded_commit(step: Step, said: FromClient) -> None:
    """3004: the server has no room for what the recogniser is given."""
    message = f"{full(step.conversation)}, and the utterance is lost; say it again in a moment"
    step.refuse(said.member, ErrorId.BUSY, message)


def refuse_utterance(step: Step, refused: RefusedTurn) -> None:
    """No turn may begin: the utterance is thrown away, and who would have begun the turn is told why."""
    drop_utterance(step, refused)
    if (microphone := step.conversation.microphone) is not None and refused.frame is not None:
        microphone.detection = refused.frame.detection.closed()
    refuse_turn(step, refused)


def refuse_turn(step: Step, refused: RefusedTurn) -> None:
    """No turn may begin: who would have begun it is told why, and nothing else changes."""
    error = refused.error
    if refused.said is not None:
        step.refusal = error
    step.send(step.conversation.senders if refused.said is None else (refused.said.member,), error)


def drop_utterance(step: Step, event: object) -> None:
    """The utterance is thrown away, and the work of a recogniser that listened to it; no message is sent."""
    conversation = step.conversation
    _lose_utterance(step)
    conversation.utterance = UtteranceBuffer()
    if (microphone := conversation.microphone) is not None:
        if microphone.draft is not None:
            conversation.speculation.drop(microphone.draft)
        microphone.draft = conversation.shadow = None
        microphone.close()


def expire_utterance(step: Step, event: object) -> None:
    """The utterance is thrown away; the Sender gets 3003 with the deadline's name."""
    conversation = step.conversation
    drop_utterance(step, event)
    limit = conversation.limits.receiving if conversation.has_sender else conversation.limits.grace
    message = f"the deadline 'receiving' passed: no chunk and no commit came for {limit:g} s; commit the utterance"
    step.note(DeadlinePassed("receiving"))
    step.send(conversation.senders, CustomError(message, ErrorId.DEADLINE))


# ---- recognition


def transcribe(step: Step, commit: FromClient) -> None:
    """The utterance is recognised, if the pools admit the turn; the commit's ack waits until they have said so."""
    conversation = step.conversation
    turn, utterance = conversation.turn, conversation.utterance
    step.commit(commit)
    stt = turn.configuration.stt
    data = _whole(conversation, utterance, stt.media_format)
    turn.charge.hold(2 * len(data))  # the clip, and what the recogniser is given of it
    turn.clip = Clip(data, identify(parse_input(stt.media_format), data, is_whole=True))
    turn.seconds = seconds_to_charge(conversation)
    conversation.utterance = UtteranceBuffer()
    job = Transcribe(turn.work, turn.clip, stt, utterance.last_file > 0, turn.seconds is None)
    step.effects.append(Start(job, admit=("STT", "LLM", "TTS")))


def _whole(conversation: Conversation, utterance: UtteranceBuffer, media_format: str) -> bytes:
    """The utterance as a file; where its recorder wrote the head into an earlier one, that is put before it.

    What goes on in the next utterance is the last file of this one.
    """
    data = utterance.audio
    if sniff(data) is None and _continues(conversation, media_format):
        data = with_header(conversation.memory.stream_header, data)
        if not utterance.last_file:
            return data
    last = utterance.audio[utterance.last_file :] if utterance.last_file else data
    if sniff(last) is not None:
        conversation.memory.stream_header = stream_header(last)
    return data


def _continues(conversation: Conversation, media_format: str) -> bool:
    """Whether sound without a head may be the rest of a stream whose head is known."""
    return bool(conversation.memory.stream_header) and media_format in STREAMED


def tell_words(step: Step, words: Words) -> None:
    """The Sender gets `request.transcribe.delta` with the words recognised so far."""
    step.conversation.turn.words_so_far = words.text
    step.send(step.conversation.senders, TranscribeDelta(words.text))


def tell_transcript(step: Step, recognised: Recognised) -> None:
    """The words of the utterance are known; the Sender gets `request.transcribe.done`."""
    turn = step.conversation.turn
    step.mark("transcript")
    turn.note_transcript(recognised.text.strip(), recognised.language)
    step.send(step.conversation.senders, TranscribeDone(turn.said, recognised.sentiment, recognised.language))


# ---- the typed turn


def take_text(step: Step, typed: TypedText) -> None:
    """A new turn begins with the typed words; the Sender gets them back as `request.transcribe.done`."""
    analyst, turn = step.conversation.analyst, step.begin_turn()
    step.commit_text(typed)
    turn.said = typed.text.strip()
    turn.charge.take(text_cost(turn.said))
    turn.language = analyst.language(turn.said)
    sentiment = analyst.sentiment(turn.said) if turn.configuration.stt.sentiment_analysis else ""
    step.send(step.conversation.senders, TranscribeDone(turn.said, sentiment, turn.language))


def refuse_while_receiving(step: Step, typed: TypedText) -> None:
    """1002: an utterance is being received, and is kept. An open microphone may be typed over, but not by this text."""
    conversation = step.conversation
    if conversation.microphone is not None:
        is_long = len(typed.text) > conversation.limits.text_chars
        refuse = refuse_long_text if is_long else refuse_crowded_text if typed.text.strip() else refuse_blank_text
        return refuse(step, typed)
    message = "an utterance is being received; commit or clear it before input.text"
    return step.refuse(typed.member, ErrorId.WRONG_STATE, message)


def refuse_blank_text(step: Step, typed: TypedText) -> None:
    """1005: the text has no words."""
    step.refuse(typed.member, ErrorId.NOTHING_SAID, "there is nothing to answer; send input.text with words")


def refuse_long_text(step: Step, typed: TypedText) -> None:
    """1004: the text is too long."""
    message = f"the text is longer than {step.conversation.limits.text_chars} characters; send less"
    step.refuse(typed.member, ErrorId.TOO_LONG, message)


def refuse_crowded_text(step: Step, typed: TypedText) -> None:
    """3004: the server has no room for the text."""
    step.refuse(typed.member, ErrorId.BUSY, f"{full(step.conversation)}; send the text again in a moment")
