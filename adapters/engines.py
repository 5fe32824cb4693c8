"""The engines of this server: which provider is served by what, and what the catalogue says of each."""

import trio

from actors.ports import (
    Analyst,
    Catalogue,
    Codec,
    Kind,
    LanguageModel,
    ProviderEntry,
    SpeechToText,
    TextToSpeech,
)
from adapters.audio import AudioCodec
from adapters.errors import StartupFailed
from adapters.llm.local import DEFAULT_MODEL, MODELS, Local
from adapters.sentiment import Vader
from adapters.settings import Providers
from adapters.stt.local import LANGUAGE, LocalRecogniser
from adapters.tts.local import LocalSpeech
from protocol.tolerant import show

LOCAL, LOCAL_TITLE = "local", "Local"
ANNOUNCED: tuple[tuple[Kind, str, str], ...] = (
    ("STT", "openai", "OpenAI"),
    ("LLM", "openai", "OpenAI"),
    ("LLM", "aigames", "AI_Games"),
    ("TTS", "openai", "OpenAI"),
)
"""Providers that a session may name and that cannot be configured yet: `local` stands in for them."""


def check_preferences(providers: Providers) -> None:
    """Raise StartupFailed where the operator prefers a provider that does not exist, naming those that do."""
    prefer: dict[Kind, tuple[str, ...]] = {
        "STT": providers.prefer.stt,
        "LLM": providers.prefer.llm,
        "TTS": providers.prefer.tts,
    }
    for kind, names in prefer.items():
        known = [name for of, name, _ in ANNOUNCED if of == kind] + [LOCAL]
        for name in names:
            if name not in known:
                place = f"[providers.prefer] {kind.lower()}"
                raise StartupFailed(f"{place}: unknown provider {show(name)}; there are: {', '.join(known)}")


class LocalEngines:
    """The embedded engines; satisfies `actors.ports.Engines`. Nothing works before `run` has started them."""

    def __init__(self, stt_workers: int, tts_workers: int) -> None:
        self._codec = AudioCodec()
        self._analyst = Vader()
        self._stt = LocalRecogniser(stt_workers)
        self._tts = LocalSpeech(tts_workers)
        self._llm = Local()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the worker processes until cancelled; `started` once each has shown that it works.

        Raises EngineFailed, in a group, where one does not.
        """
        async with trio.open_nursery() as nursery:
            async with trio.open_nursery() as starting:
                for engine in (self._stt, self._tts, self._codec):
                    starting.start_soon(nursery.start, engine.run)
                starting.start_soon(trio.to_thread.run_sync, self._analyst.sentiment, "warm")
            task_status.started()

    def problems(self) -> tuple[str, ...]:
        """What does not work at the moment, in words; empty when all is well."""
        pids = {
            "speech recognition": self._stt.pids,
            "speech synthesis": self._tts.pids,
            "the audio codec": self._codec.pids,
        }
        return tuple(f"{name} has no process ready" for name, ready in pids.items() if not ready)

    def catalogue(self, providers: Providers) -> Catalogue:
        """Every provider that a session may name, the operator's preferences first and `local` last."""
        announced = [ProviderEntry(name, title, kind, configured=False) for kind, name, title in ANNOUNCED]
        prefer = {"STT": providers.prefer.stt, "LLM": providers.prefer.llm, "TTS": providers.prefer.tts}

        def rank(entry: ProviderEntry) -> int:
            order = prefer[entry.kind]
            return order.index(entry.name) if entry.name in order else len(order)

        return Catalogue(tuple(sorted((*announced, *self._local_entries()), key=rank)), providers.substitute)

    def _local_entries(self) -> tuple[ProviderEntry, ...]:
        return (
            ProviderEntry(LOCAL, LOCAL_TITLE, "STT", True, "pocketsphinx", (), (), (LANGUAGE,), LANGUAGE),
            ProviderEntry(LOCAL, LOCAL_TITLE, "LLM", True, DEFAULT_MODEL, MODELS),
            ProviderEntry(
                LOCAL,
                LOCAL_TITLE,
                "TTS",
                True,
                "espeak-ng",
                voices=self._tts.voices(),
                languages=self._tts.languages(),
                default_language=LANGUAGE,
            ),
        )

    def recogniser(self, provider: str) -> SpeechToText:
        """The speech-to-text engine."""
        return self._stt

    def model(self, provider: str) -> LanguageModel:
        """The language model, or what stands for one."""
        return self._llm

    def synthesiser(self, provider: str) -> TextToSpeech:
        """The text-to-speech engine."""
        return self._tts

    @property
    def codec(self) -> Codec:
        """Conversion between audio formats."""
        return self._codec

    @property
    def analyst(self) -> Analyst:
        """Sentiment."""
        return self._analyst
