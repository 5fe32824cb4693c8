"""The recordings of a server: the recorder for its sessions, the thread that writes, and the folder kept tidy."""

import logging
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import trio

from adapters.recordings.format import FOLDER_MODE
from adapters.recordings.tapes import FolderRecorder, RecordingPlan, utc
from adapters.recordings.tidying import tidy
from adapters.recordings.tidyplan import TidyPlan
from adapters.recordings.writing import WritingThread
from adapters.settings.errors import StartupFailed
from adapters.settings.recordings import RecordingSettings
from protocol.messages import Names

log = logging.getLogger(__name__)
HOUR: Final = 3_600.0
PAUSE: Final = 5.0
"""Seconds between two times of tidying at least: sessions may end many a second."""
_STOPPING: Final = 2.0
"""Seconds in which the thread writes what waits at the end."""
_CLOSING: Final = 0.05
"""Seconds in which sessions that are cancelled together with it close their tapes."""


class Recordings:
    """What a server needs of recordings. Making one raises StartupFailed where its folder cannot be used."""

    def __init__(self, settings: RecordingSettings, names: Names, today: Callable[[], datetime] = utc) -> None:
        self.folder = Path(settings.folder).absolute()
        _prepare(self.folder)
        plan = RecordingPlan(self.folder, settings.words, settings.sound, settings.session_bytes)
        self._thread = WritingThread(self._note_end)
        self.recorder = FolderRecorder(plan, names, self._thread, today=today)
        self._tidy_plan = TidyPlan(str(self.folder), settings.keep_days, settings.most_bytes)
        self._token: trio.lowlevel.TrioToken | None = None
        self._ended = trio.Event()
        self.note = f"sessions are recorded in {self.folder}, and kept for {settings.keep_days:g} days"

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Write, and keep the folder tidy: now, each hour, and when a recording has ended.

        Cancelling ends it, once what waits is written, which takes two seconds at most.
        """
        self._token = trio.lowlevel.current_trio_token()
        self._thread.start()
        try:
            task_status.started()
            await self._keep_tidy()
        finally:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + _STOPPING + _CLOSING):
                await trio.sleep(_CLOSING)
                if not await trio.to_thread.run_sync(self._thread.stop, _STOPPING):
                    log.warning("recordings: the disk does not keep up, and the ends of some are lost")

    async def _keep_tidy(self) -> None:
        while True:
            self._ended = trio.Event()
            await tidy(self._tidy_plan)
            await trio.sleep(PAUSE)
            with trio.move_on_after(HOUR):
                await self._ended.wait()

    def _note_end(self, name: str) -> None:
        """A recording has ended; called in the thread that writes."""
        if self._token is not None:
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(lambda: self._ended.set())


def _prepare(folder: Path) -> None:
    """Make the folder, where there is none, and see that a recording can be made in it. Raises StartupFailed."""
    probe = folder / f".probe-{secrets.token_hex(4)}"
    try:
        if not folder.exists():
            folder.mkdir(FOLDER_MODE, parents=True)
            folder.chmod(FOLDER_MODE)
        probe.mkdir(FOLDER_MODE)
        os.rmdir(probe)
    except OSError as error:
        advice = "make it writable, name another one, or leave it out to record nothing"
        raise StartupFailed(f"[recordings] folder: {folder}: {error.strerror}; {advice}") from None
