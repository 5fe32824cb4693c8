"""The talk page's mouth beside the sound that leaves its AudioContext, on one clock: that of the samples that leave.

Nothing of the page's own bookkeeping is believed. A worklet records what leaves, with the number of each sample; the
samples that came over the socket are found in it; so it is known which ms of which part each of them is. Of each frame
it is noted which ms the face asks the mouth for, and what its lips look like. `AudioContext.getOutputTimestamp` says
which sample is heard at a moment.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from protocol.mouth import SHAPES
from tests.real.browser import Visitor

RATE = 24_000
WATCH = """
const told = globalThis.watched = { recorded: [], frames: [], lips: [], mouths: [], sounds: [], context: null };
const TAP = `registerProcessor("tap", class extends AudioWorkletProcessor {
  process([[samples]]) {
    if (samples?.some((sample) => sample)) this.port.postMessage([currentFrame, samples.slice()]);
    return true;
  }
});`;
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...more) {
  if (to === this.context.destination && !told.context && this instanceof AnalyserNode) watch(this);
  return connect.call(this, to, ...more);
};
async function watch(node) {
  told.context = node.context;
  await node.context.audioWorklet.addModule(URL.createObjectURL(new Blob([TAP], { type: "text/javascript" })));
  const tap = new AudioWorkletNode(node.context, "tap");
  tap.port.onmessage = ({ data: [frame, samples] }) => told.recorded.push([frame, Array.from(samples)]);
  connect.call(node, tap);
  connect.call(tap, node.context.destination);
  told.isTapped = true;
}
function now() {
  const { context } = told, { contextTime, performanceTime } = context.getOutputTimestamp();
  const heard = contextTime + (performance.now() - performanceTime) / 1000;
  return { now: context.currentTime, late: context.outputLatency, heard };
}
addEventListener("DOMContentLoaded", async () => {
  const [{ Mouth }, { Parts }] = await Promise.all([import("/page/mouth.js"), import("/page/parts.js")]);
  const { at, take } = Mouth.prototype, hear = Parts.prototype.take;
  Mouth.prototype.at = function (id, ms) {
    told.frames.push({ id, ms: Number.isFinite(ms) ? ms : null, ...now() });
    return at.call(this, id, ms);
  };
  Mouth.prototype.take = function (message) {
    told.mouths.push(message);
    return take.call(this, message);
  };
  Parts.prototype.take = function (piece) {
    if (piece.audio?.byteLength) told.sounds.push([piece.id, Array.from(new Int16Array(piece.audio.slice(0)))]);
    return hear.call(this, piece);
  };
  const lips = document.querySelector("#mouth");
  const note = () => told.lips.push({ drawn: lips.getAttribute("d"), ...now() });
  new MutationObserver(note).observe(lips, { attributes: true });
  told.isWatched = true;
});
"""
"""To be run in the page before its own scripts; it needs a visit with `bypass_csp`."""

READY = "() => watched.isTapped && watched.isWatched"
LATE = """
Object.defineProperty(AudioContext.prototype, "outputLatency", { get: () => SECONDS });
"""
"""To be run before: the loudspeaker is late, as with Bluetooth."""
TAKE = """() => {
  const { recorded, frames, lips, mouths, sounds } = watched;
  return { recorded, frames, lips, mouths, sounds };
}"""
DRAWN = """async ([mouths, moments]) => {
  const { Mouth } = await import("/page/mouth.js"), { outline, pose } = await import("/page/lips.js");
  const mouth = new Mouth();
  mouth.begin(mouths[0].turn);
  for (const message of mouths) mouth.take(message);
  return moments.map(([id, ms]) => outline(pose(mouth.at(id, ms)), 0));
}"""
NEAR = 100.0
"""ms from a key frame in which its picture is looked for."""
MOST = 150
"""ms of the shifts that are tried."""
CLOSED = 0.9
"""The least weight with which lips close."""
_PP = SHAPES["ovr"].index("PP")
_ALIKE = 0.01
"""Of full scale, by which samples that are played may differ."""
_OUTLINE = re.compile(r"M(\S+) (\S+) Q0 (\S+) (\S+) \S+ Q0 (\S+)")


def heard_whole(visitor: Visitor, text: str) -> None:
    """Have it said, and wait until all of it was played."""
    visitor.sees_state("handshaken")
    visitor.page.wait_for_function(READY)
    visitor.write(text)
    visitor.sees_state("speaking")
    visitor.sees_state("handshaken")
    visitor.page.wait_for_function("() => watched.frames.at(-1)?.ms === null")


class FaceFrame(msgspec.Struct, frozen=True):
    """A frame: the face asks for `ms` of part `id`, None for its end. On the clock of the context, in s: `now` it is
    put on, `heard` leaves the loudspeaker, as the browser says, which is `late` s after it was put on."""

    id: int
    ms: float | None
    now: float
    late: float
    heard: float


class DrawnLips(msgspec.Struct, frozen=True):
    """The lips as they are drawn from now on: an SVG path."""

    drawn: str
    now: float
    late: float
    heard: float

    @property
    def opening(self) -> float:
        """How far the lips part in the middle."""
        return opening(self.drawn)


class WatchedPage(msgspec.Struct):
    """What the page was told, drew and let out; pcm16 of each piece of a part, samples that left with their number."""

    recorded: list[tuple[int, list[float]]]
    frames: list[FaceFrame]
    lips: list[DrawnLips]
    mouths: list[dict[str, Any]]
    sounds: list[tuple[int, list[int]]]


def opening(path: str) -> float:
    """How far the lips of a path part in the middle."""
    found = _OUTLINE.match(path)
    assert found is not None, path
    return float(found[5]) - float(found[3])


def watched(page: Page) -> WatchedPage:
    """All until now."""
    return msgspec.convert(page.evaluate(TAKE), WatchedPage, strict=False)


class HeardParts:
    """Where the samples of each part are among those that left."""

    def __init__(self, page: WatchedPage) -> None:
        self.first = min(frame for frame, _ in page.recorded) - RATE  # silence is not recorded
        end = max(frame + len(samples) for frame, samples in page.recorded) + RATE
        self.samples: NDArray[np.float32] = np.zeros(end - self.first, np.float32)
        for frame, samples in page.recorded:
            self.samples[frame - self.first :][: len(samples)] = samples
        self.places: list[tuple[int, int, float, int]] = list(self._find(page.sounds))
        """Part, the number of its piece's first sample, which ms of the part that is, the piece's samples."""

    def _find(self, sounds: Sequence[tuple[int, list[int]]]) -> Iterator[tuple[int, int, float, int]]:
        """Each piece, behind those before it; what is not found there, as it is after a gap, where it fits best."""
        begin, done = 0, dict[int, int]()
        for part, values in sounds:
            piece = np.asarray(values, np.float32) / np.float32(32_768)
            before = done.get(part, 0)
            done[part] = before + len(piece)
            if not self._has(begin, piece):
                begin += _place(self.samples[begin:], piece)
            if self._has(begin, piece):
                yield part, self.first + begin, before * 1000 / RATE, len(piece)
            begin += len(piece)

    def _has(self, begin: int, piece: NDArray[np.float32]) -> bool:
        there = self.samples[begin : begin + len(piece)]
        return len(there) == len(piece) and bool(np.abs(there - piece).max() < _ALIKE)

    def position(self, seconds: float) -> tuple[int, float] | None:
        """Part and ms of the sample that leaves at this time; None outside of what was found."""
        number = seconds * RATE
        for part, first, ms, count in self.places:
            if first <= number < first + count:
                return part, ms + (number - first) * 1000 / RATE
        return None


def _place(among: NDArray[np.float32], piece: NDArray[np.float32]) -> int:
    """Where `piece` fits best into a longer sound."""
    size = 1 << (len(among) + len(piece)).bit_length()
    product = np.fft.irfft(np.fft.rfft(among, size) * np.conj(np.fft.rfft(piece, size)), size)
    return int(np.argmax(product[: max(1, len(among) - len(piece) + 1)]))


class MouthLag(msgspec.Struct, frozen=True):
    """Frame by frame, how many ms of the sound the face is ahead of what is heard. `elsewhere`: frames in which it asks
    for another part than sounds; `closed`: for none, although one sounds."""

    errors: list[float]
    elsewhere: int
    closed: int


def by_latency(frame: FaceFrame | DrawnLips) -> float:
    """The time on the context's clock of the sound that is heard, by its latency: exact, where that is."""
    return frame.now - frame.late


