"""The race of a call: hedged requests, the result that counts, and the losing candidate, on a mock clock."""

from random import Random
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from actors.ports.calls import EngineFailed, Retraction
from actors.ports.sound import Clip, Undecodable
from adapters.choosing.candidate import Candidate
from adapters.choosing.failover import Failover
from adapters.choosing.standins import FailoverSynthesiser
from adapters.reach.contract import Offer
from tests.adapters.choosing.fakes import PCM, SPEECH, UTTERANCE, Fake, Hang, absent, candidate, final, passing, refused
from tests.adapters.choosing.test_failover import POLICY, SEEDS, Asking, Collected, recogniser, running


async def seconds(asking: Asking, *heard: object) -> float:
    """How long it takes until exactly this has been heard."""
    begin = trio.current_time()
    assert await asking.ask() == list(heard)
    return trio.current_time() - begin


def local(fake: Fake) -> Candidate[Any]:
    return candidate("local", fake, is_embedded=True)


def known(fake: Fake) -> Candidate[Any]:
    """One that has been seen to answer."""
    one = candidate("one", fake)
    one.offer = fake.has
    return one


# ---- nobody there


async def test_where_nobody_is_there_the_next_is_asked_at_once_and_alone_from_then_on(
    autojump_clock: MockClock,
) -> None:
    gone, other = Fake([absent()]), Fake()
    gone.health = absent
    async with running() as failover:
        asking = Asking(failover, one := candidate("one", gone), candidate("two", other))
        for _ in range(3):
            assert await seconds(asking, "fine") == 0
    assert (len(gone.asked), len(other.asked), one.aside) == (1, 3, "nothing listens there")


async def test_one_that_is_alone_is_tried_again_though_nobody_is_there(autojump_clock: MockClock) -> None:
    """As a server that is just being started again."""
    gone = Fake([absent()], [absent()])
    async with running() as failover:
        assert await Asking(failover, candidate("one", gone)).ask() == ["fine"]
    assert len(gone.asked) == POLICY.tries


async def test_each_of_several_is_judged_for_itself(autojump_clock: MockClock) -> None:
    chain = [candidate("one", Fake([absent()])), candidate("two", Fake([refused()])), candidate("three", Fake())]
    async with running() as failover:
        assert await seconds(Asking(failover, *chain), "fine") == 0
    assert [each.aside for each in chain] == ["nothing listens there", "the key in X_API_KEY was refused", ""]


# ---- beside one that is silent


async def test_beside_one_that_is_silent_the_next_is_begun_and_the_first_result_wins(
    autojump_clock: MockClock,
) -> None:
    slow, quick = Fake([Hang(), "never"]), Fake([Hang(0.5), "quick"])
    async with running() as failover:
        asking = Asking(failover, one := known(slow), candidate("two", quick))
        assert await seconds(asking, "quick") == POLICY.hedge + 0.5
    assert (quick.times[0] - slow.times[0], slow.cancelled, one.aside) == (POLICY.hedge, 1, "")


async def test_the_first_may_still_win(autojump_clock: MockClock) -> None:
    first, second = Fake([Hang(1.5), "first"]), Fake([Hang(), "never"])
    async with running() as failover:
        asking = Asking(failover, candidate("one", first), two := candidate("two", second))
        assert await seconds(asking, "first") == 1.5
    assert (second.cancelled, two.lost, two.aside) == (1, 0, "")


async def test_one_that_answers_in_time_is_asked_alone(autojump_clock: MockClock) -> None:
    other = Fake()
    async with running() as failover:
        asking = Asking(failover, candidate("one", Fake([Hang(0.9), "a", Hang(30), "b"])), candidate("two", other))
        assert await asking.ask() == ["a", "b"]
    assert other.asked == []


async def test_no_more_than_two_are_at_work(autojump_clock: MockClock) -> None:
    third = Fake()
    chain = [candidate("one", Fake([Hang()])), candidate("two", Fake([Hang()])), candidate("three", third)]
    async with running() as failover:
        assert await seconds(Asking(failover, *chain), "fine") == POLICY.patience
    assert [each.aside for each in chain] == [
        "One gave no result within 10 seconds", "Two was silent while another one answered", "",
    ]  # fmt: skip


async def test_of_two_that_are_not_reached_the_first_gives_way_to_a_third(autojump_clock: MockClock) -> None:
    lost = [candidate(name, Fake([Hang()], reachable=False)) for name in ("one", "two")]
    async with running() as failover:
        assert await seconds(Asking(failover, *lost, candidate("three", Fake())), "fine") == 2 * POLICY.hedge
    assert [each.aside for each in lost] == [f"{name} could not be reached in time" for name in ("One", "Two")]


async def test_failures_and_waits_count_as_silence(autojump_clock: MockClock) -> None:
    one = candidate("one", Fake([passing(retry_after=3.0)]))
    async with running() as failover:
        assert await seconds(Asking(failover, one, candidate("two", Fake())), "fine") == POLICY.hedge
    assert one.aside == "down for a while"


