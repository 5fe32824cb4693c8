"""Failover: a failing provider is tried again, set aside and probed, and the next one asked, on a mock clock."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from random import Random
from typing import Any

import pytest
import trio
import trio.lowlevel
from msgspec.structs import replace
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.ports.answering import Delivery, Question
from actors.ports.audio import Growing, whole
from actors.ports.calls import EngineFailed, Retraction
from actors.ports.recognition import Utterance
from actors.ports.sound import Clip, Undecodable
from actors.ports.synthesis import Speech
from adapters.choosing.attempt import Attempt, CallResults
from adapters.choosing.candidate import Candidate
from adapters.choosing.failover import Failover
from adapters.choosing.policy import Policy
from adapters.choosing.standins import FailoverModel, FailoverRecogniser, FailoverSynthesiser
from protocol.audioformat import AudioFormat
from tests.adapters.choosing.fakes import (
    PCM,
    QUESTION,
    SPEECH,
    UTTERANCE,
    Fake,
    Hang,
    Unpacking,
    candidate,
    final,
    passing,
    refused,
)

SEEDS = range(40)
POLICY = Policy()


@asynccontextmanager
async def running(seed: int = 0, policy: Policy = POLICY) -> AsyncIterator[Failover]:
    failover = Failover(policy, Random(seed))
    async with trio.open_nursery() as nursery:
        await nursery.start(failover.run)
        yield failover
        nursery.cancel_scope.cancel()


class Asking:
    """A language model over these candidates, the first of which is asked for, and what came of it."""

    def __init__(self, failover: Failover, *chain: Candidate[Any], stream: bool = True) -> None:
        self.model = FailoverModel(chain[0].name, lambda: chain, failover)
        self.question = replace(QUESTION, stream=stream)
        self.heard: list[str | Delivery | Retraction] = []

    async def ask(self) -> list[str | Delivery | Retraction]:
        self.heard = []
        await self.model.answer(self.question, self.write)
        return self.heard

    async def write(self, piece: str | Delivery | Retraction) -> None:
        self.heard.append(piece)
        await trio.lowlevel.checkpoint()


# ---- tried again


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_can_pass_is_tried_again_with_growing_spread_waits(seed: int, autojump_clock: MockClock) -> None:
    fake = Fake([passing()], [passing()])
    async with running(seed) as failover:
        assert await Asking(failover, candidate("one", fake)).ask() == ["fine"]
    first, second = (later - earlier for earlier, later in pairwise(fake.times))
    assert 0.125 <= first <= 0.375
    assert 0.25 <= second <= 0.75


async def test_the_waits_of_two_calls_differ(autojump_clock: MockClock) -> None:
    waits = set()
    async with running() as failover:
        for _ in range(8):
            fake = Fake([passing()])
            await Asking(failover, candidate("one", fake)).ask()
            waits.add(fake.times[1] - fake.times[0])
    assert len(waits) == 8


async def test_it_comes_again_when_the_provider_says(autojump_clock: MockClock) -> None:
    fake = Fake([passing(retry_after=3.0)])
    async with running() as failover:
        assert await Asking(failover, candidate("one", fake)).ask() == ["fine"]
    assert fake.times[1] - fake.times[0] == pytest.approx(3.0)


async def test_a_wait_that_nobody_would_wait_ends_the_call(autojump_clock: MockClock) -> None:
    fake, other = Fake([passing(retry_after=300.0)]), Fake()
    async with running() as failover:
        assert await Asking(failover, one := candidate("one", fake), candidate("two", other)).ask() == ["fine"]
        assert (len(fake.asked), one.aside) == (1, "down for a while")
        await trio.sleep(100)
        assert fake.checked == []


async def test_what_is_final_is_not_tried_again_nor_anywhere_else(autojump_clock: MockClock) -> None:
    fake, other = Fake([final()]), Fake()
    async with running() as failover:
        with pytest.raises(EngineFailed, match="no such model"):
            await Asking(failover, one := candidate("one", fake), candidate("two", other)).ask()
    assert (len(fake.asked), other.asked, one.aside) == (1, [], "")


async def test_tries_and_time_have_an_end(autojump_clock: MockClock) -> None:
    fake = Fake(*[[passing()]] * 9)
    async with running() as failover:
        begin = trio.current_time()
        with pytest.raises(EngineFailed, match="down for a while"):
            await Asking(failover, candidate("one", fake)).ask()
        assert trio.current_time() - begin <= POLICY.retrying
    assert len(fake.asked) == POLICY.tries


# ---- the next one


async def test_the_next_is_asked_in_its_own_terms(autojump_clock: MockClock) -> None:
    second = Fake()
    async with running() as failover:
        await Asking(failover, candidate("one", Fake([refused()])), candidate("two", second)).ask()
        (asked,) = second.asked
        assert isinstance(asked, Question)
        assert asked.model == "two-model"
        chain = [candidate("one", Fake([refused()]), "TTS"), candidate("two", speaker := Fake(), "TTS")]
        await FailoverSynthesiser("one", lambda: chain, failover).synthesise(SPEECH, Collected())
        (spoken,) = speaker.asked
        assert isinstance(spoken, Speech)
        assert (spoken.model, spoken.voice) == ("two-model", "two-voice")


class Collected:
    """An Emit that keeps what it is given."""

    def __init__(self) -> None:
        self.all: list[Any] = []

    async def __call__(self, result: Any) -> None:
        self.all.append(result)
        await trio.lowlevel.checkpoint()


async def test_a_refused_key_sets_aside_without_a_second_try(autojump_clock: MockClock) -> None:
    fake, other = Fake([refused()]), Fake()
    async with running() as failover:
        asking = Asking(failover, one := candidate("one", fake), candidate("two", other))
        await asking.ask()
        await asking.ask()
    assert (len(fake.asked), len(other.asked), one.aside) == (1, 2, "the key in X_API_KEY was refused")


async def test_while_one_is_aside_the_next_is_asked_at_once(autojump_clock: MockClock) -> None:
    fake, other = Fake(*[[passing()]] * 3), Fake()
    fake.health = passing
    async with running() as failover:
        asking = Asking(failover, candidate("one", fake), candidate("two", other))
        await asking.ask()
        begin = trio.current_time()
        assert await asking.ask() == ["fine"]
        assert trio.current_time() == begin
    assert len(fake.asked) == POLICY.tries


@pytest.mark.parametrize("patience", [0.5, 10.0])
async def test_one_that_hangs_gives_way_where_there_is_another(patience: float, autojump_clock: MockClock) -> None:
    fake, other = Fake(*[[Hang()]] * 3), Fake()
    async with running(policy=Policy(hedge=60.0, patience=patience)) as failover:
        begin = trio.current_time()
        assert await Asking(failover, one := candidate("one", fake), candidate("two", other)).ask() == ["fine"]
        assert trio.current_time() - begin == pytest.approx(patience)
        assert one.aside == f"One gave no result within {patience:g} seconds"


async def test_one_that_has_begun_may_take_its_time(autojump_clock: MockClock) -> None:
    async with running() as failover:
        asking = Asking(failover, candidate("one", Fake(["slow", Hang()])), candidate("two", Fake()))
        with trio.move_on_after(50) as scope:
            await asking.ask()
        assert scope.cancelled_caught
        assert asking.heard == ["slow"]


async def test_one_that_stands_in_and_cannot_gives_way_too(autojump_clock: MockClock) -> None:
    async with running() as failover:
        chain = (candidate("one", Fake([refused()])), candidate("two", Fake([final()])), candidate("three", Fake()))
        assert await Asking(failover, *chain).ask() == ["fine"]


async def test_where_all_fail_all_are_told(autojump_clock: MockClock) -> None:
    async with running() as failover:
        with pytest.raises(EngineFailed, match=r"down for a while; the key in X_API_KEY was refused"):
            await Asking(
                failover, candidate("one", Fake(*[[passing()]] * 3)), candidate("two", Fake([refused()]))
            ).ask()


async def test_where_all_are_aside_they_are_asked_all_the_same(autojump_clock: MockClock) -> None:
    fake = Fake([refused()])
    fake.health = refused
    async with running() as failover:
        asking = Asking(failover, one := candidate("one", fake))
        with pytest.raises(EngineFailed):
            await asking.ask()
        assert one.aside
        assert await asking.ask() == ["fine"]
        assert one.aside == ""


async def test_an_engine_without_a_verdict_is_not_set_aside(autojump_clock: MockClock) -> None:
    async with running() as failover:
        asking = Asking(failover, one := candidate("one", Fake([EngineFailed("broken")])), candidate("two", Fake()))
        assert await asking.ask() == ["fine"]
        assert one.aside == ""


async def test_without_anybody_the_error_says_where_to_look(autojump_clock: MockClock) -> None:
    async with running() as failover:
        with pytest.raises(EngineFailed, match=r"\[providers\]"):
            await failover.call([], nobody, CallResults(Collected(), None))


async def nobody(attempt: Attempt[Any, Any]) -> None:
    await trio.lowlevel.checkpoint()


# ---- never twice


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_was_handed_on_is_never_handed_on_again(seed: int, autojump_clock: MockClock) -> None:
    """Random calls that fail at random places: what came is a prefix of one provider's answer, or one whole answer."""
    random = Random(seed)
    async with running(seed) as failover:
        for _ in range(20):
            fakes = [Fake(*(_random_call(random, name) for _ in range(3))) for name in "abc"]
            asking = Asking(failover, *(candidate(name, fake) for name, fake in zip("abc", fakes, strict=True)))
            try:
                await asking.ask()
            except EngineFailed:
                pass
            told = [str(piece) for piece in asking.heard if piece != "fine"]
            assert len(told) == len(set(told)), "a piece came twice"
            assert len({piece.split()[0] for piece in told}) <= 1, "pieces of two calls"