def by_stamp(frame: FaceFrame | DrawnLips) -> float:
    """The same by the moment that the browser gives with its clock, which jitters."""
    return frame.heard


def face_lag(seen: WatchedPage, parts: HeardParts, heard: Callable[[FaceFrame], float] = by_latency) -> MouthLag:
    """Of each frame while something was heard."""
    placed = [(frame, place) for frame in seen.frames if (place := parts.position(heard(frame))) is not None]
    asked = [(frame.id, frame.ms, place) for frame, place in placed if frame.ms is not None]
    errors = [ms - place[1] for part, ms, place in asked if part == place[0]]
    return MouthLag(errors, len(asked) - len(errors), len(placed) - len(asked))


def lips_lag(page: Page, seen: WatchedPage, parts: HeardParts, heard: Callable[[DrawnLips], float] = by_latency) -> int:
    """By how many ms of the sound the lips that were drawn are ahead of the mouth that was told for what is heard: that
    shift with which their openings fit best."""
    drawn = [(place, lips.opening) for lips in seen.lips if (place := parts.position(heard(lips))) is not None]
    shifts = range(-MOST, MOST + 1, 5)
    moments = [(part, max(0.0, ms + shift)) for shift in shifts for (part, ms), _ in drawn]
    paths = page.evaluate(DRAWN, [seen.mouths, moments])
    told = np.array([opening(path) for path in paths]).reshape(len(shifts), len(drawn))
    misses = np.abs(told - np.array([height for _, height in drawn])).mean(axis=1)
    return shifts[int(np.argmin(misses))]


def closures(
    seen: WatchedPage, parts: HeardParts, heard: Callable[[DrawnLips], float] = by_latency
) -> Iterator[float | None]:
    """Of each key frame in which lips close that sounded: how many ms of the sound from it to the nearest moment with
    closed lips on the page, 0 where they are closed at it; None where none is near."""
    drawn = [(place, lips.opening) for lips in seen.lips if (place := parts.position(heard(lips))) is not None]
    for message in seen.mouths:
        own = [(ms, height <= 0) for (part, ms), height in drawn if part == message["id"]]
        keys = zip(message["times"], message["shapes"], message["weights"], strict=True)
        for key in (time for time, shape, weight in keys if shape == _PP and weight >= CLOSED):
            if own and own[0][0] <= key <= own[-1][0]:
                yield _nearest(own, key)


def _nearest(drawn: Sequence[tuple[float, bool]], key: float) -> float | None:
    """ms from `key` to the nearest moment with closed lips; each picture stays until the next one."""
    spans = [(begin - key, end - key) for (begin, is_closed), (end, _) in pairwise(drawn) if is_closed]
    apart = [0.0 if begin <= 0 < end else begin if begin > 0 else end for begin, end in spans]
    return min((ms for ms in apart if abs(ms) < NEAR), key=abs, default=None)
