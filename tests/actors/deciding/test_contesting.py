"""Speech during a turn that is never lost: late words, turns that fail under it, and answers that begin over it."""

import pytest

from actors.deciding.deadlines import GAP
from actors.deciding.effects import Release, Send
from actors.deciding.events import Answered, Failed, PoolsBusy, Recognised, Said
from actors.deciding.microphone import Contest
from protocol.errors import ErrorId
from protocol.handsfree import PlaybackPosition, ResponseHeld, ResponseResumed, SpeechStarted, SpeechStopped
from protocol.handshake import Encoding
from protocol.messages import CustomError, ResponseCancelled, ResponseStarted, SessionState
from protocol.states import State
from tests.actors.deciding.test_listening import speaking, state, work
from tests.playbook import Playbook, answered, cancel, failed, joined, left, recognised, spoken, text, update, written
from tests.speech import SPEECH, VAD, happen, hear, listening, pass_time, told


def contest(pb: Playbook) -> Contest:
    """The speech that is being judged."""
    microphone = pb.conversation.microphone
    assert microphone is not None
    assert microphone.contest is not None
    return microphone.contest


def awaiting(pb: Playbook, frames: int = 20) -> int:
    """Somebody speaks over the answer, and it has gone on before the words came; returns the number of their job."""
    hear(pb, (1.0, frames), (0.0, 20))
    trial = contest(pb).trial
    messages = hear(pb, (0.0, 27))
    assert messages == [ResponseResumed(1)]
    return trial


# ---- words that come late


def test_words_that_come_after_the_answer_went_on_cut_it_and_are_the_utterance() -> None:
    pb = speaking(listening(holds=True))
    trial = awaiting(pb)
    happen(pb, Recognised(trial, "Stop that please."))
    messages = told(pb)
    assert ResponseCancelled("interrupted") in messages
    assert [message for message in messages if isinstance(message, SpeechStarted)]
    assert pb.conversation.utterance.audio.count(SPEECH) == 20
    assert [type(one) for one in hear(pb, (0.0, 1))][:1] == [SpeechStopped], "the silence has been long enough"
    assert pb.jobs[-1].clip.data.count(SPEECH) == 20  # type: ignore[union-attr]


def test_a_backchannel_that_is_known_late_costs_nothing() -> None:
    pb = speaking(listening(holds=True))
    happen(pb, Recognised(awaiting(pb), "Mhm."))
    assert told(pb) == []
    assert state(pb) is State.SPEAKING
    assert pb.conversation.account.used == pb.conversation.turn.charge.size


def test_words_that_come_after_the_answer_is_over_are_the_next_turn() -> None:
    pb = speaking(listening(holds=True), 5.0, heard=3.0)
    trial = awaiting(pb, 13)
    pass_time(pb, 10.0)
    assert state(pb) is State.HANDSHAKEN
    told(pb)
    happen(pb, Recognised(trial, "And what about tomorrow?"))
    assert state(pb) is State.RECEIVING
    messages = hear(pb, (0.0, 1))
    assert state(pb) is State.TRANSCRIBING
    assert SpeechStopped in map(type, messages)


def test_late_words_are_committed_by_the_clock_where_no_more_sound_comes() -> None:
    pb = speaking(listening(holds=True))
    happen(pb, Recognised(awaiting(pb), "Stop that please."))
    pass_time(pb, GAP + 0.1)
    assert state(pb) is State.TRANSCRIBING


def test_new_speech_is_one_utterance_with_that_whose_words_are_awaited() -> None:
    pb = speaking(listening(holds=True))
    trial = awaiting(pb)
    assert hear(pb, (1.0, 3)) == [ResponseHeld(1, "duck")]
    assert contest(pb).utterance.audio.count(SPEECH) == 23
    happen(pb, Recognised(trial, "Stop that please."))
    assert told(pb) == [], "they are looked for anew, with what follows"
    hear(pb, (1.0, 10), (0.0, 8))
    assert pb.jobs[-1].clip.data.count(SPEECH) == 33  # type: ignore[union-attr]


