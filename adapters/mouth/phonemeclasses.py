"""The classes into which the aligner puts phonemes: those that sound alike in every language and voice.

A phoneme is one class or two: a diphthong goes from vowel to vowel, an affricate is a stop and a fricative.
"""

import unicodedata
from functools import lru_cache

_MEMBERS = {
    "": "",
    "p": "p", "t": "tʈ", "k": "kcq", "b": "b", "d": "dɖ", "ɡ": "ɡgɟɢ",
    "m": "mɱ", "n": "nɲɳ", "ŋ": "ŋɴ",
    "f": "fɸ", "θ": "θ", "v": "vʋβ", "ð": "ð", "s": "s", "z": "z", "ʃ": "ʃɕʂç", "ʒ": "ʒʑʐʝ", "h": "hxχħɦʕ",
    "l": "lɫɭʎɬɮ", "ɹ": "ɹɻ", "r": "rɾɽʀʁɣɰɺ", "w": "wʍɥ", "j": "j",
    "a": "aɑɐɒä", "æ": "æ", "e": "eɛ", "i": "iɪᵻɨ", "ə": "əʌɜɘɤɵɞ", "o": "oɔ", "u": "uʊɯʉ", "y": "yʏøœ", "ɚ": "ɚɝ",
}  # fmt: skip
CLASSES = tuple(_MEMBERS)
"""A member of each; the first is silence."""
PAUSE = 0
_OF = {symbol: number for number, members in enumerate(_MEMBERS.values()) for symbol in members}
_JOINED = {"ʧ": "tʃ", "ʤ": "dʒ", "ʨ": "tɕ", "ʥ": "dʑ", "ʦ": "ts", "ʣ": "dz"}
_ANY = (CLASSES.index("ə"),)


@lru_cache(4_096)
def classes_of(phoneme: str) -> tuple[int, ...]:
    """The classes of a phoneme in IPA, in order, two at most; of one that has no letter known here, a weak vowel's."""
    letters = "".join(_JOINED.get(letter, letter) for letter in unicodedata.normalize("NFD", phoneme))
    found: list[int] = []
    for letter in letters:
        number = _OF.get(letter)
        if number is not None and number not in found[-1:]:
            found.append(number)
    return (found[0], found[-1]) if len(found) > 1 else tuple(found) or _ANY
