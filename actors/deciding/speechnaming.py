"""Naming what an open microphone hears: which event of the table a frame, a belief, or the words of a contest is.

Pure, as all naming. The lengths at which something follows stand here; `detection.py` counts them.
"""

from typing import Any, Final

from actors.deciding import triggers
from actors.deciding.conversation import Conversation
from actors.deciding.deadlines import end_silence, is_contest_over, is_sounding
from actors.deciding.detection import FRAME_SECONDS, PAUSE_MS, Detection, frames_in
from actors.deciding.events import Believed, Failed, FrameJudged, PoolsBusy, Recognised, TurnEvent
from actors.deciding.microphone import Belief, Contest, ListeningState
from actors.deciding.speechend import BYTES, SETTLED, early_ms
from actors.deciding.states import HANDSHAKEN, RECEIVING, TRANSCRIBING, TURN
from actors.deciding.triggers import CountedFrame, Intrusion, Occurrence
from actors.deciding.turn import cost
from actors.deciding.turnending import is_asked, is_finished
from actors.ports.listening import ECHO, RATE
from actors.words.backchannels import is_backchannel
from protocol.errors import ErrorId

UNBROKEN: Final = frames_in(60_000)
"""Frames of speech without a pause after which an utterance is committed as it is."""
MOST_DRAFTS: Final = 3
DRAFT_SECONDS: Final = 10.0
"""Seconds of an utterance beyond which nothing is tried in its pauses: the longer it is, the more a draft costs."""
HOLD_AT: Final = frames_in(400)
INTRUDES_AT: Final = frames_in(1200)
"""Frames of speech after which it is meant for the turn, whatever its words are."""
MERGES_WITHIN: Final = 2.0
"""Seconds of an answer that may have been heard before it counts as an answer."""
MOST_FAILURES: Final = 2
"""How often the words of speech during a turn are looked for, where the recogniser fails."""
BUSY: Final = "all workers are busy; try again in a moment"


def name_frame(conversation: Conversation, heard: FrameJudged, now: float) -> Occurrence[Any] | None:
    """A frame of the microphone's sound; None where it is of another stream."""
    microphone = conversation.microphone
    if microphone is None or heard.stream != microphone.stream:
        return None
    settings = microphone.settings
    is_deaf = settings.echo == "mute" and is_sounding(conversation, now)
    speech = ECHO if is_deaf else heard.speech
    detection = _with_end(conversation, microphone, microphone.detection.after(speech, settings.threshold), heard.audio)
    frame = CountedFrame(heard.audio, detection, speech == ECHO)
    if conversation.state is HANDSHAKEN:
        return _before_speech(conversation, microphone, frame)
    if conversation.state is RECEIVING:
        return _in_speech(conversation, microphone, frame)
    return _in_turn(conversation, microphone, frame, now)


def _with_end(conversation: Conversation, microphone: ListeningState, detection: Detection, audio: bytes) -> Detection:
    """The count with the end of speech in samples, from the frame on with which it can be found."""
    if detection.silent != SETTLED or detection.run:
        return detection
    contest = microphone.contest
    utterance = conversation.utterance if contest is None else contest.utterance
    return detection._replace(early_ms=early_ms(utterance.tail(BYTES) + audio))


def _before_speech(
    conversation: Conversation, microphone: ListeningState, frame: CountedFrame
) -> Occurrence[CountedFrame]:
    if not frame.detection.has_begun:
        return triggers.FRAME(frame)
    is_whole = _has_room(conversation, frame) and not microphone.is_lost(frame.detection)
    return (triggers.ONSET if is_whole else triggers.NO_ROOM_TO_HEAR)(frame)


def _has_room(conversation: Conversation, frame: CountedFrame) -> bool:
    return conversation.account.has_room(cost(frame.audio))


def _in_speech(conversation: Conversation, microphone: ListeningState, frame: CountedFrame) -> Occurrence[Any]:
    detection = frame.detection
    if not _has_room(conversation, frame):
        return triggers.NO_ROOM_TO_HEAR(frame)
    if detection.quiet_ms >= end_silence(microphone.settings) or _is_too_long(conversation, microphone, frame):
        return triggers.SPEECH_END(frame)
    if microphone.detection.is_paused and not detection.silent:
        return triggers.REOPEN(frame)
    if detection.is_paused and _may_try(microphone, detection):
        return triggers.PAUSE(frame)
    if is_finished(conversation, detection, microphone.belief):
        return triggers.SPEECH_END(frame)
    return (triggers.ASK if is_asked(microphone, detection) else triggers.FRAME)(frame)


def _is_too_long(conversation: Conversation, microphone: ListeningState, frame: CountedFrame) -> bool:
    """Whether the utterance has to be committed although somebody speaks."""
    size = conversation.utterance.size + 2 * len(frame.audio)
    return not _is_within(conversation, size) or frame.detection.position - microphone.resumed >= UNBROKEN


def _is_within(conversation: Conversation, size: int) -> bool:
    """Whether an utterance may have so many bytes of samples."""
    return size <= conversation.limits.utterance_bytes and size / (2 * RATE) <= conversation.limits.utterance_seconds


def _may_try(microphone: ListeningState, detection: Detection) -> bool:
    is_short = (detection.position - microphone.begins) * FRAME_SECONDS <= DRAFT_SECONDS
    return microphone.settings.speculate and not microphone.is_tried and microphone.drafts < MOST_DRAFTS and is_short


