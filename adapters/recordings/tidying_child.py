"""The process that tidies the folder of recordings: what is too old or too much goes, `sound.wav` is made.

It runs beside the server at a low priority, one at a time. What takes too long ends it; the file that it was at
is left over then, and that recording is left out from then on.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import av
import msgspec

from adapters.processes.child import limit_memory
from adapters.recordings.format import FILE_MODE
from adapters.recordings.locking import hold
from adapters.recordings.mixing import make_wav
from adapters.recordings.store import expire, finish, names_in, without_wav
from adapters.recordings.tidyplan import TidyPlan

_LOCK: Final = ".lock"
_LOW: Final = 10
"""Of what nice(2) takes up to 19, at which a machine that is busy would never come to it."""


def tidy(plan: TidyPlan) -> None:
    """Tidy the folder once. Raises OSError."""
    folder = Path(plan.folder)
    with _alone(folder, waits=plan.waits) as is_alone:
        if not is_alone:
            return
        _expire(folder, plan)
        finish(folder)
        for path in without_wav(folder, names_in(folder)):
            try:
                with _limited(plan.wav_seconds):
                    make_wav(path)
            except OSError as error:
                print(f"{path.name}: sound.wav cannot be made: {error.strerror}", file=sys.stderr)
            except Exception as fault:  # whatever a decoder does with what strangers sent: the others go on
                print(f"{path.name}: sound.wav cannot be made: {type(fault).__name__}", file=sys.stderr)
        _expire(folder, plan)


def _expire(folder: Path, plan: TidyPlan) -> None:
    if plan.keep_days is not None and plan.most_bytes is not None:
        expire(folder, plan.keep_days, plan.most_bytes, datetime.now(UTC))


@contextmanager
def _alone(folder: Path, *, waits: bool) -> Iterator[bool]:
    """A block in which no other process tidies the folder; False where another one does, and this does not wait."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        try:
            hold(descriptor, waits=waits)
            is_alone = True
        except BlockingIOError:
            is_alone = False
        yield is_alone
    finally:
        os.close(descriptor)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """A block that ends the process where it takes more processor time; not on Windows."""
    if sys.platform == "win32":
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _leave(number: int, frame: object) -> None:
    """End, with what is half made removed."""
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole terminal; when to end is the server's word
    signal.signal(signal.SIGTERM, _leave)
    if hasattr(os, "nice"):
        os.nice(_LOW)
    av.logging.set_level(av.logging.PANIC)
    limit_memory()
    try:
        tidy(msgspec.json.decode(sys.argv[1], type=TidyPlan))
    except OSError as failed:
        sys.exit(f"the folder of recordings cannot be tidied: {failed.strerror}: {failed.filename}")
