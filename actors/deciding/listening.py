"""The actions about an open microphone: what is heard is kept, becomes an utterance, and is committed by its silence.

While a speaker pauses, the turn is tried: recognition, answer and sound are begun, and nobody is told (a Draft). Speech
before the commit drops the draft; the commit keeps it, and `machine.py` then takes in its results, which are told.

Each public function is an action that a row of `table.py` names, or serves the machine; none chooses a state.
"""

from typing import Final

from actors.deciding.conversation import Conversation
from actors.deciding.detection import FRAME_MS, ONSET, frames_in
from actors.deciding.effects import AskTurnEnd, Deafen, Feed, Hear, Listen, Release, Start, Transcribe
from actors.deciding.ending import forget_turn
from actors.deciding.events import Believed, EchoFound, FromClient, Recognised, Tick, Unheard
from actors.deciding.hearing import drop_utterance, full, tell_transcript
from actors.deciding.measuring import seconds_of_speech
from actors.deciding.microphone import EDGE, Belief, Contest, Draft, ListeningState
from actors.deciding.mouth import prepare_mouth
from actors.deciding.states import HANDSHAKEN, RECEIVING, TRANSCRIBING
from actors.deciding.step import Step
from actors.deciding.triggers import Chunk, CountedFrame, TypedText
from actors.deciding.turn import Turn, UtteranceBuffer, cost, text_cost
from actors.deciding.turnending import AHEAD
from actors.ports.calls import Kind
from actors.ports.listening import FRAME_BYTES, RATE, TURN_SECONDS
from actors.ports.sound import Clip
from protocol.audioformat import AudioFormat
from protocol.errors import ErrorId
from protocol.handsfree import InputIdle, SessionEcho, SpeechStarted, SpeechStopped
from protocol.messages import BufferInitialized, CustomError

HEARD_FORMAT: Final = AudioFormat("pcm16", RATE)
"""What an utterance of an open microphone is handed on as, whatever came."""
_TAIL = frames_in(300)
"""Frames of silence that a recogniser is given after the last word, at most."""
_TURN_BYTES = 2 * RATE * TURN_SECONDS


def microphone_of(step: Step) -> ListeningState:
    """The open microphone, for actions of events that only come where there is one."""
    microphone = step.conversation.microphone
    assert microphone is not None
    return microphone


# ---- what is heard


def hear_chunk(step: Step, chunk: Chunk) -> None:
    """The chunk is decoded and judged; what is found in it comes as frames."""
    microphone = microphone_of(step)
    step.effects.append(Hear(microphone.stream, microphone.format, chunk.audio))


def keep_frame(step: Step, frame: CountedFrame) -> None:
    """The frame is kept: of an utterance, of speech during a turn, or for the prefix of an utterance that may begin."""
    conversation, microphone = step.conversation, microphone_of(step)
    microphone.detection = frame.detection
    is_echo = frame.is_echo and frame.detection.silent > EDGE
    audio = bytes(len(frame.audio)) if is_echo else frame.audio
    if conversation.state is RECEIVING:
        conversation.utterance.add(audio)
        conversation.turn.charge.take(cost(audio))
        conversation.clock.touched = step.now
        if conversation.utterance.listened:
            step.effects.append(Feed(conversation.turn.work, audio))
    elif (contest := microphone.contest) is not None:
        contest.utterance.add(audio)
        contest.charge.hold(contest.utterance.cost)
        if not frame.detection.silent:
            contest.heard_at = step.now
    elif frame.audio:
        microphone.ring.append((frame.audio, frame.is_echo))


def take_prefix(microphone: ListeningState, frame: CountedFrame) -> tuple[list[bytes], int]:
    """The frames with which an utterance begins, its onset and prefix, and the number of the first one."""
    microphone.detection = frame.detection
    microphone.ring.append((frame.audio, frame.is_echo))
    frames = microphone.take_ring(frames_in(microphone.settings.prefix_padding_ms) + ONSET)
    return frames, frame.detection.position - len(frames)


