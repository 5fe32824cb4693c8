"""The heap of a process: memory that was freed is given back to the system by `malloc_trim`, where there is one."""

import ctypes
import ctypes.util
from collections.abc import Callable


def find_trim() -> Callable[[int], int] | None:
    """`malloc_trim` (malloc_trim(3)), where the C library has it: glibc."""
    library = ctypes.util.find_library("c")
    trim = getattr(ctypes.CDLL(library), "malloc_trim", None) if library else None
    return trim if callable(trim) else None
