"""ElevenLabs: recognition and speech."""

from adapters.reach.declaration import API_KEY, BASE_URL, STT_MODEL, TTS_MODEL, VOICE, Declaration, Service

ELEVENLABS = Declaration(
    name="elevenlabs",
    title="ElevenLabs",
    says="Voices, streamed, and Scribe for recognition.",
    settings=(API_KEY.needed("ELEVENLABS_API_KEY"), BASE_URL, STT_MODEL, TTS_MODEL, VOICE),
    url="https://api.elevenlabs.io",
    stt=Service("adapters.vendors.elevenlabs.stt.ElevenLabsRecogniser", "scribe_v2"),
    tts=Service(
        "adapters.vendors.elevenlabs.tts.ElevenLabsSpeech",
        "eleven_flash_v2_5",
        limit="adapters.vendors.elevenlabs.tts.limit",
        marks="words, by the times of its characters (`/stream/with-timestamps`), as it reads them: `$5` is `five "
        "dollars`.",
    ),
)
