"""What a client may be told in a conversation of any kind, message by message: tests/story.py, and beside it the open
microphone, the mouth, cues and acks, as docs/protocol.md promises them.
"""

from collections import deque
from collections.abc import Container
from typing import Final

from msgspec import UNSET

from adapters.client.voiceclient import AckReceived, AudioPiece, Received
from protocol.connecting import Role
from protocol.handsfree import (
    InputIdle,
    ResponseHeld,
    ResponseResumed,
    SessionEcho,
    SpeechStarted,
    SpeechStopped,
)
from protocol.messages import (
    BufferInitialized,
    CustomError,
    ResponseCancelled,
    ResponseStarted,
    SessionDraining,
    SessionState,
    TextDelta,
    TextDone,
    TranscribeDone,
)
from protocol.mouth import MOST_MS, SHAPES, MouthWish, ResponseCue, ResponseMouth, ResponseWords
from tests.story import ARROWS, Story, line

HANDS_FREE_ARROWS: Final = {**ARROWS, "receiving": ARROWS["receiving"] | {"responding"}}
"""An open microphone's utterance is dropped by what is typed, or by an answer that is asked for."""
FOR_SENDERS: Final = (SpeechStarted, SpeechStopped, InputIdle, SessionEcho)
FOR_RECEIVERS: Final = (ResponseMouth, ResponseWords, ResponseCue)
ROW: Final = len(SHAPES["arkit"])
KEPT: Final = 40
"""Messages of a client that are kept for the report of a failure."""


class SoakStory(Story):
    """The story of one client; `errors` counts the ids that it was told, `last` has its last messages."""

    arrows = HANDS_FREE_ARROWS

    def __init__(self, role: Role, answers: Container[str], wish: MouthWish) -> None:
        super().__init__(role, answers)
        self.mouth = MouthStory(wish)
        self.speech = SpeechStory(role)
        self.last: deque[Received] = deque(maxlen=KEPT)
        self.asked: set[int] = set()
        self.acked: set[int] = set()
        self.is_draining = False

    def hear(self, message: Received) -> None:
        """The next message, of any kind."""
        self.last.append(message)
        if isinstance(message, AckReceived):
            assert message.ack in self.asked, "an ack is of an event that asked for it"
            assert message.ack not in self.acked, "one ack for an event"
            self.acked.add(message.ack)
            return
        assert self.role != "receiver" or not isinstance(message, FOR_SENDERS), f"for Senders alone: {line(message)}"
        assert self.role != "sender" or not isinstance(message, FOR_RECEIVERS), f"for Receivers: {line(message)}"
        self.take(message)
        self.speech.take(message)
        if self.role != "sender":
            self.mouth.take(message)
        if isinstance(message, SessionDraining):
            assert not self.is_draining, "session.draining comes once"
            self.is_draining = True

    def check_whole(self) -> None:
        """The client was there to the end, and all has come to rest: nothing is left open."""
        self.check_closed()
        self.mouth.check_closed()
        assert self.acked == self.asked, f"acks that never came: {sorted(self.asked - self.acked)}"

    def _take_text(self, message: TextDelta | TextDone) -> None:
        """A thought may be taken back: what was told before the answer is not a part of it then."""
        if isinstance(message, TextDone) and message.text and "".join(self.words).endswith(message.text):
            assert message.text in self.answers, f"the words of another turn: {message.text!r}"
            self.words = [message.text]
        else:
            super()._take_text(message)


class SpeechStory:
    """What is promised of speech: it begins and ends in turn, and an answer is held and goes on."""

    def __init__(self, role: Role) -> None:
        self.is_receiver = role != "sender"
        self.is_known = self.is_open = self.held = self.is_cancelled = False
        self.state = ""
        self.turn = 0

    def take(self, message: Received) -> None:
        """The next message."""
        match message:
            case SpeechStarted():
                assert not (self.is_known and self.is_open), "speech that has begun begins again"
                assert self.state == "receiving", "speech begins in receiving"
                self.is_known = self.is_open = True
            case SpeechStopped():
                assert self.is_open or not self.is_known, "speech ends that has not begun"
                self.is_known, self.is_open = True, False
            case BufferInitialized():
                assert self.state == "receiving", "an utterance begins in receiving"
            case SessionState(state):
                self.state = state
                self.held = self.held and state == "speaking"
                if state in ("handshaken", "responding", "transcribing"):
                    self.is_known, self.is_open = True, False
            case TranscribeDone():
                assert not self.is_open or self.state == "receiving", "a transcript comes when the utterance is over"
            case ResponseStarted(turn):
                self.turn, self.is_cancelled, self.held = turn, False, False
            case ResponseHeld(turn):
                assert not (self.is_receiver and self.is_cancelled), "an answer that was cut is held"
                assert not (self.is_receiver and self.turn) or turn == self.turn, "what is held is the turn that runs"
                self.held = True
            case ResponseResumed(turn):
                assert self.held, "an answer goes on that was not held"
                assert not (self.is_receiver and self.turn) or turn == self.turn, "what goes on is the turn that runs"
                self.held = False
            case ResponseCancelled():
                self.is_cancelled, self.held = True, False


