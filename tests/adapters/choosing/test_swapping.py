"""Providers' settings that are taken while the server runs, and those that wait for a restart."""

import pytest

from adapters.choosing.engines import ProviderEngines
from adapters.settings.errors import StartupFailed
from adapters.settings.providers import Preference, Providers, settings_of
from adapters.vendors.embedded.declaration import EMBEDDED
from adapters.vendors.openai.declaration import COMPATIBLE, OPENAI

OLD = settings_of(OPENAI, api_key="old", base_url="http://127.0.0.1:9/v1")
NEW = settings_of(OPENAI, api_key="new", base_url="http://127.0.0.1:9/v1")
MINE = settings_of(COMPATIBLE, base_url="http://127.0.0.1:8/v1", llm_model="m")


def engines() -> ProviderEngines:
    """Engines with OpenAI and a server of the operator's own."""
    return ProviderEngines(
        Providers(discover=False, accounts={"openai": OLD}, named={"openai_compatible": {"mine": MINE}})
    )


def configured(of: ProviderEngines, kind: str = "LLM") -> list[str]:
    """The providers that sessions may name now."""
    return [entry.name for entry in of.catalogue().entries if entry.configured and entry.kind == kind]


def test_a_key_is_taken_and_what_is_gone_goes() -> None:
    running = engines()
    before = running._roster.chain("LLM", "openai")[0]
    assert configured(running) == ["openai", "mine"]
    taken, left = running.take(Providers(discover=False, accounts={"openai": NEW}))
    assert (set(taken), left) == ({"providers.openai", "providers.openai_compatible.mine"}, ())
    assert configured(running) == ["openai"]
    after = running._roster.chain("LLM", "openai")[0]
    assert after is not before
    assert before.is_gone
    assert running.take(Providers(discover=False, accounts={"openai": NEW})) == ((), ())


def test_the_order_and_the_patience_are_taken() -> None:
    running = engines()
    settings = Providers(
        discover=False,
        accounts={"openai": OLD},
        named={"openai_compatible": {"mine": MINE}},
        prefer=Preference(llm=("mine",)),
        patience=3.0,
    )
    assert running.take(settings) == (("providers.prefer", "providers.patience"), ())
    assert configured(running) == ["mine", "openai"]


def test_engines_of_this_machine_wait_for_a_restart() -> None:
    running = engines()
    settings = Providers(
        discover=True,
        accounts={"openai": OLD},
        named={"openai_compatible": {"mine": MINE}},
        local=settings_of(EMBEDDED, stt_processes=3),
    )
    waiting = ("providers.local", "providers.discover")
    assert running.take(settings) == ((), waiting)
    assert running.take(settings) == ((), waiting), "as long as there was no restart"


def test_what_cannot_be_used_changes_nothing() -> None:
    running = engines()
    with pytest.raises(StartupFailed, match="unknown provider"):
        running.take(Providers(accounts={"openai": NEW}, prefer=Preference(llm=("nobody",))))
    assert configured(running) == ["openai", "mine"]
