"""Words that a microphone may have heard of the avatar: how much of a transcript the avatar has just said itself.

The words alone prove nothing: who is asked "the red one or the blue one?" answers with the question's words. They count
only where the sound was no more than an echo, too (`adapters/listening/echo.py`).
"""

import regex  # type: ignore[import-untyped]

ECHOED = 0.6
"""The part of a transcript's words that the avatar said in this order, from which on it is taken for an echo."""
REACH = 4.5
"""Seconds: words that were played in the last 3 s, and 1.5 s more for the sound on its way."""
_MOST = 200
"""Words of each that are compared: what was played in REACH has fewer."""
_WORD = regex.compile(r"\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}|[\p{L}\p{M}\p{N}']+")


def is_echo_of(words: str, spoken: str) -> bool:
    """Whether most of `words` stand in `spoken`, what was played in the last REACH seconds, in the same order."""
    heard, played = _words(words), _words(spoken)
    return bool(heard) and _common(heard[:_MOST], played[-_MOST:]) >= ECHOED * len(heard)


def _words(text: str) -> list[str]:
    """A word each; of scripts without spaces a letter each."""
    return [found.group() for found in _WORD.finditer(text.casefold().replace("\u2019", "'"))]


def _common(heard: list[str], played: list[str]) -> int:
    """The length of the longest sequence of words that both have."""
    best = [0] * (len(played) + 1)
    for word in heard:
        before = 0
        for at, other in enumerate(played, 1):
            before, best[at] = best[at], before + 1 if word == other else max(best[at], best[at - 1])
    return best[-1]


def advice(delay_ms: int) -> str:
    """What `session.echo` tells the user of an echo that is so late."""
    return f"your microphone hears the avatar {delay_ms} ms late: switch on echo cancelling, or wear headphones"
