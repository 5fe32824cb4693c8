"""Tapes: the event loop's side of recordings, which hands over what happens and never waits."""

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec
import trio
from msgspec import UNSET
from msgspec.structs import replace

from actors.ports.taping import Tape
from adapters.recordings.entries import Entry, RowMaker
from adapters.recordings.format import ACK, CONNECT, DISCONNECT, DROP, Loss, SessionFile
from adapters.recordings.writing import Begin, Close, Item, Join, Opened, WritingThread
from protocol.chunks import APPEND
from protocol.connecting import Acknowledgement, Auth
from protocol.messages import AudioDelta, Names, ServerMessage

log = logging.getLogger(__name__)
_ROW: Final = 400
"""Bytes that an entry takes besides what it says."""
_CHANCE: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


_MANY: Final = ("text", "audio", "values", "times", "words", "marks", "speech")
"""The fields of messages and of results that may be large."""
_ITEM: Final = 40
"""Bytes of an item of such a field, where it is no text."""


def _size_of(struct: msgspec.Struct) -> int:
    """About the bytes that a message or a result takes."""
    size = 0
    for name in _MANY:
        value = getattr(struct, name, None)
        if isinstance(value, str | bytes):
            size += len(value)
        elif isinstance(value, tuple):
            size += _ITEM * len(value)
    return size


class Dropped(msgspec.Struct, frozen=True):
    """So many messages of a turn did not leave."""

    turn: int
    messages: int


class SessionTape:
    """The recording of one session, as the event loop sees it; see `actors.ports.taping.Tape`."""

    def __init__(
        self, opened: Opened, thread: WritingThread, names: Names, clock: Callable[[], float], today: "Today"
    ) -> None:
        self._opened = opened
        self._thread = thread
        self._names = names
        self._clock = clock
        self._today = today
        self._began = clock()
        self._calls = 0
        self._members: dict[int, int] = {}
        self._append: Final = next(wire for wire, documented in names.documented.items() if documented == APPEND)
        self._why_early = ""

    @property
    def is_recording(self) -> bool:
        """See Tape."""
        return self._opened.is_recording and not self._opened.failed

    @property
    def seconds(self) -> float:
        """See Tape."""
        return self._clock() - self._began

    def next_call(self) -> int:
        """See Tape."""
        self._calls += 1
        return self._calls

    def _put(self, item: Item, size: int) -> None:
        opened = self._opened
        if opened.is_recording and not opened.failed and not self._thread.put(opened, item, _ROW + size):
            self._why_early = "more waited to be written than may wait"
            log.warning("the recording %s ends early: %s", opened.name, self._why_early)
            opened.is_recording = False

    def _number(self, member: int) -> int:
        """Members of a recording are counted from 1."""
        return self._members.setdefault(member, len(self._members) + 1)

    def _numbers(self, members: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(map(self._number, members))

    # ---- what comes in

    def joined(self, member: int, subject: str, auth: Auth) -> None:
        """See Tape."""
        number = self._number(member)
        kept = replace(auth, token=UNSET, session_id=UNSET, traceparent=UNSET, pid=UNSET)
        self._put(Join(number, subject, kept), 0)
        self._put(Entry(self.seconds, "in", CONNECT, number, kept), 0)

    def left(self, member: int, *, is_lost: bool = False) -> None:
        """See Tape."""
        self._put(Entry(self.seconds, "in", DISCONNECT, self._number(member), Loss() if is_lost else UNSET), 0)

    def came(self, member: int, event: str, payload: object, ack: int | None, size: int) -> None:
        """See Tape."""
        self._put(Entry(self.seconds, "in", event, self._number(member), payload, ack=ack), size)

    def heard(self, member: int, audio: bytes, named: str, ack: int | None) -> None:
        """See Tape."""
        entry = Entry(self.seconds, "in", self._append, self._number(member), sound=audio, ack=ack, named=named)
        self._put(entry, len(audio))

    # ---- what goes out

    def sent(self, to: tuple[int, ...], message: ServerMessage, turn: int | None = None, seconds: float = 0.0) -> None:
        """See Tape."""
        length = seconds if isinstance(message, AudioDelta) else None
        entry = Entry(
            self.seconds,
            "out",
            self._names.wire[type(message)],
            self._numbers(to),
            message,
            seconds=length,
            turn=turn,
        )
        self._put(entry, _size_of(message))

    def acknowledged(self, member: int, ack: int, answer: Acknowledgement) -> None:
        """See Tape."""
        self._put(Entry(self.seconds, "out", ACK, (self._number(member),), answer, ack=ack), 0)

    def dropped(self, member: int, turn: int, messages: int) -> None:
        """See Tape."""
        self._put(Entry(self.seconds, "out", DROP, (self._number(member),), Dropped(turn, messages)), 0)

    def dismissed(self, members: tuple[int, ...]) -> None:
        """See Tape."""
        if members:
            self._put(Entry(self.seconds, "out", DISCONNECT, self._numbers(members)), 0)

    # ---- engines, and the end

    def note(self, event: str, payload: msgspec.Struct, sound: bytes = b"") -> None:
        """See Tape."""
        self._put(Entry(self.seconds, "engine", event, payload=payload, sound=sound), len(sound) + _size_of(payload))

    def close(self, why: str) -> None:
        """See Tape."""
        complete = self._opened.is_recording
        self._opened.is_recording = False
        close = Close(self._why_early or why, self._today().isoformat(), self.seconds, complete=complete)
        self._thread.urge(self._opened, close)


Today = Callable[[], datetime]
"""The time of day, in UTC."""


def utc() -> datetime:
    """The time of day, in UTC."""
    return datetime.now(UTC)


class RecordingPlan(msgspec.Struct, frozen=True):
    """What is recorded, and where; `session_bytes`: the most that one recording has, without `sound.wav`."""

    folder: Path
    words: bool = True
    sound: bool = True
    session_bytes: int = 50_000_000


class FolderRecorder:
    """Makes the tapes of sessions, in a folder; satisfies `actors.ports.taping.Recorder`. `thread` writes them."""

    def __init__(
        self,
        plan: RecordingPlan,
        names: Names,
        thread: WritingThread,
        clock: Callable[[], float] = trio.current_time,
        today: Today = utc,
    ) -> None:
        self._plan = plan
        self._names = names
        self._thread = thread
        self._clock = clock
        self._today = today
        self._renamed = _renamed(names)
        self._server = version("vivavoce")

    def open(self, session: str, subject: str, limits: Mapping[str, object]) -> Tape | None:
        """See Recorder."""
        plan, began = self._plan, self._today()
        chance = "".join(secrets.choice(_CHANCE) for _ in range(6))
        name = f"{began:%Y%m%dT%H%M%SZ}-{session[:8]}-{chance}"
        about = SessionFile(
            session=session,
            subject=subject,
            began=began.isoformat(),
            server=self._server,
            words=plan.words,
            sound=plan.sound,
            limits=dict(limits),
            names=self._renamed,
        )
        opened = Opened(plan.folder / name, about, plan.session_bytes, RowMaker(self._names, words=plan.words))
        self._thread.urge(opened, Begin())
        return SessionTape(opened, self._thread, self._names, self._clock, self._today)


def _renamed(names: Names) -> dict[str, str]:
    """The documented events that have another name on the wire, and that name."""
    documented = Names()
    ours = dict(zip(documented.wire.values(), names.wire.values(), strict=True))
    return {event: wire for event, wire in ours.items() if event != wire}
