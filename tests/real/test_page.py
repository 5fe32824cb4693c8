"""The talk page in a real browser, with a microphone that plays a sentence: what people do there, and what they see."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.vendors.embedded.guide.languages.english import ENGLISH
from tests.real.browser import Visitor, visiting, whole
from tests.real.programs import Served
from tests.real.speech import QUESTION, SHORTEST, Sentence, words

pytestmark = pytest.mark.real
PAGES = Path(__file__).parents[2] / "adapters" / "page"
MOST_BYTES = 100_000
STORY = ENGLISH.answers["story"][0].split("|")
COUNT = "please count to twenty"
"""What the guide answers for long enough to be interrupted."""


def plausible(seconds: float, text: str) -> bool:
    """Whether a sound of that length can be that text."""
    return seconds >= len(words(text)) * SHORTEST


# ---- talking


def test_who_holds_the_button_and_speaks_is_heard_and_hears_the_answer(
    visitor: Visitor, said: Mapping[str, Sentence]
) -> None:
    visitor.hold_talk(whole(said[QUESTION]))
    visitor.sees_state("speaking")
    visitor.sees_mouth_move()
    understood = words(visitor.said.inner_text())
    assert len(set(words(QUESTION)) & set(understood)) >= 3
    visitor.sees_turn_end(1)
    assert visitor.has_gone("handshaken", "receiving", "transcribing", "responding", "speaking")
    assert visitor.heard_seconds == pytest.approx(visitor.sent_seconds, abs=0.01)
    assert plausible(visitor.heard_seconds, visitor.answer.inner_text())
    rows = visitor.page.locator("#stages th").all_inner_texts()
    assert "words recognised" in rows
    assert "heard on this page" in rows


def test_a_click_starts_and_a_click_sends(visitor: Visitor) -> None:
    talk = visitor.page.locator("#talk")
    talk.click()
    expect(talk).to_have_attribute("aria-pressed", "true")
    visitor.wait_captured(0.5)
    talk.click()
    expect(talk).to_have_attribute("aria-pressed", "false")
    visitor.sees_state("transcribing", "responding", "speaking", "handshaken")
    assert "receiving → transcribing" in visitor.transitions


def test_the_keyboard_alone_is_enough(visitor: Visitor) -> None:
    page = visitor.page
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(page.locator("#talk")).to_be_focused()
    page.keyboard.press("Enter")
    visitor.sees_state("receiving")
    visitor.wait_captured(0.5)
    page.keyboard.press("Enter")
    visitor.sees_state("transcribing", "responding", "speaking", "handshaken")
    page.keyboard.press("Tab")
    expect(page.locator("#transcript, #stop").filter(visible=True).and_(page.locator(":focus"))).to_have_count(1)


def test_who_types_instead_of_finishing_the_sentence_is_answered(visitor: Visitor) -> None:
    visitor.page.locator("#talk").click()
    visitor.sees_state("receiving")
    visitor.wait_captured(0.3)
    visitor.write("thank you")
    expect(visitor.page.locator("#talk")).to_have_attribute("aria-pressed", "false")
    visitor.sees_state("speaking")
    assert visitor.said.inner_text() == "thank you"
    assert visitor.has_gone("receiving", "handshaken", "responding", "speaking")
    expect(visitor.page.locator(".entry.note")).to_have_count(0)


def test_the_space_bar_is_held_like_the_button(visitor: Visitor) -> None:
    visitor.page.keyboard.down("Space")
    visitor.sees_state("receiving")
    visitor.wait_captured(0.6)
    visitor.page.keyboard.up("Space")
    visitor.sees_state("transcribing", "responding", "speaking", "handshaken")
    assert "receiving → transcribing" in visitor.transitions


def test_who_speaks_interrupts(visitor: Visitor, said: Mapping[str, Sentence]) -> None:
    visitor.write(COUNT)
    visitor.sees_state("speaking")
    visitor.sees_mouth_move()
    before = visitor.sent_seconds
    visitor.hold_talk(whole(said[QUESTION]))
    expect(visitor.page.locator(".chip.cut").first).to_have_text("interrupted")
    assert "speaking → receiving" in visitor.transitions
    visitor.sees_state("speaking")
    visitor.sees_turn_end(2)
    answer = visitor.answer.inner_text()
    assert not answer.startswith("One, two"), "it is the answer to what was said then"
    assert plausible(visitor.heard_seconds, answer)
    assert visitor.heard_seconds <= visitor.sent_seconds - before + 0.01, "nothing of the old answer is queued"


def test_escape_stops_the_avatar(visitor: Visitor) -> None:
    visitor.write(COUNT)
    visitor.sees_state("speaking")
    visitor.page.locator("#hint").click()
    visitor.page.keyboard.press("Escape")
    visitor.sees_state("handshaken")
    expect(visitor.page.locator(".chip.cut")).to_have_text("cancelled")


# ---- others, and other times


def test_a_second_tab_listens_by_the_link(visitor: Visitor, browser: Browser) -> None:
    visitor.page.locator("#share-button").click()
    link = visitor.page.locator("#share-link").input_value()
    assert "role=receiver" in link
    expect(visitor.page.locator("#qr")).to_have_js_property("complete", True)
    assert visitor.page.locator("#qr").evaluate("image => image.naturalWidth") > 0
    visitor.page.locator("#share-close").click()
    with visiting(browser, link, microphone=False) as listener:
        listener.sees_link("open")
        assert "token" not in listener.page.url
        assert "session" not in listener.page.url
        expect(listener.page.locator("#talk")).to_be_hidden()
        listener.page.locator("#face").click()
        visitor.write("thank you")
        listener.sees_state("speaking")
        listener.sees_mouth_move()
        for one in (visitor, listener):
            one.sees_state("handshaken")
            assert one.transitions[-1] == "speaking → handshaken", "when it has been played"
        assert listener.answer.inner_text() == visitor.answer.inner_text()
        assert listener.heard_seconds == pytest.approx(visitor.heard_seconds, abs=0.01)


def test_the_microphone_can_be_handed_to_another_device(visitor: Visitor, browser: Browser) -> None:
    visitor.page.locator("#share-button").click()
    visitor.page.get_by_label("Speak there").check()
    link = visitor.page.locator("#share-link").input_value()
    visitor.page.locator("#hand-over").click()
    visitor.page.locator("#share-close").click()
    visitor.sees_link("open")
    with visiting(browser, link) as speaker:
        speaker.sees_state("handshaken")
        speaker.write("help")
        visitor.sees_state("speaking")
        visitor.page.locator("#face").click()
        visitor.sees_mouth_move()
        assert speaker.sound_bytes == 0


def test_a_second_page_with_the_same_microphone_is_told_so(visitor: Visitor, browser: Browser) -> None:
    visitor.page.locator("#share-button").click()
    link = visitor.page.locator("#share-link").input_value().replace("role=receiver", "role=both")
    with visiting(browser, link) as second:
        second.sees_link("refused")
        expect(second.page.locator("#notice")).to_contain_text("has its microphone elsewhere")
        second.page.get_by_role("button", name="Listen only").click()
        second.sees_link("open")


def test_a_reload_goes_on_with_the_session(visitor: Visitor) -> None:
    visitor.write("help")
    visitor.sees_state("speaking")
    before = link_of(visitor.page)
    visitor.page.reload()
    visitor.sees_link("open")
    assert link_of(visitor.page) == before


def link_of(page: Page) -> str:
    """The link under which others find the page's session."""
    page.locator("#share-button").click()
    link = page.locator("#share-link").input_value()
    page.locator("#share-close").click()
    return link


