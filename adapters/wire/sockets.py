"""The TCP ports of a server: the plain one, the one with TLS, and for `--lan` one with a certificate of our own."""

import errno
from pathlib import Path

import msgspec
import trio

from adapters.settings.errors import StartupFailed
from adapters.settings.settings import Server
from adapters.wire import lan
from adapters.wire.tls import server_context

BACKLOG = 1_024
Listeners = list[trio.abc.Listener[trio.abc.Stream]]


class ListeningSockets(msgspec.Struct, frozen=True):
    """The open listeners, the address of the first one, and the https address for devices of the network."""

    listeners: Listeners
    host: str
    port: int
    lan: tuple[str, ...] = ()


async def open_sockets(server: Server, folder: Path) -> ListeningSockets:
    """Listen where `server` says; what `lan` needs is kept in `folder`. Raises StartupFailed, with what to do.

    Cancelling may leave sockets to the garbage collector.
    """
    plain = await _listen(server.host, server.port, "--port")
    host, port = plain[0].socket.getsockname()[:2]
    if server.tls_certificate:
        context = server_context(server.tls_certificate, server.tls_key)
        secured: Listeners = [trio.SSLListener(listener, context, https_compatible=True) for listener in plain]
        return ListeningSockets(secured, host, port, _origins(port) if server.lan else ())
    if not server.lan:
        return ListeningSockets([*plain], host, port)
    context = await trio.to_thread.run_sync(lan.secure, folder)
    inner = await _listen(server.host, server.lan_port, "[server] lan_port")
    private: Listeners = [trio.SSLListener(listener, context, https_compatible=True) for listener in inner]
    return ListeningSockets([*plain, *private], host, port, _origins(inner[0].socket.getsockname()[1]))


def _origins(port: int) -> tuple[str, ...]:
    return tuple(f"https://{address}:{port}" for address in lan.addresses())


async def _listen(host: str, port: int, setting: str) -> list[trio.SocketListener]:
    try:
        return await trio.open_tcp_listeners(port, host=host, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"port {port} is in use on {host}; end what uses it, or choose another with {setting}"
        else:
            why = f"cannot listen on {host} port {port}: {error.strerror or error}"
        raise StartupFailed(why) from None
    except UnicodeError:
        raise StartupFailed(f"cannot listen on {host}: an address or the name of a host is needed") from None
