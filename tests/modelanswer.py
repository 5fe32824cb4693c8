"""An answer in the reference model: what engines do for it, its parts, and what may be told of them, by protocol.md."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from actors.deciding.limits import Limits
from adapters.client.voiceclient import AudioPiece
from tests.scripted import Act
from tests.steps import PACES, AnswerForm
from tests.story import Slot

# ---- what an engine does


class Due(NamedTuple):
    """What an engine at work will have done by then."""

    at: float
    what: str
    text: str = ""


def course(act: Act, start: float, silence: float, call: float) -> Iterator[Due]:
    """What comes of one call: its pieces, and how it ends; a name of a deadline where it is cut."""
    last, at = start, start
    for number in range(len(act.pieces) + 1):
        at += act.delay
        stops = number == act.stops_at
        if at > min(last + silence, start + call) or (stops and act.failure is None):
            yield cut(last, silence, start + call)
            return
        if stops:
            yield Due(at, "failure")
            return
        if number < len(act.pieces):
            yield Due(at, "piece", act.pieces[number])
            last = at
    yield Due(at, "end")


def cut(last: float, silence: float, until: float) -> Due:
    """The deadline that ends a call of which nothing comes after `last`."""
    return Due(last + silence, "silence") if last + silence < until else Due(until, "call")


def paced(act: Act, speech: str) -> Act:
    """What a synthesiser does for these words."""
    return replace(act, delay=act.delay * PACES.get(speech, 1.0))


class Part:
    """A part of an answer: for whom it is made, in which formats, and what of its sound was not sent yet."""

    def __init__(self, number: int, text: str) -> None:
        self.id = number
        self.text = text
        self.begun = self.made = self.sent = self.closed = False
        self.audience: tuple[Slot, ...] = ()
        self.formats: set[str] = set()
        self.missing: set[str] = set()
        self.untold: set[str] = set()
        self.waiting: list[tuple[str, set[str]]] = []
        self.opened: set[Slot] = set()
        self.played: list[tuple[float, float]] = []

    @property
    def speech(self) -> str:
        """What is said of it."""
        return spoken(self.text)


class ExpectedCall:
    """An engine at work: what it will do, the sound it has made, and when its deadlines pass."""

    def __init__(self, kind: str, act: Act, now: float, limits: Limits, part: Part | None = None) -> None:
        self.kind = kind
        self.part = part
        self.words = "".join(act.pieces)
        self.told = ""
        self.sound: list[str] = []
        self.touched = now
        self.silence: float = getattr(limits, f"{kind.lower()}_silence")
        self.ends: float = now + getattr(limits, f"{kind.lower()}_call")
        self.due = list(course(act, now, self.silence, self.ends - now))

    def hang(self) -> None:
        """Nothing more comes of it."""
        self.due = [cut(self.touched, self.silence, self.ends)]


# ---- its parts

SENTENCE = re.compile(r"[^.]*\.\s+(?=<?\w)")
"""A sentence that is certain to be one, because something follows it."""


def spoken(text: str) -> str:
    """What is said of these words, "" for nothing."""
    words = " ".join(text.replace("<br>", " ").split())
    return words if any(map(str.isalnum, words)) else ""


TAGS = ("[nod]", "[face:x]")
_TAG = re.compile(rf"(\s*)(?:{'|'.join(map(re.escape, TAGS))})(\s*)(.?)")


def untagged(text: str, *, whole: bool) -> str:
    """The text without its tags, as far as it is certain before all of it has come: white space waits for a word."""
    tail = text[text.rfind("[") :] if "[" in text else ""
    if not whole and tail and any(tag.startswith(tail) for tag in TAGS):
        text = text.removesuffix(tail)
    text = _TAG.sub(_without, text)
    return text if whole else text.rstrip()


def _without(tag: re.Match[str]) -> str:
    gap, after, following = tag.groups()
    apart = " " if following and (after or (gap and following != ".")) else ""
    return apart + following


class ExpectedAnswer:
    """The text of an answer and its parts; `reached`: the part of which each Receiver was sent something last."""

    def __init__(self, way: AnswerForm, ahead: int) -> None:
        self.way = way
        self.ahead = ahead
        self.raw = self.text = self.uncut = ""
        self.written = False
        self.parts: list[Part] = []
        self.reached: dict[Slot, int] = {}
        self.without: set[str] = set()

    def leave(self, slot: Slot) -> None:
        """A Receiver is gone: nothing is for it any more."""
        self.reached.pop(slot, None)
        for part in self.parts:
            part.audience = tuple(listener for listener in part.audience if listener != slot)

    def rename(self, old: Slot, new: Slot) -> None:
        """A Receiver has another slot: it is absent, or it is back."""
        if old in self.reached:
            self.reached[new] = self.reached.pop(old)
        for part in self.parts:
            part.audience = tuple(new if listener == old else listener for listener in part.audience)
            part.opened = {new if listener == old else listener for listener in part.opened}

    def write(self, words: str) -> str:
        """More of the text; what can be told of it now."""
        self.raw += words
        words = self._show(whole=False)
        if self.way.written:
            self._cut_sentences()
        return words

    def _show(self, *, whole: bool) -> str:
        words = (untagged(self.raw, whole=whole) if self.way.cues else self.raw)[len(self.text) :]
        self.text += words
        self.uncut += words
        return words

    def rest(self) -> str:
        """That was all of the text; what is told of it besides."""
        return self._show(whole=True)

    def finish(self) -> None:
        """No more comes: what cannot be said at its end goes with the last part, if that has not begun."""
        self.written = True
        self._cut_sentences()
        if spoken(self.uncut):
            self._add(self.uncut)
        elif self.parts and not self.parts[-1].begun:
            self.parts[-1].text += self.uncut
        elif self.parts and self.uncut:
            self._add(self.uncut)

    def _cut_sentences(self) -> None:
        while self.way.many and (sentence := SENTENCE.match(self.uncut)):
            self._add(sentence[0])

    def _add(self, text: str) -> None:
        self.parts.append(Part(len(self.parts), text))
        self.uncut = self.uncut[len(text) :]

    @property
    def is_said(self) -> bool:
        """Whether all of it was sent."""
        return self.written and bool(self.parts) and all(part.closed for part in self.parts)

    @property
    def plays_until(self) -> float:
        """Parts play by id: each begins when it is there, and so is all of those before it, and they have ended."""
        until = there = 0.0
        for part in self.parts:
            for sent, seconds in part.played:
                until = max(until, there, sent) + seconds
            if not part.closed:
                break
            there = max(there, *(sent for sent, _ in part.played))
        return until

    @property
    def to_begin(self) -> Part | None:
        """The next part to be made, where not as many are in the making as may be."""
        begun = sum(part.begun and not part.closed for part in self.parts)
        return next((part for part in self.parts if not part.begun), None) if begun < self.ahead else None

    @property
    def to_send(self) -> Part | None:
        """The next part of which something may be sent."""
        begun = [part for part in self.parts if part.begun and not part.closed]
        for part in begun[:1] if self.way.ordered else begun:
            if self._closes(part) or (self.way.stream and part.waiting):
                return part
        return None

    def _closes(self, part: Part) -> bool:
        """It is made, and it is known whether another message will follow."""
        return part.made and (self.written or any(not other.closed for other in self.parts if other is not part))

    def send(self, part: Part, formats: dict[Slot, str]) -> Iterator[tuple[Slot, AudioPiece]]:
        """What its Receivers, who have these formats, are sent of it now."""
        part.sent = True
        part.closed = self._closes(part)
        for slot in part.audience:
            for piece in self._pieces(part, slot, formats[slot]):
                yield slot, piece
        part.waiting = []

    def _pieces(self, part: Part, slot: Slot, format_: str) -> Iterator[AudioPiece]:
        audio = [f"{format_}:{sound}".encode() for sound, formats in part.waiting if format_ in formats]
        audio = audio or [b""] * part.closed
        total = len(self.parts) if self.written else 0
        for left, data in zip(reversed(range(len(audio))), audio, strict=True):
            closes = part.closed and not left
            text = "" if slot in part.opened else part.text
            part.opened.add(slot)
            self.reached[slot] = part.id
            yield AudioPiece(part.id, text, data, True, closes and self.is_said, closes, total)

    def close(self, besides: Part | None = None) -> Iterator[tuple[Slot, AudioPiece]]:
        """Who was sent a piece is told that it is done, but for those who saw it on the last message of this part."""
        total = len(self.parts) if self.is_said else sum(part.sent for part in self.parts)
        for slot, last in self.reached.items():
            if besides is None or slot not in besides.audience:
                yield slot, AudioPiece(last, "", b"", True, True, True, total)
