"""One turn: what was said, what is answered, and how that becomes parts.

Terms: docs/glossary.md.
"""

import copy
from collections.abc import Iterable
from typing import NamedTuple

from actors.deciding.account import Charge, nobodys
from actors.deciding.cues import AnswerCues
from actors.deciding.events import FromClient, MemberId
from actors.deciding.keptsound import KeptSounds
from actors.deciding.ledger import Ledger
from actors.deciding.parts import Parts
from actors.deciding.timeline import Timeline
from actors.ports.answering import Delivery, Exchange
from actors.ports.sound import Clip, Target
from actors.words.cues import PlacedCue, with_tags
from actors.words.programtext import open_at
from actors.words.sentences import Cutter
from actors.words.spoken import speakable
from protocol.configuration import Configuration

MOST_SCRAPS = 4_000
"""Characters without anything to say that are tried together with the next ones."""
CHUNK = 64
"""Bytes that a chunk takes besides its own."""


def cost(chunk: bytes) -> int:
    """The memory that a chunk of an utterance takes, in bytes."""
    return len(chunk) + CHUNK


def text_cost(text: str) -> int:
    """The memory that a text takes at most, in bytes."""
    return 4 * len(text)


HEAD = 16
"""Bytes of an utterance by which most formats are known."""


class UtteranceBuffer:
    """The audio of the utterance that is being received, as the chunks it came in; `size` in bytes.

    One block that grows with each chunk would be moved again and again, and leave holes that nothing else fits into.

    `overflown`: it was too long and is thrown away; `why_too_long`: in words, where its seconds were too many.
    `crowded`: there was no room for it, and it is thrown away.
    `listened`: what there is of it was offered to a recogniser that listens while it is spoken; `need`: the bytes of it
    that it takes for that. `last_file`: where the last of several files begins, each of which began with a chunk.
    """

    def __init__(self) -> None:
        self.size = 0
        self.overflown = False
        self.why_too_long = ""
        self.crowded = False
        self.listened = False
        self.need = HEAD
        self.last_file = 0
        self._chunks: list[bytes] = []

    @property
    def audio(self) -> bytes:
        """All of it, joined."""
        return b"".join(self._chunks)

    def tail(self, most: int) -> bytes:
        """The end of it: so many bytes, or all of it where that is less."""
        size, chunks = 0, []
        for chunk in reversed(self._chunks):
            if size >= most:
                break
            chunks.append(chunk)
            size += len(chunk)
        return b"".join(reversed(chunks))[-most:]

    @property
    def cost(self) -> int:
        """The memory that its chunks take, in bytes."""
        return self.size + CHUNK * len(self._chunks)

    def add(self, chunk: bytes) -> None:
        """The next chunk."""
        self._chunks.append(chunk)
        self.size += len(chunk)

    def drop(self) -> None:
        """Throw away what there is."""
        self._chunks.clear()
        self.size = 0


def _exchange(said: str, answered: str, words: str) -> Exchange:
    return Exchange(said, answered, None if words == answered else words)


_NO_TARGETS: frozenset[Target] = frozenset()


class Remainder(NamedTuple):
    """The rest of a complete answer, which is not among its parts yet.

    `parts`: text and speech of each that follows. `tail`: text at the end that cannot be said. `has_sound`: whether the
    answer has any part, with what it has already.
    """

    parts: tuple[tuple[str, str], ...]
    tail: str
    has_sound: bool


