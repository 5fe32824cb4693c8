"""The inspection of a running server, for its operator: sessions, pools and connections, bounded, without words.

Pure: it reads what it is given, and knows neither Trio nor time. What people say, and what they are answered, is not in
it; nor are prompts and credentials.
"""

from typing import TYPE_CHECKING

import msgspec

from actors.ports.listening import TurnEndCounts, VoiceActivityCounts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actors.deciding.conversation import Conversation
    from actors.running.connection import ConnectionActor
    from actors.running.connections import ConnectionRegistry
    from actors.running.pool import Pool

MOST_SESSIONS = 200
MOST_CONNECTIONS = 200


class DraftCounts(msgspec.Struct, frozen=True):
    """The answers that a session has tried in pauses: all, those kept at the commit, and those that speech dropped.

    `wasted`: calls of providers that were begun for dropped ones.
    """

    begun: int
    kept: int
    dropped: int
    wasted: int


class SessionRow(msgspec.Struct, frozen=True, rename="camel"):
    """A session; times in seconds. `deadline_in` is null without a deadline, `providers` those of STT, LLM, TTS.
    `absent`: Receivers whose connection was lost.

    `detection`: the type of its turnDetection.
    """

    id: str
    state: str
    age: float
    in_state: float
    deadline_in: float | None
    turn: int
    senders: int
    receivers: int
    absent: int
    exchanges: int
    providers: tuple[str, str, str]
    detection: str
    drafts: DraftCounts


class PoolRow(msgspec.Struct, frozen=True, rename="camel"):
    """A pool: workers and those at work, jobs that wait, turns admitted and how many can be, crashes so far."""

    name: str
    workers: int
    busy: int
    waiting: int
    taken: int
    seats: int
    crashes: int


class ConnectionRow(msgspec.Struct, frozen=True, rename="camel"):
    """A connection: whose it is, on which transport, and what waits to be sent to it.

    `way`: the "short" or the "ordinary" one, by which its WebSocket goes; "" where it has none.
    """

    address: str
    transport: str
    way: str
    queued_messages: int
    queued_bytes: int
    awaits_pong: bool


class TraceStep(msgspec.Struct, frozen=True):
    """One transition of a session's trace, `ago` seconds before now; `due` the deadline it led to, in seconds after."""

    source: str
    event: str
    dest: str
    ago: float
    due: float | None


class Trace(msgspec.Struct, frozen=True):
    """The last transitions of one session, the newest last."""

    id: str
    steps: tuple[TraceStep, ...]


class Picture(msgspec.Struct, frozen=True, rename="camel"):
    """All of it. The lists are bounded; the counts are of all there are. The last two: of hands-free conversations."""

    session_count: int
    sessions: tuple[SessionRow, ...]
    pools: tuple[PoolRow, ...]
    connection_count: int
    connections: tuple[ConnectionRow, ...]
    closed: dict[str, int]
    trace: Trace | None
    voice_activity: VoiceActivityCounts = VoiceActivityCounts()
    turn_end: TurnEndCounts = TurnEndCounts()


def picture(
    sessions: "Iterable[Conversation]",
    pools: "Iterable[Pool]",
    connection_registry: "ConnectionRegistry",
    chosen: str,
    now: float,
    listening: tuple[VoiceActivityCounts, TurnEndCounts],
) -> Picture:
    """The picture at `now`; `chosen` is the id of the session whose trace is wanted, "" for none.

    The youngest sessions and connections come first, and the oldest are left out where there are too many.
    """
    known = list(sessions)
    connections = connection_registry.connections
    traced = next((session for session in known if session.id == chosen), None)
    return Picture(
        session_count=len(known),
        sessions=tuple(session_row(session, now) for session in known[: -MOST_SESSIONS - 1 : -1]),
        pools=tuple(pool_row(pool) for pool in pools),
        connection_count=len(connections),
        connections=tuple(connection_row(connection) for connection in connections[: -MOST_CONNECTIONS - 1 : -1]),
        closed={reason.value: count for reason, count in connection_registry.closed.items()},
        trace=None if traced is None else trace(traced, now),
        voice_activity=listening[0],
        turn_end=listening[1],
    )


def session_row(session: "Conversation", now: float) -> SessionRow:
    """One session."""
    configuration = session.configuration.in_force
    sections = (configuration.stt, configuration.llm, configuration.tts)
    tried = session.speculation
    there = [one for one in session.participants.values() if not one.is_absent]
    return SessionRow(
        id=session.id,
        state=session.state.value,
        age=_seconds(now - session.clock.begun),
        in_state=_seconds(now - session.clock.entered),
        deadline_in=_due(session.clock.deadline, now),
        turn=session.turn.number,
        senders=sum(one.role != "receiver" for one in there),
        receivers=sum(one.role != "sender" for one in there),
        absent=len(session.participants) - len(there),
        exchanges=len(session.memory.history),
        providers=(sections[0].provider.name, sections[1].provider.name, sections[2].provider.name),
        detection=configuration.turn_detection.type,
        drafts=DraftCounts(tried.begun, tried.kept, tried.dropped, tried.wasted),
    )


def pool_row(pool: "Pool") -> PoolRow:
    """One pool."""
    return PoolRow(pool.name, pool.workers, pool.busy, pool.waiting, pool.taken, pool.seats, pool.crashes)


def connection_row(connection: "ConnectionActor") -> ConnectionRow:
    """One connection."""
    engineio = connection.engineio
    outbox = engineio.outbox
    return ConnectionRow(
        connection.address, engineio.transport, connection.way, len(outbox), outbox.size, engineio.awaiting_pong
    )


def trace(session: "Conversation", now: float) -> Trace:
    """The session's last transitions."""
    steps = (
        TraceStep(step.source.value, step.event, step.dest.value, _seconds(now - step.at), _due(step.deadline, step.at))
        for step in session.trace
    )
    return Trace(session.id, tuple(steps))


def _due(deadline: float, now: float) -> float | None:
    return None if deadline == float("inf") else _seconds(deadline - now)


def _seconds(span: float) -> float:
    return round(span, 3)
