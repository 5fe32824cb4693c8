"""What the sound alone says of the mouth: how far it opens, hisses, and the gaps of closed lips, as rough phonemes.

Nothing here tells vowels apart: the level of a voice opens the mouth, as a puppet's. A sound's level is judged against
the loudest of the last seconds. A frame is 10 ms; a class lasts four frames at least. There is no lead,
because nothing is known of what comes.
"""

import numpy as np
import trio
from numpy.typing import NDArray

from actors.ports.mouth import Mark, MouthMade
from adapters.mouth.drawing import MouthDrawing

RATE = 16_000
"""Hz of the samples."""
FRAME = RATE // 100
FRAME_MS = 10.0
SHORTEST = 4
"""Frames that a class lasts at least."""
LONGEST_GAP = 9
"""Frames of a gap in a voice that may be closed lips; a longer one is a pause."""
LOUDEST_FALLS = 0.03
"""dB by which the loudest level is forgotten in a frame."""
QUIETEST_PEAK = -45.0
"""dB of full scale; a sound whose loudest is below this opens nothing."""
SILENT, SMALL, MIDDLE = -28.0, -15.0, -7.0
"""dB below the loudest up to which the mouth is closed, hardly open, half open."""
HISS = 0.9
"""The energy of the difference of neighbouring samples, in that of the samples, from which on it is a fricative: the
spectrum's centre is then above 2.5 kHz."""
PAUSE, NARROW, HALF, WIDE, FRICATIVE = range(5)
PHONES = ("", "ə", "ɛ", "a", "s")
CLOSURE = "p"


class LoudnessReader:
    """The rough phonemes of one sound, mono s16le at 16 kHz, whose bytes are still coming."""

    def __init__(self) -> None:
        self._rest = b""
        self._before = 0.0
        """The last sample of the frame before."""
        self._loudest = QUIETEST_PEAK
        self._classes: list[int] = []
        """Of the frames that were not told."""
        self._told = 0
        """Frames that were told."""
        self._latest = PAUSE
        """The last class that was told."""

    @property
    def known(self) -> float:
        """ms that were told."""
        return self._told * FRAME_MS

    def push(self, samples: bytes) -> list[Mark]:
        """The phonemes that are certain by now."""
        data = self._rest + samples
        count = len(data) // (2 * FRAME)
        self._rest = data[count * 2 * FRAME :]
        if count:
            self._classes += self._classify(np.frombuffer(data, "<i2", count * FRAME).reshape(count, FRAME))
        return self._tell(is_last=False)

    def hurry(self) -> list[Mark]:
        """The phonemes of all that is here, as they seem."""
        return self._tell(is_last=True)

    def _classify(self, samples: NDArray[np.int16]) -> list[int]:
        frames = samples.astype(np.float32)
        flat = frames.ravel()
        steps = np.diff(flat, prepend=np.float32(self._before)).reshape(frames.shape)
        self._before = float(flat[-1])
        energy = np.einsum("ij,ij->i", frames, frames) + np.float32(FRAME)
        ratio = np.einsum("ij,ij->i", steps, steps) / energy
        levels = 10 * np.log10(energy / (FRAME * 2.0**30))
        found: list[int] = []
        for level, hiss in zip(levels.tolist(), ratio.tolist(), strict=True):
            self._loudest = max(level, self._loudest - LOUDEST_FALLS, QUIETEST_PEAK)
            below = level - self._loudest
            if below < SILENT or level < QUIETEST_PEAK:
                found.append(PAUSE)
            elif hiss > HISS:
                found.append(FRICATIVE)
            else:
                found.append(NARROW if below < SMALL else HALF if below < MIDDLE else WIDE)
        return found

    def _tell(self, *, is_last: bool) -> list[Mark]:
        """The runs of one class; the last of them waits until it is long enough to be told from another."""
        told: list[Mark] = []
        while self._classes:
            length = next((at for at, each in enumerate(self._classes) if each != self._classes[0]), 0)
            whole = bool(length)
            length = length or len(self._classes)
            is_gap = self._classes[0] == PAUSE and self._latest not in (PAUSE, FRICATIVE)
            waits = length <= LONGEST_GAP if is_gap else length < SHORTEST
            if not whole and waits and not is_last:
                break
            is_more = self._classes[0] == self._latest and self._told > 0
            if (
                length < SHORTEST and whole and not is_more and not is_gap
            ):  # too short to be shown: it is what comes next
                self._classes[:length] = [self._classes[length]] * length
                continue
            is_closure = is_gap and whole and SHORTEST <= length <= LONGEST_GAP
            symbol = CLOSURE if is_closure else PHONES[self._classes[0]]
            told.append(Mark("phone", symbol, self.known, length * FRAME_MS, source="sound"))
            self._latest = self._classes[0]
            self._told += length
            del self._classes[:length]
        return told


class LoudnessTrack:
    """Satisfies `MouthTrack` with the sound alone."""

    def __init__(self, drawing: MouthDrawing) -> None:
        self._drawing = drawing
        self._reader = LoudnessReader()
        self._until = 0.0

    @property
    def needs_samples(self) -> bool:
        """Always: it knows nothing else."""
        return True

    async def push(self, samples: bytes, marks: tuple[Mark, ...], until: float) -> MouthMade:
        """See `MouthTrack.push`: up to LONGEST_GAP frames are made later. Cancelling loses the track."""
        await trio.lowlevel.checkpoint()
        self._drawing.add(self._reader.push(samples))
        self._until = max(self._until, until)
        return self._drawing.draw(min(self._until, self._reader.known))

    async def catch_up(self, until: float) -> MouthMade:
        """See `MouthTrack.catch_up`. Cancelling loses the track."""
        await trio.lowlevel.checkpoint()
        self._drawing.add(self._reader.hurry())
        return self._drawing.draw(min(until, self._until))

    async def finish(self) -> MouthMade:
        """See `MouthTrack.finish`. Cancelling loses the track."""
        await trio.lowlevel.checkpoint()
        self._drawing.add(self._reader.hurry())
        return self._drawing.finish(max(self._until, self._reader.known))