class MouthStory:
    """What is promised of a part's mouth: stretches without a gap, before their sound, closed once."""

    def __init__(self, wish: MouthWish) -> None:
        self.wish = wish
        self.has_names = False
        self._start(0)

    def _start(self, turn: int) -> None:
        self.turn = turn
        self.ends: dict[int, int] = {}
        self.times: dict[int, int] = {}
        self.closed: set[int] = set()
        self.words_open: set[int] = set()
        self.words_closed: set[int] = set()
        self.cue_times: dict[int, int] = {}
        self.sounded: set[int] = set()
        self.finished: set[int] = set()
        self.was_cut = self.is_done = self.has_failed = self.is_cancelled = False

    def take(self, message: Received) -> None:
        """The next message."""
        match message:
            case ResponseStarted(turn):
                self.check_closed()
                self._start(turn)
            case AudioPiece():
                self._take_piece(message)
            case ResponseMouth() | ResponseWords() | ResponseCue() if self.is_cancelled:
                raise AssertionError("nothing of a mouth after response.cancelled")
            case ResponseMouth():
                assert message.set == self.wish.set, "the set that was asked for"
                assert not self.turn or message.turn == self.turn, "the mouth is of the turn that was started"
                if message.cut:
                    self._take_cut(message)
                else:
                    self._take_mouth(message)
            case ResponseWords():
                self._take_words(message)
            case ResponseCue(_, part, at):
                assert self.wish.is_any, "cues were asked for"
                assert at >= self.cue_times.get(part, 0), "times of the cues of a part rise"
                self.cue_times[part] = at
            case ResponseCancelled():
                self.is_cancelled = True
                assert not (self.wish.set and self.sounded and self.turn) or self.was_cut, "a cut closes the mouth"
            case CustomError(error_id=3002):
                self.has_failed = True

    def check_closed(self) -> None:
        """The response is over: where it was not cut, each mouth and each list of words that was begun is closed."""
        if not (self.is_cancelled or self.has_failed):
            assert set(self.ends) <= self.closed, "a mouth that was begun is closed"
            assert self.words_open <= self.words_closed, "words that were begun have a last message"

    def _take_words(self, message: ResponseWords) -> None:
        assert self.wish.words, "words were asked for"
        assert message.id not in self.words_closed, "no words after the last"
        assert len(message.words) == len(message.times) == len(message.durations), "a word has all three"
        self.words_open.add(message.id)
        self.words_closed |= {message.id} if message.last else set()

    def _take_piece(self, piece: AudioPiece) -> None:
        self.is_done = piece.done
        if piece.audio:
            self.sounded.add(piece.id)
        if piece.stream_part_done and piece.audio:
            self.finished.add(piece.id)

    def _take_cut(self, message: ResponseMouth) -> None:
        assert message.last
        zeros = message.values if message.set == "arkit" else message.weights
        assert zeros != UNSET and not any(zeros), "a mouth that is cut is closed"  # noqa: PT018
        self.was_cut = True

    def _take_mouth(self, message: ResponseMouth) -> None:
        part = message.id
        assert not self.was_cut, "nothing of a mouth after its cut"
        start, end = message.start, message.end
        assert isinstance(start, int)
        assert isinstance(end, int)
        if message.revised:
            self.ends[part], self.times[part] = 0, -1
            self.closed.discard(part)
        assert part not in self.closed, "nothing of a part's mouth after its last message"
        assert start == self.ends.get(part, 0) or message.set == "arkit", "stretches have no gap"
        assert end - start <= MOST_MS or message.last, "a message covers 2 s at most"
        self.ends[part] = end
        if message.set == "arkit":
            self._take_rows(message)
        else:
            self._take_keys(message)
        self.closed |= {part} if message.last else set()

    def _take_rows(self, message: ResponseMouth) -> None:
        assert message.fps == self.wish.fps
        self.has_names = self.has_names or message.names != UNSET
        assert self.has_names, "the first message after joining has the names"
        assert message.values != UNSET
        assert len(message.values) % ROW == 0
        assert not message.last or not any(message.values[-ROW:]), "a mouth ends closed"

    def _take_keys(self, message: ResponseMouth) -> None:
        times, shapes, weights = message.times, message.shapes, message.weights
        assert times != UNSET
        assert shapes != UNSET
        assert weights != UNSET
        assert len(times) == len(shapes) == len(weights), "a key frame has all three"
        count, latest = len(SHAPES[message.set]), self.times.get(message.id, -1)
        assert all(0 <= shape < count for shape in shapes)
        for time in times:
            assert latest < time, "key frames rise"
            latest = time
        self.times[message.id] = latest
        assert not message.last or shapes[-1] == 0, "a mouth ends closed"
