"""A reference model of a session: docs/protocol.md written down a second time, with none of the server's own code.

It is told what the clients, the engines and the clock do, and says, line for line, what each client must be told.
What it shares with the server is the vocabulary alone: the messages and the limits.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from actors.limits import Limits
from adapters.client.voiceclient import Piece, Received
from protocol.messages import (
    BufferInitialized,
    Reason,
    ResponseCancelled,
    ResponseStarted,
    Role,
    SessionJoined,
    SessionState,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)
from tests.scripted import UNDECODABLE, Act
from tests.story import ANSWER, FAILURES, TURN, WAY, Slot, line

# ---- what exactly each client is told, where nothing happens at the same time


class Guest(NamedTuple):
    """A client, as the session knows it."""

    role: Role
    format: str


class Due(NamedTuple):
    """What the engine at work will have done by then."""

    at: float
    what: str
    text: str


def course(act: Act, start: float, silence: float, call: float) -> Iterator[Due]:
    """What comes of one call: its pieces, and how it ends; a name of a deadline where it is cut."""
    last, at = start, start
    for number in range(len(act.pieces) + 1):
        at += act.delay
        stops = number == act.stops_at
        if at > min(last + silence, start + call) or (stops and act.failure is None):
            name = "silence" if last + silence < start + call else "call"
            yield Due(min(last + silence, start + call), name, "")
            return
        if stops:
            yield Due(at, "failure", "")
            return
        if number < len(act.pieces):
            yield Due(at, "piece", act.pieces[number])
            last = at
    yield Due(at, "end", "")


class Model:
    """A session as the protocol document has it; `told` is what it has said to each client since it was last asked."""

    def __init__(self, limits: Limits, session_id: str) -> None:
        self.limits = limits
        self.id = session_id
        self.now = 0.0
        self.acts: dict[str, Act] = {}
        self.broken: set[str] = set()
        self.crowded: set[str] = set()
        self.seconds = 2.0
        self.guests: dict[Slot, Guest] = {}
        self.told: dict[Slot, list[str]] = {}
        self.end()

    def end(self) -> None:
        """There is no such session (any more)."""
        self.alive = False
        self.state = "idle"
        self.turn = 0
        self.stream = False
        self.utterance: list[bytes] = []
        self.overflown = False
        self.touched = self.entered = 0.0
        self.complained = self.ends_at = -float("inf")
        self.over()

    def over(self) -> None:
        """No turn is in the air."""
        self.stage = ""
        self.due: list[Due] = []
        self.reported = True
        self.streams = False
        self.answer = ""
        self.words = ""
        self.audience: tuple[Slot, ...] = ()
        self.formats: set[str] = set()
        self.sound: list[str] = []
        self.touched_by_engine = self.call_ends = 0.0
        self.plays_until = 0.0

    # ---- who is told

    @property
    def sender(self) -> tuple[Slot, ...]:
        """The Sender, where there is one."""
        return tuple(slot for slot, guest in self.guests.items() if guest.role != "receiver")

    @property
    def receivers(self) -> tuple[Slot, ...]:
        """The Receivers."""
        return tuple(slot for slot, guest in self.guests.items() if guest.role != "sender")

    def tell(self, to: Iterable[Slot], message: Received | str) -> None:
        """Each of them is told."""
        for slot in to:
            self.told[slot].append(message if isinstance(message, str) else line(message))

    def error(self, to: Iterable[Slot], error_id: int, name: str = "") -> int:
        """`custom.error`; returns its id."""
        self.tell(to, f"custom.error {error_id}{f' {name}' if name else ''}")
        return error_id

    def go(self, state: str) -> None:
        """To another state, or the same for another turn."""
        changes = state != self.state
        self.state = state
        self.entered = self.touched = self.now
        if changes:
            self.tell(self.guests, SessionState(state))

    # ---- sockets

    def join(self, slot: Slot, role: Role, format_: str) -> int:
        """A socket comes; 0, or the status by which it is refused."""
        if role != "receiver" and self.sender:
            return 409
        self.alive = True
        self.guests[slot] = Guest(role, format_)
        self.told[slot] = []
        if role != "receiver" and self.state == "receiving":
            self.touched = self.now
        self.tell([slot], SessionJoined(self.id, role, self.state))
        return 0

    def leave(self, slot: Slot) -> None:
        """A socket is gone."""
        guest = self.guests.pop(slot)
        self.audience = tuple(listener for listener in self.audience if listener != slot)
        if guest.role != "receiver" and self.state == "receiving":
            self.touched = self.now
        if self.guests:
            return
        if self.state in TURN:
            self.go("handshaken")
            self.over()
        if self.state == "idle":
            self.end()
        else:
            self.ends_at = self.now + self.limits.grace

    # ---- what a client says: each returns True, or the id of the error that its ack names

    def say(self, slot: Slot, event: str, payload: object) -> bool | int:
        """A client event whose payload can be read."""
        hear: dict[str, Callable[[Slot, object], bool | int]] = {
            "session.update": self._update,
            "input.buffer.append": self._append,
            "input.buffer.commit": self._commit,
            "input.buffer.clear": self._clear,
            "input.text": self._text,
            "response.cancel": self._cancel,
        }
        if event not in hear:
            return self.error([slot], 1001)
        if self.guests[slot].role == "receiver" and event != "response.cancel":
            return self.error([slot], 1003)
        return hear[event](slot, payload)

    def _update(self, slot: Slot, payload: object) -> bool | int:
        if payload is None:
            self.error([slot], 2001)
            self.tell([slot], SessionUpdated(self.id, False))
            return 2001
        self.stream = bool(payload)
        self.tell([slot], SessionUpdated(self.id, True))
        if self.state == "idle":
            self.go("handshaken")
        return True

    def _append(self, slot: Slot, payload: object) -> bool | int:
        assert isinstance(payload, bytes)
        if not payload:
            return True
        if self.state == "idle":
            if self.now - self.complained >= 1.0:
                self.complained = self.now
                self.error([slot], 1002)
            return 1002
        if self.state == "transcribing" and self.now - self.entered <= self.limits.straggler:
            return self.error([slot], 1002)
        if self.state != "receiving":
            if self.state in TURN:
                self._cut("interrupted")
            self._begin("receiving")
            self.tell([slot], BufferInitialized(self.id))
        self.touched = self.now
        if self.overflown:
            return 1004
        self.utterance.append(payload)
        if sum(map(len, self.utterance)) > self.limits.utterance_bytes:
            self.overflown = True
            return self.error([slot], 1004)
        return True

    def _begin(self, state: str) -> None:
        self.turn += 1
        self.utterance, self.overflown = [], False
        self.go(state)
        self.streams = self.stream

    def _commit(self, slot: Slot, payload: object) -> bool | int:
        if payload is not None:
            return self._clear(slot, payload)
        if self.state == "idle":
            return self.error([slot], 1002)
        if self.state != "receiving":
            return self.error([slot], 1005)
        if self.overflown:
            return self._clear(slot, payload)
        self.go("transcribing")
        self.reported = False
        return self._admit("STT")

    def _clear(self, slot: Slot, payload: object) -> bool | int:
        if self.state == "receiving":
            self.go("handshaken")
        return True

    def _text(self, slot: Slot, payload: object) -> bool | int:
        words = str(payload)
        if self.state in ("idle", "receiving"):
            return self.error([slot], 1002)
        if not words.strip() or len(words) > self.limits.text_chars:
            return self.error([slot], 1004 if words.strip() else 1005)
        if self.state in TURN:
            self._cut("interrupted")
        self.reported = False
        self.tell([slot], TranscribeDone(words, "", ""))
        self._begin("responding")
        self.tell(self.receivers, ResponseStarted(self.turn))
        return self._admit("LLM")

    def _cancel(self, slot: Slot, payload: object) -> bool | int:
        if self.state in TURN:
            self._cut("cancelled")
            self.go("handshaken")
        return True

    # ---- a turn

    def _cut(self, reason: Reason) -> None:
        """The turn ends early; who reads at once has all that was sent, so nothing is left to close."""
        if self.state in ANSWER:
            self.tell(self.guests, ResponseCancelled(reason))
        self._report()
        self.over()

    def _report(self) -> None:
        if not self.reported:
            self.tell(self.sender, f"response.metrics {self.turn}")
        self.reported = True

    def _fail(self, error_id: int, name: str = "") -> None:
        self.error(self.sender, error_id, name)
        self._cut("failed")
        self.go("handshaken")

    def _admit(self, first: str) -> bool | int:
        if self.crowded & {*WAY[first]}:
            self._fail(3004)
            return 3004
        self._begin_stage(first)
        return True

    def _begin_stage(self, kind: str) -> None:
        self.stage = kind
        act, codec = self.acts[kind], self.acts["codec"]
        silence, self.call_ends = self._patience(), self.now + getattr(self.limits, f"{kind.lower()}_call")
        if kind == "STT" and codec.stops_at is not None:
            act = codec
        elif kind == "STT" and b"".join(self.utterance) == UNDECODABLE:
            return self._fail(1007)
        if kind == "TTS":
            self.audience, self.sound = self.receivers, []
            self.formats = {self.guests[slot].format for slot in self.audience} or {"mp3"}
        self.words = "".join(act.pieces)
        self.touched_by_engine = self.now
        self.due = list(course(act, self.now, silence, self.call_ends - self.now))
        return None

    def _patience(self) -> float:
        patience: float = getattr(self.limits, f"{self.stage.lower()}_silence")
        return patience

    def _convert(self) -> None:
        """The synthesiser is done; its sound is encoded, and silence still counts from the last piece of it."""
        codec = self.acts["codec"]
        quiet = self.touched_by_engine + self._patience()
        if not self.sound or codec.failure is not None or (codec.stops_at is None and self.formats <= self.broken):
            self._fail(3002)
        elif codec.stops_at is None:
            self._speak()
        elif quiet < self.call_ends:
            self.due = [Due(quiet, "silence", "")]
        else:
            self.due = [Due(self.call_ends, "call", "")]

    def _take(self, due: Due) -> None:
        match due.what, self.stage:
            case "piece", "STT":
                self.tell(self.sender, TranscribeDelta(due.text))
            case "piece", "LLM":
                self._write(due.text)
            case "piece", _:
                self.sound.append(due.text)
                self.touched_by_engine = due.at
            case "end", "STT":
                self._transcript(self.words)
            case "end", "LLM":
                self._answered()
            case "end", _:
                self._convert()
            case "failure", stage:
                self._fail(FAILURES[stage])
            case name, stage:
                self._fail(3003, f"{stage.lower()}_{name}")

    def _transcript(self, words: str) -> None:
        self.tell(self.sender, TranscribeDone(words.strip(), "", "en"))
        if not words.strip():
            self._report()
            self.over()
            return self.go("handshaken")
        self.go("responding")
        self.tell(self.receivers, ResponseStarted(self.turn))
        return self._begin_stage("LLM")

    def _write(self, words: str) -> None:
        if len(self.answer) + len(words) > self.limits.answer_chars:
            return self._fail(3001)
        self.answer += words
        if self.streams:
            self.tell(self.receivers, TextDelta(words))
        return None

    def _answered(self) -> None:
        self.tell(self.receivers, TextDone(self.answer))
        if any(map(str.isalnum, self.answer)):
            return self._begin_stage("TTS")
        self._report()
        self.over()
        return self.go("handshaken")

    def _speak(self) -> None:
        self.go("speaking")
        sound = "".join(piece + self.answer for piece in self.sound)
        for slot in self.audience:
            if slot not in self.guests:
                continue
            format_ = self.guests[slot].format
            if format_ in self.broken:
                self.error([slot], 3002)
            audio = b"" if format_ in self.broken else f"{format_}:{sound}".encode()
            self.tell([slot], Piece(0, self.answer, audio, True, True, True, 1))
        self._report()
        self.plays_until = self.now + self.seconds
        self.stage = ""

    # ---- time

    def advance(self, until: float) -> None:
        """All that happens up to then, in order."""
        while True:
            deadline, pass_it = self._deadline()
            if self.due and self.due[0].at <= min(until, deadline):
                due = self.due.pop(0)
                self.now = max(self.now, due.at)
                self._take(due)
            elif deadline <= until:
                self.now = max(self.now, deadline)
                pass_it()
            else:
                break
        self.now = until

    def _deadline(self) -> tuple[float, Callable[[], None]]:
        """When the session does something by itself, and what."""
        return min(self._deadlines(), key=lambda due: due[0])

    def _deadlines(self) -> Iterator[tuple[float, Callable[[], None]]]:
        yield (self.ends_at if self.alive and not self.guests else float("inf")), self.end
        if self.state == "receiving":
            yield self.touched + (self.limits.receiving if self.sender else self.limits.grace), self._expire
        elif self.state in ("transcribing", "responding"):
            yield self.entered + getattr(self.limits, self.state), self._expire
        elif self.state == "speaking":
            yield self.plays_until, self._played

    def _expire(self) -> None:
        if self.state in TURN:
            return self._fail(3003, self.state)
        self.error(self.sender, 3003, "receiving")
        return self.go("handshaken")

    def _played(self) -> None:
        self.over()
        self.go("handshaken")
