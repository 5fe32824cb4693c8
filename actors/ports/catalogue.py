"""The catalogue: the providers that there are, and the models, voices and languages of each."""

from collections.abc import Mapping

import msgspec

from actors.ports.calls import Kind


class ModelLimits(msgspec.Struct, frozen=True):
    """What a model can do where it can less than its provider; an empty list: as its provider.

    `languages`: those that it speaks, in any region. `voices`, `genders`: those that it has.
    """

    languages: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()


class ProviderEntry(msgspec.Struct, frozen=True):
    """A provider of one kind: what it has, and whether it can be used here; `missing` says what it lacks, in words.

    Empty `models`, `voices` or `languages`: it has no list; None: it has one, which is not known at the moment.
    `limits`: of the models that can less than the others.
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
    limits: Mapping[str, ModelLimits] = {}


class Catalogue(msgspec.Struct, frozen=True):
    """All providers, in the operator's order of preference; `substitute`: whether one may stand in for another."""

    entries: tuple[ProviderEntry, ...]
    substitute: bool = True
