"""Azure AI Speech: recognition and speech."""

from adapters.reach.declaration import API_KEY, REGION, VOICE, Declaration, Service

AZURE = Declaration(
    name="azure",
    title="Azure",
    says="Azure AI Speech.",
    settings=(API_KEY.needed("AZURE_SPEECH_KEY"), REGION.needed("AZURE_SPEECH_REGION"), VOICE),
    stt=Service("adapters.vendors.azure.stt.AzureRecogniser", None),
    tts=Service(
        "adapters.vendors.azure.tts.AzureSpeech",
        None,
        limit="adapters.vendors.azure.tts.limit",
        marks="visemes and words, by its WebSocket; words alone in languages for which it has no visemes, and nothing "
        "by voices that tell nothing. Where the WebSocket fails before sound, REST speaks and tells nothing.",
    ),
)
