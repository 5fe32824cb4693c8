"""A whole server out of its settings: engines, supervisor and listener, from the first line printed to the last."""

import gc
import hmac
import ipaddress
import logging
import signal
from collections.abc import Callable

import msgspec
import trio
from msgspec.structs import replace

from actors.configuring import resolve
from actors.inspecting import Picture, picture
from actors.lobby import Caps
from actors.ports import EngineFailed
from actors.supervisor import Plan, PoolSizes, Supervisor
from adapters.errors import StartupFailed, first_of
from adapters.pages import apidocs, inspection
from adapters.pages import talkpage as pages
from adapters.providers.assembly import check_preferences
from adapters.providers.engines import ProviderEngines
from adapters.settings.settings import Settings
from adapters.wire import lan
from adapters.wire.doors import Doors, open_doors
from adapters.wire.http import Request, Response, json_response
from adapters.wire.listener import Door, Listener, Page
from protocol.connection import Timing
from protocol.messages import Names
from protocol.multiplex import Waits

log = logging.getLogger(__name__)
SPARE_STREAMS = 1_000


async def run(settings: Settings, say: Callable[[str], None] = print) -> None:
    """Serve until a signal ends it in good order; `say` gets what a person at the console should know.

    Raises StartupFailed, with what to do. Cancelling ends it at once.
    """
    settings = _opened(settings)
    check_preferences(settings.providers)
    engines = ProviderEngines(settings.providers)
    supervisor = _supervisor(settings, engines)
    mishaps = inspection.Mishaps()
    async with trio.open_nursery() as nursery:
        doors = await open_doors(settings.server, lan.folder())
        say("vivavoce: starting the engines")
        try:
            await nursery.start(engines.run)
        except* EngineFailed as failed:
            raise StartupFailed(f"an engine does not start: {first_of(failed)}") from None
        await nursery.start(supervisor.run)
        await nursery.start(mishaps.watch)
        shown = {**_pages(settings, engines), **_views(settings, doors, supervisor, mishaps)}
        listener = Listener(supervisor, _door(settings), shown)
        await nursery.start(listener.run, doors.listeners)
        calm_collector()
        for line in _welcome(settings, doors, engines):
            say(line)
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                break
        say("vivavoce: going down")
        await supervisor.drain()
        nursery.cancel_scope.cancel()


def _opened(settings: Settings) -> Settings:
    """The settings, changed where `lan` asks for it."""
    if not settings.server.lan:
        return settings
    return replace(settings, server=lan.open_up(settings.server, lan.folder()))


def calm_collector() -> None:
    """Have the garbage collector look less often, and not at what the start has made.

    A chunk of audio makes some dozens of objects that reference counting frees; counting them towards the collector's
    default threshold of 700 costs a tenth to a third of the time of each chunk (tests/bench).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def _supervisor(settings: Settings, engines: ProviderEngines) -> Supervisor:
    server, pools = settings.server, settings.pools
    timing = Timing(
        ping_interval=server.ping_interval,
        ping_timeout=server.ping_timeout,
        upgrade_timeout=server.upgrade_timeout,
        max_payload=server.max_payload,
        outbox_bytes=server.outbox_bytes,
        outbox_messages=server.outbox_messages,
    )
    plan = Plan(
        limits=settings.limits,
        pools=PoolSizes(pools.stt_workers, pools.llm_workers, pools.tts_workers, pools.queue),
        timing=timing,
        waits=Waits(server.connect_timeout, server.attachment_timeout),
        caps=Caps(server.max_connections, server.max_connections_per_address, server.max_unconnected),
        token=server.token,
    )
    names = Names(dict(settings.protocol.names))
    return Supervisor(plan, engines, names, lambda asked, named: resolve(asked, named, engines.catalogue()))


def _door(settings: Settings) -> Door:
    server = settings.server
    # A polling client has two requests at a time, and beside the clients there is room for pages and for health checks.
    streams = 2 * server.max_connections + SPARE_STREAMS
    return Door(server.path, server.allowed_origins, server.trusted_proxies, streams, server.max_silent_streams)


def _pages(settings: Settings, engines: ProviderEngines) -> dict[str, Page]:
    """What is answered besides Socket.IO."""

    def healthz(request: Request) -> Response:
        problems, aside = engines.problems(), engines.aside()
        detail = {"aside": aside} if aside else {}
        if engines.is_failing():
            return json_response(503, {"status": "failing", "problems": problems, **detail})
        if problems:  # with fewer processes it is slower, and that is no reason to take it out of service
            return json_response(200, {"status": "degraded", "problems": problems, **detail})
        return json_response(200, {"status": "ok", **detail})

    def catalogue(request: Request) -> Response:
        if not _shows(request, settings.server.token):
            return json_response(401, {"message": "a token is needed: as ?token= or Authorization: Bearer"})
        return json_response(200, msgspec.to_builtins(engines.listings()), (("Cache-Control", "no-store"),))

    return {"/healthz": healthz, "/v1/catalogue": catalogue}


def _views(settings: Settings, doors: Doors, supervisor: Supervisor, mishaps: inspection.Mishaps) -> dict[str, Page]:
    """The talk page, the API's documentation, and the operator's page."""
    names = supervisor.directory.house.names
    shown = pages.routes(pages.about(settings.server.path, names, doors.lan))
    shown |= apidocs.routes(names, apidocs.place(settings.server, doors.port))
    if settings.server.inspection:
        shown |= inspection.routes(lambda chosen: look(supervisor, chosen), mishaps, settings.server.token)
    return shown


def look(supervisor: Supervisor, chosen: str) -> Picture:
    """The server as it is now, for its operator, with the trace of the session whose id is `chosen`."""
    sessions, pools = supervisor.directory.sessions, supervisor.pools.values()
    return picture(sessions, pools, supervisor.lobby, chosen, trio.current_time())


def _shows(request: Request, token: str) -> bool:
    """Whether the request has the server's token, where there is one."""
    bearer = request.headers.get("authorization", "").partition(" ")
    given = request.query.get("token", "") or (bearer[2].strip() if bearer[0].lower() == "bearer" else "")
    return not token or hmac.compare_digest(given.encode(errors="replace"), token.encode())


def _welcome(settings: Settings, doors: Doors, engines: ProviderEngines) -> list[str]:
    """Where to go, and which engines answer and why."""
    host, port = doors.host, doors.port
    scheme = "https" if settings.server.tls_certificate else "http"
    url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
    near = f"{scheme}://127.0.0.1:{port}" if host in ("0.0.0.0", "::") else url
    is_open = not (settings.server.token or ipaddress.ip_address(host).is_loopback)
    credential = f"#token={settings.server.token}" if settings.server.lan else ""
    given = f" --token={settings.server.token}" if settings.server.lan else ""
    warning = ["vivavoce: no token is set: whoever reaches this port may talk; set one with VIVAVOCE_TOKEN"]
    return [
        f"vivavoce: listening on {url}{settings.server.path} (Ctrl-C ends it)",
        *(warning if is_open else ()),
        *(f"vivavoce: {kind} {choice}" for kind, choice in engines.choices()),
        *(lan.invitation(doors.lan[0], settings.server.token) if doors.lan else ()),
        f"vivavoce: talk to it in a browser: {near}/{credential}",
        f"vivavoce: try it: vivavoce talk FILE.wav --url {near}{given}",
    ]
