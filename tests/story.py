"""Invariants of all messages that a client gets, in any order of events, as docs/protocol.md promises them."""

import re
from collections.abc import Container, Iterable, Mapping, Set

from adapters.client.voiceclient import AckReceived, AudioPiece, Received
from protocol.connecting import Role
from protocol.errors import ErrorId
from protocol.messages import (
    EVENTS,
    BufferInitialized,
    CustomError,
    Metrics,
    ResponseCancelled,
    ResponseStarted,
    SessionJoined,
    SessionState,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)

NAMES: dict[type, str] = {**{kind: name for name, kind in EVENTS.items()}, AudioPiece: "response.audio.delta"}
TURN = ("transcribing", "responding", "speaking")
ANSWER = ("responding", "speaking")
ARROWS = {
    "idle": {"handshaken"},
    "handshaken": {"receiving", "responding"},
    "receiving": {"transcribing", "handshaken"},
    "transcribing": {"responding", "handshaken", "receiving"},
    "responding": {"speaking", "handshaken", "receiving"},
    "speaking": {"handshaken", "receiving", "responding"},
}
"""Where each state may lead."""
TO_SENDER = (SessionUpdated, BufferInitialized, TranscribeDelta, TranscribeDone, Metrics)
TO_RECEIVERS = (ResponseStarted, TextDelta, TextDone, AudioPiece)
ERROR_IDS = frozenset(map(int, ErrorId))
FAILURES = {"STT": 3000, "LLM": 3001, "TTS": 3002}
WAY = {"STT": ("STT", "LLM", "TTS"), "LLM": ("LLM", "TTS")}
Slot = int


def line(message: Received) -> str:
    """A message as a line of a script; of an error its id, and the deadline that it names."""
    match message:
        case CustomError(text, error_id):
            named = re.search(r"the deadline '(\w+)'", text)
            return f"custom.error {error_id}{f' {named[1]}' if named else ''}"
        case AckReceived():
            return f"ack {message.ack} {message.arguments[0].get('errorId', True)}"
        case Metrics(turn):
            return f"response.metrics {turn}"
        case _:
            fields = (getattr(message, field) for field in message.__struct_fields__)
            return f"{NAMES[type(message)]} {' '.join(map(repr, fields))}"


class Story:
    """Reads all that a client was told, and holds the server to it; `answers` are those that the model ever gives."""

    arrows: Mapping[str, Set[str]] = ARROWS

    def __init__(self, role: Role, answers: Container[str]) -> None:
        self.role = role
        self.answers = answers
        self.has_joined = False
        self.started = False
        self.state = ""
        self.turn = 0
        self.measured = 0
        self._start_over()

    def _start_over(self) -> None:
        self.cancelled = False
        self.parts: dict[int, bool] = {}
        self.done = False
        self.total = 0
        self.spoken = False
        self.soundless = False
        self.words: list[str] = []

    def read(self, heard: Iterable[Received], *, whole: bool) -> None:
        """All messages; `whole`: the client was there to the end, so no answer may be left open."""
        for message in heard:
            self.take(message)
        if whole:
            self.check_closed()

    def take(self, message: Received) -> None:
        """The next message, which is no ack."""
        assert isinstance(message, SessionJoined) != self.has_joined, "session.joined comes first, and once"
        self.has_joined = True
        assert self.role != "receiver" or not isinstance(message, TO_SENDER), f"for Senders alone: {line(message)}"
        assert self.role != "sender" or not isinstance(message, TO_RECEIVERS), f"for Receivers: {line(message)}"
        self._take(message)

    def _take(self, message: Received) -> None:
        match message:
            case SessionJoined(state=state):
                self.state = state
            case SessionState(state):
                assert state in self.arrows[self.state], f"{self.state} does not lead to {state}"
                self.state = state
                self.spoken = self.spoken or (self.started and state == "speaking")
            case ResponseStarted(turn):
                self.check_closed()
                assert turn > self.turn, "turns are counted"
                self.turn = turn
                self._start_over()
                self.started = True
            case ResponseCancelled():
                self.check_closed(cut=True)
                assert self.done or not self.spoken or self.soundless, (
                    "a Receiver that waits for done gets its closing message"
                )
                self.started = False
                self.cancelled = True
            case TextDelta() | TextDone():
                assert not self.cancelled, "no text of a response follows its response.cancelled"
                self._take_text(message)
            case AudioPiece():
                self._take_piece(message)
            case CustomError(error_id=number):
                assert number in ERROR_IDS, f"{number} is no errorId of the table"
                if number == ErrorId.SYNTHESIS_FAILED:
                    # its format cannot be had, and where sound is streamed, no piece is sent
                    self.soundless = not self.parts
            case Metrics(turn):
                assert turn > self.measured, "metrics come once a turn"
                self.measured = turn

    def _take_text(self, message: TextDelta | TextDone) -> None:
        if isinstance(message, TextDelta):
            self.words.append(message.text)
        else:
            assert message.text in self.answers, f"the words of another turn: {message.text!r}"
            written = "".join(self.words)
            came_late = not self.started and message.text.endswith(written)
            assert came_late or self.words in ([], [*self.words[:-1], message.text]) or written == message.text
            self.words = [message.text]

    def _take_piece(self, piece: AudioPiece) -> None:
        assert not self.cancelled, "no piece of a response follows its response.cancelled"
        assert not self.done, "done is on the last message of a response"
        if self.parts.get(piece.id, False):
            assert piece.done, "no piece of a part follows the one with streamPartDone, but what closes the response"
            assert not piece.audio
        assert not (piece.text and piece.id in self.parts), "the words of a part are on its first piece"
        self.parts[piece.id] = piece.stream_part_done
        if piece.done:
            self.done = True
            assert piece.total_number >= len(self.parts), "totalNumber is right with done"
            self.total = piece.total_number

    def check_closed(self, *, cut: bool = False) -> None:
        """An answer is at its end; of one that was `cut` a part may be missing that comes before one that was sent."""
        assert self.done or not self.parts, "a Receiver that got a piece is told done"
        assert cut or self.cancelled or all(part < self.total for part in self.parts), "ids are below totalNumber"


def check_taken_back(backlog: list[Received], in_flight: int) -> None:
    """What waited for a slow Receiver when its response was cut does not leave, but for what had left by then."""
    late = False
    for number, message in enumerate(backlog):
        match message:
            case ResponseStarted():
                late = False
            case AudioPiece(audio=audio):
                late = late or (bool(audio) and number >= in_flight)
            case ResponseCancelled():
                assert not late, "the sound of an answer that was cut left the outbox after the cut"
