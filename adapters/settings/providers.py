"""The settings of the providers: who is preferred, and for each provider a section as its declaration says it."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from actors.ports.calls import Kind
from adapters.reach.declaration import Declaration, Setting
from adapters.reach.values import Host
from adapters.settings.errors import BadSettings
from adapters.settings.section import Section
from adapters.vendors.declarations import DECLARATIONS
from adapters.vendors.embedded.declaration import EMBEDDED
from protocol.timing import Seconds
from protocol.tolerant import show


class ProviderSettings(Section, frozen=True):
    """The settings of one provider; its fields are those of the provider's declaration, see `struct_of`."""

    def text(self, name: str) -> str:
        """The value of `name`; "" where it is not set, or where this provider has no such setting."""
        return str(getattr(self, name, ""))

    def unset(self, declaration: Declaration) -> tuple[Setting, ...]:
        """The needed settings that are not set."""
        return tuple(need for need in declaration.needs if not getattr(self, need.name))


@cache
def struct_of(declaration: Declaration) -> type[ProviderSettings]:
    """The struct of the provider's section in the settings."""
    fields = [(setting.name, setting.type, setting.default) for setting in declaration.settings]
    name = declaration.name.title().replace("_", "") + "Settings"
    made = msgspec.defstruct(name, fields, bases=(ProviderSettings,), module=__name__, frozen=True)
    assert issubclass(made, ProviderSettings)
    return made


def settings_of(declaration: Declaration, **values: Any) -> ProviderSettings:
    """The provider's settings: `values`, else the defaults. Raises TypeError for a name that is no setting of it."""
    return struct_of(declaration)(**values)


def check_own_name(name: str, where: str) -> None:
    """Refuse what the operator calls a provider of a family where it is a name of ours, or fits into no variable.

    Raises BadSettings, which begins with `where`.
    """
    taken = [declaration.name for declaration in (*DECLARATIONS, EMBEDDED)]
    if name in taken or not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
        raise BadSettings(
            f"{where}: came {show(name)}, allowed: a name of your own in small letters, digits, - and _, "
            f"and none of {', '.join(taken)}"
        )


class Preference(Section, frozen=True):
    """For each kind the names of providers, the preferred one first."""

    stt: tuple[str, ...] = ()
    """The providers of speech to text, the preferred one first."""
    llm: tuple[str, ...] = ()
    """The language models, the preferred one first."""
    tts: tuple[str, ...] = ()
    """The providers of text to speech, the preferred one first."""

    def of(self, kind: Kind) -> tuple[str, ...]:
        """The names for this kind."""
        return {"STT": self.stt, "LLM": self.llm, "TTS": self.tts}[kind]


class Providers(Section, frozen=True):
    """Which engines answer."""

    substitute: bool = True
    """Whether a provider that is not configured here is replaced by one that is, with a warning; or refused."""
    discover: bool = True
    """Whether local servers such as Ollama are looked for, and used for a kind with nothing configured."""
    discover_hosts: tuple[Host, ...] = ()
    """Hosts that are looked at besides this machine."""
    guide: bool = True
    """Whether the embedded guide answers where language models fail and [providers.prefer] llm is not set."""
    hedge: Seconds = 1.0
    """How long a provider may be silent, in seconds. At the bound: the next one, where there is one, is begun beside
    it."""
    patience: Seconds = 10.0
    """How long a provider may take for its first result, in seconds. At the bound: it is given up, where there is
    another one."""
    prefer: Preference = Preference()
    """Which providers stand in for one that is not configured, or that fails."""
    local: ProviderSettings = settings_of(EMBEDDED)
    """The embedded engines."""
    accounts: Mapping[str, ProviderSettings] = {}
    """The provider's own section, by the provider's name."""
    named: Mapping[str, Mapping[str, ProviderSettings]] = {}
    """The sections of providers of which there may be several, by the kind of provider and the operator's own name."""
