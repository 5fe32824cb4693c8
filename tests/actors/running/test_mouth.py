"""The mouth with a whole server on memory streams: scripted tracks that are told, that fail, that are late, and cut."""

import msgspec
import pytest
import trio
from trio.testing import MockClock

from actors.deciding.effects import MouthOrder
from actors.deciding.mouthpacking import pack
from actors.ports.answering import Delivery, Question
from actors.ports.calls import Emit
from actors.ports.mouth import Mark, MouthMade
from actors.running.mouth import in_time, mouth_room
from adapters.client.voiceclient import AudioPiece, Received
from adapters.mouth.mouths import MouthTracks
from adapters.mouth.timeline import MOST_MARKS
from protocol.messages import Metrics, ResponseCancelled, ResponseStarted, SessionJoined
from protocol.mouth import ResponseCue, ResponseMouth, ResponseWords
from tests.harness import Client, kinds, serving, state
from tests.scripted import Act, Broken, ScriptedEngines, hangs
from tests.scriptedmouth import keys, rows, words

OURS = (ResponseMouth, ResponseWords, ResponseCue)
ROOM = "00000000-0000-0000-0000-000000000007"
TOLD = (Mark("phone", "m", 0.0, 90.0), Mark("word", "Fine", 0.0, 400.0, 0))


def engines_of(*pieces: str, told: bool = True) -> ScriptedEngines:
    """A synthesiser that makes these pieces, of 2 s each."""
    engines = ScriptedEngines()
    engines.tts.script.usual = Act(pieces or ("",), delay=0.1)
    engines.tts.marks = TOLD if told else None
    return engines


def mouths(messages: list[Received]) -> list[ResponseMouth]:
    return [message for message in messages if isinstance(message, ResponseMouth)]


def check_the_mouth_leads(messages: list[Received], *, lag: int = 0) -> None:
    """Whatever sound has come, its mouth came before it, but for `lag` ms; and it closes once a part."""
    covered: dict[int, int] = {}
    heard: dict[int, int] = {}
    closed: list[int] = []
    latest: dict[int, int] = {}
    for message in messages:
        if isinstance(message, ResponseMouth) and not message.cut:
            assert message.id not in closed
            assert isinstance(message.start, int)
            assert isinstance(message.end, int)
            assert message.start == covered.get(message.id, 0)
            covered[message.id] = message.end
            for time in message.times or ():
                assert time > latest.get(message.id, -1)
                latest[message.id] = time
            closed += [message.id] if message.last else []
        if isinstance(message, AudioPiece):
            heard[message.id] = heard.get(message.id, 0) + (2000 if message.audio else 0)
            assert covered.get(message.id, 0) >= heard[message.id] - lag
            assert not message.stream_part_done or message.id in closed
    assert sorted(closed) == sorted(heard)


async def answered(client: Client, **sections: object) -> list[Received]:
    """What the client is told of a turn."""
    await client.configure(**sections)  # type: ignore[arg-type]
    client.rest()
    await client.say()
    return await client.until(state("handshaken"))


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("told", [True, False])
async def test_the_mouth_of_an_answer_leads_its_sound(clock: MockClock, stream: bool, told: bool) -> None:
    engines = engines_of("", "", "", told=told)
    async with serving(engines) as server, server.joined(mouth="ovr,words") as client:
        heard = await answered(client, TTS={"stream": stream})
        check_the_mouth_leads(heard)
        assert {message.source for message in mouths(heard)} == {"phonemes"}
        assert [message.last for message in heard if isinstance(message, ResponseWords)].count(True) == 1
        [track] = engines.mouths.tracks
        assert set(engines.mouths.prepared) == {("openai", "tts-1")}
        assert engines.mouths.asked == [("Fine and well.", frozenset({"ovr"}))]
        assert track.marks == (TOLD * 3 if told else ())
        samples = b"pcm16/16000:" if stream else b""
        assert track.samples == (b"" if told else (samples + b"Fine and well.") * 3)
        await client.vanish()
        await server.check_nothing_is_left()


async def test_who_does_not_ask_costs_no_track_and_hears_no_new_event(clock: MockClock) -> None:
    engines = engines_of()
    async with serving(engines) as server, server.joined(client="unreal") as client:
        heard = await answered(client, TTS={"stream": True})
        assert not [message for message in heard if isinstance(message, OURS)]
        assert not engines.mouths.tracks
        assert not engines.mouths.prepared
        assert engines.tts.script.calls[0].asked.marks is False
        assert client.pieces[0].audio


