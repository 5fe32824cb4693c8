"""A voice model in a worker process, run by onnxruntime: loaded after its hash is checked, and interrupted at a stop.

A second output can be asked of a model: the frames that each phoneme takes. It is appended to the bytes of the file,
because protobuf merges a message that is repeated; so no package that writes models is needed. Loaded from a file a
model takes half the memory that it takes from bytes, and the file with the output is one in memory alone (Linux).
"""

import hashlib
import mmap
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe

FAULTS = (
    "Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoModel", "NotImplemented", "RuntimeException",
)  # fmt: skip
"""What onnxruntime raises; there is no class of all of them."""
BLOCK = 1_048_576
"""Bytes that are copied at a time."""


class OnnxModel:
    """A loaded model. One run at a time."""

    def __init__(self, files: Sequence[Path], *, sha256: str = "", threads: int = 1, output: str = "") -> None:
        """Load the model whose parts are `files`, with a second output `output` where the model has such a tensor.

        Raises EngineFailed, with the first file's name, also where the hash of all is another than `sha256`.
        """
        self._name = files[0]
        self._runtime, self._faults = _runtime()
        with ExitStack() as stack:
            try:
                parts = [stack.enter_context(_mapped(file)) for file in files]
            except (OSError, ValueError) as error:  # ValueError: a file without a byte
                raise EngineFailed(f"{self._name} cannot be read: {error}") from error
            if sha256 and (found := _hash(parts)) != sha256:
                raise EngineFailed(
                    f"{self._name} is not the model that it should be: its SHA-256 is {found}, not {sha256}; "
                    "install it again"
                )
            has = bool(output) and any(part.find(output.encode()) >= 0 for part in parts)
            self._session = self._load(parts, output if has else "", threads)
        self.inputs = tuple(each.name for each in self._session.get_inputs())
        self.outputs = tuple(each.name for each in self._session.get_outputs())

    def _load(self, parts: Sequence[mmap.mmap], output: str, threads: int) -> Any:
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False  # it keeps what the longest run took
        options.log_severity_level = 4
        try:
            with ExitStack() as stack:
                source = _source(parts, _appended(output) if output else b"", stack)
                return self._runtime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        except self._faults as error:
            if output:  # the file may have it as an output already
                return self._load(parts, "", threads)
            raise EngineFailed(f"{self._name} is no model that can be run: {error}") from error

    def try_run(self, given: Mapping[str, NDArray[Any]]) -> None:
        """Run it before there is a call. Raises EngineFailed."""
        try:
            self._session.run(None, given)
        except self._faults as error:
            raise EngineFailed(f"{self._name} failed: {error}") from error

    def run(self, given: Mapping[str, NDArray[Any]], pipe: WorkerPipe) -> list[NDArray[Any]]:
        """All outputs. Raises Abandoned within some tens of milliseconds after a stop, and EngineFailed."""
        options = self._runtime.RunOptions()

        def terminate() -> None:
            options.terminate = True

        try:
            with pipe.interrupting(terminate):
                made: list[NDArray[Any]] = self._session.run(None, given, options)
        except self._faults as error:
            pipe.check()
            raise EngineFailed(f"{self._name} failed: {error}") from error
        pipe.check()
        return made


def _runtime() -> tuple[Any, tuple[type[Exception], ...]]:
    """onnxruntime, and what it raises. Raises EngineFailed where it is not installed."""
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as state
    except ImportError as error:
        raise EngineFailed(f"onnxruntime cannot be loaded ({error}): pip install 'vivavoce[piper]'") from error
    return onnxruntime, tuple(getattr(state, name) for name in FAULTS)


def samples(sound: NDArray[Any]) -> NDArray[np.int16]:
    """The samples of a model, from -1 to 1, as 16 bits; what is no number becomes silence."""
    flat = np.nan_to_num(sound.ravel(), posinf=1.0, neginf=-1.0)
    clipped: NDArray[np.int16] = (np.clip(flat, -1.0, 1.0) * 32_767).astype("<i2")
    return clipped


def _mapped(file: Path) -> mmap.mmap:
    with file.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)


def _hash(parts: Sequence[mmap.mmap]) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part)
    return found.hexdigest()


def _source(parts: Sequence[mmap.mmap], more: bytes, stack: ExitStack) -> str | bytes:
    """The model, or a path at which it is read until `stack` is closed."""
    if sys.platform != "linux":
        return b"".join([*map(bytes, parts), more])
    file = stack.enter_context(os.fdopen(os.memfd_create("voice"), "wb"))
    for part in parts:
        for start in range(0, len(part), BLOCK):
            file.write(part[start : start + BLOCK])
    file.write(more)
    file.flush()
    return f"/proc/self/fd/{file.fileno()}"


def _appended(output: str) -> bytes:
    """A ModelProto with nothing but a graph (7) that has an output (12) of this name (1), of onnx.proto."""
    return _field(7, _field(12, _field(1, output.encode())))


def _field(number: int, content: bytes) -> bytes:
    """A field of protobuf that has a length: key, length, content."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    coded = bytearray()
    while number > 127:
        coded.append(number & 127 | 128)
        number >>= 7
    return bytes([*coded, number])
