"""Silero's voice activity detector, computed by numpy: the frames of many streams at once.

The network has two halves. The first, a spectrum and four convolutions, looks at one frame alone; so it is computed for
all frames of all streams together, several frames of one stream too. The second half is an LSTM cell, which goes from
frame to frame; so it is computed once for each frame of the stream that has most, for all streams together.

onnxruntime computes the whole network frame by frame, and that costs two to three times as much: for 3 frames each of
16 streams 0.08 ms a frame against 0.03, for 3 frames of one stream 0.26 against 0.11
(`python -m bench voice-activity`). The results are the same to the fourth digit.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed
from actors.ports.listening import FRAME

Floats = NDArray[np.float32]

CONTEXT = 64
"""Samples before a frame that the network sees with it."""
SEEN = CONTEXT + FRAME + CONTEXT
"""Samples of which a frame is judged: its last CONTEXT follow it once more, mirrored at the very last."""
STATE = 128
"""Numbers in each half of the state."""
TOGETHER = 128
"""Frames that are computed at once: more are no quicker, and the cache is left."""
MOST_STREAMS = 8_192
"""Streams whose states are kept, 1.3 kB each."""

_HOP, _BINS = 128, 129
"""Samples between two spectra of a frame, which are of twice as many; and the bands of a spectrum."""
_STRIDES = (2, 2, 1)
"""Of the convolutions behind the first."""
_TIMES = 4
"""Spectra of a frame."""
_SCALE = np.float32(1 / 32_768)
_UNEVEN = 1e-5
"""What the weights of a symmetric window may differ."""
_Places = slice | NDArray[np.intp]
_HALF = np.float32(0.5)


class SileroNetwork:
    """The network, for any number of frames; `weights` by the names that `read_weights` gives.

    Raises EngineFailed where the spectrum of the weights is not one of a symmetric window.

    What a call costs is, for few frames, the number of numpy's calls and the size of the weights, because both have
    left the cache since the call before. So the spectrum is computed from the sums and the differences of the samples
    that are as far from the window's middle, with half of its weights; and the biases of a layer are added to those of
    the next: max(x + b, 0) is max(x, -b) + b.
    """

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self._basis = _fold(weights["stft.forward_basis_buffer"][:, 0])
        first = weights["encoder.0.reparam_conv.weight"]
        self._first = np.ascontiguousarray(first.transpose(2, 1, 0).reshape(-1, len(first)))
        bias = weights["encoder.0.reparam_conv.bias"]
        self._first_floor = -bias
        bias = np.tile(bias, _TIMES)
        self._layers: list[tuple[Floats, Floats]] = []
        times = _TIMES
        for at, stride in enumerate(_STRIDES, 1):
            name = f"encoder.{at}.reparam_conv"
            matrix = _as_matrix(weights[f"{name}.weight"], times, stride)
            times = (times - 1) // stride + 1
            bias = bias @ matrix + np.tile(weights[f"{name}.bias"], times)
            self._layers.append((matrix, -bias))
        self._into = _gates(weights["decoder.rnn.weight_ih"].T)
        self._onward = _gates(weights["decoder.rnn.weight_hh"].T)
        own = _gates((weights["decoder.rnn.bias_ih"] + weights["decoder.rnn.bias_hh"])[None])[0]
        self._bias = bias @ self._into + own
        self._out = np.ascontiguousarray(weights["decoder.decoder.2.weight"][0, :, 0])
        self._out_bias = weights["decoder.decoder.2.bias"][0]

    def encode(self, frames: Floats) -> Floats:
        """What the cell is given for each of `frames` (n, SEEN), from -1 to 1 and without gaps; (n, 4 * STATE)."""
        if len(frames) <= TOGETHER:
            return self._encode(frames)
        return np.concatenate([self._encode(frames[at : at + TOGETHER]) for at in range(0, len(frames), TOGETHER)])

    def _encode(self, frames: Floats) -> Floats:
        count, size = len(frames), frames.itemsize
        rows = count * _TIMES
        windows: Floats = np.ndarray((count, _TIMES, 2 * _HOP), np.float32, frames, 0, (SEEN * size, _HOP * size, size))
        near, far = windows[:, :, 1 : _HOP + 1], windows[:, :, : _HOP - 1 : -1]
        folded = np.empty((2, count, _TIMES, _HOP), np.float32)
        np.add(near, far, out=folded[0])
        np.subtract(near, far, out=folded[1])
        spectrum = folded.reshape(2, rows, _HOP) @ self._basis
        spectrum *= spectrum
        power = np.zeros((count, _TIMES + 2, _BINS), np.float32)
        parts = spectrum.reshape(2, count, _TIMES, _BINS)
        np.add(parts[0], parts[1], out=power[:, 1:-1])
        np.sqrt(power, out=power)
        line = _BINS * size
        beside: Floats = np.ndarray((count, _TIMES, 3 * _BINS), np.float32, power, 0, ((_TIMES + 2) * line, line, size))
        hidden: Floats = beside.reshape(rows, -1) @ self._first
        hidden = np.maximum(hidden, self._first_floor, out=hidden).reshape(count, -1)
        for matrix, floor in self._layers:
            hidden = hidden @ matrix
            np.maximum(hidden, floor, out=hidden)
        given: Floats = hidden @ self._into
        given += self._bias
        return given

    def step(self, given: Floats, hidden: Floats, cell: Floats) -> tuple[Floats, Floats]:
        """One frame of each of n streams: the new `hidden` and `cell` (n, STATE)."""
        gates = hidden @ self._onward
        gates += given
        np.tanh(gates, out=gates)
        opened = gates[:, : 3 * STATE]
        opened *= _HALF
        opened += _HALF
        fresh = opened[:, :STATE]
        fresh *= gates[:, 3 * STATE :]
        cell = opened[:, STATE : 2 * STATE] * cell
        cell += fresh
        shown = np.tanh(cell)
        shown *= opened[:, 2 * STATE :]
        return shown, cell

    def finish(self, hidden: Floats) -> Floats:
        """The probabilities (n,) of frames, of which the cell has made `hidden` (n, STATE)."""
        return _sigmoid(np.maximum(hidden, 0) @ self._out + self._out_bias)


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
        order = _Order([self._row(stream) for stream in streams], counts)
        return self._follow(order, self._network.encode(self._frames(order, total, samples)))

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

    def _frames(self, order: "_Order", total: int, samples: bytes) -> Floats:
        """The frames, each behind the CONTEXT samples before it and before its mirrored end."""
        frames = np.empty((total, SEEN), np.float32)
        end = CONTEXT + FRAME
        np.multiply(np.frombuffer(samples, np.dtype("<i2")).reshape(total, FRAME), _SCALE, out=frames[:, CONTEXT:end])
        if total > 1:
            frames[1:, :CONTEXT] = frames[:-1, FRAME:end]
        frames[order.first, :CONTEXT] = self._before[order.rows]
        self._before[order.rows] = frames[order.last, FRAME:end]
        frames[:, end:] = frames[:, end - 2 : FRAME - 2 : -1]
        return frames

    def _follow(self, order: "_Order", given: Floats) -> Floats:
        """The probabilities for the cell's inputs `given`; writes the new states."""
        hidden, cell = self._hidden[order.rows], self._cell[order.rows]
        all_hidden = np.empty((len(given), STATE), np.float32)
        for at, going in order.steps:
            if going == len(hidden):
                hidden, cell = self._network.step(given[at], hidden, cell)
                all_hidden[at] = hidden
            else:
                all_hidden[at], cell[:going] = self._network.step(given[at], hidden[:going], cell[:going])
                hidden[:going] = all_hidden[at]
        self._hidden[order.rows], self._cell[order.rows] = hidden, cell
        return self._network.finish(all_hidden)