async def test_the_first_sound_comes_no_later_with_a_mouth(clock: MockClock) -> None:
    times = []
    for mouth in ("none", "ovr,words"):
        async with serving(engines_of("", "", told=False)) as server, server.joined(mouth=mouth) as client:
            await client.configure(TTS={"stream": True})
            begun = trio.current_time()
            await client.say()
            await client.until(AudioPiece)
            times.append(trio.current_time() - begun)
    assert times[0] == times[1]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("calls", [0, 1, 2])
async def test_sound_does_not_fail_for_its_mouth(clock: MockClock, stream: bool, calls: int) -> None:
    engines = engines_of("", "", "")
    engines.mouths.calls = calls
    async with serving(engines) as server, server.joined(mouth="ovr,words") as client:
        heard = await answered(client, TTS={"stream": stream})
        assert client.pieces[-1].done
        assert [message.last for message in mouths(heard)].count(True) == 1
        assert mouths(heard)[-1].shapes != msgspec.UNSET
        assert mouths(heard)[-1].shapes[-1] == 0  # type: ignore[index]
        assert client.heard[-1] == state("handshaken")


async def test_a_mouth_that_hangs_is_given_up(clock: MockClock) -> None:
    engines = engines_of("", "", "")
    engines.mouths.delay = 3600.0
    async with serving(engines) as server, server.joined(mouth="ovr") as client:
        await client.configure(TTS={"stream": True})
        begun = trio.current_time()
        await client.say()
        await client.until(AudioPiece)
        assert trio.current_time() - begun == pytest.approx(0.1, abs=1e-6)
        heard = await client.until(Metrics)
        assert [message.last for message in mouths(heard)].count(True) == 1


async def test_a_call_that_is_cancelled_at_once_has_begun(clock: MockClock) -> None:
    begun: list[str] = []

    async def answer() -> MouthMade:
        begun.append("it")
        await trio.lowlevel.checkpoint()
        return MouthMade()

    with trio.CancelScope() as scope:
        scope.cancel()
        await in_time(answer())
    assert begun == ["it"], "else Python warns that it was never awaited"


@pytest.mark.parametrize("mouth", ["ovr", "arkit"])
async def test_a_mouth_that_is_given_up_closes_at_once(clock: MockClock, mouth: str) -> None:
    engines = engines_of("", "", "", "")
    engines.mouths.calls = 1
    async with serving(engines) as server, server.joined(mouth=mouth) as client:
        heard = await answered(client, TTS={"stream": True})
        _, closed, *_, last = told = mouths(heard)
        assert not any(closed.values or closed.weights or ())
        assert not closed.last
        assert last.last
        assert [message.start for message in told[1:]] == [message.end for message in told[:-1]]
        assert len([one for one in heard[heard.index(closed) :] if isinstance(one, AudioPiece) and one.audio]) >= 2


async def test_a_long_sound_is_told_in_slices(clock: MockClock) -> None:
    engines = engines_of("")
    engines.codec.seconds = 61.0
    async with serving(engines) as server, server.joined(mouth="ovr") as client:
        heard = await answered(client)
        assert engines.mouths.tracks[0].told_until == [*range(2_000, 61_000, 2_000), 61_000]
        assert [(m.start, m.end) for m in mouths(heard)][:2] == [(0, 2_000), (2_000, 4_000)]
        assert mouths(heard)[-1].end == 61_000


async def test_the_marks_of_a_long_sound_are_all_heeded(clock: MockClock, monkeypatch: pytest.MonkeyPatch) -> None:
    engines = engines_of("")
    monkeypatch.setattr(engines, "mouths", MouthTracks())
    engines.tts.marks = tuple(
        Mark("phone", "ma"[number % 2], number * 20.0, 20.0) for number in range(MOST_MARKS + 500)
    )
    engines.codec.seconds = len(engines.tts.marks) * 0.02
    async with serving(engines) as server, server.joined(mouth="ovr") as client:
        heard = mouths(await answered(client))
        assert heard[-1].last
        assert all(any(message.shapes or ()) for message in heard[:-1])


async def test_a_mouth_that_looks_ahead_follows_within_its_lag(clock: MockClock) -> None:
    engines = engines_of("", "", "", told=False)
    engines.mouths.lag = 120
    async with serving(engines) as server, server.joined(mouth="ovr") as client:
        check_the_mouth_leads(await answered(client, TTS={"stream": True}), lag=120)


