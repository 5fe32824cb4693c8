"""The TCP ports of a server: the plain one, the one with TLS, and for `--lan` one with a certificate of our own."""

import errno
import ssl
from pathlib import Path

import msgspec
import trio

from adapters.settings.errors import StartupFailed
from adapters.settings.settings import Server
from adapters.wire import lan
from adapters.wire.tls import server_context

BACKLOG = 1_024
TLS, LAN = "tls", "lan"
Listeners = list[trio.abc.Listener[trio.abc.Stream]]


class ListeningSockets(msgspec.Struct, frozen=True):
    """The open listeners, the address of the first one, and the https address for devices of the network."""

    listeners: Listeners
    host: str
    port: int
    lan: tuple[str, ...] = ()


class OpenPorts(msgspec.Struct, frozen=True):
    """The ports, before any TLS: those of the settings, and that of `--lan`."""

    main: tuple[trio.SocketListener, ...]
    private: tuple[trio.SocketListener, ...] = ()


async def open_sockets(server: Server, folder: Path) -> ListeningSockets:
    """Listen where `server` says; what `lan` needs is kept in `folder`. Raises StartupFailed, with what to do.

    Cancelling may leave sockets to the garbage collector.
    """
    contexts, ports = await make_contexts(server, folder), await open_ports(server)
    listeners: Listeners = [*ports.main]
    if TLS in contexts:
        listeners = [trio.SSLListener(each, contexts[TLS], https_compatible=True) for each in ports.main]
    listeners += [trio.SSLListener(each, contexts[LAN], https_compatible=True) for each in ports.private]
    host, port = ports.main[0].socket.getsockname()[:2]
    return ListeningSockets(listeners, host, port, lan_origins(server, ports))


async def open_ports(server: Server) -> OpenPorts:
    """Listen where `server` says. Raises StartupFailed. Cancelling as in `open_sockets`."""
    main = await _listen(server.host, server.port, "--port")
    has_private = server.lan and not server.tls_certificate
    private = await _listen(server.host, server.lan_port, "[server] lan_port") if has_private else []
    return OpenPorts(tuple(main), tuple(private))


async def make_contexts(server: Server, folder: Path) -> dict[str, ssl.SSLContext]:
    """What TLS is spoken with: under TLS on the main port, and under LAN on the private one. Raises StartupFailed.

    Cancelling changes nothing, but a certificate may have been made.
    """
    if server.tls_certificate:
        return {TLS: server_context(server.tls_certificate, server.tls_key)}
    return {LAN: await trio.to_thread.run_sync(lan.secure, folder)} if server.lan else {}


def lan_origins(server: Server, ports: OpenPorts) -> tuple[str, ...]:
    """The https addresses for devices of the network."""
    if not server.lan:
        return ()
    port = (ports.private or ports.main)[0].socket.getsockname()[1]
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
