"""Expected words: those of the operator, and those of a session's prompt that a lexicon has to be told."""

import re
from collections.abc import Container, Iterable, Iterator

MOST = 100
"""Words that are expected at most."""
LONGEST = 40
"""Letters of one at most."""

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE = re.compile(r"[.!?:;\n]\s*$|^\s*$")


def expected(words: Iterable[str], prompt: str, known: Container[str]) -> tuple[str, ...]:
    """The words that are expected, each once and at most MOST, as they are written.

    These are `words`, and of `prompt` those that are not `known` (in small letters) and those that have a capital
    within a sentence.
    """
    found: dict[str, str] = {}
    for word in (*_each(words), *_of_prompt(prompt, known)):
        if len(found) >= MOST:
            break
        if len(word) <= LONGEST:
            found.setdefault(word.lower(), word)
    return tuple(found.values())


def _each(words: Iterable[str]) -> Iterator[str]:
    for text in words:
        for match in _WORD.finditer(text):
            yield match[0]


def _of_prompt(prompt: str, known: Container[str]) -> Iterator[str]:
    for match in _WORD.finditer(prompt):
        word = match[0].replace("’", "'")
        begins = bool(_SENTENCE.search(prompt[max(match.start() - 8, 0) : match.start()]))
        if word.lower() in known and (begins or not word[0].isupper() or word.startswith("I'") or word == "I"):
            continue
        yield word
