"""Whole conversations with a whole server on memory streams, each in fifty orders of Trio's scheduler."""

import uuid

import pytest
import trio
from trio.testing import MockClock

from actors.deciding.limits import Limits
from actors.running.connections import Full
from adapters.client.voiceclient import AudioPiece, ConnectRefused
from protocol.connecting import Auth
from protocol.connection import WEBSOCKET
from protocol.messages import (
    BufferInitialized,
    Metrics,
    ResponseCancelled,
    ResponseStarted,
    SessionJoined,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)
from protocol.timing import Timing
from tests.harness import Client, Polling, kinds, serving, state
from tests.scripted import Act, End, ScriptedEngines, hangs

pytestmark = pytest.mark.usefixtures("streams")

ROOM = str(uuid.UUID(int=7))
STAGES = ("STT", "LLM", "TTS")


# ---- plain turns


async def test_a_spoken_turn(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure()
        assert kinds(client.heard) == [SessionJoined, SessionUpdated, "handshaken"]
        await client.say(b"one ", b"two")
        told = await client.until(state("handshaken"))
        assert kinds(told) == [
            "receiving", BufferInitialized, "transcribing", TranscribeDelta, TranscribeDone, "responding",
            ResponseStarted, TextDone, "speaking", AudioPiece, Metrics, "handshaken",
        ]  # fmt: skip
        assert TextDone("Fine and well.") in told
        [call] = server.engines.stt.script.calls
        assert call.asked.data == b"one two"
        await client.vanish()
        await server.check_nothing_is_left()


@pytest.mark.parametrize("is_base64", [True, False])
async def test_the_sound_comes_in_the_encoding_that_was_asked_for(clock: MockClock, is_base64: bool) -> None:
    async with serving() as server, server.joined(audio_format="wav", is_base64=is_base64) as client:
        await client.configure()
        await client.say()
        await client.until(state("handshaken"))
        expected = AudioPiece(0, "Fine and well.", b"wav:Fine and well.", is_base64, True, True, 1)
        assert client.pieces == [expected]


async def test_a_typed_turn_whose_text_streams(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure(LLM={"stream": True})
        await client.voice.text("Hello")
        told = await client.until(state("handshaken"))
        assert kinds(told) == [
            TranscribeDone, "responding", ResponseStarted, TextDelta, TextDelta, TextDone, "speaking", AudioPiece,
            Metrics, "handshaken",
        ]  # fmt: skip


async def test_the_second_turn_is_asked_with_the_first_in_mind(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure()
        await client.check_a_turn_works()
        await client.check_a_turn_works()
        said = [[(turn.said, turn.answered) for turn in call.asked.history] for call in server.engines.llm.script.calls]
        assert said == [[], [("How are you?", "Fine and well.")]]


async def test_speaking_lasts_as_long_as_the_sound(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.codec.seconds = 4.5
    async with serving(engines) as server, server.joined() as client:
        await client.configure()
        await client.say()
        await client.until(state("speaking"))
        begun = trio.current_time()
        await client.until(state("handshaken"))
        assert trio.current_time() - begun == pytest.approx(4.5)


async def test_sender_and_receiver_apart(clock: MockClock) -> None:
    async with serving() as server, server.joined(role="receiver", session_id=ROOM) as avatar:
        async with server.joined(role="sender", session_id=ROOM) as phone:
            await phone.configure()
            await phone.say()
            seen = await avatar.until(AudioPiece)
            assert kinds(seen) == [
                SessionJoined, "handshaken", "receiving", "transcribing", "responding", ResponseStarted, TextDone,
                "speaking", AudioPiece,
            ]  # fmt: skip
            heard = kinds(await phone.until(Metrics))
            assert not {AudioPiece, TextDone, ResponseStarted} & {*heard}
        await avatar.until(state("handshaken"))


async def test_every_receiver_gets_its_own_encoding(clock: MockClock) -> None:
    async with (
        serving() as server,
        server.joined(role="sender", session_id=ROOM) as phone,
        server.joined(role="receiver", session_id=ROOM, client="unreal") as scene,
        server.joined(role="receiver", session_id=ROOM, client="web") as page,
    ):
        await scene.until(SessionJoined)
        await page.until(SessionJoined)
        await phone.configure()
        await phone.say()
        await scene.until(AudioPiece)
        await page.until(AudioPiece)
        assert [(piece.is_base64, piece.audio[:4]) for piece in scene.pieces] == [(True, b"wav:")]
        assert [(piece.is_base64, piece.audio[:4]) for piece in page.pieces] == [(False, b"mp3:")]


async def test_a_turn_over_polling(clock: MockClock) -> None:
    async with serving() as server:
        client = Polling(server)
        await client.open()
        await client.emit("session.update", {})
        await client.emit("input.text", "Hello")
        seen = ""
        while "response.metrics" not in seen:
            seen += "\n".join(await client.poll())
        events = ("session.joined", "session.updated", "request.transcribe.done", "response.text.done", "audio.delta")
        places = [seen.index(event) for event in events]
        assert places == sorted(places)
        await server.check_nothing_is_left()


# ---- interruption


async def interrupted_by(event: str, *arguments: object) -> Client:
    """A Receiver apart that was speaking when the Sender sent this event; what it was told is settled."""
    async with (
        serving() as server,
        server.joined(role="sender", session_id=ROOM) as phone,
        server.joined(role="receiver", session_id=ROOM) as avatar,
    ):
        await avatar.until(SessionJoined)
        await phone.configure()
        await phone.say()
        await avatar.until(AudioPiece)
        await phone.voice.send(event, *arguments)
        await avatar.until(ResponseCancelled)
        await trio.sleep(30)
        assert server.seats == {} or event == "input.text"
        return avatar


@pytest.mark.parametrize("event", [("input.buffer.append", b"wait"), ("response.cancel",)], ids=str)
async def test_nothing_of_a_cut_answer_comes_after_it_was_cancelled(
    clock: MockClock, event: tuple[str, object]
) -> None:
    avatar = await interrupted_by(*event)
    cut = next(place for place, message in enumerate(avatar.heard) if isinstance(message, ResponseCancelled))
    assert not {AudioPiece, TextDone, TextDelta} & {*kinds(avatar.heard[cut:])}
    assert [piece.done for piece in avatar.pieces] == [True]


@pytest.mark.parametrize("kind", STAGES)
async def test_barge_in_stops_the_engine_that_is_at_work(clock: MockClock, kind: str) -> None:
    engines = ScriptedEngines()
    engines.scripts[kind].acts.append(hangs())
    async with serving(engines) as server, server.joined() as client:
        await client.configure()
        await client.say()
        await client.until(state("transcribing" if kind == "STT" else "responding"))
        await trio.sleep(1)
        assert engines.running == {kind: 1}
        await client.say(b"no, wait")
        await client.until(BufferInitialized)
        await client.until(AudioPiece)
        assert engines.scripts[kind].ends == [End.CANCELLED, End.DONE]
        assert len(client.pieces) == 1
        await client.until(state("handshaken"))
        assert server.seats == {}


async def test_a_typed_turn_interrupts_a_spoken_one(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.llm.script.acts.append(hangs("Well, "))
    async with serving(engines) as server, server.joined() as client:
        await client.configure(LLM={"stream": True})
        await client.say()
        await client.until(TextDelta)
        await client.voice.text("Something else")
        told = await client.until(AudioPiece)
        assert told[0] == ResponseCancelled("interrupted")
        assert ResponseStarted(2) in told
        assert engines.llm.script.ends == [End.CANCELLED, End.DONE]
        assert server.engines.running == {}


async def test_what_waits_for_a_receiver_that_reads_slowly_is_taken_back(clock: MockClock) -> None:
    async with serving() as server, server.joined(role="sender", session_id=ROOM) as phone:
        slow = await server.join(role="receiver", session_id=ROOM, listening=False, lockstep=True)
        assert isinstance(await slow.voice.receive(), SessionJoined)
        await phone.configure()
        for _ in range(3):
            await phone.voice.text("Hello")
            await phone.until(state("speaking"))
        await phone.voice.cancel()
        await phone.until(state("handshaken"))
        await server.settle()
        heard: list[object] = []
        while kinds(heard).count(ResponseCancelled) < 3:
            heard.append(await slow.voice.receive())
        pieces = [message for message in heard if isinstance(message, AudioPiece)]
        assert not any(piece.audio for piece in pieces)
        assert [(piece.id, piece.done, piece.total_number) for piece in pieces] == [(0, True, 1)] * 3
        await slow.vanish()


async def test_an_answer_is_closed_by_the_last_piece_that_left_for_a_receiver(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.llm.script.usual = Act(("One is here. ", "Two is here. ", "Three is here."), 0.1)
    engines.tts.script.usual = Act(("", "more "), 0.05)
    async with serving(engines) as server, server.joined(role="sender", session_id=ROOM) as phone:
        slow = await server.join(role="receiver", session_id=ROOM, listening=False, lockstep=True)
        quick = await server.join(role="receiver", session_id=ROOM)
        await phone.configure(LLM={"stream": True}, TTS={"stream": True, "responseType": "multiple"})
        await phone.voice.text("Hello")
        heard: list[object] = []
        while not any(isinstance(message, AudioPiece) for message in heard):
            heard.append(await slow.voice.receive())
        await trio.sleep(2.0)
        await phone.voice.cancel()
        while not isinstance(heard[-1], ResponseCancelled):
            heard.append(await slow.voice.receive())
        await quick.until(ResponseCancelled)
        pieces = [message for message in heard if isinstance(message, AudioPiece)]
        assert {piece.id for piece in quick.pieces} == {0, 1, 2}
        assert {piece.id for piece in pieces} == {0}, "a part of which nothing came does not end"
        assert [(piece.id, piece.total_number) for piece in pieces if piece.done] == [(0, 1)]
        await slow.vanish()


# ---- coming and going


async def test_a_sender_that_comes_back_goes_on_with_its_utterance(clock: MockClock) -> None:
    async with serving(limits=Limits(grace=20)) as server:
        async with server.joined(session_id=ROOM) as phone:
            await phone.configure(LLM={"model": "mine"})
            await phone.voice.append(b"one ")
            await phone.until(BufferInitialized)
        await trio.sleep(19)
        async with server.joined(session_id=ROOM) as phone:
            assert await phone.until(SessionJoined) == [SessionJoined(ROOM, "both", "receiving")]
            await phone.say(b"two")
            await phone.until(AudioPiece)
        assert [call.asked.data for call in server.engines.stt.script.calls] == [b"one two"]
        assert [call.asked.model for call in server.engines.llm.script.calls] == ["mine"]
        await server.check_nothing_is_left()


async def test_all_leave_in_the_middle_of_an_answer_and_nothing_is_left(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.tts.script.acts.append(hangs())
    async with serving(engines) as server:
        client = await server.join()
        await client.configure()
        await client.say()
        await client.until(TextDone)
        await client.leave()
        await server.settle()
        assert engines.running == {}
        assert server.seats == {}
        assert len(server.session_registry) == 1
        await server.check_nothing_is_left()


async def test_an_answer_goes_on_for_the_only_client_whose_connection_is_lost(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.tts.script.usual = Act(("",), delay=3.0)
    async with serving(engines) as server:
        async with server.joined() as client:
            await client.configure()
            await client.say()
            await client.until(TextDone)
        await server.settle()
        [session] = server.session_registry.sessions
        assert (session.state, engines.running) == ("responding", {"TTS": 1})
        await trio.sleep(7.0)
        assert session.state == "speaking"
        await trio.sleep(10.0)
        assert session.state == "handshaken"
        await server.check_nothing_is_left()


async def test_a_server_that_keeps_nothing_ends_the_work_with_the_last_connection(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.tts.script.acts.append(hangs())
    async with serving(engines, limits=Limits(resume_bytes=0)) as server:
        async with server.joined() as client:
            await client.configure()
            await client.say()
            await client.until(TextDone)
        await server.settle()
        assert engines.running == {}
        assert server.supervisor.account.spare == 0
        await server.check_nothing_is_left()


async def test_an_idle_session_ends_with_its_last_socket(clock: MockClock) -> None:
    async with serving() as server:
        async with server.joined() as client:
            await client.until(SessionJoined)
        await server.settle()
        assert len(server.session_registry) == 0
        await server.check_nothing_is_left()


async def test_a_second_sender_is_refused_while_the_first_answers(clock: MockClock) -> None:
    async with serving() as server, server.joined(session_id=ROOM) as first:
        await first.configure()
        asked = trio.current_time()
        with pytest.raises(ConnectRefused) as refused:
            await server.join(session_id=ROOM)
        assert refused.value.status == 409
        assert trio.current_time() == asked, "as soon as the first has answered"
        await first.check_a_turn_works()


@pytest.mark.parametrize("configured", [True, False])
async def test_a_second_sender_takes_over_where_the_first_does_not_answer(clock: MockClock, configured: bool) -> None:
    async with serving() as server:
        first = await server.join(session_id=ROOM, listening=False)
        if configured:
            await first.voice.update({})
        await server.settle()
        begun = trio.current_time()
        async with server.joined(session_id=ROOM) as second:
            assert trio.current_time() - begun == pytest.approx(2.0)
            await second.until(SessionJoined)
            await second.voice.update({})
            await second.until(SessionUpdated)
            await second.check_a_turn_works()
        await first.vanish()
        await server.check_nothing_is_left()


async def test_of_two_that_would_take_over_at_once_one_does(clock: MockClock) -> None:
    async with serving() as server:
        first = await server.join(session_id=ROOM, listening=False)
        joined: list[Client] = []
        refused: list[int] = []

        async def take_over() -> None:
            try:
                joined.append(await server.join(session_id=ROOM))
            except ConnectRefused as refusal:
                refused.append(refusal.status)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(take_over)
            nursery.start_soon(take_over)
        assert (len(joined), refused) == (1, [409])
        [session] = server.session_registry.sessions
        await joined[0].until(SessionJoined)
        assert len(session.senders) == 1
        await joined[0].configure()
        await joined[0].check_a_turn_works()
        await first.vanish()
        await joined[0].vanish()
        await server.check_nothing_is_left()


async def test_a_polling_client_that_is_gone_before_it_is_let_in_leaves_nothing(clock: MockClock) -> None:
    async with serving() as server:
        first = await server.join(session_id=ROOM, listening=False)
        await first.voice.update({})
        await server.settle()
        ghost = Polling(server)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: ghost.open(Auth(session_id=ROOM)))
            await trio.sleep(1)
            async with server.dial() as stream:
                head = f"GET {ghost.target} HTTP/1.1\r\nHost: memory\r\n\r\n"
                await stream.send_all(head.encode())
                await server.settle()
        await trio.sleep(5)
        await first.vanish()
        await server.check_nothing_is_left()


async def test_a_token_is_asked_for(clock: MockClock) -> None:
    async with serving(token="secret") as server:
        with pytest.raises(ConnectRefused) as refused:
            await server.join(token="guess")
        assert refused.value.status == 401
        async with server.joined(token="secret") as client:
            await client.configure()


@pytest.mark.parametrize(("limits", "status"), [(Limits(sessions=1), 503), (Limits(receivers=0), 503)])
async def test_the_number_of_sessions_and_receivers_is_bounded(clock: MockClock, limits: Limits, status: int) -> None:
    async with serving(limits=limits) as server, server.joined(role="sender"):
        with pytest.raises(ConnectRefused) as refused:
            await server.join(role="receiver", session_id=ROOM)
        assert refused.value.status == status


async def test_a_receiver_that_does_not_read_is_dropped_without_slowing_the_others(clock: MockClock) -> None:
    timing = Timing(ping_timeout=3.0)
    async with serving(timing=timing) as server, server.joined(session_id=ROOM) as client:
        stuck = await server.join(role="receiver", session_id=ROOM, listening=False, lockstep=True)
        await client.configure()
        await client.check_a_turn_works()
        await trio.sleep(60)
        [session] = server.session_registry.sessions
        assert [one.is_absent for one in session.participants.values()] == [False, True]
        await client.check_a_turn_works()
        await stuck.vanish()


async def test_a_server_that_goes_down_takes_leave(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.llm.script.acts.append(Act(("Well",), delay=5))
    async with serving(engines) as server, server.joined() as client:
        await client.configure()
        await client.say()
        await client.until(ResponseStarted)
        with trio.fail_after(5):
            await server.supervisor.drain()
            await client.over.wait()
        assert ResponseCancelled("cancelled") in client.rest()
        assert engines.running == {}
        assert len(server.session_registry) == 0
        with pytest.raises(Full, match="going down"):
            server.supervisor.connection_registry.open(WEBSOCKET, {}, "192.0.2.1")
