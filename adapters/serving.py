"""A whole server, made from its settings: engines, supervisor and listener, and how it takes its leave."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

import trio
from msgspec.structs import asdict

from actors.deciding.configuring import resolve
from actors.ports.calls import EngineFailed
from actors.ports.directory import LONE, SessionDirectory
from actors.ports.watching import Watcher, both
from actors.running.sessiontrace import TracingPlan
from actors.running.supervisor import ServerPlan, Supervisor
from adapters.access.credentials import make_credentials
from adapters.access.door import Door
from adapters.choosing.assembly import check_preferences, unknown_names
from adapters.choosing.engines import ProviderEngines
from adapters.lifecycle import collecting, trimming
from adapters.lifecycle.ending import take_leave
from adapters.lifecycle.reloading import Reloader
from adapters.lifecycle.welcome import welcome
from adapters.metrics import looplag
from adapters.metrics.metrics import ServerMetrics
from adapters.metrics.prices import read_prices
from adapters.metrics.reading import read
from adapters.pages import inspection, site
from adapters.pages.summing import Gathering, Part
from adapters.processes.heap import find_trim
from adapters.reach.web import Web
from adapters.recordings.engines import TapedEngines
from adapters.recordings.recordings import Recordings
from adapters.settings.errors import StartupFailed, first_of
from adapters.settings.settings import Server, Settings
from adapters.tracing.starting import make_tracer
from adapters.wire.hosts import check
from adapters.wire.listener import Listener, ListenerOptions
from adapters.wire.passing import Neighbours
from adapters.wire.sockets import ListeningSockets
from protocol.messages import Names

log = logging.getLogger(__name__)
SPARE_STREAMS = 1_000
Leave = Callable[[], Awaitable[None]]


class Standing(NamedTuple):
    """How a server stands: alone, or as one process of a service that has several.

    `open_ports`: where it listens, or is said to. `operator`: the operator's token, where the settings have none.
    `sid_prefix`: with it the sids of its connections begin.
    """

    open_ports: Callable[[], Awaitable[ListeningSockets]]
    operator: str
    sid_prefix: str = ""
    directory: SessionDirectory = LONE
    neighbours: Neighbours | None = None
    gathering: Gathering | None = None


async def start(settings: Settings, nursery: trio.Nursery, say: Callable[[str], None], standing: Standing) -> "Running":
    """Start everything in `nursery`. Raises StartupFailed. Cancelling leaves what has started to the nursery."""
    check_preferences(settings.providers)
    tracer = make_tracer(settings.traces)
    metrics = _metrics(settings)
    watch = metrics.note if tracer is None else both(metrics.note, tracer.watch)
    engines = ProviderEngines(settings.providers, listening=settings.listening, mouth=settings.mouth, watch=watch)
    names = Names(dict(settings.protocol.names))
    # Kept in memory alone: what needs it is for the operator, who has the link of this start on the console.
    recordings = Recordings(settings.recordings, names) if settings.recordings.folder else None
    web = Web()
    door = Door(make_credentials(settings.server, web, standing.operator), web)
    supervisor = _supervisor(settings, engines, names, door, watch, standing, recordings)
    metrics.read_with(partial(read, supervisor, engines))
    problems = inspection.ProblemLog()
    sockets = await standing.open_ports()
    say("vivavoce: starting the engines")
    try:
        await nursery.start(engines.run)
    except* EngineFailed as failed:
        raise StartupFailed(f"an engine does not start: {first_of(failed)}") from None
    if recordings is not None:
        await nursery.start(recordings.run)
    await nursery.start(door.run)
    await nursery.start(supervisor.run)
    await nursery.start(problems.watch)
    folder = None if recordings is None else recordings.folder
    shown = site.routes(settings, engines, supervisor, sockets, problems, door, metrics, standing.gathering, folder)
    listener = Listener(supervisor, _listener_options(settings.server), shown, standing.neighbours)
    await nursery.start(listener.run, sockets.listeners)
    collecting.calm()
    nursery.start_soon(collecting.run, collecting.Collector())
    nursery.start_soon(looplag.run, metrics.note_lag)
    nursery.start_soon(trimming.run, supervisor.account, find_trim())
    notes = [*engines.notes(), *([] if recordings is None else [recordings.note])]
    for line in welcome(settings.server, sockets, engines.choices(), door.credentials.operator, notes):
        say(line)
    parts = site.parts(engines, supervisor, problems, metrics, records=recordings is not None)
    return Running(settings, door, supervisor, engines, listener, parts, tracer.close if tracer is not None else None)


class Running(NamedTuple):
    """The parts of a server that has started."""

    settings: Settings
    door: Door
    supervisor: Supervisor
    engines: ProviderEngines
    listener: Listener
    parts: dict[str, Part]
    """What it says of itself where it is one process of several."""
    send_last: Leave | None = None
    """Sends the last traces."""

    async def take_leave(self) -> None:
        """Take leave of the clients. Cancelling ends the waiting."""
        await take_leave(self.supervisor, self.listener, self.settings.server.drain_seconds)
        if self.send_last is not None:
            await self.send_last()

    def reloading(self, load: Callable[[], Settings]) -> Reloader:
        """What takes the settings that `load` reads."""
        return Reloader(load, self.settings, self.door, self.supervisor, self.engines)


def _metrics(settings: Settings) -> ServerMetrics:
    """The metrics, with the prices of the settings. Raises StartupFailed where those cannot be read."""
    prices = read_prices(settings.server.prices)
    for unknown in unknown_names(settings.providers, prices):
        log.warning("server.prices: %s", unknown)  # no fault: several servers may have one file
    return ServerMetrics(prices)


def _supervisor(
    settings: Settings,
    engines: ProviderEngines,
    names: Names,
    door: Door,
    watch: Watcher,
    standing: Standing,
    recordings: Recordings | None,
) -> Supervisor:
    server, traces = settings.server, settings.traces
    tracing = TracingPlan(traces.sample, traces.words) if traces.endpoint else TracingPlan()
    plan = ServerPlan(
        settings.limits,
        settings.pools,
        server.timing,
        server.waits,
        server.connection_limits,
        tracing,
        standing.sid_prefix,
    )

    return Supervisor(
        plan,
        engines if recordings is None else TapedEngines(engines),
        names,
        lambda asked, named: resolve(asked, named, engines.catalogue()),
        door,
        watch,
        None if recordings is None else recordings.recorder,
        directory=standing.directory,
    )


def _listener_options(server: Server) -> ListenerOptions:
    # A polling client has two requests at a time, and beside the clients there is room for pages and for health checks.
    streams = 2 * server.connection_limits.max_connections + SPARE_STREAMS
    return ListenerOptions(
        **asdict(server.listener),
        hosts=check(server.hosts, has_credentials=server.has_credentials),
        max_streams=streams,
    )
