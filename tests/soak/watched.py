"""A client all of whose messages are held to the protocol's rules, and whose session must not be stuck in any state."""

import math
from collections import deque
from collections.abc import Callable, Container
from typing import Any

import trio

from actors.deciding.limits import Limits
from adapters.client.packets import Disconnected
from adapters.client.voiceclient import AckReceived, AudioPiece, Received, VoiceClient
from protocol import socketio
from protocol.errors import ErrorId
from protocol.handshake import Handshake
from protocol.messages import CustomError, ResponseCancelled, ResponseStarted, SessionState, TextDone, TranscribeDone
from protocol.socketio import Packet
from tests.soak.findings import Findings, rule_of
from tests.soak.lines import Line
from tests.soak.providers import NUMBER
from tests.soak.rules import SoakStory
from tests.story import TURN, line

SLACK = 15.0
"""Seconds by which a deadline may be late on a busy machine."""
KEPT = 40
LONGEST_SOUND = 60.0
"""Seconds that an answer may play: the models of a soak write no longer one."""
ACK_WITHIN = 30.0
TURN_WITHIN = 150.0
"""Seconds after which a turn is over, all deadlines and the longest sound together."""
NEVER = frozenset({ErrorId.SERVER_FAULT})
FAULTS_OF_CLIENTS = frozenset(
    {ErrorId.UNREADABLE, ErrorId.UNKNOWN_EVENT, ErrorId.WRONG_ROLE, ErrorId.BAD_CONFIGURATION, ErrorId.UNKNOWN_PROVIDER}
)
"""Errors that a client which keeps to the document is never told."""


def bounds_of(limits: Limits) -> dict[str, float]:
    """How long a session may be in each state, in seconds: from its last message of that state."""
    return {
        "idle": math.inf,
        "handshaken": math.inf,
        "receiving": limits.receiving,
        "transcribing": limits.transcribing,
        "responding": limits.responding,
        "speaking": limits.speaking + LONGEST_SOUND,
    }


class SessionFacts(Container[str]):
    """What all clients of a session know: when its last chunk was sent, and the numbers in what was said.

    It contains the texts that may be said in the session: their numbers, where they have any, are of this session.
    """

    def __init__(self) -> None:
        self.chunk_at = 0.0
        self._numbers: set[str] = set()

    def __contains__(self, text: object) -> bool:
        return set(NUMBER.findall(str(text))) <= self._numbers

    def note(self, text: str) -> None:
        """These were its words."""
        self._numbers.update(NUMBER.findall(text))


