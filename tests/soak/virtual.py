"""The deterministic soak: blocks of turns in virtual time, one after the other or in several processes, to be resumed.

A block depends on the seed and its number alone. So a run that was killed goes on behind its last block, and a block
that failed is played again by itself. What was counted is kept in a file, which is replaced whole after each block.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Final

import msgspec

from tests.soak.virtualblock import TURNS, BlockDone, BlockFailed, compared, play_block
from tests.soak.virtualcounts import IMPOSSIBLE, Tally, named_rows

TWICE: Final = 25
"""One of so many blocks is played twice, and its clients have to be told the same both times."""
SETTLED: Final = 3
"""Blocks of a process after which its memory and its objects are to stay as they are."""
GROWTH: Final = 1.3
"""By how much they may grow after that: a block with large answers leaves some memory free and not given back."""
PROGRESS: Final = 5.0
"""Seconds between two lines of progress, at least."""
Tell = Callable[[str], None]


class SoakState(msgspec.Struct):
    """What a run has done so far: `blocks` of them; the next one is `block`. `seconds`: of processor time; memory in
    bytes.
    """

    seed: int
    block_turns: int = TURNS
    block: int = 0
    blocks: int = 0
    seconds: float = 0.0
    exact: int = 0
    twice: int = 0
    memory_first: int = 0
    memory_last: int = 0
    memory_most: int = 0
    tally: Tally = msgspec.field(default_factory=Tally)

    def add(self, done: BlockDone) -> None:
        """The next block is done."""
        self.block = done.block + 1
        self.blocks += 1
        self.seconds += done.seconds
        self.exact += done.exact
        self.twice += done.was_played_twice
        self.memory_first = self.memory_first or done.rss
        self.memory_last = done.rss
        self.memory_most = max(self.memory_most, done.rss)
        self.tally.add(done.tally)


class StateMismatch(Exception):
    """The file is of another run; the message says what to do."""


def read_state(path: Path | None, seed: int) -> SoakState:
    """The state that was kept, or a new one. Raises StateMismatch."""
    if path is None or not path.exists():
        return SoakState(seed)
    state = msgspec.json.decode(path.read_bytes(), type=SoakState)
    if state.seed != seed:
        raise StateMismatch(f"{path} is of a run with --seed {state.seed}; name that seed, or another --state")
    return state


def write_state(path: Path | None, state: SoakState) -> None:
    """Keep it: the file is the old one or the new one, whenever this is killed."""
    if path is not None:
        beside = path.with_name(f"{path.name}.new")
        beside.write_bytes(msgspec.json.encode(state))
        os.replace(beside, path)


def play(seed: int, block: int, turns: int) -> BlockDone:
    """Play a block; now and then twice. Raises BlockFailed."""
    return play_again(seed, block, turns) if (block + 1) % TWICE == 0 else play_block(seed, block, turns)


def play_again(seed: int, block: int, turns: int) -> BlockDone:
    """Play a block here and in a new process, where all addresses are others. Raises BlockFailed."""
    first = play_block(seed, block, turns)
    with processes(1) as pool:
        second = pool.submit(play_block, seed, block, turns).result()
    return compared(first, second)


class Flatness:
    """The memory and the objects of each process, which are not to grow from block to block."""

    def __init__(self) -> None:
        self._blocks: dict[int, int] = {}
        self._first: dict[int, tuple[int, int]] = {}

    def check(self, done: BlockDone) -> None:
        """Raises BlockFailed."""
        count = self._blocks[done.process] = self._blocks.get(done.process, 0) + 1
        if count == SETTLED:
            self._first[done.process] = done.rss, done.objects
        if count > SETTLED:
            rss, objects = self._first[done.process]
            if done.rss > GROWTH * rss:
                raise BlockFailed(f"memory grows: {done.rss:,} bytes after {count} blocks, {rss:,} before", [])
            if done.objects > GROWTH * objects:
                raise BlockFailed(f"objects are left: {done.objects:,} after {count} blocks, {objects:,} before", [])


def processes(jobs: int) -> ProcessPoolExecutor:
    """Processes to play blocks in. Their hashes are the same each time, so that sets have the same order."""
    os.environ["PYTHONHASHSEED"] = "0"
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"))


def soak(state: SoakState, turns: int, path: Path | None, jobs: int, tell: Tell, pool: Executor) -> None:
    """Play blocks in the pool, so many at a time, until so many turns are over in all; the state is kept after each.

    Raises BlockFailed.
    """
    flatness, progress = Flatness(), Progress(state, tell)
    for done in _blocks(pool, state, jobs):
        flatness.check(done)
        state.add(done)
        write_state(path, state)
        progress.note(state, done)
        if state.tally.turns >= turns:
            break


def replay(state: SoakState, block: int, pool: Executor) -> None:
    """Play one block alone, twice. Raises BlockFailed."""
    state.add(_result(pool.submit(play_again, state.seed, block, state.block_turns), block))


def _result(future: "Future[BlockDone]", block: int) -> BlockDone:
    try:
        return future.result()
    except BlockFailed as failed:
        failed.block = block
        raise


def _blocks(pool: Executor, state: SoakState, jobs: int) -> Iterator[BlockDone]:
    """Each block in its order, as many at a time as there are processes."""
    running: dict[Future[BlockDone], int] = {}
    done: dict[int, Future[BlockDone]] = {}
    begins = due = state.block
    while True:
        while len(running) < jobs and begins - due < 2 * jobs:
            running[pool.submit(play, state.seed, begins, state.block_turns)] = begins
            begins += 1
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            done[running.pop(future)] = future
        while due in done:
            yield _result(done.pop(due), due)
            due += 1


class Progress:
    """Tells how far a run is, a line each few seconds."""

    def __init__(self, state: SoakState, tell: Tell) -> None:
        self._tell = tell
        self._begun = self._told = time.monotonic()
        self._before = state.tally.turns
        if state.block:
            tell(f"goes on with block {state.block}, after {state.tally.turns:,} turns")

    def note(self, state: SoakState, done: BlockDone) -> None:
        """A block is done."""
        now, turns = time.monotonic(), state.tally.turns
        if now - self._told >= PROGRESS:
            self._told = now
            rate = (turns - self._before) / (now - self._begun)
            self._tell(f"block {done.block}: {turns:,} turns, {rate:.0f} a second, {done.rss / 1e6:.0f} MB")


# ---- what is told of it


def report(state: SoakState) -> Iterator[str]:
    """The figures of a run, line by line."""
    tally = state.tally
    milliseconds = state.seconds * 1000 / max(1, tally.turns)
    yield f"seed {state.seed}: {tally.turns:,} turns in {state.blocks:,} blocks, {state.exact:,} by the reference model"
    yield f"{state.seconds:,.0f} s of processor time, {milliseconds:.2f} ms a turn; {state.twice} blocks played twice"
    memory = [f"{bytes_ / 1e6:.0f} MB" for bytes_ in (state.memory_first, state.memory_last, state.memory_most)]
    yield f"memory {memory[0]} after the first block, {memory[1]} after the last, {memory[2]} at most"
    for name in ("outcomes", "sources", "errors", "deadlines", "refusals", "closes", "judgements", "moments", "steps"):
        counts = sorted(getattr(tally, name).items(), key=lambda entry: -entry[1])
        yield f"{name}: {', '.join(f'{key} {count:,}' for key, count in counts)}"
    rows, missing = named_rows(), tally.missing_rows()
    yield f"rows of the table: {len(rows) - len(missing)} of {len(rows)} happened"
    for row in missing:
        yield f"never: {row}{f' ({IMPOSSIBLE[row]})' if row in IMPOSSIBLE else ''}"
