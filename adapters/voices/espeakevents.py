"""A text as espeak-ng speaks it: its phonemes and words, each with its samples, of a sound that is complete.

Where a phoneme begins, and why a stop begins before its event, says `espeakmarks.py`, which tells of a sound as it is
made.
"""

import ctypes
import itertools
import re

import msgspec

from actors.ports.calls import EngineFailed
from adapters.voices.espeaklibrary import CHARS_UTF8, EspeakLibrary
from adapters.voices.espeakmarks import (
    EVENT_WORD,
    STOPS,
    EspeakCallback,
    EspeakEvent,
    closes_after,
    plain,
    read_events,
    silent_from,
)

# The names and values of espeak-ng's speak_lib.h
POSITION_CHARACTER = 1
PARAMETER_RATE = 1

_FLAG = re.compile(r"\([^()]*\)?\Z")
_MODIFIER = frozenset("ʲʰʷːˑ\u0329\u0303ˠˤ")


class EspeakPhone(msgspec.Struct):
    """A phoneme in IPA, "" for a pause, in the samples [`start`, `end`); `word`: its index, -1 before any."""

    symbol: str
    start: int
    end: int
    word: int


class EspeakWord(msgspec.Struct, frozen=True):
    """A word as espeak-ng sees it: the characters [`char`, `char` + `length`) of its text."""

    char: int
    length: int


class EspeakSpoken(msgspec.Struct, frozen=True):
    """The phonemes and words of a text, without a gap, and its sound, mono s16le at RATE."""

    phones: list[EspeakPhone]
    words: list[EspeakWord]
    samples: bytes


class EspeakTeller:
    """Speaks texts, and tells what is said when. `library` is made with `tells_phonemes`."""

    def __init__(self, library: EspeakLibrary) -> None:
        self._library = library
        self._callback = EspeakCallback(self._heard)  # kept: the library holds a bare pointer to it
        self._made = bytearray()
        self._events: list[tuple[int, int, int, int, bytes]] = []
        library.functions.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, voice: str, pace: int) -> EspeakSpoken:
        """Speak plain `text`, which has no control characters, `pace` words a minute. Raises EngineFailed."""
        self._library.choose(voice)
        self._made.clear()
        self._events.clear()
        self._library.functions.espeak_SetParameter(PARAMETER_RATE, pace, 0)
        data = text.encode("utf-8", "replace")
        failed = self._library.functions.espeak_Synth(
            data, ctypes.c_size_t(len(data) + 1), 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None
        )
        if failed:
            raise EngineFailed(f"espeak-ng gave the error {failed}")
        phones, words = _told(self._events, len(self._made) // 2)
        samples = bytes(self._made)
        _begin_with_closure(phones, samples)
        return EspeakSpoken(phones, words, samples)

    def _heard(self, samples: int | None, count: int, events: "ctypes._Pointer[EspeakEvent]") -> int:
        """Called by the library with the next `count` samples and what is said in them."""
        if samples and count > 0:
            self._made += ctypes.string_at(samples, count * 2)
        self._events += read_events(events)
        return 0


def _told(events: list[tuple[int, int, int, int, bytes]], size: int) -> tuple[list[EspeakPhone], list[EspeakWord]]:
    phones: list[EspeakPhone] = []
    words: list[EspeakWord] = []
    for kind, position, length, sample, name in events:
        if kind == EVENT_WORD:
            words.append(EspeakWord(max(0, position - 1), length))
            continue
        symbol = plain(name.decode("utf-8", "ignore"))
        if symbol and phones and phones[-1].symbol and all(letter in _MODIFIER for letter in symbol):
            phones[-1].symbol += symbol
        elif not _FLAG.match(symbol):
            phones.append(EspeakPhone(symbol, sample, size, len(words) - 1))
    for phone, following in itertools.pairwise(phones):
        phone.end = max(phone.start, following.start)
    return phones, words


def _begin_with_closure(phones: list[EspeakPhone], samples: bytes) -> None:
    for before, phone in itertools.pairwise(phones):
        if phone.symbol.startswith(STOPS):
            first = closes_after(phone.start, before.start, before.symbol)
            before.end = phone.start = silent_from(first, samples[2 * first : 2 * phone.start])
