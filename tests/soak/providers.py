"""Providers that speak as OpenAI does, over real HTTP, and that fail on command: they hang, flap, or talk rubbish.

What they answer can be told apart: a transcript has a number of its own, and an answer repeats the number of what it
answers. So a client notices words of another turn or of another session.
"""

import itertools
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random

import msgspec
import trio

from protocol.wav import wav_file
from tests.adapters.reach.loopback import Break, Loopback, Reply, Request, Step, json_reply, loopback, sse
from tests.adapters.vendors.models import OPEN_AI
from tests.soak.sounds import hum

NAMES = ("alpha", "beta")
MODELS = {"stt_model": "whisper-soak", "llm_model": "chat-soak", "tts_model": "tts-soak"}
NUMBER = re.compile(r"\bnumber (\d+)")
"""What transcripts, typed words and answers have in them."""
_SENTENCES = (
    "The harbour is open until the evening.",
    "[face:happy] Most people take the ferry, which goes every hour.",
    "It costs four euros, and children are free.",
    "Would you like to know more about it? [anim:wave]",
    "The weather is fine today.",
    "A short walk leads along the old wall (built in 1340) to the gate.",
)
_BEGIN, _SAY, _END = OPEN_AI[0], OPEN_AI[1], OPEN_AI[2]
_numbers = itertools.count(1_000)


def next_number() -> int:
    """A number that nothing else has."""
    return next(_numbers)


class SoakProvider:
    """A provider, and how it behaves now; `asked` counts its calls."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked = 0
        self.behave: Callable[[Reply], Reply] = _well
        self.server: Loopback | None = None

    @property
    def url(self) -> str:
        """Its address in the settings."""
        assert self.server is not None
        return f"{self.server.url}/v1"

    def respond(self, request: Request) -> Reply:
        """The answer to a request, as it behaves now."""
        assert self.server is not None
        self.server.requests.clear()
        self.asked += 1
        return self.behave(_answer(request))


def _answer(request: Request) -> Reply:
    match request.path:
        case "/v1/models":
            return json_reply({"data": [{"id": model, "object": "model"} for model in MODELS.values()]})
        case "/v1/audio/transcriptions":
            return json_reply({"text": f"This is number {next_number()}.", "language": "english"})
        case "/v1/chat/completions":
            return sse(*_chat(request.json))
        case "/v1/audio/speech":
            return _speech(request.json)
        case _:
            return json_reply({"error": {"message": "there is no such path"}}, 404)


def _chat(asked: Mapping[str, object]) -> tuple[Step, ...]:
    """An answer to the last message, by its number; its length depends on the number alone."""
    messages = msgspec.convert(asked["messages"], list[dict[str, object]])
    found = NUMBER.findall(str(messages[-1]["content"]))
    number = int(found[-1]) if found else 0
    random = Random(number)
    sentences = random.sample(_SENTENCES, random.choice((1, 1, 2, 3)))
    text = " ".join([f"To number {number}." if found else "To you.", *sentences])
    pieces = re.findall(r"\S+\s*", text)
    return (_BEGIN, *map(_SAY, pieces), _END)


def _speech(asked: Mapping[str, object]) -> Reply:
    """A hum as long as its text is."""
    form = str(asked.get("response_format", "mp3"))
    seconds = min(0.5 + len(str(asked.get("input", ""))) * 0.02, 2.5)
    if form in ("mp3", "opus"):
        return Reply(200, {"mp3": "audio/mpeg", "opus": "audio/ogg"}[form], body=hum(form, seconds))
    samples = hum("pcm16", seconds)
    if form == "wav":
        return Reply(200, "audio/wav", body=wav_file(samples, 24_000))
    return Reply(200, "audio/pcm", steps=tuple(samples[at : at + 9_600] for at in range(0, len(samples), 9_600)))


# ---- how a provider may behave


def _well(reply: Reply) -> Reply:
    return reply


def hanging(_: Random) -> Callable[[Reply], Reply]:
    """It takes requests, and answers none."""
    return lambda _: Reply(raw=True, steps=(trio.Event(),))


def flapping(_: Random) -> Callable[[Reply], Reply]:
    """Each second call fails."""
    turns = itertools.cycle((True, False))
    return lambda reply: json_reply({"error": {"message": "overloaded"}}, 503) if next(turns) else reply


def slow(random: Random) -> Callable[[Reply], Reply]:
    """Each piece of an answer takes its time."""
    pause = random.uniform(0.05, 0.4)

    def slowed(reply: Reply) -> Reply:
        steps: list[Step] = []
        for step in reply.steps or (reply.body,):
            steps += (pause, step)
        return msgspec.structs.replace(reply, body=b"", steps=tuple(steps))

    return slowed


def talking_rubbish(random: Random) -> Callable[[Reply], Reply]:
    """It answers with whatever should not be."""
    return lambda reply: random.choice(_RUBBISH)(reply, random)


def _cut(reply: Reply, _: Random) -> Reply:
    """Half of the answer, and then the end of the connection."""
    if not reply.steps:
        return msgspec.structs.replace(reply, body=b"", steps=(reply.body[: len(reply.body) // 2], Break.CUT))
    return msgspec.structs.replace(reply, steps=(*reply.steps[: len(reply.steps) // 2], Break.RESET))


def _short_body(reply: Reply, _: Random) -> Reply:
    """Fewer bytes than were promised."""
    body = reply.body or b"data: {}\n\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {reply.content_type}\r\nContent-Length: {len(body) + 100}\r\n\r\n"
    return Reply(raw=True, steps=(head.encode(), body))


def _endless_headers(_: Reply, __: Random) -> Reply:
    line = b"X-Filler: " + b"x" * 1_000 + b"\r\n"
    return Reply(raw=True, steps=(b"HTTP/1.1 200 OK\r\n", *([line * 20] * 500)))


def _endless_events(_: Reply, __: Random) -> Reply:
    """Signs of life, and never a word."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    return Reply(raw=True, steps=(head, *(b": alive\n\n", 0.05) * 400))


