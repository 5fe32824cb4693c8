"""The README's picture: a real conversation on the talk page, spoken by the synthesiser and heard by the recogniser."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from tests.real.browser import LEAD, Visitor, browsing, visiting, write_microphone
from tests.real.programs import VIVAVOCE, running
from tests.real.speech import QUESTION, Sentence, say, words

TYPED = ("How fast were you?", "Count to twenty, please.")
ATTEMPTS = 8
SPOKEN_PART = "Six, seven, eight, nine, ten."


def main(picture: Path) -> None:
    """Hold the conversation, and write the picture of it."""
    sentence = say(QUESTION)[QUESTION]
    with tempfile.TemporaryDirectory() as folder:
        microphone = write_microphone(sentence, Path(folder) / "microphone.wav")
        with (
            running(VIVAVOCE, "serve", "--port", "0", log=Path(folder) / "log") as served,
            browsing(microphone) as (_, browser),
        ):
            for _ in range(ATTEMPTS):
                with visiting(browser, served.link) as visitor:
                    if not ask(visitor, sentence):
                        continue
                    converse(visitor)
                    picture.parent.mkdir(parents=True, exist_ok=True)
                    visitor.page.screenshot(path=picture)
                    return
    sys.exit(f"the recogniser misheard the question {ATTEMPTS} times; try it when this machine has less to do")


def ask(visitor: Visitor, sentence: Sentence) -> bool:
    """Speak the question; whether it was understood."""
    visitor.sees_state("handshaken")
    visitor.hold_talk(LEAD + sentence.seconds + 0.3)
    expect(visitor.said).not_to_be_empty()
    if words(visitor.said.inner_text()) != words(sentence.text):
        return False
    visitor.sees_state("speaking")
    visitor.sees_state("handshaken")
    return True


def converse(visitor: Visitor) -> None:
    """Two typed questions, until the avatar is in the middle of the last answer."""
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
