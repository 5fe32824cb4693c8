"""The switchboard: who is called and when, descriptors that are used again, ends, resets, and calls that break."""

import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from adapters.wire import switchboard
from adapters.wire.switchboard import BATCH, READ, WRITE, Poller, Switchboard, find_poller

pytestmark = pytest.mark.skipif(find_poller() is None, reason="this system has no poller that we know")


class Reading:
    """One end of a connection, which notes what it is called for."""

    def __init__(self, board: Switchboard, calls: list[str], name: str = "") -> None:
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.board = board
        self.calls = calls
        self.name = name
        self.units = 0
        self.faults: list[Exception] = []
        self.events = 0
        self.flushes = 0
        self.also: Callable[[], object] = bool
        self.watch()

    def watch(self) -> None:
        """Have it called."""
        self.board.watch(self.near.fileno(), self, READ)

    def on_readable(self) -> bool:
        """Read, or finish a unit of what was read before."""
        self.also()
        if self.units:
            self.units -= 1
            self.calls.append(f"{self.name}+")
        else:
            try:
                data = self.near.recv(100)
            except OSError as error:
                data = type(error).__name__.encode()
            self.calls.append(f"{self.name}{data.decode() or 'END'}")
            if not data or data.endswith(b"Error"):
                self.board.forget(self.near.fileno(), self)
            self.units = data.count(b"u")
        return self.units > 0

    def on_writable(self) -> None:
        """Note it, and wait for it no more."""
        self.calls.append(f"{self.name} can be written")
        self.board.watch(self.near.fileno(), self, self.events & ~WRITE)

    def on_flush(self) -> bool:
        """Note it, and ask for more as often as was said."""
        self.also()
        self.calls.append(f"{self.name}>")
        self.flushes -= 1
        return self.flushes > 0

    def on_fault(self, fault: Exception) -> None:
        """Note it."""
        self.board.forget(self.near.fileno(), self)
        self.faults.append(fault)

    def close(self) -> None:
        """Take it out, and close both ends."""
        self.board.forget(self.near.fileno(), self)
        self.near.close()
        self.far.close()


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Switchboard, list[str], Callable[[str], Reading]]]:
    """A switchboard, what its calls note, and how to put somebody in."""
    poller = find_poller()
    assert poller is not None
    board, calls, made = Switchboard(poller), list[str](), list[Reading]()

    def put_in(name: str = "") -> Reading:
        made.append(Reading(board, calls, name))
        return made[-1]

    async with trio.open_nursery() as nursery:
        await nursery.start(board.run)
        try:
            yield board, calls, put_in
        finally:
            for one in made:
                one.close()
        assert len(board) == 0
        assert not board._left
        nursery.cancel_scope.cancel()


async def test_whoever_can_be_read_is_called_and_nobody_else() -> None:
    async with running() as (_, calls, put_in):
        a, _ = put_in("a"), put_in("b")
        a.far.send(b"1")
        await wait_all_tasks_blocked()
        a.far.send(b"2")
        await wait_all_tasks_blocked()
        assert calls == ["a1", "a2"]


async def test_who_is_taken_out_is_called_when_it_is_put_in_again() -> None:
    async with running() as (board, calls, put_in):
        a = put_in("a")
        board.forget(a.near.fileno(), a)
        a.far.send(b"1")
        await wait_all_tasks_blocked()
        assert calls == []
        a.watch()
        await wait_all_tasks_blocked()
        assert calls == ["a1"]


async def test_what_is_left_comes_behind_everybody_else_and_ends_by_itself() -> None:
    async with running() as (_, calls, put_in):
        a, b = put_in("a"), put_in("b")
        a.far.send(b"uuu")
        b.far.send(b"1")
        await wait_all_tasks_blocked()
        assert calls[2:] == ["a+", "a+", "a+"]
        assert sorted(calls[:2]) == ["auuu", "b1"]


async def test_others_have_their_turn_while_something_is_left() -> None:
    async with running() as (_, calls, put_in):
        a = put_in("a")
        a.far.send(b"u" * 90)
        turns = 0
        while calls.count("a+") < 90:
            await trio.lowlevel.checkpoint()
            turns += 1
        assert turns >= 90


async def test_others_have_their_turn_when_a_round_has_lasted_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "ROUND_SECONDS", 0.0)
    async with running() as (board, calls, put_in):
        many = [put_in(f"{number}:") for number in range(10)]
        for one in many:
            one.far.send(b"u")
        turns = 0
        while len(calls) < 20:
            await trio.lowlevel.checkpoint()
            turns += 1
        assert turns >= 20  # one for each call
        assert sorted(calls) == sorted([f"{number}:{what}" for number in range(10) for what in ("u", "+")])
        assert not board._left


async def test_who_floods_does_not_come_before_who_was_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "ROUND_SECONDS", 0.0)  # one call a round
    async with running() as (_, calls, put_in):
        floods = [put_in("a"), put_in("b")]
        other = put_in("c")
        for one in floods:
            one.far.send(b"x" * 3_000)
        other.far.send(b"1")
        await wait_all_tasks_blocked()
        assert calls.index("c1") <= 2


