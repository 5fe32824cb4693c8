"""Captioned speech of Kokoro-FastAPI: sound with the times of its words, where OpenAI's protocol tells nothing.

https://github.com/remsky/Kokoro-FastAPI#timestamped-captions--phonemes. A server that has no such place is asked in the
usual way, and not asked for captions again; after another failure it is, in a minute.
"""

import math
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
import trio

from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict
from adapters.reach.web import Web
from adapters.vendors.openai.api import headers
from adapters.vendors.openai.voices import is_kokoro
from adapters.vendors.shared.chunkclock import ChunkClock
from adapters.vendors.shared.jsonlines import each_value, tolerant
from adapters.vendors.shared.markedsound import MarkedSound
from adapters.vendors.shared.sound import MOST, PATIENCE
from adapters.vendors.shared.voices import ListedVoice
from protocol import base64text

AGAIN = 60.0
"""Seconds after which captions are asked for again that failed."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAME = "kokoro"


class _KokoroWord(msgspec.Struct):
    word: str
    start: float = msgspec.field(name="start_time")
    end: float = msgspec.field(name="end_time")


class _KokoroChunk(msgspec.Struct):
    audio: str | msgspec.UnsetType | None = msgspec.UNSET
    timestamps: Any = None


class Captions:
    """The captions of one server."""

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        self._web = web
        self._endpoint = endpoint
        self._from = -1.0

    def may_be_asked(self, model: str, voice: str, voices: Iterable[ListedVoice]) -> bool:
        """Whether it may have captions: a server on this machine, or one that shows signs of Kokoro."""
        if trio.current_time() < self._from:
            return False
        about = f"{self._endpoint.name} {self._endpoint.title} {self._endpoint.url} {model}".lower()
        is_near = urlsplit(self._endpoint.url).hostname in _LOOPBACK
        return is_near or _NAME in about or is_kokoro(voice) or any(is_kokoro(each.id) for each in voices)

    def note(self, failed: ProviderFailed) -> None:
        """They failed so, and the usual way worked."""
        self._from = math.inf if failed.verdict == Verdict.FINAL else trio.current_time() + AGAIN

    async def speak(self, body: dict[str, object], marked: MarkedSound) -> None:
        """Have the usual request `body` answered with captions; sound and words go to `marked`.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        call = Call(
            self._endpoint,
            "POST",
            self._endpoint.url.removesuffix("/v1") + "/dev/captioned_speech",
            headers(self._endpoint),
            json=body | {"stream": True, "return_timestamps": True},
            patience=PATIENCE,
            most=MOST * 4 // 3,
        )
        clock = ChunkClock()

        async def take(chunk: _KokoroChunk) -> bool:
            _mark(tolerant(chunk.timestamps, list[_KokoroWord]) or [], clock, marked)
            if chunk.audio:
                await marked.push(self._decoded(chunk.audio))
            return chunk.audio is not msgspec.UNSET

        async with self._web.open(call) as answer:
            await each_value(self._endpoint, answer, _KokoroChunk, take)
        await marked.finish()

    def _decoded(self, audio: str) -> bytes:
        try:
            return base64text.decode(audio)
        except ValueError:
            raise ProviderFailed(f"{self._endpoint.title} sent sound that is not base64") from None


def _mark(words: list[_KokoroWord], clock: ChunkClock, marked: MarkedSound) -> None:
    """The words of a chunk, whose times may be of the whole sound or of the chunk."""
    if not words:
        return
    words.sort(key=lambda word: word.start)
    shift = clock.shift(1e3 * words[0].start, 1e3 * max(word.end for word in words), marked.end)
    for word in words:
        marked.marks.add_word(word.word, 1e3 * word.start + shift, 1e3 * (word.end - word.start))
