"""Liveness: whether a worker process works or hangs, judged by its frames and by what the system reports of it.

A process that is at work on a call says something now and then, or uses the processor. One that does neither hangs: it
was stopped by a signal, it waits for a lock that nobody lets go, it sleeps. Without a judgement the turn that
it works for waits for its whole deadline, though another process is free; so after SILENT_WITHIN the process is ended
and replaced.

Why the processor time is asked for, and the process is not: a question would be answered by a thread of the child that
does nothing else. It would be answered while the engine waits for a lock for ever, and would not be answered while an
engine that is well holds the interpreter for seconds, as pocketsphinx does at the end of a long utterance.

Processor time that does not grow has an innocent reason as well: the machine gave none. Three things tell it apart, of
which each is enough to let a look not count:

* The server itself was not on time. It sleeps between two looks; where it woke late the machine was busy, or was
  suspended, or the server was stopped along with its processes (Ctrl-Z). A look that came late counts for nothing.
* The process would run if it could. Linux says of each process whether it waits for a processor or for a disk
  (swapping, a model on a slow disk, a container that is frozen); such a look counts for nothing. One that hangs waits
  for neither. On a machine so busy that no process gets any time all of them wait for a processor, so none is
  replaced, however long it lasts. Other systems do not tell it reliably; there the first reason must do.
* It owes nothing: it has no call, or the server is not waiting for it, because the session is behind with what came.

A process that is stopped by a signal is replaced after two looks in a row, at work or not, so that the next call does
not have to find out. Two, because a terminal that continues a group of processes does not continue all of them at once.

An engine whose work is done elsewhere, on a graphics card, uses no processor and would be taken for one that hangs: it
must say something (`Progress`) more often than every SILENT_WITHIN.
"""

import sys
from collections.abc import Callable

import msgspec
import psutil

LOOK = 0.5
"""Seconds between two looks; a look that comes after more than twice as long does not count."""
SILENT_WITHIN = 2.0
"""Seconds without a word and without work after which a process that owes an answer is taken to hang."""
STOPPED_LOOKS = 2

_HELD_UP = (psutil.STATUS_RUNNING, psutil.STATUS_WAKING, psutil.STATUS_DISK_SLEEP)


class ProcessReading(msgspec.Struct, frozen=True):
    """The system's report of a process: `worked`, its processor time in seconds; and what it waits for.

    `is_stopped`: by a signal, for another signal. `is_held_up`: it would run, and the machine does not let it.
    """

    worked: float
    is_stopped: bool = False
    is_held_up: bool = False


Read = Callable[[], ProcessReading | None]
"""A look at a process; None where nothing can be read, because it has ended or no file can be opened."""


class Liveness:
    """The looks at one process, and what follows from them."""

    def __init__(self) -> None:
        self._worked = 0.0
        self._silent = 0.0
        self._stopped = 0

    def look(self, reading: ProcessReading | None, passed: float, *, owes: bool, said: bool) -> str:
        """Why the process is taken to hang, "" where it is not.

        `passed`: seconds since the last look; `said`: whether it has said something since, or was only then given a
        call; `owes`: whether the server waits for it.
        """
        if reading is None or passed > 2 * LOOK:
            return ""
        has_worked = reading.worked > self._worked
        self._worked = reading.worked
        self._stopped = self._stopped + 1 if reading.is_stopped else 0
        if said or has_worked or not owes:
            self._silent = 0.0
        elif not reading.is_held_up:
            self._silent += passed
        if self._stopped >= STOPPED_LOOKS:
            return "was stopped by a signal"
        return f"neither answered nor worked for {SILENT_WITHIN:g} s" if self._silent >= SILENT_WITHIN else ""


def reader(pid: int) -> Read:
    """The function that reads this process's state from the system."""
    try:
        process = psutil.Process(pid)
    except (psutil.Error, OSError):
        return lambda: None

    def read() -> ProcessReading | None:
        try:
            with process.oneshot():
                times, status = process.cpu_times(), process.status()
        except (psutil.Error, OSError):
            return None
        is_held_up = sys.platform == "linux" and status in _HELD_UP
        return ProcessReading(times.user + times.system, status == psutil.STATUS_STOPPED, is_held_up)

    return read
