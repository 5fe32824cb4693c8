"""Sockets that take part in a session of another process: the same messages, bounds and ends as at home."""

import json
import uuid

import pytest
import trio
from trio.testing import MockClock

from adapters.client.voiceclient import AudioPiece, ConnectRefused
from adapters.relay import far, near
from adapters.relay.frames import DeliverFrame
from adapters.relay.stream import RelayStream
from protocol.errors import CloseReason
from protocol.messages import ResponseCancelled, SessionJoined, TranscribeDone
from protocol.timing import Timing
from tests.adapters.relay.pair import paired
from tests.harness import state
from tests.rawclient import Closed, RawClient

SOCKET = "/socket.io/?EIO=4&transport=websocket"
ROOM = str(uuid.UUID(int=7))


async def test_a_receiver_elsewhere_is_told_and_hears_the_same(autojump_clock: MockClock) -> None:
    async with paired() as pair:
        sender = await pair.one.join(role="sender", session_id=ROOM)
        at_home = await pair.one.join(role="receiver", session_id=ROOM)
        elsewhere = await pair.two.join(role="receiver", session_id=ROOM)
        await sender.configure()
        await sender.say(b"one ", b"two")
        await sender.until(state("handshaken"))
        for client in (at_home, elsewhere):
            await client.until(AudioPiece)
            await client.until(state("handshaken"))
        assert elsewhere.heard[1:] == at_home.heard[1:]
        assert pair.asked == ["one"]
        assert len(pair.two.session_registry) == 0
        for client in (sender, at_home, elsewhere):
            await client.vanish()
        await pair.check_nothing_is_left()


async def test_a_sender_elsewhere_speaks_and_hears(autojump_clock: MockClock) -> None:
    async with paired() as pair:
        receiver = await pair.one.join(role="receiver", session_id=ROOM)
        sender = await pair.two.join(role="sender", session_id=ROOM)
        await sender.configure()
        await sender.say(b"one ", b"two")
        told = await sender.until(state("speaking"))
        assert any(isinstance(message, TranscribeDone) for message in told)
        [call] = pair.one.engines.stt.script.calls
        assert call.asked.data == b"one two"
        await receiver.until(AudioPiece)
        await sender.vanish()
        await receiver.vanish()
        await pair.check_nothing_is_left()


