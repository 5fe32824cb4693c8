"""What follows from speech, silence and the clock, frame by frame, without a server."""

from math import inf

import pytest

from actors.deciding.account import Account
from actors.deciding.detection import frames_in
from actors.deciding.effects import Acknowledge, AskTurnEnd, Release, Transcribe
from actors.deciding.events import Believed, FrameJudged, Recognised, Retracted, Words, Written
from actors.deciding.limits import Limits
from actors.deciding.turn import cost
from actors.ports.listening import ECHO
from protocol.errors import ErrorId
from protocol.handsfree import InputIdle, ResponseHeld, ResponseResumed, SpeechStarted, SpeechStopped
from protocol.messages import CustomError, ResponseCancelled, ResponseStarted, TranscribeDone
from protocol.states import State
from tests.playbook import Playbook, answered, asking, clear, commit, failed, recognised, spoken, text, update, written
from tests.speech import SILENCE, SPEECH, VAD, frame, happen, hear, listening, pass_time, told

ECHOED = b"\x02" * 1024


def work(pb: Playbook) -> int:
    """The number of the turn's jobs."""
    return pb.conversation.turn.work


def state(pb: Playbook) -> State:
    """The state of the session."""
    return pb.conversation.state


def speaking(pb: Playbook, seconds: float = 20.0, heard: float = 3.0) -> Playbook:
    """The avatar answers an utterance, with so much sound, of which so much has been heard."""
    hear(pb, (1.0, 20), (0.0, 20))
    for cue in (recognised("How are you?", turn=work(pb)), written("Fine and well, thanks.", turn=work(pb)),
                answered(work(pb)), spoken(seconds, turn=work(pb))):  # fmt: skip
        happen(pb, cue(pb))
    assert state(pb) is State.SPEAKING
    hear(pb, (0.0, frames_in(1000 * heard)))
    return pb


# ---- the utterance


@pytest.mark.parametrize(("padding", "before", "begins"), [(300, 40, 30), (300, 4, 0), (2000, 10, 0), (0, 40, 40)])
def test_an_utterance_begins_so_much_before_its_onset(padding: int, before: int, begins: int) -> None:
    pb = listening(prefixPaddingMs=padding)
    assert SpeechStarted(begins * 32) in hear(pb, (0.0, before), (1.0, 3))
    assert pb.conversation.utterance.audio == SILENCE * (before - begins) + SPEECH * 3


def test_presumed_echo_stays_out_of_an_utterance_but_for_the_edges_of_speech() -> None:
    pb = listening()
    for _ in range(12):
        happen(pb, FrameJudged(1, ECHOED, ECHO))
    hear(pb, (1.0, 5))
    utterance = pb.conversation.utterance
    assert utterance.audio == SILENCE * 8 + ECHOED * 2 + SPEECH * 5, "the first 300 ms are silence"
    for _ in range(5):
        happen(pb, FrameJudged(1, ECHOED, ECHO))
    assert utterance.audio.endswith(SPEECH + ECHOED * 2 + SILENCE * 3)
    assert pb.conversation.microphone is not None
    assert pb.conversation.microphone.detection.silent == 5


def test_silence_ends_an_utterance_at_the_very_frame() -> None:
    pb = listening()
    hear(pb, (1.0, 20), (0.0, 15))
    assert state(pb) is State.RECEIVING
    assert SpeechStopped(20 * 32) in hear(pb, (0.0, 1))
    assert state(pb) is State.TRANSCRIBING


def test_a_model_is_asked_at_400_ms_and_at_a_second() -> None:
    pb = listening(type="semantic_vad", speculate=False)
    hear(pb, (1.0, 20))
    asked = []
    for silent in range(1, 60):
        happen(pb, frame(pb, 0.0))
        asked += [silent for effect in pb.skip_all() if isinstance(effect, AskTurnEnd)]
    assert asked == [9, 28], "three frames ahead: the answer is there in time"


def asked_of(pb: Playbook) -> AskTurnEnd:
    """The question that is asked about a pause after 20 frames of speech."""
    hear(pb, (1.0, 20), (0.0, 8))
    happen(pb, frame(pb, 0.0))
    [asked] = [effect for effect in pb.skip_all() if isinstance(effect, AskTurnEnd) and effect.samples]
    return asked


