"""The token at every entry point and by every means: right, wrong, missing, empty, odd letters, and more than one."""

import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from urllib.parse import quote

import pytest
from trio.testing import MockClock

from actors.running.inspecting import Picture
from adapters.access.door import MISSING, NOT_THE_OPERATORS, WRONG, Door
from adapters.metrics.metrics import ServerMetrics
from adapters.pages import inspection, site
from adapters.pages.inspection import ProblemLog
from adapters.settings.access import JwtSettings
from adapters.virtual.server import door_of
from adapters.wire.routes import Routes
from tests.adapters.access.signing import SECRET, signed
from tests.adapters.access.signing import door as door_with
from tests.adapters.wire.memoryserver import POLLED, SOCKET, MemoryServer, standing

TOKEN = "open-sesame"
OTHER_LETTERS = "Sésam ✓ \N{OLD PERSIAN SIGN A}"
LET_IN = ""

Headers = dict[str, str]
Auth = Mapping[str, object] | None


class Shown:
    """How a client shows tokens; `query` begins with & where it is not empty."""

    def __init__(self, query: str = "", auth: Auth = None, headers: Headers | None = None) -> None:
        self.query = query
        self.auth = auth
        self.headers = headers or {}

    @property
    def connect(self) -> str:
        """The CONNECT packet, as the message of a WebSocket."""
        return "40" + ("" if self.auth is None else json.dumps(self.auth))

    def with_(self, other: "Shown") -> "Shown":
        """Both at once."""
        auth = other.auth if self.auth is None else self.auth
        return Shown(self.query + other.query, auth, {**self.headers, **other.headers})


def as_bearer(token: str) -> Shown:
    """As `Authorization: Bearer`."""
    return Shown(headers={"Authorization": f"Bearer {token}"})


def in_query(token: str) -> Shown:
    """As `?token=`."""
    return Shown(query=f"&token={quote(token, safe='')}")


def in_auth(token: str) -> Shown:
    """As `auth.token`, which Socket.IO's CONNECT alone has."""
    return Shown(auth={"token": token})


class NoListings:
    """Engines that have no provider."""

    def listings(self) -> tuple[()]:
        """None."""
        return ()


# ---- the entry points: each tells why somebody was refused


async def over_websocket(server: MemoryServer, shown: Shown) -> str:
    """Socket.IO on a WebSocket."""
    client = server.dial()
    assert (await client.upgrade(SOCKET + shown.query, shown.headers)).status == 101
    await client.say(shown.connect)
    return _why(await client.until("4"))


async def over_polling(server: MemoryServer, shown: Shown) -> str:
    """Socket.IO on polling."""
    target = await _open(server, shown)
    await server.ask("POST", target, shown.connect.encode())
    return _why((await server.ask("GET", target)).body.decode())


async def after_an_upgrade(server: MemoryServer, shown: Shown) -> str:
    """Socket.IO on a connection that begins on polling, and joins once it is a WebSocket."""
    target = await _open(server, shown)
    client = server.dial()
    assert (await client.upgrade(target.replace("transport=polling", "transport=websocket"))).status == 101
    await client.say("5", shown.connect)
    return _why(await client.until("4"))


async def at_inspect(server: MemoryServer, shown: Shown) -> str:
    """The operator's page."""
    return await _page(server, "/inspect.json", shown)


async def at_catalogue(server: MemoryServer, shown: Shown) -> str:
    """The list of providers."""
    return await _page(server, "/v1/catalogue", shown)


async def at_metrics(server: MemoryServer, shown: Shown) -> str:
    """What Prometheus reads."""
    return await _page(server, "/metrics", shown)


async def _open(server: MemoryServer, shown: Shown) -> str:
    opened = await server.ask("GET", POLLED + shown.query, headers=shown.headers)
    return f"{POLLED}&sid={opened.json['sid']}"


async def _page(server: MemoryServer, path: str, shown: Shown) -> str:
    answer = await server.ask("GET", f"{path}?{shown.query[1:]}", headers=shown.headers)
    if answer.status == 200:
        return LET_IN
    assert answer.status == 401
    assert (answer.headers["www-authenticate"], answer.headers["cache-control"]) == ("Bearer", "no-store")
    return str(answer.json["message"])


def _why(packet: str) -> str:
    if packet.startswith("40"):
        return LET_IN
    told = json.loads(packet.removeprefix("44"))
    assert told["data"] == {"message": told["message"], "statusCode": 401}
    return str(told["message"])


EntryPoint = Callable[[MemoryServer, Shown], Awaitable[str]]
Means = Callable[[str], Shown]
SOCKETS: list[EntryPoint] = [over_websocket, over_polling, after_an_upgrade]
PAGES: list[EntryPoint] = [at_inspect, at_catalogue, at_metrics]
PAIRS: list[tuple[EntryPoint, Means]] = [
    *itertools.product(SOCKETS, [as_bearer, in_query, in_auth]),
    *itertools.product(PAGES, [as_bearer, in_query]),
]


