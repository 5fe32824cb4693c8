"""The library faster-whisper, in the worker processes that need it."""

from typing import Any

from actors.ports.calls import EngineFailed


def faster_whisper() -> Any:
    """The library. Raises EngineFailed where it cannot be loaded, with what to do about it."""
    try:
        import faster_whisper as library
    except ImportError as error:
        raise EngineFailed(f"faster-whisper cannot be loaded ({error}): pip install 'vivavoce[whisper]'") from error
    return library
