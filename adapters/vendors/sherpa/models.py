"""The model for sherpa-onnx in a folder, recognised by its files as the project's own downloads name them.

Source: https://k2-fsa.github.io/sherpa/onnx/pretrained_models, where each download is listed with its files.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from actors.ports.calls import EngineFailed

METADATA = 64 * 1024
"""Bytes at the end of an ONNX file in which its metadata are."""
STREAMING = ("streaming", "-chunk-", "decode_chunk_len", "chunk_shift")
"""Words of names and metadata by which a model is one that listens while the person speaks."""
LISTED = 12
"""Files that an error names."""


class ModelFamily(msgspec.Struct, frozen=True):
    """A kind of model.

    `factory`: the method that makes its recogniser; `parts`: its arguments, and patterns of the files they name.
    `words`: one of them is in the names of the folder or files, or in the metadata; any model where there are none.
    """

    title: str
    factory: str
    streaming: bool
    parts: tuple[tuple[str, str], ...]
    words: tuple[str, ...] = ()
    options: tuple[tuple[str, str | bool], ...] = ()


class ModelFiles(msgspec.Struct, frozen=True):
    """A model and its files, by the argument that names each."""

    family: ModelFamily
    files: tuple[tuple[str, str], ...]


ENCODER_DECODER = (("encoder", "*encoder*.onnx"), ("decoder", "*decoder*.onnx"))
TRANSDUCER = (*ENCODER_DECODER, ("joiner", "*joiner*.onnx"))
MODEL = (("model", "*.onnx"),)
MOONSHINE = (
    ("preprocessor", "preprocess*.onnx"),
    ("encoder", "encode*.onnx"),
    ("uncached_decoder", "uncached_decode*.onnx"),
    ("cached_decoder", "cached_decode*.onnx"),
)
NEMO = ("nemo", "parakeet", "encdec")

FAMILIES = (
    ModelFamily("streaming transducer", "from_transducer", True, TRANSDUCER),
    ModelFamily("NeMo transducer", "from_transducer", False, TRANSDUCER, NEMO, (("model_type", "nemo_transducer"),)),
    ModelFamily("transducer", "from_transducer", False, TRANSDUCER),
    ModelFamily("Moonshine", "from_moonshine", False, MOONSHINE),
    ModelFamily("streaming Paraformer", "from_paraformer", True, ENCODER_DECODER, ("paraformer",)),
    ModelFamily("FireRed", "from_fire_red_asr", False, ENCODER_DECODER, ("fire-red", "fire_red")),
    ModelFamily("Whisper", "from_whisper", False, ENCODER_DECODER, ("whisper",), (("language", ""),)),
    ModelFamily(
        "SenseVoice",
        "from_sense_voice",
        False,
        MODEL,
        ("sense-voice", "sense_voice", "sensevoice"),
        (("use_itn", True),),
    ),
    ModelFamily("Paraformer", "from_paraformer", False, (("paraformer", "*.onnx"),), ("paraformer",)),
    ModelFamily("Dolphin", "from_dolphin_ctc", False, MODEL, ("dolphin",)),
    ModelFamily("Omnilingual", "from_omnilingual_asr_ctc", False, MODEL, ("omnilingual",)),
    ModelFamily("streaming NeMo CTC", "from_nemo_ctc", True, MODEL, NEMO),
    ModelFamily("NeMo CTC", "from_nemo_ctc", False, MODEL, NEMO),
    ModelFamily("streaming Zipformer CTC", "from_zipformer2_ctc", True, MODEL, ("zipformer",)),
    ModelFamily("Zipformer CTC", "from_zipformer_ctc", False, MODEL, ("zipformer",)),
)
ONLY_STREAMING = frozenset({"streaming Paraformer"})
"""Families whose files tell already that they stream."""


def find(folder: Path) -> ModelFiles:
    """The model in `folder`. Raises EngineFailed where there is none that is known."""
    if not folder.is_dir():
        raise EngineFailed(f"there is no folder {folder}: name the one where a model for sherpa-onnx was unpacked")
    tokens = _best(folder, "*tokens.txt")
    for family in FAMILIES if tokens else ():
        files = dict(_files(folder, family))
        if len(files) == len(family.parts) and _fits(family, _words(folder, files)):
            return ModelFiles(family, (*files.items(), ("tokens", str(tokens))))
    there = sorted(file.name for file in folder.iterdir())
    raise EngineFailed(
        f"the folder {folder} holds no known model (its files: {', '.join(there[:LISTED]) or 'none'}): unpack one for "
        f"sherpa-onnx there, with its tokens.txt, and keep its name: {', '.join(one.title for one in FAMILIES)}"
    )


def _files(folder: Path, family: ModelFamily) -> Iterator[tuple[str, str]]:
    for part, pattern in family.parts:
        if file := _best(folder, pattern):
            yield part, str(file)


def _best(folder: Path, pattern: str) -> Path | None:
    """The file of this pattern that runs fastest on a processor: of 8-bit numbers, where there is one."""
    files = (file for file in folder.glob(pattern) if file.is_file())
    return min(files, key=lambda file: (".int8." not in file.name, file.name), default=None)


def _fits(family: ModelFamily, words: str) -> bool:
    streams = any(word in words for word in STREAMING) or family.title in ONLY_STREAMING
    return streams == family.streaming and (not family.words or any(word in words for word in family.words))


def _words(folder: Path, files: dict[str, str]) -> str:
    """All that is told of a model by names and metadata."""
    return " ".join(
        (folder.resolve().name, *(Path(file).name for file in files.values()), *map(_end, files.values()))
    ).lower()


def _end(file: str) -> str:
    with Path(file).open("rb") as opened:
        opened.seek(max(Path(file).stat().st_size - METADATA, 0))
        return opened.read(METADATA).decode("latin-1")