def pages_of(door: Door) -> Routes:
    """The pages that ask for a token."""
    return {
        **inspection.routes(lambda chosen: Picture(0, (), (), 0, (), {}, None), ProblemLog(), door),
        "/v1/catalogue": site.catalogue(NoListings(), door),  # type: ignore[arg-type]
        "/metrics": site.scrape(ServerMetrics(), door),
    }


@asynccontextmanager
async def serving(token: str = TOKEN) -> AsyncIterator[MemoryServer]:
    """A server with this token and the pages that ask for one."""
    door = door_of(token)
    async with standing(door=door, pages=pages_of(door)) as server:
        yield server


every_pair = pytest.mark.parametrize(("entry", "means"), PAIRS, ids=lambda one: one.__name__)


@every_pair
@pytest.mark.parametrize("token", [TOKEN, OTHER_LETTERS, "voilà", "a=b&c%d+e#f"])
async def test_the_right_one_lets_in(entry: EntryPoint, means: Means, token: str, autojump_clock: MockClock) -> None:
    async with serving(token) as server:
        assert await entry(server, means(token)) == LET_IN


@every_pair
@pytest.mark.parametrize("token", ["wrong", "à", "Open-sesame", "open-sesam", "open-sesame2", OTHER_LETTERS, "\N{BOM}"])
async def test_a_wrong_one_does_not(entry: EntryPoint, means: Means, token: str, autojump_clock: MockClock) -> None:
    async with serving() as server:
        assert await entry(server, means(token)) == WRONG


@every_pair
async def test_an_empty_one_is_none(entry: EntryPoint, means: Means, autojump_clock: MockClock) -> None:
    async with serving() as server:
        assert await entry(server, means("")) == MISSING


@pytest.mark.parametrize("entry", [*SOCKETS, *PAGES])
async def test_who_shows_none_is_told_how(entry: EntryPoint, autojump_clock: MockClock) -> None:
    async with serving() as server:
        assert await entry(server, Shown()) == MISSING
        assert await entry(server, Shown(headers={"Authorization": f"Basic {TOKEN}"})) == MISSING
        assert await entry(server, Shown(query=f"&Token2={TOKEN}")) == MISSING


@every_pair
async def test_a_wrong_one_beside_the_right_one_does_no_harm(
    entry: EntryPoint, means: Means, autojump_clock: MockClock
) -> None:
    others: list[Means] = [as_bearer] if means is not as_bearer else [other for at, other in PAIRS if at is entry][1:]
    async with serving() as server:
        for other in others:
            assert await entry(server, means(TOKEN).with_(other("wrong"))) == LET_IN
            assert await entry(server, means("wrong").with_(other("wrong"))) == WRONG


@pytest.mark.parametrize("entry", SOCKETS)
async def test_auth_goes_before_the_query_as_with_every_key(entry: EntryPoint, autojump_clock: MockClock) -> None:
    async with serving() as server:
        assert await entry(server, in_auth(TOKEN).with_(in_query("wrong"))) == LET_IN
        assert await entry(server, in_auth("wrong").with_(in_query(TOKEN))) == WRONG


@pytest.mark.parametrize("entry", [*SOCKETS, *PAGES])
async def test_of_two_in_the_query_the_last_one_counts(entry: EntryPoint, autojump_clock: MockClock) -> None:
    async with serving() as server:
        assert await entry(server, in_query("wrong").with_(in_query(TOKEN))) == LET_IN
        assert await entry(server, in_query(TOKEN).with_(in_query("wrong"))) == WRONG


@pytest.mark.parametrize("entry", [*SOCKETS, *PAGES])
async def test_two_in_the_header_are_none_that_is_right(entry: EntryPoint, autojump_clock: MockClock) -> None:
    async with serving() as server:
        assert await entry(server, Shown(headers={"Authorization": f"Bearer {TOKEN}, Bearer {TOKEN}"})) == WRONG


async def test_the_pages_are_the_operators_alone(autojump_clock: MockClock) -> None:
    judge = door_with(JwtSettings(secret=SECRET), tokens={"kiosk": "kiosk-shows-this"})
    async with standing(door=judge, pages=pages_of(judge)) as server:
        for token in ("kiosk-shows-this", signed()):
            for path in ("/inspect.json", "/v1/catalogue", "/metrics"):
                answer = await server.ask("GET", path, headers=as_bearer(token).headers)
                assert (answer.status, answer.json["message"]) == (403, NOT_THE_OPERATORS)
                assert "www-authenticate" not in answer.headers
            for entry in SOCKETS:
                assert await entry(server, in_auth(token)) == await entry(server, in_query(token)) == LET_IN
