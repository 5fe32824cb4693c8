"""The talk page in a real browser, with a microphone that plays a sentence: what people do there, and what they see."""

import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.real.browser import LEAD, Scheme, Visitor, faults, visiting, whole
from tests.real.programs import VIVAVOCE, Served, running
from tests.real.speech import QUESTION, SHORTEST, Sentence, words

pytestmark = pytest.mark.real
PAGES = Path(__file__).parents[2] / "adapters" / "page"
MOST_BYTES = 100_000
COUNT = "please count to twenty"
"""What the guide answers for long enough to be interrupted."""


@pytest.fixture
def visitor(browser: Browser, vivavoce: Served) -> Iterator[Visitor]:
    """Somebody who has opened the page."""
    with visiting(browser, vivavoce.link) as visitor:
        visitor.sees_state("handshaken")
        yield visitor


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
    assert visitor.transitions[-4:] == [
        "handshaken → receiving",
        "receiving → transcribing",
        "transcribing → responding",
        "responding → speaking",
    ]
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
    assert visitor.transitions[-3:] == [
        "receiving → handshaken",
        "handshaken → responding",
        "responding → speaking",
    ]
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
    visitor.hold_talk(LEAD + said[QUESTION].seconds + 0.3)
    expect(visitor.page.locator(".chip.cut").first).to_have_text("interrupted")
    assert "speaking → receiving" in visitor.transitions
    visitor.sees_state("speaking")
    visitor.sees_turn_end(2)
    answer = visitor.answer.inner_text()
    assert not answer.startswith("I count"), "it is the answer to what was said then"
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


def test_it_comes_back_when_the_server_does(browser: Browser, tmp_path: Path) -> None:
    port = str(free_port())
    with running(VIVAVOCE, "serve", "--port", port, log=tmp_path / "first") as served:
        first = visiting(browser, served.link)
        visitor = first.__enter__()
        visitor.sees_state("handshaken")
    visitor.sees_link("lost")
    expect(visitor.page.locator("#notice")).to_contain_text("Trying again")
    with running(VIVAVOCE, "serve", "--port", port, log=tmp_path / "second"):
        visitor.sees_link("open")
        visitor.sees_state("handshaken")
        expect(visitor.page.locator("#notice")).to_be_empty()
        visitor.write("help")
        visitor.sees_state("speaking")
        first.__exit__(None, None, None)


