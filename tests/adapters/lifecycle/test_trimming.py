"""The heap is trimmed after much was given back, when it has become quiet."""

import trio
from trio.testing import MockClock

from actors.deciding.account import Account
from adapters.lifecycle import trimming


async def test_it_is_trimmed_once_after_much_was_given_back_and_nothing_more_is(autojump_clock: MockClock) -> None:
    account, trimmed = Account(), []

    def trim(keep: int) -> int:
        trimmed.append((keep, trio.current_time() - begun))
        return 1

    async def give_back(size: int) -> None:
        charge = account.open()
        assert charge.take(size)
        charge.close()
        await trio.sleep(trimming.EVERY)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trimming.run, account, trim)
        begun = trio.current_time()
        await trio.sleep(0.5)
        await give_back(trimming.ENOUGH - 1)
        await trio.sleep(10)
        assert trimmed == []
        for _ in range(3):
            await give_back(trimming.ENOUGH)
        assert trimmed == []
        await trio.sleep(10)
        assert len(trimmed) == 1
        nursery.cancel_scope.cancel()


async def test_without_it_there_is_nothing_to_do(autojump_clock: MockClock) -> None:
    await trimming.run(Account(), None)
