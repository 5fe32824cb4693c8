"""Every file, folder and module that the documents name is there."""

import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ("adding-a-provider", "contributing", "design", "glossary", "performance", "supply")
DOCUMENTS = (
    *("README.md", "SECURITY.md", "bench/README.md"),
    *(f"docs/{name}.md" for name in PAGES),
    *(f"docs/decisions/{path.name}" for path in sorted((ROOT / "docs/decisions").glob("*.md"))),
)
TOP = r"(?:protocol|actors|adapters|bench|tests|docs|supply|scripts|deploy|\.ci)"
FENCE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
BLOCK_END = re.compile(r"\n\n+|\n(?=[|*])")
"""A block is a paragraph, an item of a list, or a row of a table."""
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
FULL = re.compile(rf"{TOP}/[\w.*/-]*")
SHORT = re.compile(r"[\w-]+/|\.?[\w-]+\.(?:py|mjs|toml|yaml)|\.[a-z]+(?:-[a-z.]+)+")
"""A file or folder without its path: it is in a folder that the block names before it, at the top or by the text."""
MODULE = re.compile(rf"{TOP}(?:\.\w+)+")
MADE = re.compile(r"parrot|^site/|^first\.mjs|^__init__\.py")
"""What the reader makes: the examples of adding-a-provider.md and of the README, and the site of the documentation."""


def text_of(document: str) -> str:
    """The document, without the examples and drawings between fences."""
    return FENCE.sub("", (ROOT / document).read_text(encoding="utf-8"))


def words(block: str) -> list[str]:
    """What the code spans name, each in words."""
    return [word.strip(",;:()") for span in CODE.findall(block) for word in span.split()]


def is_there(path: str, folder: Path = ROOT) -> bool:
    """Whether a file or folder has this path below `folder`; `*` stands for any name."""
    return any(found.is_dir() or not path.endswith("/") for found in folder.glob(path.rstrip("/")))


def missing_paths(text: str, home: Path) -> Iterator[str]:
    """The paths, full and short, under which nothing is."""
    for block in BLOCK_END.split(text):
        folders = [ROOT, home]
        for word in words(block):
            if FULL.fullmatch(word):
                folders += [found if found.is_dir() else found.parent for found in ROOT.glob(word.rstrip("/"))]
                known = is_there(word)
            else:
                known = not SHORT.fullmatch(word) or any(is_there(word, folder) for folder in folders)
            if not known and not MADE.search(word):
                yield word


def missing_modules(text: str) -> Iterator[str]:
    """The modules, and names in modules, that cannot be imported; `python -m` names a module too."""
    named = [word for word in words(text) if MODULE.fullmatch(word)]
    for word in dict.fromkeys([*named, *re.findall(r"python -m (\w[\w.]*)", text)]):
        try:
            pkgutil.resolve_name(word)
        except (ImportError, AttributeError):
            if not MADE.search(word):
                yield word


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_exists(document: str) -> None:
    assert list(missing_paths(text_of(document), (ROOT / document).parent)) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_module_that_a_document_names_exists(document: str) -> None:
    assert list(missing_modules(text_of(document))) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(document: str) -> None:
    home = (ROOT / document).parent
    assert [link for link in LINK.findall(text_of(document)) if not (home / link).exists()] == []


def rows() -> list[str]:
    """The rows of the table of docs/design.md that says where to look."""
    table = text_of("docs/design.md").partition("| to change | look in |\n| --- | --- |\n")[2]
    return table.partition("\n\n")[0].splitlines()


def test_the_table_of_the_design_leads_to_files() -> None:
    assert len(rows()) > 20
    assert [row for row in rows() if not any(FULL.fullmatch(word) for word in words(row))] == []


def test_a_path_that_is_not_there_is_seen() -> None:
    text = "| a row | `actors/deciding/table.py`, `naming.py` |\n| another | `naming.py`, `actors/*/tables.py` |"
    assert list(missing_paths(text, ROOT)) == ["naming.py", "actors/*/tables.py"]
    assert list(missing_paths("`adapters/`: `wire/`, `wires/`, `text/plain`", ROOT)) == ["wires/"]


def test_a_module_that_is_not_there_is_seen() -> None:
    text = "`adapters.reach.web.Web`, `adapters.reach.web.Wet` and `python -m docs.generator --check`"
    assert list(missing_modules(text)) == ["adapters.reach.web.Wet", "docs.generator"]
