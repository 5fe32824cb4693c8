"""Which language a text is in, told offline by py3langid (BSD) from its model of 140 languages."""

import functools
from collections import defaultdict
from typing import Any

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
        head = text[:HEARD]
        if not _is_enough(head):
            return ""
        likely: dict[str, float] = defaultdict(float)
        for code, probability in _identifier().rank(head):
            likely[MEMBERS.get(code, code)] += probability
        best = max(likely, key=likely.__getitem__)
        return best if likely[best] >= SURE and best != NO_LANGUAGE else ""


def _is_enough(text: str) -> bool:
    letters = [letter for letter in text.lower() if letter.isalpha()]
    signs = sum(ord(letter) >= FIRST_SIGN for letter in letters)
    return signs >= SIGNS or len(set(letters)) >= LETTERS


@functools.cache
def _identifier() -> Any:
    # Imported here, so that the program starts, and its other commands run, without it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
