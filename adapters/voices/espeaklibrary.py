"""espeak-ng's library, called through ctypes: its voices, and the phonemes of a text.

espeak-ng is under the GPL: only worker processes load it, and each of them has nothing of the server's in it.
"""

import ctypes
import itertools
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import espeakng_loader

from actors.ports.calls import EngineFailed
from adapters.processes.frames import EngineVoice

RATE = 22_050
"""Samples per second that espeak-ng makes."""
CALLBACK_MS = 50
"""Milliseconds of sound between two callbacks: how soon the first piece goes out and an abort takes effect."""

# The names and values of espeak-ng's speak_lib.h
AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_DONT_EXIT = 0x8000
INITIALIZE_PHONEME_EVENTS, INITIALIZE_PHONEME_IPA = 1, 2
CHARS_UTF8 = 1
PHONEMES_IPA = 0x02


class _EspeakVoice(ctypes.Structure):
    """espeak_VOICE; `languages` is a list of a priority byte and a name each, ended by a priority of 0."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class EspeakLibrary:
    """The library, whose state is global: one for a process."""

    def __init__(self, *, tells_phonemes: bool = False, callback_ms: int = CALLBACK_MS, file: str = "") -> None:
        """Load it. `tells_phonemes`: its callbacks get the phonemes of the sound, see `EspeakTeller`. `file`: a copy of
        the library, whose state is its own.

        Raises EngineFailed where it does not find its data.
        """
        self._chosen = ""
        self._data = Path(espeakng_loader.get_data_path())
        self.functions = ctypes.CDLL(file or espeakng_loader.get_library_path())
        self.functions.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_EspeakVoice))
        self.functions.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self.functions.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        options = INITIALIZE_DONT_EXIT
        if tells_phonemes:
            options |= INITIALIZE_PHONEME_EVENTS | INITIALIZE_PHONEME_IPA
        rate = self.functions.espeak_Initialize(
            AUDIO_OUTPUT_SYNCHRONOUS, callback_ms, str(self._data).encode(), options
        )
        if rate != RATE:
            raise EngineFailed(f"espeak-ng did not find its data or makes another rate than {RATE} Hz (it said {rate})")

    def choose(self, voice: str) -> None:
        """Have what follows spoken by the voice of this name, or of this language.

        Raises EngineFailed where there is no such voice.
        """
        if voice == self._chosen:
            return
        self._chosen = ""
        if self._load(voice) and self._load(self._of_language(voice)):
            raise EngineFailed(f"espeak-ng cannot load the voice {voice}")
        self._chosen = voice

    def _load(self, name: str) -> int:
        return int(self.functions.espeak_SetVoiceByName(name.encode())) if name else 1

    def _of_language(self, language: str) -> str:
        """The name of the voice for a language that no voice is named for: `en-gb` is of the voice `en`."""
        return next((voice.file for voice in self.voices() if voice.language == language.lower()), "")

    def phonemes(self, text: str) -> str:
        """The IPA of `text` in the chosen voice's language, as single code points (NFD); espeak-ng drops punctuation.

        `text` has no control characters: to espeak-ng some are commands.
        """
        rest, found = ctypes.c_char_p(text.encode("utf-8", "replace")), []
        while rest.value:
            ipa = self.functions.espeak_TextToPhonemes(ctypes.byref(rest), CHARS_UTF8, PHONEMES_IPA)
            found.append((ipa or b"").decode())
        return unicodedata.normalize("NFD", " ".join(filter(None, found)))

    def voices(self) -> Iterator[EngineVoice]:
        """One voice a language, those left out whose dictionary is not in the package: they speak nothing."""
        listed = self.functions.espeak_ListVoices(None)
        seen: set[str] = set()
        for index in itertools.count():
            if not listed[index]:
                return
            voice = listed[index].contents
            language = voice.languages[1:].decode()
            if language not in seen and (self._data / f"{language.split('-')[0]}_dict").exists():
                seen.add(language)
                yield EngineVoice(language, voice.identifier.decode())

    def variants(self) -> tuple[str, ...]:
        """The names of the changes that any voice can be given."""
        return tuple(sorted(file.name for file in (self._data / "voices" / "!v").iterdir()))
