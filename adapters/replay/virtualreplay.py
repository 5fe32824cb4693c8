"""A recording played in virtual time: the true server in this process, with the recorded answers of its engines."""

from collections import deque
from typing import Any

import msgspec
import trio
from msgspec import UNSET
from trio.testing import lockstep_stream_pair, wait_all_tasks_blocked

from actors.deciding.configuring import resolve
from actors.deciding.limits import Limits
from actors.ports.recognition import SpeechToText
from actors.running.supervisor import ServerPlan, Supervisor
from adapters.client.packets import Disconnected, Unreachable
from adapters.client.voiceclient import ConnectRefused
from adapters.recordings.calls import RecognitionBegun
from adapters.recordings.format import CONNECT, DISCONNECT, Row
from adapters.recordings.reading import SessionRecording, UnreadableRecording
from adapters.replay.hearing import PlayedTurnEnd, PlayedVoiceActivity
from adapters.replay.members import LATE, Gate, MemberSocket, Reader, Script, gates_of
from adapters.replay.memory import MemoryRecorder
from adapters.replay.pacing import PacedCodec, SentTimes
from adapters.replay.players import PlayedModel, PlayedRecogniser, PlayedSynthesiser, ReplayedQuestion
from adapters.replay.recordedcalls import CallDifference, RecordedCalls
from adapters.replay.told import end_of, wire_names
from adapters.virtual.client import open_websocket
from adapters.virtual.clock import run_virtually
from adapters.virtual.engines import VirtualEngines
from adapters.virtual.server import VirtualServer, catalogue_of, door_of, serving_supervisor
from protocol.configuration import Configuration, Named, SessionUpdate
from protocol.errors import ErrorId
from protocol.messages import CustomError, Names, SessionJoined, SessionUpdated
from protocol.timing import Timing

_SPARE = 3_600.0
"""Seconds of virtual time that a replay may take besides the recording's."""
_ROUNDED = 0.000_005
_MOMENT = 0.001
"""Seconds by which the clock may be off."""
_RESOLVED = ("STT: ", "LLM: ", "TTS: ")
"""How warnings begin that come of which providers the server had."""


class Replayed(msgspec.Struct, frozen=True):
    """What came of a replay: its rows as a recording of it would have them, and what engines were asked otherwise.

    `asked`: all that the model was asked, of which a recording has the text alone.
    """

    rows: tuple[Row, ...]
    differences: tuple[CallDifference, ...] = ()
    asked: tuple[ReplayedQuestion, ...] = ()


def replay_virtually(recording: SessionRecording, seed: int = 0) -> Replayed:
    """Play a recording in virtual time, with tasks in the order that the seed gives.

    Raises UnreadableRecording where that cannot be.
    """
    replay = VirtualReplay(recording)
    return run_virtually(replay.run, seed, seconds=replay.end + _SPARE)


class VirtualReplay:
    """A recording that is to be played. Making it raises UnreadableRecording where that cannot be."""

    def __init__(self, recording: SessionRecording) -> None:
        about = recording.about
        self._recording = recording
        self._names = _names(recording)
        self.end, _ = end_of(recording.rows, self._names)
        self._calls = RecordedCalls(recording.calls(), words=about.words)
        self._engines = PlayedEngines(recording, self._calls, self._names)
        self._recorder = MemoryRecorder(self._names, words=about.words)
        self._updates = _Updates(recording, self._names)
        self._script = Script(recording, self._names)
        self._gates = gates_of(recording.rows)
        self._members: dict[int, tuple[MemberSocket, trio.abc.Stream]] = {}
        self._plan = _plan(recording, self._names)

    async def run(self) -> Replayed:
        """Play it. Raises UnreadableRecording. Cancelling ends it."""
        supervisor = Supervisor(
            self._plan, self._engines, self._names, self._resolve, door_of(""), recorder=self._recorder
        )
        self._recorder.writing.dropped = self._open_gates
        async with serving_supervisor(supervisor) as server:
            for row in self._script.rows:
                if row.t > self.end:
                    break
                await self._do(server, row)
            await trio.sleep_until(self._recorder.zero + self.end + LATE)
            rows = tuple(self._recorder.rows)
            server.nursery.cancel_scope.cancel()
        return Replayed(rows, tuple(self._calls.differences), tuple(self._engines.played.asked))

    # ---- the members

    async def _do(self, server: VirtualServer, row: Row) -> None:
        """What a member does, at its time."""
        await trio.sleep_until(self._recorder.zero + row.t)
        if self._script.follows(row):
            await trio.sleep(_ROUNDED)  # what it follows may be due that much later: times are rounded
            await wait_all_tasks_blocked()
        [member] = row.members
        try:
            if row.event == CONNECT:
                await self._join(server, row, member)
            elif member not in self._members:
                return
            elif row.event == DISCONNECT:
                socket, stream = self._members.pop(member)
                if row.payload is UNSET:  # it did not lose its connection
                    await socket.leave()
                await trio.aclose_forcefully(stream)
            else:
                await self._members[member][0].say(row, self._script.sound(row))
        except (Disconnected, Unreachable, ConnectRefused):
            self._members.pop(member, None)  # what it is not told any more will be seen

    async def _join(self, server: VirtualServer, row: Row, member: int) -> None:
        gates = self._gates.get(member, deque[Gate]())
        stream = server.dial(lockstep_stream_pair()) if gates else server.dial()
        websocket = await open_websocket(server, stream)
        socket = await MemberSocket.join(websocket, self._script.auth(row, self._recording.about.session))
        self._members[member] = socket, stream
        server.nursery.start_soon(Reader(socket, gates, self._recorder.zero).run)

    def _open_gates(self, row: Row) -> None:
        for member in row.members:
            for gate in list(self._gates.get(member, ()))[:1]:
                gate.opened.set()

    # ---- the configuration

    def _resolve(self, asked: Configuration, named: Named) -> Any:
        """What the server made of an update: the providers that were asked for, with the recorded warnings."""
        return self._updates.settle(resolve(asked, named, catalogue_of(asked)), self._recorder.zero)


