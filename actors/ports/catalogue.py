"""The catalogue: the providers that there are, and the models, voices and languages of each."""

import msgspec

from actors.ports.calls import Kind


class ProviderEntry(msgspec.Struct, frozen=True):
    """A provider of one kind: what it has, and whether it can be used here; `missing` says what it lacks, in words.

    Empty `models`, `voices` or `languages`: it has no list; None: it has one, which is not known at the moment.
    """

    name: str
    title: str
    kind: Kind
    configured: bool
    default_model: str = ""
    models: tuple[str, ...] | None = ()
    voices: tuple[str, ...] | None = ()
    languages: tuple[str, ...] | None = ()
    default_language: str = ""
    missing: str = ""


class Catalogue(msgspec.Struct, frozen=True):
    """All providers, in the operator's order of preference; `substitute`: whether one may stand in for another."""

    entries: tuple[ProviderEntry, ...]
    substitute: bool = True
