"""What a subject may use: when a turn is charged, and what becomes of one that is over a limit."""

from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from actors.deciding.allowances import Allowance, SubjectRegistry, SubjectUsage
from actors.deciding.effects import Acknowledge, Listen, Release, Send, Speak, Transcribe
from actors.deciding.events import Measured, Recognised, Said
from actors.deciding.limits import Limits, SubjectDefaults
from actors.ports.access import SubjectLimits
from protocol.errors import ErrorId
from protocol.handsfree import ResponseCreate
from protocol.messages import CustomError, ResponseCancelled, ResponseStarted, SessionState, TranscribeDone
from protocol.states import State
from tests.playbook import (
    ME,
    Playbook,
    answered,
    append,
    asking,
    by,
    commit,
    failed,
    joined,
    later,
    left,
    recognised,
    spoken,
    text,
    update,
    written,
)
from tests.speech import hear, listening

SECOND = bytes(32_000)


def limited(pb: Playbook, usage: SubjectUsage | None = None, /, **limits: Any) -> Playbook:
    """A session whose Sender may use no more than this."""
    pb.conversation.allowance = Allowance(SubjectLimits(**limits), usage)
    return pb


def raw(**limits: int | float) -> Playbook:
    """The same, with an utterance of raw samples to come."""
    pb = Playbook()
    pb >> update(STT={"mediaFormat": "pcm16"})
    return limited(pb.skip(), **limits)


def has_used(pb: Playbook) -> tuple[int, int, int]:
    """The turns, the milliseconds of speech and the characters that are charged now."""
    usage = pb.conversation.allowance.usage
    return usage.turns.total(pb.now), usage.audio.total(pb.now), usage.speech.total(pb.now)


def over(seconds: int, allowed: str) -> CustomError:
    """The error that says so."""
    return CustomError(f"{allowed} allowed; try again in {seconds} s", ErrorId.RATE_LIMIT, seconds)


# ---- turns


def test_a_turn_too_many_is_refused_until_the_first_is_a_minute_old() -> None:
    pb = limited(Playbook().at(State.HANDSHAKEN), turns_per_minute=2)
    for _ in range(2):
        pb >> text("Hello")
        pb.skip() >> failed()
        pb.skip() >> later(20)
    refused = over(20, "2 turns a minute are")
    pb >> asking(7, text("Hello")) << refused << Acknowledge(1, 7, refused)
    pb >> later(19.75) >> text("Hello") << over(1, "2 turns a minute are")
    pb >> later(0.25) >> text("Hello")
    assert pb.conversation.state is State.RESPONDING
    assert has_used(pb.skip()) == (2, 0, 0)


@pytest.mark.parametrize("where", [State.TRANSCRIBING, State.RESPONDING, State.SPEAKING])
def test_a_typed_turn_over_the_limit_leaves_the_running_one_alone(where: State) -> None:
    pb = limited(Playbook().at(where), turns_per_minute=0)
    pb >> text("Hello") << CustomError("0 turns a minute are allowed; try again in 60 s", ErrorId.RATE_LIMIT, 60)
    assert pb.conversation.state is where


def test_a_commit_over_the_limit_throws_the_utterance_away() -> None:
    pb = limited(Playbook().at(State.RECEIVING), turns_per_minute=0)
    refused = over(60, "0 turns a minute are")
    pb >> asking(3, commit()) << refused << SessionState("handshaken") << Acknowledge(1, 3, refused)
    assert pb.conversation.utterance.size == 0
    pb >> append()
    assert pb.skip().conversation.state is State.RECEIVING


def test_text_while_an_utterance_comes_is_refused_as_ever() -> None:
    pb = limited(Playbook().at(State.RECEIVING), turns_per_minute=0)
    pb >> text("Hello") << ErrorId.WRONG_STATE
    limited(Playbook(), turns_per_minute=0) >> text("Hello") << ErrorId.WRONG_STATE


def test_a_turn_that_the_pools_refuse_is_not_charged() -> None:
    pb = limited(Playbook().at(State.HANDSHAKEN), turns_per_minute=5)
    pb.pools_are_full = True
    pb >> text("Hello")
    assert has_used(pb.skip()) == (0, 0, 0)


def test_an_answer_under_way_is_finished_over_every_limit() -> None:
    pb = limited(Playbook().at(State.RESPONDING), turns_per_minute=0, audio_seconds_per_day=0, speech_chars_per_day=0)
    for cue in (written("Fine and well, thanks."), answered(), spoken(1.0)):
        pb >> cue
        assert not [one for one in pb.skip_all() if isinstance(getattr(one, "message", one), CustomError)]
    pb >> later(1.0)
    assert pb.skip().conversation.state is State.HANDSHAKEN


def test_an_answer_that_is_asked_for_is_a_turn_and_waits_for_its_time() -> None:
    pb = limited(Playbook().at(State.HANDSHAKEN), turns_per_minute=1)
    pb.conversation.allowance.count_turn(pb.now)
    pb.conversation.memory.unanswered.append("Hello")
    create = Said(ME, ResponseCreate(), 4)
    refused = over(60, "1 turns a minute are")
    pb >> create << refused << Acknowledge(ME, 4, refused)
    assert pb.conversation.state is State.HANDSHAKEN
    pb >> later(60) >> create
    assert pb.skip().conversation.state is State.RESPONDING


