"""A server in this process with the real codec and a recogniser that listens, so that a test sees what it hears."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from actors.deciding.limits import Limits
from actors.ports.answering import LanguageModel
from actors.ports.calls import Emit
from actors.ports.engines import Analyst
from actors.ports.recognition import SpeechToText, Transcript, Utterance
from actors.ports.sound import Codec
from actors.ports.synthesis import TextToSpeech
from actors.running.supervisor import ServerPlan
from adapters.codec.codec import AudioCodec
from adapters.vendors.embedded.llm import Local
from protocol.audioformat import AudioFormat
from tests.inprocess import running
from tests.scripted import ScriptedAnalyst, ScriptedTurnEnd, ScriptedVoiceActivity, Synthesiser
from tests.scriptedmouth import ScriptedMouths

HEARD = AudioFormat("pcm16", 16_000)
PATIENCE = 300.0
"""Seconds that a test may take."""
LIMITS = Limits(transcribing=PATIENCE, stt_silence=PATIENCE, stt_call=PATIENCE, tts_silence=PATIENCE, tts_call=PATIENCE)
"""No deadline of a session passes because the machine is busy."""


class LiveRecogniser:
    """A recogniser that keeps the samples, `live` while the person speaks; its words are how many there were."""

    accepts: frozenset[str] = frozenset()
    wants = HEARD

    def __init__(self) -> None:
        self.live = True
        self.heard = b""
        self._news = trio.Event()

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Listen to the end."""
        self.heard = b""
        async with utterance.audio.open() as pieces:
            async for piece in pieces:
                self.heard += piece
                self._news.set()
                self._news = trio.Event()
        return Transcript(f"{len(self.heard) // 2} samples" if self.heard else "", "en-US")

    async def has_heard(self, count: int) -> None:
        """Wait until there are so many bytes of samples."""
        while len(self.heard) < count:
            await self._news.wait()


class LiveEngines:
    """All the engines of a server: the real codec and guide, one that listens, a synthesiser that needs no time."""

    def __init__(self, codec: AudioCodec) -> None:
        self.ear = LiveRecogniser()
        self._codec = codec
        self._tts = Synthesiser()

    def recogniser(self, provider: str) -> SpeechToText:
        """The ear."""
        return self.ear

    def model(self, provider: str) -> LanguageModel:
        """The guide."""
        return Local()

    def synthesiser(self, provider: str) -> TextToSpeech:
        """One that makes no real sound."""
        return self._tts

    @property
    def workers(self) -> tuple[int, ...]:
        """The codec's processes."""
        return (*self._codec.pids, *self._codec.stream_pids)

    @property
    def codec(self) -> Codec:
        """The real one."""
        return self._codec

    @property
    def analyst(self) -> Analyst:
        """One that finds nothing."""
        return ScriptedAnalyst()

    @property
    def voice_activity(self) -> ScriptedVoiceActivity:
        """One that finds speech in whatever is not 0."""
        return ScriptedVoiceActivity()

    @property
    def turn_end(self) -> ScriptedTurnEnd:
        """One that never knows."""
        return ScriptedTurnEnd()

    @property
    def mouths(self) -> ScriptedMouths:
        """Those that know everything."""
        return ScriptedMouths()


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, LiveEngines]]:
    """The address of such a server, and its engines."""
    codec = AudioCodec()
    engines = LiveEngines(codec)
    async with trio.open_nursery() as nursery:
        await nursery.start(codec.run)
        async with running(engines, ServerPlan(limits=LIMITS), patience=PATIENCE) as server:
            host, port = await server.open_port()
            yield f"http://{host}:{port}", engines
        nursery.cancel_scope.cancel()
