"""Azure AI Speech: recognition and speech."""

from adapters.reach.declaration import API_KEY, REGION, VOICE, Declaration, Service

AZURE = Declaration(
    name="azure",
    title="Azure",
    says="Azure AI Speech.",
    settings=(API_KEY.needed("AZURE_SPEECH_KEY"), REGION.needed("AZURE_SPEECH_REGION"), VOICE),
    stt=Service("adapters.vendors.azure.stt.AzureRecogniser", None),
    tts=Service("adapters.vendors.azure.tts.AzureSpeech", None, limit="adapters.vendors.azure.tts.limit"),
)
