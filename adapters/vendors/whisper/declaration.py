"""Whisper: recognition of many languages, by faster-whisper."""

from adapters.reach.declaration import Declaration, Service, Setting

WHISPER = Declaration(
    name="whisper",
    title="Whisper",
    says="Whisper by faster-whisper, in processes of its own, on the processor: many languages, with punctuation; it "
    "needs `pip install vivavoce[whisper]`. A model that is named (tiny, base, small, medium, large-v3, turbo; tiny.en "
    "and its like for English alone) is fetched by the library when the server starts for the first time, its size is "
    "in the log, and until it is there other providers recognise. A folder with a model is read without any network.",
    settings=(Setting("model", "The model: a name such as `base` (145 MB, 0.3 GB of memory), or a folder.").needed(),),
    stt=Service("adapters.vendors.whisper.stt.WhisperRecogniser", None, takes=("model",)),
    checked="the library with the weights of `base`",
)
