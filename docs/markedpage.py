"""A page that people write and the code adds to: its tables stand between markers."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

_SECTION: Final = re.compile(r"<!-- generated: ([a-z ]+) -->\n(?:.*?\n)??<!-- end -->", re.DOTALL)


def fill(page: Path, tables: Mapping[str, Callable[[], Iterable[str]]]) -> str:
    """The page as it is, with the lines of each table between its markers; raises KeyError for a marker of no table."""

    def write(found: re.Match[str]) -> str:
        return "\n".join((f"<!-- generated: {found[1]} -->", *tables[found[1]](), "<!-- end -->"))

    return _SECTION.sub(write, page.read_text(encoding="utf-8"))
