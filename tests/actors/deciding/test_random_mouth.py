"""Random answers with random tracks: what each Receiver is told of its mouth keeps the promises of docs/protocol.md."""

from random import Random

import msgspec
import pytest
from msgspec import UNSET

from actors.deciding.effects import DropQueued, Effect, LeftSound, Send, Speak
from actors.deciding.events import MemberId, Spoken
from actors.ports.mouth import MouthMade, Shapes
from actors.ports.sound import Sound
from actors.running.sentsound import SentSound
from protocol.audioformat import AudioFormat
from protocol.handshake import Encoding
from protocol.messages import AudioDelta, ResponseCancelled, ResponseStarted, ServerMessage, SessionJoined
from protocol.mouth import MOST_BYTES, SHAPES, MouthRate, MouthSet, MouthWish, ResponseMouth, ResponseWords
from protocol.states import State
from tests.playbook import (
    ME,
    Playbook,
    answered,
    append,
    cancel,
    commit,
    failed,
    joined,
    later,
    left,
    recognised,
    retracted,
    text,
    update,
    written,
)
from tests.scriptedmouth import ROW, words

SEEDS = 100
RATES: tuple[MouthRate, ...] = (30, 60)


class MouthListener:
    """A Receiver that plays what it is told, and holds the server to it; `queued`: what may still be dropped."""

    def __init__(self, wish: MouthWish) -> None:
        self.wish = wish
        self.has_names = False
        self.queued: list[tuple[ServerMessage, int | None]] = []
        self._sent = SentSound()
        self.lost = False
        """Whether anything of the turn was taken back."""
        self._start(0)

    def _start(self, turn: int) -> None:
        self.turn = turn
        self.ends: dict[int, int] = {}
        self.times: dict[int, int] = {}
        self.closed: set[int] = set()
        self.words_closed: set[int] = set()
        self.heard: dict[int, int] = {}
        self.last_sound = -1
        self.was_cut = False
        self.done = False

    def drain(self) -> None:
        """All that is queued leaves."""
        for message, _ in self.queued:
            self._take(message)
        self.queued.clear()

    def queue(self, message: ServerMessage, turn: int | None) -> None:
        """It is sent a message."""
        self.queued.append((message, turn))
        self._sent.note(turn, message)

    def drop(self, turn: int) -> LeftSound | None:
        """The queue of an old turn is taken back; what has left, None where nothing was in it."""
        kept = [entry for entry in self.queued if entry[1] != turn]
        dropped = len(self.queued) - len(kept)
        self.lost = dropped > 0
        self.queued = kept
        return self._sent.without(turn, dropped) if dropped else None

    def _take(self, message: ServerMessage) -> None:
        match message:
            case ResponseStarted(turn):
                self._start(turn)
            case AudioDelta(id=part):
                self.last_sound = part
                self.heard[part] = self.heard.get(part, 0) + len(message.audio)
                self.done = message.done
            case ResponseMouth():
                assert message.set == self.wish.set
                assert message.turn == self.turn or not self.turn  # who joined in its middle was not told its number
                assert len(msgspec.json.encode(message)) <= MOST_BYTES
                self._cut(message) if message.cut else self._mouth(message)
            case ResponseWords():
                assert self.wish.words
                assert message.id not in self.words_closed
                assert len(message.words) == len(message.times) == len(message.durations)
                if message.last:
                    self.words_closed.add(message.id)
            case ResponseCancelled():
                if self.wish.set and self.heard:
                    assert self.was_cut, "a cut closes the mouth of whoever was sent sound"

    def _cut(self, message: ResponseMouth) -> None:
        assert message.last
        assert message.id == self.last_sound, "nothing where no sound went"
        assert self.done, "the closing piece comes before"
        zeros = message.values if message.set == "arkit" else message.weights
        assert zeros != UNSET
        assert not any(zeros)
        assert message.times != UNSET
        [at] = message.times
        assert at >= self.ends.get(message.id, 0) - (34 if message.set == "arkit" else 0)  # a row may end later
        if not self.lost:
            assert at <= self.ends.get(message.id, 0)
        self.was_cut = True

    def _mouth(self, message: ResponseMouth) -> None:
        part = message.id
        assert not self.was_cut
        if message.revised:
            assert message.start == 0
            self.ends[part] = 0
            self.times[part] = -1
            self.closed.discard(part)
        assert part not in self.closed
        assert message.start == self.ends.get(part, 0) or message.set == "arkit"
        assert message.end - message.start <= 2000 or message.last  # type: ignore[operator]
        self.ends[part] = message.end  # type: ignore[assignment]
        if message.set == "arkit":
            self._rows(message)
        else:
            self._keys(message)
        if message.last:
            self.closed.add(part)

    def _rows(self, message: ResponseMouth) -> None:
        assert message.fps == self.wish.fps
        self.has_names = self.has_names or message.names != UNSET
        assert self.has_names
        assert message.values != UNSET
        assert len(message.values) % ROW == 0
        assert not message.last or not any(message.values[-ROW:])

    def _keys(self, message: ResponseMouth) -> None:
        assert message.times != UNSET
        assert message.shapes != UNSET
        assert message.weights != UNSET
        assert len(message.times) == len(message.shapes) == len(message.weights)
        assert all(0 <= shape < len(SHAPES[message.set]) for shape in message.shapes)
        latest = self.times.get(message.id, -1)
        for time in message.times:
            assert latest < time
            latest = time
        self.times[message.id] = latest
        assert not message.last or message.shapes[-1] == 0

    def check_over(self) -> None:
        """The response was sent to its end: every part that sounded has closed its mouth, once."""
        if self.wish.set:
            assert {part for part, size in self.heard.items() if size} <= self.closed
        if self.wish.words:
            assert {part for part, size in self.heard.items() if size} <= self.words_closed