def test_of_several_limits_the_one_that_lasts_longest_is_told() -> None:
    pb = limited(Playbook().at(State.HANDSHAKEN), turns_per_minute=1, audio_seconds_per_day=5, speech_chars_per_day=9)
    pb.conversation.allowance.count_turn(pb.now, 5.0)
    told = "5 seconds of speech a day are allowed, of which 0 are left; try again in 86400 s"
    pb >> text("Hello") << CustomError(told, ErrorId.RATE_LIMIT, 86_400)
    pb.conversation.allowance.count_speech(9, pb.now + 0.25)
    pb >> later(86_400) >> text("Hello") << over(1, "9 characters of speech a day are")
    pb >> later(1) >> text("Hello")
    assert pb.conversation.state is State.RESPONDING


# ---- characters


def test_characters_are_charged_as_parts_are_made_and_bound_the_next_turn() -> None:
    pb = limited(Playbook().at(State.RESPONDING), speech_chars_per_day=10)
    pb >> written("Fine and well, thanks.")
    pb.skip() >> answered()
    [start] = [job for job in pb.jobs if isinstance(job, Speak)]
    assert has_used(pb.skip())[2] == len(start.speech.text) == 22
    pb >> spoken(1.0)
    pb.skip() >> later(1.0)
    pb.skip() >> text("More") << over(86_399, "10 characters of speech a day are")
    pb >> later(86_399) >> text("More") << TranscribeDone
    pb.skip()


# ---- seconds of speech


def test_seconds_of_samples_are_charged_at_the_commit() -> None:
    pb = raw(audio_seconds_per_day=2.5)
    pb >> append(SECOND * 2)
    pb.skip() >> commit()
    assert has_used(pb.skip()) == (1, 2_000, 0)
    pb >> recognised("Hello")
    pb.skip() >> append(SECOND[:16_002])  # one sample more than is left
    told = "2.5 seconds of speech a day are allowed, of which 0.5 are left; try again in 86400 s"
    pb.skip() >> commit() << Release << CustomError(told, ErrorId.RATE_LIMIT, 86_400) << SessionState("handshaken")
    pb >> append(SECOND[:16_000])
    pb.skip() >> commit() << SessionState("transcribing") << Transcribe
    assert has_used(pb) == (2, 2_500, 0)
    pb >> recognised("Hello")
    pb.skip() >> text("Typed") << ErrorId.RATE_LIMIT


def test_a_file_is_measured_before_it_is_recognised_and_charged_then() -> None:
    pb = limited(Playbook().at(State.RECEIVING), audio_seconds_per_day=10)
    pb >> commit()
    [job] = [job for job in pb.jobs if isinstance(job, Transcribe)]
    assert job.is_measured
    assert has_used(pb.skip()) == (0, 0, 0)
    pb >> Measured(1, 7.5)
    assert has_used(pb) == (1, 7_500, 0)
    pb >> recognised("Hello")
    pb.skip() >> append()
    pb.skip() >> commit()
    told = "10 seconds of speech a day are allowed, of which 2.5 are left; try again in 86400 s"
    pb.skip() >> Measured(2, 2.501) << CustomError(told, ErrorId.RATE_LIMIT, 86_400)
    assert pb.skip().conversation.state is State.HANDSHAKEN
    assert has_used(pb) == (1, 7_500, 0)


def test_without_a_limit_on_seconds_nothing_is_measured() -> None:
    pb = limited(Playbook().at(State.RECEIVING), turns_per_minute=9)
    pb >> commit()
    assert not any(isinstance(job, Transcribe) and job.is_measured for job in pb.jobs)
    assert has_used(pb.skip()) == (1, 0, 0)


@pytest.mark.parametrize(
    ("limits", "listens"),
    [({}, True), ({"turns_per_minute": 0}, False), ({"audio_seconds_per_day": 60.0}, False)],
)
def test_no_recogniser_listens_to_what_is_over_a_limit_or_has_to_be_measured(
    limits: dict[str, float], listens: bool
) -> None:
    pb = limited(Playbook().at(State.HANDSHAKEN), **limits)
    pb >> append(b"\x1a\x45\xdf\xa3" + bytes(60))
    assert any(isinstance(effect, Listen) for effect in pb.listening) is listens
    pb.skip()


# ---- hands-free


def errors(told: list[object]) -> list[int]:
    """The errors among these messages."""
    return [message.error_id for message in told if isinstance(message, CustomError)]


def test_each_refused_utterance_of_an_open_microphone_gets_one_error() -> None:
    pb = limited(listening(), turns_per_minute=0)
    for _ in range(3):
        told = hear(pb, (1.0, 20), (0.0, 60))
        assert errors(told) == [ErrorId.RATE_LIMIT]
        assert told[-1] == SessionState("handshaken")
    assert pb.jobs == [], "nothing was tried"
    assert not any(isinstance(effect, Listen) for effect in pb.listening)