class Turn:
    """The current turn. `charge`: what it holds, until it is over. `ledger`: its times, which begin with it.

    `number`: the turn's on the wire. `work`: the number of its jobs and their results; work that is dropped before
    anybody is told of it has had a number of its own. `is_heard`: it began with what an open microphone heard.
    `begun_by`: the message that began it, until it is known whether the pools admit it.
    """

    def __init__(
        self,
        number: int,
        configuration: Configuration,
        ahead: int = 1,
        charge: Charge | None = None,
        work: int | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.number = number
        self.work = number if work is None else work
        self.is_heard = False
        self.configuration = configuration
        self.charge = charge or nobodys()
        self.begun_by: FromClient | None = None
        self.ledger = ledger or Ledger()
        self.clip: Clip | None = None
        self.seconds: float | None = 0.0
        """Seconds of its utterance that its subject is charged for; None where they are not known yet."""
        self.words_so_far = ""
        """What a recogniser told of the utterance while it was spoken; the last words may be missing."""
        self.said = ""
        self.language = ""
        self.answer: list[str] = []
        self.answer_chars = 0
        self.delivery = Delivery()
        self._cues: AnswerCues | None = None  # made with the first piece of an answer that has cues
        tts = configuration.tts
        self.parts = Parts(stream=tts.stream, ordered=tts.is_ordered, ahead=ahead)
        self.timeline = Timeline()
        self.kept = KeptSounds(self.charge)
        self.unspoken_cues: tuple[PlacedCue, ...] = ()
        """The cues of an answer that has no part."""
        self.reached: dict[MemberId, tuple[int, bool]] = {}
        """For each Receiver its last piece: the id of its part, and whether it was sent as base64."""
        self.told_names: set[MemberId] = set()
        """The Receivers that were told the names of `arkit`'s rows in this turn."""
        self.mouth_ends: dict[tuple[MemberId, int], int] = {}
        """How far each Receiver was told the mouth of each part, in ms."""
        self.without = _NO_TARGETS
        """The targets that have been told that they cannot be made."""
        self._cutter: Cutter | None = None  # made with the first piece of an answer that is cut
        self._scraps = ""
        self._made: list[tuple[str, str]] = []

    @property
    def text(self) -> str:
        """The answer as far as it is written."""
        return "".join(self.answer)

    @property
    def is_over(self) -> bool:
        """Whether all of the answer was sent, also where it is text alone."""
        return self.parts.is_over

    def _new_cutter(self) -> Cutter:
        return Cutter(self.configuration.tts.language_code, quick_first=True)

    def _speech(self, text: str) -> str:
        return speakable(text, self.configuration.tts.language_code)

    def note_transcript(self, text: str, language: str) -> None:
        """The words of the utterance are known; what the recogniser was given is not needed any more."""
        self.said, self.language = text, language
        self.charge.give_back(len(self.clip.data) if self.clip is not None else 0)

    # ---- the text and its parts

    def write(self, piece: str) -> str:
        """Add to the answer; of several parts, those that are certain are cut, and with `LLM.stream` may begin.

        Returns what it adds to the text, which is without the tags of cues.
        """
        self.answer_chars += len(piece)
        if self.configuration.llm.cues == "tags":
            self._cues = self._cues or AnswerCues(self.configuration, self.charge)
            piece = self._cues.read(piece)
        self._add_text(piece)
        return piece

    def _add_text(self, text: str) -> None:
        self.answer.append(text)
        if self._has_many and text:
            self._cutter = self._cutter or self._new_cutter()
            made, self._scraps = self._cut(self._cutter.push(text))
            self._made += made
            if self.configuration.llm.stream:
                self._add(self._made)
                self._made.clear()

    def retract(self) -> None:
        """Forget what is written of the answer, which comes anew; parts of it that are begun end where they are."""
        self.answer.clear()
        self.answer_chars = 0
        self.delivery = Delivery()
        if self._cues is not None:
            self._cues.forget()
        self._cutter, self._scraps, self._cues = None, "", None
        self._made.clear()
        self.parts.retract()
        self.timeline.forget()

    def remainder(self) -> Remainder:
        """The rest of which parts are to be made, now that the answer is complete; changes nothing."""
        held = self._cues.rest() if self._cues is not None else ""
        if not self._has_many:
            text = self.text + held
            spoken = self._speech(text)
            parts = [(text, spoken)] if spoken or self.delivery.clip is not None else []
            return Remainder(tuple(parts), "", bool(len(self.parts) or parts))
        cutter = copy.copy(self._cutter) if self._cutter else self._new_cutter()  # a copy: this changes nothing
        made, scraps = self._cut(cutter.push(held) + cutter.finish())
        parts = self._made + made
        if len(self.parts) or parts:
            return Remainder(tuple(parts), scraps, True)
        speech = self._speech(scraps)  # what cannot be said piece by piece can be said as a whole
        return Remainder(((scraps, speech),) if speech else (), "", bool(speech))

    def finish_text(self, rest: Remainder) -> str:
        """The answer is written to its end: make parts of what is left of it. Returns what it adds to the text."""
        held = self._cues.finish() if self._cues is not None else ""
        self.answer.append(held)
        self._cutter, self._scraps = None, ""
        self._made.clear()
        self._add(rest.parts)
        if rest.tail and not self.parts.append_to_last(rest.tail):  # the last part has begun: a silent one follows
            self._add([(rest.tail, None)])
        if self._cues is not None:
            last = self._cues.give_last()
            self.unspoken_cues = () if self.parts.add_last_cues(last) else last
        self.parts.finish()
        return held

    @property
    def _has_many(self) -> bool:
        """Whether the answer is spoken in several parts; one that brings its own sound is not."""
        return self.configuration.tts.response_type.name == "multiple" and self.delivery.clip is None

    def _cut(self, texts: list[str]) -> tuple[list[tuple[str, str]], str]:
        """Find what is said of each; what cannot be said goes before the next part's words, or is left at the end.

        So does the beginning of what is for programs and not for ears, until its end has come. Changes nothing.
        """
        made: list[tuple[str, str]] = []
        scraps = self._scraps
        for text in texts:
            # Said together they may mean something. Of long ones each would be read again with every text behind it.
            is_short = len(scraps) <= MOST_SCRAPS
            whole = scraps + text
            end = open_at(whole) if is_short else len(whole)
            scraps = whole
            if speech := self._speech(whole[:end] if is_short else text):
                made.append((whole[:end], speech))
                scraps = whole[end:]
        return made, scraps

    def _add(self, made: Iterable[tuple[str, str | None]]) -> None:
        for text, speech in made:
            self.parts.add(text, speech, self._cues.give(text, speech) if self._cues is not None else ())

    # ---- what is remembered

    def exchange(self, now: float) -> Exchange | None:
        """The exchange that the model is reminded of; None where nothing was said or the answer had no words."""
        if not self.said:
            return None
        if self.is_over and now >= self.timeline.plays_until:
            answered = self.text if self._cues is None else with_tags(self.text, self._cues.placed)
            return _exchange(self.said, answered, self.text) if answered.strip() else None
        heard = self.timeline.heard_parts(now)
        answered = " ".join(self._heard(number, text) for number, text in heard)
        return _exchange(self.said, answered, " ".join(text for _, text in heard))

    def _heard(self, number: int, words: str) -> str:
        """Words of a part that were heard, with the tags among them."""
        part = self.parts[number]
        return words if part.cues is None else part.cues.heard(part.text, words)

    def remains(self) -> "Turn":
        """The data that is kept of a turn that is over: its number, and when it was first heard."""
        kept = Turn(self.number, self.configuration, work=self.work)
        kept.ledger.first_audio_ms = self.ledger.first_audio_ms
        return kept
