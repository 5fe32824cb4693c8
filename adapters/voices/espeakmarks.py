"""The marks of espeak-ng's sound while it is made: its phonemes and words, no later than what they are of.

A phoneme's event comes where espeak-ng begins to make it. Of a voiceless stop that is the burst: the closed lips, or
the tongue, are the silence before, some 45 ms, so the stop is said to begin with that silence.

A phoneme's end is known when the next one begins. So sound whose phonemes are wanted is held back until they are known
AHEAD of it: lips move before they are heard. That is some 300 ms of the first sound, which espeak-ng makes in 2 ms.
"""

import bisect
import ctypes
import unicodedata
from collections.abc import Iterator

import numpy as np
import regex  # type: ignore[import-untyped]

from actors.ports.mouth import Mark
from actors.words.scripts import UNSPACED
from adapters.voices.espeaklibrary import RATE
from adapters.voices.voicemarks import TextWord, tokens_of

# The values of espeak-ng's speak_lib.h
EVENT_WORD, EVENT_PHONEME = 1, 7

LONGEST_CLOSURE = RATE // 10
"""Samples of silence before a voiceless stop that are of it, at most; with a pause before it, half of that."""
QUIET = 8
"""The level under which a sample is silence: espeak-ng's is digital."""
AHEAD = 160 * RATE // 1000
"""Samples after those that leave of which the phonemes are known: a lead of 40 ms, and what lips need to move."""
LONGEST = 400 * RATE // 1000
"""Samples after which sound leaves though its phoneme has not ended."""
_MS = 1000 / RATE
STOPS = tuple("ptkcqʈ")
"""Of these the sound begins with silence."""
_UNSPACED = regex.compile(f"[{UNSPACED}]")
"""Letters of what is written without spaces between words."""


class _EventName(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_void_p), ("string", ctypes.c_char * 8))


class EspeakEvent(ctypes.Structure):
    """espeak_EVENT of speak_lib.h. A phoneme's name is cut to 8 bytes."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventName),
    )


EspeakCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(EspeakEvent))


class EspeakMarks:
    """The marks of one synthesis of `text`; `with_phones`: phonemes are wanted too."""

    def __init__(self, text: str, *, with_phones: bool) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._token = -1
        """The index of the last of them that was told."""
        self._with_phones = with_phones
        self._words: list[Mark] = []
        self._phones: list[Mark] = []
        self._open: tuple[str, int] | None = None
        """The phoneme that is being made, and the sample with which it begins."""

    def take(self, events: "ctypes._Pointer[EspeakEvent]", made: bytearray, first: int) -> None:
        """What the library says of its sound; `made` is of the samples from the one numbered `first` on."""
        for kind, position, length, sample, name in read_events(events):
            if kind == EVENT_WORD:
                self._take_word(max(0, position - 1), length, sample * _MS)
            elif self._with_phones and kind == EVENT_PHONEME:
                self._begin(plain(name.decode("utf-8", "ignore")), sample, made, first)

    def _take_word(self, start: int, length: int, at: float) -> None:
        """A word of espeak-ng's; "bear's" is two of them, and "42" too. Without spaces its own words are told."""
        number = bisect.bisect_right(self._tokens, start, key=_char) - 1
        token = self._tokens[number] if number >= 0 else None
        if token is None or start >= token.char + len(token.text) or _UNSPACED.search(token.text):
            if word := self._text[start : start + length].strip():
                self._words.append(Mark("word", word, at, 0.0, start + self._text[start:].index(word)))
        elif number > self._token:
            self._token = number
            self._words.append(Mark("word", token.text, at, 0.0, token.char))

    def _begin(self, symbol: str, sample: int, made: bytearray, first: int) -> None:
        if symbol.startswith("("):  # another language from here on
            return
        if self._open is not None:
            before, start = self._open
            if symbol.startswith(STOPS):
                earliest = closes_after(sample, max(start, first), before)
                if earliest - first < len(made) // 2:
                    sample = silent_from(earliest, bytes(made[2 * (earliest - first) : 2 * (sample - first)]))
            self._end(sample)
        self._open = (symbol, sample)

    def _end(self, sample: int) -> None:
        if self._open is not None and sample > self._open[1]:
            symbol, start = self._open
            self._phones.append(Mark("phone", symbol, start * _MS, (sample - start) * _MS))

    def ready(self, made: int) -> int:
        """How many of the `made` samples may leave, counted from the first of the sound."""
        if not self._with_phones:
            return made
        known = made
        if self._open is not None and self._open[0] and made - self._open[1] < LONGEST:
            known = self._open[1]
        return max(0, known - AHEAD)

    def release(self, made: int, until: int, *, is_last: bool = False) -> tuple[Mark, ...]:
        """The marks that are known of the `made` samples, of which those before `until` leave now."""
        symbol, start = self._open or ("", made)
        if self._open is not None and (is_last or not symbol or start < until + AHEAD):
            self._end(made)  # it may go on; then it is told again from there
            self._open = (symbol, made)
        marks = sorted((*self._words, *self._phones), key=_at)
        self._words.clear()
        self._phones.clear()
        return tuple(marks)


def _char(word: TextWord) -> int:
    return word.char


def _at(mark: Mark) -> float:
    return mark.at


def read_events(events: "ctypes._Pointer[EspeakEvent]") -> Iterator[tuple[int, int, int, int, bytes]]:
    """Kind, position and length in the text, sample, and a phoneme's name."""
    at = 0
    while (event := events[at]).type:
        if event.type in (EVENT_WORD, EVENT_PHONEME):
            name = event.id.string if event.type == EVENT_PHONEME else b""
            yield event.type, event.text_position, event.length, event.sample, name
        at += 1


def closes_after(sample: int, after: int, before: str) -> int:
    """The sample from which on a voiceless stop may be closed, whose burst is at `sample`, and which is `after` others.

    Before it is the phoneme `before`; "" is a pause, which is silent too.
    """
    return max(after, sample - (LONGEST_CLOSURE if before else LONGEST_CLOSURE // 2))


def silent_from(start: int, heard: bytes) -> int:
    """The sample from which on the samples `heard`, mono s16le, of which the first is number `start`, are silent."""
    sounding = np.flatnonzero(np.abs(np.frombuffer(heard, "<i2").astype(np.int32)) >= QUIET)
    return start + (int(sounding[-1]) + 1 if len(sounding) else 0)


def plain(symbol: str) -> str:
    """A phoneme's name as single code points, without stress and tone."""
    return "".join(letter for letter in unicodedata.normalize("NFD", symbol) if letter not in "ˈˌ-|_0123456789˥˦˧˨˩")
