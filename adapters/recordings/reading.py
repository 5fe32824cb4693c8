"""Reading a recording back: its rows as they were written, and the calls of engines put together."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from adapters.recordings.calls import (
    ENGINE_EVENTS,
    AnswerBegun,
    CallCancelled,
    CallFailed,
    EnginePayload,
    RecognitionBegun,
    SynthesisBegun,
    TurnEndJudged,
    VoiceBegun,
)
from adapters.recordings.format import EVENTS_FILE, FORMAT, SESSION_FILE, SOUND_FILE, Row, SessionFile
from protocol.printable import printable

_MOST_ABOUT = 10_000_000
"""Bytes of a `session.json` that is read."""
_SHOWN = 200


class UnreadableRecording(Exception):
    """A folder is no recording, or it cannot be read; the message says which, and why."""


class TapedResult(msgspec.Struct, frozen=True):
    """A result of a call, `t` seconds after the session began; `sound`: its bytes, silence where none are kept."""

    t: float
    event: str
    payload: EnginePayload
    sound: bytes = b""


class TapedCall(msgspec.Struct, frozen=True):
    """A call of an engine: its number, what was asked when, and all results in order, its end or failure too.

    `asked`: a `TurnEndJudged` is its own result. `kind`: stt, llm, tts, vad or turn.
    """

    call: int
    kind: str
    t: float
    asked: RecognitionBegun | AnswerBegun | SynthesisBegun | VoiceBegun | TurnEndJudged
    results: tuple[TapedResult, ...]

    @property
    def ended(self) -> float | None:
        """When it ended, in seconds of the session; None where the recording ends before."""
        last = self.results[-1] if self.results else None
        return last.t if last is not None and last.event.endswith(_ENDS) else None

    @property
    def failure(self) -> CallFailed | None:
        """Why it failed; None where it did not."""
        found = [result.payload for result in self.results if isinstance(result.payload, CallFailed)]
        return found[-1] if found else None

    @property
    def was_cancelled(self) -> bool:
        """Whether the session did not want it any more."""
        return any(isinstance(result.payload, CallCancelled) for result in self.results)


_ENDS = (".end", ".failed", ".cancelled")


class SessionRecording:
    """A recording that was read: what `session.json` says, its rows in order, and the sound that they point to."""

    def __init__(self, folder: Path, about: SessionFile, rows: tuple[Row, ...]) -> None:
        self.folder = folder
        self.about = about
        self.rows = rows

    def sound(self, row: Row) -> bytes:
        """The sound of a row, "" where it has none. Where sound is not kept: as many bytes 0, silence if it is raw.

        Raises UnreadableRecording.
        """
        if row.bytes is UNSET:
            return b""
        offset, length = row.bytes
        if not self.about.sound:
            return bytes(length)
        path = self.folder / SOUND_FILE
        try:
            with path.open("rb") as file:
                file.seek(offset)
                data = file.read(length)
        except OSError as error:
            raise UnreadableRecording(f"{path} cannot be read: {error.strerror}") from None
        if len(data) < length:
            raise UnreadableRecording(f"{path} ends before the sound of the row at {row.t:g} s")
        return data

    def calls(self) -> tuple[TapedCall, ...]:
        """The calls of engines, in the order in which they began. Raises UnreadableRecording."""
        begun: dict[int, tuple[Row, Any, list[TapedResult]]] = {}
        for row in self.rows:
            if row.dir != "engine":
                continue
            payload = engine_payload(row)
            known = begun.get(payload.call)
            result = TapedResult(row.t, row.event, payload, self.sound(row))
            if isinstance(payload, TurnEndJudged):
                begun[payload.call] = row, payload, [result]
            elif known is None:
                begun[payload.call] = row, payload, []
            else:
                known[2].append(result)
        return tuple(
            TapedCall(number, row.event.partition(".")[0], row.t, asked, tuple(results))
            for number, (row, asked, results) in begun.items()
        )


def engine_payload(row: Row) -> EnginePayload:
    """The payload of an engine's row. Raises UnreadableRecording for an event that this version does not know."""
    struct = ENGINE_EVENTS.get(row.event)
    if struct is None:
        raise UnreadableRecording(f"the row at {row.t:g} s has the unknown event {printable(row.event[:_SHOWN])}")
    try:
        return msgspec.convert(row.payload, struct)
    except msgspec.ValidationError as error:
        raise UnreadableRecording(f"{row.event} at {row.t:g} s: {error}") from None


def read(folder: Path) -> SessionRecording:
    """The recording in `folder`, without a last line that was not written to its end. Raises UnreadableRecording."""
    return SessionRecording(folder, read_about(folder), tuple(read_rows(folder)))


def read_about(folder: Path) -> SessionFile:
    """What `session.json` says. Raises UnreadableRecording."""
    path = folder / SESSION_FILE
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_ABOUT)
        about = msgspec.json.decode(text, type=SessionFile)
    except FileNotFoundError:
        raise UnreadableRecording(f"{folder} is no recording: there is no {SESSION_FILE} in it") from None
    except OSError as error:
        raise UnreadableRecording(f"{path} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise UnreadableRecording(f"{path} is not what a recording has: {error}") from None
    if about.format != FORMAT:
        raise UnreadableRecording(f"{folder} has the format {about.format}; this version reads {FORMAT}")
    return about


def read_rows(folder: Path) -> Iterator[Row]:
    """The rows in order. Raises UnreadableRecording, for a line that is no row too, unless it is the last one."""
    path, decoder = folder / EVENTS_FILE, msgspec.json.Decoder(Row)
    number = 1
    try:
        with path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    return  # the writer was stopped in the middle of it
                yield decoder.decode(line)
                number += 1
    except OSError as error:
        raise UnreadableRecording(f"{path} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise UnreadableRecording(f"{path}, line {number}: {error}") from None
