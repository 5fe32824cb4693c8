"""A program that opens streams and says nothing shuts nobody out, not even where the system has no more files."""

from pathlib import Path

import httpx
import pytest
import trio

from tests.real.programs import VIVAVOCE, running

pytestmark = pytest.mark.real
FILES = 160
STREAMS = 600


async def _open(port: int, address: str, streams: list[trio.SocketStream]) -> None:
    streams.append(await trio.open_tcp_stream("127.0.0.1", port, local_address=address))


@pytest.mark.parametrize("files", [FILES, 10 * FILES])
def test_silent_streams_of_one_program_shut_nobody_out(tmp_path: Path, files: int) -> None:
    command = ("sh", "-c", f'ulimit -n {files}; exec "$0" "$@"', VIVAVOCE, "serve", "--port", "0")
    with running(*command, log=tmp_path / "log", env={"VIVAVOCE_SERVER_MAX_SILENT_STREAMS": "300"}) as served:

        async def flood() -> None:
            streams: list[trio.SocketStream] = []
            async with trio.open_nursery() as nursery:
                for _ in range(STREAMS):
                    nursery.start_soon(_open, int(served.address.partition(":")[2]), "127.0.0.2", streams)
            try:
                with trio.fail_after(30):
                    async with httpx.AsyncClient() as client:
                        assert (await client.get(f"{served.origin}/healthz", timeout=30)).status_code == 200
            finally:
                for stream in streams:
                    await trio.aclose_forcefully(stream)

        trio.run(flood)
        log = served.log.read_text()
        assert ("open files" in log) is (files == FILES)
        assert len(log.splitlines()) < 12, "a flood is a few lines of the log"
