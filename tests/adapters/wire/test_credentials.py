"""The token of a handshake: renamed, in other letters, compared in constant time."""

import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from trio.testing import MockClock

from adapters.access.credentials import digest
from protocol.messages import Names
from tests.adapters.wire.memoryserver import SOCKET, MemoryServer, standing
from tests.rawclient import UPGRADE


@asynccontextmanager
async def closed_server(names: Names | None = None) -> AsyncIterator[MemoryServer]:
    """A server with a token."""
    async with standing(token="open-sesame", names=names) as server:
        yield server


async def told(server: MemoryServer, query: str = "", auth: Mapping[str, object] | None = None, **headers: str) -> str:
    """What a client that connects so over WebSocket is told first, "" where it is let in."""
    client = server.dial()
    assert (await client.upgrade(SOCKET + query, headers)).status == 101
    await client.say("40" + (json.dumps(auth) if auth is not None else ""))
    heard = await client.until("4")
    return "" if heard.startswith("40") else str(json.loads(heard[2:])["message"])


@pytest.mark.parametrize(
    ("query", "auth", "bearer"),
    [
        ("", {"token": "open-sesame"}, ""),
        ("&token=open-sesame", None, ""),
        ("", None, "Bearer open-sesame"),
        ("", {}, "bearer  open-sesame "),
        ("&token=wrong", {"token": "open-sesame"}, "Bearer wrong"),
        ("&token=open-sesame", None, "Bearer wrong"),
        ("", {"role": "receiver"}, "Bearer open-sesame"),
    ],
)
async def test_the_socket_takes_it_each_way(
    query: str, auth: Mapping[str, object] | None, bearer: str, autojump_clock: MockClock
) -> None:
    async with closed_server() as server:
        assert await told(server, query, auth, **({"Authorization": bearer} if bearer else {})) == ""


@pytest.mark.parametrize("auth", [{"token": "wrong"}, {"token": "open-sesame "}])
async def test_a_wrong_token_and_none_get_different_words(auth: dict[str, object], autojump_clock: MockClock) -> None:
    async with closed_server() as server:
        assert "not this server's" in await told(server, "", auth)
        assert "none came: give it as `token`" in await told(server)
        assert "not this server's" in await told(server, "", None, Authorization="Bearer wrong")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
async def test_a_token_of_other_letters_is_taken_as_browsers_and_as_curl_write_it(
    encoding: str, autojump_clock: MockClock
) -> None:
    async with standing(token="Sésam") as server:
        client = server.dial()
        lines = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
        head = f"GET {SOCKET} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer Sésam\r\n{lines}\r\n"
        await client.send(head.encode(encoding))
        assert (await client.answer()).status == 101
        await client.say("40")
        assert (await client.until("4")).startswith("40")


async def test_a_renamed_key_is_heeded(autojump_clock: MockClock) -> None:
    async with closed_server(Names({"token": "key"})) as server:
        assert await told(server, "", None, Authorization="Bearer open-sesame") == ""
        assert await told(server, "&key=open-sesame") == ""
        assert await told(server, "&token=open-sesame")


async def test_polling_takes_it_as_well(autojump_clock: MockClock) -> None:
    async with closed_server() as server:
        for headers, beginning in (({"Authorization": "Bearer open-sesame"}, b"40"), ({}, b"44")):
            opened = await server.ask("GET", "/socket.io/?EIO=4&transport=polling", headers=headers)
            target = f"/socket.io/?EIO=4&transport=polling&sid={opened.json['sid']}"
            await server.ask("POST", target, b"40")
            assert (await server.ask("GET", target)).body.startswith(beginning)


async def test_tokens_are_compared_in_constant_time(autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def note(given: bytes, token: bytes) -> bool:
        compared.append((given, token))
        return compare(given, token)

    monkeypatch.setattr(hmac, "compare_digest", note)
    async with closed_server() as server:
        await told(server, "", {"token": "wrong"})
    assert compared == [(digest("wrong"), digest("open-sesame"))]
