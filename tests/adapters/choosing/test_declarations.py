"""The vendors' declarations: each is complete, and what it names is there and can be built."""

import pytest

from actors.ports.calls import Kind
from adapters.choosing.table import endpoint_of, engine_of, missing, named
from adapters.reach.contract import Endpoint, Listed
from adapters.reach.declaration import KINDS, MODELS, Declaration, Service
from adapters.reach.web import Web
from adapters.settings.environment import usual_variables
from adapters.settings.errors import StartupFailed
from adapters.settings.providers import settings_of
from adapters.vendors.declarations import DECLARATIONS
from adapters.vendors.embedded.declaration import EMBEDDED
from adapters.vendors.openai.declaration import COMPATIBLE, OPENAI
from adapters.vendors.shared.probes import PROBE


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda each: each.name)
def test_each_declaration_says_what_it_needs_and_what_lacks(declaration: Declaration) -> None:
    assert declaration.services
    assert declaration.needs
    assert declaration.says.endswith(".")
    assert missing(declaration, settings_of(declaration))
    named_models = {kind for kind in KINDS if MODELS[kind] in declaration.settings}
    assert named_models == {kind for kind, service in declaration.services.items() if service.model is not None}
    assert any(setting.name == "voice" for setting in declaration.settings) is (declaration.tts is not None)


EVERY = [(declaration, kind) for declaration in (*DECLARATIONS, EMBEDDED) for kind in declaration.services]


@pytest.mark.parametrize(("declaration", "kind"), EVERY, ids=lambda one: one if isinstance(one, str) else one.name)
def test_each_class_that_is_named_is_there_and_is_built_as_declared(declaration: Declaration, kind: Kind) -> None:
    service = declaration.services[kind]
    settings = settings_of(declaration, **{need.name: 1 if need.default == 0 else "x" for need in declaration.needs})
    engine = engine_of(service, Web(), endpoint_of(declaration, "mine", settings, kind), settings)
    assert callable(getattr(engine, {"STT": "transcribe", "LLM": "answer", "TTS": "synthesise"}[kind]))
    assert isinstance(engine, Listed) is (declaration is not EMBEDDED)
    assert (not service.limit) is (kind != "TTS")
    if service.limit:
        assert named(service.limit)(PROBE).most > 0


@pytest.mark.parametrize(
    ("adapter", "told"),
    [
        ("adapters.vendors.parrot.tts.ParrotSpeech", "No module named 'adapters.vendors.parrot'"),
        ("adapters.vendors.openai.tts.ParrotSpeech", "has no attribute 'ParrotSpeech'"),
    ],
)
def test_a_class_that_is_not_there_is_told_in_words(adapter: str, told: str) -> None:
    settings = settings_of(OPENAI)
    with pytest.raises(StartupFailed, match=f"{adapter}, which a provider's declaration names, .*{told}"):
        engine_of(Service(adapter), Web(), Endpoint("parrot", "Parrot", ""), settings)


def test_no_variable_is_read_for_two_settings() -> None:
    variables = [setting.variable for each in DECLARATIONS for setting in each.settings if setting.variable]
    assert len(variables) == len(set(variables)) == len(usual_variables())


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("http://h:1/v1/", "http://h:1/v1"),
        ("http://h/x", "http://h/x"),
    ],
)
def test_an_address_without_a_path_is_taken_for_that_of_the_server(given: str, url: str) -> None:
    assert endpoint_of(COMPATIBLE, "x", settings_of(COMPATIBLE, base_url=given), "LLM").url == url


def test_an_endpoint_names_the_setting_of_its_key() -> None:
    given = {"api_key": "k", "base_url": "http://h"}
    itself = endpoint_of(OPENAI, "openai", settings_of(OPENAI, **given), "LLM")
    assert itself.key_setting == "OPENAI_API_KEY or [providers.openai] api_key"
    own = endpoint_of(COMPATIBLE, "mine", settings_of(COMPATIBLE, **given), "LLM")
    assert own.key_setting == "[providers.openai_compatible.mine] api_key"
