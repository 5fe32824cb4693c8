"""Printable text: any text in a form that is safe to show on one line."""

import unicodedata

_UNSHOWN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""The categories of Unicode that are escaped: controls (line ends, tab, DEL, NEL, CSI), formats (bidirectional marks,
zero width), surrogates, private and unassigned ones, line and paragraph separators."""


def printable(text: str) -> str:
    """`text` on one line: what is no letter, mark, number, sign or space is escaped as in Python, as in \\u2028."""
    if text.isprintable():
        return text
    return "".join(_escaped(letter) if unicodedata.category(letter) in _UNSHOWN else letter for letter in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
