"""`vivavoce serve` as a soak starts it: the same program, with a time of day that can be set and a count of tasks.

The time of day is `time.time`, which the server asks for tokens, logs and pages. The monotonic clock is as ever: no
system sets that back.
"""

import faulthandler
import os
import signal
import time
from functools import partial
from pathlib import Path

import trio

from tests.soak.board import Board

BOARD = "SOAK_BOARD"
"""The variable that names the board's file."""
_time = time.time


class Census(trio.abc.Instrument):
    """Counts the tasks that there are."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def task_spawned(self, task: trio.lowlevel.Task) -> None:
        """As Trio's instruments."""
        self._board.tasks += 1

    def task_exited(self, task: trio.lowlevel.Task) -> None:
        """As Trio's instruments."""
        self._board.tasks -= 1


def main() -> None:
    """Run the command."""
    board = Board(Path(os.environ[BOARD]))
    board.tasks = 0
    time.time = lambda: _time() + board.clock
    faulthandler.register(signal.SIGUSR1)
    trio.run = partial(trio.run, instruments=[Census(board)])  # type: ignore[assignment]
    from adapters.cli import main as command

    command(prog_name="vivavoce")


if __name__ == "__main__":
    main()