def test_a_question_has_the_silence_that_it_is_about() -> None:
    asked = asked_of(listening(type="semantic_vad", speculate=False))
    assert asked.samples == SPEECH * 20 + SILENCE * 12


@pytest.mark.parametrize(("finished", "ends"), [(0.51, True), (0.5, False), (None, False)])
def test_a_belief_commits_where_it_is_above_a_half(finished: float | None, ends: bool) -> None:
    pb = listening(type="semantic_vad", speculate=False)
    asked_of(pb)
    happen(pb, Believed(1, 29, finished))
    hear(pb, (0.0, 2))
    assert state(pb) is State.RECEIVING, "not before 0.4 s"
    hear(pb, (0.0, 1))
    assert (state(pb) is State.TRANSCRIBING) is ends


def test_a_belief_that_comes_after_its_time_commits_at_once() -> None:
    pb = listening(type="semantic_vad", speculate=False)
    hear(pb, (1.0, 20), (0.0, 14))
    happen(pb, Believed(1, 29, 0.9))
    assert state(pb) is State.TRANSCRIBING


def test_a_belief_about_a_pause_that_is_over_counts_for_nothing() -> None:
    pb = listening(type="semantic_vad", speculate=False)
    hear(pb, (1.0, 20), (0.0, 14), (1.0, 3))
    happen(pb, Believed(1, 29, 0.9))
    hear(pb, (0.0, 8))
    assert state(pb) is State.RECEIVING


@pytest.mark.parametrize(("silence_ms", "frames"), [(500, 16), (800, 25), (200, 12)])
def test_where_nothing_is_known_of_the_sound_silence_decides_as_with_server_vad(silence_ms: int, frames: int) -> None:
    pb = listening(type="semantic_vad", eagerness="low", silenceDurationMs=silence_ms, speculate=False)
    asked_of(pb)
    happen(pb, Believed(1, 29, None))
    hear(pb, (0.0, frames - 10))
    assert state(pb) is State.RECEIVING
    hear(pb, (0.0, 1))
    assert state(pb) is State.TRANSCRIBING


def test_a_second_question_without_an_answer_makes_nobody_wait() -> None:
    pb = listening(type="semantic_vad", eagerness="low", speculate=False)
    asked_of(pb)
    happen(pb, Believed(1, 29, 0.1))
    hear(pb, (0.0, 24))
    assert state(pb) is State.RECEIVING
    happen(pb, Believed(1, 48, None))
    assert state(pb) is State.TRANSCRIBING


@pytest.mark.parametrize(("words", "ends"), [("I would like", False), ("I would like two tickets", True)])
@pytest.mark.parametrize("finished", [0.99, None])
def test_words_that_want_more_keep_the_utterance_open(words: str, ends: bool, finished: float | None) -> None:
    pb = listening(type="semantic_vad")
    asked_of(pb)
    happen(pb, Believed(1, 29, finished))
    happen(pb, recognised(words, turn=work(pb))(pb))
    hear(pb, (0.0, 7))
    assert (state(pb) is not State.RECEIVING) is ends
    hear(pb, (0.0, 94 - 16))
    assert state(pb) is not State.RECEIVING, "silence decides in the end"


@pytest.mark.parametrize("finished", [0.6, 0.9])
def test_who_may_have_finished_is_answered_as_soon_as_the_answer_can_sound(finished: float) -> None:
    pb = listening(type="semantic_vad", TTS={"stream": True})
    asked_of(pb)
    happen(pb, Believed(1, 29, finished))
    happen(pb, recognised("How are you?", turn=work(pb))(pb))
    hear(pb, (0.0, 12))
    assert state(pb) is State.RECEIVING
    for cue in (written("Fine.", turn=work(pb)), answered(work(pb)), spoken(1.0, turn=work(pb))):
        happen(pb, cue(pb))
    hear(pb, (0.0, 1))
    assert state(pb) is State.SPEAKING