def _random_call(random: Random, name: str) -> list[Any]:
    own = f"{name}{random.randrange(10**6)}"
    call: list[Any] = [f"{own} {number}" for number in range(random.randrange(4))]
    return [*call, random.choice([passing(), refused(), final(), EngineFailed("x")])] if random.random() < 0.8 else call


async def test_a_break_in_the_midst_is_final_and_sets_aside(autojump_clock: MockClock) -> None:
    fake, other = Fake(["One.", passing()]), Fake()
    async with running() as failover:
        asking = Asking(failover, one := candidate("one", fake), candidate("two", other))
        with pytest.raises(EngineFailed, match="down for a while"):
            await asking.ask()
        assert (asking.heard, other.asked, bool(one.aside)) == (["One."], [], True)


async def test_an_answer_that_is_awaited_whole_begins_anew_after_a_break(autojump_clock: MockClock) -> None:
    """Nobody has been told any of it: so it is asked for again, of the same provider and then of the next."""
    broken = Fake(["One.", passing()], ["Two.", passing()], [passing()])
    async with running() as failover:
        asking = Asking(failover, candidate("one", broken), candidate("two", Fake()), stream=False)
        assert await asking.ask() == ["One.", Retraction(), "Two.", Retraction(), "fine"]


async def test_a_part_that_is_awaited_whole_is_made_anew_after_a_break(autojump_clock: MockClock) -> None:
    made: list[Clip | Retraction] = []

    async def sound(clip: Clip | Retraction) -> None:
        made.append(clip)
        await trio.lowlevel.checkpoint()

    async with running() as failover:
        chain = [candidate("one", Fake(["a", refused()]), "TTS"), candidate("two", Fake(), "TTS")]
        await FailoverSynthesiser("one", lambda: chain, failover).synthesise(SPEECH, sound)
        assert made == [Clip(b"a", PCM), Retraction(), Clip(b"fine", PCM)]
        chain = [candidate("one", Fake(["a", refused()]), "TTS"), candidate("two", Fake(), "TTS")]
        with pytest.raises(EngineFailed, match="refused"):
            await FailoverSynthesiser("one", lambda: chain, failover).synthesise(replace(SPEECH, stream=True), sound)


