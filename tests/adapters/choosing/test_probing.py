"""Providers that are set aside are probed by one probe each, less and less often while calls go on failing."""

from itertools import pairwise
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from actors.ports.calls import EngineFailed
from adapters.choosing.candidate import Candidate
from tests.adapters.choosing.fakes import Fake, candidate, passing, refused
from tests.adapters.choosing.test_failover import POLICY, SEEDS, Asking, running


async def until_well(one: Candidate[Any]) -> None:
    for _ in range(1_000):
        if one.aside:
            await trio.sleep(1)


@pytest.mark.parametrize("seed", SEEDS)
async def test_it_is_probed_at_growing_intervals_until_it_is_well(seed: int, autojump_clock: MockClock) -> None:
    fake, other = Fake(*[[passing()]] * 3), Fake()
    well_at = 0.0
    async with running(seed) as failover:
        fake.health = lambda: None if trio.current_time() >= well_at else passing()
        well_at = trio.current_time() + 500
        asking = Asking(failover, one := candidate("one", fake), candidate("two", other))
        await asking.ask()
        failed_at, tries = trio.current_time(), len(fake.asked)
        await until_well(one)
        fake.calls.clear()
        assert trio.current_time() <= well_at + 1.5 * POLICY.probe_last + 1
        waits = [later - earlier for earlier, later in pairwise([failed_at, *fake.checked])]
        mean = POLICY.probe_first
        for wait in waits:
            assert 0.5 * mean <= wait <= 1.5 * mean
            mean = min(2 * mean, POLICY.probe_last)
        await asking.ask()
        assert len(fake.asked) == tries + 1
        probes = len(fake.checked)
        await trio.sleep(300)
        assert len(fake.checked) == probes


async def test_a_probe_that_hangs_is_given_up_and_made_again(autojump_clock: MockClock) -> None:
    class Stuck(Fake):
        async def check(self) -> None:
            self.checked.append(trio.current_time())
            if len(self.checked) < 3:
                await trio.sleep_forever()

    fake = Stuck([refused()])
    async with running() as failover:
        await Asking(failover, one := candidate("one", fake), candidate("two", Fake())).ask()
        await trio.sleep(600)
        assert (len(fake.checked), one.aside) == (3, "")


@pytest.mark.parametrize(("failure", "comes_back"), [(passing, True), (refused, False)])
async def test_a_key_that_cannot_list_is_believed_by_its_calls(
    failure: Any, comes_back: bool, autojump_clock: MockClock
) -> None:
    fake = Fake([], *[[failure()]] * POLICY.tries)
    fake.health = refused
    async with running() as failover:
        asking = Asking(failover, one := candidate("one", fake), candidate("two", Fake()))
        await asking.ask()
        await asking.ask()
        assert one.aside
        await trio.sleep(120)
        assert bool(one.aside) != comes_back


async def test_one_that_is_gone_is_probed_no_more(autojump_clock: MockClock) -> None:
    fake = Fake([refused()])
    fake.health = refused
    async with running() as failover:
        await Asking(failover, one := candidate("one", fake), candidate("two", Fake())).ask()
        one.is_gone = True
        await trio.sleep(600)
        assert fake.checked == []


async def test_one_that_fails_and_recovers_again_and_again_has_one_probe(autojump_clock: MockClock) -> None:
    fake = Fake(*[call for _ in range(20) for call in ([refused()], [])])
    fake.health = refused
    async with running() as failover:
        asking = Asking(failover, candidate("one", fake))
        for _ in range(20):
            with pytest.raises(EngineFailed):
                await asking.ask()
            await asking.ask()
        fake.calls.append([refused()])
        with pytest.raises(EngineFailed):
            await asking.ask()
        begin = trio.current_time()
        await trio.sleep(10 * POLICY.probe_last)
        assert len(fake.checked) <= 2 + (trio.current_time() - begin) / (0.5 * POLICY.probe_last)


async def test_one_whose_check_is_in_order_while_calls_fail_is_asked_ever_more_seldom(
    autojump_clock: MockClock,
) -> None:
    fake, other = Fake(*[[passing()]] * 4_000), Fake()
    async with running() as failover:
        asking = Asking(failover, one := candidate("one", fake), candidate("two", other))
        for _ in range(1_200):
            await asking.ask()
            await trio.sleep(1)
        assert 10 * POLICY.tries <= len(fake.asked) <= 40 * POLICY.tries
        fake.calls.clear()
        await until_well(one)
        await asking.ask()
        fake.calls.append([refused()])
        await asking.ask()
        failed_at, probes = trio.current_time(), len(fake.checked)
        await until_well(one)
        assert len(fake.checked) == probes + 1
        assert trio.current_time() - failed_at <= 1.5 * POLICY.probe_refused + 1