async def test_one_that_fails_beside_another_leaves_it_its_time(autojump_clock: MockClock) -> None:
    second = Fake([absent()])
    second.health = absent
    async with running() as failover:
        asking = Asking(failover, candidate("one", Fake([Hang(8), "late"])), two := candidate("two", second))
        assert await seconds(asking, "late") == 8
    assert (two.aside, len(second.asked)) == ("nothing listens there", 1)


async def test_a_call_that_is_at_fault_ends_both(autojump_clock: MockClock) -> None:
    second = Fake([Hang(), "never"])
    async with running() as failover:
        with pytest.raises(EngineFailed, match="no such model"):
            await Asking(failover, candidate("one", Fake([Hang(2), final()])), candidate("two", second)).ask()
    assert second.cancelled == 1


@pytest.mark.parametrize("attempt", range(10))
async def test_one_that_is_cancelled_with_its_call_has_not_succeeded(attempt: int, autojump_clock: MockClock) -> None:
    two = candidate("two", second := Fake([Hang(), "never"]))
    async with running(attempt) as failover:
        with pytest.raises(EngineFailed, match="no such model"):
            await Asking(failover, candidate("one", Fake([Hang(2), final()])), two).ask()
    assert (second.cancelled, two.has_succeeded) == (1, False)


async def test_one_that_says_that_it_is_at_work_is_not_silent(autojump_clock: MockClock) -> None:
    """An empty text: a model that thinks."""
    other = Fake()
    async with running() as failover:
        asking = Asking(failover, candidate("one", Fake(["", Hang(30), "thought"])), candidate("two", other))
        assert await seconds(asking, "", "thought") == 30
    assert other.asked == []


# ---- embedded engines


@pytest.mark.parametrize(
    ("reachable", "has_answered", "within"),
    [(True, True, POLICY.patience), (True, False, POLICY.hedge), (False, True, POLICY.hedge)],
)
async def test_an_embedded_engine_waits_longer_for_one_that_is_seen_to_be_there(
    reachable: bool, has_answered: bool, within: float, autojump_clock: MockClock
) -> None:
    one = candidate("one", Fake([Hang()], reachable=reachable))
    one.offer = Offer() if has_answered else None
    async with running() as failover:
        assert await seconds(Asking(failover, one, local(Fake())), "fine") == within


async def test_a_provider_that_was_lost_costs_one_turn(autojump_clock: MockClock) -> None:
    lost = Fake([Hang()], reachable=False)
    lost.health = absent
    async with running() as failover:
        asking = Asking(failover, one := candidate("one", lost), local(Fake()))
        assert await seconds(asking, "fine") == POLICY.hedge
        assert one.aside == "One could not be reached in time"
        for _ in range(5):
            assert await seconds(asking, "fine") == 0
    assert len(lost.asked) == 1


async def test_one_that_was_lost_for_one_kind_of_work_is_not_waited_for_by_another(autojump_clock: MockClock) -> None:
    """So that a turn, in which it would recognise, answer and speak, waits once."""
    lost, speaker = Fake([Hang()], reachable=False), Fake([Hang()], reachable=False)
    lost.health = absent
    chain = [candidate("one", speaker, "TTS"), candidate("local", Fake(), "TTS", is_embedded=True)]
    async with running() as failover:
        assert await seconds(Asking(failover, candidate("one", lost), local(Fake())), "fine") == POLICY.hedge
        begin = trio.current_time()
        await FailoverSynthesiser("one", lambda: chain, failover).synthesise(SPEECH, heard := Collected())
        assert trio.current_time() == begin
    assert heard.all == [Clip(b"fine", PCM)]
    assert chain[0].aside == "One could not be reached in time"


# ---- those who lose


async def test_one_that_loses_again_and_again_is_set_aside(autojump_clock: MockClock) -> None:
    slow = Fake([Hang()], ["in time"], [Hang()], [Hang()])
    async with running() as failover:
        asking = Asking(failover, one := known(slow), candidate("two", Fake()))
        for heard, aside in (("fine", ""), ("in time", ""), ("fine", ""), ("fine", "One was silent while another")):
            assert await asking.ask() == [heard]
            assert one.aside.startswith(aside)
            assert bool(one.aside) == bool(aside)


async def test_one_that_has_never_answered_is_set_aside_when_it_loses(autojump_clock: MockClock) -> None:
    async with running() as failover:
        asking = Asking(failover, one := candidate("one", Fake([Hang()])), candidate("two", Fake()))
        assert await seconds(asking, "fine") == POLICY.hedge
        assert one.aside == "One was silent while another one answered"


async def test_one_that_lost_is_asked_again_where_the_winner_breaks_off_and_nobody_was_told(
    autojump_clock: MockClock,
) -> None:
    slow = Fake([Hang()], ["whole"])
    async with running() as failover:
        asking = Asking(failover, candidate("one", slow), candidate("two", Fake(["half", refused()])), stream=False)
        assert await asking.ask() == ["half", Retraction(), "whole"]
    assert slow.cancelled == 1