async def test_what_comes_too_late_is_not_handed_on(autojump_clock: MockClock) -> None:
    """A result in the very moment in which the patience ends: the next one is asked, and nothing is told twice."""
    late, other = Fake([Hang(POLICY.patience), "late"]), Fake()
    async with running() as failover:
        asking = Asking(failover, candidate("one", late), candidate("two", other))
        told = await asking.ask()
    assert (told, len(other.asked)) in ((["fine"], 1), (["late"], 0))


async def test_one_that_is_alone_and_hangs_is_not_asked_again(autojump_clock: MockClock) -> None:
    """What is left of the session's own patience would not be enough, and its words would be lost."""
    fake = Fake([Hang(POLICY.slowest + 1), passing()], [])
    async with running() as failover:
        with pytest.raises(EngineFailed, match="down for a while"):
            await Asking(failover, candidate("one", fake)).ask()
    assert len(fake.asked) == 1


async def test_a_call_that_is_cancelled_sets_nobody_aside(autojump_clock: MockClock) -> None:
    async with running() as failover:
        asking = Asking(failover, one := candidate("one", Fake([Hang()])))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(asking.ask)
            await wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        assert one.aside == ""
        assert await asking.ask() == ["fine"]


# ---- recognition


def recogniser(failover: Failover, chain: Sequence[Candidate[Any]]) -> FailoverRecogniser:
    return FailoverRecogniser(chain[0].name, lambda: chain, failover, Unpacking())


async def test_the_next_recogniser_hears_the_utterance_from_its_beginning(autojump_clock: MockClock) -> None:
    chain = [candidate("one", Fake([refused()]), "STT"), candidate("two", second := Fake(), "STT")]
    async with running() as failover:
        assert (await recogniser(failover, chain).transcribe(UTTERANCE, Collected())).text == "fine"
    (asked,) = second.asked
    assert isinstance(asked, Utterance)
    assert (asked.format, asked.model) == (UTTERANCE.format, "two-model")


