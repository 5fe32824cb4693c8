"""A stage: a server, up to four clients, the script of what happened, and the reference model that follows it."""

import contextlib
import math
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Generic, Protocol, TypeVar

import trio
from msgspec.structs import replace

from actors.deciding.limits import Limits
from actors.ports.synthesis import Speech
from actors.running.sessions import SessionRegistry
from actors.running.supervisor import Supervisor
from adapters.client.packets import Disconnected
from adapters.client.voiceclient import AckReceived, AudioPiece, ConnectRefused, Received
from protocol import socketio
from protocol.audioformat import AudioFormat
from protocol.connecting import Auth, Role
from protocol.messages import ResponseStarted, SessionJoined
from protocol.resuming import ResumePoint
from protocol.socketio import Packet
from tests.harness import Client, Server
from tests.model import Model
from tests.modelanswer import paced
from tests.playbook import NOBODY
from tests.scripted import Act, Script, ScriptedEngines
from tests.steps import (
    ANSWERS,
    AnswerForm,
    Crowd,
    Encoders,
    Engine,
    Join,
    Leave,
    Listen,
    Return,
    Say,
    Step,
    Wait,
    Yield,
)
from tests.story import TURN, Slot, Story, check_taken_back, line

ROOM = str(uuid.UUID(int=7))
SIZES: dict[str, Any] = {"utterance_bytes": 12, "text_chars": 12, "answer_chars": 40, "grace": 20.503, "receivers": 4}
CALLS = Limits(
    receiving=3.073, transcribing=99.101, responding=99.203, stt_silence=2.303, stt_call=5.107, llm_silence=2.401,
    llm_call=6.109, tts_silence=1.903, tts_call=5.303, speaking=99.307, **SIZES,
)  # fmt: skip
"""The deadlines of the calls come before those of the states."""
STATES = Limits(
    receiving=3.073, transcribing=5.309, responding=7.717, stt_silence=math.inf, stt_call=math.inf,
    llm_silence=math.inf, llm_call=math.inf, tts_silence=math.inf, tts_call=math.inf, speaking=8.623, **SIZES,
)  # fmt: skip
"""The deadlines of the states alone."""
CROWDED = replace(STATES, memory_in_flight=400)
"""There is often no room for what is said and answered."""
LONGER_THAN_ANY_DEADLINE = 250.0
IN_FLIGHT = 4
"""How many messages may have left for a client that does not read: its stream, its WebSocket and its own queue."""


# ---- doing it


class Paced(Script[Speech]):
    """A synthesiser that is quicker with some words than with others."""

    async def play(self, asked: Speech, emit: Callable[[str], Awaitable[None]]) -> Act:
        """As a part of an answer is made."""
        self.acts.append(paced(self.usual, asked.text))
        return await super().play(asked, emit)


class StageClient(Protocol):
    """A client as a stage sees it: all that it heard, and whether its connection is over."""

    heard: list[Received]
    over: trio.Event


class StageServer(Protocol):
    """A server as a stage sees it."""

    supervisor: Supervisor
    session_registry: SessionRegistry

    @property
    def engines(self) -> ScriptedEngines:
        """The engines, with their scripts."""

    async def settle(self) -> None:
        """Until nothing moves any more without time passing."""

    @property
    def seats(self) -> dict[str, int]:
        """The seats that are taken in each pool."""


C = TypeVar("C", bound=StageClient)


class Tale(Generic[C]):
    """What a client has: `had` when it connected, which counts where the server resumes, and what came since."""

    def __init__(self, client: C, role: Role, format_: str, had: list[Received]) -> None:
        self.client = client
        self.role = role
        self.format = format_
        self._had = had

    @property
    def heard(self) -> list[Received]:
        """All of it."""
        came = self.client.heard
        is_resumed = came and isinstance(came[0], SessionJoined) and isinstance(came[0].resumed, ResumePoint)
        return [*self._had, *came[1:]] if is_resumed else came


def had_of(heard: list[Received]) -> tuple[list[Received], ResumePoint]:
    """What a client has up to the last piece, and which one that is."""
    turn, part, mark, counts = 0, 0, 1, dict[int, int]()
    for number, message in enumerate(heard, 1):
        if isinstance(message, ResponseStarted):
            turn, part, mark, counts = message.turn, 0, number, {}
        elif isinstance(message, AudioPiece):
            part, mark = message.id, number
            counts[part] = counts.get(part, 0) + 1
    return heard[:mark], ResumePoint(turn, part, counts.get(part, 0))


