"""Every metric of /metrics: its name, labels and meaning; the server, the documents and the tests read it here.

No label is of a session, a user, a text or a model. What a label may be is bounded: most are of a closed list, and a
provider beyond the first MOST_PROVIDERS is `other`.
"""

from typing import Final, Literal

import msgspec

MOST_PROVIDERS: Final = 40
OTHER: Final = "other"
TURN: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
LAG: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metric(msgspec.Struct, frozen=True):
    """One metric; `buckets`: of a histogram, in seconds. `is_read`: it is read at the scrape."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    what: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    is_read: bool = False


def _counter(name: str, what: str, *labels: str, is_read: bool = False) -> Metric:
    return Metric(f"vivavoce_{name}_total", "counter", what, labels, is_read=is_read)


def _gauge(name: str, what: str, *labels: str) -> Metric:
    return Metric(f"vivavoce_{name}", "gauge", what, labels, is_read=True)


def _histogram(name: str, what: str, *labels: str, buckets: tuple[float, ...] = TURN) -> Metric:
    return Metric(f"vivavoce_{name}_seconds", "histogram", what, labels, buckets)


TURN_SECONDS = _histogram(
    "turn",
    "What a user waits for in a turn: `endpoint` (end of speech to commit, of an open microphone), `stt_final` (commit "
    "to transcript), `llm_first` (transcript to the first words), `tts_first` (the first part to its first sound), "
    "`first_sound` (end of speech, or commit, to the first sound), `total` (from there to the end of the turn).",
    "stage",
)
TURNS = _counter(
    "turns",
    "Turns that are over: completed, interrupted, failed, empty (nothing was said), cancelled, or reopened (begun "
    "before the speaker had finished).",
    "outcome",
)
INTERRUPTIONS = _counter(
    "interruptions",
    "Speech or a typed text during a turn: true (it cut the turn), false (no words), backchannel, echo (no words, and "
    "the microphone is known to hear the avatar).",
    "kind",
)
BARGE_IN = _histogram("barge_in", "From the onset of speech to the cut of the answer, of an open microphone.")
FALSE_STARTS = _counter(
    "heard_false_starts", "Answers that were begun before the speaker had finished, and of which something was heard."
)
MOUTH_PARTS = _counter("mouth_parts", "Parts with a mouth, by where its shapes came from.", "source")
PROVIDER_SECONDS = _histogram(
    "provider", "Calls of providers: to the `first` result, and the `whole` call.", "kind", "provider", "step"
)
PROVIDER_FAILURES = _counter(
    "provider_failures", "Calls in which a provider failed, and why.", "kind", "provider", "why"
)
FAILOVERS = _counter(
    "failovers", "Calls that another provider did than the one that was asked; `provider` did it.", "kind", "provider"
)
USAGE = _counter(
    "usage", "What was used of a provider: tokens_in, tokens_out, characters, audio_seconds.", "provider", "unit"
)
COST = _counter("cost", "What that cost by the prices of `server.prices`.", "provider", "currency")
ERRORS = _counter("errors", "`custom.error` by its id.", "errorId")
DEADLINES = _counter("deadlines", "Deadlines that passed, by their names in `[limits]`.", "name")
LOOP_LAG = _histogram(
    "loop_lag", "How much later than it should a task of the server runs, four times a second.", buckets=LAG
)
SET_ASIDE = _gauge("provider_set_aside", "1 while a provider is set aside after a failure.", "kind", "provider")
SESSIONS = _gauge("sessions", "Sessions by state.", "state")
SESSIONS_LIMIT = _gauge("sessions_limit", "How many sessions there may be (`limits.sessions`).")
STUCK = _gauge("sessions_stuck", "Sessions whose deadline passed more than five seconds ago; always 0.")
MEMBERS = _gauge("members", "Sockets in sessions, by role.", "role")
CONNECTIONS = _gauge("connections", "Connections by transport.", "transport")
POOL_BUSY = _gauge("pool_busy", "Workers at work.", "pool")
POOL_WAITING = _gauge("pool_waiting", "Jobs that wait for a worker.", "pool")
POOL_WORKERS = _gauge("pool_workers", "Workers that there are.", "pool")
OUTBOX = _gauge("outbox_bytes", "Bytes that wait for a client, over all connections.", "quantile")
MEMORY = _gauge("memory_in_flight_bytes", "What `limits.memory_in_flight` bounds.")
LISTEN_LAG = _gauge("listen_lag_seconds", "How long the last call for voice activity waited.")
CLOSED = _counter("clients_closed", "Connections that were closed, by reason.", "reason", is_read=True)
RESTARTS = _counter(
    "worker_restarts", "Workers of a pool that broke by a fault and were replaced.", "worker", is_read=True
)
PROCESS_RESTARTS = _counter(
    "process_restarts",
    "Worker processes of engines that died, hung or did not start, and were replaced.",
    "process",
    is_read=True,
)
DRAINING = _gauge("draining", "1 while the server goes down.")

METRICS: Final[tuple[Metric, ...]] = (
    TURN_SECONDS, TURNS, INTERRUPTIONS, BARGE_IN, FALSE_STARTS, MOUTH_PARTS, PROVIDER_SECONDS, PROVIDER_FAILURES,
    FAILOVERS, SET_ASIDE, USAGE, COST, SESSIONS, SESSIONS_LIMIT, STUCK, MEMBERS, CONNECTIONS, POOL_BUSY, POOL_WAITING,
    POOL_WORKERS, OUTBOX, MEMORY, CLOSED, ERRORS, DEADLINES, RESTARTS, PROCESS_RESTARTS, LISTEN_LAG, LOOP_LAG,
    DRAINING,
)  # fmt: skip
