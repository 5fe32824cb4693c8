"""One conversation without a button, replayed in virtual time: the true server, and a microphone whose sound is known.

The server runs in this process on memory streams, on a clock that jumps. Its engines take stated times, and the
recogniser is told the true words by their labels. What listens is real: it computes on the spot, and its answers come
after the processor time that they took.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import trio
from trio.testing import MockClock
from trio_websocket import wrap_client_stream

from actors.ports.listening import FRAME, RATE
from adapters.client.packets import Disconnected
from adapters.client.voiceclient import AudioPiece, VoiceClient
from bench.echosounds import Samples, packed
from bench.handsfreeengines import ReplayEngines, TruthRecogniser
from protocol.connecting import Auth
from protocol.handsfree import ResponseHeld, ResponseResumed
from protocol.messages import ResponseCancelled
from tests.harness import RESOURCE, Server, serving

LEAD = 0.8
"""Seconds before anybody speaks."""
PATIENCE = 12.0
"""Seconds after the last word in which an answer has to come."""
DUCKED = 0.25
"""What a Receiver leaves of its volume: 12 dB less."""
SETTLES = 4.0
"""Seconds after the last thing that is heard, in which the server comes to its end with it."""
_PROBE = 48
"""Samples in the middle of a word by which it is found in what the recogniser is given."""


class Line(NamedTuple):
    """Something that the microphone hears: `words` "" where it is no speech; `gap`: seconds of silence before it.

    `rest`: what a recording has behind it, which is no speech.
    """

    sound: Samples
    words: str
    gap: float = 0.0
    rest: Samples = np.zeros(0)


class Case(NamedTuple):
    """A conversation: what is said first, and what comes `after` seconds of the answer, if something does.

    `answer`: the sound of the answer. `echo`: what the microphone hears of it, `delay` seconds after it plays.
    `language`: of what is said.
    """

    kind: str
    said: tuple[Line, ...]
    event: Line | None = None
    after: float = 2.5
    answer: Samples = np.zeros(3 * RATE)
    echo: Samples | None = None
    delay: float = 0.0
    language: str = "en-US"


class Label(NamedTuple):
    """What was heard, and when: seconds since the first sample."""

    begins: float
    ends: float
    words: str


class Told(NamedTuple):
    """A message to the client, and when it came: seconds since the first sample."""

    at: float
    message: object


class Replay(NamedTuple):
    """A conversation that was held; `event`: what came during the answer, or its beginning; None without an answer."""

    kind: str
    said: tuple[Label, ...]
    event: Label | None
    told: tuple[Told, ...]


# ---- who speaks


class Room:
    """What the microphone hears: a little noise, and what is put into it. Labels are those of what was put."""

    def __init__(self, seconds: float = 60.0) -> None:
        self._sound = np.random.default_rng(7).normal(0, 0.0005, int(seconds * RATE))
        self._words: list[tuple[int, str]] = []

    def put(self, line: Line, at: float) -> Label:
        """The line begins at that second."""
        begin = int(at * RATE)
        end = begin + len(line.sound)
        self._sound[begin:end] += line.sound[: len(self._sound) - begin]
        self.add(line.rest, end / RATE)
        words = line.words.split()
        for number, word in enumerate(words):
            middle = begin + (2 * number + 1) * len(line.sound) // (2 * len(words))
            self._words.append((middle, word))
        return Label(begin / RATE, end / RATE, line.words)

    def add(self, sound: Samples, at: float) -> None:
        """The sound of something that is no line."""
        begin = round(at * RATE)
        self._sound[begin : begin + len(sound)] += sound[: max(0, len(self._sound) - begin)]

    def middles(self) -> list[tuple[bytes, str]]:
        """The words that were put, and the sound that there is now in the middle of each."""
        return [(self._packed(middle, middle + _PROBE), word) for middle, word in self._words]

    def frame(self, number: int) -> bytes:
        """A frame of it."""
        return self._packed(number * FRAME, (number + 1) * FRAME)

    def _packed(self, begin: int, end: int) -> bytes:
        return packed(self._sound[begin:end])


class Loudspeaker:
    """Plays the answer as a Receiver does that can hold, into the room: `echo` is what comes of it, `delay` later."""

    def __init__(self, room: Room, echo: Samples, delay: float) -> None:
        self._room = room
        self._echo = echo
        self._delay = delay
        self._played = 0
        self._plays = self._is_paused = False
        self._volume = 1.0
        self._read = 0

    def play(self, told: Sequence[Told], now: float) -> None:
        """Heed what was told by now, and play the next frame."""
        for _, message in told[self._read :]:
            self._heed(message)
        self._read = len(told)
        if self._plays and not self._is_paused:
            self._room.add(self._volume * self._echo[self._played : self._played + FRAME], now + self._delay)
            self._played += FRAME

    def _heed(self, message: object) -> None:
        match message:
            case AudioPiece():
                self._plays = True
            case ResponseHeld(how="pause"):
                self._is_paused = True
            case ResponseHeld():
                self._volume = DUCKED
            case ResponseResumed():
                self._is_paused, self._volume = False, 1.0
            case ResponseCancelled():
                self._plays, self._is_paused, self._volume, self._played = False, False, 1.0, 0


class _Conversation:
    """The client of a case: it sends a frame each 32 ms, and notes what it is told."""

    def __init__(self, case: Case, voice: VoiceClient, room: Room) -> None:
        self._case = case
        self._voice = voice
        self._room = room
        self._loudspeaker = None if case.echo is None else Loudspeaker(room, case.echo, case.delay)
        self._began = trio.current_time()
        self.told: list[Told] = []
        self.said: list[Label] = []
        self.event: Label | None = None
        self.ends = PATIENCE

    async def listen(self) -> None:
        """Note what comes until the connection ends."""
        try:
            while True:
                message = await self._voice.receive()
                self.told.append(Told(trio.current_time() - self._began, message))
        except Disconnected:
            return

    def _plan(self) -> None:
        at = LEAD
        for line in self._case.said:
            label = self._room.put(line, at + line.gap)
            self.said.append(label)
            at = label.ends
        self.ends = at + PATIENCE

    def _react(self) -> None:
        """What comes because the answer plays."""
        last = self.said[-1].ends
        plays = next((at for at, message in self.told if isinstance(message, AudioPiece) and at >= last), None)
        if plays is None or self.event is not None:
            return
        if self._case.event is not None:
            self.event = self._room.put(self._case.event, plays + self._case.after)
            self.ends = self.event.ends + SETTLES
        else:
            self.event = Label(plays, plays, "")
            self.ends = plays + SETTLES if self._case.echo is None else plays + len(self._case.echo) / RATE

    async def speak(self) -> None:
        """Send what the microphone hears, until the case is over."""
        self._began = trio.current_time()
        self._plan()
        number = 0
        while number * FRAME / RATE < self.ends:
            self._react()
            if self._loudspeaker is not None:
                self._loudspeaker.play(self.told, number * FRAME / RATE)
            await trio.sleep_until(self._began + (number + 1) * FRAME / RATE)
            await self._voice.append(self._room.frame(number))
            number += 1


async def _hold(case: Case, detection: dict[str, object], ears: Any, *, listens: bool) -> Replay:
    room = Room()
    engines = ReplayEngines(ears, case.answer, TruthRecogniser(room.middles, case.language, listens=listens))
    async with serving(engines) as server, trio.open_nursery() as nursery:
        voice = await _join(server, nursery)
        stt = {"mediaFormat": "pcm16", "languageCode": case.language}
        await voice.update({"STT": stt, "TTS": {"stream": False}, "turnDetection": detection})
        conversation = _Conversation(case, voice, room)
        nursery.start_soon(conversation.listen)
        await conversation.speak()
        held = Replay(case.kind, tuple(conversation.said), conversation.event, tuple(conversation.told))
        nursery.cancel_scope.cancel()
    return held


async def _join(server: Server, nursery: trio.Nursery) -> VoiceClient:
    stream = server.stream()
    socket = await wrap_client_stream(nursery, stream, "memory", RESOURCE, message_queue_size=1)  # type: ignore[arg-type]
    return await VoiceClient.join(socket, Auth(audio_format="pcm16", holds=True))


def hold(case: Case, detection: dict[str, object], ears: Any, *, listens: bool = True) -> Replay:
    """Hold the conversation of a case with that `turnDetection`; `ears` as RealEars.

    `listens`: whether the recogniser tells words while they are spoken.
    """
    return trio.run(partial(_hold, listens=listens), case, detection, ears, clock=MockClock(autojump_threshold=0))
