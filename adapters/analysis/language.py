"""Language identification: the language of a text, told offline by py3langid (BSD) from its model of 140 languages."""

import functools
import io
import lzma
from array import array
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEARD = 400
"""Characters that are looked at: a tenth of a millisecond's work."""
SURE = 0.4
"""Probability from which a language is named. On some hundred short texts in 25 languages every answer above it was
right, but for one of sounds and one of signs that two languages share; half of the single words stay below."""
LETTERS, SIGNS = 4, 3
"""Different letters that a text must have, or signs of scripts that write a syllable or a word with one."""
FIRST_SIGN = 0x2E80
"""Where these scripts begin in Unicode: Chinese, Japanese, Korean."""

MEMBERS = {"arz": "ar", "ary": "ar", "wuu": "zh", "yue": "zh", "uzs": "uz", "gug": "gn", "kik": "ki"}
"""Codes of the model that BCP 47 knows as part of another, or in a shorter way; written they cannot be told apart."""
NO_LANGUAGE = "zxx"


class Identifier:
    """The `language` of the Analyst port. The model takes 93 MiB and most of a second to load, once in a process."""

    def warm(self) -> None:
        """Load the model; in a thread, because it takes long."""
        _identifier()

    def language(self, text: str) -> str:
        """BCP 47, told by the first 400 characters of `text`; "" for what is too short or could be several.

        Takes well under a millisecond once the model is loaded.
        """
        best, probability = self.likeliest(text)
        return best if probability >= SURE else ""

    @property
    def is_loaded(self) -> bool:
        """Whether the model is there, so that nobody waits for it."""
        return bool(_identifier.cache_info().currsize)

    def likeliest(self, text: str) -> tuple[str, float]:
        """The likeliest language and its probability; "" and 0 for what is too short, or is no language.

        Takes as long as `language`.
        """
        head = text[:HEARD]
        if not _is_enough(head):
            return "", 0.0
        likely: dict[str, float] = defaultdict(float)
        for code, probability in _identifier().rank(head):
            likely[MEMBERS.get(code, code)] += probability
        best = max(likely, key=likely.__getitem__)
        return (best, likely[best]) if best != NO_LANGUAGE else ("", 0.0)


def _is_enough(text: str) -> bool:
    letters = [letter for letter in text.lower() if letter.isalpha()]
    signs = sum(ord(letter) >= FIRST_SIGN for letter in letters)
    return signs >= SIGNS or len(set(letters)) >= LETTERS


@functools.cache
def _identifier() -> Any:
    """The identifier, without the temporary file of 65 MB in which py3langid unpacks its model.

    There is no such room on many a machine on which all else is well: a small tmpfs, a container that can be read only.
    Unpacked in memory it is there for half a second. The arrays and their order are those of `py3langid.modelio`, whose
    version is pinned.
    """
    # Imported here, so that the program starts, and its other commands run, without it.
    import numpy as np
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    with lzma.open(MODEL_DIR / MODEL_FILE) as packed:
        unpacked = io.BytesIO(packed.read())
    with np.load(unpacked, allow_pickle=False) as model:
        classes, features = model["classes"].tolist(), model["out_feat"].tolist()
        steps, rows = _numbers(model["nextmove"]), _numbers(model["nextmove_row"])
        return LanguageIdentifier(model["ptc"], model["pc"], classes, steps, features, tk_row=rows, norm_probs=True)


def _numbers(numbers: "NDArray[Any]") -> "array[int]":
    """Python's own array of them, which is faster to index one by one."""
    return array({2: "H", 4: "I"}[numbers.dtype.itemsize], numbers.tobytes())