def begin_speech(step: Step, frame: CountedFrame) -> None:
    """An utterance begins before the onset; the Sender gets `input.buffer.initialized` and `input.speech.started`.

    Speech before it whose words are still awaited belongs to it.
    """
    before = take_awaited(step)
    frames, begins = take_prefix(microphone_of(step), frame)
    audio = b"".join(frames)
    if before is not None:
        audio, begins = before.utterance.audio + audio, before.begins
    begin_heard(step, audio, begins)


def take_awaited(step: Step) -> Contest | None:
    """Speech during a turn whose words are not known yet, which are not awaited any more; None where there is none."""
    microphone = microphone_of(step)
    awaited, microphone.awaited = microphone.awaited, None
    if awaited is not None:
        awaited.charge.close()
        if awaited.trial:
            step.effects.append(Release(awaited.trial))
            awaited.trial = 0
    return awaited


def begin_heard(step: Step, audio: bytes, begins: int, first_half: bytes = b"") -> None:
    """A turn begins with what was heard from frame `begins` on; `first_half`: what belongs before it."""
    conversation, microphone = step.conversation, microphone_of(step)
    turn = step.begin_turn()
    turn.is_heard = True
    microphone.begins, microphone.first_half = begins, first_half
    microphone.resumed = microphone.detection.position
    microphone.go_on()
    conversation.utterance = UtteranceBuffer()
    conversation.utterance.add(first_half + audio)
    turn.charge.hold(cost(first_half + audio))
    step.send(conversation.senders, BufferInitialized(conversation.id))
    step.send(conversation.senders, SpeechStarted(begins * FRAME_MS))
    _listen(step)
    prepare_mouth(step)
    if microphone.settings.type == "semantic_vad":
        step.effects.append(AskTurnEnd(microphone.stream, microphone.detection.position, b""))


def _listen(step: Step) -> None:
    """Have the utterance recognised while it is spoken, where the recogniser can."""
    turn, utterance = step.conversation.turn, step.conversation.utterance
    utterance.listened = True
    if step.conversation.allowance.find_overrun(step.now) is None:
        job = Transcribe(turn.work, Clip(utterance.audio, HEARD_FORMAT), turn.configuration.stt)
        step.effects.append(Listen(job))


def go_on(step: Step, frame: CountedFrame) -> None:
    """Speech goes on after a pause: what was tried in it is dropped, and nobody was told of it."""
    conversation, microphone = step.conversation, microphone_of(step)
    had_draft = microphone.draft is not None
    drop_draft(step)
    microphone.go_on()
    microphone.resumed = frame.detection.position
    keep_frame(step, frame)
    if conversation.state is RECEIVING and had_draft:
        _listen(step)


def ask_turn_end(step: Step, frame: CountedFrame) -> None:
    """It is judged whether the speaker has finished, by the last seconds of the utterance."""
    microphone = microphone_of(step)
    keep_frame(step, frame)
    microphone.asked += 1
    microphone.asked_at, microphone.belief = frame.detection.position, None
    samples = step.conversation.utterance.tail(_TURN_BYTES)
    samples += samples[-AHEAD * FRAME_BYTES :]  # the silence goes on, or the answer will not count
    step.effects.append(AskTurnEnd(microphone.stream, microphone.asked_at, samples))


def keep_belief(step: Step, believed: Believed) -> None:
    """What is said of the pause counts from the silence on that was asked about, and with the words."""
    microphone_of(step).belief = Belief(believed.finished)


def refuse_to_hear(step: Step, frame: CountedFrame) -> None:
    """The server has no room for speech, which is lost up to its next pause; the Sender gets 3004 once."""
    conversation, microphone = step.conversation, microphone_of(step)
    is_told = conversation.state is not RECEIVING and microphone.is_lost(frame.detection)
    if conversation.state is RECEIVING:
        drop_utterance(step, frame)
    microphone.detection = frame.detection
    microphone.lost_at = frame.detection.position
    microphone.close()
    message = f"{full(conversation)}, and the utterance is lost; say it again in a moment"
    if not is_told:
        step.send(conversation.senders, CustomError(message, ErrorId.BUSY))


