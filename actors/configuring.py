"""What the catalogue makes of a configuration: which provider stands in, which models and voices there are."""

from collections.abc import Collection

from msgspec.structs import replace

from actors.events import Resolved
from actors.ports import Catalogue, Kind, ProviderEntry
from protocol.configuration import Configuration, Provider
from protocol.errors import ErrorId
from protocol.tolerant import show


class Refused(Exception):
    """The configuration names a provider that cannot be used."""


def resolve(asked: Configuration, catalogue: Catalogue) -> Resolved:
    """The configuration to use for what was `asked`, with a warning for each thing that is not as asked.

    A provider that does not exist is refused, and so is one that is not configured where nothing may stand in for it.
    """
    warnings: list[str] = []
    try:
        stt_entry, llm_entry, tts_entry = (
            _provider("STT", asked.stt.provider.name, catalogue, warnings),
            _provider("LLM", asked.llm.provider.name, catalogue, warnings),
            _provider("TTS", asked.tts.provider.name, catalogue, warnings),
        )
    except Refused as refused:
        return Resolved(asked, error_id=ErrorId.UNKNOWN_PROVIDER, message=f"session.update: {refused}")
    stt = replace(
        asked.stt,
        provider=_named(stt_entry),
        model=_model(stt_entry, asked.stt.provider.name, asked.stt.model, warnings),
        language_code=_language(stt_entry, asked.stt.language_code, warnings),
    )
    llm = replace(
        asked.llm,
        provider=_named(llm_entry),
        model=_model(llm_entry, asked.llm.provider.name, asked.llm.model, warnings),
    )
    tts = replace(
        asked.tts,
        provider=_named(tts_entry),
        model=_model(tts_entry, asked.tts.provider.name, asked.tts.model, warnings),
        language_code=_language(tts_entry, asked.tts.language_code, warnings),
        voice=_voice(tts_entry, asked.tts.voice, warnings),
    )
    return Resolved(Configuration(stt=stt, llm=llm, tts=tts), tuple(warnings))


def _named(entry: ProviderEntry) -> Provider:
    return Provider(entry.name, entry.title)


def _model(entry: ProviderEntry, provider: str, asked: str, warnings: list[str]) -> str:
    """The model to use; a name that was meant for another `provider`, which this one stands in for, is not tried."""
    if asked == entry.default_model:
        return asked
    if entry.models is None and entry.name == provider.lower():
        return asked
    for name in (asked, f"{asked}:latest"):  # as Ollama lists a model that has no tag
        if entry.models and name in entry.models:
            return name
    warnings.append(f"{entry.kind}: No available models (used a default model)")
    if entry.models and entry.default_model:
        warnings.append(f"{entry.kind}: model {show(asked)} is not there, used {entry.default_model}")
    return entry.default_model


def _language(entry: ProviderEntry, asked: str, warnings: list[str]) -> str:
    if not entry.languages or _has_language(entry.languages, asked):
        return asked
    warnings.append(f"{entry.kind}: language {show(asked)} is not there, used {entry.default_language}")
    return entry.default_language


def _voice(entry: ProviderEntry, asked: str, warnings: list[str]) -> str:
    if not entry.voices or not asked or has_voice(entry.voices, asked):
        return asked
    warnings.append(f"{entry.kind}: voice {show(asked)} is not there, used the default voice")
    return ""


def has_voice(voices: Collection[str], asked: str) -> bool:
    """Whether the voice is there, in any case: by its name, by that name's first word, or as several joined by +."""
    folded = {voice.casefold() for voice in voices}
    folded |= {voice.partition(" ")[0] for voice in folded}
    wanted = asked.strip().casefold()
    return wanted in folded or all(part in folded for part in wanted.split("+"))


def _provider(kind: Kind, name: str, catalogue: Catalogue, warnings: list[str]) -> ProviderEntry:
    entries = [entry for entry in catalogue.entries if entry.kind == kind]
    named = next((entry for entry in entries if entry.name == name.lower()), None)
    if named is None:
        known = [entry.name for entry in entries]
        raise Refused(f"{kind}.provider: {show(name)} is unknown; there are: {', '.join(known)}")
    if named.configured:
        return named
    lacks = f" ({named.missing})" if named.missing else ""
    if not catalogue.substitute:
        raise Refused(f"{kind}.provider: {named.name} is not configured here{lacks}, and no other may stand in for it")
    substitute = next((entry for entry in entries if entry.configured), None)
    if substitute is None:
        raise Refused(f"{kind}.provider: {named.name} is not configured here{lacks}, and no other provider works")
    warnings.append(f"{kind}: {named.title} is not configured here{lacks}, used {substitute.title}")
    return substitute


def _has_language(languages: Collection[str], code: str) -> bool:
    """Whether the provider has this language, in this region or without one."""
    folded = code.lower().replace("_", "-")
    have = {language.lower() for language in languages}
    return folded in have or folded.split("-")[0] in {language.split("-")[0] for language in have}
