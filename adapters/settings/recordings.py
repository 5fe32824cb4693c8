"""The settings of recordings: where they are kept, what is in them, for how long and how much."""

from typing import Annotated

import msgspec

from adapters.settings.section import Section


class RecordingSettings(Section, frozen=True):
    """Recordings of sessions; off, as long as no folder is named."""

    folder: str = ""
    """The folder in which sessions are recorded, made where there is none; empty: nothing is recorded."""
    words: bool = True
    """Whether texts are kept: what people say and type, prompts and answers; `false`: each letter becomes x, each digit
    0."""
    sound: bool = True
    """Whether sound is kept, what people say and what is spoken; `false`: its length alone."""
    keep_days: Annotated[float, msgspec.Meta(ge=0.01, le=36_500)] = 7.0
    """How many days a recording is kept. At the bound: it is deleted, within an hour."""
    most_bytes: Annotated[int, msgspec.Meta(ge=1_000_000)] = 1_000_000_000
    """How much of the disk all recordings take. At the bound: the oldest are deleted, but none that is being made."""
    session_bytes: Annotated[int, msgspec.Meta(ge=100_000)] = 50_000_000
    """How many bytes one recording has, without its `sound.wav`. At the bound: it ends there, and its session goes
    on."""
