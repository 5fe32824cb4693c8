"""What is to be found in a sound: the phonemes of a text and their usual lengths, as espeak-ng would speak it.

A text is spoken into the void, piece by piece, as far as it is needed. What a text is read as may differ from what was
said ("$5"): then the phonemes are wrong for a word or two and right again behind.
"""

from collections.abc import Callable, Iterator

import msgspec
import regex  # type: ignore[import-untyped]

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark
from adapters.mouth.phonemeclasses import PAUSE, classes_of
from adapters.mouth.statesearch import PAUSE_BEGINS, PAUSE_EXPECTED, AlignedState
from adapters.voices.espeakevents import EspeakSpoken, EspeakTeller
from adapters.voices.espeaklibrary import RATE, EspeakLibrary

MOST_TEXT = 20_000
"""Characters of a text that are looked at; what follows is not found, and the sound alone moves the mouth."""
FIRST_PIECE, PIECE = 40, 200
"""Characters of the first piece of a text, which is waited for, and of the others."""
PACE = 175
"""Words a minute: espeak-ng's own, which is a common speed of synthesisers too."""
ANY_LANGUAGE = "en-us"
FRAME_MS = 10.0
_FRAME = RATE / 100
_FIRST = 0.6
"""The share of the first of two classes in a phoneme's length."""

# To espeak-ng control characters and [[ are commands.
_CONTROL = regex.compile(r"\p{C}")
_CUT = regex.compile(r"[.!?;:,。！？；：，、،؛؟…–—।\n]+\s*|\s+")


class PriorPhone(msgspec.Struct, frozen=True):
    """A phoneme in IPA, the word that it is of (-1 for none), and the number of its states."""

    symbol: str
    word: int
    states: int


class PhonemePrior:
    """The prior of one text. It grows as it is needed."""

    def __init__(self, speak: Callable[[str], EspeakSpoken], text: str) -> None:
        """`speak` tells what is said when in a plain text; it may raise EngineFailed."""
        self._speak = speak
        self.text = text[:MOST_TEXT]
        self._pieces = cut(self.text)
        self._is_complete = False
        self.phones: list[PriorPhone] = []
        self.words: list[int] = []
        """The index of each word's first character in the text, as espeak-ng sees words."""

    @property
    def is_complete(self) -> bool:
        """Whether all of the text is in it."""
        return self._is_complete

    def grow(self) -> list[AlignedState]:
        """The states of the next piece of the text; the last of all are silence."""
        piece = next(self._pieces, None)
        if piece is None:
            if self._is_complete:
                return []
            self._is_complete = True
            self.phones.append(PriorPhone("", -1, 1))
            return [AlignedState(PAUSE, 1.0, 0.0)]
        start, text = piece
        try:
            spoken = self._speak(_CONTROL.sub(" ", text).replace("[[", "[ "))
        except EngineFailed:
            return []
        return self._take(spoken, start)

    def told(self) -> tuple[Mark, ...]:
        """The phonemes of the rest of the text, timed from its beginning, without pauses."""
        at = 0.0
        marks: list[Mark] = []
        while not self._is_complete:
            first = len(self.phones)
            states = iter(self.grow())
            for phone in self.phones[first:]:
                ms = FRAME_MS * sum(next(states).frames for _ in range(phone.states))
                if phone.symbol:
                    marks.append(Mark("phone", phone.symbol, at, ms, -1, "aligned"))
                    at += ms
        return tuple(marks)

    def _take(self, spoken: EspeakSpoken, start: int) -> list[AlignedState]:
        states: list[AlignedState] = []
        words: dict[tuple[int, int], int] = {}
        pause: float | None = PAUSE_EXPECTED
        last = -1
        for phone in spoken.phones:
            if not phone.symbol:
                pause = PAUSE_EXPECTED if phone.end - phone.start > RATE // 20 else pause
                continue
            word = -1
            if phone.word >= 0:
                told = spoken.words[phone.word]
                word = words.setdefault((told.char, told.length), len(self.words))
                if word == len(self.words):
                    self.words.append(start + told.char)
            if word != last and pause is None:
                pause = PAUSE_BEGINS
            last = word
            kinds = classes_of(phone.symbol)
            frames = max(1.0, (phone.end - phone.start) / _FRAME)
            shares = (_FIRST, 1 - _FIRST) if len(kinds) > 1 else (1.0,)
            for kind, share in zip(kinds, shares, strict=True):
                states.append(AlignedState(kind, frames * share, pause))
                pause = None
            self.phones.append(PriorPhone(phone.symbol, word, len(kinds)))
        return states


def cut(text: str) -> Iterator[tuple[int, str]]:
    """The pieces of a text with their beginnings: cut behind a mark where there is one, else between words."""
    at = 0
    while at < len(text):
        most = PIECE if at else FIRST_PIECE
        end = len(text)
        if end - at > most:
            cuts = list(_CUT.finditer(text, at + most // 3, at + most))
            marked = [found for found in cuts if not found[0].isspace()]
            end = (marked or cuts)[-1].end() if cuts else at + most
        yield at, text[at:end]
        at = end


class PhonemePriors:
    """The priors of texts in any language that espeak-ng has; of another one, its nearest relative's or English."""

    def __init__(self) -> None:
        """Load espeak-ng. Raises EngineFailed."""
        self._library = EspeakLibrary(tells_phonemes=True, callback_ms=500)
        self._teller = EspeakTeller(self._library)
        self._voices = {voice.language.lower(): voice.file for voice in self._library.voices()}

    def of(self, text: str, language: str) -> PhonemePrior:
        """The prior of `text`; `language` BCP 47."""
        voice = self.voice(language)
        return PhonemePrior(lambda piece: self._teller.speak(piece, voice, PACE), text)

    def voice(self, language: str) -> str:
        """The voice of a language, of the same language elsewhere, or English."""
        wanted = language.lower().replace("_", "-")
        base = wanted.partition("-")[0]
        names = (wanted, *_NAMED.get(base, ()), base, *(name for name in self._voices if name.startswith(f"{base}-")))
        return next((self._voices[name] for name in names if name in self._voices), self._voices[ANY_LANGUAGE])


_NAMED = {
    "zh": ("cmn",), "no": ("nb",), "nn": ("nb",), "iw": ("he",), "in": ("id",), "tl": ("id",), "fil": ("id",),
    "en": ("en-us",), "fr": ("fr-fr",), "mo": ("ro",), "sh": ("hr",), "gl": ("pt",), "jv": ("id",), "af": ("nl",),
}  # fmt: skip
"""Other names of espeak-ng's languages, and relatives of some that it has not."""
