"""Calls of a vendor's adapter as the tests make them: again and again, with what came of them and how they failed."""

from typing import Generic, TypeVar

import msgspec
import pytest
import trio

from actors.ports.audio import Complete
from actors.ports.calls import Retraction
from actors.ports.recognition import Audio, SpeechToText, Transcript, Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech, TextToSpeech
from adapters.reach.contract import ProviderFailed
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import KEY, NET, Loopback, Request

Recogniser = TypeVar("Recogniser", bound=SpeechToText)
Synthesiser = TypeVar("Synthesiser", bound=TextToSpeech)
Double = TypeVar("Double")


class RecogniserCall(Generic[Recogniser, Double]):
    """Calls of a recogniser; `utterance` is what each begins from, `words` what all told before their end.

    `is_silent`: it must tell nothing before the end.
    """

    def __init__(self, adapter: Recogniser, server: Double, utterance: Utterance, *, is_silent: bool = False) -> None:
        self.adapter = adapter
        self.server = server
        self.utterance = utterance
        self.words: list[str] = []
        self.told = trio.Event()
        self._is_silent = is_silent

    async def __call__(
        self, audio: bytes | Audio | None = None, audio_format: AudioFormat | None = None, **changes: object
    ) -> Transcript:
        """Transcribe `utterance` with this much of it changed, for this call alone."""
        if audio is not None:
            changes["audio"] = Complete(audio) if isinstance(audio, bytes) else audio
        if audio_format is not None:
            changes["format"] = audio_format
        with trio.fail_after(NET):
            return await self.adapter.transcribe(msgspec.structs.replace(self.utterance, **changes), self.tell)

    async def tell(self, text: str) -> None:
        """Words before the end."""
        assert not self._is_silent, "there are no words before the end"
        self.words.append(text)
        self.told.set()

    async def fails(self, audio: bytes | Audio | None = None) -> ProviderFailed:
        """How the call fails; the key must not be told."""
        with pytest.raises(ProviderFailed) as caught:
            await self(audio)
        assert KEY not in str(caught.value)
        assert KEY not in repr(self.adapter)
        return caught.value


class SynthesiserCall(Generic[Synthesiser]):
    """Calls of a synthesiser; `speech` is what each begins from, `clips` are those of the last one."""

    def __init__(self, adapter: Synthesiser, server: Loopback, speech: Speech) -> None:
        self.adapter = adapter
        self.server = server
        self.speech = speech
        self.clips: list[Clip] = []

    async def say(self, **changes: object) -> Request:
        """Speak with this much changed; what the server was asked last."""
        self.clips = []
        await self.adapter.synthesise(msgspec.structs.replace(self.speech, **changes), self.take)
        return self.server.requests[-1]

    async def take(self, clip: Clip | Retraction) -> None:
        """A piece of sound."""
        assert isinstance(clip, Clip)
        self.clips.append(clip)

    @property
    def sound(self) -> bytes:
        """All of it, joined."""
        return b"".join(clip.data for clip in self.clips)

    async def fails(self, **changes: object) -> ProviderFailed:
        """How the call fails; the key must not be told."""
        with pytest.raises(ProviderFailed) as caught:
            await self.say(**changes)
        assert KEY not in str(caught.value)
        assert KEY not in repr(self.adapter)
        return caught.value


async def spoken(engine: TextToSpeech, asked: Speech) -> list[Clip]:
    """All that the engine makes of it; nothing is taken back."""
    clips: list[Clip] = []

    async def sound(clip: Clip | Retraction) -> None:
        assert isinstance(clip, Clip)
        clips.append(clip)

    await engine.synthesise(asked, sound)
    return clips
