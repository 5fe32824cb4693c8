"""Silero's voice activity detector, computed by numpy: the frames of many streams at once.

The network has two halves. The first, a spectrum and four convolutions, looks at one frame alone; so it is computed for
all frames of all streams together, several frames of one stream too. The second half is an LSTM cell, which goes from
frame to frame; so it is computed once for each frame of the stream that has most, for all streams together.

onnxruntime computes the whole network frame by frame, and that costs two to three times as much: for 3 frames each of
16 streams 0.08 ms a frame against 0.03, for 3 frames of one stream 0.26 against 0.11
(`python -m bench voice-activity`). The results are the same to the sixth digit.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed
from actors.ports.listening import FRAME

Floats = NDArray[np.float32]

CONTEXT = 64
"""Samples before a frame that the network sees with it."""
STATE = 128
"""Numbers in each half of the state."""
TOGETHER = 128
"""Frames that are computed at once: more are no quicker, and the cache is left."""
MOST_STREAMS = 8_192
"""Streams whose states are kept, 1.3 kB each."""

_WINDOW, _HOP, _BINS = 256, 128, 129
_LAYERS = tuple((f"encoder.{at}.reparam_conv", stride) for at, stride in enumerate((1, 2, 2, 1)))
_LOUDEST = np.float32(32_768)
_HALF = np.float32(0.5)


class SileroNetwork:
    """The network, for any number of frames; `weights` by the names that `read_weights` gives."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self._basis = np.ascontiguousarray(weights["stft.forward_basis_buffer"][:, 0].T)
        self._layers = tuple(
            (_as_matrix(weights[f"{layer}.weight"]), weights[f"{layer}.bias"], stride) for layer, stride in _LAYERS
        )
        self._into = np.ascontiguousarray(weights["decoder.rnn.weight_ih"].T)
        self._onward = np.ascontiguousarray(weights["decoder.rnn.weight_hh"].T)
        self._bias = weights["decoder.rnn.bias_ih"] + weights["decoder.rnn.bias_hh"]
        self._out = np.ascontiguousarray(weights["decoder.decoder.2.weight"][0, :, 0])
        self._out_bias = weights["decoder.decoder.2.bias"][0]

    def encode(self, frames: Floats) -> Floats:
        """What the cell is given for each of `frames` (n, CONTEXT + FRAME), from -1 to 1; (n, 4 * STATE)."""
        parts = [self._encode(frames[at : at + TOGETHER]) for at in range(0, len(frames), TOGETHER)]
        return np.concatenate(parts) @ self._into + self._bias

    def _encode(self, frames: Floats) -> Floats:
        padded = np.concatenate([frames, frames[:, -2 : -CONTEXT - 2 : -1]], axis=1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW, axis=1)[:, ::_HOP]
        count, times = windows.shape[:2]
        spectrum = windows.reshape(-1, _WINDOW) @ self._basis
        power: Floats = spectrum[:, :_BINS] ** 2 + spectrum[:, _BINS:] ** 2
        hidden: Floats = np.sqrt(power).reshape(count, times, _BINS)
        for matrix, bias, stride in self._layers:
            hidden = _convolve(hidden, matrix, bias, stride)
        return hidden[:, 0]

    def step(self, given: Floats, hidden: Floats, cell: Floats) -> tuple[Floats, Floats, Floats]:
        """One frame of each of n streams: its probability (n,), and the new state, `hidden` and `cell` (n, STATE)."""
        gates = given + hidden @ self._onward
        first, forget, new, last = (gates[:, at : at + STATE] for at in range(0, 4 * STATE, STATE))
        cell = _sigmoid(forget) * cell + _sigmoid(first) * np.tanh(new)
        hidden = _sigmoid(last) * np.tanh(cell)
        return _sigmoid(np.maximum(hidden, 0) @ self._out + self._out_bias), hidden, cell


