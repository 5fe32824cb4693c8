"""A vendor's declaration. It is data alone: settings, catalogue, failover and docs are made of it."""

from collections.abc import Mapping
from typing import Any, Self

import msgspec
from msgspec.structs import replace

from actors.ports.calls import Kind
from adapters.reach.values import Host, Key, Port, Region, Url

KINDS: tuple[Kind, ...] = ("STT", "LLM", "TTS")


class Setting(msgspec.Struct, frozen=True):
    """A key in a provider's section of the settings file.

    `type`: what a value may be, of `adapters.reach.values` or plain. `variable`: the environment variable in which
    people keep it for other tools; "" where there is none. `is_needed`: without it the provider is not configured.
    `at_bound`: what happens where it is reached, of a setting that bounds something.
    """

    name: str
    says: str
    type: Any = str
    default: str | int | tuple[str, ...] = ""
    variable: str = ""
    is_needed: bool = False
    at_bound: str = ""

    def needed(self, variable: str = "") -> Self:
        """This setting, as one that has to be set."""
        return replace(self, variable=variable, is_needed=True)

    def usual(self, variable: str) -> Self:
        """This setting, as one that `variable` sets too."""
        return replace(self, variable=variable)


API_KEY = Setting("api_key", "The key that the provider gave.", Key)
BASE_URL = Setting("base_url", "Where the provider is, without a slash at the end.", Url)
REGION = Setting("region", "The region in which the key is valid.", Region)
TITLE = Setting("title", "What people see instead of its name.")
HOST = Setting("host", "The host on which it listens.", Host, "127.0.0.1")
PORT = Setting("port", "The TCP port on which it listens.", Port, 0)
STT_MODEL = Setting("stt_model", "The model for speech to text where a session names none that is there.")
LLM_MODEL = Setting("llm_model", "The language model where a session names none that is there.")
TTS_MODEL = Setting("tts_model", "The model for text to speech where a session names none that is there.")
VOICE = Setting("voice", "The voice where a session names none that is there.")
MODELS: Mapping[Kind, Setting] = {"STT": STT_MODEL, "LLM": LLM_MODEL, "TTS": TTS_MODEL}


class Service(msgspec.Struct, frozen=True):
    """One kind of work that a provider does.

    `adapter`: the dotted name of what makes the engine, a class or a function; it is imported when it is first needed.
    `takes`: what it is called with, in this order: `web` is the shared client, `endpoint` says where the provider is,
    `title` is what people see as its name, and any other name is a setting. `model`: what is used where neither session
    nor settings name one that is there; "": the first that the provider lists; None: there are no models to choose
    from. `url`: where it is, if the provider has several addresses. `limit`: the dotted name of a function that says
    for a `Speech` how much text one request may have (a `Limit`); a longer one is spoken in several requests. `marks`:
    what a synthesiser tells of its sound for the mouth (`Clip.marks`), in words; "": nothing. `unmarked`: the models of
    whose sound it tells no phonemes; None: of none it does.
    """

    adapter: str
    model: str | None = ""
    url: str = ""
    limit: str = ""
    marks: str = ""
    unmarked: tuple[str, ...] | None = None
    takes: tuple[str, ...] = ("web", "endpoint")


class Declaration(msgspec.Struct, frozen=True):
    """A provider; or, with `is_family`, a kind of provider of which the operator may have several, each by a name.

    `settings`: the keys of its section, in the order of the documentation. `url`: its usual address. `checked`: against
    what its adapters were tested.
    """

    name: str
    title: str
    says: str
    settings: tuple[Setting, ...]
    url: str = ""
    stt: Service | None = None
    llm: Service | None = None
    tts: Service | None = None
    is_family: bool = False
    checked: str = "a loopback server"

    @property
    def services(self) -> Mapping[Kind, Service]:
        """Its services, by kind."""
        services = {"STT": self.stt, "LLM": self.llm, "TTS": self.tts}
        return {kind: service for kind in KINDS if (service := services[kind]) is not None}

    @property
    def needs(self) -> tuple[Setting, ...]:
        """The settings that are needed before it can be used."""
        return tuple(setting for setting in self.settings if setting.is_needed)

    def section(self, name: str) -> str:
        """The section of the settings file for the provider `name`, as it is written there."""
        return f"[providers.{self.name}.{name}]" if self.is_family else f"[providers.{self.name}]"
