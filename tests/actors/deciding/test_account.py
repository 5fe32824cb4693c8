"""The account of what is in flight: what is taken comes back, and whoever can wait for room gets it."""

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.deciding.account import Account, Charge, SpareCharge, nobodys
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


# ---- what is kept as long as nobody needs the room


class Hoard:
    """Somebody who keeps what nobody needs; `given_up`: how often it had to let go of it."""

    def __init__(self, account: Account) -> None:
        self.charge = SpareCharge(account, self._give_up)
        self.given_up = 0
        self.clings = False

    def _give_up(self) -> None:
        self.given_up += 1
        if not self.clings:
            self.charge.hold(0)


def test_what_is_spare_gives_way_to_what_is_needed_the_longest_kept_first() -> None:
    account = Account(100)
    first, second = Hoard(account), Hoard(account)
    second.charge.hold(1)
    first.charge.hold(40)
    second.charge.hold(40)
    charge = account.open()
    assert account.has_room(100)
    assert charge.take(20)
    assert (first.given_up, second.given_up) == (0, 0)
    assert charge.take(10)
    assert (first.given_up, second.given_up) == (0, 1)
    assert (account.used, account.spare) == (30, 40)
    assert not account.has_room(71)
    assert charge.take(70)
    assert (account.used, account.spare, account.spares) == (100, 0, {})
    assert not charge.take(1)


def test_what_does_not_fit_is_not_kept() -> None:
    account = Account(100)
    hoard = Hoard(account)
    charge = account.open()
    assert charge.take(80)
    hoard.charge.hold(30)
    assert (hoard.charge.size, hoard.given_up, account.used) == (0, 1, 80)


def test_who_cannot_let_go_at_the_moment_is_asked_once_and_again_with_the_next_bytes() -> None:
    account = Account(100)
    hoard = Hoard(account)
    hoard.clings = True
    hoard.charge.hold(60)
    charge = account.open()
    assert charge.take(50), "there is room in the account: what clings is about to go"
    assert hoard.given_up == 1
    assert charge.take(10)
    assert hoard.given_up == 1
    hoard.clings = False
    hoard.charge.hold(61)
    assert (hoard.given_up, hoard.charge.size, account.spare) == (2, 0, 0)


def test_a_hoard_that_is_closed_is_known_no_more() -> None:
    account = Account(100)
    hoard = Hoard(account)
    hoard.charge.hold(60)
    hoard.charge.close()
    hoard.charge.hold(10)
    assert (account.spare, account.spares, hoard.charge.size) == (0, {}, 0)