def free_port() -> int:
    """A port that is free at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


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


def test_settings_change_what_comes(visitor: Visitor) -> None:
    page = visitor.page
    visitor.write("help")
    visitor.sees_turn_end(1)
    assert shape(visitor) == {"delta": True, "parts": {0, 1, 2}, "base64": {False}}
    page.locator("#settings-button").click()
    for name in ("Speak while it writes", "Send sound as it is made", "Parts in order"):
        page.get_by_role("switch", name=name).uncheck()
    page.get_by_role("switch", name="Sound as base64").check()
    page.get_by_label("Parts", exact=True).select_option("single")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#settings-answer")).to_contain_text("In force")
    page.locator("#settings-close").click()
    page.locator("#stop").click()
    visitor.write("thank you")
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


# ---- bounds and manners


def test_a_hundred_turns_do_not_let_it_grow(visitor: Visitor) -> None:
    page = visitor.page
    early = talk_much(visitor, 40)
    page.locator("#drawer-close").click()
    late = talk_much(visitor, 60)
    for name in ("Nodes", "JSEventListeners", "JSHeapUsedSize"):
        assert late[name] < 1.1 * early[name], (name, early, late)
    expect(page.locator(".entry")).to_have_count(60)
    assert page.locator(".chip.cut").count() >= 25, "each turn interrupts the one before"
    assert page.locator("#events details").count() <= 200
    assert page.locator("#transitions li").count() <= 6


TALK = """async (turns) => {
  const words = document.querySelector("#words");
  const enters = (wanted) => new Promise((resolve) => {
    const watching = new MutationObserver(() => {
      if (document.body.dataset.state !== wanted) return;
      watching.disconnect();
      resolve();
    });
    watching.observe(document.body, { attributeFilter: ["data-state"] });
  });
  for (let turn = 0; turn < turns; turn += 1) {
    words.value = "thank you";
    words.form.requestSubmit();
    await enters("responding");
    await enters("speaking");
  }
}"""


def talk_much(visitor: Visitor, turns: int) -> dict[str, float]:
    """So many typed turns, each interrupting the one before; then the raw events: how much the page keeps of it."""
    visitor.page.evaluate(TALK, turns)
    visitor.page.locator("#events-button").click()
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    devtools.send("Performance.enable")
    devtools.send("HeapProfiler.collectGarbage")
    return {metric["name"]: metric["value"] for metric in devtools.send("Performance.getMetrics")["metrics"]}


HOSTILE = "<img src=x onerror=alert(1)><b>hear</b>"


def test_markup_is_shown_and_not_obeyed(browser: Browser, vivavoce: Served) -> None:
    provider = {"name": "local", "title": HOSTILE, "configured": True, "models": [HOSTILE], "voices": [HOSTILE]}
    catalogue = {kind: [provider] for kind in ("STT", "LLM", "TTS")}
    with visiting(browser, vivavoce.link) as visitor:
        page = visitor.page
        page.route("**/v1/catalogue", lambda route: route.fulfill(json=catalogue))
        page.reload()
        visitor.sees_state("handshaken")
        visitor.write(HOSTILE)
        visitor.sees_state("speaking")
        assert visitor.said.inner_text() == HOSTILE
        page.locator("#settings-button").click()
        expect(page.locator("[id='LLM.provider'] option").last).to_have_text(HOSTILE)
        assert page.locator("img[src=x], b:text-is('hear')").count() == 0
        page.goto(f"{vivavoce.origin}/docs")
        expect(page.locator("#catalogue th", has_text=HOSTILE)).to_have_count(3)
        assert page.locator("img[src=x], b:text-is('hear')").count() == 0


def test_nothing_moves_for_who_wants_it_still(browser: Browser, vivavoce: Served) -> None:
    with visiting(browser, vivavoce.link, still=True) as visitor:
        visitor.sees_state("handshaken")
        visitor.page.locator("#talk").click()
        visitor.sees_state("receiving")
        assert visitor.page.evaluate("document.getAnimations().length") == 0


def test_the_page_is_small_and_paints_without_the_socket(browser: Browser, vivavoce: Served) -> None:
    context = browser.new_context()
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.route("**/page.json", lambda route: route.abort())
    page.on("response", lambda response: sizes.update({response.url: len(response.body())}))
    page.goto(vivavoce.link)
    expect(page.locator(".node")).to_have_count(6)
    expect(page.locator("#notice")).to_contain_text("does not answer")
    context.close()
    assert 20_000 < sum(sizes.values()) < MOST_BYTES, sizes


def test_every_page_has_strict_headers(browser: Browser, vivavoce: Served) -> None:
    with visiting(browser, vivavoce.link) as visitor:
        visitor.sees_link("open")
        for path in ("/", "/docs", "/inspect", "/page/app.js", "/docs/api.js", "/page.json", "/asyncapi.json"):
            headers = visitor.page.request.get(f"{vivavoce.origin}{path}").headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(("scheme", "phone"), [("light", False), ("dark", False), ("light", True)])
def test_axe_finds_no_serious_fault(browser: Browser, vivavoce: Served, scheme: Scheme, phone: bool) -> None:
    name = f"{scheme}-phone" if phone else scheme
    with visiting(browser, vivavoce.link, scheme=scheme, phone=phone, bypass_csp=True) as visitor:
        visitor.sees_state("handshaken")
        visitor.write("what can you do")
        visitor.sees_state("speaking")
        visitor.shoot(f"talk-{name}")
        visitor.shoot(f"talk-{name}-whole", whole=True)
        assert faults(visitor.page) == []
        for button in ("settings", "share"):
            visitor.page.locator(f"#{button}-button").click()
            visitor.shoot(f"{button}-{name}")
            assert faults(visitor.page) == []
            visitor.page.locator(f"#{button}-close").click()
        visitor.page.locator("#events-button").click()
        assert faults(visitor.page) == []
        visitor.page.goto(f"{vivavoce.origin}/inspect")
        visitor.page.locator("#sessions button").first.click()
        expect(visitor.page.locator("#trace tr")).not_to_have_count(0)
        visitor.shoot(f"inspect-{name}", whole=True)
        assert faults(visitor.page) == []
