"""The talk page's geometry in a real browser: whatever the window, each control is there and can be pressed."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.real.browser import Scheme, Visitor, visiting
from tests.real.programs import Served

pytestmark = pytest.mark.real

LONG = "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichenverordnung" * 2
NOTICE = "The connection to the server is lost, and this notice goes on and on. " * 2 + LONG
ALWAYS = ("#talk", "#stop", "#words", "#composer button")
"""What must be in the window without scrolling, whatever else is shown."""
ALL = "button, a[href], input, select, textarea, summary"


class Window(NamedTuple):
    """A window's inner size in CSS pixels, and the colours that its user prefers."""

    width: int
    height: int
    scheme: Scheme


WINDOWS = [
    Window(320, 568, "light"),
    Window(390, 844, "dark"),
    Window(568, 320, "dark"),
    Window(844, 390, "light"),
    Window(768, 1024, "light"),
    Window(1024, 768, "dark"),
    Window(1280, 600, "light"),
    Window(1280, 800, "dark"),
    Window(1920, 1080, "light"),
    Window(1080, 1920, "dark"),
]
BETWEEN = [WINDOWS[number] for number in (1, 3, 5, 7, 9)]
"""Windows beside which a narrower, a lower or a larger one of the same layout is tried in every run."""

FAULTS = """([selector, scrolls]) => {
  const faults = [], boxes = [], page = document.documentElement;
  if (page.scrollWidth > innerWidth) faults.push(`the page is ${page.scrollWidth} wide, the window ${innerWidth}`);
  const open = document.querySelector("dialog[open]");
  for (const box of open?.querySelectorAll("*") ?? []) {
    const isMoved = ["auto", "scroll"].includes(getComputedStyle(box).overflowX);
    if (isMoved && box.scrollWidth > box.clientWidth) faults.push(`${box.id} scrolls sideways: ${box.scrollWidth}`);
  }
  for (const control of (open ?? document).querySelectorAll(selector)) {
    const name = `${control.tagName} ${control.id || control.textContent.trim() || control.className}`;
    if (!control.checkVisibility({ visibilityProperty: true }) || control.matches(".skip")) continue;
    if (!open && !scrolls && control.closest("dialog")) continue;
    if (scrolls) control.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const box = control.getBoundingClientRect(), isBelow = box.bottom > innerHeight + 0.5;
    if (box.top < -0.5 || box.left < -0.5 || box.right > innerWidth + 0.5 || isBelow) {
      faults.push(`${name} is outside: ${JSON.stringify(box)}`);
      continue;
    }
    for (const [x, y] of [[0.5, 0.5], [0.15, 0.5], [0.85, 0.5], [0.5, 0.2], [0.5, 0.8]]) {
      const hit = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
      const own = hit && (control.contains(hit) || hit.contains(control) && hit.matches("label"));
      if (!own) faults.push(`${name} is covered at ${x}, ${y} by ${hit?.tagName} ${hit?.id} ${hit?.className}`);
    }
    if (!scrolls) boxes.push([name, box]);
  }
  for (const [at, [one, a]] of boxes.entries()) for (const [other, b] of boxes.slice(at + 1)) {
    const beside = a.right <= b.left + 0.5 || b.right <= a.left + 0.5;
    if (!beside && a.bottom > b.top + 0.5 && b.bottom > a.top + 0.5) faults.push(`${one} and ${other} overlap`);
  }
  return faults;
}"""
SHOW = """async (text) => {
  const { Notice } = await import("/page/notice.js");
  new Notice().show("test", text, ["Try now", () => {}], ["Speak here", () => {}], ["New conversation", () => {}]);
}"""
SETTLE = "() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))"


def faults(page: Page, *, selectors: tuple[str, ...] = ALWAYS, scrolls: bool = False) -> list[str]:
    """What is wrong with where the controls are; with `scrolls` each is scrolled to before it is looked at."""
    page.evaluate(SETTLE)
    found: list[str] = page.evaluate(FAULTS, [", ".join(selectors), scrolls])
    return found


def resize(page: Page, window: Window) -> None:
    """Give the page another window."""
    page.emulate_media(color_scheme=window.scheme)
    page.set_viewport_size({"width": window.width, "height": window.height})


@pytest.fixture(scope="module")
def talked(browser: Browser, vivavoce: Served) -> Iterator[Visitor]:
    """Somebody who has typed four turns, one of them with a very long word; before the first all was in its place."""
    with visiting(browser, vivavoce.link) as visitor:
        visitor.sees_state("handshaken")
        for window in WINDOWS:
            resize(visitor.page, window)
            assert faults(visitor.page) == [], window
        for number, text in enumerate(("help", "what can you do", LONG, "thank you"), start=1):
            visitor.write(text)
            visitor.sees_turn_end(number)
        yield visitor


@pytest.mark.parametrize(
    "window",
    [pytest.param(one, marks=pytest.mark.long if one in BETWEEN else ()) for one in WINDOWS],
    ids=lambda window: f"{window.width}x{window.height}",
)
def test_every_control_is_there_in_every_window(talked: Visitor, window: Window) -> None:
    visitor, page, name = talked, talked.page, f"layout-{window.width}x{window.height}"
    resize(page, window)
    visitor.shoot(name)
    assert faults(page) == [], "after four turns"
    assert faults(page, selectors=(ALL,), scrolls=True) == []
    page.evaluate("scrollTo(0, 1e6)")
    if page.evaluate("document.body.classList.contains('docked')"):
        assert faults(page) == [], "scrolled to the end"
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(SHOW, NOTICE)
    visitor.shoot(f"{name}-notice")
    assert faults(page) == [], "below a notice"
    page.locator("#events-button").click()
    assert faults(page) == [], "between a notice and the drawer"
    page.get_by_role("button", name="Dismiss").click()
    visitor.shoot(f"{name}-drawer")
    assert faults(page, selectors=(*ALWAYS, "#drawer button")) == [], "above the drawer"
    page.locator("#drawer-close").click()
    page.locator("#settings-button").click()
    assert faults(page, selectors=("button",)) == []
    assert faults(page, selectors=(ALL,), scrolls=True) == []
    page.locator("#settings-close").click()
    page.locator("#share-button").click()
    assert faults(page, selectors=("button", "input"), scrolls=True) == []
    page.locator("#share-close").click()


@pytest.mark.parametrize("window", [WINDOWS[1], WINDOWS[4]], ids=lambda window: f"{window.width}x{window.height}")
def test_the_keyboard_of_a_phone_covers_nothing(talked: Visitor, window: Window) -> None:
    page = talked.page
    resize(page, window)
    page.locator("#words").focus()
    resize(page, window._replace(height=window.height - 380))  # what interactive-widget=resizes-content does
    talked.shoot(f"layout-{window.width}-keyboard")
    assert faults(page) == []
    expect(page.locator("#words")).to_be_focused()


def test_what_is_said_last_is_shown_unless_the_reader_has_gone_back(talked: Visitor) -> None:
    end = "(log) => log.scrollHeight - log.scrollTop - log.clientHeight"
    resize(talked.page, Window(1024, 768, "light"))
    log = talked.page.locator("#transcript")
    assert log.evaluate(end) < 2, "although one entry is taller than the others"
    talked.page.locator("#events-button").click()
    talked.page.evaluate(SETTLE)
    assert log.evaluate(end) < 2, "although there is less room"
    log.evaluate("(log) => { log.scrollTop = 0; }")
    talked.page.evaluate(SETTLE)
    talked.write("thank you")
    talked.sees_turn_end(5)
    assert log.evaluate("(log) => log.scrollTop") == 0