def tell_unheard(step: Step, unheard: Unheard) -> None:
    """The Sender's sound cannot be listened to: it is told why."""
    step.send(step.conversation.senders, CustomError(unheard.message, unheard.error_id))


def tell_echo(step: Step, echo: EchoFound) -> None:
    """The Sender is told once that its microphone hears the avatar, and what helps."""
    conversation = step.conversation
    if not conversation.memory.echo_told:
        conversation.memory.echo_told = True
        told = f"your microphone hears the avatar {echo.delay_ms} ms late"
        advice = f"{told}: switch on echo cancelling, or wear headphones"
        step.send(conversation.senders, SessionEcho(echo.delay_ms, echo.level, advice))


def tell_idle(step: Step, tick: Tick) -> None:
    """Nobody has spoken for as long as the Sender wanted to know: it gets `input.idle`, once until the next turn."""
    microphone = microphone_of(step)
    microphone.idle_told = True
    step.send(step.conversation.senders, InputIdle(microphone.settings.idle_timeout_ms))


# ---- the draft


def begin_draft(step: Step, frame: CountedFrame) -> None:
    """The speaker pauses: the utterance is recognised as if it were complete, where there is room for that."""
    conversation, microphone = step.conversation, microphone_of(step)
    turn = conversation.turn
    keep_frame(step, frame)
    microphone.is_tried = True
    clip = Clip(conversation.utterance.audio, HEARD_FORMAT)
    if not turn.charge.take(len(clip.data)):
        return
    microphone.drafts += 1
    conversation.speculation.begun += 1
    draft = microphone.draft = Draft(clip, _basis(conversation))
    conversation.shadow = _shadow(conversation, clip, step.now)
    conversation.utterance.listened = False
    job = Transcribe(turn.work, clip, turn.configuration.stt)
    draft.jobs.append(job)
    step.effects.append(Start(job, admit=seats_of(turn)))


def seats_of(turn: Turn) -> tuple[Kind, ...]:
    """The pools in which a turn that was heard needs a seat."""
    return ("STT", "LLM", "TTS") if turn.configuration.turn_detection.create_response else ("STT",)


def _basis(conversation: Conversation) -> object:
    return tuple(conversation.participants.values()), conversation.configuration.in_force


def is_outdated(conversation: Conversation, draft: Draft) -> bool:
    """Whether the draft was begun for other Receivers, or with other settings, than there are now."""
    return draft.basis != _basis(conversation)


def _shadow(conversation: Conversation, clip: Clip, now: float) -> Conversation:
    """The conversation as it would be at the commit: steps are made in it, and what they say is told to nobody."""
    shadow = Conversation(conversation.id, conversation.limits, conversation.resolve, conversation.analyst, now)
    shadow.participants = dict(conversation.participants)
    shadow.configuration = conversation.configuration
    shadow.state = TRANSCRIBING
    memory, of_shadow = conversation.memory, shadow.memory
    of_shadow.history = list(memory.history)
    of_shadow.first_audio_ms, of_shadow.cut_after = memory.first_audio_ms, memory.cut_after
    of_shadow.stood_in, of_shadow.note = memory.stood_in, memory.note
    turn = conversation.turn
    shadow.turn = Turn(turn.number, turn.configuration, conversation.limits.parts_ahead, work=turn.work)
    shadow.turn.ledger.commit(now)
    shadow.turn.clip, shadow.turn.is_heard = clip, True
    return shadow


def drop_draft(step: Step) -> None:
    """What was tried is dropped; its jobs end, and results that are on their way belong to nobody."""
    conversation, microphone = step.conversation, microphone_of(step)
    if (draft := microphone.draft) is None:
        return
    turn = conversation.turn
    step.effects.append(Release(turn.work))
    turn.charge.give_back(draft.size + draft.room)
    turn.work = conversation.next_work()
    microphone.draft = conversation.shadow = None
    conversation.speculation.drop(draft)


