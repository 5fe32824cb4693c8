"""A whole hands-free conversation on the talk page, with the true server: three turns, and one click."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.real.browser import Visitor, browsing, visiting
from tests.real.programs import Served
from tests.real.speech import QUESTION, say, wav, words

pytestmark = pytest.mark.real
HALVES = ("please tell me", "a story")
RATE = 22_050
BEFORE, AFTER, PAUSE, SPEAKING, REST = 1.0, 7.0, 0.5, 9.0, 60.0
"""Seconds of silence: before the first turn, until the second, in its midst, until the interruption, at the end.

The last one is longer than the third turn takes on any machine, because then the file begins again.
"""


@pytest.fixture(scope="module")
def talker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose microphone hears a question, a request with a pause in it, and the question over its answer.

    It hears that one twice: so it is long enough to interrupt on a machine that is too busy to find words in time.
    """
    spoken = say(QUESTION, *HALVES)
    question, (first, second) = spoken[QUESTION].samples, (spoken[half].samples for half in HALVES)
    heard = silence(BEFORE) + question + silence(AFTER) + first + silence(PAUSE) + second
    heard += silence(SPEAKING) + 2 * question + silence(REST)
    path = Path(tmp_path_factory.mktemp("microphone") / "conversation.wav")
    path.write_bytes(wav(heard))
    with browsing(path) as (_, launched):
        yield launched


def silence(seconds: float) -> bytes:
    """So many seconds of it, as samples."""
    return bytes(2 * int(RATE * seconds))


def understood(visitor: Visitor, number: int, text: str) -> None:
    """Wait until the turn with this number was understood as `text`, but for a word."""
    entry = visitor.page.locator(".entry.you:not(.waiting) p").nth(number - 1)
    expect(entry).not_to_be_empty()
    missed = set(words(text)) - set(words(entry.inner_text()))
    assert len(missed) <= 1, entry.inner_text()


def test_three_turns_are_held_with_one_click(talker: Browser, vivavoce: Served) -> None:
    with visiting(talker, vivavoce.link, hands_free=True) as visitor:
        page = visitor.page
        visitor.sees_state("handshaken")
        page.locator("#talk").click()
        understood(visitor, 1, QUESTION)
        visitor.sees_mouth_move()
        understood(visitor, 2, " ".join(HALVES))
        visitor.sees_state("speaking")
        expect(page.locator(".chip.cut")).to_have_text("interrupted", timeout=1_000 * (SPEAKING + 20))
        understood(visitor, 3, QUESTION)
        visitor.sees_state("speaking")
        visitor.sees_state("handshaken")
        expect(page.locator(".entry.you")).to_have_count(3)
        expect(page.locator(".entry.avatar")).to_have_count(3)
        expect(page.locator("#talk")).to_have_attribute("aria-pressed", "true")
        assert "speaking → receiving" in visitor.transitions
