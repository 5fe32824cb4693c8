"""The words that a prompt tells a recogniser to expect."""

import re
from collections.abc import Iterator


def terms(prompt: str, most_words: int, most_bytes: int) -> Iterator[str]:
    """The names and phrases that a prompt lists, apart from what is prose.

    They stand between commas, semicolons and line ends; one of more than `most_words` words is a sentence, and left
    out. Together they have at most `most_bytes` in UTF-8. None comes twice.
    """
    seen: set[str] = set()
    for piece in re.split(r"[,;\n]", prompt):
        term = " ".join(piece.split()).rstrip(".")
        if not term or len(term.split()) > most_words or term.lower() in seen:
            continue
        most_bytes -= len(term.encode())
        if most_bytes < 0:
            return
        seen.add(term.lower())
        yield term