class EchoModel:
    """A language model that gives the Sender its own voice back."""

    async def answer(self, question: Question, write: Emit[str | Delivery]) -> None:
        await write(Delivery(clip=question.clip))
        await write(question.text)


@pytest.mark.parametrize("stream", [True, False])
async def test_the_mouth_of_the_senders_own_voice_does_not_trust_what_was_understood(
    clock: MockClock, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = engines_of("")
    monkeypatch.setattr(engines, "llm", EchoModel())
    async with serving(engines) as server, server.joined(mouth="ovr") as client:
        heard = await answered(client, TTS={"stream": stream})
        assert engines.mouths.asked == [("", frozenset({"ovr"}))]
        assert mouths(heard)[-1].last


async def test_every_receiver_of_a_session_gets_its_own_set(clock: MockClock) -> None:
    sets = {"ovr": 15, "vrm": 6, "rhubarb": 9, "arkit": 52}
    engines = engines_of("", "")
    async with serving(engines) as server, server.joined(session_id=ROOM, role="sender") as client:
        scenes = {name: await server.join(session_id=ROOM, role="receiver", mouth=name) for name in sets}
        plain = await server.join(session_id=ROOM, role="receiver")
        for scene in (*scenes.values(), plain):
            await scene.until(SessionJoined)
        await client.configure(TTS={"stream": True})
        await client.say()
        await client.until(state("handshaken"))
        await server.settle()
        assert engines.mouths.asked == [("Fine and well.", frozenset(sets))]
        for name, scene in scenes.items():
            check_the_mouth_leads(scene.heard)
            assert {message.set for message in mouths(scene.heard)} == {name}
            assert [message.names != msgspec.UNSET for message in mouths(scene.heard)].count(True) == (name == "arkit")
        assert not [message for message in plain.heard if isinstance(message, OURS)]
        for scene in (*scenes.values(), plain):
            await scene.vanish()


@pytest.mark.parametrize("after", [0.05, 0.15, 0.25, 2.0, 5.9])
async def test_a_cut_at_any_moment_closes_the_mouth(clock: MockClock, after: float) -> None:
    engines = engines_of("", "", "")
    async with serving(engines) as server, server.joined(mouth="vrm,words") as client:
        await client.configure(TTS={"stream": True})
        await client.say()
        await client.until(ResponseStarted)
        await trio.sleep(after)
        client.rest()
        await client.voice.append(b"stop")
        heard = await client.until(state("receiving"))
        cuts = [message for message in heard if isinstance(message, AudioPiece | ResponseMouth | ResponseCancelled)]
        had_sound = bool([piece for piece in client.pieces if piece.audio])
        was_open = after < 0.4
        closing = [AudioPiece] if was_open else []
        assert kinds(cuts) == ([*closing, ResponseMouth, ResponseCancelled] if had_sound else [ResponseCancelled])
        if had_sound:
            [cut] = mouths(heard)
            assert (cut.cut, cut.last, cut.shapes, cut.weights, cut.id) == (True, True, (0,), (0,), 0)
            assert not [message for message in client.rest() if isinstance(message, OURS)]


async def test_what_is_tried_in_a_pause_tells_no_mouth_before_the_commit(clock: MockClock) -> None:
    frame, silence = b"\x01" * 1024, bytes(1024)
    engines = engines_of("")
    async with serving(engines) as server, server.joined(mouth="ovr") as client:
        vad = {"type": "server_vad", "silenceDurationMs": 960}
        await client.configure(STT={"mediaFormat": "pcm16"}, turnDetection=vad)
        client.rest()
        for chunk in [frame] * 30 + [silence] * 20:
            await client.voice.append(chunk)
            await trio.sleep(0.032)
        await server.settle()
        assert len(engines.mouths.tracks) == 1
        assert not [message for message in client.rest() if isinstance(message, OURS)]
        for _ in range(10):
            await client.voice.append(silence)
            await trio.sleep(0.032)
        heard = await client.until(Metrics)
        check_the_mouth_leads(heard)


@pytest.mark.parametrize("stream", [True, False])
async def test_words_of_a_cut_answer_are_found_in_its_sound(clock: MockClock, stream: bool) -> None:
    engines = engines_of("", told=False)
    engines.mouths.said = (Mark("word", "Fine", 0.0, 400.0), Mark("word", "and", 1900.0, 50.0))
    engines.mouths.delay = 0.2
    async with serving(engines) as server, server.joined() as client:
        await client.configure(TTS={"stream": stream})
        await client.say()
        await client.until(AudioPiece)
        assert engines.mouths.tracks == []
        await trio.sleep(1.8)
        await client.voice.append(b"stop")
        await client.until(state("receiving"))
        [session] = server.session_registry.sessions
        assert [exchange.answered for exchange in session.memory.history] == ["Fine and"]
        await trio.sleep(0.5)
        assert [exchange.answered for exchange in session.memory.history] == ["Fine"]
        [track] = engines.mouths.tracks
        assert track.samples == b"Fine and well."
        await client.vanish()
        await server.check_nothing_is_left()


@pytest.mark.parametrize("calls", [0, 1])
async def test_a_search_that_fails_or_hangs_leaves_the_estimate(clock: MockClock, calls: int) -> None:
    engines = engines_of("", told=False)
    engines.mouths.calls, engines.mouths.delay = calls, 0.0 if calls == 0 else 3600.0
    async with serving(engines) as server, server.joined() as client:
        await client.configure()
        await client.say()
        await client.until(AudioPiece)
        await trio.sleep(1.8)
        await client.voice.append(b"stop")
        await client.until(state("receiving"))
        await trio.sleep(5.0)
        [session] = server.session_registry.sessions
        assert [exchange.answered for exchange in session.memory.history] == ["Fine and"]
        assert session.memory.recalled is None


async def test_a_fault_in_the_search_ends_the_search_alone(clock: MockClock, caplog: pytest.LogCaptureFixture) -> None:
    engines = engines_of("", told=False)
    async with serving(engines) as server, server.joined() as client:
        await client.configure()
        await client.say()
        await client.until(AudioPiece)
        engines.codec.script.usual = Act((), stops_at=0, failure=Broken("unforeseen"))
        await trio.sleep(1.8)
        await client.voice.append(b"stop")
        await client.until(state("receiving"))
        await server.settle()
        engines.codec.script.usual = Act(())
        assert "by a fault of this server" in caplog.text
        [exchange] = server.session_registry.sessions[0].memory.history
        assert exchange.answered == "Fine and"
        await client.check_a_turn_works()


@pytest.mark.parametrize("stream", [True, False])
async def test_words_that_come_free_say_what_was_heard(clock: MockClock, stream: bool) -> None:
    engines = engines_of("")
    engines.tts.marks = (Mark("word", "Fine", 0.0, 400.0, 0), Mark("word", "and", 1900.0, 50.0, 5))
    async with serving(engines) as server, server.joined() as client:
        await client.configure(TTS={"stream": stream})
        await client.say()
        await client.until(AudioPiece)
        await trio.sleep(1.8)
        await client.voice.append(b"stop")
        await client.until(state("receiving"))
        [exchange] = server.session_registry.sessions[0].memory.history
        assert exchange.answered == "Fine"


async def test_a_synthesiser_that_hangs_leaves_the_mouth_closed(clock: MockClock) -> None:
    engines = engines_of()
    engines.tts.script.acts.append(hangs("", ""))
    async with serving(engines) as server, server.joined(mouth="ovr") as client:
        await client.configure(TTS={"stream": True})
        await client.say()
        heard = await client.until(ResponseCancelled)
        assert kinds(heard[-3:]) == [AudioPiece, ResponseMouth, ResponseCancelled]
        assert mouths(heard)[-1].cut


async def test_memory_counts_the_mouth_of_each_receiver(clock: MockClock) -> None:
    track = MouthMade({"ovr": (keys(0, 2000),), "arkit": (rows(0, 2000, 60),)}, words(0, 2000))
    order = MouthOrder(frozenset({"ovr", "arkit"}), 60, 3)
    messages = [
        message for of, several in track.shapes.items() for shapes in several for message in pack(shapes, of, 1, 0, 60)
    ]
    assert mouth_room(track, order) >= sum(len(msgspec.json.encode(message)) for message in messages)
    assert mouth_room(track, order) == 3 * mouth_room(track, MouthOrder(order.sets, 60, 1))
    assert mouth_room(None, order) == mouth_room(track, None) == 0
    async with serving(engines_of("", "")) as server, server.joined(mouth="arkit,words") as client:
        await answered(client, TTS={"stream": True})
        account = server.session_registry.shared.account
        assert account.used == 0
