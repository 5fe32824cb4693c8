"""A whole server, made from its settings: engines, supervisor and listener, from the first line printed to the last."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import trio
from msgspec.structs import asdict, replace

from actors.deciding.configuring import resolve
from actors.ports.calls import EngineFailed
from actors.ports.watching import Watcher, both
from actors.running.sessiontrace import TracingPlan
from actors.running.supervisor import ServerPlan, Supervisor
from adapters.access.credentials import make_credentials
from adapters.access.door import Door
from adapters.access.exposure import check_exposure
from adapters.choosing.assembly import check_preferences, unknown_names
from adapters.choosing.engines import ProviderEngines
from adapters.lifecycle import collecting, console, trimming
from adapters.lifecycle.ending import Ending, received, take_leave
from adapters.lifecycle.reloading import Reloader
from adapters.lifecycle.welcome import welcome
from adapters.metrics import looplag
from adapters.metrics.metrics import ServerMetrics
from adapters.metrics.prices import read_prices
from adapters.metrics.reading import read
from adapters.pages import inspection, site
from adapters.processes.heap import find_trim
from adapters.reach.web import Web
from adapters.settings.errors import StartupFailed, first_of
from adapters.settings.kept import keep_token, make_token
from adapters.settings.settings import Server, Settings
from adapters.tracing.starting import make_tracer
from adapters.wire import lan
from adapters.wire.hosts import check
from adapters.wire.listener import Listener, ListenerOptions
from adapters.wire.sockets import open_sockets
from protocol.messages import Names

log = logging.getLogger(__name__)
SPARE_STREAMS = 1_000
Leave = Callable[[], Awaitable[None]]


async def run(
    settings: Settings, say: Callable[[str], None] = console.say, load: Callable[[], Settings] | None = None
) -> None:
    """Serve until a signal ends it in good order; `say` gets what a person at the console should know.

    `load` reads the settings again, at SIGHUP; without it they are those of the start.
    Raises StartupFailed, with what to do. Cancelling ends it at once.
    """
    with received() as signals:
        async with trio.open_nursery() as nursery:
            ending = Ending()
            nursery.start_soon(ending.heed, signals)
            leave: Leave | None = None
            with ending.life:
                running = await _start(settings, nursery, say)
                leave, ending.reload = running.take_leave, running.reloading(load or (lambda: settings)).reload
                await trio.sleep_forever()
            say("vivavoce: going down")
            if leave is not None:
                with ending.shutdown:
                    await leave()
            nursery.cancel_scope.cancel()


async def _start(settings: Settings, nursery: trio.Nursery, say: Callable[[str], None]) -> "Running":
    """Start everything in `nursery`. Raises StartupFailed."""
    settings = _opened(settings)
    await check_exposure(settings.server)
    check_preferences(settings.providers)
    tracer = make_tracer(settings.traces)
    metrics = _metrics(settings)
    watch = metrics.note if tracer is None else both(metrics.note, tracer.watch)
    engines = ProviderEngines(settings.providers, listening=settings.listening, mouth=settings.mouth, watch=watch)
    names = Names(dict(settings.protocol.names))
    # Kept in memory alone: what needs it is for the operator, who has the link of this start on the console.
    web = Web()
    door = Door(make_credentials(settings.server, web, make_token()), web)
    supervisor = _supervisor(settings, engines, names, door, watch)
    metrics.read_with(partial(read, supervisor, engines))
    problems = inspection.ProblemLog()
    sockets = await open_sockets(settings.server, lan.folder())
    say("vivavoce: starting the engines")
    try:
        await nursery.start(engines.run)
    except* EngineFailed as failed:
        raise StartupFailed(f"an engine does not start: {first_of(failed)}") from None
    await nursery.start(door.run)
    await nursery.start(supervisor.run)
    await nursery.start(problems.watch)
    shown = site.routes(settings, engines, supervisor, sockets, problems, door, metrics)
    listener = Listener(supervisor, _listener_options(settings.server), shown)
    await nursery.start(listener.run, sockets.listeners)
    collecting.calm()
    nursery.start_soon(collecting.run, collecting.Collector())
    nursery.start_soon(looplag.run, metrics.note_lag)
    nursery.start_soon(trimming.run, supervisor.account, find_trim())
    for line in welcome(settings.server, sockets, engines.choices(), door.credentials.operator, engines.notes()):
        say(line)
    return Running(settings, door, supervisor, engines, listener, tracer.close if tracer is not None else None)


class Running(NamedTuple):
    """The parts of a server that has started."""

    settings: Settings
    door: Door
    supervisor: Supervisor
    engines: ProviderEngines
    listener: Listener
    send_last: Leave | None = None
    """Sends the last traces."""

    async def take_leave(self) -> None:
        """Take leave of the clients. Cancelling ends the waiting."""
        await take_leave(self.supervisor, self.listener, self.settings.server.drain_seconds)
        if self.send_last is not None:
            await self.send_last()

    def reloading(self, load: Callable[[], Settings]) -> Reloader:
        """What takes the settings that `load` reads."""
        return Reloader(lambda: _opened(load()), self.settings, self.door, self.supervisor, self.engines)


def _opened(settings: Settings) -> Settings:
    """The settings, changed where `token_file` or `lan` asks for it. Raises StartupFailed."""
    server = settings.server
    if server.token_file and not server.token:
        server = replace(server, token=keep_token(Path(server.token_file), "[server] token_file"))
    return replace(settings, server=lan.open_up(server, lan.folder()) if server.lan else server)


def _metrics(settings: Settings) -> ServerMetrics:
    """The metrics, with the prices of the settings. Raises StartupFailed where those cannot be read."""
    prices = read_prices(settings.server.prices)
    for unknown in unknown_names(settings.providers, prices):
        log.warning("server.prices: %s", unknown)  # no fault: several servers may have one file
    return ServerMetrics(prices)


def _supervisor(settings: Settings, engines: ProviderEngines, names: Names, door: Door, watch: Watcher) -> Supervisor:
    server, traces = settings.server, settings.traces
    tracing = TracingPlan(traces.sample, traces.words) if traces.endpoint else TracingPlan()
    plan = ServerPlan(settings.limits, settings.pools, server.timing, server.waits, server.connection_limits, tracing)
    return Supervisor(
        plan, engines, names, lambda asked, named: resolve(asked, named, engines.catalogue()), door, watch
    )


def _listener_options(server: Server) -> ListenerOptions:
    # A polling client has two requests at a time, and beside the clients there is room for pages and for health checks.
    streams = 2 * server.connection_limits.max_connections + SPARE_STREAMS
    return ListenerOptions(
        **asdict(server.listener),
        hosts=check(server.hosts, has_credentials=server.has_credentials),
        max_streams=streams,
    )
