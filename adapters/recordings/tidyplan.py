"""What the process that tidies the folder of recordings is asked for."""

import msgspec


class TidyPlan(msgspec.Struct, frozen=True):
    """The folder, and what is kept in it: `keep_days` and `most_bytes` None: nothing is deleted.

    `waits`: until another process that tidies the folder has ended; else that one does it. `wav_seconds`: of processor
    time that one `sound.wav` may take.
    """

    folder: str
    keep_days: float | None = None
    most_bytes: int | None = None
    waits: bool = False
    wav_seconds: float = 120.0
