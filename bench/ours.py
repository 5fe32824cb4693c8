"""The server under test, whole but for its engines, which answer at once: `python -m bench.ours [OPTIONS] PORT`.

With `--codec` the codec is the real one, with its processes. With `--ordinary` no chunk goes the short way. With
`--record` sessions are recorded, into a folder that the next one empties.
With `--steps=FILE` the longest step of its loop is noted there. With `--listening=FILE` microphones are judged by that
model of Silero's, in its process.
"""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import trio

from actors.deciding.configuring import resolve
from actors.deciding.limits import Limits
from actors.ports.answering import Delivery, LanguageModel, Question
from actors.ports.audio import whole
from actors.ports.calls import Emit
from actors.ports.catalogue import Catalogue, ProviderEntry
from actors.ports.engines import Analyst, Engines
from actors.ports.listening import RATE, TurnEnd, VoiceActivity
from actors.ports.mouth import Mouths
from actors.ports.recognition import SpeechToText, Transcript, Utterance
from actors.ports.sound import Clip, Codec, Sound, SoundDecoder, SoundEncoder, Target
from actors.ports.synthesis import Speech, TextToSpeech
from actors.running.sizes import ConnectionLimits, PoolSizes
from actors.running.supervisor import ServerPlan, Supervisor
from adapters.access.credentials import make_credentials
from adapters.access.door import Door
from adapters.codec.codec import AudioCodec
from adapters.lifecycle import collecting, trimming
from adapters.listening.detector import SpeechDetector
from adapters.listening.turnend import SilenceAlone
from adapters.mouth.mouths import MouthTracks
from adapters.processes.heap import find_trim
from adapters.reach.web import Web
from adapters.recordings.engines import TapedEngines
from adapters.recordings.tapes import FolderRecorder, RecordingPlan
from adapters.recordings.writing import WritingThread
from adapters.settings.kept import make_token
from adapters.settings.settings import Server
from adapters.wire.listener import Listener, ListenerOptions
from bench import sounds
from bench.exchange import LISTENER, SAID, SOUND_RATE, TALK, answer, heard, voiced
from bench.lag import Steps
from bench.memory import Snapshots
from bench.process import RECORDINGS
from protocol.audioformat import AudioFormat
from protocol.messages import Names
from protocol.timing import Timing

MOST = 4_000
"""Sessions and connections at most; the server's own defaults are lower than what `growth` needs."""
CATALOGUE = Catalogue(
    (
        ProviderEntry("openai", "OpenAI", "STT", True, "whisper-1", ("whisper-1",)),
        ProviderEntry(LISTENER, "Deepgram", "STT", True, "nova-3", ("nova-3",)),
        ProviderEntry("aigames", "AI_Games", "LLM", True, "gpt-4o", ("gpt-4o",)),
        ProviderEntry("openai", "OpenAI", "TTS", True, "tts-1", ("tts-1",)),
    )
)