class WatchedClient:
    """A client that has joined. `keeps_rules`: it keeps to the document, so it is told of no mistake of its own."""

    def __init__(
        self,
        name: str,
        voice: VoiceClient,
        line: Line,
        handshake: Handshake,
        findings: Findings,
        bounds: dict[str, float],
        facts: SessionFacts,
        *,
        keeps_rules: bool = True,
    ) -> None:
        self.name = name
        self.voice = voice
        self.line = line
        self.story = SoakStory(handshake.role, facts, handshake.encoding.mouth)
        self.outcomes = 0
        self.answers = 0
        self.errors = 0
        self.lost = ""
        self.was_leaving = False
        self.is_excused = False
        """Whether the connection was lost in a moment in which it may be."""
        self.broken = False
        self.listens = True
        self.facts = facts
        self.findings = findings
        self._bounds = bounds
        self.keeps_rules = keeps_rules
        self.said: deque[str] = deque(maxlen=KEPT)
        self._acks: dict[int, float] = {}
        self._answered: dict[int, Any] = {}
        self._count = 0
        self._news = trio.Event()
        self._entered = self._moved = trio.current_time()

    @property
    def state(self) -> str:
        """The state of the session, as far as it was told."""
        return self.story.state

    @property
    def is_over(self) -> bool:
        """Whether the connection is gone."""
        return bool(self.lost) or self.broken

    # ---- what it says

    async def send(self, event: str, *arguments: object, ack: int | None = None) -> bool:
        """Send an event; whether the connection took it."""
        shown = " ".join(f"{len(one)} bytes" if isinstance(one, bytes) else repr(one)[:60] for one in arguments)
        self._note(f">> {event} {shown}")
        if event == "input.buffer.append":
            self.facts.chunk_at = trio.current_time()
        elif event == "input.text" and arguments and isinstance(arguments[0], dict):
            self.facts.note(str(arguments[0].get("text", "")))
        try:
            await self.voice.send(event, *arguments, ack=ack)
        except Disconnected as error:
            self._lose(str(error))
            return False
        return True

    async def ask(self, event: str, *arguments: object) -> Any:
        """Send an event that wants an ack: the ack, None where the connection is lost before."""
        self._count += 1
        number = self._count
        self.story.asked.add(number)
        self._acks[number] = trio.current_time() + ACK_WITHIN
        if not await self.send(event, *arguments, ack=number):
            return None
        await self.until(lambda: number in self._answered)
        return self._answered.pop(number, None)

    async def until(self, holds: Callable[[], bool]) -> bool:
        """Wait until it holds, or the connection is over; whether it holds.

        Deadlines are not this one's affair: `overdue` watches all of a client's.
        """
        while not holds() and not self.is_over:
            await self._news.wait()
        return holds()

    async def settle(self, outcomes: int) -> None:
        """Wait until a turn is over that began when there were so many `outcomes`; it has to have one."""
        with trio.move_on_after(TURN_WITHIN) as net:
            await self.until(lambda: self.state in ("idle", "handshaken") and self.outcomes > outcomes)
        if net.cancelled_caught:
            self.give_up(f"a turn ends with an answer or an error: within {TURN_WITHIN:g} s none came")

    async def leave(self, *, politely: bool = True) -> None:
        """Go; what a client was told to its end leaves no answer open where the session is at rest."""
        self.was_leaving = self.was_leaving or not self.is_over
        if not self.is_over and self.state in ("idle", "handshaken") and self.listens:
            try:
                self.story.check_whole()
            except AssertionError as error:
                self._break(rule_of(error))
        if politely and not self.is_over:
            with trio.move_on_after(1):
                try:
                    await self.voice.packets.send(Packet(socketio.DISCONNECT))
                except Disconnected:
                    pass
        await self.line.drop()

    # ---- what it hears

    async def listen(self) -> None:
        """Take in all that comes, until the connection is over."""
        while not self.is_over:
            await self.hear()

    async def hear(self) -> None:
        """Take in the next message."""
        try:
            message = await self.voice.receive()
        except Disconnected as error:
            self._lose(str(error))
            return
        self.findings.messages += 1
        self._note(f"<< {line(message)[:160]}")
        try:
            self._take(message)
        except AssertionError as error:
            self._break(rule_of(error))
        self._notify()

    def _take(self, message: Received) -> None:
        if isinstance(message, AckReceived):
            if self.keeps_rules or message.ack in self._acks:  # a flood may have asked for others
                self.story.hear(message)
            self._acks.pop(message.ack, None)
            self._answered[message.ack] = message.arguments[0]
            return
        if isinstance(message, TranscribeDone):
            self.facts.note(message.text)
        before = self.state
        self.story.hear(message)
        self._move(before, message)
        match message:
            case CustomError(text, error_id):
                self.findings.errors[str(int(error_id))] += 1
                assert error_id not in NEVER, f"{error_id} {text}"
                assert not self.keeps_rules or error_id not in FAULTS_OF_CLIENTS, f"{error_id} {text}"
                self.errors += 1
                self.outcomes += 1
            case TextDone():
                self.answers += 1
                self.outcomes += 1
            case TranscribeDone() | ResponseCancelled():
                self.outcomes += 1

    def _move(self, before: str, message: Received) -> None:
        now = trio.current_time()
        if isinstance(message, SessionState) or not before:
            if before in TURN or before == "receiving":
                self.findings.passed(before, self.state, now - self._entered, self.name)
            self._entered = self._moved = now
        elif isinstance(message, AudioPiece | ResponseStarted | TranscribeDone):
            self._moved = now

    def overdue(self) -> str:
        """The rule that was broken, "" where nothing is late."""
        now = trio.current_time()
        if any(now > due for due in self._acks.values()):
            return f"an ack comes within {ACK_WITHIN:g} s"
        moved = max(self._moved, self.facts.chunk_at) if self.state == "receiving" else self._moved
        if now > moved + self._bounds.get(self.state, math.inf) + SLACK:
            return f"{self.state} is left within its deadline: it has been {now - moved:.0f} s"
        return ""

    def give_up(self, rule: str) -> None:
        """A rule was broken: note it, and be of no use any more."""
        self._break(rule)
        self._notify()

    def _break(self, rule: str) -> None:
        if not self.broken:
            self.findings.add(f"{self.name}, session {self.voice.session_id}", rule, self.said)
        self.broken = True

    def _lose(self, why: str) -> None:
        if not self.lost:
            why += f": {self.line.why}" if self.line.why else ""
            self._note(f"-- {why}")
            self.lost, self.is_excused = why, self.findings.may_refuse
            if why.startswith(("the server sent", "the server broke")):
                self._break(why)
        self._notify()

    def _note(self, text: str) -> None:
        self.said.append(f"{self.findings.now:8.3f} {text}")

    def _notify(self) -> None:
        self._news.set()
        self._news = trio.Event()
