"""Starting the process that tidies the folder of recordings, for a server and for a command."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec
import trio

import adapters
from adapters.processes.process import NEEDED
from adapters.recordings.tidyplan import TidyPlan

log = logging.getLogger(__name__)
_MODULE: Final = "adapters.recordings.tidying_child"
WITHIN: Final = 3_600.0
"""Seconds that it may take in all."""
_LAST: Final = 1.0
_TOLD: Final = 2_000
_LINES: Final = 5


def _command(plan: TidyPlan) -> list[str]:
    return [sys.executable, "-P", "-m", _MODULE, msgspec.json.encode(plan).decode()]


def _environment() -> dict[str, str]:
    """What it needs of the environment, and no key of a provider: it decodes what strangers sent."""
    root = str(Path(adapters.__file__).parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    kept = {name: value for name, value in os.environ.items() if name.upper().startswith(NEEDED)}
    return {**kept, "PYTHONPATH": path}


async def tidy(plan: TidyPlan) -> None:
    """Tidy the folder, and log what could not be done, in few lines. It raises nothing for that.

    Where a recording was too much for the process, another one goes on with the others. Cancelling ends it.
    """
    with trio.move_on_after(WITHIN):
        while await _tidy_once(plan):
            pass


async def _tidy_once(plan: TidyPlan) -> bool:
    """Whether it is to be started again, because one recording ended it."""
    try:
        done = await trio.run_process(
            _command(plan),
            env=_environment(),
            capture_stderr=True,
            stdin=subprocess.DEVNULL,
            check=False,
            deliver_cancel=_end,
        )
    except OSError as error:
        log.warning("recordings: nothing is tidied up: %s", error.strerror)
        return False
    told = done.stderr[:_TOLD].decode(errors="replace").splitlines()[:_LINES]
    for line in told:
        log.warning("recordings: %s", line)
    if done.returncode < 0:
        log.warning("recordings: a sound.wav took too long, and is left out")
    return done.returncode < 0


async def _end(process: trio.Process) -> None:
    """Have it end, within a second. It is not cancelled, and ends with the process."""
    process.terminate()
    await trio.sleep(_LAST)
    process.kill()


def tidy_now(plan: TidyPlan) -> bool:
    """Tidy the folder, in a command; whether it was done. Where a recording was too much, the others are made."""
    code = -1
    while code < 0:
        try:
            done = subprocess.run(
                _command(plan), env=_environment(), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=WITHIN
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        code = done.returncode
    return code == 0
