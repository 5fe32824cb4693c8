"""Bounds of a JSON text: its items and its depth, counted by brackets and quotes before it is parsed."""

import re

_BRACKETS = re.compile(r"[\[\]{}]")


def excess(text: str, most: int, nesting: int, *, numbers: bool) -> str:
    """Of what the JSON `text` holds too much, told before anything of it is made; "" where it may be read.

    `most`: strings, arrays and objects that there may be; `nesting`: how deep. `numbers`: whether there may be any
    number of those. It takes a millisecond or two for a megabyte. What follows an unclosed string does not count.
    """
    containers, quotes = text.count("[") + text.count("{"), text.count('"')
    if containers <= nesting and quotes <= most and (numbers or text.count(",") <= most):
        return ""
    bare = text.replace("\\\\", "").replace('\\"', "") if "\\" in text else text
    strings = bare.count('"') // 2
    if strings <= most:
        bare = "".join(bare.split('"')[::2])
        containers = bare.count("[") + bare.count("{")
        values = strings + containers + (0 if numbers else bare.count(","))
        if values <= most:
            return f"it is nested more than {nesting} deep" if _is_deeper(bare, nesting) else ""
    return f"it holds more than {most} strings, arrays and objects"


def _is_deeper(bare: str, nesting: int) -> bool:
    """Whether JSON, without its strings, is too deep for code that walks it by recursion."""
    depth = 0
    for bracket in _BRACKETS.findall(bare):
        depth += 1 if bracket in "[{" else -1
        if depth > nesting:
            return True
    return False