# ---- the commit


def end_speech(step: Step, said: CountedFrame | Believed | Tick | FromClient) -> None:
    """The utterance is complete: the Sender gets `input.speech.stopped` with the end of speech."""
    if isinstance(said, CountedFrame):
        keep_frame(step, said)
    detection = microphone_of(step).detection
    ends = detection.position - detection.silent
    step.send(step.conversation.senders, SpeechStopped(ends * FRAME_MS - detection.early_ms))


def transcribe_speech(step: Step, said: CountedFrame | Believed | Tick | FromClient) -> None:
    """The utterance is recognised; where that was tried in the pause, its results are kept and told now."""
    conversation, microphone = step.conversation, microphone_of(step)
    turn, draft = conversation.turn, microphone.draft
    step.commit(said if isinstance(said, FromClient) else None, microphone.detection.quiet_ms / 1000)
    turn.seconds = seconds_of_speech(conversation)
    if draft is None:
        job = Transcribe(turn.work, Clip(_without_tail(conversation, microphone), HEARD_FORMAT), turn.configuration.stt)
        turn.charge.give_back(conversation.utterance.cost - 2 * len(job.clip.data))  # what the recogniser is given, too
        step.effects.append(Start(job, admit=seats_of(turn)))
        turn.clip = job.clip
    else:
        turn.clip = draft.clip
        turn.charge.give_back(conversation.utterance.cost - draft.size)  # engines hold the rest of it
        conversation.speculation.kept += 1
    microphone.draft, microphone.adopted, conversation.shadow = None, draft, None
    conversation.utterance = UtteranceBuffer()
    microphone.close()


def _without_tail(conversation: Conversation, microphone: ListeningState) -> bytes:
    """The utterance without the silence at its end, but for what a recogniser needs of it."""
    audio = conversation.utterance.audio
    more = microphone.detection.silent - _TAIL
    return audio[: len(audio) - more * FRAME_BYTES] if more > 0 else audio


def keep_transcript(step: Step, recognised: Recognised) -> None:
    """The Sender gets `request.transcribe.done`; the words wait for `response.create`, and the turn is over."""
    tell_transcript(step, recognised)
    conversation = step.conversation
    unanswered = conversation.memory.unanswered
    unanswered.append(conversation.turn.said)
    while len(unanswered) > 1 and len(" ".join(unanswered)) > conversation.limits.text_chars:
        del unanswered[0]
    forget_turn(step, "completed")


def take_unanswered(step: Step, typed: TypedText) -> None:
    """A new turn begins with the words that wait for an answer, of which the Sender was told."""
    conversation = step.conversation
    conversation.memory.unanswered.clear()
    turn = step.begin_turn()
    step.commit_text(typed)
    turn.said = typed.text
    turn.charge.take(text_cost(turn.said))
    turn.language = conversation.analyst.language(turn.said)


# ---- the stream


def follow_configuration(step: Step) -> None:
    """Open or close the microphone as the configuration says, where no utterance is open; for the machine."""
    conversation, microphone = step.conversation, step.conversation.microphone
    configuration = conversation.configuration.in_force
    if conversation.state is RECEIVING or (microphone is not None and microphone.contest is not None):
        return
    if microphone is not None and microphone.configuration is configuration and not microphone.is_stale:
        return
    if microphone is not None and configuration.turn_detection.on and microphone.follow(configuration):
        return
    if microphone is not None:
        take_awaited(step)
        step.effects.append(Deafen())
    is_on = configuration.turn_detection.on
    conversation.microphone = ListeningState(conversation.next_stream(), configuration) if is_on else None
    if is_on and conversation.state is HANDSHAKEN:
        conversation.clock.entered = step.now  # nobody could speak before
