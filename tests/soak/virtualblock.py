"""A block of a soak: some thousand turns on a few servers, one after the other, which depend on its seed alone."""

import gc
import hashlib
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from random import Random
from typing import Final

import msgspec
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.running.sizes import ConnectionLimits, PoolSizes
from actors.running.supervisor import ServerPlan
from adapters.virtual.clock import scheduled
from protocol.timing import Timing
from tests.cycles import find_cycles
from tests.scripted import Broken
from tests.soak.virtualcounts import SoakCounting, Tally
from tests.soak.virtualengines import Luck, Lucks, SoakEngines
from tests.soak.virtualexact import play_exactly
from tests.soak.virtualinvariants import checked_steps
from tests.soak.virtualroom import Room
from tests.soak.virtualserver import TOKENS, SoakServer, limits_of, soak_server

TURNS: Final = 2_000
"""Turns of a block; the servers that it begins with are played to their ends."""
AT_ONCE: Final = 350
"""Turns of a server with many conversations at once."""
EXACT_SHARE: Final = 0.15
"""The share of the turns that are compared, line for line, with the reference model."""
SOCKETS_SHARE: Final = 0.2
"""The share of servers whose connections are sockets."""
PLAIN: Final = (0.0,)
TROUBLES: Final = (0.0, 0.02, 0.05, 0.15)
"""How many of an engine's calls do not work, in a conversation of a server without and with trouble."""
DRAINED, LEFT, CALM = "drained", "left", "calm"
ENDINGS: Final = (CALM, CALM, CALM, DRAINED, LEFT)
LONGER_THAN_ANY_DEADLINE: Final = 250.0


class BlockFailed(Exception):
    """Something was wrong; `lines` are what happened last. `block`: its number, which whoever had it played knows."""

    def __init__(self, what: str, lines: list[str]) -> None:
        super().__init__(what, lines)
        self.lines = lines
        self.block = 0

    def __str__(self) -> str:
        return str(self.args[0])


class BlockDone(msgspec.Struct, frozen=True):
    """What became of a block: its counts, the digest of all that its clients were told, and when, and its costs.

    `seconds` of processor time; `rss` is the memory of its `process` after it, in bytes, and `objects` are those that
    the garbage collector knows. `exact`: turns that were compared with the reference model.
    """

    block: int
    tally: Tally
    digest: str
    seconds: float
    rss: int
    objects: int
    process: int
    exact: int
    was_played_twice: bool = False


class LoggedFaults(logging.Handler):
    """What the server logs as a fault of its own, but for those that the engines were told to make."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.unforeseen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note it, with the exception that is being handled."""
        fault = sys.exc_info()[1]
        if not _is_foreseen(fault):
            trace = "" if fault is None else "".join(traceback.format_exception(fault))
            self.unforeseen.append(f"{record.getMessage()}\n{trace}")


def _is_foreseen(fault: BaseException | None) -> bool:
    """Whether it is one that an engine was told to make."""
    if isinstance(fault, BaseExceptionGroup):
        return all(map(_is_foreseen, fault.exceptions))
    return isinstance(fault, Broken)


@contextmanager
def overheard() -> Iterator[LoggedFaults]:
    """Hear what the server logs as a fault of its own; nothing else is logged."""
    faults = LoggedFaults()
    loggers = [logging.getLogger(name) for name in ("actors", "adapters", "protocol")]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
        logger.propagate = False
        logger.addHandler(faults)
    try:
        yield faults
    finally:
        for logger, (level, propagate) in zip(loggers, before, strict=True):
            logger.removeHandler(faults)
            logger.setLevel(level)
            logger.propagate = propagate


