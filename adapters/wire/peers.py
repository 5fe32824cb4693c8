"""The address of a stream's peer, and behind trusted proxies that of the client."""

import ipaddress

import trio

from adapters.wire.heads import Request


def peer_address(stream: trio.abc.Stream) -> str:
    """The address of the peer; "memory" where there is no network, "gone" where the peer has left already."""
    below = stream.transport_stream if isinstance(stream, trio.SSLStream) else stream
    if not isinstance(below, trio.SocketStream):
        return "memory"
    try:
        peer = below.socket.getpeername()
    except OSError:
        return "gone"
    return str(peer[0]) if peer else "memory"  # a pair of sockets has no address


def client_address(request: Request, peer: str, trusted: tuple[str, ...]) -> str:
    """The address that a request comes from: the peer, or the last hop of X-Forwarded-For that is no trusted proxy.

    Each proxy adds the address that it has seen, so what stands before the last trusted one may be invented.
    """
    hops = [*(hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()), peer]
    while len(hops) > 1 and _is_trusted(hops[-1], trusted):
        hops.pop()
    return hops[-1] if _is_address(hops[-1]) else peer


def _is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    return _is_address(address) and any(
        ipaddress.ip_address(address) in ipaddress.ip_network(network) for network in trusted
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
