"""The context of a call is that of its tasks, and of nothing that outlives it."""

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.ports.callcontext import NOBODYS, CallContext, call_for, current_call

MINE, YOURS = CallContext("mine", 1), CallContext("yours", 2)


async def test_the_tasks_of_a_call_have_its_context(autojump_clock: MockClock) -> None:
    seen: list[tuple[float, CallContext]] = []

    async def look(after: float) -> None:
        await trio.sleep(after)
        seen.append((after, current_call()))

    async def call(context: CallContext, seconds: float) -> None:
        with call_for(context):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(look, seconds)
        seen.append((seconds, current_call()))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(call, MINE, 2.0)
        nursery.start_soon(call, YOURS, 1.0)
    assert seen == [(1.0, YOURS), (1.0, NOBODYS), (2.0, MINE), (2.0, NOBODYS)]


async def test_what_outlives_its_call_is_nobodys(nursery: trio.Nursery) -> None:
    seen: list[CallContext] = []
    over = trio.Event()

    async def process() -> None:
        seen.append(current_call())
        await over.wait()
        seen.append(current_call())

    with call_for(MINE):
        nursery.start_soon(process)
        await wait_all_tasks_blocked()
    over.set()
    await wait_all_tasks_blocked()
    assert seen == [MINE, NOBODYS]


def test_calls_in_calls() -> None:
    with call_for(MINE):
        with call_for(YOURS):
            assert current_call() is YOURS
        assert current_call() is MINE
