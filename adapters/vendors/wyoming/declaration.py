"""Wyoming: the local engines of Home Assistant."""

from adapters.reach.declaration import HOST, PORT, STT_MODEL, TITLE, VOICE, Declaration, Service

_TAKES = ("host", "port", "title")

WYOMING = Declaration(
    name="wyoming",
    title="Wyoming",
    says="The local engines of Home Assistant, such as faster-whisper and piper, over TCP. It serves what it says it "
    "does.",
    settings=(PORT.needed(), HOST, TITLE, STT_MODEL, VOICE),
    stt=Service("adapters.vendors.wyoming.stt.WyomingRecogniser", takes=_TAKES),
    tts=Service(
        "adapters.vendors.wyoming.tts.WyomingSpeech", None, limit="adapters.vendors.wyoming.tts.LONGEST", takes=_TAKES
    ),
    is_family=True,
    checked="the protocol's own implementation (PyPI wyoming)",
)