class SileroStreams:
    """The network and the states of its streams, by their numbers; a stream begins with its first frame."""

    def __init__(self, network: SileroNetwork) -> None:
        self._network = network
        self._rows: dict[int, int] = {}
        self._free: list[int] = []
        self._before = np.zeros((0, CONTEXT), np.float32)
        self._hidden = np.zeros((0, STATE), np.float32)
        self._cell = np.zeros((0, STATE), np.float32)

    def __len__(self) -> int:
        return len(self._rows)

    def end(self, streams: Sequence[int]) -> None:
        """Forget these streams, if there are such."""
        for stream in streams:
            if (row := self._rows.pop(stream, None)) is not None:
                self._free.append(row)

    def judge(self, streams: Sequence[int], counts: Sequence[int], samples: bytes) -> Floats:
        """The probability of speech of each frame of `samples`, s16le: so many frames of each of `streams`, in turn.

        Raises EngineFailed where the sizes do not fit, where a stream comes twice, and for more than MOST_STREAMS.
        """
        total = sum(counts)
        if len(streams) != len(counts) or len(samples) != total * FRAME * 2 or len(set(streams)) != len(streams):
            raise EngineFailed(f"{len(samples)} bytes are not {total} frames of {len(streams)} streams")
        if not streams or min(counts) < 1:
            return np.zeros(0, np.float32)
        rows = np.array([self._row(stream) for stream in streams])
        given = self._network.encode(self._frames(rows, counts, samples))
        return self._follow(rows, np.array(counts), given)

    def _row(self, stream: int) -> int:
        if (known := self._rows.get(stream)) is not None:
            return known
        if not self._free:
            self._grow()
        row = self._rows[stream] = self._free.pop()
        for kept in (self._before, self._hidden, self._cell):
            kept[row] = 0
        return row

    def _grow(self) -> None:
        has = len(self._before)
        if has >= MOST_STREAMS:
            raise EngineFailed(f"it hears {MOST_STREAMS} streams, and no more")
        more = max(16, has)
        self._before, self._hidden, self._cell = (
            np.concatenate([kept, np.zeros((more, kept.shape[1]), np.float32)])
            for kept in (self._before, self._hidden, self._cell)
        )
        self._free += range(has + more - 1, has - 1, -1)

    def _frames(self, rows: NDArray[np.intp], counts: Sequence[int], samples: bytes) -> Floats:
        """The frames, each behind the CONTEXT samples before it."""
        sound = np.frombuffer(samples, np.dtype("<i2")).astype(np.float32) / _LOUDEST
        frames = np.empty((sum(counts), CONTEXT + FRAME), np.float32)
        at = 0
        for row, count in zip(rows, counts, strict=True):
            own = np.concatenate([self._before[row], sound[at * FRAME : (at + count) * FRAME]])
            frames[at : at + count] = np.lib.stride_tricks.sliding_window_view(own, CONTEXT + FRAME)[::FRAME]
            self._before[row] = own[-CONTEXT:]
            at += count
        return frames

    def _follow(self, rows: NDArray[np.intp], counts: NDArray[np.intp], given: Floats) -> Floats:
        """The cell's way over the frames, which are its inputs by now; writes the new states."""
        begins = np.cumsum(counts) - counts
        hidden, cell = self._hidden[rows], self._cell[rows]
        found = np.empty(len(given), np.float32)
        for number in range(int(counts.max())):
            (going,) = np.nonzero(counts > number)
            at = begins[going] + number
            found[at], hidden[going], cell[going] = self._network.step(given[at], hidden[going], cell[going])
        self._hidden[rows], self._cell[rows] = hidden, cell
        return found


def _as_matrix(weight: Floats) -> Floats:
    """A convolution's weight (out, in, times) as a matrix for what is beside each other in time, then in channels."""
    return np.ascontiguousarray(weight.transpose(2, 1, 0).reshape(-1, len(weight)))


def _convolve(hidden: Floats, matrix: Floats, bias: Floats, stride: int) -> Floats:
    """A convolution over 3 times with one of zeros on each side, and what is above 0 of it: (n, times, channels)."""
    count, times, channels = hidden.shape
    padded = np.zeros((count, times + 2, channels), np.float32)
    padded[:, 1:-1] = hidden
    left = (times - 1) // stride + 1
    beside = np.concatenate([padded[:, at : at + stride * (left - 1) + 1 : stride] for at in range(3)], axis=2)
    made: Floats = np.maximum(beside.reshape(count * left, -1) @ matrix + bias, 0)
    return made.reshape(count, left, -1)


def _sigmoid(values: Floats) -> Floats:
    """By tanh, which does not overflow."""
    made: Floats = np.tanh(values * _HALF) * _HALF + _HALF
    return made