async def test_with_more_descriptors_than_a_round_has_all_are_called() -> None:
    async with running() as (_, calls, put_in):
        many = [put_in(f"{number}:") for number in range(BATCH + 20)]
        for one in many:
            one.far.send(b"x")
        await wait_all_tasks_blocked()
        assert sorted(calls) == sorted(f"{number}:x" for number in range(BATCH + 20))


async def test_a_call_that_breaks_takes_out_its_own_descriptor_alone() -> None:
    def breaks() -> None:
        raise LookupError("a fault of ours")

    async with running() as (board, calls, put_in):
        a, b = put_in("a"), put_in("b")
        a.also = breaks
        a.far.send(b"1")
        b.far.send(b"1")
        await wait_all_tasks_blocked()
        b.far.send(b"2")
        await wait_all_tasks_blocked()
        assert calls == ["b1", "b2"]
        assert [str(fault) for fault in a.faults] == ["a fault of ours"]
        assert (b.faults, len(board)) == ([], 1)


async def test_a_descriptor_is_written_while_it_has_room_and_that_is_waited_for() -> None:
    async with running() as (board, calls, put_in):
        a, b = put_in("a"), put_in("b")
        board.watch(a.near.fileno(), a, READ | WRITE)
        board.watch(b.near.fileno(), b, WRITE)  # and is not read meanwhile
        b.far.send(b"1")
        await wait_all_tasks_blocked()
        a.far.send(b"1")
        await wait_all_tasks_blocked()
        assert sorted(calls[:2]) == ["a can be written", "b can be written"]
        assert (calls[2:], a.events, b.events, len(board)) == (["a1"], READ, 0, 1)
        b.watch()
        await wait_all_tasks_blocked()
        assert calls[3:] == ["b1"]


async def test_who_asks_is_called_once_and_after_everybody_who_runs_now() -> None:
    async with running() as (board, calls, put_in):
        a, b = put_in("a"), put_in("b")
        for one in (a, b, a):
            board.call_soon(one)
        calls.append("this task goes on")
        await wait_all_tasks_blocked()
        assert calls == ["this task goes on", "a>", "b>"]
        a.flushes = 3
        board.call_soon(a)
        board.call_soon(b)
        await wait_all_tasks_blocked()
        assert calls[3:] == ["a>", "b>", "a>", "a>"]
        board.call_soon(a)
        board.forget(a.near.fileno(), a)
        await wait_all_tasks_blocked()
        assert len(calls) == 7


async def test_a_call_that_was_asked_for_and_breaks_is_its_own_fault() -> None:
    def breaks() -> None:
        raise LookupError("a fault of ours")

    async with running() as (board, calls, put_in):
        a, b = put_in("a"), put_in("b")
        a.also = breaks
        board.call_soon(a)
        board.call_soon(b)
        await wait_all_tasks_blocked()
        assert ([str(fault) for fault in a.faults], calls, len(board)) == (["a fault of ours"], ["b>"], 1)


async def test_a_descriptor_that_is_used_again_in_the_same_round_is_another_ones() -> None:
    async with running() as (_, calls, put_in):
        a, b = put_in("a"), put_in("b")
        reused: list[Reading] = []

        def swap(old: Reading) -> Callable[[], None]:
            def swapping() -> None:
                if not reused:
                    number = old.near.fileno()
                    old.close()
                    reused.append(put_in("new"))
                    assert number in (reused[0].near.fileno(), reused[0].far.fileno())

            return swapping

        a.also, b.also = swap(b), swap(a)  # whichever is called first closes the other, whose call is due
        a.far.send(b"1")
        b.far.send(b"1")
        await wait_all_tasks_blocked()
        assert len(calls) == 1
        assert calls[0] in ("a1", "b1")
        reused[0].far.send(b"2")
        await wait_all_tasks_blocked()
        assert calls[1:] == ["new2"]


async def test_a_half_closed_stream_is_read_to_its_end() -> None:
    async with running() as (board, calls, put_in):
        a = put_in("a")
        a.far.send(b"last")
        a.far.shutdown(socket.SHUT_WR)
        await wait_all_tasks_blocked()
        assert calls == ["alast", "aEND"]
        assert len(board) == 0


@pytest.mark.parametrize("is_watched", [True, False], ids=["while it is watched", "while it is not"])
async def test_a_reset_is_an_error_to_read_and_costs_nothing_while_nobody_reads(is_watched: bool) -> None:
    async with running() as (board, calls, put_in):
        a = put_in("a")
        board.forget(a.near.fileno(), a)
        a.near.close()
        a.far.close()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            a.far = socket.create_connection(listening.getsockname())
            a.near, _ = listening.accept()
        a.near.setblocking(False)
        if is_watched:
            a.watch()
        a.far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        a.far.close()
        await wait_all_tasks_blocked(0.05)  # which would never be where the reset made rounds without end
        if not is_watched:
            assert calls == []
            a.watch()
            await wait_all_tasks_blocked()
        assert calls == ["aConnectionResetError"]


async def test_where_its_task_ends_it_calls_nobody_and_may_be_told_to_forget() -> None:
    poller: Poller | None = find_poller()
    assert poller is not None
    board = Switchboard(poller)
    async with trio.open_nursery() as nursery:
        await nursery.start(board.run)
        one = Reading(board, [])
        nursery.cancel_scope.cancel()
    assert not board.is_running
    one.close()
    assert len(board) == 0
