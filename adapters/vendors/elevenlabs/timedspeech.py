"""Speech by ElevenLabs with the times of its characters: each line of the answer is a chunk of sound and of times.

https://elevenlabs.io/docs/api-reference/text-to-speech/stream-with-timestamps
"""

from typing import Any

import msgspec

from adapters.reach.contract import Endpoint, ProviderFailed
from adapters.reach.httpclient import HttpAnswer
from adapters.vendors.elevenlabs.alignment import ElevenLabsAlignment, SpokenWords
from adapters.vendors.shared.jsonlines import each_value, tolerant
from adapters.vendors.shared.markedsound import MarkedSound
from protocol import base64text


class _ElevenLabsChunk(msgspec.Struct):
    audio_base64: str | msgspec.UnsetType | None = msgspec.UNSET
    alignment: Any = msgspec.UNSET
    normalized_alignment: Any = msgspec.UNSET

    @property
    def is_one(self) -> bool:
        """Whether it has anything that a chunk has."""
        return any(
            field is not msgspec.UNSET for field in (self.audio_base64, self.alignment, self.normalized_alignment)
        )


async def relay_timed(endpoint: Endpoint, answer: HttpAnswer, marked: MarkedSound) -> None:
    """Hand on sound and words as they come. Raises ProviderFailed, also for words in place of sound.

    Cancelling closes the connection.
    """
    words = SpokenWords(marked.marks)

    async def take(chunk: _ElevenLabsChunk) -> bool:
        normalised = tolerant(chunk.normalized_alignment, ElevenLabsAlignment)
        alignment = normalised or tolerant(chunk.alignment, ElevenLabsAlignment)
        if alignment is not None:
            words.take(alignment, marked.end, is_normalised=normalised is not None)
        if chunk.audio_base64:
            await marked.push(_decoded(endpoint, chunk.audio_base64))
        return chunk.is_one

    await each_value(endpoint, answer, _ElevenLabsChunk, take)
    words.finish()
    await marked.finish()


def _decoded(endpoint: Endpoint, audio: str) -> bytes:
    try:
        return base64text.decode(audio)
    except ValueError:
        raise ProviderFailed(f"{endpoint.title} sent sound that is not base64") from None