def _in_turn(
    conversation: Conversation, microphone: ListeningState, frame: CountedFrame, now: float
) -> Occurrence[Any]:
    detection, contest = frame.detection, microphone.contest
    if not microphone.settings.interrupt_response:
        return triggers.FRAME(CountedFrame(b"", detection.closed()))
    if contest is None:
        return _before_contest(conversation, frame)
    awaits = _awaits_words(conversation, contest)
    if not awaits and (detection.voiced >= INTRUDES_AT or contest.utterance.size > conversation.limits.utterance_bytes):
        return name_intrusion(conversation, Intrusion(frame), now)
    if microphone.detection.is_paused and not detection.silent:
        return triggers.REOPEN(frame)
    if detection.voiced >= HOLD_AT and not contest.is_long:
        return triggers.HOLD(frame)
    if (
        not awaits
        and not contest.trial
        and may_try(contest)
        and detection.has_been_quiet(PAUSE_MS * (1 + contest.failures))
    ):
        return triggers.TRY(frame)
    return triggers.FRAME(frame)


def _awaits_words(conversation: Conversation, contest: Contest) -> bool:
    """Whether the words of what was committed are not known yet, and would be lost: both halves together are too long.

    Somebody who speaks for longer than an utterance may be is committed, and goes on.
    """
    turn = conversation.turn
    if conversation.state is not TRANSCRIBING or turn.clip is None or not turn.is_heard:
        return False
    has_room = contest.utterance.size <= conversation.limits.utterance_bytes
    return has_room and not _is_within(conversation, len(turn.clip.data) + contest.utterance.size)


def _before_contest(conversation: Conversation, frame: CountedFrame) -> Occurrence[CountedFrame]:
    if not frame.detection.has_begun:
        return triggers.FRAME(frame)
    if _has_room(conversation, frame):
        return triggers.DUCK(frame)
    return triggers.FRAME(CountedFrame(frame.audio, frame.detection.closed()))  # the next three may find room


def name_intrusion(conversation: Conversation, intrusion: Intrusion, now: float) -> Occurrence[Intrusion]:
    """Speech is meant for the turn: it is the other half of what was answered too early, or cuts the answer."""
    turn, microphone = conversation.turn, conversation.microphone
    contest = microphone.undecided if microphone is not None else None
    first = len(turn.clip.data) if turn.clip is not None else 0
    both = first + (contest.utterance.size if contest is not None else 0)
    is_early = turn.is_heard and turn.timeline.seconds_heard(now) < MERGES_WITHIN
    fits = first > 0 and _is_within(conversation, both)
    return (triggers.MERGE if is_early and fits else triggers.INTRUDE)(intrusion)


def name_belief(conversation: Conversation, believed: Believed) -> Occurrence[Any] | None:
    """What the model says of a pause; None where speech has gone on since."""
    microphone = conversation.microphone
    if microphone is None or believed.stream != microphone.stream or conversation.state is not RECEIVING:
        return None
    if believed.position != microphone.asked_at:
        return None
    is_over = is_finished(conversation, microphone.detection, Belief(believed.finished))
    return (triggers.SPEECH_END if is_over else triggers.BELIEF)(believed)


def may_try(contest: Contest) -> bool:
    """Whether the words of a contest may still be found: its recogniser has not failed for good."""
    return contest.failures < MOST_FAILURES


def name_trial(conversation: Conversation, event: TurnEvent, now: float) -> Occurrence[Any] | None:
    """The words of a contest, or that there are none; None where it is about something else, or says nothing yet."""
    microphone = conversation.microphone
    contest = microphone.undecided if microphone is not None else None
    if microphone is None or contest is None or contest.trial != event.turn:
        return None
    match event:
        case Failed():
            return triggers.UNTRIED(event)
        case PoolsBusy(turn, stage):
            return triggers.UNTRIED(Failed(turn, stage, ErrorId.BUSY, BUSY))
        case Recognised() if not _is_meant(microphone, contest, event):
            return triggers.RESUME(event)
        case Recognised() if conversation.state is HANDSHAKEN:
            return triggers.LATE_WORDS(Intrusion())
        case Recognised():
            return name_intrusion(conversation, Intrusion(), now)
    return None


def _is_meant(microphone: ListeningState, contest: Contest, recognised: Recognised) -> bool:
    if not recognised.text.strip():
        return False
    if microphone.settings.backchannels == "interrupt" or contest.at_end:
        return True
    counted = contest.ended if contest is microphone.awaited else microphone.detection
    return not is_backchannel(recognised.text, counted.voiced * FRAME_SECONDS)


def name_time(conversation: Conversation, tick: Any, now: float) -> Occurrence[Any] | None:
    """What the clock says to an open microphone; None where it has nothing to do with one."""
    microphone = conversation.microphone
    if microphone is None:
        return None
    if conversation.state is RECEIVING and conversation.has_sender:
        return triggers.SPEECH_END(tick)
    if conversation.state is HANDSHAKEN:
        return triggers.QUIET(tick)
    if conversation.state in TURN and is_contest_over(conversation, now) and microphone.contest is not None:
        return (triggers.PLAY_ON if may_try(microphone.contest) else triggers.RESUME)(tick)
    return None
