"""A server without credentials starts where only this machine reaches it, and elsewhere if that is said."""

import pytest

from adapters.access.exposure import check_exposure
from adapters.server import run
from adapters.settings.errors import StartupFailed
from adapters.settings.settings import Server, Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
async def test_this_machine_is_let_in_without_a_token(host: str) -> None:
    await check_exposure(Server(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "fe80::1"])
async def test_others_are_not_unless_that_is_said(host: str) -> None:
    await check_exposure(Server(host=host, token="hush"))
    await check_exposure(Server(host=host, allow_anyone=True))
    with pytest.raises(StartupFailed, match=r"VIVAVOCE_TOKEN.*--lan.*--allow-anyone.*allow_anyone") as refused:
        await check_exposure(Server(host=host))
    assert str(refused.value).startswith(f"{host} can be reached from elsewhere")
    assert "\n" not in str(refused.value)


async def test_a_server_is_not_started_so() -> None:
    with pytest.RaisesGroup(pytest.RaisesExc(StartupFailed, match="0.0.0.0 can be reached")):
        await run(Settings(server=Server(host="0.0.0.0", port=0)), lambda line: None)
