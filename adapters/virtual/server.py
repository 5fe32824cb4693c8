"""A whole server in this process: supervisor and listener, reached by connections in memory.

    async with virtual_server(VirtualEngines(recogniser, model, synthesiser)) as server:
        client = await VirtualClient.join(server)

What a client sends and is sent are the frames of the real wire. Nothing here needs virtual time; `clock.py` has it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import trio
from trio.testing import memory_stream_pair

from actors.deciding.configuring import resolve
from actors.ports.access import Doorkeeper
from actors.ports.catalogue import Catalogue, ProviderEntry
from actors.ports.engines import Engines
from actors.ports.taping import Recorder
from actors.ports.watching import Watcher, unwatched
from actors.running.supervisor import ServerPlan, Supervisor
from adapters.access.credentials import make_credentials
from adapters.access.door import Door
from adapters.reach.web import Web
from adapters.settings.kept import make_token
from adapters.settings.settings import Server
from adapters.wire.listener import Listener, ListenerOptions
from adapters.wire.routes import Routes
from protocol.configuration import Configuration
from protocol.messages import Names


class VirtualServer:
    """A server that runs; `nursery` is that of its connections, and of the clients that are to end with them."""

    def __init__(self, supervisor: Supervisor, listener: Listener, nursery: trio.Nursery) -> None:
        self.supervisor = supervisor
        self.listener = listener
        self.nursery = nursery
        self._streams: list[trio.abc.Stream] = []

    def dial(self, pair: tuple[trio.abc.Stream, trio.abc.Stream] | None = None) -> trio.abc.Stream:
        """The client's end of a new connection. `pair`: the two ends, the client's first; left out: in memory."""
        near, far = pair or memory_stream_pair()
        self.nursery.start_soon(self.listener.serve, far)
        self._streams.append(near)
        return near

    def note(self, stream: trio.abc.Stream) -> None:
        """Have `hang_up` close this stream too."""
        self._streams.append(stream)

    async def hang_up(self) -> None:
        """Close all connections without a word. It is not cancelled: the streams behind would stay open."""
        with trio.CancelScope(shield=True):
            for stream in self._streams:
                await trio.aclose_forcefully(stream)


@asynccontextmanager
async def virtual_server(
    engines: Engines,
    plan: ServerPlan | None = None,
    *,
    catalogue: Catalogue | None = None,
    names: Names | None = None,
    door: Doorkeeper | None = None,
    watch: Watcher = unwatched,
    recorder: Recorder | None = None,
    options: ListenerOptions | None = None,
    pages: Routes | None = None,
) -> AsyncIterator[VirtualServer]:
    """A server until the end of the block; then its clients have gone, and what served them has to end by itself.

    `catalogue`: what sessions may name; left out: any provider, with any model. `door`: left out, anybody is let in.
    Cancelling closes all connections.
    """
    found = Supervisor(
        plan or ServerPlan(),
        engines,
        names or Names(),
        lambda asked, named: resolve(asked, named, catalogue or catalogue_of(asked)),
        door or door_of(""),
        watch,
        recorder,
    )
    async with serving_supervisor(found, options, pages) as server:
        yield server


@asynccontextmanager
async def serving_supervisor(
    supervisor: Supervisor, options: ListenerOptions | None = None, pages: Routes | None = None
) -> AsyncIterator[VirtualServer]:
    """The same for a supervisor that is given. Cancelling closes all connections."""
    async with trio.open_nursery() as nursery:
        await nursery.start(supervisor.run)
        async with trio.open_nursery() as connections:
            server = VirtualServer(
                supervisor, Listener(supervisor, options or ListenerOptions(), pages or {}), connections
            )
            try:
                yield server
            finally:
                await server.hang_up()
        nursery.cancel_scope.cancel()


def catalogue_of(asked: Configuration) -> Catalogue:
    """A catalogue in which what is `asked` for is there."""
    entry = partial(ProviderEntry, configured=True, models=None)
    stt, llm, tts = asked.stt.provider, asked.llm.provider, asked.tts.provider
    return Catalogue(
        (
            entry(stt.name.lower(), stt.title, "STT", default_model=asked.stt.model),
            entry(llm.name.lower(), llm.title, "LLM", default_model=asked.llm.model),
            entry(tts.name.lower(), tts.title, "TTS", default_model=asked.tts.model),
        )
    )


def door_of(token: str) -> Door:
    """The doorkeeper of a server with this token; "": anybody is let in."""
    return Door(make_credentials(Server(token=token), Web(), make_token()))
