"""Models of a few hundred bytes, made up, that the real engines load and run: they hear loudness and speak a ramp."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto as Type
from onnx import helper, numpy_helper

OPSET, IR = 17, 9
LOUD = -10.0
"""Mean of the logarithms of the features, above which a frame is loud: noise of a tenth of full scale gives about -3,
of a millionth about -16."""
BLOCKED = -1_000.0
RATE = 16_000
PER_PHONEME = 256
TOKENS = 3
"""Of the streaming model: the blank, `loud` and `quiet`."""

Shape = list[int | str]
Tensor = tuple[str, int, Shape]


def _save(
    file: Path,
    nodes: list[onnx.NodeProto],
    given: list[Tensor],
    made: list[Tensor],
    constants: Mapping[str, object],
    metadata: Mapping[str, object],
) -> None:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(*tensor) for tensor in given],
        [helper.make_tensor_value_info(*tensor) for tensor in made],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    helper.set_model_props(model, {name: str(value) for name, value in metadata.items()})
    onnx.checker.check_model(model)
    onnx.save(model, str(file))


def whole_model(folder: Path) -> Path:
    """A NeMo CTC model: each loud frame is `loud`, each quiet one `quiet`."""
    folder.mkdir()
    _save(
        folder / "model.onnx",
        [
            helper.make_node("ReduceMean", ["audio_signal"], ["mean"], axes=[1], keepdims=0),
            helper.make_node("Sub", ["mean", "border"], ["loudness"]),
            helper.make_node("Unsqueeze", ["loudness", "last"], ["column"]),
            helper.make_node("Mul", ["column", "signs"], ["signed"]),
            helper.make_node("Add", ["signed", "blocked"], ["scores"]),
            helper.make_node("LogSoftmax", ["scores"], ["logprobs"], axis=-1),
        ],
        [("audio_signal", Type.FLOAT, ["n", 80, "t"]), ("length", Type.INT64, ["n"])],
        [("logprobs", Type.FLOAT, ["n", "t", 3])],
        {
            "border": np.float32(LOUD),
            "last": np.array([2]),
            "signs": np.array([1, -1, 0], np.float32),
            "blocked": np.array([0, 0, BLOCKED], np.float32),
        },
        {
            "model_type": "EncDecCTCModel",
            "vocab_size": 2,
            "subsampling_factor": 1,
            "normalize_type": "",
            "is_giga_am": 0,
        },
    )
    (folder / "tokens.txt").write_text("▁loud 0\n▁quiet 1\n<blk> 2\n", encoding="utf-8")
    return folder


def streaming_model(folder: Path) -> Path:
    """An LSTM transducer: says `loud` and `quiet` in turn, as the sound changes."""
    folder.mkdir()
    _encoder(folder / "encoder-epoch-1-avg-1.onnx")
    _decoder(folder / "decoder-epoch-1-avg-1.onnx")
    _joiner(folder / "joiner-epoch-1-avg-1.onnx")
    (folder / "tokens.txt").write_text("<blk> 0\n▁loud 1\n▁quiet 2\n", encoding="utf-8")
    return folder


def _encoder(file: Path) -> None:
    size, chunk = TOKENS, 9
    state: list[Tensor] = [("h", Type.FLOAT, [1, "n", size]), ("c", Type.FLOAT, [1, "n", 2])]
    _save(
        file,
        [
            helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1, 2], keepdims=1),
            helper.make_node("Sub", ["mean", "border"], ["loudness"]),
            helper.make_node("Mul", ["loudness", "signs"], ["encoder_out"]),
            helper.make_node("Identity", ["h"], ["next_h"]),
            helper.make_node("Identity", ["c"], ["next_c"]),
        ],
        [("x", Type.FLOAT, ["n", chunk, 80]), *state],
        [("encoder_out", Type.FLOAT, ["n", 1, size]), *((f"next_{name}", kind, shape) for name, kind, shape in state)],
        {"border": np.float32(LOUD), "signs": np.array([0, 1, -1], np.float32)},
        {
            "model_type": "lstm",
            "num_encoder_layers": 1,
            "T": chunk,
            "decode_chunk_len": 4,
            "rnn_hidden_size": 2,
            "d_model": size,
        },
    )


def _decoder(file: Path) -> None:
    """The token that was last is never the next."""
    size = TOKENS
    _save(
        file,
        [
            helper.make_node("Gather", ["y", "one"], ["last"], axis=1),
            helper.make_node("OneHot", ["last", "size", "values"], ["hot"], axis=-1),
            helper.make_node("Mul", ["hot", "words"], ["decoder_out"]),
        ],
        [("y", Type.INT64, ["n", 2])],
        [("decoder_out", Type.FLOAT, ["n", size])],
        {
            "one": np.array(1),
            "size": np.array(size),
            "values": np.array([0, BLOCKED], np.float32),
            "words": np.array([0, 1, 1], np.float32),
        },
        {"vocab_size": size, "context_size": 2},
    )


def _joiner(file: Path) -> None:
    size = TOKENS
    _save(
        file,
        [helper.make_node("Add", ["encoder_out", "decoder_out"], ["logit"])],
        [("encoder_out", Type.FLOAT, ["n", size]), ("decoder_out", Type.FLOAT, ["n", size])],
        [("logit", Type.FLOAT, ["n", size])],
        {},
        {"joiner_dim": size},
    )


def voice(file: Path, speakers: tuple[str, ...] = (), **more: object) -> Path:
    """A Piper voice: PER_PHONEME samples for each phoneme, times the pace, louder for a later speaker.

    `more`: what its description says besides, or otherwise.
    """
    _speech(file, has_speakers=bool(speakers))
    settings = {
        "audio": {"sample_rate": RATE},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.6, "length_scale": 2, "noise_w": 0.8},
        "num_symbols": 256,
        "num_speakers": max(len(speakers), 1),
        "phoneme_id_map": {letter: [number] for number, letter in enumerate("_^$ abcdefghijklmnopqrstuvwxyz.,?!'")},
        "speaker_id_map": {speaker: number for number, speaker in enumerate(speakers)},
        **more,
    }
    file.with_name(file.name + ".json").write_text(json.dumps(settings), encoding="utf-8")
    return file


def _speech(file: Path, *, has_speakers: bool) -> None:
    one: list[Tensor] = [("sid", Type.INT64, [1])] if has_speakers else []
    loudness = [
        helper.make_node("Cast", ["sid"], ["speaker"], to=Type.FLOAT),
        helper.make_node("Add", ["speaker", "unit"], ["loudness"]),
        helper.make_node("Mul", ["flat_ramp", "loudness"], ["sound"]),
    ]
    _save(
        file,
        [
            helper.make_node("Gather", ["scales", "second"], ["pace"], axis=0),
            helper.make_node("Mul", ["pace", "each"], ["samples"]),
            helper.make_node("Cast", ["samples"], ["count"], to=Type.INT64),
            helper.make_node("Mul", ["input_lengths", "count"], ["total"]),
            helper.make_node("Expand", ["unit", "total"], ["flat_ramp"]),
            *(loudness if has_speakers else [helper.make_node("Identity", ["flat_ramp"], ["sound"])]),
            helper.make_node("Reshape", ["sound", "form"], ["output"]),
            # The frames of each phoneme, as Piper's exporter names them; they come to the samples above.
            helper.make_node("Cast", ["input"], ["symbols"], to=Type.FLOAT),
            helper.make_node("Mul", ["symbols", "nothing"], ["nothings"]),
            helper.make_node("Add", ["nothings", "pace"], ["frames"]),
            helper.make_node("Ceil", ["frames"], ["/Ceil_output_0"]),
        ],
        [
            ("input", Type.INT64, [1, "n"]),
            ("input_lengths", Type.INT64, [1]),
            ("scales", Type.FLOAT, [3]),
            *one,
        ],
        [("output", Type.FLOAT, [1, 1, 1, "t"])],
        {
            "second": np.array([1]),
            "each": np.array([PER_PHONEME], np.float32),
            "unit": np.array([1], np.float32),
            "nothing": np.array([0], np.float32),
            "form": np.array([1, 1, 1, -1]),
        },
        {},
    )
