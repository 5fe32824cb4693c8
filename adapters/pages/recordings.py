"""The recordings over HTTP: the list of them, and each as a ZIP file, for the operator alone."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Final

import msgspec
import trio

from actors.ports.access import AccessRefused, Doorkeeper
from adapters.pages.static import STRICT
from adapters.recordings.store import NoRecording, StoredRecording, find, look, names_in
from adapters.recordings.zipping import zip_pieces
from adapters.wire.credentials import NO_STORE, refusal, shown
from adapters.wire.heads import Request
from adapters.wire.http import Response, json_response
from adapters.wire.routes import Resource, Routes

PATH: Final = "/inspect/recordings"
MOST: Final = 200
"""Recordings that the list has, the newest."""
_SUFFIX: Final = ".zip"
_PRIVATE: Final = (*STRICT, NO_STORE)


class RecordingRow(msgspec.Struct, frozen=True, rename="camel"):
    """A recording in the list; the parts of `session.json` are empty where that cannot be read."""

    name: str
    bytes: int
    is_running: bool
    has_wav: bool
    session: str = ""
    subject: str = ""
    began: str = ""
    seconds: float = 0.0
    complete: bool = False
    why: str = ""


class RecordingList(msgspec.Struct, frozen=True):
    """The answer of /inspect/recordings: how many there are, and the newest of them, the newest first."""

    count: int
    recordings: tuple[RecordingRow, ...]


def routes(folder: Path, doorkeeper: Doorkeeper) -> Routes:
    """The list, and the recordings below it. What is on the disk is read in a thread."""

    async def list_all(request: Request, body: bytes) -> Response:
        try:
            await doorkeeper.admit_operator(shown(request))
        except AccessRefused as refused:
            return refusal(refused, STRICT)
        listed = await trio.to_thread.run_sync(_listed, folder)
        return Response(200, msgspec.json.encode(listed), "application/json", _PRIVATE)

    async def send_one(request: Request, body: bytes) -> Response:
        try:
            await doorkeeper.admit_operator(shown(request))
        except AccessRefused as refused:
            return refusal(refused, STRICT)
        name = request.path.rpartition("/")[2]
        try:
            path = find(folder, name.removesuffix(_SUFFIX)) if name.endswith(_SUFFIX) else None
        except NoRecording:
            path = None
        if path is None:
            return json_response(404, {"message": f"no such recording; {PATH} lists them, each as NAME.zip"}, _PRIVATE)
        as_file = ("Content-Disposition", f'attachment; filename="{name}"')
        return Response(200, b"", "application/zip", (*_PRIVATE, as_file), lambda: _pieces(path))

    return {PATH: Resource(list_all), f"{PATH}/*": Resource(send_one)}


def _listed(folder: Path) -> RecordingList:
    names = names_in(folder)
    rows = []
    for name in names[: -MOST - 1 : -1]:
        try:
            rows.append(_row(look(folder, name)))
        except NoRecording:  # deleted meanwhile
            continue
    return RecordingList(len(names), tuple(rows))


def _row(stored: StoredRecording) -> RecordingRow:
    row = RecordingRow(stored.name, stored.bytes, stored.is_running, stored.has_wav)
    about = stored.about
    if about is None:
        return row
    return msgspec.structs.replace(
        row,
        session=about.session,
        subject=about.subject,
        began=about.began,
        seconds=about.seconds,
        complete=about.complete,
        why=about.why,
    )


async def _pieces(folder: Path) -> AsyncGenerator[bytes, None]:
    pieces = zip_pieces(folder)
    while (piece := await trio.to_thread.run_sync(_next, pieces)) is not None:
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
