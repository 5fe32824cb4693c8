"""The talk page in a real browser, with a microphone that plays a sentence: what people do there, and what they see."""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.real import node
from tests.real.browser import LEAD, Scheme, Visitor, visiting
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
    with visiting(browser, vivavoce.origin) as visitor:
        visitor.sees_state("handshaken")
        yield visitor


def plausible(seconds: float, text: str) -> bool:
    """Whether a sound of that length can be that text."""
    return seconds >= len(words(text)) * SHORTEST


# ---- talking


def test_who_holds_the_button_and_speaks_is_heard_and_hears_the_answer(
    visitor: Visitor, said: Mapping[str, Sentence]
) -> None:
    visitor.hold_talk(LEAD + said[QUESTION].seconds + 0.3)
    visitor.sees_state("speaking")
    visitor.sees_mouth_move()
    understood = words(visitor.said.inner_text())
    assert len(set(words(QUESTION)) & set(understood)) >= 3
    assert "These words reached me" in visitor.answer.inner_text()
    visitor.sees_state("handshaken")
    assert visitor.transitions[-5:] == [
        "handshaken → receiving",
        "receiving → transcribing",
        "transcribing → responding",
        "responding → speaking",
        "speaking → handshaken",
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
    visitor.sees_state("handshaken")
    assert "receiving → transcribing" in visitor.transitions


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
    visitor.sees_state("handshaken")
    assert "These words reached me" in visitor.answer.inner_text()
    assert plausible(visitor.heard_seconds, visitor.answer.inner_text())
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
        visitor.write("help")
        listener.sees_state("speaking")
        listener.sees_mouth_move()
        for one in (visitor, listener):
            one.sees_state("handshaken")
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
        first = visiting(browser, served.origin)
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
    with visiting(browser, vivavoce.origin, microphone=False) as visitor:
        visitor.sees_state("handshaken")
        visitor.page.locator("#talk").click()
        expect(visitor.page.get_by_role("alert")).to_contain_text("microphone is not allowed")
        visitor.write("help")
        visitor.sees_state("speaking")


def test_a_wrong_token_is_asked_for(browser: Browser, tmp_path: Path) -> None:
    env = {"VIVAVOCE_TOKEN": "open sesame"}
    with running(VIVAVOCE, "serve", "--port", "0", log=tmp_path / "log", env=env) as served:
        with visiting(browser, f"{served.origin}/#token=wrong") as visitor:
            visitor.sees_link("refused")
            visitor.faults.clear()  # the browser notes the catalogue's 401
            visitor.page.get_by_label("Token", exact=True).fill("open sesame")
            visitor.page.get_by_role("button", name="Connect").click()
            visitor.sees_state("handshaken")
        with visiting(browser, f"{served.origin}/inspect#token=open%20sesame") as operator:
            expect(operator.page.locator("#live")).to_contain_text("live")


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


# ---- bounds and manners


def test_many_turns_do_not_let_it_grow(visitor: Visitor) -> None:
    page = visitor.page
    page.locator("#events-button").click()
    sizes = [talk_much(visitor, 40), talk_much(visitor, 60)]
    assert sizes[1] < 1.05 * sizes[0]
    expect(page.locator(".entry")).to_have_count(60)
    assert page.locator("#events details").count() <= 200
    assert page.locator("#transitions li").count() <= 6


def talk_much(visitor: Visitor, turns: int) -> int:
    """So many turns, each interrupting the one before: how many nodes the page has then."""
    for _ in range(turns):
        visitor.write("help")
        expect(visitor.page.locator("#words")).to_be_empty()
    return visitor.page.locator("*").count()


def test_the_page_is_small_and_paints_without_the_socket(browser: Browser, vivavoce: Served) -> None:
    context = browser.new_context()
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.route("**/page.json", lambda route: route.abort())
    page.on("response", lambda response: sizes.update({response.url: len(response.body())}))
    page.goto(vivavoce.origin)
    expect(page.locator(".node")).to_have_count(6)
    expect(page.locator("#notice")).to_contain_text("does not answer")
    context.close()
    assert 20_000 < sum(sizes.values()) < MOST_BYTES, sizes


def test_every_page_has_strict_headers(browser: Browser, vivavoce: Served) -> None:
    with visiting(browser, vivavoce.origin) as visitor:
        visitor.sees_link("open")
        for path in ("/", "/inspect", "/page/app.js", "/page.json"):
            headers = visitor.page.request.get(f"{vivavoce.origin}{path}").headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
def test_axe_finds_no_serious_fault(browser: Browser, vivavoce: Served, scheme: Scheme, phone: bool) -> None:
    name = f"{scheme}-phone" if phone else scheme
    with visiting(browser, vivavoce.origin, scheme=scheme, phone=phone, bypass_csp=True) as visitor:
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


def faults(page: Page) -> list[str]:
    """What axe-core finds that is serious or worse."""
    page.add_script_tag(path=node.modules() / "axe-core" / "axe.min.js")
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    return [
        f"{fault['id']}: {fault['nodes'][0]['html']} {fault['nodes'][0]['failureSummary']}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
