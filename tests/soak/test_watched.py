"""A client that watches: it notices a session that is stuck, an ack that never comes, and what is not as documented."""

import math
from collections import deque
from typing import cast

import msgspec
import trio

from actors.deciding.limits import Limits
from protocol import socketio
from protocol.connecting import Auth
from protocol.engineio import Frame
from protocol.handshake import Handshake
from protocol.socketio import Packet
from tests.soak.findings import Findings
from tests.soak.lines import Line, join
from tests.soak.watched import ACK_WITHIN, SLACK, SessionFacts, WatchedClient, bounds_of

LIMITS = Limits(responding=7.0, receiving=3.0)
OPEN = '0{"sid":"x","upgrades":[],"pingInterval":99000,"pingTimeout":99000,"maxPayload":1000000}'
JOINED = {"sessionId": "6e975125-80dc-47a9-94e2-2b79542b2fee", "role": "both", "state": "handshaken", "maxPayload": 1}


class ScriptedLine:
    """A server that says what a test tells it to say, and keeps what it is told."""

    def __init__(self) -> None:
        self.why = ""
        self.told: deque[Frame] = deque([OPEN, '40{"sid":"y"}'])
        self.heard: list[Frame] = []
        self._news = trio.Event()

    def tell(self, event: str, payload: object) -> None:
        """An event to the client."""
        self.told += socketio.encode(Packet(socketio.EVENT, data=[event, payload]))
        self._news.set()

    async def send_message(self, frame: Frame) -> None:
        """As trio-websocket's."""
        self.heard.append(frame)

    async def get_message(self) -> Frame:
        """As trio-websocket's."""
        while not self.told:
            self._news = trio.Event()
            await self._news.wait()
        return self.told.popleft()

    async def drop(self, *, reset: bool = False) -> None:
        """As a line's."""


async def watched(line: ScriptedLine, findings: Findings, facts: SessionFacts | None = None) -> WatchedClient:
    """A client that has joined."""
    voice = await join(cast(Line, line), Auth())
    line.tell("session.joined", JOINED)
    bounds = bounds_of(LIMITS)
    client = WatchedClient("somebody", voice, cast(Line, line), Handshake(), findings, bounds, facts or SessionFacts())
    await client.hear()
    return client


async def after(client: WatchedClient, seconds: float) -> str:
    """What is overdue after so many seconds."""
    await trio.sleep(seconds)
    return client.overdue()


async def test_a_state_that_is_not_left_is_overdue(autojump_clock: object) -> None:
    line = ScriptedLine()
    client = await watched(line, Findings())
    assert await after(client, 1e6) == ""
    line.tell("session.state", {"state": "responding"})
    await client.hear()
    assert await after(client, 7.0 + SLACK - 0.1) == ""
    assert "responding is left within its deadline" in await after(client, 0.2)


async def test_chunks_of_any_client_of_the_session_keep_it_receiving(autojump_clock: object) -> None:
    line, facts = ScriptedLine(), SessionFacts()
    client = await watched(line, Findings(), facts)
    line.tell("session.state", {"state": "receiving"})
    await client.hear()
    for _ in range(9):
        facts.chunk_at = trio.current_time()
        assert await after(client, 2.9) == ""
    assert "receiving is left" in await after(client, 3.0 + SLACK)


async def test_an_ack_that_does_not_come_is_overdue(autojump_clock: object) -> None:
    line = ScriptedLine()
    client = await watched(line, Findings())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(client.ask, "session.update", {})
        assert await after(client, ACK_WITHIN - 1) == ""
        assert "an ack comes" in await after(client, 2)
        nursery.cancel_scope.cancel()


async def test_a_turn_without_any_outcome_is_noticed(autojump_clock: object) -> None:
    findings = Findings()
    client = await watched(ScriptedLine(), findings)
    await client.settle(client.outcomes)
    assert [one.rule.partition(":")[0] for one in findings.found] == ["a turn ends with an answer or an error"]


async def test_a_number_of_another_session_is_noticed(autojump_clock: object) -> None:
    line, findings = ScriptedLine(), Findings()
    client = await watched(line, findings)
    await client.send("input.text", {"text": "And number 17?"})
    line.tell("session.state", {"state": "responding"})
    line.tell("response.started", {"turn": 1})
    line.tell("response.text.done", {"text": "To number 17."})
    line.tell("response.text.done", {"text": "To number 18."})
    await client.listen()
    assert client.broken
    assert [one.rule for one in findings.found] == ["the words of another turn: 'To number 18.'"]
    assert findings.found[0].last[-1].endswith("<< response.text.done 'To number 18.'")


async def test_a_fault_of_the_server_and_an_undocumented_message_are_noticed(autojump_clock: object) -> None:
    for event, payload in (
        ("custom.error", {"message": "a fault", "errorId": 5000}),
        ("custom.error", {"message": "an unknown event", "errorId": 1001}),
        ("session.state", {"state": 7}),
    ):
        line, findings = ScriptedLine(), Findings()
        client = await watched(line, findings)
        line.tell(event, payload)
        await client.listen()
        assert len(findings.found) == 1, event


async def test_a_connection_that_is_lost_is_no_broken_rule_of_its_own(autojump_clock: object) -> None:
    line, findings = ScriptedLine(), Findings()
    client = await watched(line, findings)
    line.told.append("1")
    await client.listen()
    assert client.lost
    assert not findings.found
    assert client.overdue() == ""
    assert math.isfinite(findings.now)
    assert msgspec.json.encode(findings.found) == b"[]"
