"""Fits the classes of phonemes (`adapters/mouth/phonemes.npz`) to sounds whose times are known.

The sounds are of the sentences in `mouthtexts.py`, and of their words in other orders: espeak-ng's, by variants that
the benchmark does not use, and joe's where it is installed; quicker, slower, and disguised as the benchmark disguises
its own. A part is held back, and tells how many frames are judged right. Of some frames, what follows is hidden: at the
end of a stream nothing follows yet. All is chosen by the seed; joe's model draws noise of its own, so its sounds differ
a little each time. Numpy alone, some minutes on one core.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import trio
from numpy.typing import NDArray

from actors.ports.synthesis import TextToSpeech
from adapters.mouth.classifier import AHEAD, SEEN
from adapters.mouth.phonemeclasses import CLASSES, PAUSE
from adapters.mouth.soundfeatures import BANDS, FLOOR, Floats, SoundFeatures
from adapters.processes.process import Plan
from adapters.vendors.embedded import voices
from adapters.vendors.embedded.espeak import EspeakSpeech
from adapters.voices.pipervoice import PiperVoiceEngine
from bench.mouth import SpokenMouth, speak
from bench.mouthsounds import RATE, VARIANTS
from bench.mouthtexts import FITTED

HIDDEN = 96
"""Units of the hidden layer."""
ORDERS = 8
"""Times that a sentence is spoken: as it is, and with its words in other orders."""
DISGUISED = 0.6
"""The share of the sounds that are disguised."""
SLOWEST, QUICKEST = 0.8, 1.3
HELD_BACK = 12
"""One sound in so many is not fitted to."""
BATCH, EPOCHS = 512, 12
RATE_FIRST, RATE_LAST = 3e-3, 1e-4
DECAY = 1e-5
AT_THE_END = 0.35
"""The share of the frames of which what follows is hidden."""
COMMON = 0.6
"""How much of what is common of a class is taken off its score, so that the rare ones are found."""
TILT = 0.5
"""Bels by which the bands of a sound are made louder and quieter."""
WARP = 0.12
"""How much longer or shorter the throat of a voice is made."""
COPIES = {"espeak": 2, "joe": 6}
"""Times that a sound is fitted to in each round, each time as of another voice."""
_LEFT_OUT = frozenset({*VARIANTS, "f1", "m3", "f3", "m1", "f5", "m7", "whisper", "whisperf", "fast"})
"""Variants of the benchmark, those with which the method was made, and some that do not sound like a voice."""


class Frames(msgspec.Struct, frozen=True):
    """The frames of sounds, one behind the other, with `AHEAD` of silence between them; and their classes."""

    features: Floats
    classes: NDArray[np.int64]
    """-1: of no sound."""


def run(seed: int, file: Path) -> None:
    """Fit the weights and write them to `file`."""
    random = np.random.default_rng(seed)
    spoken = trio.run(_speak_all, random)
    held = [each for number, each in enumerate(spoken) if number % HELD_BACK == 0]
    fitted = [each for number, each in enumerate(spoken) if number % HELD_BACK]
    print(f"{len(spoken)} sounds, {sum(len(each.samples) for each in spoken) / 2 / RATE / 60:.1f} minutes", flush=True)
    weights = fit(
        _frames([each for each in fitted for _ in range(COPIES[each.group])], random), _frames(held, None), random
    )
    np.savez_compressed(file, allow_pickle=False, **weights)
    print(f"{file}: {file.stat().st_size} bytes; python -m bench mouth tells how good they are")


async def _speak_all(random: np.random.Generator) -> list[SpokenMouth]:
    espeak, spoken = EspeakSpeech(1), list[SpokenMouth]()
    async with trio.open_nursery() as nursery:
        await nursery.start(espeak.run)
        variants = [name for name in espeak.ready.variants if name not in _LEFT_OUT]
        for language in FITTED:
            voices_of = [f"{language}+{variant}" for variant in variants]
            spoken += await _speak(espeak, "espeak", language, voices_of, random)
        if file := voices.joe():
            joe = PiperVoiceEngine(file, Plan("", "joe", 1))
            await nursery.start(joe.run)
            spoken += await _speak(joe, "joe", "en-us", [""], random)
        nursery.cancel_scope.cancel()
    return spoken


async def _speak(
    engine: TextToSpeech, group: str, language: str, names: list[str], random: np.random.Generator
) -> list[SpokenMouth]:
    spoken: list[SpokenMouth] = []
    for order in range(ORDERS):
        for text in FITTED[language]:
            words = " ".join(random.permutation(text.split(" "))) if order else text
            voice = names[random.integers(len(names))]
            disguise = random if random.uniform() < DISGUISED else None
            speed = float(random.uniform(SLOWEST, QUICKEST))
            spoken.append(await speak(engine, group, language, words, voice, disguise, speed))
    return spoken


def _frames(spoken: list[SpokenMouth], random: np.random.Generator | None) -> Frames:
    """The frames of the sounds; with `random` each has another tilt."""
    features, classes = [np.full((AHEAD, BANDS), FLOOR, np.float32)], [np.full(AHEAD, -1)]
    for each in spoken:
        made = SoundFeatures().push(each.samples, last=True)
        if random is not None:
            made = np.maximum(_other_voice(made, random), FLOOR)
        features += [made.astype(np.float32), np.full((AHEAD, BANDS), FLOOR, np.float32)]
        classes += [_classes(each, len(made)), np.full(AHEAD, -1)]
    return Frames(np.concatenate(features), np.concatenate(classes))


def _other_voice(features: Floats, random: np.random.Generator) -> Floats:
    """The features as of a longer or shorter throat, by a microphone that hears some bands better."""
    bands = np.arange(BANDS)
    moved = np.clip(bands * random.uniform(1 - WARP, 1 + WARP) + random.uniform(-0.5, 0.5), 0, BANDS - 1)
    nearest = np.maximum(0, 1 - np.abs(bands[:, None] - moved))
    heard = random.uniform(-TILT, TILT, 4)
    found: Floats = (features @ nearest + np.interp(bands, (0, 6, 12, BANDS - 1), heard)).astype(np.float32)
    return found


def _classes(spoken: SpokenMouth, count: int) -> NDArray[np.int64]:
    found = np.full(count, PAUSE)
    middles = (np.arange(count) + 0.5) * 10
    for kind, start, end in spoken.truth:
        found[(middles >= start) & (middles < end)] = kind
    return found


def fit(fitted: Frames, held: Frames, random: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Adam on the cross-entropy of the frames' classes; the weights as `phonemes.npz` has them."""
    sizes = (SEEN * BANDS, HIDDEN, len(CLASSES))
    values = [
        (random.standard_normal((sizes[0], HIDDEN)) * np.sqrt(2 / sizes[0])).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        (random.standard_normal((HIDDEN, sizes[2])) * np.sqrt(1 / HIDDEN)).astype(np.float32),
        np.zeros(sizes[2], np.float32),
    ]
    means, squares = [np.zeros_like(each) for each in values], [np.zeros_like(each) for each in values]
    step, steps = 0, EPOCHS * (int((fitted.classes >= 0).sum()) // BATCH)
    for epoch in range(EPOCHS):
        for seen, classes in _batches(fitted, random):
            step += 1
            rate = RATE_LAST + (RATE_FIRST - RATE_LAST) * 0.5 * (1 + np.cos(np.pi * min(1.0, step / steps)))
            for value, slope, mean, square in zip(values, _slopes(values, seen, classes), means, squares, strict=True):
                slope += DECAY * value
                mean += 0.1 * (slope - mean)
                square += 0.001 * (slope * slope - square)
                value -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        if epoch % 4 == 3:
            print(f"epoch {epoch + 1}: {_right(values, held):.1%} of the frames held back are right", flush=True)
    return _packed(values, fitted)


def _scaled(features: Floats) -> Floats:
    scaled: Floats = features / np.float32(1.5) + np.float32(2.0)
    return scaled


def _batches(frames: Frames, random: np.random.Generator) -> Iterator[tuple[Floats, NDArray[np.int64]]]:
    """All frames once, in any order; of some, what follows is hidden, and the last that is known stays."""
    features = _scaled(frames.features)
    order = random.permutation(np.flatnonzero(frames.classes >= 0))
    around = np.arange(-AHEAD, AHEAD + 1)
    for start in range(0, len(order) - BATCH + 1, BATCH):
        own = order[start : start + BATCH]
        known = np.where(random.uniform(size=BATCH) < AT_THE_END, random.integers(0, AHEAD, BATCH), AHEAD)
        rows = own[:, None] + np.minimum(around, known[:, None])
        yield features[rows].reshape(BATCH, -1), frames.classes[own]


def _slopes(values: list[Floats], seen: Floats, classes: NDArray[np.int64]) -> list[Floats]:
    first, first_bias, second, second_bias = values
    hidden = np.maximum(seen @ first + first_bias, 0)
    found = hidden @ second + second_bias
    found = np.exp(found - found.max(axis=1, keepdims=True))
    found /= found.sum(axis=1, keepdims=True)
    found[np.arange(len(classes)), classes] -= 1
    found /= len(classes)
    back = (found @ second.T) * (hidden > 0)
    return [seen.T @ back, back.sum(axis=0), hidden.T @ found, found.sum(axis=0)]


def _right(values: list[Floats], frames: Frames) -> float:
    first, first_bias, second, second_bias = values
    own = np.flatnonzero(frames.classes >= 0)
    seen = _scaled(frames.features)[own[:, None] + np.arange(-AHEAD, AHEAD + 1)].reshape(len(own), -1)
    found = np.maximum(seen @ first + first_bias, 0) @ second + second_bias
    return float(np.mean(found.argmax(axis=1) == frames.classes[own]))


def _packed(values: list[Floats], frames: Frames) -> dict[str, NDArray[Any]]:
    """The layers as bytes; the features' scale is in the first one, what is common of a class off the second bias."""
    first, first_bias, second, second_bias = values
    counts = np.bincount(frames.classes[frames.classes >= 0], minlength=len(CLASSES)) + 1
    made: dict[str, NDArray[Any]] = {
        "first_bias": (first_bias + 2.0 * first.sum(axis=0)).astype(np.float32),
        "second_bias": (second_bias - COMMON * np.log(counts / counts.sum())).astype(np.float32),
    }
    for name, layer in (("first", first / 1.5), ("second", second)):
        factor = np.abs(layer).max(axis=0) / 127
        made[name], made[f"{name}_factor"] = np.round(layer / factor).astype(np.int8), factor.astype(np.float32)
    return made
