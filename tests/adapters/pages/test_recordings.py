"""The recordings over HTTP: who gets them, what is in the list, and that a large one is sent in pieces."""

import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import h11
import msgspec
import pytest
import trio

from adapters.pages.recordings import MOST, RecordingList, routes
from adapters.recordings.store import names_in
from adapters.virtual.server import door_of
from tests.adapters.recordings.test_store import begun, made
from tests.inprocess import InProcess, running
from tests.scripted import ScriptedEngines

TOKEN = {"Authorization": "Bearer sesame"}
LIST = "/inspect/recordings"


class Got(msgspec.Struct, frozen=True):
    """A response, and how many pieces its body came in."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    pieces: int


async def get(server: InProcess, target: str, headers: Mapping[str, str] = TOKEN, method: str = "GET") -> Got:
    """A request on a connection of its own."""
    stream = server.dial()
    client = h11.Connection(h11.CLIENT)
    asked = h11.Request(method=method, target=target, headers=[("Host", "localhost"), *headers.items()])
    await stream.send_all((client.send(asked) or b"") + (client.send(h11.EndOfMessage()) or b""))
    got = Got(0, {}, b"", 0)
    while True:
        match event := client.next_event():
            case h11.NEED_DATA:
                client.receive_data(bytes(await stream.receive_some(65_536)))
            case h11.Response():
                told = {name.decode(): value.decode() for name, value in event.headers}
                got = msgspec.structs.replace(got, status=event.status_code, headers=told)
            case h11.Data():
                got = msgspec.structs.replace(got, body=got.body + bytes(event.data), pieces=got.pieces + 1)
            case h11.EndOfMessage():
                return got


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[InProcess]:
    """A server with the recordings of the folder; on the real clock, because files are read in threads."""
    pages = routes(folder, door_of("sesame"))
    async with running(ScriptedEngines(), pages=pages, door=door_of("sesame")) as server:
        yield server


async def test_the_list_has_the_newest_first(tmp_path: Path) -> None:
    old, new = made(tmp_path, 2), made(tmp_path, 1, subject="kiosk")
    files = begun(tmp_path, 0)
    async with serving(tmp_path) as server:
        got = await get(server, LIST)
    files.close()
    assert (got.status, got.headers["cache-control"]) == (200, "no-store")
    listed = msgspec.json.decode(got.body, type=RecordingList)
    assert listed.count == 3
    shown = [(row.name, row.is_running, row.subject, row.complete) for row in listed.recordings]
    going = (files.folder.name, True, "lobby", False)
    assert shown == [going, (new, False, "kiosk", True), (old, False, "lobby", True)]


async def test_a_list_is_bounded(tmp_path: Path) -> None:
    for number in range(MOST + 5):
        made(tmp_path, number + 1)
    async with serving(tmp_path) as server:
        listed = msgspec.json.decode((await get(server, LIST)).body, type=RecordingList)
    assert (listed.count, len(listed.recordings)) == (MOST + 5, MOST)
    assert listed.recordings[0].name == names_in(tmp_path)[-1]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
async def test_nobody_else_gets_any_of_it(tmp_path: Path, headers: dict[str, str]) -> None:
    name = made(tmp_path, 1)
    async with serving(tmp_path) as server:
        for target in (LIST, f"{LIST}/{name}.zip", f"{LIST}/nothing.zip"):
            got = await get(server, target, headers)
            assert (got.status, name.encode() in got.body) == (401, False)


async def test_a_recording_is_sent_as_a_zip_file_in_pieces(tmp_path: Path) -> None:
    name = made(tmp_path, 1, size=2_000_000)
    async with serving(tmp_path) as server:
        got = await get(server, f"{LIST}/{name}.zip")
        head = await get(server, f"{LIST}/{name}.zip", method="HEAD")
    assert (got.status, got.headers["content-type"]) == (200, "application/zip")
    assert got.headers["content-disposition"] == f'attachment; filename="{name}.zip"'
    assert got.pieces > 4
    assert (head.status, head.body) == (200, b"")
    with zipfile.ZipFile(io.BytesIO(got.body)) as archive:
        assert archive.testzip() is None
        for path in (tmp_path / name).iterdir():
            assert archive.read(f"{name}/{path.name}") == path.read_bytes()


@pytest.mark.parametrize("name", ["nothing.zip", "..%2Foutside.zip", "%2E%2E.zip", ".zip", "{}", "{}.zip.zip", "a/b"])
async def test_what_is_no_recording_is_not_found(tmp_path: Path, name: str) -> None:
    known = made(tmp_path, 1)
    (tmp_path / "outside").mkdir()
    async with serving(tmp_path) as server:
        assert (await get(server, f"{LIST}/{name.replace('{}', known)}")).status == 404


async def test_links_are_in_no_zip_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mine")
    folder = tmp_path / "kept"
    folder.mkdir()
    name = made(folder, 1)
    (folder / name / "sound.wav").symlink_to(secret)
    async with serving(folder) as server:
        got = await get(server, f"{LIST}/{name}.zip")
    with zipfile.ZipFile(io.BytesIO(got.body)) as archive:
        assert f"{name}/sound.wav" not in archive.namelist()


async def test_where_a_client_leaves_nothing_goes_on(tmp_path: Path) -> None:
    name = made(tmp_path, 1, size=5_000_000)
    async with serving(tmp_path) as server:
        stream = server.dial()
        client = h11.Connection(h11.CLIENT)
        asked = h11.Request(method="GET", target=f"{LIST}/{name}.zip", headers=[("Host", "localhost"), *TOKEN.items()])
        await stream.send_all((client.send(asked) or b"") + (client.send(h11.EndOfMessage()) or b""))
        await stream.receive_some(100)
        await trio.aclose_forcefully(stream)
        with trio.fail_after(20):
            await server.listener.wait_until_quiet()