# ---- never of two


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("stream", [True, False])
async def test_nothing_of_two_is_ever_mixed(seed: int, stream: bool, autojump_clock: MockClock) -> None:
    """Random calls that are silent, break off and race: what is left is the beginning, or the whole, of one of them."""
    random = Random(f"{seed} {stream}")
    async with running(seed) as failover:
        for _ in range(20):
            scripts = [[_random_call(random, f"{name}{number}") for number in range(4)] for name in "abc"]
            chain = [candidate(name, Fake(*calls)) for name, calls in zip("abc", scripts, strict=True)]
            heard, is_done = Collected(), False
            try:
                await _speak(failover, chain, heard, stream=stream)
                is_done = True
            except EngineFailed:
                pass
            assert _is_of_one(heard.all, scripts, is_done=is_done)


async def _speak(failover: Failover, chain: list[Candidate[Any]], heard: Collected, *, stream: bool) -> None:
    asking = Asking(failover, *chain, stream=stream)
    await asking.model.answer(asking.question, heard)


def _random_call(random: Random, name: str) -> list[Any]:
    call: list[Any] = []
    for number in range(random.randrange(4)):
        call += [Hang(random.choice([0.0, 0.3, 0.99, 1.0, 1.5, 12.0])), f"{name} {number}"]
    return (
        [*call, random.choice([passing(), refused(), absent(), EngineFailed("x")])] if random.random() < 0.5 else call
    )


def _is_of_one(heard: list[Any], scripts: list[list[list[Any]]], *, is_done: bool) -> bool:
    last = max((at for at, each in enumerate(heard) if each == Retraction()), default=-1)
    left = heard[last + 1 :]
    for call in (call for calls in scripts for call in calls):
        texts = [step for step in call if isinstance(step, str)]
        is_whole = not (call and isinstance(call[-1], EngineFailed))
        if left == texts[: len(left)] and (not is_done or (left == texts and is_whole)):
            return True
    return left == ["fine"]


async def test_a_recogniser_that_tells_nothing_before_its_end_may_win_too(autojump_clock: MockClock) -> None:
    class Whole(Fake):
        async def transcribe(self, utterance: Any, words: Any) -> Any:
            return await super().transcribe(utterance, Collected())

    chain = [candidate("one", Fake([Hang()]), "STT"), candidate("two", second := Whole(), "STT")]
    async with running() as failover:
        assert (await recogniser(failover, chain).transcribe(UTTERANCE, told := Collected())).text == "fine"
    assert (told.all, len(second.asked)) == ([], 1)


class Waiting(Fake):
    """Each call does its steps once the event has come."""

    def __init__(self, event: trio.Event, *calls: list[Any]) -> None:
        super().__init__(*calls)
        self.event = event

    async def _follow(self, emit: Any) -> None:
        await self.event.wait()  # whoever was woken by an event goes on, though it is cancelled then
        await super()._follow(emit)


@pytest.mark.parametrize("attempt", range(10))
async def test_of_two_that_have_something_in_the_same_moment_one_is_heard(
    attempt: int, autojump_clock: MockClock
) -> None:
    event, heard = trio.Event(), Collected()
    chain = [candidate(name, Waiting(event, [name, name]), "TTS") for name in ("a", "b")]
    async with running(attempt) as failover, trio.open_nursery() as nursery:
        nursery.start_soon(FailoverSynthesiser("a", lambda: chain, failover).synthesise, SPEECH, heard)
        await trio.sleep(2)
        event.set()
    assert heard.all in ([Clip(b"a", PCM)] * 2, [Clip(b"b", PCM)] * 2)


@pytest.mark.parametrize("attempt", range(10))
async def test_once_a_call_has_failed_nothing_is_heard(attempt: int, autojump_clock: MockClock) -> None:
    event, heard, has_failed = trio.Event(), Collected(), False
    chain = [candidate("a", Waiting(event, [final()])), candidate("b", Waiting(event, ["b"]))]
    async with running(attempt) as failover, trio.open_nursery() as nursery:

        async def ask() -> None:
            nonlocal has_failed
            try:
                await _speak(failover, chain, heard, stream=True)
            except EngineFailed:
                has_failed = True

        nursery.start_soon(ask)
        await trio.sleep(2)
        event.set()
    assert (has_failed, heard.all) in ((True, []), (False, ["b"]))


@pytest.mark.parametrize("error", [Undecodable("no sound"), ZeroDivisionError()])
async def test_what_is_nobodys_failure_comes_out_as_itself(error: Exception, autojump_clock: MockClock) -> None:
    class BrokenRecogniser(Fake):
        async def transcribe(self, utterance: Any, words: Any) -> Any:
            await trio.sleep(1.5)
            raise error

    chain = [candidate("one", BrokenRecogniser(), "STT"), candidate("two", second := Fake([Hang()]), "STT")]
    async with running() as failover:
        with pytest.raises(type(error)):
            await recogniser(failover, chain).transcribe(UTTERANCE, Collected())
    assert second.cancelled == 1
