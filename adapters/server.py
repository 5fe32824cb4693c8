"""A whole server out of its settings: engines, supervisor and listener, from the first line printed to the last."""

import errno
import gc
import ipaddress
import logging
import signal
from collections.abc import Callable

import trio

from actors.configuring import resolve
from actors.lobby import Caps
from actors.ports import EngineFailed
from actors.supervisor import Plan, PoolSizes, Supervisor
from adapters.engines import LocalEngines, check_preferences
from adapters.errors import StartupFailed, first_of
from adapters.http import Request, Response, json_response
from adapters.listener import Door, Listener
from adapters.settings import Settings
from adapters.tls import server_context
from protocol.connection import Timing
from protocol.messages import Names
from protocol.multiplex import Waits

log = logging.getLogger(__name__)
BACKLOG = 1_024
SPARE_STREAMS = 1_000


async def run(settings: Settings, say: Callable[[str], None] = print) -> None:
    """Serve until a signal ends it in good order; `say` gets what a person at the console should know.

    Raises StartupFailed, with what to do. Cancelling ends it at once.
    """
    check_preferences(settings.providers)
    engines = LocalEngines(settings.pools.stt_workers, settings.pools.tts_workers)
    supervisor = _supervisor(settings, engines)
    async with trio.open_nursery() as nursery:
        listeners = await _listen(settings)
        say("vivavoce: starting the engines")
        try:
            await nursery.start(engines.run)
        except* EngineFailed as failed:
            raise StartupFailed(f"an engine does not start: {first_of(failed)}") from None
        await nursery.start(supervisor.run)
        listener = Listener(supervisor, _door(settings), {"/healthz": _health(engines)})
        await nursery.start(trio.serve_listeners, listener.serve, _secured(settings, listeners))
        calm_collector()
        for line in _welcome(settings, listeners[0]):
            say(line)
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                break
        say("vivavoce: going down")
        await supervisor.drain()
        nursery.cancel_scope.cancel()


def calm_collector() -> None:
    """Have the garbage collector look less often, and not at what the start has made.

    A chunk of audio makes some dozens of objects that reference counting frees; counting them towards the collector's
    default threshold of 700 costs a tenth to a third of the time of each chunk (tests/bench).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def _supervisor(settings: Settings, engines: LocalEngines) -> Supervisor:
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
    return Supervisor(plan, engines, names, lambda asked: resolve(asked, engines.catalogue(settings.providers)))


def _door(settings: Settings) -> Door:
    server = settings.server
    # A polling client has two requests at a time, and beside the clients there is room for pages and for health checks.
    streams = 2 * server.max_connections + SPARE_STREAMS
    return Door(server.path, server.allowed_origins, server.trusted_proxies, streams)


async def _listen(settings: Settings) -> list[trio.SocketListener]:
    server = settings.server
    try:
        return await trio.open_tcp_listeners(server.port, host=server.host, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"port {server.port} is in use on {server.host}; end what uses it, or choose another with --port"
        else:
            why = f"cannot listen on {server.host} port {server.port}: {error.strerror or error}"
        raise StartupFailed(why) from None


def _secured(settings: Settings, listeners: list[trio.SocketListener]) -> list[trio.abc.Listener[trio.abc.Stream]]:
    """The listeners with TLS over them, where there is a certificate."""
    server = settings.server
    if not server.tls_certificate:
        return list(listeners)
    context = server_context(server.tls_certificate, server.tls_key)
    return [trio.SSLListener(listener, context, https_compatible=True) for listener in listeners]


def _health(engines: LocalEngines) -> Callable[[Request], Response]:
    def healthz(request: Request) -> Response:
        problems = engines.problems()
        if problems:
            return json_response(503, {"status": "failing", "problems": problems})
        return json_response(200, {"status": "ok"})

    return healthz


def _welcome(settings: Settings, listener: trio.SocketListener) -> list[str]:
    """Where to go, and which engines answer and why."""
    host, port = listener.socket.getsockname()[:2]
    scheme = "https" if settings.server.tls_certificate else "http"
    url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
    near = f"{scheme}://127.0.0.1:{port}" if host in ("0.0.0.0", "::") else url
    is_open = not (settings.server.token or ipaddress.ip_address(host).is_loopback)
    warning = ["vivavoce: no token is set: whoever reaches this port may talk; set one with VIVAVOCE_TOKEN"]
    return [
        f"vivavoce: listening on {url}{settings.server.path} (Ctrl-C ends it)",
        *(warning if is_open else ()),
        "vivavoce: STT local (pocketsphinx), because no other provider is configured",
        "vivavoce: LLM local (the guide, which is no language model), because no other provider is configured",
        "vivavoce: TTS local (espeak-ng), because no other provider is configured",
        f"vivavoce: try it: vivavoce talk FILE.wav --url {near}",
    ]
