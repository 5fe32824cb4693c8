"""Whether a server without credentials can be reached from elsewhere: then it does not start unless that is meant."""

import ipaddress
import socket

import trio

from adapters.settings.errors import StartupFailed
from adapters.settings.settings import Server


async def check_exposure(server: Server) -> None:
    """Raises StartupFailed where anybody who reaches `server` could talk, and it is not said that this is meant.

    Cancelling changes nothing.
    """
    if server.has_credentials or server.allow_anyone or await _is_loopback(server.host, server.port):
        return
    raise StartupFailed(
        f"{server.host} can be reached from elsewhere, and no token is set: set one with VIVAVOCE_TOKEN, start with "
        "--lan for the devices of this network, or let everybody in with --allow-anyone ([server] allow_anyone)"
    )


async def _is_loopback(host: str, port: int) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:  # exactly as it is listened: to the resolver "*" is every interface with it, and this machine without it
        found = await trio.socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        return True  # no server can listen on it, which is told better where that is tried
    return all(ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback for *_, address in found)
