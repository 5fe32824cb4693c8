"""What the visits of a soak share: where the server is, what is said, who is there, and how a client joins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import msgspec
import trio
from trio_websocket import ConnectionClosed

from adapters.client.packets import Disconnected, Unreachable
from adapters.client.voiceclient import ConnectRefused
from protocol.connecting import Auth, Role
from protocol.handshake import read_handshake
from protocol.messages import Names
from tests.soak.findings import Findings
from tests.soak.lines import BROWSER, Line, NotServed, PollingLine, WebSocketLine, join
from tests.soak.script import Visit
from tests.soak.settings import LIMITS, TOKEN
from tests.soak.sounds import Spoken
from tests.soak.watched import SessionFacts, WatchedClient, bounds_of

JOIN_WITHIN = 30.0
LOOK = 0.5


class VisitedServer:
    """A server that is being visited."""

    def __init__(self, port: int, findings: Findings, spoken: tuple[Spoken, ...]) -> None:
        self.port = port
        self.findings = findings
        self.spoken = spoken
        self.here: set[WatchedClient] = set()

    async def watch(self) -> None:
        """Look at all clients now and then; no deadline may pass. Cancelling ends it."""
        while True:
            await trio.sleep(LOOK)
            for client in tuple(self.here):
                if not client.is_over and (rule := client.overdue()):
                    client.give_up(rule)


class Caller:
    """Somebody who visits: all that it does is drawn from its seed."""

    def __init__(self, visited: VisitedServer, visit: Visit) -> None:
        self.visited = visited
        self.kind = visit.kind
        self.random = Random(visit.seed)
        self.name = f"{visit.kind} {visit.seed:08x}"
        self.host = "127.0.0.1"

    async def line(self, way: str, session: str = "") -> Line:
        """A connection, `websocket` or `polling`, to the process that has the session. Raises NotServed."""
        query = f"&sessionId={session}" if session else ""
        headers = {**BROWSER, "Origin": "http://localhost:7171"} if self.random.random() < 0.7 else {}
        if way == "polling":
            return PollingLine(self.visited.port, headers, query, self.host)
        return await WebSocketLine.open(self.visited.port, headers, query, self.host)

    @asynccontextmanager
    async def joined(
        self,
        auth: Auth,
        way: str = "websocket",
        facts: SessionFacts | None = None,
        *,
        keeps_rules: bool = True,
        listens: bool = True,
    ) -> AsyncIterator[WatchedClient | None]:
        """A client that has joined a session, until the end of the block; None where it was not let in."""
        client = await self._join(auth, way, facts or SessionFacts(), keeps_rules=keeps_rules)
        if client is None:
            yield None
            return
        client.listens = listens
        self.visited.here.add(client)
        async with trio.open_nursery() as nursery:
            if listens:
                nursery.start_soon(client.listen)
                await client.until(lambda: client.story.has_joined)
            try:
                yield client
            finally:
                self.visited.here.discard(client)
                with trio.CancelScope(shield=True):
                    await client.leave(politely=self.random.random() < 0.5)
                self._count(client)
                nursery.cancel_scope.cancel()

    async def _join(self, auth: Auth, way: str, facts: SessionFacts, *, keeps_rules: bool) -> WatchedClient | None:
        handshake = read_handshake(msgspec.to_builtins(auth), {}, Names())
        line: Line | None = None
        why = f"a client is let in within {JOIN_WITHIN:g} s"
        with trio.move_on_after(JOIN_WITHIN):
            try:
                line = await self.line(way, handshake.session_id)
                voice = await join(line, auth)
                findings, bounds = self.visited.findings, bounds_of(LIMITS)
                return WatchedClient(
                    self.name, voice, line, handshake, findings, bounds, facts, keeps_rules=keeps_rules
                )
            except NotServed as refused:
                why = f"HTTP {refused.status}"
            except ConnectRefused as refused:
                why = f"CONNECT_ERROR {refused.status} {refused}"
            except (Disconnected, Unreachable, ConnectionClosed) as lost:
                why = f"{type(lost).__name__}: {lost}"
        if line is not None:
            await line.drop()
        self.refused(why, is_wrong=keeps_rules)
        return None

    def refused(self, why: str, *, is_wrong: bool) -> None:
        """It was not let in."""
        self.visited.findings.refusals[why] += 1
        if is_wrong and not self.visited.findings.may_refuse:
            self.visited.findings.add(self.name, f"a client that keeps the rules is let in: {why}")

    def _count(self, client: WatchedClient) -> None:
        findings = self.visited.findings
        findings.answered[self.kind] += client.answers
        findings.failed[self.kind] += client.errors
        if client.lost and not client.broken and not client.was_leaving:
            findings.lost[f"{self.kind}: {client.lost}"] += 1
            if client.keeps_rules and not client.is_excused:
                rule = f"a client that keeps the rules keeps its connection: {client.lost}"
                findings.add(self.name, rule, client.said)

    def auth(self, role: Role = "both", session: str = "", **more: object) -> Auth:
        """The handshake, with the operator's token."""
        fields: dict[str, object] = {"role": role, "token": TOKEN, **more}
        if session:
            fields["session_id"] = session
        return Auth(**fields)  # type: ignore[arg-type]