class _Order:
    """Which rows the streams have, which of the frames are the `first` and `last` of each, and which go in each step.

    The streams are taken in the order of their frames, those with most first: so all that still have one at a step
    stand in front, and are a slice. For one stream all are slices, which numpy takes more quickly.
    """

    def __init__(self, rows: list[int], counts: Sequence[int]) -> None:
        self.rows: _Places
        self.first: _Places
        self.last: _Places
        self.steps: list[tuple[_Places, int]]
        if len(rows) == 1:
            self.rows, self.first = slice(rows[0], rows[0] + 1), slice(1)
            self.last = slice(counts[0] - 1, counts[0])
            self.steps = [(slice(at, at + 1), 1) for at in range(counts[0])]
            return
        sizes = np.array(counts)
        order = np.argsort(-sizes, kind="stable")
        ends = np.cumsum(sizes)
        self.rows, sizes = np.array(rows)[order], sizes[order]
        self.last = ends[order] - 1
        self.first = first = self.last - sizes + 1
        least = int(sizes[-1])
        goings = (len(rows) if at < least else int((sizes > at).sum()) for at in range(int(sizes[0])))
        self.steps = [(first[:going] + at, going) for at, going in enumerate(goings)]


def _fold(basis: Floats) -> Floats:
    """The weights (2, _HOP, _BINS) of a spectrum for sums and for differences of samples, from those for samples.

    Raises EngineFailed where the cosines are not symmetric, the sines not antisymmetric, or the first sample counts.
    """
    cosines, sines = basis[:_BINS].T, basis[_BINS:].T
    near, far = slice(1, _HOP + 1), slice(None, _HOP - 1, -1)
    even, odd = cosines[near] - cosines[far], sines[near] + sines[far]
    if max(np.abs(even).max(), np.abs(odd).max(), np.abs(basis[:, 0]).max()) > _UNEVEN:
        raise EngineFailed("the weights of the spectrum are not those of a symmetric window")
    folded = np.stack([cosines[near], sines[near]])
    folded[0, -1] *= _HALF  # the middle is added to itself
    return np.ascontiguousarray(folded)


def _as_matrix(weight: Floats, times: int, stride: int) -> Floats:
    """A convolution over 3 times, with a time of zeros on each side, as one matrix (times * in, new times * out).

    There are 4 times at most, so few of its numbers are zeros; and one product is quicker than to put together what
    stands beside each other.
    """
    out, channels, width = weight.shape
    left = (times - 1) // stride + 1
    matrix = np.zeros((times, channels, left, out), np.float32)
    for to in range(left):
        for at in range(width):
            if 0 <= (source := to * stride + at - 1) < times:
                matrix[source, :, to] = weight[:, :, at].T
    return matrix.reshape(times * channels, left * out)


def _gates(weight: Floats) -> Floats:
    """The columns of a weight for input, forget, output and new, in that order; the first three halved.

    So one tanh does for all of them: the sigmoid of x is half of tanh(x / 2), and a half.
    """
    first, forget, new, last = np.split(weight, 4, axis=1)
    return np.ascontiguousarray(np.concatenate([first * _HALF, forget * _HALF, last * _HALF, new], axis=1))


def _sigmoid(values: Floats) -> Floats:
    """By tanh, which does not overflow."""
    made: Floats = np.tanh(values * _HALF) * _HALF + _HALF
    return made
