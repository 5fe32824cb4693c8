"""Engine.IO by hand: raw polling requests and raw WebSocket frames, pings answered on the way."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import trio
from trio_websocket import ConnectionClosed, ConnectionRejected, WebSocketConnection, wrap_client_stream

from adapters.reach.exceptiongroups import FirstCause
from tests.real.programs import Served

NET = 60.0
"""Seconds after which a test that waits for the server has failed; on a busy machine an answer takes many."""
_LARGEST = 4_000_000


class PollingSession:
    """A polling session."""

    def __init__(self, http: httpx.AsyncClient, path: str) -> None:
        self._http = http
        self._path = path
        self.sid = ""

    async def open(self) -> Any:
        """The JSON of the handshake."""
        opened = await self.request("GET", EIO="4", transport="polling")
        assert opened.status_code == 200
        assert opened.text[0] == "0"
        data = json.loads(opened.text[1:])
        self.sid = data["sid"]
        return data

    async def request(self, method: str, body: str | bytes | None = None, **query: str) -> httpx.Response:
        """Any request for the path of the protocol."""
        return await self._http.request(method, self._path, params=query, content=body)

    async def get(self) -> httpx.Response:
        """One poll."""
        return await self.request("GET", EIO="4", transport="polling", sid=self.sid)

    async def post(self, body: str | bytes) -> httpx.Response:
        """One POST."""
        return await self.request("POST", body, EIO="4", transport="polling", sid=self.sid)

    async def packets(self, count: int) -> list[str]:
        """The next packets that are no pings; pings are answered."""
        packets: list[str] = []
        while len(packets) < count:
            for packet in (await self.get()).text.split("\x1e"):
                if packet == "2":
                    await self.post("3")
                else:
                    packets.append(packet)
        return packets


@asynccontextmanager
async def polling(server: Served) -> AsyncIterator[PollingSession]:
    """A polling client, not yet open; no request outlives NET."""
    with trio.fail_after(NET):
        async with httpx.AsyncClient(base_url=server.origin, timeout=NET) as http:
            yield PollingSession(http, server.path)


@asynccontextmanager
async def websocket(server: Served, **query: str) -> AsyncIterator[WebSocketConnection]:
    """A raw WebSocket for EIO 4 and `query`; nothing on it outlives NET.

    The stream is closed here: trio-websocket leaves it open where the server refuses, or closes first.
    """
    asked = {"EIO": "4", "transport": "websocket", **query}
    target = f"{server.path}?{'&'.join(f'{key}={value}' for key, value in asked.items() if value)}"
    host, _, port = server.address.partition(":")
    with trio.fail_after(NET), FirstCause():
        async with await trio.open_tcp_stream(host, int(port)) as stream, trio.open_nursery() as nursery:
            connection = await wrap_client_stream(nursery, stream, server.address, target, max_message_size=_LARGEST)
            async with connection:
                yield connection


async def refusal(server: Served, **query: str) -> Any:
    """The JSON with which the server answers a WebSocket that it does not want, after HTTP 400."""
    with pytest.raises(ConnectionRejected) as rejection:
        async with websocket(server, **query):
            pass
    assert rejection.value.status_code == 400
    return json.loads(rejection.value.body or b"")


async def frame(connection: WebSocketConnection) -> str | bytes:
    """The next frame that is no ping; pings are answered."""
    while (received := await connection.get_message()) == "2":
        await connection.send_message("3")
    return received


async def close_code(connection: WebSocketConnection) -> int:
    """Wait until the server has closed the WebSocket; pings are answered, other frames passed over."""
    try:
        while True:
            await frame(connection)
    except ConnectionClosed as closed:
        return closed.reason.code if closed.reason else 0


async def leave(server: Served, session_id: str) -> None:
    """Have a client configure the session otherwise, begin an utterance in it, and be gone in the midst of it."""
    async with websocket(server, sessionId=session_id) as connection:
        await connection.send_message("40")
        await connection.send_message('42["session.update",{"STT":{"mediaFormat":"pcm16/48000"}}]')
        await connection.send_message('451-["input.buffer.append",{"_placeholder":true,"num":0}]')
        await connection.send_message(bytes(9_600))
        while "receiving" not in str(await frame(connection)):
            pass
