"""A conversation with a whole server: its trace at the collector, and the provider's part in it."""

import re
from functools import partial

import pytest
import trio

from adapters.client.voiceclient import connect
from adapters.server import run
from adapters.settings.providers import Providers, settings_of
from adapters.settings.settings import Server, Settings
from adapters.settings.traces import TraceSettings
from adapters.vendors.embedded.declaration import EMBEDDED
from adapters.vendors.openai.declaration import COMPATIBLE
from protocol.connecting import Auth
from protocol.messages import SessionState
from protocol.tracecontext import read_traceparent
from tests.adapters.reach.loopback import loopback, sse
from tests.adapters.tracing.collector import CollectedSpan, collecting

pytestmark = pytest.mark.real
CLIENT, SERVER = 3, 2  # kinds of spans in OTLP
CALLER = read_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
WORD = "gazebo"
ANSWER = sse(
    b'data: {"choices":[{"delta":{"content":"Near the gazebo."}}]}\n\n',
    b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
    b"data: [DONE]\n\n",
)


async def hold_turn(url: str, traceparent: str) -> None:
    """A typed turn, to its end."""
    async with connect(url, Auth(traceparent=traceparent)) as client:
        await client.update({"LLM": {"provider": "mine", "model": "tiny"}, "TTS": {"provider": "local"}})
        states: list[str] = []
        async for message in client:
            if isinstance(message, SessionState):
                states.append(message.state)
                if message.state == "handshaken" and "speaking" not in states:
                    await client.text(f"Where is the {WORD}?")
                elif message.state == "speaking":
                    await client.cancel()
                elif message.state == "handshaken":
                    return


async def serve(settings: Settings, ready: trio.MemorySendChannel[str]) -> None:
    """A server, which tells its address once it can be used."""

    def say(line: str) -> None:
        if "try it" in line and (found := re.search(r"http://127\.0\.0\.1:\d+", line)):
            ready.send_nowait(found[0])

    await run(settings, say)


async def test_a_turn_is_traced_from_its_caller_to_its_providers() -> None:
    async with collecting() as collector, loopback(ANSWER) as provider:
        mine = settings_of(COMPATIBLE, base_url=f"{provider.url}/v1", llm_model="tiny")
        settings = Settings(
            server=Server(port=0),
            providers=Providers(
                discover=False,
                local=settings_of(EMBEDDED, voice="espeak"),
                named={"openai_compatible": {"mine": mine}},
            ),
            traces=TraceSettings(endpoint=collector.url),
        )
        ready, told = trio.open_memory_channel[str](1)
        with trio.fail_after(100):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(partial(serve, settings, ready))
                await hold_turn(await told.receive(), CALLER.traceparent)
                spans = await collector.until("turn")
                nursery.cancel_scope.cancel()
        asked = [request for request in provider.requests if request.path.endswith("/chat/completions")]
        assert WORD.encode() not in b"".join(request.body for request in collector.requests)
    check_the_tree(spans)
    called = [span for span in spans if span.kind == CLIENT and span.name == "chat tiny"]
    (call,) = called
    assert read_traceparent(asked[-1].headers["traceparent"]).traceparent == f"00-{call.trace}-{call.id}-01"
    assert call.attributes["gen_ai.provider.name"] == "mine"
    assert (call.attributes["gen_ai.request.model"], call.attributes["vivavoce.outcome"]) == ("tiny", "done")


def check_the_tree(spans: list[CollectedSpan]) -> None:
    """One trace, which is the caller's; every span lies within the one above it."""
    assert {span.trace for span in spans} == {f"{CALLER.trace_id:032x}"}
    own = {span.id: span for span in spans}
    (turn,) = [span for span in spans if span.name == "turn"]
    assert (turn.parent, turn.kind, turn.attributes["vivavoce.outcome"]) == (
        f"{CALLER.span_id:016x}",
        SERVER,
        "cancelled",
    )
    above = {span.name: own[span.parent].name for span in spans if span is not turn}
    assert above.items() >= {"llm": "turn", "part 0": "turn", "tts": "part 0", "chat tiny": "llm"}.items()
    for span in spans:
        assert span.begun <= span.ended
        if span is not turn:
            assert own[span.parent].begun <= span.begun
