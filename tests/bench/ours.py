"""The server under test, whole but for its engines, which answer at once: `python -m tests.bench.ours PORT`."""

import sys
from collections.abc import Mapping

import trio

from actors.configuring import resolve
from actors.ports import (
    Analyst,
    Catalogue,
    Clip,
    Codec,
    Delivery,
    Emit,
    LanguageModel,
    ProviderEntry,
    Question,
    Sound,
    Speech,
    SpeechToText,
    TextToSpeech,
    Transcript,
    Utterance,
)
from actors.supervisor import Plan, PoolSizes, Supervisor
from adapters.listener import Door, Listener
from adapters.server import calm_collector
from protocol.audioformat import AudioFormat
from protocol.connection import Timing
from protocol.messages import Names
from tests.bench.exchange import SAID, SOUND_RATE, answer, voiced

CATALOGUE = Catalogue(
    (
        ProviderEntry("openai", "OpenAI", "STT", True, "whisper-1", ("whisper-1",)),
        ProviderEntry("aigames", "AI_Games", "LLM", True, "gpt-4o", ("gpt-4o",)),
        ProviderEntry("openai", "OpenAI", "TTS", True, "tts-1", ("tts-1",)),
    )
)


class Canned:
    """Every engine at once, each with the one thing it has to say."""

    accepts = frozenset({"mp3", "pcm16"})
    wants = AudioFormat("pcm16", 16_000)
    live = False

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """The same words for everything."""
        return Transcript(SAID, "en")

    async def answer(self, question: Question, write: Emit[str | Delivery]) -> None:
        """The same answer to everything, or the long one, in its pieces."""
        for piece in answer(stream=question.stream):
            await write(piece)

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """The same sound for everything, or the long one."""
        await sound(Clip(voiced(speech.voice), AudioFormat("mp3")))

    async def decode(self, clip: Clip, rate: int) -> bytes:
        """What came."""
        return clip.data

    async def convert(self, clip: Clip, targets: frozenset[AudioFormat]) -> Mapping[AudioFormat, Sound]:
        """What came, whatever is asked for."""
        return {target: Sound(clip.data, len(clip.data) / SOUND_RATE) for target in targets}

    def sentiment(self, text: str) -> str:
        """Nothing much."""
        return "neutral"

    def recogniser(self, provider: str) -> SpeechToText:
        """This."""
        return self

    def model(self, provider: str) -> LanguageModel:
        """This."""
        return self

    def synthesiser(self, provider: str) -> TextToSpeech:
        """This."""
        return self

    @property
    def codec(self) -> Codec:
        """This."""
        return self

    @property
    def analyst(self) -> Analyst:
        """This."""
        return self


async def serve(port: int) -> None:
    """Serve on loopback until cancelled."""
    # A client that does not read for the ping timeout is closed; those of `barge-in` do not, for some time.
    plan = Plan(pools=PoolSizes(queue=1_000), timing=Timing(ping_timeout=60.0))
    supervisor = Supervisor(plan, Canned(), Names(), lambda asked: resolve(asked, CATALOGUE))
    async with trio.open_nursery() as nursery:
        await nursery.start(supervisor.run)
        calm_collector()
        listeners = await trio.open_tcp_listeners(port, host="127.0.0.1", backlog=1_024)
        await trio.serve_listeners(Listener(supervisor, Door(), {}).serve, listeners)


if __name__ == "__main__":
    trio.run(serve, int(sys.argv[1]))