def test_who_may_have_finished_is_not_asked_about_again_and_committed_after_a_second() -> None:
    pb = listening(type="semantic_vad")
    asked_of(pb)
    happen(pb, Believed(1, 29, 0.6))
    asked = []
    silent = 9
    while state(pb) is State.RECEIVING:
        happen(pb, frame(pb, 0.0))
        asked += [effect for effect in pb.skip_all() if isinstance(effect, AskTurnEnd)]
        silent += 1
    assert (silent, asked) == (31, [])


def test_words_are_waited_for_where_they_are_looked_for_and_not_for_ever() -> None:
    pb = listening(type="semantic_vad")
    asked_of(pb)
    happen(pb, Believed(1, 29, 0.95))
    hear(pb, (0.0, 12))
    assert state(pb) is State.RECEIVING
    hear(pb, (0.0, 1))
    assert state(pb) is State.TRANSCRIBING
    heard = listening(type="semantic_vad")
    asked_of(heard)
    happen(heard, Believed(1, 29, 0.95))
    happen(heard, Words(work(heard), "how are you"))
    hear(heard, (0.0, 3))
    assert state(heard) is State.TRANSCRIBING, "what was told while it was spoken is enough"


def test_a_minute_of_speech_without_a_pause_is_committed() -> None:
    pb = listening(speculate=False)
    hear(pb, (1.0, 3 + 1874))
    assert state(pb) is State.RECEIVING
    hear(pb, (1.0, 1))
    assert state(pb) is State.TRANSCRIBING


def test_both_halves_are_one_utterance_only_as_long_as_an_utterance_may_be() -> None:
    pb = listening(Limits(utterance_seconds=4.0), speculate=False)
    hear(pb, (1.0, 125))
    assert state(pb) is State.TRANSCRIBING
    hear(pb, (1.0, 40))
    happen(pb, Recognised(work(pb), "One half."))
    hear(pb, (1.0, 1))
    assert state(pb) is State.RECEIVING
    assert pb.conversation.utterance.size / 1024 <= 125