class Stage(Generic[C]):
    """A server, up to four clients, and the script of what happened; `model` follows where all is done in turn.

    How a client connects, speaks and goes is for who derives from it.
    """

    def __init__(self, server: StageServer, limits: Limits, script: list[str], exact: bool) -> None:
        self.server = server
        self.script = script
        self.clients: dict[Slot, C] = {}
        self.deaf: set[Slot] = set()
        self.tales: dict[Slot, Tale[C]] = {}
        self.stories: list[Tale[C]] = []
        self.read: dict[Slot, int] = {}
        self.crowd: list[str] = []
        self.acks: dict[Slot, set[int]] = {}
        self.model = Model(limits, ROOM) if exact else None
        self._acks = 0
        for kind, engine in server.engines.scripts.items():
            self.take(Engine(kind, engine.usual))

    async def play(self, steps: list[Step]) -> None:
        """One step after the other."""
        for step in steps:
            if self.model is not None:
                self.model.advance(trio.current_time())
            await self.do(step)
            if self.model is not None:
                await self.server.settle()
                self.model.advance(trio.current_time())
                self.compare()

    async def do(self, step: Step) -> None:
        """One step, or nothing where it makes no sense."""
        match step:
            case Join() if step.slot not in self.clients:
                self.script.append(f">> {step}")
                await self.join(step)
            case Return(slot) if slot not in self.clients and slot in self.tales:
                self.script.append(f">> {step}")
                await self.come_back(slot)
            case Leave(slot) if slot in self.clients:
                self.script.append(f">> {step}")
                await self.leave(step)
            case Say(slot) if slot in self.clients:
                self.script.append(f">> {step}")
                await self.say(step)
            case Listen(slot) if slot in self.deaf:
                self.script.append(f">> {step}")
                await self.listen(slot)
            case Wait(seconds):
                self.script.append(f">> {step}")
                await trio.sleep(seconds)
            case Yield(ticks):
                self.script.append(f">> {step}")
                for _ in range(ticks):
                    await trio.lowlevel.checkpoint()
            case Engine() | Encoders() | Crowd():
                self.script.append(f">> {step}")
                self.take(step)

    async def join(self, step: Join) -> None:
        """A client comes, where it is let in."""
        auth = Auth(step.role, ROOM, audio_format=step.format)
        expected = self.model.join(step.slot, step.role, step.format) if self.model else None
        client = await self._let_in(auth, expected, is_deaf=step.deaf)
        if client is not None:
            self.add(step.slot, Tale(client, step.role, step.format, []))
            if step.deaf:
                self.deaf.add(step.slot)

    async def come_back(self, slot: Slot) -> None:
        """A client connects again, where it is let in, and says what it has."""
        tale = self.tales[slot]
        had, point = had_of(tale.heard)
        if not had:
            return
        auth = Auth(tale.role, ROOM, audio_format=tale.format, resume=point, pid=self.pid_of(tale.client))
        expected = self.model.back(slot, tale.role, tale.format, point) if self.model else None
        client = await self._let_in(auth, expected)
        if client is not None:
            self.add(slot, Tale(client, tale.role, tale.format, had))

    async def _let_in(self, auth: Auth, expected: int | None, *, is_deaf: bool = False) -> C | None:
        """A client that has joined; None where it is refused, as is `expected`."""
        try:
            client = await self.connect(auth, is_deaf=is_deaf)
        except ConnectRefused as refused:
            if refused.status != (409 if expected is None else expected):
                raise
            return None
        assert not expected, "a second Sender is let in"
        return client

    def add(self, slot: Slot, tale: "Tale[C]") -> None:
        """A client is there."""
        self.clients[slot], self.tales[slot] = tale.client, tale
        self.acks[slot] = set()
        self.read[slot] = 0
        self.stories.append(tale)

    def pid_of(self, client: C) -> str:
        """The `pid` that a client was given."""
        raise NotImplementedError

    async def connect(self, auth: Auth, *, is_deaf: bool) -> C:
        """A client that has joined; one that `is_deaf` reads nothing yet. Raises ConnectRefused."""
        raise NotImplementedError

    def hear(self, client: C) -> None:
        """A client that was deaf reads from now on."""
        raise NotImplementedError

    async def emit(self, client: C, event: str, arguments: tuple[object, ...], ack: int | None) -> None:
        """A client says something. Raises Disconnected."""
        raise NotImplementedError

    async def part(self, client: C, *, politely: bool) -> None:
        """A client goes, with a word or without one."""
        raise NotImplementedError

    async def listen(self, slot: Slot) -> None:
        """What waits for it comes; sound that was to be taken back does not."""
        self.deaf.discard(slot)
        await self.server.settle()
        self.hear(self.clients[slot])
        await self.server.settle()
        check_taken_back(self.clients[slot].heard, IN_FLIGHT)

    async def leave(self, step: Leave) -> None:
        """A client goes."""
        if self.model is not None:
            (self.model.leave if step.politely else self.model.lose)(step.slot)
        self.deaf.discard(step.slot)
        await self.part(self.clients.pop(step.slot), politely=step.politely)

    async def say(self, step: Say) -> None:
        """A client event."""
        self._acks += step.asks
        ack = self._acks if step.asks else None
        if self.model is not None:
            answer = self.model.say(step.slot, step.event, step.payload)
            self.model.tell([step.slot] if step.asks else [], f"ack {ack} {answer}")
        client = self.clients[step.slot]
        try:
            with trio.move_on_after(60):
                await self.emit(client, step.event, self._arguments(step), ack)
        except Disconnected:
            return
        if ack is not None:
            self.acks[step.slot].add(ack)

    @staticmethod
    def _arguments(step: Say) -> tuple[object, ...]:
        match step.event, step.payload:
            case "session.update", None:
                return ({"LLM": {"provider": NOBODY}},)
            case "session.update", AnswerForm(written, many, stream, ordered, cues):
                response = "multiple" if many else "single"
                tts = {"responseType": response, "stream": stream, "isOrdered": ordered}
                return ({"LLM": {"stream": written, "cues": "tags" if cues else "none"}, "TTS": tts},)
            case "session.update", stream:
                return ({"LLM": {"stream": stream}},)
            case "input.buffer.commit", str(why):
                return ({"message": why, "errorId": 1},)
            case _, payload:
                return () if payload is None else (payload,)

    def take(self, step: Engine | Encoders | Crowd) -> None:
        """The limits change."""
        match step:
            case Engine(kind, act):
                self.server.engines.scripts[kind].usual = act
                if self.model is not None:
                    self.model.acts[kind] = act
            case Encoders(broken):
                self.server.engines.codec.fails_for = set(map(AudioFormat, broken))
                if self.model is not None:
                    self.model.broken = set(broken)
            case Crowd(kind):
                self._crowd(kind)

    def _crowd(self, kind: str) -> None:
        pool = next(pool for name, pool in self.server.supervisor.pools.items() if name == kind)
        if kind in self.crowd:
            self.crowd = [other for other in self.crowd if other != kind]
            for _ in range(pool.seats):
                pool.give_back()
        elif not pool.taken:
            self.crowd += [kind] * pool.seats
            for _ in range(pool.seats):
                assert pool.reserve()
        if self.model is not None:
            self.model.crowded = set(self.crowd)

    # ---- what each client was told

    def news(self, slot: Slot) -> list[Received]:
        """What this client was told since the last time."""
        client = self.clients[slot]
        begun, self.read[slot] = self.read[slot], len(client.heard)
        return client.heard[begun:]

    def compare(self) -> None:
        """Everybody was told what the model says; and nothing is at work, or has a seat, that should not."""
        model = self.model
        assert model is not None
        for slot in self.clients:
            came, expected = [line(message) for message in self.news(slot)], model.told[slot]
            self.script += [f"    << {slot}: {one}" for one in came]
            assert _main(came) == _main(expected), f"client {slot} was told {came} and not {expected}"
            for kind in ("ack", "response.metrics"):
                assert _of(kind, came) == _of(kind, expected), f"client {slot} was told {came} and not {expected}"
            expected.clear()
        states = [session.state.value for session in self.server.session_registry.sessions]
        assert states == ([model.state] if model.alive else []), f"the session is {states}, not {model.state}"
        at_work = {call.kind for call in model.calls}
        assert {*self.server.engines.running} - {"codec"} <= at_work, f"at work: {self.server.engines.running}"
        assert model.state in TURN or not self.seats(), f"seats that were not given back: {self.seats()}"

    def seats(self) -> list[str]:
        """The pools of which a seat is taken by the session."""
        return [kind for kind, taken in self.server.seats.items() if taken > self.crowd.count(kind)]

    # ---- the end

    async def rest(self, usual: dict[str, Act]) -> None:
        """Left to itself everything comes to rest; then the engines work as `usual` again."""
        for kind in set(self.crowd):
            self.take(Crowd(kind))
        self.take(Encoders(frozenset()))
        await trio.sleep(LONGER_THAN_ANY_DEADLINE)
        await self.server.settle()
        assert [
            str(session.state) for session in self.server.session_registry.sessions if str(session.state) in TURN
        ] == []
        assert not self.seats()
        assert self.server.engines.running == {}
        self.read_the_stories()
        for kind, act in usual.items():
            self.take(Engine(kind, act))

    def read_the_stories(self) -> None:
        """What everybody was told, in any order of things, is as promised."""
        there = [client for slot, client in self.clients.items() if not (slot in self.deaf or client.over.is_set())]
        for tale in self.stories:
            heard = tale.heard
            self.script += [f"    << {tale.role}: {line(message)}" for message in heard if self.model is None]
            Story(tale.role, ANSWERS).read(
                (m for m in heard if not isinstance(m, AckReceived)), whole=tale.client in there
            )
        for slot, client in self.clients.items():
            acks = [message.ack for message in client.heard if isinstance(message, AckReceived)]
            assert len(acks) == len(set(acks)), "one ack for an event"
            assert slot in self.deaf or client.over.is_set() or set(acks) == self.acks[slot], (
                "an ack for each that asks"
            )