# ---- what is wrong


def test_a_refused_microphone_is_explained_and_typing_goes_on(browser: Browser, vivavoce: Served) -> None:
    with visiting(browser, vivavoce.link, microphone=False) as visitor:
        visitor.sees_state("handshaken")
        visitor.page.locator("#talk").click()
        expect(visitor.page.get_by_role("alert")).to_contain_text("microphone is not allowed")
        visitor.write("help")
        visitor.sees_state("speaking")


@pytest.mark.parametrize("has_catalogue", [True, False])
def test_a_fresh_page_is_warned_of_nothing(browser: Browser, vivavoce: Served, has_catalogue: bool) -> None:
    with visiting(browser, "about:blank") as visitor:
        if not has_catalogue:
            visitor.page.route("**/v1/catalogue", lambda route: route.abort())
        visitor.page.goto(vivavoce.link)
        visitor.sees_state("handshaken")
        visitor.page.locator("#settings-button").click()
        expect(visitor.page.locator("#settings-answer")).to_have_text("In force.")


def test_settings_are_applied_and_refused_in_words(visitor: Visitor) -> None:
    page = visitor.page
    page.locator("#settings-button").click()
    page.get_by_label("Assistant's name").fill("Ada")
    page.locator("[id='TTS.speed']").fill("1.5")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#settings-answer")).to_contain_text("In force")
    page.locator("[id='TTS.audioFormat']").fill("cassette")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#settings-answer")).to_contain_text("cassette")
    page.reload()
    visitor.sees_link("open")
    page.locator("#settings-button").click()
    expect(page.get_by_label("Assistant's name")).to_have_value("Ada")