class Listening:
    """The recogniser that reads an utterance while it is spoken, as samples. Cancelling it loses nothing."""

    accepts = frozenset({"pcm16"})
    wants = AudioFormat("pcm16", 16_000)
    live = True

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Read the utterance to its end; the transcript is always the same."""
        async with utterance.audio.open() as pieces:
            async for _ in pieces:
                pass
        return Transcript(SAID, "en")


def _seconds(data: bytes, format_: AudioFormat) -> float:
    return len(data) / (2 * format_.rate if format_.rate else SOUND_RATE)


class Untouched:
    """The conversion of sound for Receivers that take it as it comes; satisfies `SoundEncoder`.

    It never waits, so cancelling has no effect.
    """

    failures: Mapping[Target, str] = {}

    def __init__(self, source: AudioFormat, targets: frozenset[Target]) -> None:
        self._source = source
        self._targets = targets

    async def push(self, data: bytes) -> Mapping[Target, tuple[Sound, ...]]:
        """The bytes that came, for every target."""
        return {target: (Sound(data, _seconds(data, self._source)),) for target in self._targets}

    async def finish(self) -> Mapping[Target, tuple[Sound, ...]]:
        """Nothing is left."""
        return dict.fromkeys(self._targets, ())


class Unread:
    """The decoding of an utterance for a recogniser that takes it as it comes; satisfies `SoundDecoder`.

    It never waits, so cancelling has no effect.
    """

    async def push(self, data: bytes) -> bytes:
        """The bytes that came."""
        return data

    async def finish(self) -> bytes:
        """Nothing is left."""
        return b""


class Same:
    """The codec that returns the bytes that came, in any format. It never waits, so cancelling has no effect."""

    async def decode(self, clip: Clip, rate: int) -> bytes:
        """The bytes that came."""
        return clip.data

    async def convert(self, clip: Clip, targets: frozenset[AudioFormat]) -> Mapping[AudioFormat, Sound]:
        """The bytes that came, for every target."""
        return {target: Sound(clip.data, _seconds(clip.data, clip.format)) for target in targets}

    @asynccontextmanager
    async def decoding(self, source: AudioFormat, rate: int) -> AsyncIterator[SoundDecoder]:
        """The decoder that returns the bytes that come."""
        yield Unread()

    @asynccontextmanager
    async def encoding(self, source: AudioFormat, targets: frozenset[Target]) -> AsyncIterator[SoundEncoder]:
        """The encoder that returns the bytes that come, for every target."""
        yield Untouched(source, targets)


class Canned:
    """Every engine at once, each with one canned result. Cancelling hands on no more of it."""

    accepts = frozenset({"mp3", "pcm16"})
    wants = AudioFormat("pcm16", 16_000)
    live = False

    def __init__(self, codec: Codec, detector: SpeechDetector) -> None:
        self._codec = codec
        self._voice_activity = detector

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """How many bytes were said, and the same words for every utterance."""
        return Transcript(heard(len(await whole(utterance.audio))), "en")

    async def answer(self, question: Question, write: Emit[str | Delivery]) -> None:
        """The same answer to every question, or the long one, piece by piece."""
        for piece in answer(stream=question.stream):
            await write(piece)

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """The same sound for every text, or the long one, or the pieces of a voice of real sound."""
        voice = sounds.voice_named(speech.voice)
        if speech.voice == TALK:
            await sound(Clip(sounds.talk(), AudioFormat("pcm16", RATE)))
            return
        if voice is None:
            await sound(Clip(voiced(speech.voice), AudioFormat("mp3")))
            return
        for piece in sounds.pieces_of(voice):
            if voice.pause:
                await trio.sleep(voice.pause)
            await sound(Clip(piece, voice.audio_format))

    def sentiment(self, text: str) -> str:
        """Nothing much."""
        return "neutral"

    def language(self, text: str) -> str:
        """Always the same."""
        return "en"

    def recogniser(self, provider: str) -> SpeechToText:
        """This, or the one that listens."""
        return Listening() if provider == LISTENER else self

    def model(self, provider: str) -> LanguageModel:
        """This."""
        return self

    def synthesiser(self, provider: str) -> TextToSpeech:
        """This."""
        return self

    @property
    def codec(self) -> Codec:
        """The real one, or the one that does nothing."""
        return self._codec

    @property
    def analyst(self) -> Analyst:
        """This."""
        return self

    @property
    def voice_activity(self) -> VoiceActivity:
        """The one of the command line, or else the simplest one."""
        return self._voice_activity

    @property
    def mouths(self) -> Mouths:
        """Those of sound alone."""
        return MouthTracks()

    @property
    def turn_end(self) -> TurnEnd:
        """None."""
        return SilenceAlone()


@contextmanager
def recording(*, records: bool) -> Iterator[FolderRecorder | None]:
    """What makes the tapes of sessions; None where they are not recorded."""
    if not records:
        yield None
        return
    shutil.rmtree(RECORDINGS, ignore_errors=True)
    RECORDINGS.mkdir(parents=True)
    thread = WritingThread()
    thread.start()
    yield FolderRecorder(RecordingPlan(RECORDINGS), Names(), thread)
    thread.stop(10.0)


async def serve(
    port: int,
    *,
    with_codec: bool,
    short_way: bool,
    parts: Path | None = None,
    model: Path | None = None,
    recorder: FolderRecorder | None = None,
) -> None:
    """Serve on loopback until cancelled."""
    detector = SpeechDetector(model)
    codec = AudioCodec() if with_codec else None
    # As many recognisers as people may speak at once: half of them may be listening.
    pools = PoolSizes(1_000, 32, 32, queue=1_000) if with_codec else PoolSizes(queue=1_000)
    # A client that does not read for the ping timeout is closed; those of `barge-in` do not, for some time.
    plan = ServerPlan(
        limits=Limits(sessions=MOST),
        pools=pools,
        timing=Timing(ping_timeout=60.0),
        connection_limits=ConnectionLimits(max_connections=MOST),
    )
    canned, door = Canned(codec or Same(), detector), Door(make_credentials(Server(), Web(), make_token()))
    engines: Engines = canned if recorder is None else TapedEngines(canned)
    supervisor = Supervisor(
        plan, engines, Names(), lambda asked, named: resolve(asked, named, CATALOGUE), door, recorder=recorder
    )
    async with trio.open_nursery() as nursery:
        if parts:
            nursery.start_soon(Snapshots(parts).run)
        if codec:
            await nursery.start(codec.run)
        await nursery.start(detector.run)
        await nursery.start(supervisor.run)
        collecting.calm()
        nursery.start_soon(collecting.run, collecting.Collector())
        nursery.start_soon(trimming.run, supervisor.account, find_trim())
        listeners = await trio.open_tcp_listeners(port, host="127.0.0.1", backlog=1_024)
        await nursery.start(Listener(supervisor, ListenerOptions(short_way=short_way), {}).run, listeners)


if __name__ == "__main__":
    files, parts, heard_by = (
        [Path(argument.removeprefix(option)) for argument in sys.argv if argument.startswith(option)]
        for option in ("--steps=", "--parts=", "--listening=")
    )
    with recording(records="--record" in sys.argv) as recorder:
        trio.run(
            lambda: serve(
                int(sys.argv[-1]),
                with_codec="--codec" in sys.argv,
                short_way="--ordinary" not in sys.argv,
                parts=parts[0] if parts else None,
                model=heard_by[0] if heard_by else None,
                recorder=recorder,
            ),
            instruments=[Steps(file) for file in files],
        )
