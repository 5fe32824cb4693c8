"""OpenAI, AI_Games, and every other server that speaks OpenAI's protocol."""

from adapters.reach.declaration import (
    API_KEY,
    BASE_URL,
    LLM_MODEL,
    STT_MODEL,
    TITLE,
    TTS_MODEL,
    VOICE,
    Declaration,
    Service,
)

_MODELS = (STT_MODEL, LLM_MODEL, TTS_MODEL, VOICE)
_LIMIT = "adapters.vendors.openai.tts.limit"

AIGAMES = Declaration(
    name="aigames",
    title="AI_Games",
    says="An OpenAI-compatible endpoint to which `LLM.name` names the character.",
    settings=(API_KEY.needed("AIGAMES_API_KEY"), BASE_URL.needed("AIGAMES_BASE_URL"), LLM_MODEL),
    url="/v1",
    llm=Service("adapters.vendors.openai.llm.aigames_chat", "gpt-4o"),
)
OPENAI = Declaration(
    name="openai",
    title="OpenAI",
    says="The API of OpenAI itself.",
    settings=(API_KEY.needed("OPENAI_API_KEY"), BASE_URL.usual("OPENAI_BASE_URL"), *_MODELS),
    url="https://api.openai.com/v1",
    stt=Service("adapters.vendors.openai.stt.OpenAIRecogniser", "whisper-1"),
    llm=Service("adapters.vendors.openai.llm.openai_chat", "gpt-4o"),
    tts=Service("adapters.vendors.openai.tts.OpenAISpeech", "tts-1", limit=_LIMIT),
)
COMPATIBLE = Declaration(
    name="openai_compatible",
    title="OpenAI-compatible",
    says="Any server that speaks as OpenAI does: Ollama, llama.cpp, vLLM, LM Studio, LocalAI, speaches, "
    "Kokoro-FastAPI, Azure OpenAI. It serves the kinds for which a model (or a voice) is set; where none is set, those "
    "for which it lists models.",
    settings=(BASE_URL.needed(), API_KEY, TITLE, *_MODELS),
    url="/v1",
    stt=Service("adapters.vendors.openai.stt.CompatibleRecogniser"),
    llm=Service("adapters.vendors.openai.llm.OpenAiChat"),
    tts=Service(
        "adapters.vendors.openai.tts.CompatibleSpeech",
        limit=_LIMIT,
        marks="words, by the captioned speech of Kokoro-FastAPI (`/dev/captioned_speech`), for which servers on this "
        "machine are asked once, and others that show signs of Kokoro. Nothing by other servers.",
    ),
    is_family=True,
    checked="a loopback server; LLM also a real llama.cpp server",
)
