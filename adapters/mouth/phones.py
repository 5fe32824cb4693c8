"""A synthesiser's phonemes as classes of sounds: IPA however it is decorated, espeak-ng's own letters, and anything.

Stress, length, ties, tones and diacritics go; what is unknown becomes what its letter looks like, and at last a neutral
vowel: nothing that was said is shown as silence. Only "" and espeak-ng's change of language, `(en)`, are no sound.
"""

import functools
import itertools
import re
import unicodedata

import msgspec

from adapters.mouth.sounds import GLIDING, SOUNDS, SpeechSound

MOST_LETTERS = 32
"""Letters of one phoneme that are looked at."""
VOWEL, SECOND_VOWEL, CONSONANT = 3, 2, 2
"""The parts that sounds have in the time of a phoneme which is several: 60 % and 40 % of a diphthong."""
NEUTRAL = SOUNDS["ə"]

_LETTERS = {letter: sound for sound in SOUNDS.values() for letter in sound.letters.split()}
_AFFRICATES = {
    "tʃ": "ʃ", "dʒ": "ʃ", "tɕ": "ʃ", "dʑ": "ʃ", "tʂ": "ʃ", "dʐ": "ʃ", "ts": "s", "dz": "s", "tθ": "θ", "dð": "θ",
    "tS": "ʃ", "dZ": "ʃ", "tɬ": "l", "dɮ": "l", "tl": "l", "dl": "l", "kx": "k", "kh": "k", "th": "t", "ph": "p",
}  # fmt: skip
"""Two letters that are one movement: their second has the lips. Of aspiration as a letter, the first."""
_KIRSHENBAUM = {
    "S": "ʃ", "Z": "ʒ", "T": "θ", "D": "ð", "N": "ŋ", "A": "ɑ", "E": "ɛ", "I": "ɪ", "O": "ɔ", "U": "ʊ", "V": "ʌ",
    "@": "ə", "3": "ɜ", "R": "ɹ", "L": "l", "Q": "ɒ", "Y": "ø", "W": "ʊ", "H": "h", "M": "ɱ", "C": "ç", "X": "χ",
    "B": "β", "P": "ɸ", "F": "f", "G": "ɣ", "J": "ɟ", "K": "k", "?": "ʔ", "&": "æ", "Φ": "ɸ", "φ": "ɸ", "ε": "ɛ",
    "γ": "ɣ", "λ": "ʎ", "ʲ": "j", "ʷ": "w", "ʰ": "h", "ʱ": "h", "ˠ": "ɣ", "ˤ": "ʕ", "ꭧ": "ʃ",
}  # fmt: skip
"""Letters of ASCII as espeak-ng and X-SAMPA write them, Greek ones, and small raised ones that stand alone."""
_RAISED = frozenset("ʲʷʰʱˠˤ")
_RHOTIC = "˞"
_FLAG = re.compile(r"\([A-Za-z0-9-]+\)?\Z")
_NAMED = re.compile(r"(?:LATIN|MODIFIER) (?:SMALL |CAPITAL )*LETTER (?:SMALL |CAPITAL )*(?:\w+ )*?([A-Z])(?: WITH|\Z)")


class PhonePart(msgspec.Struct, frozen=True):
    """A sound of a phoneme, and its share of the phoneme's time.

    `glides`: Azure's number and Polly's letter, where these sets show it and its neighbour as one shape.
    """

    sound: SpeechSound
    share: float
    glides: tuple[int, str] | None = None


@functools.lru_cache(maxsize=2_048)
def parts_of(symbol: str) -> tuple[PhonePart, ...]:
    """The sounds of a phoneme, in order; none where it is a pause or no sound at all (`is_pause` says which)."""
    symbol = symbol[:MOST_LETTERS]
    if _FLAG.match(symbol):
        return ()
    letters = _letters(symbol)
    sounds = _sounds(letters)
    glides = [GLIDING.get((first.name, second.name)) for first, second in itertools.pairwise(sounds)]
    weights = [_weight(sounds, at) for at in range(len(sounds))]
    return tuple(
        PhonePart(
            sound,
            weight / sum(weights),
            (glides[at] if at < len(glides) else None) or (glides[at - 1] if at else None),
        )
        for at, (sound, weight) in enumerate(zip(sounds, weights, strict=True))
    )


def is_pause(symbol: str) -> bool:
    """Whether a phoneme is a pause: "", blanks and what is written for one; not a mark that only belongs to another."""
    return symbol.strip(" _|‖.,;:!?-–—…") == ""


def _weight(sounds: list[SpeechSound], at: int) -> int:
    if sounds[at].manner != "vowel":
        return CONSONANT
    return SECOND_VOWEL if at and sounds[at - 1].manner == "vowel" else VOWEL


def _letters(symbol: str) -> str:
    """The letters that are sounds, the raised ones only where there is no other."""
    plain = unicodedata.normalize("NFD", symbol)
    rhotic = _RHOTIC in plain
    found = "".join(letter for letter in plain if letter in _LETTERS or letter in _KIRSHENBAUM or _other(letter))
    base = "".join(letter for letter in found if letter not in _RAISED) or found[:1]
    return re.sub("[əɜ]", "ɚ", base) if rhotic else base


def _other(letter: str) -> bool:
    """Whether an unknown character is a letter; those of length, stress and tone are none (Lm, Sk)."""
    category = unicodedata.category(letter)
    return category[0] == "L" and category != "Lm"


def _sounds(letters: str) -> list[SpeechSound]:
    found: list[SpeechSound] = []
    at = 0
    while at < len(letters):
        pair = letters[at : at + 2]
        if pair in _AFFRICATES:
            sound = SOUNDS[_AFFRICATES[pair]]
            at += 2
        else:
            sound = sound_of(letters[at])
            at += 1
        if not found or found[-1] is not sound:
            found.append(sound)
    return found


def sound_of(letter: str) -> SpeechSound:
    """The class of one letter: its own, that of the letter it is made of, or a neutral vowel."""
    if known := _LETTERS.get(letter) or _LETTERS.get(_KIRSHENBAUM.get(letter, "")):
        return known
    if named := _NAMED.search(unicodedata.name(letter, "")):
        return _LETTERS.get(named[1].lower(), NEUTRAL)
    return NEUTRAL
