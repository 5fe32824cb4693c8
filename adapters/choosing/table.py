"""The table of providers: a row says what a provider is called, what it does, what it needs, and how it is reached.

To add one, write its adapter and its row here; settings, variables, catalogue, failover and docs/providers.md follow.
docs/adding-a-provider.md shows it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

from actors.ports.answering import LanguageModel
from actors.ports.calls import Kind
from actors.ports.recognition import SpeechToText
from actors.ports.synthesis import Speech, TextToSpeech
from adapters.reach.contract import Endpoint
from adapters.reach.lengths import Limit
from adapters.reach.web import Web
from adapters.settings.settings import Account
from adapters.vendors.anthropic.llm import AnthropicChat
from adapters.vendors.azure import tts as azure
from adapters.vendors.azure.stt import AzureRecogniser
from adapters.vendors.azure.tts import AzureSpeech
from adapters.vendors.deepgram.stt import DeepgramRecogniser
from adapters.vendors.elevenlabs import tts as elevenlabs
from adapters.vendors.elevenlabs.stt import ElevenLabsRecogniser
from adapters.vendors.elevenlabs.tts import ElevenLabsSpeech
from adapters.vendors.google import tts as google
from adapters.vendors.google.stt import GoogleRecogniser
from adapters.vendors.google.tts import GoogleSpeech
from adapters.vendors.openai import tts as openai
from adapters.vendors.openai.llm import AIGAMES, OPENAI, OpenAiChat
from adapters.vendors.openai.stt import CompatibleRecogniser, OpenAIRecogniser
from adapters.vendors.openai.tts import CompatibleSpeech, OpenAISpeech
from adapters.vendors.piper import tts as piper
from adapters.vendors.piper.tts import PiperSpeech
from adapters.vendors.sherpa.stt import SherpaRecogniser
from adapters.vendors.wyoming import tts as wyoming
from adapters.vendors.wyoming.stt import WyomingRecogniser
from adapters.vendors.wyoming.tts import WyomingSpeech

E = TypeVar("E", covariant=True)
"""A port: what an engine is."""
KINDS: tuple[Kind, ...] = ("STT", "LLM", "TTS")
LOCAL, LOCAL_TITLE = "local", "Local"


class Site(msgspec.Struct, frozen=True):
    """Where an engine is built: with which client, for which endpoint, out of which section of the settings."""

    web: Web
    endpoint: Endpoint
    account: Account


class Part(msgspec.Struct, Generic[E], frozen=True):
    """What a provider does of one kind.

    `model`: what is used where neither session nor settings name one that is there; "": the first that the provider
    lists; None: it has no models to choose from. `url`: where it is, if its provider has several addresses. `limit`:
    how much of a speech one request of a synthesiser may have; a longer one is spoken in several.
    """

    build: Callable[[Site], E]
    model: str | None = ""
    url: str = ""
    limit: Callable[[Speech], Limit] | None = None


class Need(msgspec.Struct, frozen=True):
    """A setting of a provider, by its name in `Account`, and the variable in which it is usually kept."""

    setting: str
    variable: str = ""


class Row(msgspec.Struct, frozen=True):
    """A provider; or, with `is_family`, a kind of provider of which the operator may have several, each by a name.

    `needs` has to be set before it can be used, `takes` may be. `checked`: against what the adapters were tested.
    """

    name: str
    title: str
    says: str
    needs: tuple[Need, ...] = ()
    takes: tuple[Need, ...] = ()
    url: str = ""
    stt: Part[SpeechToText] | None = None
    llm: Part[LanguageModel] | None = None
    tts: Part[TextToSpeech] | None = None
    is_family: bool = False
    checked: str = "a loopback server"

    @property
    def parts(self) -> Mapping[Kind, Part[SpeechToText] | Part[LanguageModel] | Part[TextToSpeech]]:
        """What it does, by kind."""
        parts = {"STT": self.stt, "LLM": self.llm, "TTS": self.tts}
        return {kind: part for kind in KINDS if (part := parts[kind]) is not None}

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of all its settings."""
        named = [each.setting for each in (*self.needs, *self.takes)]
        models = [f"{kind.lower()}_model" for kind, part in self.parts.items() if part.model is not None]
        voice = ["voice"] if self.tts is not None and "voice" not in named else []
        return (*named, *models, *voice)

    def section(self, name: str) -> str:
        """The section of the settings for the provider `name`, as it stands in the file."""
        return f"[providers.{self.name}.{name}]" if self.is_family else f"[providers.{self.name}]"

    def missing(self, account: Account) -> str:
        """What has to be set before it can be used, in words; "" where nothing is missing."""
        unset = [need for need in self.needs if not getattr(account, need.setting)]
        return " and ".join(need.variable or f"{self.section(self.name)} {need.setting}" for need in unset)

    def endpoint(self, name: str, account: Account, kind: Kind) -> Endpoint:
        """Where the provider `name` is for this kind of work, and what opens it."""
        url = (account.base_url or self.parts[kind].url or self.url).rstrip("/")
        if self.url.endswith("/v1") and not urlsplit(url).path:
            url += "/v1"  # what OpenAI's own clients are told ends so, and people leave it out
        key = next((need for need in (*self.needs, *self.takes) if need.setting == "api_key"), None)
        setting = f"{self.section(name)} api_key" if key is not None else ""
        usual = f"{key.variable} or " if key is not None and key.variable else ""
        title = account.title or (name if self.is_family else self.title)
        return Endpoint(name, title, url, account.api_key, usual + setting, account.region)


def over(adapter: Callable[[Web, Endpoint], E]) -> Callable[[Site], E]:
    """How an engine is built that needs the shared client and an endpoint."""
    return lambda site: adapter(site.web, site.endpoint)


