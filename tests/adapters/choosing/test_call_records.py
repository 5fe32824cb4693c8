"""What who watches is told of the calls of engines: who did them, how they ended, and what was used."""

from random import Random

from msgspec.structs import replace
from trio.testing import MockClock

from actors.ports.audio import Growing
from actors.ports.recognition import Utterance
from actors.ports.watching import CallRecord, Observation, Usage
from adapters.choosing.failover import Failover
from adapters.choosing.policy import Policy
from adapters.choosing.standins import FailoverRecogniser, FailoverSynthesiser
from tests.adapters.choosing.fakes import SPEECH, UTTERANCE, Fake, Hang, candidate, passing, refused
from tests.adapters.choosing.test_failover import Collected

SECONDS = 0.01
"""How long UTTERANCE is: 320 bytes."""


async def recognised(utterance: Utterance, *fakes: Fake) -> list[CallRecord]:
    """The records of one utterance's recognition by these, in order."""
    seen: list[Observation] = []
    chain = [candidate(name, fake, "STT") for name, fake in zip(("one", "two"), fakes, strict=False)]
    failover = Failover(Policy(), Random(0), seen.append)
    await FailoverRecogniser("one", lambda: chain, failover, None).transcribe(  # type: ignore[arg-type]
        utterance, Collected()
    )
    return [each for each in seen if isinstance(each, CallRecord)]


async def test_seconds_of_raw_samples_are_counted_of_each_who_was_asked(autojump_clock: MockClock) -> None:
    records = await recognised(UTTERANCE, Fake([refused()]), Fake())
    assert [(one.provider, one.outcome, one.why, one.usage) for one in records] == [
        ("one", "failed", "refused", Usage(audio_seconds=SECONDS)),
        ("two", "done", "", Usage(audio_seconds=SECONDS)),
    ]


async def test_a_call_whose_try_failed_before_another_answered_has_failed(autojump_clock: MockClock) -> None:
    records = await recognised(UTTERANCE, Fake([passing()], [Hang()]), Fake())
    assert {(one.provider, one.outcome, one.why) for one in records} == {
        ("one", "failed", "passing"),
        ("two", "done", ""),
    }


async def test_seconds_of_an_utterance_that_is_still_spoken_are_those_that_were_read(autojump_clock: MockClock) -> None:
    spoken = Growing()
    spoken.extend(bytes(640))
    spoken.complete()
    (record,) = await recognised(replace(UTTERANCE, audio=spoken), Fake(live=True))
    assert record.usage == Usage(audio_seconds=2 * SECONDS)


async def test_characters_of_speech_are_counted(autojump_clock: MockClock) -> None:
    seen: list[Observation] = []
    chain = [candidate("one", Fake(), "TTS")]
    failover = Failover(Policy(), Random(0), seen.append)
    await FailoverSynthesiser("one", lambda: chain, failover).synthesise(SPEECH, Collected())
    (record,) = seen
    assert isinstance(record, CallRecord)
    assert (record.kind, record.usage) == ("TTS", Usage(characters=len(SPEECH.text)))
