"""The configuration of a session, resolved by the catalogue: providers that stand in, models and voices that exist."""

from collections.abc import Collection
from typing import NamedTuple

from msgspec.structs import replace

from actors.deciding.events import Resolved
from actors.ports.calls import Kind
from actors.ports.catalogue import Catalogue, ProviderEntry
from actors.ports.fitting import fitting, has_voice, lacks
from protocol.configuration import Configuration, Named, Provider, Tts
from protocol.errors import ErrorId
from protocol.languages import folded, primary
from protocol.tolerant import show


class UnusableProvider(Exception):
    """The configuration names a provider that cannot be used."""


class _Wish(NamedTuple):
    """The fields that a session asks of one kind of work, and which of them the client has named itself."""

    kind: Kind
    provider: str
    model: str
    language: str
    named: Named

    def names(self, field: str) -> bool:
        """Whether the client gave this field, or it is the default."""
        return (self.kind, field) in self.named


def resolve(asked: Configuration, named: Named, catalogue: Catalogue) -> Resolved:
    """The configuration to use for what was `asked`, with a warning for each thing that is not as the client named it.

    A field that the client has not `named` is the server's choice, without a warning: the first provider of the
    catalogue, that provider's own model and language. A provider that does not exist is refused, and so is one that is
    not configured if no other may stand in for it.
    """
    warnings: list[str] = []
    stt_wish = _Wish("STT", asked.stt.provider.name, asked.stt.model, asked.stt.language_code, named)
    llm_wish = _Wish("LLM", asked.llm.provider.name, asked.llm.model, "", named)
    tts_wish = _Wish("TTS", asked.tts.provider.name, asked.tts.model, asked.tts.language_code, named)
    try:
        stt_entry, llm_entry, tts_entry = (
            _provider(wish, catalogue, warnings) for wish in (stt_wish, llm_wish, tts_wish)
        )
    except UnusableProvider as refused:
        return Resolved(asked, error_id=ErrorId.UNKNOWN_PROVIDER, message=f"session.update: {refused}")
    stt = replace(
        asked.stt,
        provider=_titled(stt_entry),
        model=_model(stt_entry, stt_wish, warnings),
        language_code=_language(stt_entry, stt_wish, warnings),
    )
    llm = replace(asked.llm, provider=_titled(llm_entry), model=_model(llm_entry, llm_wish, warnings))
    tts = replace(
        asked.tts,
        provider=_titled(tts_entry),
        model=_model(tts_entry, tts_wish, warnings),
        language_code=_language(tts_entry, tts_wish, warnings),
        voice=_voice(tts_entry, asked.tts.voice, warnings),
    )
    tts = replace(tts, model=_fitting(tts_entry, tts, warnings))
    return Resolved(replace(asked, stt=stt, llm=llm, tts=tts), tuple(warnings))


def _titled(entry: ProviderEntry) -> Provider:
    return Provider(entry.name, entry.title)


def _model(entry: ProviderEntry, wish: _Wish, warnings: list[str]) -> str:
    """The model to use; a name that was meant for another provider, which this one stands in for, is not tried."""
    asked, is_meant = wish.model, entry.name == wish.provider.lower()
    if not wish.names("model") or asked == entry.default_model:
        return entry.default_model
    if entry.models is None and is_meant:
        return asked
    for name in (asked, f"{asked}:latest"):  # as Ollama lists a model that has no tag
        if entry.models and name in entry.models:
            return name
    warnings.append(f"{entry.kind}: No available models (used a default model)")
    if entry.models and entry.default_model and is_meant:
        warnings.append(f"{entry.kind}: model {show(asked)} is not there, used {entry.default_model}")
    return entry.default_model


def _language(entry: ProviderEntry, wish: _Wish, warnings: list[str]) -> str:
    if not entry.languages or _has_language(entry.languages, wish.language):
        return wish.language
    if wish.names("language_code"):
        warnings.append(f"{entry.kind}: language {show(wish.language)} is not there, used {entry.default_language}")
    return entry.default_language


def _voice(entry: ProviderEntry, asked: str, warnings: list[str]) -> str:
    if not entry.voices or not asked or has_voice(entry.voices, asked):
        return asked
    warnings.append(f"{entry.kind}: voice {show(asked)} is not there, used the default voice")
    return ""


def _fitting(entry: ProviderEntry, tts: Tts, warnings: list[str]) -> str:
    """The model to use: another one where that model cannot speak the language, or has no such voice."""
    wanted = tts.language_code, tts.voice, tts.ssml_gender.name
    if not entry.limits:
        return tts.model
    model = fitting(entry.limits, (tts.model, *(entry.models or ())), *wanted)
    if model != tts.model:
        warnings.append(f"TTS: {lacks(tts.model, entry.limits.get(tts.model), *wanted)}, used {model}")
    return model


def _provider(wish: _Wish, catalogue: Catalogue, warnings: list[str]) -> ProviderEntry:
    """The provider to use: the named one, what stands in for it, or the first where none is named."""
    kind = wish.kind
    entries = [entry for entry in catalogue.entries if entry.kind == kind]
    first = next((entry for entry in entries if entry.configured), None)
    if first is not None and not wish.names("provider"):
        return first
    named = next((entry for entry in entries if entry.name == wish.provider.lower()), None)
    if named is None:
        known = [entry.name for entry in entries]
        raise UnusableProvider(f"{kind}.provider: {show(wish.provider)} is unknown; there are: {', '.join(known)}")
    if named.configured:
        return named
    lacks = f" ({named.missing})" if named.missing else ""
    if not catalogue.substitute:
        raise UnusableProvider(
            f"{kind}.provider: {named.name} is not configured here{lacks}, and no other may stand in for it"
        )
    if first is None:
        raise UnusableProvider(
            f"{kind}.provider: {named.name} is not configured here{lacks}, and no other provider works"
        )
    warnings.append(f"{kind}: {named.title} is not configured here{lacks}, used {first.title}")
    return first


def _has_language(languages: Collection[str], code: str) -> bool:
    """Whether the provider has this language, in this region or without one."""
    have = {folded(language) for language in languages}
    return folded(code) in have or primary(code) in {primary(language) for language in have}