class ClientStage(Stage[Client]):
    """A stage whose clients are those of tests/harness.py, each with a task that listens."""

    def __init__(self, server: Server, nursery: trio.Nursery, limits: Limits, script: list[str], exact: bool) -> None:
        super().__init__(server, limits, script, exact)
        self._harness = server
        self._nursery = nursery

    async def connect(self, auth: Auth, *, is_deaf: bool) -> Client:
        """Over WebSocket; nothing is sent to one that `is_deaf` that it does not read."""
        client = await self._harness.join(auth, listening=False, lockstep=is_deaf)
        if not is_deaf:
            self.hear(client)
        return client

    def pid_of(self, client: Client) -> str:
        """As the answer to its CONNECT had it."""
        return client.voice.pid

    def hear(self, client: Client) -> None:
        """Its task begins."""
        self._nursery.start_soon(client.listen)

    async def emit(self, client: Client, event: str, arguments: tuple[object, ...], ack: int | None) -> None:
        """As it is sent by a VoiceClient."""
        await client.voice.send(event, *arguments, ack=ack)

    async def part(self, client: Client, *, politely: bool) -> None:
        """With a DISCONNECT, or without one."""
        if politely:
            with trio.move_on_after(1):
                with contextlib.suppress(Disconnected):
                    await client.voice.packets.send(Packet(socketio.DISCONNECT))
        await client.vanish()

    async def end(self, usual: dict[str, Act]) -> None:
        """Everything comes to rest; the next turn works; then nothing is left."""
        await self.rest(usual)
        for client in self.clients.values():
            await client.vanish()
        await self.server.settle()
        async with self._harness.joined(session_id=ROOM) as client:
            [joined] = await client.until(SessionJoined)
            assert isinstance(joined, SessionJoined)
            assert joined.state in ("idle", "handshaken"), joined
            await client.voice.update({"LLM": {"stream": False}, "TTS": {"stream": False, "responseType": "single"}})
            await client.check_a_turn_works()
        await self._harness.check_nothing_is_left()


def _main(lines: list[str]) -> list[str]:
    return [one for one in lines if not one.startswith(("ack ", "response.metrics "))]


def _of(kind: str, lines: list[str]) -> list[str]:
    return [one for one in lines if one.startswith(f"{kind} ")]