def test_new_speech_after_the_answer_is_one_utterance_with_that_whose_words_are_awaited() -> None:
    pb = speaking(listening(holds=True), 5.0, heard=3.0)
    awaiting(pb, 13)
    pass_time(pb, 10.0)
    told(pb)
    hear(pb, (1.0, 5))
    assert state(pb) is State.RECEIVING
    assert pb.conversation.utterance.audio.count(SPEECH) == 18


def test_a_typed_turn_takes_the_place_of_speech_whose_words_are_awaited() -> None:
    pb = speaking(listening(holds=True))
    trial = awaiting(pb)
    happen(pb, text("Never mind"))
    told(pb)
    happen(pb, Recognised(trial, "Stop that please."))
    assert told(pb) == []
    assert state(pb) is State.RESPONDING


def test_speech_after_which_no_sound_comes_is_recognised_all_the_same() -> None:
    pb = speaking(listening(holds=True))
    hear(pb, (1.0, 10))
    pass_time(pb, 2.0)
    assert told(pb) == [ResponseResumed(1)]
    happen(pb, Recognised(pb.jobs[-1].turn, "Stop that please."))
    assert ResponseCancelled("interrupted") in told(pb)


def test_a_search_for_words_that_failed_is_released() -> None:
    pb = speaking(listening(holds=True))
    trial = awaiting(pb)
    pb.skip()
    happen(pb, Failed(trial, "STT", ErrorId.RECOGNITION_FAILED, "down"))
    assert [effect for effect in pb.skip_all() if isinstance(effect, Release)] == [Release(trial)]


@pytest.mark.parametrize("is_late", [False, True])
def test_a_recogniser_that_fails_once_is_asked_again_and_twice_is_told(is_late: bool) -> None:
    pb = speaking(listening(holds=True))
    if is_late:
        trial = awaiting(pb)
    else:
        hear(pb, (1.0, 10), (0.0, 8))
        trial = contest(pb).trial
    count = len(pb.jobs)
    happen(pb, Failed(trial, "STT", ErrorId.RECOGNITION_FAILED, "down"))
    assert told(pb) == []
    hear(pb, (0.0, 10))
    assert len(pb.jobs) == count + 1
    happen(pb, PoolsBusy(pb.jobs[-1].turn, "STT"))
    assert [message.error_id for message in told(pb) if isinstance(message, CustomError)] == [ErrorId.BUSY]
    hear(pb, (0.0, 40))
    assert len(pb.jobs) == count + 1
    assert state(pb) is State.SPEAKING
    assert pb.conversation.account.used == pb.conversation.turn.charge.size


# ---- a turn that ends under it


def test_speech_over_a_turn_that_fails_is_answered() -> None:
    pb = listening(speculate=False)
    hear(pb, (1.0, 20), (0.0, 20))
    happen(pb, recognised("How are you?", turn=work(pb))(pb))
    hear(pb, (1.0, 10))
    happen(pb, failed("LLM", turn=work(pb))(pb))
    messages = told(pb)
    assert [m.state for m in messages if isinstance(m, SessionState)] == ["handshaken", "receiving"]
    assert CustomError in map(type, messages)
    assert pb.conversation.utterance.audio.count(SPEECH) == 10
    hear(pb, (1.0, 5), (0.0, 16))
    assert state(pb) is State.TRANSCRIBING
    assert pb.jobs[-1].clip.data.count(SPEECH) == 15  # type: ignore[union-attr]


@pytest.mark.parametrize("why", ["recognition fails", "deadline", "no words", "transcript alone", "cancel"])
def test_speech_is_kept_however_the_turn_under_it_ends(why: str) -> None:
    pb = listening(speculate=False, createResponse=why != "transcript alone")
    hear(pb, (1.0, 20), (0.0, 20))
    hear(pb, (1.0, 10))
    match why:
        case "recognition fails":
            happen(pb, failed("STT", turn=work(pb))(pb))
        case "deadline":
            pb.conversation.clock.entered = pb.now - pb.conversation.limits.transcribing
            hear(pb, (1.0, 1))
        case "no words":
            happen(pb, recognised("How are you?", turn=work(pb))(pb))
            happen(pb, Answered(work(pb)))
        case "transcript alone":
            happen(pb, recognised("How are you?", turn=work(pb))(pb))
        case "cancel":
            happen(pb, cancel())
    assert state(pb) is State.RECEIVING
    assert pb.conversation.utterance.audio.count(SPEECH) >= 10
    hear(pb, (1.0, 1), (0.0, 17))
    assert state(pb) is State.TRANSCRIBING


