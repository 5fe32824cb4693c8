"""The parts of an answer: which may be made now, and which of their pieces goes out next, with which flags.

A part is cut from the answer's text, made (its sound comes in pieces), and sent. This file knows the rules of
`response.audio.delta` in docs/protocol.md and nothing else: no clock, no Receivers but by their targets.

The rule that shapes it: `done` stands on the last message of the whole response, and nothing follows it. So the message
that closes a part waits until it is known whether another part follows: one that is cut already, or none because the
text is complete. Sound itself never waits for that where it is streamed.

Terms: docs/glossary.md.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from actors.deciding.cues import PartCue, PartCues
from actors.deciding.events import MemberId, Spoken
from actors.deciding.partmouth import PartMouth
from actors.ports.mouth import Mark, MouthMade
from actors.ports.sound import Sound, Target
from actors.words.cues import PlacedCue
from protocol.mouth import MouthWish

Sounds = Mapping[Target, tuple[Sound, ...]]
_NOTHING = Sound(b"", 0.0)


class Recipient(msgspec.Struct, frozen=True):
    """A Receiver as it was when a part began: what the part is made into for it."""

    member: MemberId
    target: Target
    is_base64: bool
    mouth: MouthWish = MouthWish()


class Part:
    """One part: `text` as written, `speech` what is said of it, None for a silent part.

    `mouth`: None where nobody in its audience wants one. `seconds`: of its sound that was sent. `cues`: None where it
    has none.
    """

    def __init__(self, number: int, text: str, speech: str | None, cues: Sequence[PartCue] = ()) -> None:
        self.id = number
        self.text = text
        self.speech = speech
        self.cues = PartCues(cues) if cues else None
        self.audience: tuple[Recipient, ...] = ()
        self.targets: tuple[Target, ...] = ()
        self.made = False
        self.is_retracted = False
        self.waiting: list[Sounds] = []
        self.failures: dict[Target, str] = {}
        self.room = 0
        self.envelope = b""
        self.words: tuple[Mark, ...] = ()
        self.mouth: PartMouth | None = None
        self.seconds = 0.0
        self.opened: set[Target] = set()

    def __repr__(self) -> str:
        return f"<Part {self.id} {'made' if self.made else 'begun' if self.targets else 'cut'}>"

    @property
    def has_waiting(self) -> bool:
        """Whether there is sound that was not sent, or more of the mouth of sound that was."""
        has_mouth = self.mouth is not None and bool(self.mouth.waiting and self.opened)
        return has_mouth or any(any(sounds.values()) for sounds in self.waiting)

    @property
    def is_sent(self) -> bool:
        """Whether there is no more sound to send, now or later."""
        return self.made and not self.has_waiting


class Piece(msgspec.Struct, frozen=True):
    """A message to be: a piece of sound for the Receivers that want `target`; `text` stands on the first one."""

    target: Target
    sound: Sound
    text: str
    part_done: bool
    done: bool


class Batch(msgspec.Struct, frozen=True):
    """The pieces of one part that are sent together; they play for `seconds`.

    `failures`: targets without sound, and why.

    `room`: bytes that its sound has taken of the turn's charge until now. `envelope`: of all of it, "" where unknown.
    `mouth`: what has become known of the mouth, which goes before the pieces; `ends_at`: with the part's last pieces,
    the ms of its sound. `words`: those of which the times are known, for what was heard. `closes`: nothing of the part
    follows.
    """

    part: Part
    failures: Mapping[Target, str]
    pieces: tuple[Piece, ...]
    seconds: float
    room: int = 0
    envelope: bytes = b""
    mouth: tuple[MouthMade, ...] = ()
    ends_at: int | None = None
    words: tuple[Mark, ...] = ()
    closes: bool = False


class Parts:
    """The parts of one answer. `ahead`: how many may be begun and not yet sent."""

    def __init__(self, *, stream: bool = False, ordered: bool = False, ahead: int = 1) -> None:
        self._stream = stream
        self._ordered = ordered
        self._ahead = ahead
        self._parts: list[Part] = []
        self._to_begin: list[Part] = []
        self._in_hand: list[Part] = []
        self.complete = False
        self.last_sent = 0
        """The id of the part that something was sent of last."""

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, number: int) -> Part:
        return self._parts[number]

    @property
    def is_over(self) -> bool:
        """Whether the text is complete and every part was sent."""
        return self.complete and not self._in_hand and not self._to_begin

    @property
    def total(self) -> int:
        """How many parts there are, 0 while that is not known."""
        return len(self._parts) if self.complete else 0

    # ---- cutting and making

    def add(self, text: str, speech: str | None, cues: Sequence[PartCue] = ()) -> None:
        """The next part of the text."""
        part = Part(len(self._parts), text, speech, cues)
        self._parts.append(part)
        self._to_begin.append(part)

    def append_to_last(self, text: str) -> bool:
        """Give unspeakable words at the end of the text to the last part; False where there is none to begin."""
        if not self._to_begin:
            return False
        self._to_begin[-1].text += text
        return True

    def add_last_cues(self, cues: Sequence[PlacedCue]) -> bool:
        """Give the cues at the end of the text to the last part; False where there is none."""
        if not self._parts:
            return False
        part = self._parts[-1]
        behind = [PartCue(len(part.speech or ""), cue._replace(place=len(part.text))) for cue in cues]
        if part.cues is None and behind:
            part.cues = PartCues(behind)
        elif part.cues is not None:
            part.cues.add(behind)
        return True

    def finish(self) -> None:
        """The text is complete: no part follows."""
        self.complete = True

    @property
    def may_begin(self) -> bool:
        """Whether there is a part that may be made now."""
        return bool(self._to_begin) and len(self._in_hand) < self._ahead

    def begin_next(self, audience: tuple[Recipient, ...], fallback: Target) -> Part | None:
        """The next part that may be made now, or None: for `audience`, or where that is empty as `fallback`."""
        if not self.may_begin:
            return None
        part = self._to_begin.pop(0)
        self._in_hand.append(part)
        part.audience = audience
        part.mouth = PartMouth() if any(listener.mouth.is_any for listener in audience) else None
        part.targets = tuple(dict.fromkeys(listener.target for listener in audience)) or (fallback,)
        part.made = part.speech is None
        return part

    def take(self, spoken: Spoken) -> None:
        """Sound of a part was made, or why it cannot be for some targets."""
        part = self._parts[spoken.part]
        if part.is_retracted:
            return
        part.room += spoken.room
        part.envelope += spoken.envelope
        part.words += spoken.words
        if spoken.mouth is not None and part.mouth is not None:
            part.mouth.waiting.append(spoken.mouth)
        part.waiting.append(spoken.sounds)
        part.failures.update(spoken.failures)
        part.made = part.made or spoken.last

    def retract(self) -> None:
        """The text so far is taken back: parts that have not begun are removed, the others end where they are.

        Those keep their numbers, because ids have no gaps. The text of one from which nothing was sent is not shown.
        """
        for _ in range(len(self._to_begin)):
            self._parts.pop()
        self._to_begin.clear()
        for part in self._in_hand:
            part.made = part.is_retracted = True
            part.waiting.clear()
            if part.mouth is not None:
                part.mouth.waiting.clear()
            if part.cues is not None:
                part.cues.forget()
            part.failures.clear()
            part.text = part.text if part.opened else ""

    # ---- sending

    @property
    def has_due(self) -> bool:
        """Whether a piece is to be sent now."""
        return any(self._can_go(part) for part in self._sendable())

    def due(self) -> Iterator[Batch]:
        """The pieces that are to be sent now, in order; they count as sent."""
        while part := next((part for part in self._sendable() if self._can_go(part)), None):
            yield self._batch(part)

    def _sendable(self) -> list[Part]:
        return self._in_hand[:1] if self._ordered else self._in_hand

    def _can_go(self, part: Part) -> bool:
        return self._closes(part) or (self._stream and part.has_waiting)

    def _closes(self, part: Part) -> bool:
        """Whether the part is made, and it is known whether another one follows."""
        return part.made and (self.complete or len(self._in_hand) > 1 or len(self._to_begin) > 0)

    def _batch(self, part: Part) -> Batch:
        closes = self._closes(part)
        if closes:
            self._in_hand.remove(part)
        is_last = closes and self.is_over
        self.last_sent = part.id
        waiting, part.waiting = part.waiting, []
        failures, part.failures = part.failures, {}
        room, part.room = part.room, 0
        envelope, part.envelope = part.envelope, b""
        words, part.words = part.words, ()
        mouth = part.mouth.take_waiting() if part.mouth is not None else ()
        pieces: list[Piece] = []
        seconds = 0.0
        for target in part.targets:
            sounds = [sound for made in waiting for sound in made.get(target, ())]
            seconds = max(seconds, sum(sound.seconds for sound in sounds))
            if closes and not sounds:
                sounds = [_NOTHING]
            pieces += self._pieces(part, target, sounds, closes, is_last)
        part.seconds += seconds
        ends_at = round(part.seconds * 1000) if closes and part.seconds else None
        return Batch(part, failures, tuple(pieces), seconds, room, envelope, mouth, ends_at, words, closes)

    def _pieces(self, part: Part, target: Target, sounds: list[Sound], closes: bool, is_last: bool) -> Iterator[Piece]:
        for number, sound in enumerate(sounds, 1):
            ends = closes and number == len(sounds)
            text = "" if target in part.opened else part.text
            part.opened.add(target)
            yield Piece(target, sound, text, part_done=ends, done=ends and is_last)
