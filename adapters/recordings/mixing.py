"""Making `sound.wav` of a recording: left what the Sender said, right what was sent when it plays."""

from contextlib import suppress
from pathlib import Path

from adapters.recordings.canvas import LEFT, RATE, RIGHT, WavCanvas
from adapters.recordings.format import UNFINISHED, WAV_FILE
from adapters.recordings.played import played
from adapters.recordings.reading import read
from adapters.recordings.spoken import spoken


def make_wav(folder: Path) -> None:
    """Make `sound.wav`, whole or not at all. It ends with the last row, or the last that was said.

    Raises OSError; FileExistsError where an earlier attempt did not come to its end: what cannot be made is tried once.
    Any other exception leaves the sign of that.
    """
    scratch = folder / UNFINISHED
    with WavCanvas(scratch) as canvas:
        try:
            recording = read(folder)
            for begin, samples in spoken(recording):
                canvas.paint(LEFT, max(0, begin), samples)
            canvas.extend(round(recording.rows[-1].t * RATE) if recording.rows else 0)
            whole = canvas.end
            for begin, samples in played(recording):
                canvas.paint(RIGHT, begin, samples[: max(0, whole - begin) * 2])
            canvas.finish()
            scratch.replace(folder / WAV_FILE)
        except (OSError, SystemExit):  # the disk is full, or the server ends: it is made another time
            with suppress(OSError):
                scratch.unlink()
            raise
