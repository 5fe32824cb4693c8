"""A Wyoming engine on loopback, made with the protocol's own package, as a program; and how tests run it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial

import msgspec
import trio
from wyoming.asr import Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice, TtsVoiceSpeaker
from wyoming.ping import Ping
from wyoming.server import AsyncEventHandler, AsyncTcpServer

NOBODY = Attribution("nobody", "")
RATE = 22_050


class Seen(msgspec.Struct, frozen=True):
    """An event that came to the engine, or `open` and `closed`; `size`: bytes of its payload."""

    type: str
    data: dict[str, object] = {}
    size: int = 0


class WyomingEngine:
    """The program as a test sees it."""

    def __init__(self, port: int, lines: trio.MemoryReceiveChannel[Seen]) -> None:
        self.port = port
        self._lines = lines

    async def seen(self, kind: str) -> list[Seen]:
        """What came up to the next event of this type, and that."""
        came: list[Seen] = []
        with trio.fail_after(20):
            while not came or came[-1].type != kind:
                came.append(await self._lines.receive())
        return came


@asynccontextmanager
async def engine(way: str) -> AsyncIterator[WyomingEngine]:
    """Run an engine that behaves in a `way`: see `ScriptedHandler`."""
    # What it tells waits here until a test looks; no test lets it tell more.
    tell, lines = trio.open_memory_channel[Seen](10_000)
    async with trio.open_nursery() as nursery:
        process = await nursery.start(
            partial(
                trio.run_process,
                [sys.executable, "-m", "tests.adapters.vendors.wyoming.wyomingloop", way],
                stdout=subprocess.PIPE,
                check=False,
            )
        )
        output = _lines(process.stdout)
        with trio.fail_after(30):
            port = int(await anext(output))
        nursery.start_soon(_follow, output, tell)
        yield WyomingEngine(port, lines)
        nursery.cancel_scope.cancel()


async def _lines(stream: trio.abc.ReceiveStream) -> AsyncGenerator[bytes, None]:
    rest = b""
    async for chunk in stream:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line


async def _follow(output: AsyncGenerator[bytes, None], tell: trio.MemorySendChannel[Seen]) -> None:
    async with aclosing(output) as lines:
        async for line in lines:
            await tell.send(msgspec.json.decode(line, type=Seen))


# ---- the program


def info() -> Info:
    """What the engine says that it has."""

    def model(name: str, *languages: str, installed: bool = True) -> AsrModel:
        return AsrModel(name, NOBODY, installed, None, None, list(languages))

    def voice(name: str, language: str, *speakers: str, installed: bool = True) -> TtsVoice:
        return TtsVoice(
            name, NOBODY, installed, None, None, [language], [TtsVoiceSpeaker(one) for one in speakers] or None
        )

    models = [model("tiny", "en", "de", "pt_BR"), model("Huge", "fr"), model("absent", "nl", installed=False)]
    voices = [
        voice("en_US-amy-medium", "en_US"),
        voice("de_DE-thorsten-low", "de_DE"),
        voice("de_DE-mls", "de_DE", "Anna", "Bert"),
        voice("nl_NL-absent", "nl_NL", installed=False),
    ]
    return Info(
        asr=[
            AsrProgram("first", NOBODY, True, None, None, models),
            AsrProgram("second", NOBODY, True, None, None, [model("other", "en")]),
        ],
        tts=[TtsProgram("first", NOBODY, True, None, None, voices)],
    )


def tell(kind: str, data: object = None, size: int = 0) -> None:
    """Say what was seen, on standard output."""
    print(json.dumps({"type": kind, "data": data or {}, "size": size}), flush=True)


class ScriptedHandler(AsyncEventHandler):
    """Answers as engines do: `whole` after the audio, then closes (as faster-whisper); `pieces` while it comes.

    `early` at the third chunk; `broken` with an error event. Speech is a ramp of samples, in any way.
    """

    def __init__(self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self._way = way
        self._chunks = 0
        tell("open")

    async def disconnect(self) -> None:
        """The client has gone, or we have."""
        tell("closed")

    async def handle_event(self, event: Event) -> bool:
        """Tell of it and answer it; whether to go on."""
        tell(event.type, event.data, len(event.payload or b""))
        if Describe.is_type(event.type):
            await self.write_event(info().event())
        elif self._way == "broken" and event.type in ("audio-stop", "synthesize"):
            await self.write_event(Error("no such language: xx", "ValueError").event())
        elif event.type == "synthesize":
            await self._speak()
        elif AudioChunk.is_type(event.type):
            return await self._hear()
        elif AudioStop.is_type(event.type):
            return await self._end()
        return True

    async def _hear(self) -> bool:
        self._chunks += 1
        if self._way == "pieces":
            if self._chunks == 1:
                await self.write_event(TranscriptStart(language="en_GB").event())
            await self.write_event(TranscriptChunk(f" w{self._chunks}").event())
        if self._way == "early" and self._chunks == 3:
            await self.write_event(Transcript("stop").event())
            return False
        return True

    async def _end(self) -> bool:
        if self._way == "pieces":
            await self.write_event(Transcript(" w1 w2 w3.").event())
            await self.write_event(TranscriptStop().event())
            return True
        await self.write_event(Ping().event())  # which no one who recognises speech need know
        await self.write_event(Transcript(" Grüße aus 東京 ", language="pt_BR").event())
        return False

    async def _speak(self) -> None:
        await self.write_event(AudioStart(RATE, 2, 1).event())
        ramp = b"".join(number.to_bytes(2, "little", signed=True) for number in range(1_000))
        for _ in range(5):
            await self.write_event(AudioChunk(RATE, 2, 1, ramp).event())
        await self.write_event(AudioStop().event())


async def main(way: str) -> None:
    """Serve until killed; the port is the first line."""
    server = AsyncTcpServer("127.0.0.1", 0)
    await server.start(partial(ScriptedHandler, way))
    assert isinstance(server._server, asyncio.Server)
    print(server._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
