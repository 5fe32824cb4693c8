"""Reference cycles: objects of this project that only the garbage collector would free."""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, FunctionType

ROOT = Path(__file__).parents[1]
OURS = ("actors", "protocol", "adapters")
OTHERS = "adapters.client"
"""The other end of the wire, which tests use as their client."""
MUCH = 1_000
"""Bytes by which something counts as content, be it of whom it may."""


@contextmanager
def freed_by_counting() -> Iterator[None]:
    """What this project has let go of in the block has to be freed by then, without the garbage collector.

    Raises AssertionError, which names the kinds of objects that were left.
    """
    gc.collect()
    gc.disable()
    try:
        yield
        left = find_cycles()
        assert not left, f"left to the garbage collector: {left}"
    finally:
        gc.enable()


def find_cycles() -> Counter[str]:
    """The kinds of objects of this project that nothing refers to but each other; they are freed with that."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        return Counter(name for thing in gc.garbage if (name := _name(thing)))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def _name(thing: object) -> str:
    """What it is, "" for what is not ours."""
    match thing:
        case FrameType(f_code=code) | FunctionType(__code__=code):
            return code.co_qualname if _is_ours(code) else ""
        case CoroutineType(cr_code=code) | AsyncGeneratorType(ag_code=code):
            return code.co_qualname if _is_ours(code) else ""
        case _:
            module = type(thing).__module__
            if module.partition(".")[0] in OURS and not module.startswith(OTHERS):
                return type(thing).__qualname__
            held = [content for content in gc.get_referents(thing) if isinstance(content, bytes | bytearray | str)]
            return f"{type(thing).__qualname__} with content" if any(len(content) > MUCH for content in held) else ""


def _is_ours(code: CodeType) -> bool:
    path = Path(code.co_filename)
    if not path.is_relative_to(ROOT) or path.is_relative_to(ROOT / "adapters" / "client"):
        return False
    return path.relative_to(ROOT).parts[0] in OURS