async def test_what_several_receivers_are_told_crosses_once(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    crossed: list[DeliverFrame] = []
    deliver = RelayStream.deliver

    def count(stream: RelayStream, socket: int, frames: list[str | bytes]) -> None:
        before = len(stream._queue)
        deliver(stream, socket, frames)
        if len(stream._queue) > before:
            crossed.append(stream._queue[-1])  # type: ignore[arg-type]

    monkeypatch.setattr(RelayStream, "deliver", count)
    async with paired() as pair:
        sender = await pair.one.join(role="sender", session_id=ROOM)
        receivers = [await pair.two.join(role="receiver", session_id=ROOM) for _ in range(3)]
        await sender.configure()
        await sender.say(b"sound")
        for receiver in receivers:
            await receiver.until(AudioPiece)
        spoken = [frame for frame in crossed if "speaking" in str(frame.frames)]
        assert {len(frame.sockets) for frame in spoken} == {3}
        assert {len(frame.sockets) for frame in crossed[-3:]} == {3}
        for client in (sender, *receivers):
            await client.vanish()
        await pair.check_nothing_is_left()


async def test_the_owner_says_who_may_and_the_connection_may_ask_for_another_session(autojump_clock: MockClock) -> None:
    async with paired(token="open-sesame") as pair:
        first = await pair.one.join(role="sender", session_id=ROOM, token="open-sesame")
        with pytest.raises(ConnectRefused) as refused:
            await pair.two.join(role="sender", session_id=ROOM, token="open-sesame")
        assert refused.value.status == 409
        with pytest.raises(ConnectRefused) as wrong:
            await pair.two.join(role="receiver", session_id=ROOM, token="wrong")
        assert wrong.value.status == 401
        await first.vanish()
        await pair.check_nothing_is_left()


async def test_an_answer_that_is_cut_is_taken_back_on_its_way_too(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    monkeypatch.setattr(far, "WINDOW", 1)  # one message is on its way, and the others wait where the session is
    monkeypatch.setattr(near, "TOLD_EACH", 1)
    async with paired() as pair:
        phone = await pair.one.join(role="sender", session_id=ROOM)
        slow = await pair.two.join(role="receiver", session_id=ROOM, listening=False, lockstep=True)
        assert isinstance(await slow.voice.receive(), SessionJoined)
        await phone.configure()
        for _ in range(3):
            await phone.voice.text("Hello")
            await phone.until(state("speaking"))
        await phone.voice.cancel()
        await phone.until(state("handshaken"))
        await pair.one.settle()
        heard: list[object] = []
        while sum(isinstance(one, ResponseCancelled) for one in heard) < 3:
            heard.append(await slow.voice.receive())
        pieces = [one for one in heard if isinstance(one, AudioPiece)]
        assert not any(piece.audio for piece in pieces)
        assert [(piece.done, piece.total_number) for piece in pieces] == [(True, 1)] * 3
        for client in (phone, slow):
            await client.vanish()
        await pair.check_nothing_is_left()


async def test_a_process_that_is_gone_takes_the_connections_of_its_sessions(autojump_clock: MockClock) -> None:
    async with paired() as pair:
        sender = await pair.one.join(role="sender", session_id=ROOM)
        receiver = await pair.two.join(role="receiver", session_id=ROOM)
        own = await pair.two.join(role="both")
        await trio.aclose_forcefully(pair.streams[0])
        await receiver.over.wait()
        await own.configure()
        assert not sender.over.is_set()
        for client in (sender, receiver, own):
            await client.vanish()
        await pair.check_nothing_is_left()


async def test_a_socket_whose_client_does_not_read_is_closed_and_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    monkeypatch.setattr(far, "WINDOW", 1)
    monkeypatch.setattr(near, "TOLD_EACH", 1)
    async with paired(timing=Timing(outbox_bytes=10_000, outbox_messages=16)) as pair:
        phone = await pair.one.join(role="sender", session_id=ROOM)
        deaf = await pair.two.join(role="receiver", session_id=ROOM, listening=False, lockstep=True)
        reader = await pair.two.join(role="receiver", session_id=ROOM)
        await phone.configure()
        for _ in range(10):
            await phone.say(b"sound")
            await phone.until(state("handshaken"))
        assert len(reader.pieces) == 10
        closed = pair.two.supervisor.connection_registry.closed
        assert closed[CloseReason.SLOW_READER] == 1
        for client in (phone, reader, deaf):
            await client.vanish()
        await pair.check_nothing_is_left()


async def test_who_was_let_go_may_join_another_session_by_the_same_connection(autojump_clock: MockClock) -> None:
    async with paired() as pair, pair.two.dial() as stream:
        phone = await pair.one.join(role="sender", session_id=ROOM)
        client = RawClient(stream)
        await client.upgrade(SOCKET)
        connect = json.dumps({"sessionId": ROOM, "role": "receiver"})
        await client.say("40" + connect)
        assert (await client.event("session.joined"))["sessionId"] == ROOM
        # What comes behind a DISCONNECT is for whoever has the session that it names: the other server, and then this.
        await client.say("41", "40" + connect)
        assert (await client.event("session.joined"))["sessionId"] == ROOM
        await client.say("41", "40" + json.dumps({"role": "sender", "sessionId": ROOM}))
        assert '"statusCode":409' in await client.until("44")
        assert (len(pair.one.session_registry), len(pair.two.session_registry)) == (1, 0)
        await client.say("40{}")
        assert (await client.event("session.joined"))["sessionId"] != ROOM
        assert (len(pair.one.session_registry), len(pair.two.session_registry)) == (1, 1)
        await client.say('42["session.update",{}]')
        await client.until('42["session.state",{"state":"handshaken"')
        await phone.vanish()


async def test_what_a_client_does_wrong_ends_its_connection_with_the_words(autojump_clock: MockClock) -> None:
    async with paired() as pair, pair.two.dial() as stream:
        phone = await pair.one.join(role="sender", session_id=ROOM)
        client = RawClient(stream)
        await client.upgrade(SOCKET)
        await client.say("40" + json.dumps({"sessionId": ROOM, "role": "receiver"}))
        await client.event("session.joined")
        await client.say("4nonsense")
        with pytest.raises(Closed) as closed:
            await client.until("nothing")
        assert closed.value.code == 1002
        await phone.vanish()
        await trio.aclose_forcefully(stream)
        await pair.check_nothing_is_left()


async def test_a_sender_elsewhere_that_answers_no_ping_makes_way(autojump_clock: MockClock) -> None:
    async with paired() as pair:
        home = await pair.one.join(role="receiver", session_id=ROOM)
        alive = await pair.two.join(role="sender", session_id=ROOM)
        with pytest.raises(ConnectRefused) as refused:
            await pair.one.join(role="sender", session_id=ROOM)
        assert refused.value.status == 409
        await alive.vanish()
        silent = await pair.two.join(role="sender", session_id=ROOM, listening=False)
        second = await pair.one.join(role="sender", session_id=ROOM)
        for client in (home, silent, second):
            await client.vanish()
        await pair.check_nothing_is_left()


async def test_without_a_stream_to_the_other_process_the_client_is_told(autojump_clock: MockClock) -> None:
    async with paired() as pair:
        pair.asked.append("so that no stream is brought")
        phone = await pair.one.join(role="sender", session_id=ROOM)
        with pytest.raises(ConnectRefused) as refused:
            await pair.two.join(role="receiver", session_id=ROOM)
        assert refused.value.status == 503
        await phone.vanish()
        await pair.check_nothing_is_left()
