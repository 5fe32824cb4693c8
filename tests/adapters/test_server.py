"""The messages of a server when it starts, and the faults that keep it from starting."""

import pytest
import trio

from adapters.choosing.assembly import check_preferences, unknown_names
from adapters.server import run
from adapters.settings.errors import StartupFailed
from adapters.settings.providers import Preference, Providers, settings_of
from adapters.settings.settings import Server, Settings
from adapters.vendors.embedded.declaration import EMBEDDED
from adapters.vendors.openai.declaration import COMPATIBLE

ESPEAK = settings_of(EMBEDDED, voice="espeak")


@pytest.mark.real
async def test_it_says_where_to_go_and_warns_of_an_open_door() -> None:
    said: list[str] = []
    server = Server(host="0.0.0.0", port=0, allow_anyone=True)
    settings = Settings(server=server, providers=Providers(discover=False, local=ESPEAK))
    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            ready = trio.Event()

            def say(line: str) -> None:
                said.append(line)
                if "try it" in line:
                    ready.set()

            nursery.start_soon(run, settings, say)
            await ready.wait()
            nursery.cancel_scope.cancel()
    assert any("http://0.0.0.0:" in line for line in said)
    assert any("no token is set" in line for line in said)
    assert "http://127.0.0.1:" in said[-1]


@pytest.mark.real
async def test_a_port_in_use_is_named_with_what_to_do() -> None:
    (taken,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with taken:
        port = taken.socket.getsockname()[1]
        with pytest.RaisesGroup(pytest.RaisesExc(StartupFailed, match=f"port {port} is in use.*--port")):
            await run(Settings(server=Server(port=port)), lambda line: None)


def test_a_preference_for_a_provider_that_does_not_exist_is_refused() -> None:
    with pytest.raises(
        StartupFailed, match=r"\[providers.prefer\] llm: unknown provider \"opnai\"; there are: aigames, openai"
    ):
        check_preferences(Providers(prefer=Preference(llm=("opnai",))))
    check_preferences(Providers(prefer=Preference(llm=("openai", "local"))))


def test_a_price_of_a_provider_that_does_not_exist_is_told() -> None:
    mine = {"openai_compatible": {"mine": settings_of(COMPATIBLE, base_url="http://127.0.0.1:1/v1")}}
    told = list(unknown_names(Providers(named=mine), ("openai", "deepgram", "mine", "local", "ollama_8080", "opnai")))
    assert [words.partition(";")[0] for words in told] == ['unknown provider "opnai"']
