"""The pictures of several processes as one: their rows, within the bounds of one picture, and the sums of counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from actors.ports.listening import TurnEndCounts, VoiceActivityCounts
from actors.running.inspecting import MOST_CONNECTIONS, MOST_SESSIONS, Picture, PoolRow


def joined(pictures: Sequence[Picture]) -> Picture:
    """One picture of all; the youngest sessions first."""
    sessions = sorted(chain(*(one.sessions for one in pictures)), key=lambda row: row.age)
    closed: Counter[str] = Counter()
    for one in pictures:
        closed.update(one.closed)
    return Picture(
        session_count=sum(one.session_count for one in pictures),
        sessions=tuple(sessions[:MOST_SESSIONS]),
        pools=tuple(_pools(chain(*(one.pools for one in pictures)))),
        connection_count=sum(one.connection_count for one in pictures),
        connections=tuple(chain(*(one.connections for one in pictures)))[:MOST_CONNECTIONS],
        closed=dict(closed),
        trace=next((one.trace for one in pictures if one.trace is not None), None),
        voice_activity=_activity([one.voice_activity for one in pictures]),
        turn_end=_ends([one.turn_end for one in pictures]),
    )


def _pools(rows: Iterable[PoolRow]) -> Iterable[PoolRow]:
    by_name: dict[str, list[PoolRow]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    for name, same in by_name.items():
        yield PoolRow(
            name,
            workers=sum(row.workers for row in same),
            busy=sum(row.busy for row in same),
            waiting=sum(row.waiting for row in same),
            taken=sum(row.taken for row in same),
            seats=sum(row.seats for row in same),
            crashes=sum(row.crashes for row in same),
        )


def _activity(counts: Sequence[VoiceActivityCounts]) -> VoiceActivityCounts:
    return VoiceActivityCounts(
        engine=next((one.engine for one in counts if one.engine), ""),
        streams=sum(one.streams for one in counts),
        frames=sum(one.frames for one in counts),
        changes=sum(one.changes for one in counts),
        lag_ms=max((one.lag_ms for one in counts), default=0.0),
    )


def _ends(counts: Sequence[TurnEndCounts]) -> TurnEndCounts:
    return TurnEndCounts(
        engine=next((one.engine for one in counts if one.engine), ""),
        asked=sum(one.asked for one in counts),
        answered=sum(one.answered for one in counts),
        unknown=sum(one.unknown for one in counts),
        lag_ms=max((one.lag_ms for one in counts), default=0.0),
    )
