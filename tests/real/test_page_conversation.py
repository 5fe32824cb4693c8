"""A whole hands-free conversation on the talk page, with the true server: three turns, and one click."""

import re

import pytest
from playwright.sync_api import Browser, expect

from adapters.vendors.embedded.espeak import FORMAT
from adapters.vendors.embedded.guide.languages.english import ENGLISH
from tests.real.browser import Visitor, visiting
from tests.real.microphone import replace_microphone, speak
from tests.real.programs import Served
from tests.real.speech import QUESTION, say, words

pytestmark = pytest.mark.real
HALVES = ("please tell me", "a story")
PAUSE = 0.5
"""Seconds of silence between the halves."""
INTERRUPTION = "What have you heard what have you heard?"
"""Long enough to interrupt on a machine that is too busy to find words in time: more than 1.2 s."""
MIDST = "|".join(re.escape(part) for story in ENGLISH.answers["story"] for part in story.split("|")[2:-1])
"""The parts of the answer before which enough of it was heard for speech to interrupt it, not to reopen the turn."""
PATIENCE = 120_000.0
"""Milliseconds after which a busy machine has found the words too."""


def understood(visitor: Visitor, number: int, text: str) -> None:
    """Wait until the turn with this number was understood as `text`, but for a word."""
    entry = visitor.page.locator(".entry.you:not(.waiting) p").nth(number - 1)
    expect(entry).not_to_be_empty(timeout=PATIENCE)
    missed = set(words(text)) - set(words(entry.inner_text()))
    assert len(missed) <= 1, entry.inner_text()


def test_three_turns_are_held_with_one_click(browser: Browser, vivavoce: Served) -> None:
    spoken = {text: sentence.samples for text, sentence in say(QUESTION, *HALVES, INTERRUPTION).items()}
    silence = bytes(2 * int(PAUSE * FORMAT.rate))
    with visiting(browser, "about:blank", hands_free=True) as visitor:
        page = visitor.page
        replace_microphone(page)
        page.goto(vivavoce.link)
        visitor.sees_state("handshaken")
        page.locator("#talk").click()
        visitor.wait_captured(0.3)
        speak(page, spoken[QUESTION])
        understood(visitor, 1, QUESTION)
        visitor.sees_mouth_move()
        visitor.sees_state("handshaken")
        speak(page, silence.join(spoken[half] for half in HALVES))
        understood(visitor, 2, " ".join(HALVES))
        visitor.sees_state("speaking")
        expect(page.locator("#transcript")).to_have_attribute("data-spoken", re.compile(MIDST))
        speak(page, spoken[INTERRUPTION])
        expect(page.locator(".chip.cut")).to_have_text("interrupted", timeout=PATIENCE)
        expect(page.locator("#transitions")).to_contain_text("speaking → receiving")
        understood(visitor, 3, QUESTION)
        visitor.sees_state("speaking")
        visitor.sees_state("handshaken")
        expect(page.locator(".entry.you")).to_have_count(3)
        expect(page.locator(".entry.avatar")).to_have_count(3)
        expect(page.locator("#talk")).to_have_attribute("aria-pressed", "true")
