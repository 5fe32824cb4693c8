"""Piper: speech with a voice that the operator supplies."""

from adapters.reach.declaration import Declaration, Service, Setting

PIPER = Declaration(
    name="piper",
    title="Piper",
    says="piper with a voice of your own, in a process of its own; needs `pip install vivavoce[piper]`.",
    settings=(Setting("voice", "The voice's file, NAME.onnx, with NAME.onnx.json beside it.").needed(),),
    tts=Service(
        "adapters.vendors.piper.tts.PiperSpeech", None, limit="adapters.vendors.piper.tts.LONGEST", takes=("voice",)
    ),
    checked="the library's own interface, without a voice that people use",
)
