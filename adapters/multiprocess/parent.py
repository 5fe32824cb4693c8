"""The parent of `vivavoce serve --workers N`: it accepts, and keeps N server processes, each a whole server.

    port -> Dispatcher reads the first line -> OwnerTable chooses -> the process gets the socket (SCM_RIGHTS)

Once a stream has gone to a process the parent has no part in it: not a byte of sound passes here. What a process asks
of the parent is whose a session is (`ClaimFrame`), to have a stream served where its next request belongs
(`StreamFrame`), and what all processes say of themselves (`GatherFrame`).

Tasks: one for each process, which `Keeper` has; one for each port that accepts, and one for each stream until its first
line is there. One that ends takes its sessions with it and nothing else.

Settings are read here, at the start and at SIGHUP, and given to one process after the other.
"""

import logging
import os
import secrets
import socket
from collections.abc import Callable
from functools import partial
from typing import Final

import trio

from adapters.access.exposure import check_exposure
from adapters.lifecycle import console
from adapters.lifecycle.ending import SHUTDOWN_SECONDS, Ending, received
from adapters.lifecycle.opening import opened
from adapters.lifecycle.reloading import WITHIN
from adapters.multiprocess.channel import can_pass_sockets
from adapters.multiprocess.directory import OwnerTable
from adapters.multiprocess.dispatching import Dispatcher
from adapters.multiprocess.frames import (
    AnswerFrame,
    ClaimFrame,
    EndFrame,
    GatherFrame,
    LinkFrame,
    LoadFrame,
    OwnerFrame,
    ReleaseFrame,
    ReloadedFrame,
    ReloadFrame,
    StartFrame,
    StreamFrame,
    ToParent,
)
from adapters.multiprocess.gathering import Questions
from adapters.multiprocess.keeping import Keeper
from adapters.multiprocess.process import ServerProcess, Values, pack_settings
from adapters.settings.errors import BadSettings, StartupFailed
from adapters.settings.kept import make_token
from adapters.settings.reading import settle
from adapters.settings.settings import Settings
from adapters.wire import lan
from adapters.wire.accepting import PatientListener
from adapters.wire.sockets import LAN, TLS, OpenPorts, lan_origins, make_contexts, open_ports
from adapters.wire.streams import StreamSlots
from protocol.messages import Names

log = logging.getLogger(__name__)
RELOADED_WITHIN: Final = 30.0
MOST_STREAMS: Final = 5_000
"""Streams of which the parent waits for the first line."""
ENDED_WITHIN: Final = SHUTDOWN_SECONDS + 5.0
"""Seconds after the drain in which a process has to end."""
Load = Callable[[], Values]


async def run(values: Values, load: Load, say: Callable[[str], None] = console.say, *, debug: bool = False) -> None:
    """Serve with as many processes as the settings say, until a signal ends it in good order.

    `values` are those of the settings, which `load` reads again, at SIGHUP. Raises StartupFailed, with what to do.
    Cancelling ends it at once.
    """
    if not can_pass_sockets():
        raise StartupFailed("this system hands no socket to another process: leave out --workers ([server] workers)")
    with received() as signals:
        async with trio.open_nursery() as nursery:
            ending = Ending()
            nursery.start_soon(ending.heed, signals)
            parent: ParentServer | None = None
            with ending.life:
                parent = await _start(values, nursery, say, debug=debug)
                ending.reload = partial(parent.reload, load)
                await trio.sleep_forever()
            say("vivavoce: going down")
            if parent is not None:
                with ending.shutdown:
                    await parent.end()
                await parent.end_at_once()
            nursery.cancel_scope.cancel()


async def _start(values: Values, nursery: trio.Nursery, say: Callable[[str], None], *, debug: bool) -> "ParentServer":
    settings = opened(settle(values))
    server = settings.server
    await check_exposure(server)
    await make_contexts(server, lan.folder())  # here a mistake is told once, and the files are made by one process
    parent = ParentServer(settings, values, await open_ports(server))
    say(f"vivavoce: starting {server.workers} server processes with their engines")
    lines = await parent.start(nursery, debug=debug)
    parent.listen(nursery)
    for line in lines:
        say(line)
    return parent


