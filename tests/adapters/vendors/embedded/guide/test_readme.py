"""The README's first conversation is what the guide says, and every page suggests the same first words."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actors.ports.answering import Exchange, Facts
from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from adapters.vendors.embedded.guide.reply import reply
from tests.adapters.vendors.embedded.guide.asking import asked, told

ROOT = Path(__file__).parents[5]
EVENING = datetime(2026, 3, 14, 21, 41, tzinfo=UTC)
FIRST = LANGUAGES["en"].first


def conversation() -> list[tuple[str, str]]:
    """What is said and answered in the README; an answer that is interrupted ends with …"""
    text = (ROOT / "README.md").read_text("utf-8").partition("## A first conversation")[2].partition("Nobody needs")[0]
    speeches = re.split(r"\*\*(?:You|Vivavoce):\*\*", text.replace("\n>", " ").replace(">", " "))[1:]
    plain = [" ".join(each.split()) for each in speeches]
    return list(zip(plain[::2], plain[1::2], strict=True))


def test_the_first_conversation_of_the_readme_is_what_the_guide_says() -> None:
    history: list[Exchange] = []
    for turn, (said, shown) in enumerate(conversation(), 1):
        question = asked(said, history=tuple(history), facts=Facts(turn=turn))
        answer, heard = " ".join(reply(question, EVENING).sentences), shown.removesuffix(" …")
        assert answer.startswith(heard), said
        assert shown in (answer, f"{heard} …"), said
        history.append(Exchange(said, heard))
    assert len(history) >= 5


@pytest.mark.parametrize("page", ["README.md", "docs/getting-started.md", "adapters/page/app.js"])
def test_the_first_words_that_are_suggested_are_the_same_everywhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    suggested = re.findall(r"say: \*?([^.*]+)[.*]", text)
    assert suggested
    assert suggested[0] == FIRST


def test_the_guide_suggests_them_too() -> None:
    assert told("hello").endswith(f"Say: {FIRST}.")
