"""A double of the library faster-whisper, for worker processes: what it hears is what it was given."""

import sys
import time
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np


class DoubleModel:
    """Hears the length of a sound, in two parts; the language that it was asked for, or French."""

    def __init__(self, model: str, **settings: object) -> None:
        if model.endswith("broken"):
            raise RuntimeError("Unable to open file 'model.bin'")
        assert settings["local_files_only"]
        self.supported_languages = ["en", "de", "fr"]

    def transcribe(self, samples: Any, language: str | None = None, **settings: object) -> tuple[Iterator[Any], Any]:
        """As of the library: a generator that works as it is read."""
        assert samples.dtype == np.float32

        def segments() -> Iterator[Any]:
            yield SimpleNamespace(text=f" {len(samples)} samples")
            yield SimpleNamespace(text=f" {settings.get('initial_prompt')} ")

        return segments(), SimpleNamespace(language=language or "fr")


def download_model(name: str, local_files_only: bool = False) -> None:
    """As of the library: `tiny` is there, `base` comes after a while, and `small` cannot be fetched."""
    if name == "tiny":
        return
    if local_files_only or name == "small":
        raise FileNotFoundError("no such snapshot")
    time.sleep(1.5)


def install() -> None:
    """Have the double imported in the library's place."""
    library = ModuleType("faster_whisper")
    library.WhisperModel = DoubleModel  # type: ignore[attr-defined]
    library.download_model = download_model  # type: ignore[attr-defined]
    sys.modules["faster_whisper"] = library
