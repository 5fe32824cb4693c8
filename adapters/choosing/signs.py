"""The signs of local servers: the answers that only one kind of server gives, and the models that it has.

The answers are as the servers' documentation has them: Ollama /api/tags and /api/ps, LM Studio /api/v0/models,
llama.cpp /props, vLLM /version, LocalAI /system, Kokoro-FastAPI /v1/audio/voices, speaches the `task` of its models. A
server that answers /v1/models alone is taken for some OpenAI-compatible server.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actors.ports.calls import Kind

EVERYBODYS = "/v1/models"

_EMBEDS = re.compile(r"embed|bge-|minilm|rerank|e5-|nomic", re.IGNORECASE)
_HEARS = re.compile(r"whisper|transcribe|asr|parakeet|canary|voxtral|moonshine|sensevoice", re.IGNORECASE)
_SPEAKS = re.compile(r"tts|kokoro|piper|orpheus|bark|parler|xtts", re.IGNORECASE)
_DRAWS = re.compile(r"stable-?diffusion|flux|dall-e|image", re.IGNORECASE)
_TASKS: Mapping[str, Kind] = {"automatic-speech-recognition": "STT", "text-to-speech": "TTS"}


class ServerAnswers:
    """The answers of one server by path; None for a path that it does not answer."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        self._answers = answers

    def at(self, path: str, *keys: str) -> Any:
        """The value under the keys of the answer to `path`."""
        value: Any = self._answers.get(path)
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def each(self, path: str, key: str) -> list[Mapping[str, Any]]:
        """The objects of a list in the answer to `path`."""
        value = self.at(path, key)
        return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []

    def ids(self) -> list[str]:
        """The models of /v1/models, embedding and drawing ones left out."""
        ids = [str(item.get("id", "")) for item in self.each(EVERYBODYS, "data")]
        return [name for name in ids if name and not _EMBEDS.search(name) and not _DRAWS.search(name)]


FoundModels = dict[Kind, list[str]]


def _ollama(answers: ServerAnswers) -> FoundModels | None:
    if answers.at("/api/tags", "models") is None:
        return None
    loaded = [str(item.get("name", "")) for item in answers.each("/api/ps", "models")]
    names = [str(item.get("name", "")) for item in answers.each("/api/tags", "models")]
    return {"LLM": [name for name in _first(loaded, names) if not _EMBEDS.search(name)]}


def _lm_studio(answers: ServerAnswers) -> FoundModels | None:
    models = [item for item in answers.each("/api/v0/models", "data") if item.get("type") in ("llm", "vlm")]
    if answers.at("/api/v0/models", "data") is None:
        return None
    loaded = [str(item.get("id")) for item in models if item.get("state") == "loaded"]
    return {"LLM": _first(loaded, [str(item.get("id")) for item in models])}


def _llama_cpp(answers: ServerAnswers) -> FoundModels | None:
    return {"LLM": answers.ids()} if answers.at("/props", "default_generation_settings") is not None else None


def _local_ai(answers: ServerAnswers) -> FoundModels | None:
    if answers.at("/system", "backends") is None:
        return None
    loaded = [str(item.get("id", "")) for item in answers.each("/system", "loaded_models")]
    return _by_name(_first([name for name in loaded if name in answers.ids()], answers.ids()))


def _kokoro(answers: ServerAnswers) -> FoundModels | None:
    has_voices = isinstance(answers.at("/v1/audio/voices", "voices"), list)
    ids = answers.ids()
    return {"TTS": ids or ["kokoro"]} if has_voices and all(_SPEAKS.search(name) for name in ids) else None


def _speaches(answers: ServerAnswers) -> FoundModels | None:
    models = [item for item in answers.each(EVERYBODYS, "data") if item.get("task") in _TASKS]
    if not models:
        return None
    found: FoundModels = {"STT": [], "TTS": []}
    for item in models:
        found[_TASKS[item["task"]]].append(str(item.get("id", "")))
    return found


def _vllm(answers: ServerAnswers) -> FoundModels | None:
    is_vllm = isinstance(answers.at("/version", "version"), str)
    return _by_name(answers.ids()) if is_vllm and answers.ids() else None


def _some(answers: ServerAnswers) -> FoundModels | None:
    return _by_name(answers.ids()) if answers.at(EVERYBODYS, "data") is not None else None


def _by_name(ids: Sequence[str]) -> FoundModels:
    found: FoundModels = {"STT": [], "LLM": [], "TTS": []}
    for name in ids:
        found["STT" if _HEARS.search(name) else "TTS" if _SPEAKS.search(name) else "LLM"].append(name)
    return found


def _first(some: Sequence[str], all_: Sequence[str]) -> list[str]:
    """All, and those that are among `some` first."""
    return list(dict.fromkeys((*some, *all_)))


SOME = "OpenAI-compatible server"
OLLAMA, LLAMA_CPP = "Ollama", "llama.cpp"
"""The titles of servers that tell more of a model."""
SIGNS: tuple[tuple[str, str, Callable[[ServerAnswers], FoundModels | None]], ...] = (
    ("ollama", OLLAMA, _ollama),
    ("lmstudio", "LM Studio", _lm_studio),
    ("localai", "LocalAI", _local_ai),
    ("llamacpp", LLAMA_CPP, _llama_cpp),
    ("speaches", "speaches", _speaches),
    ("kokoro", "Kokoro", _kokoro),
    ("vllm", "vLLM", _vllm),
    ("openai_server", SOME, _some),
)
"""Name, title, and what it is known by; the more certain sign first."""
NAMES = frozenset(name for name, _, _ in SIGNS) | {"wyoming_stt", "wyoming_tts"}
"""What a server that is found can be called, followed by its port where there are two."""
PATHS = ("/api/tags", "/api/ps", "/api/v0/models", "/system", "/props", "/version", "/v1/audio/voices")
