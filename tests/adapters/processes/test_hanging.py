"""Real worker processes that are killed or stopped while they are at work: what those who wait for them hear of it."""

import os
import signal
from collections.abc import Awaitable, Callable

import pytest
import trio
import trio.testing

from actors.ports.audio import Growing
from actors.ports.calls import EngineFailed, Retraction
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Clip, Sound, Target
from actors.ports.synthesis import Speech
from adapters.codec.codec import AudioCodec
from adapters.vendors.embedded.espeak import EspeakSpeech
from adapters.vendors.embedded.sphinx import SphinxRecogniser
from protocol.audioformat import AudioFormat
from tests.adapters.codec.live import cut
from tests.adapters.codec.sounds import tone, voice, written
from tests.adapters.vendors.embedded.test_sphinx import HEARD, SENTENCE, said, unheard, utterance

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be held there"),
]
ends = pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
STORY = "Once upon a time there was a king who had three daughters. " * 10
MP3, OPUS, WAV, PCM24 = AudioFormat("mp3"), AudioFormat("opus"), AudioFormat("wav"), AudioFormat("pcm16", 24_000)


async def once(pids: Callable[[], tuple[int, ...]], end: int) -> None:
    """End the first process, and wait until another is in its place."""
    before = pids()[0]
    os.kill(before, end)
    while before in pids() or not pids():
        await trio.lowlevel.checkpoint()


class Ender:
    """Ends a process the first time that it is told something."""

    def __init__(self, pids: Callable[[], tuple[int, ...]], end: int) -> None:
        self._pids = pids
        self._end: int | None = end
        self.told: list[str] = []

    async def __call__(self, text: str) -> None:
        self.told.append(text)
        if self._end is not None:
            os.kill(self._pids()[0], self._end)
            self._end = None
        await trio.lowlevel.checkpoint()


async def recogniser(nursery: trio.Nursery, count: int) -> SphinxRecogniser:
    engine = SphinxRecogniser(count, grace=5.0)
    with trio.fail_after(100):
        await nursery.start(engine.run)
    return engine


@ends
async def test_a_recognition_is_begun_anew_unseen(end: int, nursery: trio.Nursery) -> None:
    engine = await recogniser(nursery, 1)
    samples = await said(nursery, SENTENCE)
    undisturbed = await engine.transcribe(utterance(samples), unheard)
    first = Ender(lambda: engine.pids, end)
    with trio.fail_after(100):
        assert await engine.transcribe(utterance(samples), first) == undisturbed
    assert len(first.told) == len(set(first.told))


@pytest.mark.parametrize(
    ("end", "at_work"),
    [
        (signal.SIGKILL, True),
        (signal.SIGSTOP, False),
        pytest.param(signal.SIGKILL, False, marks=pytest.mark.long),
        pytest.param(signal.SIGSTOP, True, marks=pytest.mark.long),
    ],
)
async def test_what_was_heard_live_is_heard_anew_at_its_end(end: int, at_work: bool, nursery: trio.Nursery) -> None:
    engine = await recogniser(nursery, 2)
    samples = await said(nursery, SENTENCE)
    undisturbed = await engine.transcribe(utterance(samples), unheard)
    heard: list[Transcript] = []
    audio, begun = Growing(), trio.Event()
    first = Ender(lambda: engine.pids, end if at_work else 0)

    async def tell(text: str) -> None:
        await first(text)
        begun.set()

    async def hear() -> None:
        heard.append(await engine.transcribe(Utterance(audio, HEARD, "", "en-US", ""), tell))

    with trio.fail_after(100):
        async with trio.open_nursery() as hearing:
            hearing.start_soon(hear)
            audio.extend(samples[:60_000])
            await begun.wait()
            if not at_work:
                await once(lambda: engine.pids, end)
            audio.extend(samples[60_000:])
            audio.complete()
    assert heard == [undisturbed]


