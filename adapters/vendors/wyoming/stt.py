"""Speech to text by any engine that speaks Wyoming: faster-whisper, Vosk, Speech-to-Phrase and others."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import trio

from actors.ports.calls import Emit, EngineFailed
from actors.ports.recognition import Audio, Transcript, Utterance
from actors.ports.sound import Undecodable
from adapters.reach.call import Patience
from adapters.reach.contract import Offer, ProviderFailed, Verdict
from adapters.reach.exceptiongroups import FirstCause
from adapters.reach.wyoming.connection import WyomingConnection
from adapters.reach.wyoming.messages import (
    WyomingAudioChunk,
    WyomingAudioStart,
    WyomingAudioStop,
    WyomingInfo,
    WyomingTranscribe,
    WyomingTranscript,
    WyomingTranscriptChunk,
    WyomingTranscriptStart,
    WyomingTranscriptStop,
)
from adapters.reach.wyoming.server import PATIENCE, Dial, WyomingServer
from adapters.vendors.shared.probes import discard, silence
from protocol.audioformat import AudioFormat
from protocol.languages import nearest, primary, wellformed

RATE, WIDTH = 16_000, 2
CHUNK = RATE * WIDTH // 10
"""Bytes that an event carries at most: 100 ms."""
MAX_TEXT = 200_000
"""Characters that a transcript may have: hours of speech."""
MAX_TERMS = 100


class WyomingRecogniser:
    """Satisfies `SpeechToText` and `Listed`. Audio goes out while the person speaks, words come back where they can.

    An engine that finds the end of speech by itself does not hear what is said after that.
    """

    accepts: frozenset[str] = frozenset()
    wants = AudioFormat("pcm16", RATE)
    live = True

    def __init__(
        self,
        host: str,
        port: int,
        title: str = "Wyoming",
        *,
        patience: Patience = PATIENCE,
        dial: Dial = trio.open_tcp_stream,
    ) -> None:
        self._server = WyomingServer(host, port, title, patience, dial)

    async def offer(self) -> Offer:
        """The models of the first program that recognises, and their languages.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        models = (await self._server.look()).models
        languages = {wellformed(language): None for model in models for language in model.languages}
        return Offer(tuple(model.name for model in models), (), tuple(filter(None, languages)))

    async def check(self) -> None:
        """Have half a second of silence recognised. Raises ProviderFailed. Cancelling closes the connection."""
        if not (await self._server.look()).asr:
            raise ProviderFailed(f"{self._server.name} recognises no speech: name another port", Verdict.FINAL)
        await self.transcribe(silence(self.wants), discard)

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise in the nearest language that the engine lists, with `prompt` as words to expect.

        Patience with the engine begins when the utterance has ended. Raises ProviderFailed, or what reading the
        utterance raises. Cancelling closes the connection, and the engine is fit for the next.
        """
        if utterance.format != self.wants:
            raise ProviderFailed(f"{self._server.name} takes {self.wants}, not {utterance.format}", Verdict.FINAL)
        async with self._server.connect() as line:
            await line.send(_request(utterance, await self._server.known(line)))
            await line.send(WyomingAudioStart(RATE, WIDTH, 1))
            with FirstCause():
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_say, line, utterance.audio)
                    recognised = await _hear(line, words)  # and the nursery waits for the utterance's end
            return recognised


def _request(utterance: Utterance, info: WyomingInfo) -> WyomingTranscribe:
    models = {model.name.lower(): model for model in info.models}
    chosen = models.get(utterance.model.strip().lower())
    languages = [language for model in ([chosen] if chosen else info.models) for language in model.languages]
    code = wellformed(utterance.language)
    return WyomingTranscribe(
        chosen.name if chosen else "",
        nearest(code, languages) if languages else primary(code),
        terms(utterance.prompt),
    )


def terms(prompt: str) -> tuple[str, ...]:
    """The words and phrases of a prompt, which commas and line ends part."""
    found = (term.strip(" .;") for line in prompt.splitlines() for term in line.split(","))
    return tuple(term.encode(errors="replace").decode() for term in found if term)[:MAX_TERMS]


async def _say(line: WyomingConnection, audio: Audio) -> None:
    """Send the utterance as it comes, and read it to its end also where the engine has heard enough."""
    try:
        async with audio.open() as pieces, aclosing(_chunks(pieces)) as chunks:
            async for chunk in chunks:
                await line.send(WyomingAudioChunk(RATE, WIDTH, 1, chunk))
        await line.send(WyomingAudioStop())
    except (EngineFailed, Undecodable) as error:
        line.fail(error)
    line.expect()


async def _chunks(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Whole samples, as soon as they are there."""
    rest = b""
    async for piece in pieces:
        data = rest + piece
        whole = len(data) - len(data) % WIDTH
        for start in range(0, whole, CHUNK):
            yield data[start : min(start + CHUNK, whole)]
        rest = data[whole:]


async def _hear(line: WyomingConnection, words: Emit[str]) -> Transcript:
    text, language = "", ""
    while True:
        match await line.receive():
            case WyomingTranscriptStart(heard_in):
                text, language = "", wellformed(heard_in) or language
            case WyomingTranscriptChunk(piece):
                text = _bounded(text + piece)
                await words(text.strip())
            case WyomingTranscript(whole, heard_in):
                return Transcript(_bounded(whole).strip(), wellformed(heard_in) or language)
            case WyomingTranscriptStop():
                return Transcript(text.strip(), language)
            case _:
                continue  # of no concern here


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ProviderFailed(f"the Wyoming engine sent a transcript of more than {MAX_TEXT} characters: see its log")
    return text
