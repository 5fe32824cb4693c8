"""Deepgram: live recognition."""

from adapters.reach.declaration import API_KEY, BASE_URL, STT_MODEL, Declaration, Service

DEEPGRAM = Declaration(
    name="deepgram",
    title="Deepgram",
    says="Live recognition over WebSocket: it hears while the person speaks.",
    settings=(API_KEY.needed("DEEPGRAM_API_KEY"), BASE_URL, STT_MODEL),
    url="https://api.deepgram.com/v1",
    stt=Service("adapters.vendors.deepgram.stt.DeepgramRecogniser", "nova-3"),
)