def _endless_body(reply: Reply, _: Random) -> Reply:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {reply.content_type}\r\n\r\n"
    return Reply(raw=True, steps=(head.encode(), *([bytes(65_536)] * 400)))


def _noise(reply: Reply, random: Random) -> Reply:
    """Bytes that mean nothing, under the right name."""
    return Reply(200, reply.content_type, body=random.randbytes(3_000))


_RUBBISH: tuple[Callable[[Reply, Random], Reply], ...] = (
    lambda _, __: Reply(200, "application/json", b'{"text": "and then'),
    lambda _, __: Reply(200, "text/html", b"<html><body>Bad gateway</body></html>"),
    lambda _, __: Reply(500, "text/html", b"<html><body>Internal error</body></html>"),
    lambda _, __: Reply(200, "application/json", b"[" * 5_000),
    lambda _, __: json_reply({"error": {"message": "slow down"}}, 429, Retry_After="1"),
    lambda _, __: Reply(302, "text/html", b"", headers={"Location": "http://127.0.0.1:9/elsewhere"}),
    lambda _, __: Reply(200, "text/event-stream", b"data: {\n\ndata: [1]\n\nevent: \x00\xff\ndata: null\n\n"),
    lambda _, __: Reply(raw=True, steps=(b"SSH-2.0-OpenSSH_9.2\r\n",)),
    lambda _, __: Reply(200, "application/json", b""),
    *(_cut, _short_body, _endless_headers, _endless_events, _endless_body, _noise),
)
BEHAVIOURS: Mapping[str, Callable[[Random], Callable[[Reply], Reply]]] = {
    "provider hangs": hanging,
    "provider flaps": flapping,
    "provider talks rubbish": talking_rubbish,
    "provider is slow": slow,
}


@asynccontextmanager
async def providing() -> AsyncIterator[tuple[SoakProvider, ...]]:
    """All providers, until the end of the block."""
    async with AsyncExitStack() as stack:
        made = tuple(map(SoakProvider, NAMES))
        for provider in made:
            provider.server = await stack.enter_async_context(loopback(respond=provider.respond))
        yield made