class PlayedEngines(VirtualEngines):
    """Satisfies `Engines` with the answers of a recording; codec, analyst and mouth do their own work again."""

    def __init__(self, recording: SessionRecording, calls: RecordedCalls, names: Names) -> None:
        taped = recording.calls()
        self._as_were = {call.asked.provider: call.asked for call in taped if isinstance(call.asked, RecognitionBegun)}
        self._calls = calls
        self.played = PlayedModel(calls)
        super().__init__(
            PlayedRecogniser(calls, None),
            self.played,
            PlayedSynthesiser(calls),
            codec=PacedCodec(SentTimes(recording.rows, names)),
            voice_activity=PlayedVoiceActivity(calls),
            turn_end=PlayedTurnEnd(taped),
        )

    def recogniser(self, provider: str) -> SpeechToText:
        """The recogniser, which takes the formats that this provider's took."""
        return PlayedRecogniser(self._calls, self._as_were.get(provider))


class _Updates:
    """What came of each `session.update` of a recording: whether it was taken, and warnings."""

    def __init__(self, recording: SessionRecording, names: Names) -> None:
        self._asked = names.wire[SessionUpdate]
        self._told = names.wire[SessionUpdated]
        self._error = names.wire[CustomError]
        self._rows = recording.rows

    def settle(self, resolved: Any, zero: float) -> Any:
        """The configuration with what the recording says of the update that was sent just now."""
        now = trio.current_time() - zero + LATE
        asked = [
            at for at, row in enumerate(self._rows) if row.event == self._asked and row.dir == "in" and row.t <= now
        ]
        if not asked:
            return resolved
        [member] = self._rows[asked[-1]].members
        for row in self._rows[asked[-1] :]:
            if row.dir != "out" or member not in row.members:
                continue
            if row.event == self._error and row.payload.get("errorId") == ErrorId.UNKNOWN_PROVIDER:
                return msgspec.structs.replace(
                    resolved, error_id=ErrorId.UNKNOWN_PROVIDER, message=row.payload["message"], warnings=()
                )
            if row.event == self._told:
                warnings = tuple(each for each in row.payload.get("warnings", ()) if each.startswith(_RESOLVED))
                return msgspec.structs.replace(resolved, warnings=warnings)
        return resolved


def _names(recording: SessionRecording) -> Names:
    try:
        return wire_names(recording.about.names)
    except ValueError as error:
        raise UnreadableRecording(f"{recording.folder}: its names of events: {error}") from None


def _plan(recording: SessionRecording, names: Names) -> ServerPlan:
    """The recorded limits. Raises UnreadableRecording for one that this version does not know."""
    known = {field.name for field in msgspec.structs.fields(Limits)}
    if unknown := sorted(recording.about.limits.keys() - known):
        raise UnreadableRecording(
            f"{recording.folder}: it has limits that this version does not know: {', '.join(unknown)}"
        )
    try:
        limits = msgspec.convert(recording.about.limits, Limits)
    except msgspec.ValidationError as error:
        raise UnreadableRecording(f"{recording.folder}: its limits: {error}") from None
    joined = (row.payload for row in recording.rows if row.dir == "out" and row.event == names.wire[SessionJoined])
    payload = next((each["maxPayload"] for each in joined), None)
    return ServerPlan(limits, timing=Timing() if payload is None else Timing(max_payload=payload))
