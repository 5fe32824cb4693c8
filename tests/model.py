"""A reference model of a session: docs/protocol.md written down a second time, with none of the server's own code.

It is told what the clients, the engines and the clock do, and says, line for line, what each client must be told.
What it shares with the server is the vocabulary alone: the messages and the limits.
"""

import math
from collections.abc import Callable, Iterable, Iterator

from actors.deciding.limits import Limits
from protocol.messages import (
    BufferInitialized,
    Reason,
    ResponseCancelled,
    ResponseStarted,
    SessionState,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)
from tests.modelanswer import Due, ExpectedAnswer, ExpectedCall, Part, paced
from tests.modelmembers import ModelMembers
from tests.scripted import UNDECODABLE, Act
from tests.steps import AnswerForm
from tests.story import ANSWER, FAILURES, TURN, WAY, Slot

# ---- what exactly each client is told, where nothing happens at the same time


class Model(ModelMembers):
    """A session as the protocol document has it; `told` is what it has said to each client since it was last asked."""

    def __init__(self, limits: Limits, session_id: str) -> None:
        super().__init__(limits, session_id)
        self.acts: dict[str, Act] = {}
        self.broken: set[str] = set()
        self.crowded: set[str] = set()
        self.seconds = 2.0
        self.end()

    def end(self) -> None:
        """There is no such session (any more)."""
        self.alive = False
        self.members.clear()
        self.state = "idle"
        self.turn = 0
        self.way = AnswerForm()
        self.utterance: list[bytes] = []
        self.overflown = False
        self.touched = self.entered = 0.0
        self.complained = self.ends_at = -float("inf")
        self.over()

    def over(self) -> None:
        """No turn is in the air."""
        self.calls: list[ExpectedCall] = []
        self.reported = True
        self.answer = ExpectedAnswer(self.way, self.limits.parts_ahead)

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
            self.tell(self.members, SessionState(state))

    # ---- sockets

    def begin(self) -> None:
        """There is such a session from now on."""
        self.alive = True

    def abandon(self) -> None:
        """The last member has left: its work ends, and so does a session that knows nothing."""
        if self.state in TURN:
            self.go("handshaken")
            self.over()
        if self.state == "idle":
            self.end()

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
        if self.members[slot].role == "receiver" and event != "response.cancel":
            return self.error([slot], 1003)
        return hear[event](slot, payload)

    def _update(self, slot: Slot, payload: object) -> bool | int:
        if payload is None:
            self.error([slot], 2001)
            self.tell([slot], SessionUpdated(self.id, False))
            return 2001
        self.way = payload if isinstance(payload, AnswerForm) else self.way._replace(written=bool(payload))
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
        self.answer = ExpectedAnswer(self.way, self.limits.parts_ahead)

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
        """The turn ends early; who reads at once has all that was sent, so only what is not done is closed."""
        if self.state in ANSWER:
            taken = self.take_back()
            for slot, piece in self.answer.close():
                self.tell([slot] if slot in taken or not self.answer.is_said else [], piece)
            self.tell(self.members, ResponseCancelled(reason))
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

    def _begin_stage(self, kind: str, part: Part | None = None) -> None:
        act, codec = self.acts[kind], self.acts["codec"]
        if kind == "STT" and codec.stops_at is not None:
            act = codec
        elif kind == "STT" and b"".join(self.utterance) == UNDECODABLE:
            return self._fail(1007)
        if part is not None:
            act = paced(act, part.speech)
        self.calls.append(ExpectedCall(kind, act, self.now, self.limits, part))
        return None

    def _take(self, call: ExpectedCall, due: Due) -> None:
        if due.what != "piece":
            self.calls.remove(call)
        match due.what, call.kind:
            case "piece", "STT":
                self.tell(() if due.text == call.told else self.sender, TranscribeDelta(due.text.strip()))
                call.told = due.text
            case "piece", "LLM":
                self._write(due.text)
            case "piece", _:
                assert call.part is not None
                self._hear(call, call.part, due.text)
            case "end", "STT":
                self._transcript(call.words)
            case "end", "LLM":
                self._answered()
            case "end", _:
                assert call.part is not None
                self._finish(call, call.part)
            case "failure", kind:
                self._fail(FAILURES[kind])
            case name, kind:
                self._fail(3003, f"{kind.lower()}_{name}")

    def _transcript(self, words: str) -> None:
        self.tell(self.sender, TranscribeDone(words.strip(), "", "en"))
        if not words.strip():
            self._report()
            self.over()
            return self.go("handshaken")
        self.go("responding")
        self.tell(self.receivers, ResponseStarted(self.turn))
        return self._begin_stage("LLM")

    # ---- its answer

    def _write(self, words: str) -> None:
        if len(self.answer.raw) + len(words) > self.limits.answer_chars:
            return self._fail(3001)
        self._tell_text(self.answer.write(words))
        if self.answer.way.written:
            self._go_on()
        return None

    def _tell_text(self, words: str) -> None:
        if self.answer.way.written and words:
            self.tell(self.receivers, TextDelta(words), of_turn=True)

    def _answered(self) -> None:
        self._tell_text(self.answer.rest())
        self.answer.finish()
        self.tell(self.receivers, TextDone(self.answer.text), of_turn=bool(self.answer.parts))
        if self.answer.parts:
            return self._go_on()
        self._report()
        self.over()
        return self.go("handshaken")

    def _begin_parts(self) -> None:
        """As many are made at a time as may be; a part is for those who are there when it begins."""
        while (part := self.answer.to_begin) is not None:
            part.begun = True
            part.audience = self.receivers
            part.formats = {self.members[slot].format for slot in part.audience} or {"mp3"}
            if part.speech:
                self._begin_stage("TTS", part)
            else:
                part.made = True

    def _hear(self, call: ExpectedCall, part: Part, piece: str) -> None:
        """Sound was made: it is kept, or where it is streamed, encoded."""
        codec = self.acts["codec"]
        call.touched = self.now
        call.sound.append(piece + part.speech)
        if not self.answer.way.stream:
            return None
        if codec.failure is not None:
            return self._fail(3002)
        if codec.stops_at is not None:
            return call.hang()
        return None if part.formats <= self.broken else self._keep(part, call.sound[-1])

    def _finish(self, call: ExpectedCall, part: Part) -> None:
        """The synthesiser is done; sound that was kept is encoded, and silence still counts from its last piece."""
        codec, stream = self.acts["codec"], self.answer.way.stream
        if not call.sound or (codec.failure is not None and not stream):
            return self._fail(3002)
        if codec.stops_at is not None and not stream:
            self.calls.append(call)
            return call.hang()
        part.made = True
        return self._keep(part, "" if stream else "".join(call.sound))

    def _keep(self, part: Part, sound: str) -> None:
        """Sound can be had in all formats but these; where it can be had in none, that is a failure."""
        missing = part.formats & self.broken
        part.untold |= missing - part.missing
        part.missing |= missing
        if part.missing >= part.formats:
            return self._fail(3002)
        if sound:
            part.waiting.append((sound, part.formats - missing))
        return self._go_on()

    def _go_on(self) -> None:
        """What may be made is begun, what may be sent goes out, and the last of it is the end."""
        self._begin_parts()
        if self.answer.to_send is not None and self.state == "responding":
            self.go("speaking")
        last = None
        while (part := self.answer.to_send) is not None:
            last = part
            self._send(part)
            if self.answer.to_send is None:
                self._begin_parts()
        if self.answer.is_said:
            for slot, piece in self.answer.close(besides=last):
                self.tell([slot], piece, of_turn=True)
            self._report()

    def _send(self, part: Part) -> None:
        """Who cannot have its format is told once an answer."""
        answer = self.answer
        formats = {slot: self.members[slot].format for slot in part.audience}
        self.error([slot for slot, format_ in formats.items() if format_ in part.untold - answer.without], 3002)
        answer.without |= part.untold
        part.untold = set()
        pieces = max(sum(format_ in made for _, made in part.waiting) for format_ in part.formats)
        for slot, piece in answer.send(part, formats):
            self.tell([slot], piece, of_turn=True)
        part.played.append((self.now, pieces * self.seconds))
        self.touched = self.now

    # ---- time

    def advance(self, until: float) -> None:
        """All that happens up to then, in order."""
        while True:
            deadline, pass_it = self._deadline()
            call = min((call for call in self.calls if call.due), key=lambda call: call.due[0].at, default=None)
            if call is not None and call.due[0].at <= min(until, deadline):
                due = call.due.pop(0)
                self.now = max(self.now, due.at)
                self._take(call, due)
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
        yield (self.ends_at if self.alive and not self.there else float("inf")), self.end
        if self.there:
            untils = [member.until for slot, member in self.members.items() if slot < 0]
            yield min(untils, default=math.inf), self.give_up_late
        if self.state == "receiving":
            yield self.touched + (self.limits.receiving if self.has_sender else self.limits.grace), self._expire
        elif self.state in ("transcribing", "responding"):
            yield self.entered + getattr(self.limits, self.state), self._expire
        elif self.state == "speaking" and self.answer.is_said:
            yield self.answer.plays_until, self._played
        elif self.state == "speaking":
            yield max(self.touched, self.answer.plays_until) + self.limits.speaking, self._expire

    def _expire(self) -> None:
        if self.state in TURN:
            return self._fail(3003, self.state)
        self.error(self.sender, 3003, "receiving")
        return self.go("handshaken")

    def _played(self) -> None:
        self.over()
        self.go("handshaken")
