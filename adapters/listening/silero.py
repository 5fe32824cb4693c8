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
_LOUDEST = np.float32(32_768)
_HALF = np.float32(0.5)


class SileroNetwork:
    """The network, for any number of frames; `weights` by the names that `read_weights` gives."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self._basis = np.ascontiguousarray(weights["stft.forward_basis_buffer"][:, 0].T)
        first = weights["encoder.0.reparam_conv.weight"]
        self._first = np.ascontiguousarray(first.transpose(2, 1, 0).reshape(-1, len(first)))
        self._first_bias = weights["encoder.0.reparam_conv.bias"]
        self._layers: list[tuple[Floats, Floats]] = []
        times = _TIMES
        for at, stride in enumerate(_STRIDES, 1):
            name = f"encoder.{at}.reparam_conv"
            matrix = _as_matrix(weights[f"{name}.weight"], times, stride)
            times = (times - 1) // stride + 1
            self._layers.append((matrix, np.tile(weights[f"{name}.bias"], times)))
        self._into = _gates(weights["decoder.rnn.weight_ih"].T)
        self._onward = _gates(weights["decoder.rnn.weight_hh"].T)
        self._bias = _gates((weights["decoder.rnn.bias_ih"] + weights["decoder.rnn.bias_hh"])[None])[0]
        self._out = np.ascontiguousarray(weights["decoder.decoder.2.weight"][0, :, 0])
        self._out_bias = weights["decoder.decoder.2.bias"][0]

    def encode(self, frames: Floats) -> Floats:
        """What the cell is given for each of `frames` (n, CONTEXT + FRAME), from -1 to 1; (n, 4 * STATE)."""
        parts = [self._encode(frames[at : at + TOGETHER]) for at in range(0, len(frames), TOGETHER)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _encode(self, frames: Floats) -> Floats:
        count = len(frames)
        mirrored = frames[:, -2 : -CONTEXT - 2 : -1]
        steps = np.concatenate([frames, mirrored], axis=1).reshape(count, _TIMES + 1, _HOP)
        windows = np.concatenate([steps[:, :-1], steps[:, 1:]], axis=2)
        spectrum = windows.reshape(count * _TIMES, 2 * _HOP) @ self._basis
        spectrum *= spectrum
        power = np.zeros((count, _TIMES + 2, _BINS), np.float32)
        np.add(
            spectrum[:, :_BINS].reshape(count, _TIMES, _BINS),
            spectrum[:, _BINS:].reshape(count, _TIMES, _BINS),
            out=power[:, 1:-1],
        )
        np.sqrt(power, out=power)
        beside = np.concatenate([power[:, :-2], power[:, 1:-1], power[:, 2:]], axis=2)
        hidden: Floats = beside.reshape(count * _TIMES, -1) @ self._first
        hidden += self._first_bias
        np.maximum(hidden, 0, out=hidden)
        hidden = hidden.reshape(count, -1)
        for matrix, bias in self._layers:
            hidden = hidden @ matrix
            hidden += bias
            np.maximum(hidden, 0, out=hidden)
        given: Floats = hidden @ self._into
        given += self._bias
        return given

    def step(self, given: Floats, hidden: Floats, cell: Floats) -> tuple[Floats, Floats]:
        """One frame of each of n streams: the new `hidden` and `cell` (n, STATE)."""
        gates = hidden @ self._onward
        gates += given
        np.tanh(gates, out=gates)
        opened = gates[:, : 3 * STATE] * _HALF
        opened += _HALF
        cell = opened[:, STATE : 2 * STATE] * cell + opened[:, :STATE] * gates[:, 3 * STATE :]
        return opened[:, 2 * STATE :] * np.tanh(cell), cell

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
        rows, frames = np.array([self._row(stream) for stream in streams]), np.array(counts)
        given = self._network.encode(self._frames(rows, frames, samples))
        return self._follow(rows, frames, given)

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

    def _frames(self, rows: NDArray[np.intp], counts: NDArray[np.intp], samples: bytes) -> Floats:
        """The frames, each behind the CONTEXT samples before it."""
        sound = np.frombuffer(samples, np.dtype("<i2")).astype(np.float32)
        sound /= _LOUDEST
        new = sound.reshape(-1, FRAME)
        frames = np.empty((len(new), CONTEXT + FRAME), np.float32)
        frames[:, CONTEXT:] = new
        frames[1:, :CONTEXT] = new[:-1, -CONTEXT:]
        last = np.cumsum(counts) - 1
        frames[last - counts + 1, :CONTEXT] = self._before[rows]
        self._before[rows] = new[last, -CONTEXT:]
        return frames

    def _follow(self, rows: NDArray[np.intp], counts: NDArray[np.intp], given: Floats) -> Floats:
        """The probabilities for the cell's inputs `given`; writes the new states.

        The streams are taken in the order of their frames, those with most first: so all that still have one at a step
        stand in front, and are a slice.
        """
        order = np.argsort(-counts, kind="stable")
        begins = (np.cumsum(counts) - counts)[order]
        rows, counts = rows[order], counts[order]
        hidden, cell = self._hidden[rows], self._cell[rows]
        all_hidden = np.empty((len(given), STATE), np.float32)
        for number in range(int(counts[0])):
            going = len(counts) if number < counts[-1] else int((counts > number).sum())
            at = begins[:going] + number
            hidden[:going], cell[:going] = self._network.step(given[at], hidden[:going], cell[:going])
            all_hidden[at] = hidden[:going]
        self._hidden[rows], self._cell[rows] = hidden, cell
        return self._network.finish(all_hidden)


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