def test_a_commit_of_speech_over_the_limit_gets_its_ack() -> None:
    pb = limited(listening(), turns_per_minute=0)
    hear(pb, (1.0, 20))
    refused = over(60, "0 turns a minute are")
    pb >> asking(5, commit()) << Release << refused << SessionState << Acknowledge(1, 5, refused)
    assert errors(hear(pb, (0.0, 60))) == []


def test_speech_of_which_no_more_frames_come_is_refused_once() -> None:
    pb = limited(listening(), turns_per_minute=0)
    hear(pb, (1.0, 20))
    pb >> later(30.0)
    assert errors([getattr(one, "message", None) for one in pb.skip_all()]) == [ErrorId.RATE_LIMIT]


def test_a_draft_counts_once_and_only_at_its_commit() -> None:
    pb = limited(listening(), turns_per_minute=2)
    hear(pb, (1.0, 20), (0.0, 8))
    assert pb.conversation.shadow is not None
    assert has_used(pb) == (0, 0, 0)
    work = pb.conversation.turn.work
    pb >> Recognised(work, "How are you?", "", "en")
    pb.skip() >> written("Fine and well, thanks.", turn=work)
    pb.skip() >> answered(work)
    assert has_used(pb.skip()) == (0, 0, 0)
    assert ResponseStarted(1) in hear(pb, (0.0, 12))
    assert has_used(pb)[0] == 1
    assert has_used(pb)[2] == 22


def test_a_draft_that_is_dropped_costs_nothing() -> None:
    pb = limited(listening(), turns_per_minute=2)
    hear(pb, (1.0, 20), (0.0, 8), (1.0, 20), (0.0, 8), (1.0, 5))
    assert has_used(pb) == (0, 0, 0)


def test_the_half_that_was_answered_too_early_is_charged_once() -> None:
    pb = limited(listening(speculate=False), audio_seconds_per_day=60)
    hear(pb, (1.0, 20), (0.0, 16))
    first = has_used(pb)[1]
    told = hear(pb, (1.0, 60), (0.0, 16))
    assert any(isinstance(one, ResponseCancelled | SessionState) for one in told)
    heard = pb.conversation.turn.clip
    assert heard is not None
    assert has_used(pb)[0] == 2
    assert has_used(pb)[1] == pytest.approx(1000 * len(heard.data) / 32_000, abs=400)
    assert has_used(pb)[1] > first


# ---- whose they are


def test_a_turn_is_charged_to_the_sender_that_came_last() -> None:
    first, second = SubjectUsage(), SubjectUsage()
    pb = limited(Playbook().at(State.HANDSHAKEN), first)
    pb >> replace(joined(2, "receiver"), allowance=Allowance(SubjectLimits(turns_per_minute=0), second))
    pb.skip() >> text("Hello")
    assert (first.turns.total(pb.now), second.turns.total(pb.now)) == (1, 0)
    pb.skip() >> left()
    pb.skip() >> replace(joined(3, "sender"), allowance=Allowance(SubjectLimits(turns_per_minute=1), second))
    for _ in range(2):
        pb.skip() >> by(3, text("Hello"))
    assert [one.message for one in pb.skip_all() if isinstance(one, Send)] == [over(60, "1 turns a minute are")]
    assert (first.turns.total(pb.now), second.turns.total(pb.now)) == (1, 1)


def test_subjects_share_what_they_used_and_defaults_hold_where_a_token_says_nothing() -> None:
    registry = SubjectRegistry(Limits(subject=SubjectDefaults(turns_per_minute=3)))
    own = registry.allowance("anna", SubjectLimits(turns_per_minute=9, sessions=1))
    again = registry.allowance("anna", SubjectLimits())
    other = registry.allowance("ben", SubjectLimits())
    assert own.usage is again.usage is not other.usage
    assert own.limits == SubjectLimits(turns_per_minute=9, sessions=1)
    assert again.limits == SubjectLimits(turns_per_minute=3)
    own.count_turn(0.0)
    registry.take_limits(Limits(subject=SubjectDefaults(turns_per_minute=1)))
    raised = registry.allowance("anna", SubjectLimits())
    assert raised.limits == SubjectLimits(turns_per_minute=1)
    assert raised.find_overrun(1.0) is not None, "what was used stays known"


def test_at_the_bound_the_subject_at_rest_that_joined_longest_ago_is_forgotten() -> None:
    registry = SubjectRegistry(Limits(subjects=2))

    def used(name: str) -> int:
        return registry.allowance(name, SubjectLimits()).usage.turns.total(1.0)

    here = registry.allowance("here", SubjectLimits())
    for name in ("here", "old", "new"):
        registry.allowance(name, SubjectLimits()).count_turn(0.0)
    assert len(registry) == 3, "who has a session is always known"
    assert used("here") == 1
    assert used("new") == 1
    assert used("old") == 0
    del here
    assert len(registry) == 2


def test_an_error_without_a_time_has_no_such_key() -> None:
    assert CustomError("x", ErrorId.BUSY).retry_after is UNSET