class RandomAnswers:
    """A session of which everything is drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.pb = Playbook(encoding=self._encoding(wish := self._wish()))
        self.listeners: dict[MemberId, MouthListener] = {ME: MouthListener(wish)}
        self.parts: dict[int, tuple[Speak, float]] = {}
        self.members = ME

    def _wish(self) -> MouthWish:
        of = self.random.choice(["", "ovr", "ovr", "arkit", "arkit", "vrm"])
        return MouthWish(of, self.random.random() < 0.5, self.random.choice(RATES))  # type: ignore[arg-type]

    def _encoding(self, wish: MouthWish) -> Encoding:
        return Encoding(AudioFormat(self.random.choice(["mp3", "wav"])), mouth=wish)

    def run(self) -> None:
        self.play(
            update(
                LLM={"stream": True},
                TTS={"stream": self.random.random() < 0.7, "isOrdered": self.random.random() < 0.5},
            )
        )
        for _ in range(60):
            self.random.choice(
                [self._talk, self._answer, self._sound, self._sound, self._sound, self._sound, self._rest]
            )()
        for _ in range(40):
            self._sound()

    def play(self, event: object) -> None:
        self.pb >> event  # type: ignore[operator]
        self._perform(self.pb.skip_all())
        for job in self.pb.jobs:
            if isinstance(job, Speak) and job.part not in self.parts and job.turn == self.pb.conversation.turn.work:
                self.parts[job.part] = (job, 0.0)
        self.pb.jobs.clear()

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, DropQueued):
                self.parts.clear()
                taken = {member: listener.drop(effect.turn) for member, listener in self.listeners.items()}
                self._queue(*effect.closing_sends({member: left for member, left in taken.items() if left}))
            if isinstance(effect, Send):
                self._queue(effect)
        for listener in self.listeners.values():
            if self.random.random() < 0.6:
                listener.drain()

    def _queue(self, *sends: Send) -> None:
        for send in sends:
            for member in send.to:
                if not isinstance(send.message, SessionJoined):
                    self.listeners[member].queue(send.message, send.turn)

    def _talk(self) -> None:
        choice = self.random.random()
        if choice < 0.3:
            self.members += 1
            wish = self._wish()
            self.listeners[self.members] = MouthListener(wish)
            self.play(joined(self.members, "receiver", self._encoding(wish)))
        elif choice < 0.4 and self.members in self.listeners and self.members != ME:
            self.play(left(self.members))
            del self.listeners[self.members]
        elif choice < 0.5:
            self.play(self.random.choice([cancel(), append(), failed()]))
        elif self.pb.conversation.state is State.RECEIVING:
            self.play(commit())
        elif self.pb.conversation.state is State.TRANSCRIBING:
            self.parts.clear()
            self.play(recognised("Hello"))
        elif self.pb.conversation.state is State.HANDSHAKEN:
            self.parts.clear()
            self.play(text("Hello"))

    def _answer(self) -> None:
        choice = self.random.random()
        self.play(
            answered() if choice < 0.2 else retracted() if choice < 0.25 else written("Well, that is so. Now then. ")
        )

    def _rest(self) -> None:
        if not self.pb.conversation.participants:
            return
        for listener in self.listeners.values():
            listener.drain()
            if self.pb.conversation.turn.is_over and self.pb.conversation.state is State.SPEAKING:
                listener.check_over()
        self.play(later(self.random.choice([0.1, 1.0, 5.0])))

    def _sound(self) -> None:
        if not self.parts:
            return
        part = self.random.choice(list(self.parts))
        job, start = self.parts[part]
        last = not job.stream or self.random.random() < 0.4
        seconds = self.random.choice([0.0, 0.5, 2.5]) if job.stream else 2.5
        sounds = {target: (Sound(b"sound", seconds),) if seconds else () for target in job.targets}
        end = start + seconds
        self.parts[part] = (job, end)
        if last:
            del self.parts[part]
        mouth = self._made(job, round(start * 1000), round(end * 1000), last=last) if job.mouth is not None else None
        turn = self.pb.conversation.turn.work
        said = mouth.words if mouth is not None else ()
        self.play(Spoken(turn, part, sounds, last=last, mouth=mouth, words=said))

    def _made(self, job: Speak, start: int, end: int, *, last: bool) -> MouthMade | None:
        """What a track may say, that is right, late, or wild."""
        assert job.mouth is not None
        if self.random.random() < 0.1:
            return None
        last = last and self.random.random() < 0.8
        revised = self.random.random() < 0.1
        if revised:
            start = 0
        shapes = {of: self._shapes(of, job.mouth.fps, start, end, last=last, revised=revised) for of in job.mouth.sets}
        return MouthMade(shapes, words(start, end), end, last)

    def _shapes(
        self, of: MouthSet, fps: MouthRate, start: int, end: int, *, last: bool, revised: bool
    ) -> tuple[Shapes, ...]:
        if of == "arkit":
            count = round((end - start) * fps / 1000)
            values = (0.5,) * (count * ROW)
            return (Shapes(start, end, "aligned", values=values, fps=fps, last=last, revised=revised),)
        times = [self.random.randint(start - 50, end + 50) for _ in range(self.random.randint(0, 20))]
        if self.random.random() < 0.8:
            times.sort()
        indexes = tuple(self.random.randrange(len(SHAPES[of])) for _ in times)
        weights = tuple(self.random.random() for _ in times)
        return (Shapes(start, end, "aligned", tuple(times), indexes, weights, last=last, revised=revised),)


@pytest.mark.parametrize("number", range(SEEDS))
def test_every_receiver_is_told_what_the_protocol_says(number: int) -> None:
    RandomAnswers(number).run()
