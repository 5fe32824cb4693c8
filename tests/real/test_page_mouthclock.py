"""The talk page's mouth and its sound on one clock, that of the samples which leave: what is shown is what is heard."""

import pytest
from playwright.sync_api import Browser, expect

from tests.real.browser import Visitor, visiting
from tests.real.mouthclock import LATE, WATCH, HeardParts, face_lag, heard_whole, lips_lag, watched
from tests.real.programs import Served

pytestmark = pytest.mark.real
TEXT = "Map the moon. Bob hums."
HELD = """async () => {
  const { Player, RATE } = await import("/page/player.js");
  const player = new Player(), part = { id: 0 };
  await player.unlock();
  player.play(new Int16Array(RATE), part);
  while (!(player.position?.ms > 100)) await new Promise(requestAnimationFrame);
  player.pause();
  const before = player.position;
  player.resume();
  return [before.ms, player.position?.ms, player.heard?.ms];
}"""
MOST = 40.0
"""ms by which the mouth may be off."""
STALLED = 2
"""Frames in which the machine may have done something else between two readings of the clock."""


@pytest.mark.parametrize("late", [pytest.param(None, marks=pytest.mark.long), 0.2], ids=["loudspeaker", "Bluetooth"])
def test_in_each_frame_the_mouth_is_that_of_the_sound_that_is_heard(
    browser: Browser, vivavoce: Served, late: float | None
) -> None:
    script = WATCH + (LATE.replace("SECONDS", str(late)) if late else "")
    with visiting(browser, vivavoce.link, bypass_csp=True, script=script) as visitor:
        heard_whole(visitor, TEXT)
        seen = watched(visitor.page)
        parts = HeardParts(seen)
        assert {part for part, *_ in parts.places} == {0, 1}, "the sound of both parts left as it came"
        lag = face_lag(seen, parts)
        assert len(lag.errors) > 20
        off = sum(abs(error) > MOST for error in lag.errors) + lag.elsewhere + lag.closed
        assert off <= STALLED, lag
        assert abs(lips_lag(visitor.page, seen, parts)) <= MOST
        expect(visitor.page.locator("#tongue")).to_have_attribute("opacity", "0.00")


def test_a_hold_that_is_over_goes_on_where_it_was(visitor: Visitor) -> None:
    visitor.page.locator("#ledger-summary").click()
    assert len(set(visitor.page.evaluate(HELD))) == 1
