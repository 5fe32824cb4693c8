"""A server without credentials starts where only this machine reaches it, and elsewhere if that is said."""

import re
from pathlib import Path

import pytest

from adapters.access.exposure import check_exposure
from adapters.server import run
from adapters.settings.errors import StartupFailed
from adapters.settings.settings import Server, Settings
from adapters.wire.sockets import open_sockets


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
async def test_this_machine_is_let_in_without_a_token(host: str) -> None:
    await check_exposure(Server(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "fe80::1", "*", "0", "::ffff:0.0.0.0"])
async def test_others_are_not_unless_that_is_said(host: str) -> None:
    await check_exposure(Server(host=host, token="hush"))
    await check_exposure(Server(host=host, allow_anyone=True))
    with pytest.raises(StartupFailed, match=r"VIVAVOCE_TOKEN.*--lan.*--allow-anyone.*allow_anyone") as refused:
        await check_exposure(Server(host=host))
    assert str(refused.value).startswith(f"{host} can be reached from elsewhere")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("host", ["a..b", f"{'x' * 70}.example", "http://x", "", "[::1]"])
async def test_what_is_no_host_is_one_line(host: str, tmp_path: Path) -> None:
    server = Server(host=host, port=0)
    await check_exposure(server)
    with pytest.raises(StartupFailed, match=f"cannot listen on {re.escape(host)}"):
        await open_sockets(server, tmp_path)


async def test_a_server_is_not_started_so() -> None:
    with pytest.RaisesGroup(pytest.RaisesExc(StartupFailed, match="0.0.0.0 can be reached")):
        await run(Settings(server=Server(host="0.0.0.0", port=0)), lambda line: None)
