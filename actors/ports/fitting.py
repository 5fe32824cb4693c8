"""Which of a synthesiser's models speaks: the one that was asked for, unless another language or voice is wanted."""

from collections.abc import Collection, Mapping, Sequence

from actors.ports.catalogue import ModelLimits
from protocol.languages import primary
from protocol.tolerant import show


def has_voice(voices: Collection[str], asked: str) -> bool:
    """Whether the voice exists, in any case: by its name, by that name's first word, or as several joined by +."""
    folded = {voice.casefold() for voice in voices}
    folded |= {voice.partition(" ")[0] for voice in folded}
    wanted = asked.strip().casefold()
    return wanted in folded or all(part in folded for part in wanted.split("+"))


def fitting(limits: Mapping[str, ModelLimits], models: Sequence[str], language: str, voice: str, gender: str) -> str:
    """The first of `models` that can do all of it, else the first that speaks the language, else the first.

    The gender counts only where no voice is named. `models` has one at least; one without limits can do anything.
    """
    for wanted in ((language, voice, gender), (language, "", "")):
        for model in models:
            if not lacks(model, limits.get(model), *wanted):
                return model
    return models[0]


def lacks(model: str, limits: ModelLimits | None, language: str, voice: str, gender: str) -> str:
    """What the model cannot do of this, in words; "" where it can all."""
    if limits is None:
        return ""
    if limits.languages and primary(language) not in {primary(each) for each in limits.languages}:
        return f"{model} does not speak {show(language)}"
    if voice.strip():
        return "" if has_voice(limits.voices, voice) else f"{show(voice)} is no voice of {model}"
    if gender in ("male", "female") and limits.genders and gender not in limits.genders:
        return f"{model} has no {gender} voice"
    return ""