def usual_variables(rows: tuple[Row, ...]) -> dict[str, tuple[str, str]]:
    """The variables in which keys are usually kept, each with the provider and the setting that it fills."""
    return {
        need.variable: (row.name, need.setting) for row in rows for need in (*row.needs, *row.takes) if need.variable
    }


def _key(variable: str) -> tuple[Need, ...]:
    return (Need("api_key", variable),)


def _wyoming_recogniser(site: Site) -> WyomingRecogniser:
    return WyomingRecogniser(site.account.host, site.account.port, site.endpoint.title)


def _wyoming_speech(site: Site) -> WyomingSpeech:
    return WyomingSpeech(site.account.host, site.account.port, site.endpoint.title)


_WHERE = (Need("base_url"),)

ROWS: tuple[Row, ...] = (
    Row(
        "aigames",
        "AI_Games",
        "An OpenAI-compatible endpoint to which `LLM.name` names the character.",
        needs=(Need("api_key", "AIGAMES_API_KEY"), Need("base_url", "AIGAMES_BASE_URL")),
        url="/v1",
        llm=Part(lambda site: OpenAiChat(site.web, site.endpoint, AIGAMES), "gpt-4o"),
    ),
    Row(
        "openai",
        "OpenAI",
        "The API of OpenAI itself.",
        needs=_key("OPENAI_API_KEY"),
        takes=(Need("base_url", "OPENAI_BASE_URL"),),
        url="https://api.openai.com/v1",
        stt=Part(over(OpenAIRecogniser), "whisper-1"),
        llm=Part(lambda site: OpenAiChat(site.web, site.endpoint, OPENAI), "gpt-4o"),
        tts=Part(over(OpenAISpeech), "tts-1", limit=openai.limit),
    ),
    Row(
        "anthropic",
        "Anthropic",
        "Claude, by the messages API.",
        needs=_key("ANTHROPIC_API_KEY"),
        takes=_WHERE,
        url="https://api.anthropic.com/v1",
        llm=Part(over(AnthropicChat), "claude-haiku-4-5"),
    ),
    Row(
        "deepgram",
        "Deepgram",
        "Live recognition over WebSocket: it hears while the person speaks.",
        needs=_key("DEEPGRAM_API_KEY"),
        takes=_WHERE,
        url="https://api.deepgram.com/v1",
        stt=Part(over(DeepgramRecogniser), "nova-3"),
    ),
    Row(
        "elevenlabs",
        "ElevenLabs",
        "Voices, streamed, and Scribe for recognition.",
        needs=_key("ELEVENLABS_API_KEY"),
        takes=_WHERE,
        url="https://api.elevenlabs.io",
        stt=Part(over(ElevenLabsRecogniser), "scribe_v2"),
        tts=Part(over(ElevenLabsSpeech), "eleven_flash_v2_5", limit=elevenlabs.limit),
    ),
    Row(
        "google",
        "Google",
        "Google Cloud Speech-to-Text and Text-to-Speech, by an API key.",
        needs=_key("GOOGLE_API_KEY"),
        stt=Part(over(GoogleRecogniser), "latest_long", "https://speech.googleapis.com/v1"),
        tts=Part(over(GoogleSpeech), None, limit=lambda _: google.LIMIT),
    ),
    Row(
        "azure",
        "Azure",
        "Azure AI Speech.",
        needs=(Need("api_key", "AZURE_SPEECH_KEY"), Need("region", "AZURE_SPEECH_REGION")),
        stt=Part(over(AzureRecogniser), None),
        tts=Part(over(AzureSpeech), None, limit=azure.limit),
    ),
    Row(
        "openai_compatible",
        "OpenAI-compatible",
        "Any server that speaks as OpenAI does: Ollama, llama.cpp, vLLM, LM Studio, LocalAI, speaches, Kokoro-FastAPI, "
        "Azure OpenAI. It serves the kinds for which a model (or a voice) is set; where none is set, those for which "
        "it lists models.",
        needs=(Need("base_url"),),
        takes=(Need("api_key"), Need("title")),
        url="/v1",
        stt=Part(over(CompatibleRecogniser)),
        llm=Part(over(OpenAiChat)),
        tts=Part(over(CompatibleSpeech), limit=openai.limit),
        is_family=True,
        checked="a loopback server; LLM also a real llama.cpp server",
    ),
    Row(
        "wyoming",
        "Wyoming",
        "The local engines of Home Assistant, such as faster-whisper and piper, over TCP. It serves what it says it "
        "does.",
        needs=(Need("port"),),
        takes=(Need("host"), Need("title")),
        stt=Part(_wyoming_recogniser),
        tts=Part(_wyoming_speech, None, limit=wyoming.LONGEST),
        is_family=True,
        checked="the protocol's own implementation (PyPI wyoming)",
    ),
    Row(
        "sherpa",
        "Sherpa",
        "sherpa-onnx with a model of your own, in a process of its own; needs `pip install vivavoce[sherpa]`.",
        needs=(Need("model_dir"),),
        stt=Part(lambda site: SherpaRecogniser(Path(site.account.model_dir)), None),
        checked="the library's own interface, without a model",
    ),
    Row(
        "piper",
        "Piper",
        "piper with a voice of your own, in a process of its own; needs `pip install vivavoce[piper]`.",
        needs=(Need("voice"),),
        tts=Part(lambda site: PiperSpeech(Path(site.account.voice)), None, limit=piper.LONGEST),
        checked="the library's own interface, without a voice that people use",
    ),
)
"""In the order in which they are taken where the operator prefers none: the protocol's defaults first."""


def row_of(name: str) -> Row:
    """The row of this name. Raises KeyError."""
    return _BY_NAME[name]


_BY_NAME = {row.name: row for row in ROWS}
