"""However a call along a chain of candidates ends, nothing of it is left to the garbage collector."""

from collections.abc import Awaitable, Callable

import pytest
import trio
from trio.testing import MockClock

from actors.ports.calls import EngineFailed
from adapters.reach.exceptiongroups import FirstCause
from tests.adapters.choosing.fakes import Fake, Hang, candidate, passing
from tests.adapters.choosing.test_failover import Asking, running
from tests.cycles import freed_by_counting


async def answer(asking: Asking) -> None:
    await asking.ask()


async def fail(asking: Asking) -> None:
    with pytest.raises(EngineFailed):
        await asking.ask()


async def be_cancelled(asking: Asking) -> None:
    with trio.move_on_after(1.5) as scope:
        await asking.ask()
    assert scope.cancelled_caught


ENDS: dict[str, tuple[Callable[[Asking], Awaitable[None]], list[Fake]]] = {
    "an answer": (answer, [Fake()]),
    "the second's answer": (answer, [Fake([passing()], [passing()], [passing()]), Fake()]),
    "an answer beside one that is silent": (answer, [Fake([Hang()]), Fake([Hang(0.5), "quick"])]),
    "failures": (fail, [Fake(*[[passing()]] * 3), Fake(*[[passing()]] * 3)]),
    "cancelled with one at work": (be_cancelled, [Fake([Hang()])]),
    "cancelled with two at work": (be_cancelled, [Fake([Hang()]), Fake([Hang()])]),
}


@pytest.mark.parametrize("end", ENDS)
async def test_a_call_that_ends_is_freed(end: str, autojump_clock: MockClock) -> None:
    way, fakes = ENDS[end]
    async with running() as failover:
        chain = [candidate(str(number), fake) for number, fake in enumerate(fakes)]
        with freed_by_counting():
            await way(Asking(failover, *chain))
            for fake in fakes:
                fake.asked.clear()


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_cause_that_comes_out_of_a_nursery_holds_no_circle(is_cancelled: bool) -> None:
    async def work(content: bytes) -> None:
        if is_cancelled:
            await trio.sleep_forever()
        raise EngineFailed(f"{len(content)} bytes were not liked")

    async def call() -> None:
        with FirstCause():
            async with trio.open_nursery() as nursery:
                nursery.start_soon(work, bytes(10_000))
                nursery.start_soon(trio.sleep_forever)

    with freed_by_counting(), trio.CancelScope() as scope:
        if is_cancelled:
            scope.cancel()
            await call()
        else:
            with pytest.raises(EngineFailed, match="10000 bytes"):
                await call()
