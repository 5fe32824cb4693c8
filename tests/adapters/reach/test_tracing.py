"""Providers are told to which trace a call belongs, over HTTP and over WebSocket; outside of traces nothing."""

import pytest

from actors.ports.callcontext import CallContext, call_for
from adapters.reach.call import Call
from adapters.reach.websocket import SocketCall, open_socket
from protocol.tracecontext import TraceContext
from tests.adapters.reach.loopback import browsing, endpoint_of, json_reply, loopback
from tests.adapters.reach.wsloop import Peer, socket_loop

pytestmark = pytest.mark.real
MINE = CallContext("mine", 1, TraceContext(2**127 + 1, 2**63 + 1, is_sampled=False))
HEADER = "00-80000000000000000000000000000001-8000000000000001-00"


async def test_requests() -> None:
    async with loopback(json_reply({})) as server, browsing() as web:
        call = Call(endpoint_of(server), "GET", "/")
        await web.fetch(call)
        with call_for(MINE):
            await web.fetch(call)
        await web.fetch(call)
    assert [request.headers.get("traceparent") for request in server.requests] == [None, HEADER, None]


async def test_sockets() -> None:
    async def play(peer: Peer) -> None:
        await peer.send("hi")

    async with socket_loop(play) as server:
        for context in (CallContext(), MINE):
            with call_for(context):
                async with open_socket(SocketCall(endpoint_of(server), "/", {"X-Own": "1"})) as socket:
                    await socket.receive()
    assert [opening.headers.get("traceparent") for opening in server.openings] == [None, HEADER]
    assert all(opening.headers["x-own"] == "1" for opening in server.openings)