def test_speech_over_the_end_of_the_sound_is_the_next_utterance() -> None:
    pb = speaking(listening(), 3.4, heard=3.0)
    hear(pb, (1.0, 20))
    assert state(pb) is State.RECEIVING
    assert pb.conversation.utterance.audio.count(SPEECH) == 20


# ---- an answer that begins over it


def test_speech_that_began_before_the_answer_holds_its_sound() -> None:
    pb = listening(holds=True, speculate=False)
    hear(pb, (1.0, 20), (0.0, 20))
    assert hear(pb, (1.0, 5)) == []
    happen(pb, recognised("How are you?", turn=work(pb))(pb))
    messages = told(pb)
    assert messages.index(ResponseHeld(1, "duck")) > messages.index(ResponseStarted(1))
    assert hear(pb, (1.0, 10)) == [ResponseHeld(1, "pause")]
    for cue in (written("Fine.", turn=work(pb)), answered(work(pb)), spoken(2.0, turn=work(pb))):
        happen(pb, cue(pb))
    told(pb)
    pass_time(pb, 1.0)
    assert pb.conversation.turn.timeline.seconds_heard(pb.now) == 0


def test_long_speech_that_began_before_the_answer_pauses_it() -> None:
    pb = listening(holds=True, speculate=False)
    hear(pb, (1.0, 20), (0.0, 20))
    assert hear(pb, (1.0, 14)) == []
    happen(pb, recognised("How are you?", turn=work(pb))(pb))
    assert [m for m in told(pb) if isinstance(m, ResponseHeld)] == [ResponseHeld(1, "pause")]


def test_a_receiver_that_shows_in_mid_speech_that_it_holds_is_asked_to() -> None:
    pb = speaking(listening())
    assert hear(pb, (1.0, 5)) == []
    happen(pb, Said(1, PlaybackPosition(1, 0, 3000, True)))
    assert told(pb) == [ResponseHeld(1, "duck")]
    happen(pb, Said(1, PlaybackPosition(1, 0, 3300, True)))
    assert told(pb) == []


def test_a_second_receiver_is_held_when_it_comes() -> None:
    pb = speaking(listening(holds=True))
    hear(pb, (1.0, 5))
    happen(pb, joined(2, "receiver", Encoding(holds=True)))
    held = [effect for effect in pb.skip_all() if isinstance(effect, Send) and isinstance(effect.message, ResponseHeld)]
    assert held == [Send((2,), ResponseHeld(1, "duck"))]
    assert hear(pb, (1.0, 9)) == [ResponseHeld(1, "pause")]


def test_a_sender_that_comes_while_the_answer_is_held_is_not_told_that_it_goes_on() -> None:
    pb = speaking(listening(holds=True))
    happen(pb, joined(2, "receiver", Encoding(holds=True)))
    hear(pb, (1.0, 5))
    happen(pb, left())
    happen(pb, joined(3, "sender"))
    pb.skip()
    pass_time(pb, 5.0)
    resumed = [effect for effect in pb.skip_all() if isinstance(effect, Send)]
    assert [effect for effect in resumed if isinstance(effect.message, ResponseResumed)] == [
        Send((2,), ResponseResumed(1))
    ]


def test_settings_that_change_in_mid_speech_lose_nothing() -> None:
    pb = speaking(listening(holds=True))
    trial = awaiting(pb)
    happen(pb, update(turnDetection={**VAD, "silenceDurationMs": 320}))
    told(pb)
    happen(pb, Recognised(trial, "Stop that please."))
    assert ResponseCancelled("interrupted") in told(pb)


def test_speech_is_kept_for_a_sender_that_comes_back() -> None:
    pb = speaking(listening(holds=True))
    hear(pb, (1.0, 10))
    happen(pb, left())
    assert state(pb) is State.RECEIVING
    pass_time(pb, 5.0)
    happen(pb, joined(2, "both"))
    pass_time(pb, GAP + 1.0)
    assert state(pb) is State.TRANSCRIBING
    assert pb.jobs[-1].clip.data.count(SPEECH) == 10  # type: ignore[union-attr]
