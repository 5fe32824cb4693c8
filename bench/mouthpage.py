"""The talk page's mouth against its sound, in a real browser, by the clock of the samples that leave it.

The server speaks with joe where that voice is there, else with espeak-ng. What leaves is recorded by the page's own
AudioContext, and found in what came over the socket (`tests/real/mouthclock.py`). All errors are in ms of the sound,
ahead of what is heard: of the position that the face asks for, and of the lips as they are drawn. The mouth that is
told leads its sound by `lead_ms` of `[mouth]`; that is no error here. Of a p, b or m it is the time from its key frame
to the nearest moment with closed lips.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

from adapters.vendors.embedded import voices
from tests.real.browser import browsing, visiting, write_microphone
from tests.real.mouthclock import (
    LATE,
    WATCH,
    HeardParts,
    by_latency,
    by_stamp,
    closures,
    face_lag,
    heard_whole,
    lips_lag,
    watched,
)
from tests.real.programs import VIVAVOCE, Served, running
from tests.real.speech import QUESTION, say

TEXT = "Map, fifth moon. Happy puppies copy paper maps. Bob hums, and the lamp by my bed is warm."
BLUETOOTH = 0.2
"""Seconds by which a loudspeaker is late that says so."""


def run(rounds: int) -> None:
    """Have it said so often, on loudspeakers that are there at once and on late ones, and print what was seen."""
    env = {"VIVAVOCE_PROVIDERS_LOCAL_VOICE": "joe"} if voices.joe() else {}
    with tempfile.TemporaryDirectory() as folder:
        microphone = write_microphone(say(QUESTION)[QUESTION], Path(folder) / "microphone.wav")
        with (
            running(VIVAVOCE, "serve", "--port", "0", log=Path(folder) / "log", env=env) as served,
            browsing(microphone) as (_, browser),
        ):
            print(f"{'':24} median    95 %     most   frames elsewhere closed")
            for number in range(rounds):
                for name, late in (("loudspeaker", None), ("200 ms late", BLUETOOTH)):
                    print(f"{number + 1}, {name}")
                    _measure(browser, served, late)


def _measure(browser: Browser, served: Served, late: float | None) -> None:
    script = WATCH + (LATE.replace("SECONDS", str(late)) if late else "")
    with visiting(browser, served.link, bypass_csp=True, script=script) as visitor:
        heard_whole(visitor, TEXT)
        seen = watched(visitor.page)
        parts = HeardParts(seen)
        ways = [("by latency", by_latency)] if late else [("by latency", by_latency), ("by the stamp", by_stamp)]
        for name, heard in ways:
            lag = face_lag(seen, parts, heard)
            print(f"  face, {name:16}{_line(lag.errors)}   {len(lag.errors):6} {lag.elsewhere:9} {lag.closed:6}")
            best = lips_lag(visitor.page, seen, parts, heard)
            print(f"  lips drawn, {name:10}{best:+7d}")
            drawn = list(closures(seen, parts, heard))
            missed = [apart for apart in drawn if apart is not None]
            print(f"  p, b, m drawn closed  {_line(missed)}   {len(missed)} of {len(drawn)}", flush=True)


def _line(errors: Sequence[float]) -> str:
    """Median, that of 95 % by size, and the largest."""
    if not errors:
        return "nothing"
    sizes = np.abs(errors)
    return f"{np.median(errors):+7.1f} {np.percentile(sizes, 95):7.1f} {sizes.max():8.1f}"
