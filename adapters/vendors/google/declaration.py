"""Google Cloud: recognition and speech."""

from adapters.reach.declaration import API_KEY, STT_MODEL, VOICE, Declaration, Service

GOOGLE = Declaration(
    name="google",
    title="Google",
    says="Google Cloud Speech-to-Text and Text-to-Speech, by an API key.",
    settings=(API_KEY.needed("GOOGLE_API_KEY"), STT_MODEL, VOICE),
    stt=Service("adapters.vendors.google.stt.GoogleRecogniser", "latest_long", "https://speech.googleapis.com/v1"),
    tts=Service(
        "adapters.vendors.google.tts.GoogleSpeech",
        None,
        limit="adapters.vendors.google.tts.limit",
        marks="words, by marks in SSML (`v1beta1`): voices named Standard, Wavenet, Neural2, News, Casual and "
        "Polyglot, and where no voice is named. Studio, Chirp and Gemini heed no marks; languages without spaces have "
        "none.",
    ),
)
