"""The format of a recording: the names of its files, what is in `session.json`, and a row of `events.jsonl`."""

import re
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from protocol.connecting import Auth

FORMAT: Final = 1
SESSION_FILE, EVENTS_FILE, SOUND_FILE, WAV_FILE = "session.json", "events.jsonl", "sound.bin", "sound.wav"
UNFINISHED: Final = "sound.new"
"""`sound.wav` while it is made; where it is left over, the attempt was ended from outside."""
FOLDER_MODE, FILE_MODE = 0o700, 0o600
NAME: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}-[0-9a-z]{6}", re.ASCII)
"""The name of a recording's folder: when it began, the session's id shortened, and six letters by chance."""
Direction = Literal["in", "out", "engine"]
CONNECT, DISCONNECT, ACK, DROP = "connect", "disconnect", "ack", "drop"
"""Events that are no messages: a member came, a member went, an ack, and messages that do not leave after all."""


class Loss(msgspec.Struct, frozen=True):
    """The payload of `disconnect` where the connection of a member was lost, which may come back."""

    lost: bool = True


class SessionFile(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `session.json`; times of day in UTC, as ISO 8601 writes them.

    `ended`: None while it is recorded, and after a crash until somebody finishes it. `seconds`: how long it is.
    `complete`: the whole session is in it; `why`: why the session or its recording ended. `words`, `sound`: whether
    those are kept. `members`: the keys of each one's handshake. `subjects`: of members that are not `subject`'s.
    `limits`: those of the server that are not the defaults. `names`: the events that have another name on the wire.
    """

    format: int = FORMAT
    session: str
    subject: str
    began: str
    ended: str | None = None
    seconds: float = 0.0
    server: str
    complete: bool = False
    why: str = ""
    words: bool = True
    sound: bool = True
    members: dict[int, Auth] = {}
    subjects: dict[int, str] = {}
    limits: dict[str, Any] = {}
    names: dict[str, str] = {}


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"audio_ms": "audioMs"}):
    """A row of `events.jsonl`; see docs/recordings.md.

    `member`: who sent it ("in"), or all whom it was sent to ("out"). `bytes`: offset and length of its sound in
    `sound.bin`, where sound is not kept its length alone, at offset 0. `turn`: the turn that a message is sent for.
    """

    t: float
    dir: Direction
    member: int | tuple[int, ...] = ()
    event: str
    payload: Any = UNSET
    audio_ms: float | UnsetType = UNSET
    bytes: tuple[int, int] | UnsetType = UNSET
    ack: int | UnsetType = UNSET
    turn: int | UnsetType = UNSET

    @property
    def members(self) -> tuple[int, ...]:
        """All the members that it is of."""
        return (self.member,) if isinstance(self.member, int) else self.member


def is_name(name: str) -> bool:
    """Whether a recording's folder may have this name."""
    return NAME.fullmatch(name) is not None
