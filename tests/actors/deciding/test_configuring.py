"""The configuration made of the providers, models, languages and voices that a session asks for."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from actors.deciding.configuring import resolve
from actors.deciding.events import Resolved
from actors.ports.calls import Kind
from actors.ports.catalogue import Catalogue, ModelLimits, ProviderEntry
from actors.ports.fitting import has_voice
from protocol.configuration import Configuration, Named, Provider, SsmlGender
from protocol.errors import ErrorId

NO_MODELS = "LLM: No available models (used a default model)"
KINDS: tuple[Kind, ...] = ("STT", "LLM", "TTS")
LOCAL = tuple(ProviderEntry("local", "Local", kind, True, f"{kind.lower()}-default") for kind in KINDS)


def entry(name: str, kind: Kind = "LLM", *, configured: bool = True, **has: Any) -> ProviderEntry:
    return ProviderEntry(name, name.title(), kind, configured, **{"default_model": f"{name}-default", **has})


def asked(provider: str, model: str = "gpt-4o") -> Configuration:
    plain = Configuration()
    return replace(
        plain,
        stt=replace(plain.stt, provider=Provider("local"), model="stt-default"),
        llm=replace(plain.llm, provider=Provider(provider), model=model),
        tts=replace(plain.tts, provider=Provider("local"), model="tts-default"),
    )


EVERY: Named = frozenset((kind, field) for kind in KINDS for field in ("provider", "model", "language_code", "voice"))


def resolved(
    configuration: Configuration, *entries: ProviderEntry, named: Named = EVERY, substitute: bool = True
) -> Resolved:
    local = tuple(each for each in LOCAL if each.kind not in {own.kind for own in entries})
    return resolve(configuration, named, Catalogue((*entries, *local), substitute))


def used(outcome: Resolved) -> tuple[str, str]:
    return outcome.configuration.llm.provider.name, outcome.configuration.llm.model


# ---- providers


def test_a_configured_provider_is_used_without_a_word() -> None:
    outcome = resolved(asked("OpenAI"), entry("openai", models=("gpt-4o",)))
    assert (used(outcome), outcome.warnings) == (("openai", "gpt-4o"), ())


def test_the_first_configured_one_stands_in_and_the_warning_says_what_is_missing() -> None:
    missing = entry("openai", configured=False, missing="set OPENAI_API_KEY")
    outcome = resolved(asked("openai"), entry("other", models=("gpt-4o",)), missing, entry("local"))
    assert used(outcome) == ("other", "gpt-4o")
    assert outcome.warnings == ("LLM: Openai is not configured here (set OPENAI_API_KEY), used Other",)


def test_where_nobody_may_stand_in_it_is_refused() -> None:
    missing = entry("openai", configured=False, missing="set OPENAI_API_KEY")
    outcome = resolved(asked("openai"), missing, entry("local"), substitute=False)
    assert outcome.error_id == ErrorId.UNKNOWN_PROVIDER
    assert "openai is not configured here (set OPENAI_API_KEY), and no other may stand in" in outcome.message


def test_an_unknown_one_is_refused_with_those_that_there_are() -> None:
    outcome = resolved(asked("opnai"), entry("openai"), entry("local"))
    assert outcome.error_id == ErrorId.UNKNOWN_PROVIDER
    assert "there are: openai, local" in outcome.message


# ---- what the client has not named

NOT_HERE = tuple(entry("openai", kind, configured=False, missing="set OPENAI_API_KEY") for kind in KINDS)
NOBODY: Named = frozenset()


@pytest.mark.parametrize("substitute", [True, False])
@pytest.mark.parametrize("models", [None, (), ("mine", "other")])
def test_who_names_nothing_gets_the_servers_choice_without_a_word(
    models: tuple[str, ...] | None, substitute: bool
) -> None:
    german: dict[str, Any] = {
        "models": models,
        "languages": ("de-DE",),
        "default_language": "de-DE",
        "voices": ("Anna",),
    }
    mine = tuple(entry("m", kind, **german) for kind in KINDS)
    outcome = resolved(Configuration(), *mine, *NOT_HERE, named=NOBODY, substitute=substitute)
    assert (outcome.error_id, outcome.warnings) == (None, ())
    configuration = outcome.configuration
    for section in (configuration.stt, configuration.llm, configuration.tts):
        assert (section.provider.name, section.model) == ("m", "m-default")
    assert (configuration.stt.language_code, configuration.tts.language_code) == ("de-DE", "de-DE")


def test_the_operators_first_is_taken_although_the_protocols_default_is_there_too() -> None:
    outcome = resolved(Configuration(), entry("m"), entry("openai", models=("gpt-4o",)), named=NOBODY)
    assert (used(outcome), outcome.warnings) == (("m", "m-default"), ())


@pytest.mark.parametrize(
    ("field", "warning"),
    [
        ("provider", "LLM: Openai is not configured here (set OPENAI_API_KEY), used M"),
        ("model", NO_MODELS),
    ],
)
def test_of_several_things_that_are_not_there_the_named_one_is_told(field: str, warning: str) -> None:
    entries = (entry("m", models=("mine",)), entry("openai", configured=False, missing="set OPENAI_API_KEY"))
    outcome = resolved(asked("openai"), *entries, named=frozenset({("LLM", field)}))
    assert (used(outcome), outcome.warnings) == (("m", "m-default"), (warning,))


def test_a_named_language_is_told_and_the_default_one_is_not() -> None:
    german = entry("m", "STT", models=("mine",), languages=("de-DE",), default_language="de-DE")
    outcome = resolved(Configuration(), german, named=frozenset({("STT", "language_code")}))
    assert outcome.warnings == ('STT: language "en-US" is not there, used de-DE',)


def test_a_named_provider_without_a_named_model_uses_its_own_and_not_the_protocols_default() -> None:
    for models in (None, (), ("claude",)):
        outcome = resolved(asked("m"), entry("m", models=models), named=frozenset({("LLM", "provider")}))
        assert (used(outcome), outcome.warnings) == (("m", "m-default"), ())


def test_where_nobody_works_that_is_told_whoever_was_named() -> None:
    outcome = resolve(Configuration(), NOBODY, Catalogue(NOT_HERE))
    assert outcome.error_id == ErrorId.UNKNOWN_PROVIDER
    assert "no other provider works" in outcome.message


# ---- models


@pytest.mark.parametrize(
    ("has", "model", "expected", "warnings"),
    [
        ({"models": ("gpt-4o", "x")}, "x", "x", ()),
        ({"models": ("llama3.2:latest",)}, "llama3.2", "llama3.2:latest", ()),
        ({"models": ()}, "m-default", "m-default", ()),
        ({"models": ()}, "x", "m-default", (NO_MODELS,)),
        ({"models": None}, "x", "x", ()),
        ({"models": ("y",)}, "x", "m-default", (NO_MODELS, 'LLM: model "x" is not there, used m-default')),
    ],
)
def test_a_model_that_is_not_there_becomes_the_default(
    has: dict[str, Any], model: str, expected: str, warnings: tuple[str, ...]
) -> None:
    outcome = resolved(asked("m", model), entry("m", **has))
    assert used(outcome) == ("m", expected)
    assert outcome.warnings == warnings


def test_a_model_of_another_provider_is_not_tried_where_the_list_is_not_known() -> None:
    outcome = resolved(asked("openai"), entry("openai", configured=False), entry("m", models=None))
    assert used(outcome) == ("m", "m-default")
    assert NO_MODELS in outcome.warnings


# ---- voices and languages


def with_tts(change: Callable[[Any], Any]) -> Configuration:
    plain = asked("local", "llm-default")
    return replace(plain, tts=change(replace(plain.tts, provider=Provider("t"), model="t-default")))


@pytest.mark.parametrize(
    ("voices", "voice", "expected"),
    [
        (("Sarah - Calm",), "sarah", "sarah"),
        (("a", "b"), "a+b", "a+b"),
        (("a",), "x", ""),
        ((), "x", "x"),
        (None, "x", "x"),
    ],
)
def test_a_voice_that_is_not_there_becomes_the_default(
    voices: tuple[str, ...] | None, voice: str, expected: str
) -> None:
    outcome = resolved(with_tts(lambda tts: replace(tts, voice=voice)), entry("t", "TTS", voices=voices))
    assert outcome.configuration.tts.voice == expected
    assert len(outcome.warnings) == (voice != expected)


def test_voices_are_found_in_any_case() -> None:
    assert has_voice(("en-us", "f3"), "EN-US+f3")
    assert not has_voice(("Sarah - Calm",), "calm")


@pytest.mark.parametrize(
    ("languages", "code", "expected"),
    [(("de-DE",), "de-AT", "de-AT"), (("de-DE",), "fr", "en"), ((), "fr", "fr"), (None, "fr", "fr")],
)
def test_a_language_that_is_not_there_becomes_the_default(
    languages: tuple[str, ...] | None, code: str, expected: str
) -> None:
    configuration = with_tts(lambda tts: replace(tts, language_code=code))
    outcome = resolved(configuration, entry("t", "TTS", languages=languages, default_language="en"))
    assert outcome.configuration.tts.language_code == expected


# ---- models that can less than their provider

SPEAKING = entry(
    "local",
    "TTS",
    default_model="man",
    models=("man", "woman", "any"),
    voices=("man", "her", "f5"),
    languages=("en-US", "de", "fr-FR"),
    default_language="en-US",
    limits={
        "man": ModelLimits(("en-US",), ("man",), ("male",)),
        "woman": ModelLimits(("en-US", "fr-FR"), ("her",), ("female",)),
        "any": ModelLimits(("en-US", "de", "fr-FR"), ("f5",)),
    },
)


@pytest.mark.parametrize(
    ("wish", "model", "warning"),
    [
        ({}, "man", ""),
        ({"language_code": "en_gb"}, "man", ""),
        ({"ssml_gender": SsmlGender("male")}, "man", ""),
        ({"ssml_gender": SsmlGender("neutral")}, "man", ""),
        ({"voice": "MAN", "ssml_gender": SsmlGender("female")}, "man", ""),
        ({"ssml_gender": SsmlGender("female")}, "woman", "man has no female voice"),
        ({"language_code": "fr-CA"}, "woman", 'man does not speak "fr-CA"'),
        ({"language_code": "de-AT"}, "any", 'man does not speak "de-AT"'),
        ({"language_code": "de", "voice": "man"}, "any", 'man does not speak "de"'),
        ({"voice": "f5"}, "any", '"f5" is no voice of man'),
        ({"model": "any", "voice": "f5", "language_code": "de"}, "any", ""),
        ({"model": "any", "voice": "her"}, "woman", '"her" is no voice of any'),
    ],
)
def test_a_model_that_cannot_is_replaced_with_a_warning(wish: dict[str, Any], model: str, warning: str) -> None:
    configuration = asked("local", "llm-default")
    tts = replace(configuration.tts, **{"model": "man", **wish})
    outcome = resolved(replace(configuration, tts=tts), SPEAKING)
    assert outcome.configuration.tts.model == model
    assert outcome.warnings == ((f"TTS: {warning}, used {model}",) if warning else ())


def test_the_choice_of_a_model_is_warned_of_also_where_the_client_named_none() -> None:
    configuration = asked("local", "llm-default")
    configuration = replace(configuration, tts=replace(configuration.tts, language_code="de"))
    outcome = resolved(configuration, SPEAKING, named=frozenset())
    assert (outcome.configuration.tts.model, outcome.configuration.tts.language_code) == ("any", "de")
    assert [word for word in outcome.warnings if "TTS" in word] == ['TTS: man does not speak "de", used any']