async def test_the_utterance_is_decoded_for_one_that_does_not_take_its_format(autojump_clock: MockClock) -> None:
    taking = Fake([refused()])
    taking.accepts = frozenset({"mp3"})
    chain = [candidate("one", taking, "STT"), candidate("two", second := Fake(), "STT")]
    utterance = Utterance(UTTERANCE.audio, AudioFormat("mp3"), "m", "en-US", "")
    async with running() as failover:
        both = recogniser(failover, chain)
        assert (both.accepts, both.wants, both.live) == (frozenset({"mp3"}), Fake.wants, False)
        await both.transcribe(utterance, Collected())
        assert both.accepts == frozenset()
    assert [asked.format.name for asked in (*taking.asked, *second.asked) if isinstance(asked, Utterance)] == [
        "mp3",
        "pcm16",
    ]


async def test_a_live_recogniser_may_listen_as_long_as_somebody_speaks(autojump_clock: MockClock) -> None:
    chain = [candidate("one", Fake([Hang()], live=True), "STT"), candidate("two", other := Fake(), "STT")]
    async with running() as failover:
        with trio.move_on_after(10 * POLICY.patience) as scope:
            await recogniser(failover, chain).transcribe(replace(UTTERANCE, audio=Growing()), Collected())
    assert (scope.cancelled_caught, other.asked) == (True, [])


async def test_a_live_recogniser_has_its_patience_from_the_last_sound_on(autojump_clock: MockClock) -> None:
    class Listening(Fake):
        async def transcribe(self, utterance: Utterance, words: Any) -> Any:
            await whole(utterance.audio)
            await trio.sleep_forever()

    chain = [candidate("one", Listening(live=True), "STT"), candidate("two", Fake(), "STT")]
    spoken = Growing()
    utterance = replace(UTTERANCE, audio=spoken)
    heard: list[str] = []
    done = trio.Event()

    async def transcribe() -> None:
        heard.append((await recogniser(failover, chain).transcribe(utterance, Collected())).text)
        done.set()

    async with running() as failover, trio.open_nursery() as nursery:
        nursery.start_soon(transcribe)
        await trio.sleep(10 * POLICY.patience)
        spoken.complete()
        finished_at = trio.current_time()
        with trio.fail_after(2 * POLICY.patience):
            await done.wait()
        assert trio.current_time() - finished_at == pytest.approx(POLICY.hedge)
    assert heard == ["fine"]


async def test_one_that_has_told_words_may_take_its_time_after_the_last_sound(autojump_clock: MockClock) -> None:
    chain = [
        candidate("one", Fake(["some words", Hang(50), "more"], live=True), "STT"),
        candidate("two", Fake(), "STT"),
    ]
    async with running() as failover:
        await recogniser(failover, chain).transcribe(UTTERANCE, told := Collected())
    assert told.all == ["some words", "more"]


async def test_what_cannot_be_decoded_is_nobodys_fault(autojump_clock: MockClock) -> None:
    class Deaf(Fake):
        async def transcribe(self, utterance: Utterance, words: Any) -> Any:
            raise Undecodable("no sound")

    chain = [candidate("one", Deaf(), "STT"), candidate("two", second := Fake(), "STT")]
    async with running() as failover:
        with pytest.raises(Undecodable):
            await recogniser(failover, chain).transcribe(UTTERANCE, Collected())
    assert second.asked == []


# ---- voices


@pytest.mark.parametrize(
    ("gender", "voice", "used"),
    [("unspecified", "", "one-voice"), ("female", "", ""), ("unspecified", "own-voice", "own-voice")],
)
async def test_the_operators_voice_speaks_where_nobody_asks_for_another(
    gender: Any, voice: str, used: str, autojump_clock: MockClock
) -> None:
    only = candidate("one", fake := Fake(), "TTS")
    only.offer = fake.has
    speech = Speech("Hi.", "m", voice, "en-US", gender, 1.0)
    sounds = Collected()
    async with running() as failover:
        await FailoverSynthesiser("one", lambda: [only], failover).synthesise(speech, sounds)
    assert [asked.voice for asked in fake.asked if isinstance(asked, Speech)] == [used]
    assert sounds.all == [Clip(b"fine", Fake.wants)]


async def test_a_voice_that_the_provider_does_not_have_is_left_out(autojump_clock: MockClock) -> None:
    only = candidate("one", fake := Fake(), "TTS")
    only.offer = fake.has
    async with running() as failover:
        await FailoverSynthesiser("one", lambda: [only], failover).synthesise(SPEECH, Collected())
    assert [asked.voice for asked in fake.asked if isinstance(asked, Speech)] == ["one-voice"]
