"""The account of what is in flight: what is taken comes back, and whoever can wait for room gets it."""

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.deciding.account import Account, Charge, nobodys
from actors.running.calls import JobMemory, TooLarge

OWNERS = 3
OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["take", "hold", "give back", "close"]), st.integers(0, OWNERS - 1), st.integers(0, 60))
)


@given(OPERATIONS)
def test_the_account_is_the_sum_of_its_charges_and_empty_when_they_are_closed(
    operations: list[tuple[str, int, int]],
) -> None:
    account = Account(100)
    charges = [account.open() for _ in range(OWNERS)]
    closed: set[int] = set()
    for operation, owner, size in operations:
        charge = charges[owner]
        match operation:
            case "take":
                had = account.used
                taken = charge.take(size)
                assert taken == (owner in closed or had + size <= 100)
            case "hold":
                charge.hold(size)
            case "give back":
                charge.give_back(min(size, charge.size))
            case _:
                charge.close()
                closed.add(owner)
        assert account.used == sum(charge.size for charge in charges)
    for charge in charges:
        charge.close()
    assert account.used == 0


def test_a_closed_charge_stays_at_nothing() -> None:
    account = Account(100)
    charge = account.open()
    assert charge.take(60)
    charge.close()
    assert charge.take(30)
    charge.give_back(30)
    charge.hold(40)
    charge.close()
    assert (charge.size, account.used, nobodys().size) == (0, 0, 0)


def test_what_an_owner_has_counts_as_room_for_what_takes_its_place() -> None:
    account = Account(100)
    charge, other = account.open(), account.open()
    assert charge.take(60)
    assert other.take(30)
    assert charge.has_room(70)
    assert not charge.has_room(71)
    assert not other.has_room(41)


async def test_whoever_waits_goes_on_when_there_is_room(autojump_clock: MockClock) -> None:
    account = Account(100)
    first = account.open()
    assert first.take(90)
    done: list[int] = []

    async def wait(size: int) -> None:
        await JobMemory(account.open()).take(size)
        done.append(size)

    async with trio.open_nursery() as nursery:
        for size in (50, 5, 20):
            nursery.start_soon(wait, size)
        await wait_all_tasks_blocked()
        assert done == [5]
        first.give_back(20)
        await wait_all_tasks_blocked()
        assert done == [5, 20]
        first.close()
    assert done == [5, 20, 50]
    assert account.used == 75


async def test_whoever_is_cancelled_while_waiting_has_taken_nothing(autojump_clock: MockClock) -> None:
    account = Account(100)
    first, second = account.open(), account.open()
    assert first.take(90)
    memory = JobMemory(second)
    with trio.move_on_after(1) as scope:
        await memory.take(20)
    assert scope.cancelled_caught
    assert memory.waits
    memory.close()
    assert account.used == 90
    assert not account.waiting


async def test_a_job_gives_back_what_is_not_kept(autojump_clock: MockClock) -> None:
    account = Account(100)
    charge = account.open()
    memory = JobMemory(charge)
    await memory.take(50)
    await memory.keep(20)
    assert not memory.waits
    memory.close()
    assert account.used == charge.size == 20


async def test_more_than_there_may_ever_be_is_not_waited_for(autojump_clock: MockClock) -> None:
    charge = Account(100).open()
    memory = JobMemory(charge)
    await memory.take(60)
    with pytest.raises(TooLarge):
        await memory.take(41)
    assert _size_after_closing(charge, memory) == 0


def _size_after_closing(charge: Charge, memory: JobMemory) -> int:
    memory.close()
    return charge.size
