"""The server goes down: who is told what on which transport, and how long it waits for whom, on its own clock."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from adapters.lifecycle.ending import SHUTDOWN_SECONDS
from adapters.wire.websocket import CLOSE_SECONDS
from tests.adapters.wire.memoryserver import HEADER, POLLED, SOCKET, MemoryServer, standing
from tests.adapters.wire.wirefaults import TEXT, closing, frame
from tests.rawclient import Closed, RawClient, request
from tests.scripted import Act, ScriptedEngines

UPDATE = '42["session.update",{}]'


class Leaving:
    """A client on a WebSocket that keeps what it hears; `answers`: whether it says goodbye, too."""

    def __init__(self, client: RawClient, *, answers: bool = True) -> None:
        self.heard: list[str] = []
        self.code = -1
        self._client = client
        self._answers = answers

    async def run(self) -> None:
        """Listen to the end."""
        try:
            while True:
                self.heard.append(str(await self._client.hear()))
        except Closed as closed:
            self.code = closed.code
            if self._answers and closed.code:
                await self._client.send(closing(closed.code))


async def joined(server: MemoryServer) -> RawClient:
    """A client on a WebSocket whose session is configured."""
    client = await server.websocket("40", UPDATE)
    await client.until('42["session.state",{"state":"handshaken"')
    return client


async def leave(server: MemoryServer, *clients: Leaving) -> float:
    """How long the server takes to go down while these listen."""
    begun = trio.current_time()
    async with trio.open_nursery() as nursery:
        for client in clients:
            nursery.start_soon(client.run)
        await server.take_leave()
        seconds = trio.current_time() - begun
        await server.lose_everybody()
    return seconds


async def test_who_answers_is_not_waited_for(autojump_clock: MockClock) -> None:
    async with standing() as server:
        clients = [Leaving(await joined(server)) for _ in range(3)]
        assert await leave(server, *clients) == 0.0
        for client in clients:
            assert (client.heard[-1], client.code) == ("41", 1001)


async def test_who_does_not_answer_is_waited_for_within_a_bound(autojump_clock: MockClock) -> None:
    async with standing() as server:
        silent, other = Leaving(await joined(server), answers=False), Leaving(await joined(server))
        assert await leave(server, silent, other) == pytest.approx(CLOSE_SECONDS)
        assert (silent.heard[-1], silent.code, other.code) == ("41", 1001, 1001)


async def test_who_does_not_read_is_waited_for_within_a_bound(autojump_clock: MockClock) -> None:
    async with standing() as server:
        stuck = await server.websocket("40", lockstep=True)
        await stuck.until('42["session.joined"')
        assert 0 < await leave(server) <= SHUTDOWN_SECONDS


async def test_a_turn_in_the_air_is_cut_before_the_shutdown(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.llm.script.usual = Act(("One. ", "Two. "), 60.0)
    async with standing(engines=engines) as server:
        client = await server.websocket("40", UPDATE, HEADER)
        await client.say(b"sound", '42["input.buffer.commit"]')
        await client.until('42["response.started"')
        leaving = Leaving(client)
        assert await leave(server, leaving) == 0.0
        events = [heard for heard in leaving.heard if "response.cancelled" in heard or heard == "41"]
        assert events == ['42["response.cancelled",{"reason":"cancelled"}]', "41"]


async def test_a_poll_that_waits_is_answered_whole(autojump_clock: MockClock) -> None:
    async with standing() as server:
        polled = await server.polling("40", UPDATE)
        while b'"handshaken"' not in (await polled.get()).body:
            pass
        waiting = await polled.wait()
        begun = trio.current_time()
        await server.take_leave()
        assert trio.current_time() == begun
        assert (await waiting.answer()).body == b"41\x1e1"


async def test_who_polls_a_moment_later_is_told_as_well(autojump_clock: MockClock) -> None:
    async with standing() as server:
        polled = await server.polling("40")
        bodies = []

        async def poll() -> None:
            await trio.sleep(0.1)
            bodies.append((await polled.get()).body)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(poll)
            begun = trio.current_time()
            await server.take_leave()
            assert trio.current_time() - begun == pytest.approx(0.1)
        assert bodies[0].endswith(b"41\x1e1")


async def test_a_websocket_that_is_about_to_take_over_holds_nobody_up(autojump_clock: MockClock) -> None:
    async with standing() as server:
        polled = await server.polling("40")
        await polled.get()
        sid = polled._target.rpartition("=")[2]
        probe = server.dial()
        assert (await probe.upgrade(f"{SOCKET}&sid={sid}")).status == 101
        await probe.say("2probe")
        assert await probe.hear() == "3probe"
        candidate, bodies = Leaving(probe), []

        async def poll() -> None:
            await trio.sleep(0.01)  # until then it answers at once, that there is nothing
            bodies.append((await polled.get()).body)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(poll)
            assert await leave(server, candidate) == pytest.approx(0.01)
        assert (candidate.code, bodies) == (1001, [b"41\x1e1"])


async def test_nobody_comes_in_any_more(autojump_clock: MockClock) -> None:
    async with standing() as server:
        await joined(server)  # which does not answer, so that there is time
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.take_leave)
            await wait_all_tasks_blocked()
            begun = trio.current_time()
            refused = await server.ask("GET", POLLED)
            assert (refused.status, "going down" in refused.json["message"]) == (503, True)
            assert (await server.dial().upgrade(SOCKET)).status == 503
        assert trio.current_time() - begun == pytest.approx(CLOSE_SECONDS)


async def test_streams_on_which_nothing_is_asked_hold_nobody_up(autojump_clock: MockClock) -> None:
    async with standing() as server:
        kept = server.dial()
        assert (await kept.ask("GET", "/nowhere")).status == 404
        silent = server.dial()
        await silent.send(request("GET", "/")[:20])
        broken = await server.websocket("40")
        await broken.send(frame(TEXT, b"\xff"))
        assert await broken.close_code() == 1007  # which lingers, for five seconds
        assert await leave(server) == 0.0


async def test_a_second_signal_ends_the_waiting_and_the_close_frame_has_left(autojump_clock: MockClock) -> None:
    async with standing() as server:
        silent = Leaving(await joined(server), answers=False)
        begun = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(silent.run)
            with trio.move_on_after(0.5):
                await server.take_leave()
            assert trio.current_time() - begun == pytest.approx(0.5)
            await server.lose_everybody()
        assert (silent.heard[-1], silent.code) == ("41", 1001)
