"""Words that the talk page could lose: none of them silently."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.real.browser import Visitor, visiting
from tests.real.programs import VIVAVOCE, Served, running

pytestmark = pytest.mark.real

HELD = """
  window.streams = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const gate = new Promise((resolve) => { window.allow = resolve; });
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (sessionStorage.held) await gate;
    const stream = await ask(wanted);
    streams.push(stream);
    return stream;
  };
  const load = AudioWorklet.prototype.addModule;
  AudioWorklet.prototype.addModule = async function (...asked) {
    await window.loading;
    if (window.fails) throw new Error("no answer");
    return load.apply(this, asked);
  };
  window.backlog = 0;
  Object.defineProperty(WebSocket.prototype, "bufferedAmount", { get: () => window.backlog });
"""
"""A microphone that is given when `allow()` is called, where sessionStorage.held is set; worklets that are there when
`loading` has come true, unless it `fails`; a network with a `backlog`."""


@contextmanager
def prepared(browser: Browser, origin: str, first: str = "") -> Iterator[Visitor]:
    """Somebody at the page, whose microphone and network a test can take away; `first` runs before the page does."""
    with visiting(browser, "about:blank") as visitor:
        visitor.page.add_init_script(HELD + first)
        visitor.page.goto(origin)
        visitor.sees_state("handshaken")
        yield visitor


def talk(visitor: Visitor) -> None:
    """Start speaking, and be heard."""
    visitor.page.locator("#talk").click()
    visitor.sees_state("receiving")
    visitor.wait_captured(0.3)


def told(visitor: Visitor, words: str) -> None:
    """Wait until the conversation says so."""
    expect(visitor.page.locator(".entry.note").last).to_contain_text(words)


def warned(visitor: Visitor, words: str) -> None:
    """Wait until the notice says so."""
    expect(visitor.page.get_by_role("alert")).to_contain_text(words)


# ---- before the first word


def test_the_first_word_needs_nothing_of_the_server_any_more(browser: Browser, vivavoce: Served) -> None:
    with prepared(browser, vivavoce.link) as visitor:
        visitor.page.evaluate(
            "() => { window.loading = new Promise(() => {}); }"
        )  # a further question is never answered
        talk(visitor)


def test_a_server_that_hangs_before_the_first_word_is_told(browser: Browser, vivavoce: Served) -> None:
    with prepared(
        browser, vivavoce.link, "window.loading = new Promise((done) => { window.answer = done; })"
    ) as visitor:
        page = visitor.page
        page.locator("#talk").click()
        expect(page.locator("#talk-text")).to_have_text("Wait …")
        warned(visitor, "Nothing was recorded")
        expect(page.locator("#talk")).to_have_attribute("aria-pressed", "false")
        page.evaluate("answer()")
        talk(visitor)
        expect(page.get_by_role("alert")).to_be_empty()


def test_a_failure_to_load_is_mended_by_the_next_press(browser: Browser, vivavoce: Served) -> None:
    with prepared(browser, vivavoce.link, "window.fails = true") as visitor:
        visitor.page.locator("#talk").click()
        warned(visitor, "Nothing was recorded")
        visitor.page.evaluate("window.fails = false")
        talk(visitor)


def test_who_lets_go_before_the_microphone_is_open_is_told(browser: Browser, vivavoce: Served) -> None:
    with prepared(browser, vivavoce.link) as visitor:
        page = visitor.page
        page.evaluate("sessionStorage.held = 1")
        page.locator("#talk").click()
        expect(page.locator("#talk")).to_have_attribute("aria-pressed", "true")
        page.locator("#talk").click()
        warned(visitor, "still being opened")
        page.evaluate("allow()")
        expect(page.locator("#talk")).to_have_attribute("aria-pressed", "false")
        warned(visitor, "still being opened")
        talk(visitor)
        expect(page.get_by_role("alert")).to_be_empty()


# ---- while somebody speaks


@pytest.mark.parametrize("event", ["ended", "mute"])
def test_a_microphone_that_is_taken_away_is_told_and_what_was_said_is_sent(
    browser: Browser, vivavoce: Served, event: str
) -> None:
    with prepared(browser, vivavoce.link) as visitor:
        talk(visitor)
        visitor.page.evaluate("(name) => streams[0].getTracks()[0].dispatchEvent(new Event(name))", event)
        warned(visitor, "What you said until then has been sent")
        expect(visitor.page.locator("#talk")).to_have_attribute("aria-pressed", "false")
        expect(visitor.page.locator("#transitions")).to_contain_text("receiving → transcribing")
        talk(visitor)


def test_a_network_that_does_not_keep_up_is_told_and_the_half_is_forgotten(browser: Browser, vivavoce: Served) -> None:
    with prepared(browser, vivavoce.link) as visitor:
        talk(visitor)
        visitor.page.evaluate("window.backlog = 2e6")
        told(visitor, "does not keep up")
        visitor.sees_state("handshaken")
        assert visitor.transitions[-1] == "receiving → handshaken"
        visitor.page.evaluate("window.backlog = 0")
        talk(visitor)


def test_a_server_that_goes_and_comes_back_is_told_to_everybody(browser: Browser, tmp_path: Path) -> None:
    port = str(free_port())
    with ExitStack() as visits:
        idle, speaker, asker = (visits.enter_context(visiting(browser, "about:blank")) for _ in range(3))
        with running(VIVAVOCE, "serve", "--port", port, log=tmp_path / "first") as served:
            for visitor in (idle, asker, speaker):
                visitor.page.goto(served.link)
                visitor.sees_state("handshaken")
            asker.write("please count to twenty")
            asker.sees_state("speaking")
            talk(speaker)
            before = speaker.transitions
        for visitor in (idle, speaker, asker):
            visitor.sees_link("lost")
        expect(idle.page.locator("#notice")).to_contain_text("Trying again")
        sees_no_more_of_what_was_said(speaker, before)
        expect(asker.page.locator(".chip.cut")).to_have_count(1)
        with running(VIVAVOCE, "serve", "--port", port, log=tmp_path / "second"):
            for visitor in (idle, speaker, asker):
                visitor.sees_link("open")
                visitor.sees_state("handshaken")
            expect(idle.page.locator("#notice")).to_be_empty()
            idle.write("help")
            idle.sees_state("speaking")
            talk(speaker)
            told(asker, "does not remember this conversation")


def sees_no_more_of_what_was_said(speaker: Visitor, before: list[str]) -> None:
    """Who spoke when the connection was lost is told, and no arrow is drawn to where nobody knows the session."""
    page = speaker.page
    told(speaker, "What you said has not been heard")
    expect(page.locator(".arrow.taken")).to_have_count(0)
    expect(page.locator(".node.lit")).to_have_count(0)
    assert speaker.transitions[: len(before)] == before
    assert not [line for line in speaker.transitions if line.endswith("→ idle")]
    expect(page.locator("#talk")).to_have_attribute("aria-pressed", "false")


def free_port() -> int:
    """A port that is free at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_who_hands_the_microphone_over_in_the_midst_of_a_sentence_is_told(browser: Browser, vivavoce: Served) -> None:
    with prepared(browser, vivavoce.link) as visitor:
        page = visitor.page
        page.locator("#talk").click()
        visitor.sees_state("receiving")
        page.locator("#share-button").click()
        page.get_by_label("Speak there").check()
        page.locator("#hand-over").click()
        told(visitor, "What you said has not been heard")
        page.locator("#share-close").click()
        visitor.sees_link("open")


# ---- what is shown of a session


def test_a_reload_draws_no_arrow_to_where_the_session_is_found(browser: Browser, vivavoce: Served) -> None:
    with prepared(browser, vivavoce.link) as visitor:
        page = visitor.page
        page.reload()
        visitor.sees_state("handshaken")
        expect(page.locator(".node.lit")).to_have_attribute("data-name", "handshaken")
        expect(page.locator(".arrow.taken")).to_have_count(0)
        expect(page.locator("#transitions li")).to_have_count(0)


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle(visitor: Visitor) -> None:
    median = (
        'async (lists) => { const { median } = await import("/page/ledger.js"); return lists.map((l) => median(l)); }'
    )
    lists = [[5], [1, 9], [9, 1, 2], [4, 1, 3, 2], [7, 7, 1]]
    assert visitor.page.evaluate(median, lists) == [5, 5, 2, 2.5, 7]
