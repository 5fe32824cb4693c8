"""The codec in this process: the conversions of its worker processes, done at once in no virtual time."""

from adapters.codec.codec import AudioCodec
from adapters.codec.streams import SoundStreams
from adapters.processes.child import Engine
from adapters.processes.frames import DropFrame
from adapters.processes.process import Plan
from adapters.virtual.inline import InlineEngine


class InlineCodec(AudioCodec):
    """Satisfies `Codec` without processes, with the bounds of AudioCodec; `run` is not needed.

    The bytes are those that the processes make. Missing is what keeps a hostile file from harming the server: a bound
    on the memory of a conversion, and a deadline.
    """

    def __init__(self, *, seconds: float = 600.0, streams: int = 512) -> None:
        super().__init__(seconds=seconds, streams=streams)
        self._files = InlineEngine("the audio codec", _load_files)
        self._streams = InlineStreams(streams)


class InlineStreams(SoundStreams):
    """The sounds that are still coming, converted in this process."""

    def __init__(self, most: int) -> None:
        super().__init__(Plan(__name__, "the codec of live audio"), most)
        self._inline = self._engine = InlineEngine(self.title, _load_streams)

    def drop(self, number: int) -> None:
        """Forget a sound; does not wait."""
        self._inline.serve(DropFrame((number,)))
        self.ended()


def _load_files() -> Engine:
    # Here, so that what needs no conversion goes without PyAV.
    from adapters.codec.files_child import FileConverter

    _quieten()
    return FileConverter()


def _load_streams() -> Engine:
    from adapters.codec.streams_child import StreamConverter

    _quieten()
    return StreamConverter()


def _quieten() -> None:
    """FFmpeg says nothing on standard error, as in the processes."""
    import av

    av.logging.set_level(av.logging.PANIC)