def test_the_drawer_shows_both_ways_and_sound_as_its_size(visitor: Visitor) -> None:
    page = visitor.page
    page.locator("#events-button").click()
    visitor.write("help")
    visitor.sees_state("speaking")
    sound = page.locator("#events details", has_text="response.audio.delta").first
    sound.click()
    expect(sound.locator("pre")).to_contain_text("attachment of")
    assert page.locator("#events .way.out").count() >= 2
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()


def test_it_says_who_answers_with_a_link_to_how_that_is_chosen(visitor: Visitor) -> None:
    expect(visitor.page.locator("#mind")).to_contain_text("The guide answers")
    expect(visitor.page.locator("#mind a")).to_have_attribute("href", "docs#models")
    visitor.page.locator("#mind a").click()
    expect(visitor.page.get_by_text("vivavoce model")).to_be_visible()


def test_settings_change_what_comes(visitor: Visitor) -> None:
    page = visitor.page
    visitor.write("tell me a story")
    visitor.sees_turn_end(1)
    first = shape(visitor)
    assert (first["delta"], first["base64"]) == (True, {False})
    assert first["parts"] == set(range(len(STORY)))
    page.locator("#settings-button").click()
    for name in ("Speak while it writes", "Send sound as it is made", "Parts in order"):
        page.get_by_role("switch", name=name).uncheck()
    page.get_by_role("switch", name="Sound as base64").check()
    page.get_by_label("Parts", exact=True).select_option("single")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#settings-answer")).to_contain_text("In force")
    page.locator("#settings-close").click()
    page.locator("#stop").click()
    visitor.write("what can you do")
    visitor.sees_turn_end(2)
    assert shape(visitor) == {"delta": False, "parts": {0}, "base64": {True}}
    assert visitor.heard_seconds > 0.5
    visitor.sees_mouth_move()


def shape(visitor: Visitor) -> dict[str, object]:
    """How the answer has come since the last look, by the raw events; they are cleared."""
    page = visitor.page
    page.locator("#events-button").click()
    names = page.locator("#events code").all_inner_texts()
    sounds = page.locator("#events details", has_text="response.audio.delta").locator("pre").all_text_contents()
    page.locator("#drawer-clear").click()
    page.locator("#drawer-close").click()
    pieces = [json.loads(sound) for sound in sounds]
    return {
        "delta": "response.text.delta" in names,
        "parts": {piece["id"] for piece in pieces},
        "base64": {piece["isBase64"] for piece in pieces},
    }
