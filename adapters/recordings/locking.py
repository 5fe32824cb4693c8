"""Whether a recording is being made: whoever makes it holds a lock on its events, which ends with the process.

Without locks of that kind (Windows) a recording counts as being made while something was written in the last minute.
"""

import os
import time
from pathlib import Path
from typing import Final

from adapters.recordings.format import EVENTS_FILE

_QUIET: Final = 60.0


def hold(descriptor: int, *, waits: bool = False) -> None:
    """Hold the lock of an open file, as of a recording's events, until it is closed or the process ends.

    `waits`: until nobody else holds it. Raises OSError; BlockingIOError where somebody does.
    """
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))


def is_held(folder: Path) -> bool:
    """Whether the recording in `folder` is being made now, by whichever process."""
    path = folder / EVENTS_FILE
    try:
        import fcntl
    except ImportError:
        try:
            return time.time() - path.stat().st_mtime < _QUIET
        except OSError:
            return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
