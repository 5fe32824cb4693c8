"""The README's picture: a real conversation on the talk page, spoken by the synthesiser and heard by the recogniser."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from tests.real.browser import LEAD, Visitor, browsing, visiting, write_microphone
from tests.real.programs import VIVAVOCE, running
from tests.real.speech import QUESTION, Sentence, say

TYPED = ("How fast were you?", "Please count to twenty.")
SPOKEN_PART = "Five, six, seven, eight."


def main(picture: Path) -> None:
    """Hold the conversation, and write the picture of it."""
    sentence = say(QUESTION)[QUESTION]
    with tempfile.TemporaryDirectory() as folder:
        microphone = write_microphone(sentence, Path(folder) / "microphone.wav")
        with (
            running(VIVAVOCE, "serve", "--port", "0", log=Path(folder) / "log") as served,
            browsing(microphone) as (_, browser),
            visiting(browser, served.origin) as visitor,
        ):
            converse(visitor, sentence)
            picture.parent.mkdir(parents=True, exist_ok=True)
            visitor.page.screenshot(path=picture)


def converse(visitor: Visitor, sentence: Sentence) -> None:
    """A spoken question and two typed ones, until the avatar is in the middle of the last answer."""
    visitor.sees_state("handshaken")
    visitor.hold_talk(LEAD + sentence.seconds + 0.3)
    visitor.sees_state("speaking")
    visitor.sees_state("handshaken")
    for text in TYPED:
        visitor.write(text)
        visitor.sees_state("speaking")
        visitor.page.locator("#hint").click()
        if text != TYPED[-1]:
            visitor.sees_state("handshaken")
    expect(visitor.answer).to_contain_text(SPOKEN_PART)
    visitor.sees_part(SPOKEN_PART)
    visitor.sees_mouth_move()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