class BlockRun:
    """A block that is being played."""

    def __init__(self, seed: int, block: int, turns: int) -> None:
        self.random = Random(f"{seed}/{block}")
        self.turns = turns
        self.counting = SoakCounting()
        self.exact = 0
        self.wrong: BaseException | None = None
        self.lines: list[str] = []
        self.rooms: list[Room] = []
        self._digest = hashlib.blake2b(digest_size=16)
        self._scope = trio.CancelScope()

    @property
    def digest(self) -> str:
        """The digest of all that clients were told so far."""
        return self._digest.hexdigest()

    def hear(self, raw: str | bytes) -> None:
        """A packet that a client was told, and when."""
        self._digest.update(f"{trio.current_time():.6f}".encode())
        self._digest.update(raw if isinstance(raw, bytes) else raw.encode())

    def fail(self, error: BaseException, lines: list[str]) -> None:
        """Something is wrong: the block is over; `lines` are what happened last."""
        if self.wrong is None:
            self.wrong, self.lines = error, lines
            self._scope.cancel()

    async def run(self) -> None:
        """Play server after server; what is wrong is in `wrong`."""
        with self._scope:
            try:
                while self.counting.turns < self.turns and self.wrong is None:
                    if self.exact < EXACT_SHARE * self.counting.turns:
                        before = self.counting.turns
                        await play_exactly(self.random, self.counting, self.hear, self.fail)
                        self.exact += self.counting.turns - before
                    else:
                        await self._play_at_once()
            except BaseExceptionGroup as group:
                self.fail(_first(group), [])
                raise
            except Exception as error:
                self.fail(error, [])

    # ---- many conversations at once

    async def _play_at_once(self) -> None:
        random = self.random
        gc.collect()  # what the server before has left at its very end
        lucks = Lucks(Luck(Random(random.getrandbits(64)), 0.0))  # a microphone's codec has deadlines of its own
        engines = SoakEngines(lucks)
        workers = random.choice([1, 4, 8, 8])
        plan = ServerPlan(
            limits_of(random),
            PoolSizes(workers, workers, 2 * workers, random.choice([0, 4, 8])),
            Timing(ping_timeout=20.0, outbox_messages=random.choice([16, 64]), max_payload=100_000),
            connection_limits=ConnectionLimits(max_connections=random.choice([10, 30, 30])),
        )
        sockets = random.random() < SOCKETS_SHARE
        self.counting.note("steps", "over sockets" if sockets else "in memory")
        until = min(self.turns, self.counting.turns + min(AT_ONCE, self.turns // 3))
        with suppress(trio.Cancelled):
            async with soak_server(plan, engines, self.counting, self.hear, self.fail, over_sockets=sockets) as server:
                troubles = random.choice([PLAIN, TROUBLES, TROUBLES, TROUBLES])
                self.rooms = [
                    Room(server, number, Random(random.getrandbits(64)), random.choice(TOKENS), random.choice(troubles))
                    for number in range(random.choice([2, 4, 6]))
                ]
                ending = random.choice(ENDINGS)
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(server.weather, Random(random.getrandbits(64)))
                    async with trio.open_nursery() as playing:
                        for room in self.rooms:
                            playing.start_soon(self._play, room)
                        await self._reached(until)
                        await self._end(server, ending, random)
                        playing.cancel_scope.cancel()
                    nursery.cancel_scope.cancel()
                await self._check_the_end(server, ending)
        await trio.lowlevel.checkpoint_if_cancelled()

    async def _reached(self, turns: int) -> None:
        """Wait until so many turns of the block are over."""
        self.counting.wanted, self.counting.reached = turns, trio.Event()
        await self.counting.reached.wait()

    async def _play(self, room: Room) -> None:
        with self._told(room):
            await room.play()

    @contextmanager
    def _told(self, room: Room) -> Iterator[None]:
        """A block in which what is wrong is told of the room."""
        try:
            yield
        except AssertionError as error:
            self.fail(error, room.lines())

    async def _end(self, server: SoakServer, ending: str, random: Random) -> None:
        self.counting.note("steps", ending)
        if ending == DRAINED:
            seconds = random.choice([0, 3, 30])
            if seconds:
                await server.supervisor.finish_turns(seconds)
            await server.supervisor.drain()
        server.is_over.set()

    async def _check_the_end(self, server: SoakServer, ending: str) -> None:
        """Left to itself all comes to rest; then the next turn works; then nothing is left."""
        for room in self.rooms:
            room.luck.is_calm = True
        if ending == CALM:
            await trio.sleep(LONGER_THAN_ANY_DEADLINE)
            await wait_all_tasks_blocked()
            assert server.stuck == [], "sessions that do not come to rest"
            for room in self.rooms:
                with self._told(room):
                    room.check_rest()
        for room in self.rooms:
            room.hang_up()
        await trio.sleep(1.0)
        for room in self.rooms if ending == CALM else ():
            with self._told(room):
                await room.check_a_turn_works()
        await server.check_nothing_is_left()
        self.rooms = []
        cycles = find_cycles()  # and free what engines that broke have left
        assert not cycles, f"left to the garbage collector: {cycles}"


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _make_clock() -> MockClock:
    """A clock that jumps; between two jumps it stands still, so it need not look at the real one a hundred times."""
    clock = MockClock(autojump_threshold=0)
    clock.current_time = lambda: clock._virtual_base  # type: ignore[method-assign]
    return clock


@cache
def _freeze() -> None:
    """Have the collector look through what blocks make, and not through the modules each time."""
    gc.collect()
    gc.freeze()


def play_block(seed: int, block: int, turns: int = TURNS) -> BlockDone:
    """Play a block in virtual time. Raises BlockFailed.

    It is checked that nothing of it is left: no descriptor, and no object that only the garbage collector would free.
    """
    run = BlockRun(seed, block, turns)
    begun, descriptors = os.times(), _count_descriptors()
    order = run.random.getrandbits(64)
    _freeze()
    gc.disable()  # the server's cycles are counted and freed at the end of each server; looking for them takes long
    try:
        with (
            overheard() as faults,
            run.counting.running(),
            checked_steps(lambda error: run.fail(error, [])),
            scheduled(order),
        ):
            with suppress(BaseExceptionGroup):
                trio.run(run.run, clock=_make_clock())
            _check(run, faults)
    except AssertionError as error:
        raise BlockFailed(str(error), run.lines) from None
    finally:
        gc.enable()
    if (now := _count_descriptors()) != descriptors:
        raise BlockFailed(f"{now} descriptors are open, and {descriptors} were before", [])
    ended = os.times()
    seconds = ended.user + ended.system - begun.user - begun.system
    gc.collect()
    objects = len(gc.get_objects())
    return BlockDone(block, run.counting.tally(), run.digest, seconds, _memory(), objects, os.getpid(), run.exact)


def play_twice(seed: int, block: int, turns: int = TURNS) -> BlockDone:
    """Play a block twice. Raises BlockFailed."""
    return compared(play_block(seed, block, turns), play_block(seed, block, turns))


def compared(first: BlockDone, second: BlockDone) -> BlockDone:
    """The block that was played twice. Raises BlockFailed where its clients were not told the same at the same time."""
    if first.digest != second.digest:
        raise BlockFailed("played twice, the block's clients are told something else, or at another time", [])
    return msgspec.structs.replace(first, seconds=first.seconds + second.seconds, was_played_twice=True)


def _check(run: BlockRun, faults: LoggedFaults) -> None:
    if run.wrong is not None:
        if not run.lines:
            run.lines = [line for room in run.rooms for line in room.lines()]
        error, run.wrong = run.wrong, None
        words = "".join(traceback.format_exception(error))
        raise AssertionError(words + "".join(faults.unforeseen))
    assert not faults.unforeseen, f"the server logged a fault of its own: {faults.unforeseen[0]}"
    run.counting.check_rows()


def _count_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def _memory() -> int:
    """Bytes of memory that the process has."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
