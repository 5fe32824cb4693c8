"""Finds the servers that people already run on this machine: known by what they answer, not by their port alone.

The ports are those of the servers' documentation; `signs.py` says what each is known by, and a Wyoming engine answers
`describe`.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping

import msgspec
import trio

from actors.ports.calls import EngineFailed, Kind
from adapters.choosing.signs import EVERYBODYS, PATHS, SIGNS, SOME, ServerAnswers
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint
from adapters.reach.web import Web
from adapters.reach.wyoming.messages import WyomingInfo
from adapters.reach.wyoming.server import WyomingServer

LOOPBACK = "127.0.0.1"
EVERY = 30.0
"""Seconds between two looks."""
WITHIN = 0.3
"""Seconds that a server has for each answer."""
MISSES = 2
"""Looks in a row that a server may miss, as one may that is busy, before it is gone."""
PATIENCE = Patience(connect=WITHIN, first_byte=WITHIN, silence=WITHIN, whole=2 * WITHIN)
MOST = 1_000_000
"""Bytes of an answer."""
WEB_PORTS = (11434, 1234, 8080, 8000, 8880)
WYOMING_PORTS = (10300, 10200)


class Found(msgspec.Struct, frozen=True):
    """A server that is there: what it is, where, and for each kind that it does the models, a loaded one first."""

    name: str
    title: str
    host: str
    port: int
    models: Mapping[Kind, tuple[str, ...]]
    is_wyoming: bool = False

    @property
    def url(self) -> str:
        """The base address of its OpenAI-compatible interface."""
        return f"http://{bracketed(self.host)}:{self.port}/v1"

    @property
    def where(self) -> str:
        """Host and port, for people."""
        return f"{bracketed(self.host)}:{self.port}"


def bracketed(host: str) -> str:
    """The host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


class Places(msgspec.Struct, frozen=True):
    """The hosts and ports to look at."""

    hosts: tuple[str, ...] = (LOOPBACK,)
    web_ports: tuple[int, ...] = WEB_PORTS
    wyoming_ports: tuple[int, ...] = WYOMING_PORTS


class Discovery:
    """Looks at `places`, again and again; what is configured already (host and port) is left out."""

    def __init__(self, web: Web, places: Places, configured: frozenset[str] = frozenset()) -> None:
        self._web = web
        self._places = places
        self._configured = configured
        self._missed: dict[tuple[str, int], int] = {}
        self.found: tuple[Found, ...] = ()
        self.without_models: tuple[Found, ...] = ()
        """The servers that are there and have no model that is of use here."""

    async def look(self) -> None:
        """Look once at all places, for a second at most; then `found` is what is there. Cancelling ends the look."""
        came: dict[tuple[str, int], Found] = {}
        async with trio.open_nursery() as nursery:
            for host in self._places.hosts:
                for port in self._places.web_ports:
                    nursery.start_soon(self._look_at_web, host, port, came)
                for port in self._places.wyoming_ports:
                    nursery.start_soon(self._look_at_wyoming, host, port, came)
        self.without_models = _told_apart([each for each in came.values() if not each.models])
        came = {place: each for place, each in came.items() if each.models}
        before = {(each.host, each.port): each for each in self.found}
        self._missed = {place: self._missed.get(place, 0) + 1 for place in before if place not in came}
        kept = {place: each for place, each in before.items() if self._missed.get(place, 0) < MISSES}
        self.found = _told_apart(list((kept | came).values()))

    async def changes(self) -> AsyncIterator[tuple[Found, ...]]:
        """The servers that are there, each time that they have changed. Cancelling ends the look that is under way."""
        while True:
            await trio.sleep(EVERY)
            before = self.found
            await self.look()
            if self.found != before:
                yield self.found

    async def _look_at_web(self, host: str, port: int, came: dict[tuple[str, int], Found]) -> None:
        if f"{bracketed(host)}:{port}" in self._configured:
            return
        root = Endpoint("discovery", "a server", f"http://{bracketed(host)}:{port}")
        answers: dict[str, object] = {}
        if await _is_open(host, port):
            await self._ask(root, EVERYBODYS, answers)
        if not answers:
            return  # nothing of ours: it is not asked anything else
        async with trio.open_nursery() as nursery:
            for path in PATHS:
                nursery.start_soon(self._ask, root, path, answers)
        found = _recognised(host, port, ServerAnswers(answers))
        before = next((each for each in self.found if (each.host, each.port) == (host, port)), None)
        if found is None or (before is not None and before.title != found.title == SOME):
            return  # a server that was known better is too busy to answer everything: for now it has missed a look
        came[host, port] = found

    async def _ask(self, root: Endpoint, path: str, answers: dict[str, object]) -> None:
        with contextlib.suppress(EngineFailed):
            answers[path] = await self._web.fetch_json(Call(root, "GET", path, patience=PATIENCE, most=MOST))

    async def _look_at_wyoming(self, host: str, port: int, came: dict[tuple[str, int], Found]) -> None:
        if f"{bracketed(host)}:{port}" in self._configured or not await _is_open(host, port):
            return
        with contextlib.suppress(EngineFailed):
            info = await WyomingServer(host, port, "a server", PATIENCE).look()
            name, has = _of_wyoming(info)
            if has:
                came[host, port] = Found(name, "Wyoming", host, port, has, is_wyoming=True)


def _recognised(host: str, port: int, answers: ServerAnswers) -> Found | None:
    for name, title, sign in SIGNS:
        models = sign(answers)
        if models is not None:
            has = {kind: tuple(names) for kind, names in models.items() if names}
            return Found(name, title, host, port, has)
    return None


async def _is_open(host: str, port: int) -> bool:
    """Whether anything listens there; asked first, because most of the time nothing does."""
    with trio.move_on_after(WITHIN), contextlib.suppress(OSError):
        await trio.aclose_forcefully(await trio.open_tcp_stream(host, port))
        return True
    return False


def _of_wyoming(info: WyomingInfo) -> tuple[str, dict[Kind, tuple[str, ...]]]:
    has: dict[Kind, tuple[str, ...]] = {}
    if info.models:
        has["STT"] = tuple(model.name for model in info.models)
    if info.voices:
        has["TTS"] = tuple(voice.name for voice in info.voices)
    return "wyoming_stt" if info.models else "wyoming_tts", has


def _told_apart(found: list[Found]) -> tuple[Found, ...]:
    """The servers in a steady order; those of a name that another has got their port added to it."""
    found.sort(key=lambda each: (each.host != LOOPBACK, each.host, each.port))
    names: set[str] = set()
    told: list[Found] = []
    for each in found:
        name = each.name
        if name in names:
            name = f"{each.name}_{each.port}"
        if name in names:
            name = f"{name}_{each.host.replace('.', '_').replace(':', '_')}"
        names.add(name)
        told.append(msgspec.structs.replace(each, name=name))
    return tuple(told)
