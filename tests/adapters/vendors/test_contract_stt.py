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
from adapters.reach.call import Patience
from adapters.reach.contract import Endpoint, Listed, Verdict
from adapters.reach.web import Web
from adapters.vendors.azure.stt import AzureRecogniser
from adapters.vendors.deepgram.stt import DeepgramRecogniser
from adapters.vendors.elevenlabs import stt as elevenlabs
from adapters.vendors.elevenlabs.stt import ElevenLabsRecogniser
from adapters.vendors.google.stt import GoogleRecogniser
from adapters.vendors.openai.stt import CompatibleRecogniser, OpenAIRecogniser
from tests.adapters.reach.loopback import (
    KEY,
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
from tests.adapters.vendors.calls import RecogniserCall
from tests.adapters.vendors.deepgram.test_deepgram_stt import results, until_close

pytestmark = pytest.mark.real
TEXT = "Žluťoučký kůň <ve> 東京 & 🐎"
SOUND = bytes(range(256)) * 100
HTML = b"<html><head><title>Sign in to the hotel</title></head></html>"
SHORT = Patience(first_byte=0.2, silence=0.2)


class Behaviour(Enum):
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


class AnyRecogniser(SpeechToText, Listed, Protocol):
    """An adapter."""


class Opened(msgspec.Struct, frozen=True):
    """An adapter and its double."""

    adapter: AnyRecogniser
    server: Loopback


Opener = Callable[[Behaviour, Patience], AbstractAsyncContextManager[Opened]]


class SttCase(msgspec.Struct, frozen=True):
    """An adapter: `open` runs it against a double that behaves in this way; `keeps`: its connections are used again."""

    open: Opener
    model: str = ""
    keeps: bool = True


# ---- doubles over HTTP


def http(path: str, adapter: Callable[[Web, Endpoint, Patience], AnyRecogniser], say: Callable[[str], Reply]) -> Opener:
    """An adapter at `path` whose provider answers by `say`."""

    @asynccontextmanager
    async def opened(behaviour: Behaviour, patience: Patience) -> AsyncIterator[Opened]:
        async with loopback(_reply(behaviour, say)) as server, browsing() as web:
            yield Opened(adapter(web, endpoint_of(server, path), patience), server)

    return opened


def _reply(behaviour: Behaviour, say: Callable[[str], Reply]) -> Reply:
    good = say(TEXT)
    body = good.body or b"".join(step for step in good.steps if isinstance(step, bytes))
    half = body[: len(body) // 2]
    match behaviour:
        case Behaviour.SAYS:
            return good
        case Behaviour.SAYS_NOTHING:
            return say("")
        case Behaviour.NEVER_ANSWERS:
            return _stream(good, trio.Event())
        case Behaviour.STOPS:
            return _stream(good, half, trio.Event())
        case Behaviour.BREAKS_OFF:
            return _stream(good, half, Break.CUT)
        case Behaviour.RESETS:
            return _stream(good, half, Break.RESET)
        case Behaviour.FLOODS:
            return _stream(good, half[:1], *[b" " * 1_000_000] * 50)
        case Behaviour.MUMBLES:
            return _stream(good, b"data: [1, {\n\n" if good.steps else b"[1, {")
        case Behaviour.WRONG_SHAPE:
            return _stream(good, b'data: {"type": 7}\n\n' if good.steps else b'{"text": {}, "results": 7, "NBest": 7}')
        case Behaviour.PAGE:
            return Reply(content_type="text/html", body=HTML)
        case Behaviour.UNAUTHORISED | Behaviour.FORBIDDEN:
            status = 401 if behaviour is Behaviour.UNAUTHORISED else 403
            return json_reply({"error": {"message": f"no {KEY} here"}}, status)
        case Behaviour.BUSY:
            return json_reply({"error": {"message": "slowly"}}, 429, retry_after="7")
        case Behaviour.BROKEN:
            return Reply(500, "text/html", HTML)
        case _:
            assert_never(behaviour)


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
async def deepgram(behaviour: Behaviour, patience: Patience) -> AsyncIterator[Opened]:
    """Deepgram over its socket."""
    play, refusal, raw = _play(behaviour)
    async with browsing() as web, socket_loop(play, lambda _: refusal, raw=raw) as server:
        yield Opened(DeepgramRecogniser(web, endpoint_of(server, "/v1"), patience), server)


def _play(behaviour: Behaviour) -> tuple[Play, Refusal | None, bytes | None]:
    match behaviour:
        case Behaviour.SAYS:
            return until_close(results(TEXT[:5]), results(TEXT, final=True)), None, None
        case Behaviour.SAYS_NOTHING:
            return until_close(results("", final=True)), None, None
        case Behaviour.NEVER_ANSWERS:
            return until_close(), None, b""
        case Behaviour.STOPS:
            return _half, None, None
        case Behaviour.BREAKS_OFF | Behaviour.RESETS:
            return _cut, None, None
        case Behaviour.FLOODS:
            return until_close(results("a" * 2_000_000)), None, None
        case Behaviour.MUMBLES:
            return until_close("{"), None, None
        case Behaviour.WRONG_SHAPE:
            return until_close('{"type": "Results", "channel": 7}'), None, None
        case Behaviour.PAGE:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
            return until_close(), None, head + str(len(HTML)).encode() + b"\r\n\r\n" + HTML
        case Behaviour.UNAUTHORISED | Behaviour.FORBIDDEN:
            body = b'{"err_code":"INVALID_AUTH","err_msg":"no %s here"}' % KEY.encode()
            return until_close(), Refusal(401 if behaviour is Behaviour.UNAUTHORISED else 403, body), None
        case Behaviour.BUSY:
            return until_close(), Refusal(429, b'{"err_msg":"slowly"}', {"Retry-After": "7"}), None
        case Behaviour.BROKEN:
            return until_close(), Refusal(500, HTML), None
        case _:
            assert_never(behaviour)


async def _half(peer: Peer) -> None:
    await peer.receive()
    await peer.send(results("half"))


async def _cut(peer: Peer) -> None:
    await _half(peer)
    await peer.cut()


# ---- the contract


CASES = {
    "openai": SttCase(http("/v1", OpenAIRecogniser, _whole), "whisper-1"),
    "openai-streamed": SttCase(http("/v1", OpenAIRecogniser, _streamed), "gpt-4o-transcribe"),
    "compatible": SttCase(http("/v1", CompatibleRecogniser, _whole), "Systran/faster-whisper-small"),
    "google": SttCase(http("/v1", GoogleRecogniser, _google)),
    "azure": SttCase(http("", AzureRecogniser, _azure)),
    "elevenlabs": SttCase(http("", _elevenlabs, _whole)),
    "deepgram": SttCase(deepgram, "nova-3", keeps=False),
}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> SttCase:
    found = request.param
    assert isinstance(found, SttCase)
    return found


Call = RecogniserCall[AnyRecogniser, Loopback]


@asynccontextmanager
async def talking(case: SttCase, behaviour: Behaviour, patience: Patience | None = None) -> AsyncIterator[Call]:
    async with case.open(behaviour, patience or Patience()) as opened:
        utterance = Utterance(Complete(SOUND), opened.adapter.wants, case.model, "en-US", "Vivavoce")
        yield RecogniserCall(opened.adapter, opened.server, utterance)


async def test_the_words_come_back_whole_in_any_script(case: SttCase) -> None:
    async with talking(case, Behaviour.SAYS) as talk:
        assert (await talk()).text == TEXT
        assert talk.words in ([], [TEXT[:5], TEXT]) or talk.words[-1] == TEXT


async def test_no_words_are_an_empty_transcript(case: SttCase) -> None:
    async with talking(case, Behaviour.SAYS_NOTHING) as talk:
        assert await talk() in (Transcript(""), Transcript("", "en"))
    assert talk.words == []


async def test_a_call_can_be_cancelled_at_every_step(case: SttCase) -> None:
    async with talking(case, Behaviour.SAYS) as talk:
        await talk()
        await cancel_everywhere(talk.server, talk)
        assert (await talk()).text == TEXT


async def test_connections_are_used_again(case: SttCase) -> None:
    async with talking(case, Behaviour.SAYS) as talk:
        for _ in range(3):
            await talk()
    assert talk.server.accepted == (1 if case.keeps else 3)


@pytest.mark.parametrize("behaviour", [Behaviour.NEVER_ANSWERS, Behaviour.STOPS])
async def test_silence_is_noticed(case: SttCase, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elevenlabs, "PATIENCE", SHORT)
    async with talking(case, behaviour, SHORT) as talk:
        failure = await talk.fails()
        await talk.server.until(lambda server: server.open == 0)
    assert failure.verdict is Verdict.PASSING


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour.BREAKS_OFF,
        Behaviour.RESETS,
        Behaviour.FLOODS,
        Behaviour.MUMBLES,
        Behaviour.WRONG_SHAPE,
        Behaviour.PAGE,
        Behaviour.BROKEN,
    ],
)
async def test_an_answer_that_cannot_be_used_can_pass(case: SttCase, behaviour: Behaviour) -> None:
    async with talking(case, behaviour) as talk:
        assert (await talk.fails()).verdict is Verdict.PASSING


async def test_a_provider_that_is_busy_says_when_to_come_again(case: SttCase) -> None:
    async with talking(case, Behaviour.BUSY) as talk:
        failure = await talk.fails()
    assert (failure.verdict, failure.retry_after) == (Verdict.PASSING, 7.0)
    assert "slowly" in str(failure)


@pytest.mark.parametrize("behaviour", [Behaviour.UNAUTHORISED, Behaviour.FORBIDDEN])
async def test_a_refused_key_is_named_by_its_setting(case: SttCase, behaviour: Behaviour) -> None:
    async with talking(case, behaviour) as talk:
        failure = await talk.fails()
    assert failure.verdict is Verdict.REFUSED
    assert "DOUBLE_API_KEY" in str(failure)
    assert "no [key] here" in str(failure)
