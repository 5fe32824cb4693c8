"""One turn: what was said, what is answered, which parts were sent, and how much of them had time to be heard."""

import re
from functools import cached_property

import msgspec

from actors.events import MemberId
from actors.ports import Clip, Delivery, Exchange
from actors.spoken import speakable
from protocol.audioformat import AudioFormat
from protocol.configuration import Configuration
from protocol.messages import Metrics

_LAST_WORD_EDGE = re.compile(r"\s\S*\Z")


class Listener(msgspec.Struct, frozen=True):
    """A Receiver as it was when a part began: what the part is made into for it."""

    member: MemberId
    format: AudioFormat
    is_base64: bool


class SentPart(msgspec.Struct, frozen=True):
    """A part that was sent, and when its sound begins and how long it lasts, in seconds."""

    id: int
    text: str
    begins: float
    seconds: float


class Utterance:
    """The audio of the utterance that is being received; `overflown`: it was too long and is thrown away."""

    def __init__(self) -> None:
        self.audio = bytearray()
        self.overflown = False


class Turn:
    """The turn in the air. Times are in seconds of the session's clock."""

    def __init__(self, number: int, configuration: Configuration) -> None:
        self.number = number
        self.configuration = configuration
        self.committed: float | None = None
        self.clip: Clip | None = None
        self.said = ""
        self.language = ""
        self.answer: list[str] = []
        self.answer_chars = 0
        self.delivery = Delivery()
        self.audience: dict[int, tuple[Listener, ...]] = {}
        self.part_texts: list[str] = []
        self.sent: list[SentPart] = []
        self.complete = False
        self.first_audio_ms = -1
        self._firsts: dict[str, float] = {}
        self._reported = False

    @property
    def text(self) -> str:
        """The answer as far as it is written."""
        return "".join(self.answer)

    @cached_property
    def spoken(self) -> str:
        """What is said of the whole answer, "" where nothing can be; to be asked for when it is written to its end.

        Made once, because it takes a millisecond for each page of text, and the event loop waits for it.
        """
        return speakable(self.text, self.configuration.tts.language_code)

    def write(self, piece: str) -> None:
        """Add to the answer."""
        self.answer.append(piece)
        self.answer_chars += len(piece)

    # ---- the time that the sound takes

    @property
    def plays_until(self) -> float:
        """When the sound that was sent has had time to play; 0 where there was none."""
        return self.sent[-1].begins + self.sent[-1].seconds if self.sent else 0.0

    def play(self, part: int, seconds: float, now: float) -> None:
        """A part was sent: its sound begins now, or when the one before it ends."""
        self.sent.append(SentPart(part, self.part_texts[part], max(now, self.plays_until), seconds))

    def heard(self, now: float) -> str:
        """The words that had time to play by `now`: whole parts, and of the last one up to the edge of a word."""
        texts = [_heard_of(part, now) for part in self.sent]
        return " ".join(text for text in texts if text)

    def exchange(self, now: float) -> Exchange | None:
        """What the model will be reminded of; None where nothing was said or the answer had no words."""
        if not self.said:
            return None
        if self.complete and now >= self.plays_until:
            return Exchange(self.said, self.text) if self.text.strip() else None
        return Exchange(self.said, self.heard(now))

    # ---- the latency ledger

    def mark(self, stage: str, now: float) -> None:
        """Note the first time that a stage (a field of Metrics) gave a result."""
        self._firsts.setdefault(stage, now)
        if stage == "first_audio":
            self.first_audio_ms = self._since_commit(self._firsts[stage])

    def mark_last_audio(self, now: float) -> None:
        """Note that a piece was sent; the last one counts."""
        self._firsts["last_audio"] = now

    def report(self) -> Metrics | None:
        """The ledger, once; None where it was reported or the turn was never committed."""
        if self._reported or self.committed is None:
            return None
        self._reported = True
        times = {stage: self._since_commit(when) for stage, when in self._firsts.items()}
        return Metrics(turn=self.number, **times)

    def _since_commit(self, when: float) -> int:
        return -1 if self.committed is None else round((when - self.committed) * 1000)


def _heard_of(part: SentPart, now: float) -> str:
    text = part.text.strip()
    if now >= part.begins + part.seconds or part.seconds <= 0:
        return text if now >= part.begins else ""
    if now <= part.begins:
        return ""
    shown = text[: int(len(text) * (now - part.begins) / part.seconds)]
    edge = _LAST_WORD_EDGE.search(shown)
    return shown[: edge.start()].rstrip() if edge else ""
