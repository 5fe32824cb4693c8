"""A real browser for the tests: Debian's Chromium with a microphone that plays a file, driven by Playwright."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    ViewportSize,
    WebSocket,
    expect,
    sync_playwright,
)

from tests.real import node
from tests.real.programs import ROOT
from tests.real.speech import Sentence, wav

NAMES = ("chromium", "chromium-browser", "google-chrome")
SHOTS = ROOT / ".cache" / "screenshots"
NET = 60_000.0
"""Milliseconds after which what a test waits for has not come."""

OWN_PAGES = "--disable-features=InitialWebUI,TopChromeWebUI,WebUIOmniboxPopup,WebUIReloadButton,WebUIToolbar"
"""Without pages of the browser's own around each page, which take a fifth of the processor's time."""

CHOSEN = """
  try {
    const kept = localStorage.getItem("vivavoce.settings");
    if (kept === null) localStorage.setItem("vivavoce.settings", '{"turnDetection":{"type":"TYPE"}}');
  } catch {
    // A document without an address keeps nothing.
  }
"""
"""What the talk page remembers of who has chosen hands-free, or to hold the button."""

LEAD, TAIL = 0.4, 1.2
"""Seconds of silence before and behind the sentence that the microphone hears; then it hears it again."""

RATE = 24_000
_SAMPLE = 22_050
Scheme = Literal["light", "dark"]


MISSING = "there is no Chromium: install it (Debian: apt-get install chromium), or name it in CHROMIUM"


def find_chromium() -> str:
    """The browser's program. Where there is none the test is skipped, and fails in continuous integration (CI=true)."""
    named = os.environ.get("CHROMIUM", "")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), "")
    if not found and os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(MISSING)
    if not found:
        pytest.skip(MISSING)
    return found


def write_microphone(sentence: Sentence, path: Path) -> Path:
    """The file that the microphone plays, over and over: silence, the sentence, silence."""
    path.write_bytes(wav(_silence(LEAD) + sentence.samples + _silence(TAIL)))
    return path


def whole(sentence: Sentence) -> float:
    """Seconds in which the microphone hears the sentence once from its first word to its last, wherever its file is
    when it is turned on: on a busy machine that is later than LEAD."""
    return 2 * sentence.seconds + TAIL + LEAD + 0.2


def _silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * _SAMPLE))


@contextmanager
def browsing(microphone: Path) -> Iterator[tuple[Playwright, Browser]]:
    """A browser whose microphone plays the file; sound begins after a click only, as with people."""
    program = find_chromium()
    expect.set_options(NET)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={microphone}",
                "--autoplay-policy=user-gesture-required",
                OWN_PAGES,
                "--ignore-certificate-errors",
            ],
        )
        try:
            yield playwright, browser
        finally:
            browser.close()


