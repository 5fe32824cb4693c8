"""What every adapter for speech to text keeps to, each against a double that answers as its provider documents.

Wyoming, whose engines speak over plain TCP, has the same in test_wyoming.py.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import Enum, auto
from typing import Protocol, assert_never

import msgspec
import pytest
import trio

from actors.ports.audio import Complete
from actors.ports.recognition import SpeechToText, Transcript, Utterance
from adapters.reach.contract import Endpoint, Listed, ProviderFailed, Verdict
from adapters.reach.web import Patience, Web
from adapters.vendors.azure.stt import AzureRecogniser
from adapters.vendors.deepgram.stt import DeepgramRecogniser
from adapters.vendors.elevenlabs import stt as elevenlabs
from adapters.vendors.elevenlabs.stt import ElevenLabsRecogniser
from adapters.vendors.google.stt import GoogleRecogniser
from adapters.vendors.openai.stt import CompatibleRecogniser, OpenAIRecogniser
from tests.adapters.reach.loopback import (
    KEY,
    NET,
    Break,
    Loopback,
    Reply,
    Step,
    browsing,
    cancel_everywhere,
    endpoint_of,
    json_reply,
    loopback,
    sse,
)
from tests.adapters.reach.wsloop import Peer, Play, Refusal, socket_loop
from tests.adapters.vendors.deepgram.test_deepgram_stt import results, until_close

pytestmark = pytest.mark.real
TEXT = "Žluťoučký kůň <ve> 東京 & 🐎"
SOUND = bytes(range(256)) * 100
HTML = b"<html><head><title>Sign in to the hotel</title></head></html>"
SHORT = Patience(first_byte=0.2, silence=0.2)


class Way(Enum):
    """How the double behaves."""

    SAYS = auto()
    SAYS_NOTHING = auto()
    NEVER_ANSWERS = auto()
    STOPS = auto()
    BREAKS_OFF = auto()
    RESETS = auto()
    FLOODS = auto()
    MUMBLES = auto()
    WRONG_SHAPE = auto()
    PAGE = auto()
    UNAUTHORISED = auto()
    FORBIDDEN = auto()
    BUSY = auto()
    BROKEN = auto()


class Listener(SpeechToText, Listed, Protocol):
    """An adapter."""


class Opened(msgspec.Struct, frozen=True):
    """An adapter and its double."""

    adapter: Listener
    server: Loopback


Opener = Callable[[Way, Patience], AbstractAsyncContextManager[Opened]]


class Case(msgspec.Struct, frozen=True):
    """An adapter: `open` runs it against a double that behaves in a way; `keeps`: its connections are used again."""

    open: Opener
    model: str = ""
    keeps: bool = True


# ---- doubles over HTTP


def http(path: str, adapter: Callable[[Web, Endpoint, Patience], Listener], say: Callable[[str], Reply]) -> Opener:
    """An adapter at `path` whose provider answers by `say`."""

    @asynccontextmanager
    async def opened(way: Way, patience: Patience) -> AsyncIterator[Opened]:
        async with loopback(_reply(way, say)) as server, browsing() as web:
            yield Opened(adapter(web, endpoint_of(server, path), patience), server)

    return opened


def _reply(way: Way, say: Callable[[str], Reply]) -> Reply:
    good = say(TEXT)
    body = good.body or b"".join(step for step in good.steps if isinstance(step, bytes))
    half = body[: len(body) // 2]
    match way:
        case Way.SAYS:
            return good
        case Way.SAYS_NOTHING:
            return say("")
        case Way.NEVER_ANSWERS:
            return _stream(good, trio.Event())
        case Way.STOPS:
            return _stream(good, half, trio.Event())
        case Way.BREAKS_OFF:
            return _stream(good, half, Break.CUT)
        case Way.RESETS:
            return _stream(good, half, Break.RESET)
        case Way.FLOODS:
            return _stream(good, half[:1], *[b" " * 1_000_000] * 50)
        case Way.MUMBLES:
            return _stream(good, b"data: [1, {\n\n" if good.steps else b"[1, {")
        case Way.WRONG_SHAPE:
            return _stream(good, b'data: {"type": 7}\n\n' if good.steps else b'{"text": {}, "results": 7, "NBest": 7}')
        case Way.PAGE:
            return Reply(content_type="text/html", body=HTML)
        case Way.UNAUTHORISED | Way.FORBIDDEN:
            status = 401 if way is Way.UNAUTHORISED else 403
            return json_reply({"error": {"message": f"no {KEY} here"}}, status)
        case Way.BUSY:
            return json_reply({"error": {"message": "slowly"}}, 429, retry_after="7")
        case Way.BROKEN:
            return Reply(500, "text/html", HTML)
        case _:
            assert_never(way)


def _stream(good: Reply, *steps: Step) -> Reply:
    return Reply(content_type=good.content_type, steps=steps)


def _whole(text: str) -> Reply:
    return json_reply({"text": text, "language": "english", "language_code": "eng"})


def _streamed(text: str) -> Reply:
    deltas = [{"type": "transcript.text.delta", "delta": letter} for letter in text]
    events = [*deltas, {"type": "transcript.text.done", "text": text}]
    return sse(*(b"data: " + msgspec.json.encode(event) + b"\n\n" for event in events))


def _google(text: str) -> Reply:
    return json_reply({"results": [{"alternatives": [{"transcript": text}]}]} if text else {})


def _azure(text: str) -> Reply:
    status = "Success" if text else "NoMatch"
    return json_reply({"RecognitionStatus": status, "NBest": [{"Display": text}] if text else []})


def _elevenlabs(web: Web, endpoint: Endpoint, _: Patience) -> ElevenLabsRecogniser:
    return ElevenLabsRecogniser(web, endpoint)


# ---- the double of Deepgram


@asynccontextmanager
async def deepgram(way: Way, patience: Patience) -> AsyncIterator[Opened]:
    """Deepgram over its socket."""
    play, refusal, raw = _play(way)
    async with browsing() as web, socket_loop(play, lambda _: refusal, raw=raw) as server:
        yield Opened(DeepgramRecogniser(web, endpoint_of(server, "/v1"), patience), server)


def _play(way: Way) -> tuple[Play, Refusal | None, bytes | None]:
    match way:
        case Way.SAYS:
            return until_close(results(TEXT[:5]), results(TEXT, final=True)), None, None
        case Way.SAYS_NOTHING:
            return until_close(results("", final=True)), None, None
        case Way.NEVER_ANSWERS:
            return until_close(), None, b""
        case Way.STOPS:
            return _half, None, None
        case Way.BREAKS_OFF | Way.RESETS:
            return _cut, None, None
        case Way.FLOODS:
            return until_close(results("a" * 2_000_000)), None, None
        case Way.MUMBLES:
            return until_close("{"), None, None
        case Way.WRONG_SHAPE:
            return until_close('{"type": "Results", "channel": 7}'), None, None
        case Way.PAGE:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
            return until_close(), None, head + str(len(HTML)).encode() + b"\r\n\r\n" + HTML
        case Way.UNAUTHORISED | Way.FORBIDDEN:
            body = b'{"err_code":"INVALID_AUTH","err_msg":"no %s here"}' % KEY.encode()
            return until_close(), Refusal(401 if way is Way.UNAUTHORISED else 403, body), None
        case Way.BUSY:
            return until_close(), Refusal(429, b'{"err_msg":"slowly"}', {"Retry-After": "7"}), None
        case Way.BROKEN:
            return until_close(), Refusal(500, HTML), None
        case _:
            assert_never(way)


async def _half(peer: Peer) -> None:
    await peer.receive()
    await peer.send(results("half"))


async def _cut(peer: Peer) -> None:
    await _half(peer)
    await peer.cut()


# ---- the contract


CASES = {
    "openai": Case(http("/v1", OpenAIRecogniser, _whole), "whisper-1"),
    "openai-streamed": Case(http("/v1", OpenAIRecogniser, _streamed), "gpt-4o-transcribe"),
    "compatible": Case(http("/v1", CompatibleRecogniser, _whole), "Systran/faster-whisper-small"),
    "google": Case(http("/v1", GoogleRecogniser, _google)),
    "azure": Case(http("", AzureRecogniser, _azure)),
    "elevenlabs": Case(http("", _elevenlabs, _whole)),
    "deepgram": Case(deepgram, "nova-3", keeps=False),
}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    found = request.param
    assert isinstance(found, Case)
    return found


class Talk:
    """A call of the adapter, as often as is wanted; `words` are those of the last one."""

    def __init__(self, case: Case, opened: Opened) -> None:
        self.adapter = opened.adapter
        self.server = opened.server
        self.words: list[str] = []
        self._utterance = Utterance(Complete(SOUND), self.adapter.wants, case.model, "en-US", "Vivavoce")

    async def __call__(self) -> Transcript:
        self.words = []
        return await self.adapter.transcribe(self._utterance, self.tell)

    async def tell(self, text: str) -> None:
        self.words.append(text)

    async def fails(self) -> ProviderFailed:
        with trio.fail_after(NET), pytest.raises(ProviderFailed) as caught:
            await self()
        assert KEY not in str(caught.value)
        assert KEY not in repr(self.adapter)
        return caught.value


@asynccontextmanager
async def talking(case: Case, way: Way, patience: Patience | None = None) -> AsyncIterator[Talk]:
    async with case.open(way, patience or Patience()) as opened:
        yield Talk(case, opened)


async def test_the_words_come_back_whole_in_any_script(case: Case) -> None:
    async with talking(case, Way.SAYS) as talk:
        assert (await talk()).text == TEXT
        assert talk.words in ([], [TEXT[:5], TEXT]) or talk.words[-1] == TEXT


async def test_no_words_are_an_empty_transcript(case: Case) -> None:
    async with talking(case, Way.SAYS_NOTHING) as talk:
        assert await talk() in (Transcript(""), Transcript("", "en"))
    assert talk.words == []


async def test_a_call_can_be_cancelled_at_every_step(case: Case) -> None:
    async with talking(case, Way.SAYS) as talk:
        await talk()
        await cancel_everywhere(talk.server, talk)
        assert (await talk()).text == TEXT


async def test_connections_are_used_again(case: Case) -> None:
    async with talking(case, Way.SAYS) as talk:
        for _ in range(3):
            await talk()
    assert talk.server.accepted == (1 if case.keeps else 3)


@pytest.mark.parametrize("way", [Way.NEVER_ANSWERS, Way.STOPS])
async def test_silence_is_noticed(case: Case, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elevenlabs, "PATIENCE", SHORT)
    async with talking(case, way, SHORT) as talk:
        failure = await talk.fails()
        await talk.server.until(lambda server: server.open == 0)
    assert failure.verdict is Verdict.PASSING


@pytest.mark.parametrize(
    "way", [Way.BREAKS_OFF, Way.RESETS, Way.FLOODS, Way.MUMBLES, Way.WRONG_SHAPE, Way.PAGE, Way.BROKEN]
)
async def test_an_answer_that_cannot_be_used_can_pass(case: Case, way: Way) -> None:
    async with talking(case, way) as talk:
        assert (await talk.fails()).verdict is Verdict.PASSING


async def test_a_provider_that_is_busy_says_when_to_come_again(case: Case) -> None:
    async with talking(case, Way.BUSY) as talk:
        failure = await talk.fails()
    assert (failure.verdict, failure.retry_after) == (Verdict.PASSING, 7.0)
    assert "slowly" in str(failure)


@pytest.mark.parametrize("way", [Way.UNAUTHORISED, Way.FORBIDDEN])
async def test_a_refused_key_is_named_by_its_setting(case: Case, way: Way) -> None:
    async with talking(case, way) as talk:
        failure = await talk.fails()
    assert failure.verdict is Verdict.REFUSED
    assert "DOUBLE_API_KEY" in str(failure)
    assert "no [key] here" in str(failure)