def test_the_words_of_a_monologue_are_all_kept_however_long_it_is() -> None:
    pb = listening(Limits(utterance_seconds=4.0), speculate=False)
    hear(pb, (1.0, 125))
    for number in range(4):
        assert state(pb) is State.TRANSCRIBING
        hear(pb, (1.0, 60))
        assert state(pb) is State.TRANSCRIBING, "the words that were committed are waited for"
        happen(pb, Recognised(work(pb), f"Part {number}."))
        hear(pb, (1.0, 1))
        assert state(pb) is State.RECEIVING
        hear(pb, (1.0, 125 - pb.conversation.utterance.size // 1024))
    assert [one.said for one in pb.conversation.memory.history] == [f"Part {number}." for number in range(4)]
    lengths = [len(job.clip.data) // 1024 for job in pb.jobs if isinstance(job, Transcribe)]
    microphone = pb.conversation.microphone
    assert microphone is not None
    assert sum(lengths) == microphone.detection.position


def test_the_ack_of_a_commit_comes_once_where_the_turn_was_tried() -> None:
    pb = listening()
    hear(pb, (1.0, 20), (0.0, 10))
    happen(pb, asking(7, commit()))
    acks = [effect for effect in pb.skip_all() if isinstance(effect, Acknowledge)]
    assert [(ack.ack, ack.error) for ack in acks] == [(7, None)]


def test_clear_drops_what_was_tried_and_counts_it() -> None:
    pb = listening()
    hear(pb, (1.0, 20), (0.0, 10))
    tried = work(pb)
    happen(pb, clear())
    assert Release(tried) in pb.skip_all()
    counts = pb.conversation.speculation
    assert (counts.begun, counts.kept, counts.dropped, counts.wasted) == (1, 0, 1, 1)
    assert pb.conversation.account.used == 0


def test_words_that_are_taken_back_after_their_sound_drop_what_was_tried() -> None:
    pb = listening(silenceDurationMs=960)
    hear(pb, (1.0, 20), (0.0, 10))
    for cue in (recognised("Hi.", turn=work(pb)), written("Fine.", turn=work(pb)), answered(work(pb)),
                spoken(1.0, turn=work(pb))):  # fmt: skip
        happen(pb, cue(pb))
    happen(pb, Retracted(work(pb)))
    microphone = pb.conversation.microphone
    assert microphone is not None
    assert microphone.draft is None
    messages = hear(pb, (0.0, 20))
    assert TranscribeDone not in map(type, messages)
    assert [type(job) for job in pb.jobs].count(Transcribe) == 2


def test_an_engine_that_fails_in_a_draft_is_asked_again_at_the_commit() -> None:
    pb = listening(silenceDurationMs=960)
    hear(pb, (1.0, 20), (0.0, 10))
    happen(pb, recognised("Hi.", turn=work(pb))(pb))
    happen(pb, failed("LLM", turn=work(pb))(pb))
    assert told(pb) == []
    hear(pb, (0.0, 20))
    assert [type(job).__name__ for job in pb.jobs] == ["Transcribe", "Answer", "Transcribe"]
    assert pb.jobs[-1].turn == work(pb)


# ---- memory


def test_speech_that_there_was_no_room_for_during_an_answer_leaves_nobody_deaf() -> None:
    pb = speaking(listening())
    pb.conversation.account.most = 0
    assert hear(pb, (1.0, 30), (0.0, 30)) == []
    pb.conversation.account.most = inf
    pass_time(pb, 30.0)
    assert state(pb) is State.HANDSHAKEN
    assert SpeechStarted in map(type, hear(pb, (1.0, 3)))


def test_speech_is_heard_where_there_is_room_for_it_again_during_an_answer() -> None:
    pb = speaking(listening(holds=True))
    pb.conversation.account.most = 0
    assert hear(pb, (1.0, 10)) == []
    pb.conversation.account.most = inf
    assert hear(pb, (1.0, 3)) == [ResponseHeld(1, "duck")]


def test_an_utterance_for_which_there_is_no_room_is_told_once() -> None:
    pb = listening()
    pb.conversation.account = Account(cost(SPEECH) * 12)
    messages = hear(pb, (1.0, 14))
    assert [one.error_id for one in messages if isinstance(one, CustomError)] == [ErrorId.BUSY]
    assert pb.conversation.account.used == 0


@pytest.mark.parametrize("room", [0, 12])
def test_speech_for_which_there_is_no_room_is_told_once_however_long_it_lasts(room: int) -> None:
    pb = listening()
    pb.conversation.account.most = cost(SPEECH) * room
    assert [type(one) for one in hear(pb, (1.0, 200)) if isinstance(one, CustomError)] == [CustomError]
    assert [type(one) for one in hear(pb, (0.0, 3), (1.0, 50)) if isinstance(one, CustomError)] == []
    pb.conversation.account.most = inf
    assert hear(pb, (1.0, 20)) == [], "an utterance of which a part is lost does not begin in its midst"
    assert SpeechStarted in map(type, hear(pb, (0.0, 7), (1.0, 3)))


def test_each_utterance_for_which_there_is_no_room_is_told() -> None:
    pb = listening()
    pb.conversation.account.most = 0
    for _ in range(3):
        messages = hear(pb, (1.0, 30), (0.0, 20))
        assert [one.error_id for one in messages if isinstance(one, CustomError)] == [ErrorId.BUSY]


# ---- an answer that is asked for


def test_transcripts_that_wait_for_an_answer_are_bounded() -> None:
    pb = listening(Limits(text_chars=30), createResponse=False)
    for number in range(10):
        hear(pb, (1.0, 20), (0.0, 20))
        happen(pb, Recognised(work(pb), f"This is sentence {number}."))
    assert pb.conversation.memory.unanswered == ["This is sentence 9."]


# ---- nobody speaks


def test_the_time_in_which_nobody_speaks_begins_when_the_microphone_opens() -> None:
    pb = Playbook()
    pb >> update()
    pb.skip()
    pass_time(pb, 60.0)
    happen(pb, update(STT={"mediaFormat": "pcm16"}, turnDetection={**VAD, "idleTimeoutMs": 5000}))
    pb.skip()
    pass_time(pb, 4.9)
    assert told(pb) == []
    pass_time(pb, 0.2)
    assert told(pb) == [InputIdle(5000)]


# ---- speech during an answer


def test_an_answer_does_not_begin_to_sound_while_the_user_speaks() -> None:
    pb = listening(silenceDurationMs=320)
    hear(pb, (1.0, 20), (0.0, 10))
    for cue in (recognised("Hi.", turn=work(pb)), written("Fine.", turn=work(pb)), answered(work(pb))):
        happen(pb, cue(pb))
    assert state(pb) is State.RESPONDING
    pb.skip_all()
    hear(pb, (1.0, 4))
    happen(pb, spoken(1.0, turn=work(pb))(pb))
    assert state(pb) is State.RESPONDING
    pass_time(pb, 2.0)
    assert state(pb) is State.SPEAKING


def test_three_steps_at_their_very_frames() -> None:
    pb = speaking(listening(holds=True))
    assert hear(pb, (1.0, 2)) == []
    assert hear(pb, (1.0, 1)) == [ResponseHeld(1, "duck")]
    assert hear(pb, (1.0, 9)) == []
    assert hear(pb, (1.0, 1)) == [ResponseHeld(1, "pause")]
    assert hear(pb, (1.0, 24)) == []
    assert ResponseCancelled("interrupted") in hear(pb, (1.0, 1))
    assert pb.conversation.utterance.audio.count(SPEECH) == 38


def test_an_answer_goes_on_a_second_and_a_half_after_speech_without_words() -> None:
    pb = speaking(listening(holds=True))
    hear(pb, (1.0, 20))
    assert hear(pb, (0.0, 45)) == []
    assert hear(pb, (0.0, 1)) == [ResponseResumed(1)]


def test_a_backchannel_in_the_last_second_of_an_answer_is_an_answer() -> None:
    for seconds, cuts in ((4.2, False), (3.8, True)):
        pb = speaking(listening(holds=True), seconds, heard=3.0)
        hear(pb, (1.0, 10), (0.0, 8))
        microphone = pb.conversation.microphone
        assert microphone is not None
        assert microphone.contest is not None
        happen(pb, Recognised(microphone.contest.trial, "Yes."))
        assert (ResponseCancelled("interrupted") in told(pb)) is cuts


def test_backchannels_interrupt_where_they_are_asked_to() -> None:
    pb = speaking(listening(holds=True, backchannels="interrupt"))
    hear(pb, (1.0, 10), (0.0, 8))
    microphone = pb.conversation.microphone
    assert microphone is not None
    assert microphone.contest is not None
    happen(pb, Recognised(microphone.contest.trial, "Mhm."))
    assert ResponseCancelled("interrupted") in told(pb)


def test_mute_is_deaf_while_the_avatar_speaks_and_300_ms_after() -> None:
    pb = speaking(listening(echo="mute"), 4.0, heard=3.0)
    hear(pb, (1.0, 10))
    while state(pb) is State.SPEAKING:
        hear(pb, (1.0, 1))
    while pb.now < pb.conversation.clock.quiet_at + 0.3:
        assert hear(pb, (1.0, 1)) == []
    assert hear(pb, (1.0, 2)) == []
    assert SpeechStarted in map(type, hear(pb, (1.0, 1)))


def test_a_merge_while_the_first_half_is_still_recognised() -> None:
    pb = listening(speculate=False)
    hear(pb, (1.0, 20), (0.0, 16))
    messages = hear(pb, (1.0, 38))
    assert ResponseCancelled not in map(type, messages)
    assert state(pb) is State.RECEIVING
    messages = hear(pb, (0.0, 16))
    assert pb.jobs[-1].clip.data.count(SPEECH) == 58  # type: ignore[union-attr]
    happen(pb, Recognised(work(pb), "Both halves."))
    assert type(told(pb)[0]) is TranscribeDone
    assert ResponseStarted not in map(type, messages)


def test_a_merge_keeps_one_message_of_the_user() -> None:
    pb = speaking(listening(), heard=0.5)
    messages = hear(pb, (1.0, 38), (0.0, 20))
    assert ResponseCancelled("reopened") in messages
    for event in (Recognised(work(pb), "Both halves."), Written(work(pb), "Well.")):
        happen(pb, event)
    happen(pb, text("Next"))
    assert [exchange.said for exchange in pb.conversation.memory.history] == ["Both halves."]