class Visitor:
    """Somebody at the talk page: what they do, and what they see."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.sound_bytes = 0
        page.set_default_timeout(NET)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._hear_console)
        page.on("websocket", self._watch)

    def _hear_console(self, message: ConsoleMessage) -> None:
        # A document in JSON names no icon, and the browser asks the root of the origin for one.
        is_icon = str(message.location.get("url", "")).endswith("/favicon.ico")
        # Who comes while a server goes down is refused, by the network or, a moment earlier, with 503.
        is_loss = "net::ERR" in message.text or "response code: 503" in message.text
        if message.type == "error" and not is_loss and not is_icon:
            self.faults.append(message.text)

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self._count(data))

    def _count(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            self.sound_bytes += len(data)

    @property
    def sent_seconds(self) -> float:
        """How long all the sound plays that has come over the wire to this page, counted from outside of it."""
        return self.sound_bytes / 2 / RATE

    # ---- what they see

    def sees_state(self, *states: str) -> None:
        """Wait until the session is in one of `states`."""
        expect(self.page.locator("body")).to_have_attribute("data-state", re.compile("|".join(states)))

    def sees_link(self, link: str) -> None:
        """Wait until the connection is `open`, `lost`, `refused`."""
        expect(self.page.locator("body")).to_have_attribute("data-link", link)

    @property
    def said(self) -> Locator:
        """The last words of the user, as they were understood."""
        return self.page.locator(".entry.you:not(.waiting) p").last

    @property
    def answer(self) -> Locator:
        """The last answer, once it is written."""
        return self.page.locator(".entry.avatar:not(.waiting) p").last

    @property
    def transitions(self) -> list[str]:
        """The session's last transitions as they are listed, the oldest first."""
        return self.page.locator("#transitions span").all_inner_texts()[::-1]

    def has_gone(self, *states: str) -> bool:
        """Whether the session has gone from state to state as listed, with none between; more may have followed."""
        listed = self.transitions
        wanted = [f"{before} → {after}" for before, after in pairwise(states)]
        return any(listed[start : start + len(wanted)] == wanted for start in range(len(listed)))

    @property
    def heard_seconds(self) -> float:
        """How much sound of the last answer stands on the audio clock's schedule."""
        return float(self.page.locator("#ledger").get_attribute("data-sound") or 0)

    def sees_mouth_move(self) -> None:
        """Wait until the mouth is open: sound really goes through."""
        expect(self.page.locator("#tongue")).to_have_attribute("opacity", re.compile(r"^(0\.[1-9]|1)"))

    def sees_part(self, text: str) -> None:
        """Wait until the part with these words is being spoken."""
        expect(self.page.locator("#transcript")).to_have_attribute("data-spoken", text)

    # ---- what they do

    def hold_talk(self, seconds: float) -> None:
        """Press the talk button until the microphone has given this many seconds."""
        box = self.page.locator("#talk").bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        self.wait_captured(seconds)
        self.page.mouse.up()

    def wait_captured(self, seconds: float) -> None:
        """Wait until the microphone has given so many seconds, less than ten."""
        tenths = range(int(seconds * 10) + 1, 100)
        wanted = re.compile("^(" + "|".join(f"{tenth // 10}\\.{tenth % 10}" for tenth in tenths) + ")")
        expect(self.page.locator("#talk")).to_have_attribute("data-seconds", wanted)

    def write(self, text: str) -> None:
        """A typed turn."""
        self.page.locator("#words").fill(text)
        self.page.keyboard.press("Enter")

    def sees_turn_end(self, number: int) -> None:
        """Wait until all the sound of the turn with this number has come, and its latencies are shown."""
        expect(self.page.locator("#ledger-summary")).to_contain_text(f"Turn {number}.")

    def shoot(self, name: str, *, whole: bool = False) -> Path:
        """A screenshot among the artefacts."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=whole, animations="disabled")
        return path


DESK, PHONE, SMALL = (ViewportSize(width=w, height=h) for w, h in ((1440, 900), (390, 844), (480, 360)))


@contextmanager
def visiting(
    browser: Browser,
    url: str,
    *,
    scheme: Scheme = "light",
    phone: bool = False,
    microphone: bool = True,
    bypass_csp: bool = False,
    still: bool = False,
    hands_free: bool = False,
    small: bool = False,
    script: str = "",
) -> Iterator[Visitor]:
    """A visitor with a browser profile of their own; whatever the page complained of fails the test.

    `hands_free`: they have chosen to talk without a button; else to hold it. `small`: for what a processor has to draw
    in place of a graphics card. `script` runs in the page before its own.
    """
    context = browser.new_context(
        viewport=SMALL if small else PHONE if phone else DESK,
        device_scale_factor=2 if phone else 1,
        color_scheme=scheme,
        permissions=["microphone"] if microphone else [],
        bypass_csp=bypass_csp,
        reduced_motion="reduce" if still else "no-preference",
    )
    context.add_init_script(CHOSEN.replace("TYPE", "semantic_vad" if hands_free else "none"))
    context.add_init_script(script)
    try:
        visitor = Visitor(context.new_page())
        visitor.page.goto(url)
        yield visitor
        assert not visitor.faults, visitor.faults
    finally:
        context.close()


def faults(page: Page) -> list[str]:
    """What axe-core finds that is serious or worse; the page is visited with `bypass_csp`."""
    page.add_script_tag(path=node.modules() / "axe-core" / "axe.min.js")
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    return [
        f"{fault['id']}: {fault['nodes'][0]['html']} {fault['nodes'][0]['failureSummary']}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
