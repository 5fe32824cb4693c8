"""The load of `providers`: an answer streamed in many chunks, read by the adapter, and by httpx with nothing around it.

The provider is a process of its own (`python -m bench.providers`); this one reads, and measures its own processor
time. Chunks come far enough apart that each is read by itself.
"""

import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import msgspec
import trio

from actors.ports.answering import Delivery, LanguageModel, Question
from actors.ports.calls import Retraction
from adapters.reach.contract import Endpoint
from adapters.reach.web import Web
from adapters.vendors.anthropic.llm import AnthropicChat
from adapters.vendors.openai.llm import OpenAiChat
from bench.process import ROOT

OPENAI, ANTHROPIC, HTTPX = "openai", "anthropic", "httpx"
READERS = (OPENAI, ANTHROPIC, HTTPX)
_CALLS, _APART, _TIMEOUT = 50, 0.002, 120.0
_QUESTION = Question("?", (), "", "", 1.0, (), 0, "", "en-US", stream=True)
_WORD = " word"
Read = Callable[[int], Awaitable[None]]
"""Make a call whose answer has so many chunks, and read it. Raises RuntimeError where it was not all there."""


class Streamed(msgspec.Struct, frozen=True):
    """Microseconds of the reader's processor time, for a chunk and for a call with one chunk."""

    us_a_chunk: float
    us_a_call: float


def measure(reader: str, chunks: int) -> Streamed:
    """The cost of reading an answer of so many chunks. Raises TimeoutError where it does not come."""
    with _serving() as url:
        return trio.run(_measure, reader, url, chunks)


async def _measure(reader: str, url: str, chunks: int) -> Streamed:
    try:
        with trio.fail_after(_TIMEOUT):
            async with _reading(reader, url) as read:
                await read(10)
                begin = time.process_time()
                for _ in range(_CALLS):
                    await read(1)
                between = time.process_time()
                await read(chunks)
                call, long = (between - begin) / _CALLS, time.process_time() - between
    except trio.TooSlowError:
        raise TimeoutError(f"{reader}: the answers did not come in {_TIMEOUT:g} s") from None
    return Streamed((long - call) / (chunks - 1) * 1e6, call * 1e6)


@asynccontextmanager
async def _reading(reader: str, url: str) -> AsyncIterator[Read]:
    if reader == HTTPX:
        async with httpx.AsyncClient() as client:
            yield lambda chunks: _read_bare(client, url, chunks)
        return
    web, endpoint = Web(), Endpoint(reader, reader, url, "key")
    adapter = OpenAiChat(web, endpoint) if reader == OPENAI else AnthropicChat(web, endpoint)
    async with trio.open_nursery() as nursery:
        await nursery.start(web.run)
        yield lambda chunks: _read_with(adapter, chunks)
        nursery.cancel_scope.cancel()


async def _read_with(adapter: LanguageModel, chunks: int) -> None:
    read = 0

    async def count(_: str | Delivery | Retraction) -> None:
        nonlocal read
        read += 1

    await adapter.answer(msgspec.structs.replace(_QUESTION, model=str(chunks)), count)
    _check(read, chunks)


async def _read_bare(client: httpx.AsyncClient, url: str, chunks: int) -> None:
    read = 0
    async with client.stream("POST", f"{url}/chat/completions", json={"model": str(chunks)}) as response:
        async for piece in response.aiter_raw():
            read += piece.count(_WORD.encode())
    _check(read, chunks)


def _check(read: int, chunks: int) -> None:
    if read != chunks:
        raise RuntimeError(f"{read} chunks of {chunks} came")


# ---- the provider


@contextmanager
def _serving() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-m", __name__], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


async def _serve() -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    print(f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}", flush=True)
    await trio.serve_listeners(_serve_one, listeners)


async def _serve_one(stream: trio.SocketStream) -> None:
    """Answer the requests of a connection; the name of the model is the number of chunks."""
    received = b""
    while True:
        head, complete, body = received.partition(b"\r\n\r\n")
        if complete and body.endswith(b"}"):
            begin, chunk, end = _MESSAGES if b"/messages" in head else _COMPLETIONS
            model = msgspec.json.decode(body, type=dict[str, object])["model"]
            await stream.send_all(_HEAD + _framed(begin))
            for _ in range(int(str(model))):
                await trio.sleep(_APART)
                await stream.send_all(chunk)
            await stream.send_all(_framed(end) + b"0\r\n\r\n")
            received = b""
        if not (data := await stream.receive_some()):
            return
        received += data


def _framed(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _event(value: object) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def _completion(delta: object, reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    about = {"id": "chatcmpl-0123456789", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return _event(about | {"choices": [choice]})


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_COMPLETIONS = (
    _completion({"role": "assistant", "content": ""}, None),
    _framed(_completion({"content": _WORD}, None)),
    _completion({}, "stop") + b"data: [DONE]\n\n",
)
_MESSAGES = (
    _event({"type": "message_start", "message": {}}),
    _framed(_event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": _WORD}})),
    _event({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
)

if __name__ == "__main__":
    trio.run(_serve)