async def spoken(engine: EspeakSpeech, disturb: Callable[[], Awaitable[None]], *, stream: bool) -> list[bytes]:
    """What is left of the sound at the end; `disturb` is called at the first piece of it."""
    pieces: list[bytes] = []
    count = 0

    async def sound(piece: Clip | Retraction) -> None:
        nonlocal count
        count += 1
        if isinstance(piece, Retraction):
            pieces.clear()
        else:
            pieces.append(piece.data)
        if count == 1:
            await disturb()

    await engine.synthesise(Speech(STORY, "", "", "en-US", "unspecified", 1.0, stream=stream), sound)
    return pieces


async def undisturbed() -> None:
    await trio.lowlevel.checkpoint()


@ends
async def test_a_synthesis_is_begun_anew_unless_its_sound_is_out(end: int, nursery: trio.Nursery) -> None:
    engine = EspeakSpeech(1, grace=5.0)
    with trio.fail_after(200):
        await nursery.start(engine.run)
        expected = b"".join(await spoken(engine, undisturbed, stream=True))

        async def disturb() -> None:
            os.kill(engine.pids[0], end)
            await trio.lowlevel.checkpoint()

        assert b"".join(await spoken(engine, disturb, stream=False)) == expected
        with pytest.raises(EngineFailed, match=r"espeak-ng broke off its work.*: try again"):
            await spoken(engine, disturb, stream=True)
        assert b"".join(await spoken(engine, undisturbed, stream=False)) == expected


# ---- the codec


async def codec_on(nursery: trio.Nursery) -> AudioCodec:
    codec = AudioCodec(grace=5.0, stream_grace=5.0, stream_deadline=60.0)
    with trio.fail_after(100):
        await nursery.start(codec.run)
    return codec


@ends
async def test_a_whole_file_is_begun_anew(end: int, nursery: trio.Nursery) -> None:
    codec = await codec_on(nursery)
    clip = Clip(tone(24_000, 100.0), PCM24)
    expected = await codec.convert(clip, frozenset({MP3}))
    made: dict[AudioFormat, Sound] = {}

    async def convert() -> None:
        made.update(await codec.convert(clip, frozenset({MP3})))

    with trio.fail_after(100):
        async with trio.open_nursery() as converting:
            converting.start_soon(convert)
            await trio.testing.wait_all_tasks_blocked()
            os.kill(codec.pids[0], end)
    assert made == expected


@ends
async def test_sounds_that_are_still_coming_are_begun_anew_and_nothing_comes_twice(
    end: int, nursery: trio.Nursery
) -> None:
    codec = await codec_on(nursery)
    targets = frozenset(Target(form, pieces) for form in (MP3, OPUS, WAV) for pieces in ("joined", "whole"))
    file = written("webm", seconds=1.0)
    samples = cut(voice(22_050, 8.0), range(0, 22_050 * 16, 50_000))
    recorded = cut(file, range(0, len(file), 500))
    source = AudioFormat("pcm16", 22_050)

    async def both(disturb: Callable[[], Awaitable[None]]) -> tuple[dict[Target, list[Sound]], bytes]:
        made: dict[Target, list[Sound]] = {target: [] for target in targets}
        decoded = b""
        async with codec.encoding(source, targets) as out, codec.decoding(AudioFormat("webm"), 16_000) as into:
            for number in range(max(len(samples), len(recorded))):
                if number == 3:
                    await disturb()
                for target, sounds in (await out.push(samples[number])).items() if number < len(samples) else ():
                    made[target] += sounds
                decoded += await into.push(recorded[number]) if number < len(recorded) else b""
            for target, sounds in (await out.finish()).items():
                made[target] += sounds
            return made, decoded + await into.finish()

    async def disturb() -> None:
        os.kill(codec.stream_pids[0], end)
        await trio.lowlevel.checkpoint()

    with trio.fail_after(200):
        expected = await both(undisturbed)
        assert await both(disturb) == expected
        assert await both(lambda: once(lambda: codec.stream_pids, end)) == expected
