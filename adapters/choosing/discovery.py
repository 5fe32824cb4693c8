"""Finds the servers that people already run on this machine: known by what they answer, not by their port alone.

Ports and answers are as the servers' documentation has them: Ollama /api/tags and /api/ps, LM Studio /api/v0/models,
llama.cpp /props, vLLM /version, LocalAI /system, Kokoro-FastAPI /v1/audio/voices, speaches the `task` of its models,
Wyoming `describe`. Whoever answers /v1/models alone is taken for some OpenAI-compatible server.
"""

import contextlib
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import msgspec
import trio

from actors.ports.calls import EngineFailed, Kind
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
EVERYBODYS = "/v1/models"
WEB_PORTS = (11434, 1234, 8080, 8000, 8880)
WYOMING_PORTS = (10300, 10200)

_EMBEDS = re.compile(r"embed|bge-|minilm|rerank|e5-|nomic", re.IGNORECASE)
_HEARS = re.compile(r"whisper|transcribe|asr|parakeet|canary|voxtral|moonshine|sensevoice", re.IGNORECASE)
_SPEAKS = re.compile(r"tts|kokoro|piper|orpheus|bark|parler|xtts", re.IGNORECASE)
_DRAWS = re.compile(r"stable-?diffusion|flux|dall-e|image", re.IGNORECASE)
_TASKS: Mapping[str, Kind] = {"automatic-speech-recognition": "STT", "text-to-speech": "TTS"}


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
        """Where its OpenAI-compatible side is."""
        return f"http://{bracketed(self.host)}:{self.port}/v1"

    @property
    def where(self) -> str:
        """Host and port, for people."""
        return f"{bracketed(self.host)}:{self.port}"


def bracketed(host: str) -> str:
    """The host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


# ---- what came of the questions that a server was asked


class _Answers:
    """What one server answers; None for what it does not."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        self._answers = answers

    def at(self, path: str, *keys: str) -> Any:
        """What stands under the keys of the answer to `path`."""
        value: Any = self._answers.get(path)
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def each(self, path: str, key: str) -> list[Mapping[str, Any]]:
        """The objects of a list in the answer to `path`."""
        value = self.at(path, key)
        return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []

    def ids(self) -> list[str]:
        """The models of /v1/models, embedding and drawing ones left out."""
        ids = [str(item.get("id", "")) for item in self.each(EVERYBODYS, "data")]
        return [name for name in ids if name and not _EMBEDS.search(name) and not _DRAWS.search(name)]


Models = dict[Kind, list[str]]


def _ollama(answers: _Answers) -> Models | None:
    if answers.at("/api/tags", "models") is None:
        return None
    loaded = [str(item.get("name", "")) for item in answers.each("/api/ps", "models")]
    names = [str(item.get("name", "")) for item in answers.each("/api/tags", "models")]
    return {"LLM": [name for name in _first(loaded, names) if not _EMBEDS.search(name)]}


def _lm_studio(answers: _Answers) -> Models | None:
    models = [item for item in answers.each("/api/v0/models", "data") if item.get("type") in ("llm", "vlm")]
    if answers.at("/api/v0/models", "data") is None:
        return None
    loaded = [str(item.get("id")) for item in models if item.get("state") == "loaded"]
    return {"LLM": _first(loaded, [str(item.get("id")) for item in models])}


def _llama_cpp(answers: _Answers) -> Models | None:
    return {"LLM": answers.ids()} if answers.at("/props", "default_generation_settings") is not None else None


def _local_ai(answers: _Answers) -> Models | None:
    if answers.at("/system", "backends") is None:
        return None
    loaded = [str(item.get("id", "")) for item in answers.each("/system", "loaded_models")]
    return _by_name(_first([name for name in loaded if name in answers.ids()], answers.ids()))


def _kokoro(answers: _Answers) -> Models | None:
    has_voices = isinstance(answers.at("/v1/audio/voices", "voices"), list)
    ids = answers.ids()
    return {"TTS": ids or ["kokoro"]} if has_voices and all(_SPEAKS.search(name) for name in ids) else None


def _speaches(answers: _Answers) -> Models | None:
    models = [item for item in answers.each(EVERYBODYS, "data") if item.get("task") in _TASKS]
    if not models:
        return None
    found: Models = {"STT": [], "TTS": []}
    for item in models:
        found[_TASKS[item["task"]]].append(str(item.get("id", "")))
    return found


def _vllm(answers: _Answers) -> Models | None:
    is_vllm = isinstance(answers.at("/version", "version"), str)
    return _by_name(answers.ids()) if is_vllm and answers.ids() else None


def _some(answers: _Answers) -> Models | None:
    return _by_name(answers.ids()) if answers.at(EVERYBODYS, "data") is not None else None


def _by_name(ids: Sequence[str]) -> Models:
    found: Models = {"STT": [], "LLM": [], "TTS": []}
    for name in ids:
        found["STT" if _HEARS.search(name) else "TTS" if _SPEAKS.search(name) else "LLM"].append(name)
    return found


def _first(some: Sequence[str], all_: Sequence[str]) -> list[str]:
    """All, and those that are among `some` first."""
    return list(dict.fromkeys((*some, *all_)))


SOME = "OpenAI-compatible server"
SIGNS: tuple[tuple[str, str, Callable[[_Answers], Models | None]], ...] = (
    ("ollama", "Ollama", _ollama),
    ("lmstudio", "LM Studio", _lm_studio),
    ("localai", "LocalAI", _local_ai),
    ("llamacpp", "llama.cpp", _llama_cpp),
    ("speaches", "speaches", _speaches),
    ("kokoro", "Kokoro", _kokoro),
    ("vllm", "vLLM", _vllm),
    ("openai_server", SOME, _some),
)
"""Name, title, and what it is known by; the more certain sign first."""
NAMES = frozenset(name for name, _, _ in SIGNS) | {"wyoming_stt", "wyoming_tts"}
"""What a server that is found can be called, followed by its port where there are two."""
PATHS = ("/api/tags", "/api/ps", "/api/v0/models", "/system", "/props", "/version", "/v1/audio/voices")


# ---- looking


class Places(msgspec.Struct, frozen=True):
    """Where to look."""

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

    async def look(self) -> None:
        """Look once, everywhere at the same time: `found` is what is there, within a second."""
        came: dict[tuple[str, int], Found] = {}
        async with trio.open_nursery() as nursery:
            for host in self._places.hosts:
                for port in self._places.web_ports:
                    nursery.start_soon(self._look_at_web, host, port, came)
                for port in self._places.wyoming_ports:
                    nursery.start_soon(self._look_at_wyoming, host, port, came)
        before = {(each.host, each.port): each for each in self.found}
        self._missed = {place: self._missed.get(place, 0) + 1 for place in before if place not in came}
        kept = {place: each for place, each in before.items() if self._missed.get(place, 0) < MISSES}
        self.found = _told_apart(list((kept | came).values()))

    async def changes(self) -> AsyncIterator[tuple[Found, ...]]:
        """What is there, each time that it is something else, for as long as anybody asks."""
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
        found = _recognised(host, port, _Answers(answers))
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


def _recognised(host: str, port: int, answers: _Answers) -> Found | None:
    for name, title, sign in SIGNS:
        models = sign(answers)
        if models is not None:
            has = {kind: tuple(names) for kind, names in models.items() if names}
            return Found(name, title, host, port, has) if has else None
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
