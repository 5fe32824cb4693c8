"""Piper: speech with a voice that the operator supplies."""

from adapters.reach.declaration import Declaration, Service, Setting

PIPER = Declaration(
    name="piper",
    title="Piper",
    says="A Piper voice of your own, in processes of its own; needs `pip install 'vivavoce[piper]'`. Its "
    "speakers are voices, by name or number; `espeak.voice` and `phoneme_type` (`espeak` or `text`) of its description "
    "are heeded.",
    settings=(Setting("voice", "The voice's file, NAME.onnx, with NAME.onnx.json beside it.").needed(),),
    tts=Service(
        "adapters.vendors.piper.tts.PiperSpeech",
        None,
        limit="adapters.voices.modelvoice.LONGEST",
        marks="phonemes and words, as the voice makes them.",
        unmarked=(),
        takes=("voice",),
    ),
    checked="joe and made-up voices",
)