class ParentServer:
    """See the module's text. It satisfies `Household`."""

    def __init__(self, settings: Settings, values: Values, ports: OpenPorts) -> None:
        self.is_ending = False
        self._server = settings.server
        self._guest_key, self._operator = secrets.token_hex(32), make_token()
        self._values = self._complete(values, settings)
        self._newer: Values | None = None  # read at SIGHUP
        self._ports = ports
        self._table = OwnerTable()
        self._questions = Questions()
        self._processes: dict[str, ServerProcess] = {}
        self._slots = StreamSlots(MOST_STREAMS, settings.server.listener.max_silent_streams)
        names = Names(dict(settings.protocol.names))
        self._dispatcher = Dispatcher(self._table, names, self._slots, self._pass_on)
        self._linked: set[frozenset[str]] = set()
        self._last_name = 0
        self._tasks: trio.Nursery | None = None
        self._lost = trio.Event()

    def _complete(self, values: Values, settings: Settings) -> Values:
        """The values for the processes, with what was made or found here once for all of them."""
        server = settings.server
        return {
            **values,
            ("server", "token"): server.token,
            ("server", "host"): server.host,
            ("server", "guest_key"): server.guest_key or self._guest_key,
        }

    # ---- its life

    async def start(self, nursery: trio.Nursery, *, debug: bool) -> tuple[str, ...]:
        """Start the processes in `nursery`; returns what the first one says. Raises StartupFailed.

        Cancelling ends them.
        """
        self._tasks = nursery
        lines: list[tuple[str, ...]] = []

        async def start_one() -> None:
            lines.append(await nursery.start(Keeper(self, debug=debug).run))

        async with trio.open_nursery() as starting:
            for _ in range(self._server.workers):
                starting.start_soon(start_one)
        return lines[0]

    def listen(self, nursery: trio.Nursery) -> None:
        """Accept streams in `nursery`, also while it goes down: clients on polling come by new streams."""
        main = TLS if self._server.tls_certificate else ""
        ports = [(each, main) for each in self._ports.main] + [(each, LAN) for each in self._ports.private]
        for listener, secured in ports:
            patient = PatientListener(listener, self._slots.make_room)
            nursery.start_soon(trio.serve_listeners, partial(self._take, secured), [patient])

    async def _take(self, secured: str, stream: trio.abc.Stream) -> None:
        assert isinstance(stream, trio.SocketStream)
        await self._dispatcher.take(stream, secured)

    async def end(self) -> None:
        """End every process in good order, within the drain and ENDED_WITHIN. Cancelling ends the waiting."""
        self.is_ending = True
        self._tell_end()
        with trio.move_on_after(self._server.drain_seconds + ENDED_WITHIN):
            await self._wait_until_empty()

    async def end_at_once(self) -> None:
        """End every process that is left, without waiting for its turns. Cancelling ends the waiting."""
        self._tell_end()
        with trio.move_on_after(ENDED_WITHIN):
            await self._wait_until_empty()

    def _tell_end(self) -> None:
        for process in self._processes.values():
            process.channel.send(EndFrame())

    async def _wait_until_empty(self) -> None:
        while self._processes:
            await self._lost.wait()

    # ---- what its keepers tell

    def next_name(self) -> str:
        """See `Household.next_name`."""
        self._last_name += 1
        return f"w{self._last_name}"

    def begin(self, process: ServerProcess) -> None:
        """See `Household.begin`."""
        self._processes[process.name] = process
        host, port = self._ports.main[0].socket.getsockname()[:2]
        packed, private = pack_settings(self._values), lan_origins(self._server, self._ports)
        workers = self._server.workers
        process.channel.send(StartFrame(process.name, packed, self._operator, host, port, private, workers))

    def serve(self, process: ServerProcess) -> None:
        """See `Household.serve`."""
        self._table.add(process.name)
        if self._newer is not None:
            process.channel.send(ReloadFrame(pack_settings(self._newer)))
        if self.is_ending:
            process.channel.send(EndFrame())

    def lose(self, process: ServerProcess) -> None:
        """See `Household.lose`."""
        del self._processes[process.name]
        self._table.remove(process.name)
        self._questions.note_end(process.name)
        self._linked = {pair for pair in self._linked if process.name not in pair}
        process.reloaded.set()
        self._lost.set()
        self._lost = trio.Event()

    def heed(self, process: ServerProcess, frame: ToParent, descriptor: int) -> None:
        """See `Household.heed`."""
        now = trio.current_time()
        match frame:
            case StreamFrame():
                if descriptor >= 0:
                    self._dispatcher.dispatch(descriptor, frame)
            case LoadFrame(sessions, streams):
                self._table.note_load(process.name, sessions, streams)
            case ClaimFrame(call, session):
                process.channel.send(OwnerFrame(call, self._table.claim(session, process.name, now)))
            case ReleaseFrame(session, bound):
                self._table.release(session, process.name, bound, now)
            case GatherFrame():
                assert self._tasks is not None
                serving = [each for each in self._processes.values() if each.is_serving]
                self._tasks.start_soon(self._questions.ask, process, frame, serving, self._server.workers)
            case AnswerFrame(call, said):
                self._questions.answered(process, call, said)
            case LinkFrame(peer):
                self._link(process, peer)
            case ReloadedFrame():
                process.reloaded.set()

    def _link(self, process: ServerProcess, peer: str) -> None:
        """Give two processes the ends of a stream between them. Where they have one already it is on its way."""
        other, pair = self._processes.get(peer), frozenset((process.name, peer))
        if other is None or not other.is_serving or pair in self._linked:
            return
        self._linked.add(pair)
        for end, to, name in zip(socket.socketpair(), (process, other), (peer, process.name), strict=True):
            descriptor = end.detach()
            if not to.channel.send(LinkFrame(name), descriptor):
                os.close(descriptor)

    def _pass_on(self, name: str, frame: StreamFrame, descriptor: int) -> bool:
        process = self._processes.get(name)
        return process is not None and process.channel.send(frame, descriptor)

    # ---- settings that are read again

    async def reload(self, load: Load) -> None:
        """Read the settings again, and give them to one process after the other; each says in the log what it took.

        What cannot be used changes nothing. Cancelling leaves the processes that are to follow as they are.
        """
        try:
            with trio.fail_after(WITHIN):
                values = await trio.to_thread.run_sync(load, abandon_on_cancel=True)
                settings = await trio.to_thread.run_sync(lambda: opened(settle(values)), abandon_on_cancel=True)
        except (BadSettings, StartupFailed) as error:
            log.error("the settings were not read again, and are as before: %s", error)
            return
        except trio.TooSlowError:
            log.error("the settings were not read again, and are as before: that took longer than %g s", WITHIN)
            return
        self._newer = self._complete(values, settings)
        for process in list(self._processes.values()):
            process.reloaded = trio.Event()
            if process.is_serving and process.channel.send(ReloadFrame(pack_settings(self._newer))):
                with trio.move_on_after(RELOADED_WITHIN):
                    await process.reloaded.wait()
