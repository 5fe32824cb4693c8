"""Real conversations that are recorded: a server with the embedded engines, in this process and on the real clock."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import trio

from actors.deciding.limits import Limits
from actors.ports.engines import Engines
from actors.running.supervisor import ServerPlan
from adapters.choosing.engines import ProviderEngines
from adapters.recordings.engines import TapedEngines
from adapters.recordings.reading import SessionRecording, read
from adapters.recordings.tapes import FolderRecorder, RecordingPlan
from adapters.recordings.writing import WritingThread
from adapters.settings.providers import Providers, settings_of
from adapters.vendors.embedded.declaration import EMBEDDED
from adapters.virtual.server import VirtualServer, virtual_server
from protocol.messages import Names

NET = 60.0
"""Seconds that writing may take: a net, it takes milliseconds."""
LOCAL = Providers(local=settings_of(EMBEDDED, stt_processes=2, tts_processes=2, voice="espeak"), discover=False)
GRACE = 0.3
"""Seconds that a session without members lasts here."""


@contextmanager
def writing() -> Iterator[WritingThread]:
    """A thread that writes until the end of the block."""
    thread = WritingThread()
    thread.start()
    try:
        yield thread
    finally:
        assert thread.stop(NET)


@asynccontextmanager
async def real_engines(kind: type[ProviderEngines] = ProviderEngines) -> AsyncIterator[ProviderEngines]:
    """The embedded engines, in processes of their own."""
    engines = kind(LOCAL)
    async with engines.running():
        yield engines


def recordings(folder: Path) -> dict[str, SessionRecording]:
    """The recordings that were made, by their sessions."""
    made = [read(path) for path in folder.iterdir() if path.is_dir()]
    return {recording.about.session: recording for recording in made}


@asynccontextmanager
async def recorded(
    engines: Engines, folder: Path, *, words: bool = True, sound: bool = True, plan: ServerPlan | None = None
) -> AsyncIterator[VirtualServer]:
    """A server whose sessions are recorded in `folder`; at the end of the block they are over."""
    with writing() as thread:
        recorder = FolderRecorder(RecordingPlan(folder, words, sound), Names(), thread)
        limits = plan or ServerPlan(Limits(grace=GRACE))
        async with virtual_server(TapedEngines(engines), limits, recorder=recorder) as server:
            yield server
            await server.hang_up()
            await trio.sleep(2 * GRACE)
            assert len(server.supervisor.session_registry) == 0
