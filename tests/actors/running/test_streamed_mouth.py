"""Streamed sound and its mouth: the first leaves when it would without a mouth, which follows within 120 ms."""

import pytest
import trio
from trio.testing import MockClock

from actors.deciding.limits import Limits
from actors.running.streamedmouth import LATEST
from adapters.client.voiceclient import AudioPiece
from protocol.messages import Metrics, ResponseCancelled
from protocol.mouth import ResponseMouth
from tests.harness import serving
from tests.scripted import Act, ScriptedEngines, hangs

WITHIN = 0.12


def engines_of(pieces: int, *, seconds: float, every: float) -> ScriptedEngines:
    """A synthesiser that tells nothing, and makes a piece of so many seconds now and then."""
    engines = ScriptedEngines()
    engines.tts.script.usual = Act(("",) * pieces, delay=every)
    engines.codec.seconds = seconds
    return engines


async def times_of(engines: ScriptedEngines, mouth: str = "ovr") -> tuple[dict[int, float], dict[int, float]]:
    """When the sound came, by the ms at which each piece ends, and when its mouth did, since the words."""
    async with serving(engines) as server, server.joined(mouth=mouth) as client:
        await client.configure(TTS={"stream": True})
        begun = trio.current_time()
        await client.say()
        sound: dict[int, float] = {}
        mouths: dict[int, float] = {}
        while not isinstance(message := (await client.until(AudioPiece, ResponseMouth, Metrics))[-1], Metrics):
            now = trio.current_time() - begun
            if isinstance(message, AudioPiece) and message.audio:
                sound[round((len(sound) + 1) * engines.codec.seconds * 1000)] = now
            elif isinstance(message, ResponseMouth):
                assert isinstance(message.end, int)
                mouths.setdefault(message.end, now)
        return sound, mouths


def lateness(sound: dict[int, float], mouths: dict[int, float]) -> float:
    """How much later than its sound a mouth came, at most, in seconds."""
    return max(min(came for end, came in mouths.items() if end >= until) - left for until, left in sound.items())


@pytest.mark.parametrize("delay", [0.0, 0.1, 3600.0])
async def test_the_first_sound_comes_no_later_however_slow_its_mouth_is(clock: MockClock, delay: float) -> None:
    plain, _ = await times_of(engines_of(3, seconds=2.0, every=0.1), "none")
    engines = engines_of(3, seconds=2.0, every=0.1)
    engines.mouths.delay = delay
    sound, _ = await times_of(engines)
    assert min(sound.values()) == pytest.approx(min(plain.values()), abs=1e-6)


@pytest.mark.parametrize("delay", [0.0, 0.03, 0.1])
async def test_the_mouth_of_what_left_without_it_follows(clock: MockClock, delay: float) -> None:
    engines = engines_of(3, seconds=0.2, every=0.1)
    engines.mouths.delay = delay
    assert lateness(*await times_of(engines)) <= WITHIN


@pytest.mark.parametrize("every", [0.06, 0.3, 1.0])
@pytest.mark.parametrize("seconds", [0.04, 0.2])
async def test_a_mouth_that_waits_for_more_sound_is_told_in_time_where_none_comes(
    clock: MockClock, every: float, seconds: float
) -> None:
    engines = engines_of(8, seconds=seconds, every=every)
    engines.mouths.lag = 120
    sound, mouths = await times_of(engines)
    assert lateness(sound, mouths) <= WITHIN
    assert sorted(mouths) == list(mouths)


async def test_the_last_sound_does_not_wait_for_the_end_of_its_mouth(clock: MockClock) -> None:
    times = []
    for delay in (0.0, 0.2):
        engines = engines_of(2, seconds=0.2, every=0.3)
        engines.codec.has_rest = True
        engines.mouths.delay = delay
        sound, mouths = await times_of(engines)
        assert len(sound) == 3
        assert lateness(sound, mouths) <= 2 * 0.2 + WITHIN
        times.append(max(sound.values()))
    assert times[1] <= times[0] + 2 * LATEST + 1e-6  # the piece before it waits as long


async def test_what_follows_its_sound_does_not_keep_an_engine_that_hangs_alive(clock: MockClock) -> None:
    engines = engines_of(1, seconds=0.2, every=0.1)
    engines.tts.script.usual = hangs("")
    engines.mouths.lag = 120
    async with serving(engines) as server, server.joined(mouth="ovr") as client:
        await client.configure(TTS={"stream": True})
        await client.say()
        await client.until(AudioPiece)
        begun = trio.current_time()
        await client.until(ResponseCancelled)
        assert trio.current_time() - begun == pytest.approx(Limits().tts_silence, abs=0.01)
