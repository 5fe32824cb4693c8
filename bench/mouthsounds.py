"""The sentences of the mouth's benchmark, and how a sound of which the times are known is disguised."""

import io

import av
import numpy as np
import soxr
from numpy.typing import NDArray

RATE = 16_000
MP3_RATE, MP3_BITS = 24_000, 32_000
SLOWEST, QUICKEST = 0.75, 1.3
"""Lengths of warped stretches, against what they were."""
STRETCH = (0.2, 0.6)
"""Seconds of a stretch."""
PAUSES = 2
"""Pauses that are put before words of a sentence."""
NOISE = 20.0
"""dB by which the noise is below the sound."""
VARIANTS = ("f2", "m4", "f4", "m2")

SENTENCES = {
    "en-us": (
        "Is there a pharmacy open near here?",
        "Map the fifth moon, Bob; the big ship may stop above it before morning.",
        "Her father had been a captain in the navy for thirty years.",
        "Pam and Abby baked plum cake, but somebody ate most of it.",
        "My computer makes a funny humming noise whenever it becomes warm.",
        "The doctor told him to drink more water and to sleep at least eight hours.",
    ),
    "de": (
        "Am Bahnhof bekommt man um diese Zeit kaum noch etwas Warmes.",
        "Bitte bringen Sie mir die Papiere, bevor Sie am Abend abreisen.",
        "Mein Bruder baut aus alten Brettern ein bequemes Bett.",
    ),
    "es": (
        "Mi primo Pablo compra manzanas y peras en el mercado.",
        "El barco pequeño volvió al puerto antes de la tormenta.",
        "Nadie sabe por qué cambiaron el nombre de la plaza.",
    ),
    "fr": (
        "Le boulanger prépare son pain bien avant six heures.",
        "Ma mère a vendu son appartement au bord de la mer.",
        "Quelqu'un frappe à la porte, mais personne ne répond.",
    ),
    "it": (
        "Il bambino dormiva mentre fuori pioveva a dirotto.",
        "Mio padre ha comprato una vecchia barca al porto.",
        "Prima di partire bisogna chiudere bene le finestre.",
    ),
    "pl": (
        "Po obiedzie poszliśmy na spacer do pobliskiego parku.",
        "Mój brat maluje obrazy i sprzedaje je na bazarze.",
        "Proszę zamknąć okno, bo bardzo wieje.",
    ),
}

Sound = NDArray[np.float32]
Phones = list[tuple[str, float, float]]


def disguised(sound: Sound, phones: Phones, words: list[float], random: np.random.Generator) -> tuple[Sound, Phones]:
    """The sound warped, with pauses, noise and through mp3; and its phonemes with their times in it."""
    if len(words) > PAUSES:
        for at in sorted(random.choice(words[1:], PAUSES, replace=False), reverse=True):
            sound, phones = _paused(sound, phones, float(at), float(random.uniform(150, 500)))
    sound, phones = _warped(sound, phones, random)
    level = np.sqrt(np.mean(np.square(sound[np.abs(sound) > 0.01])))
    noise = random.standard_normal(len(sound)) * level * 10 ** (-NOISE / 20)
    return _through_mp3((sound + noise).astype(np.float32)), phones


def _paused(sound: Sound, phones: Phones, at: float, ms: float) -> tuple[Sound, Phones]:
    cut, more = round(at * RATE / 1_000), round(ms * RATE / 1_000)
    later = [(of, start + ms, end + ms) if start >= at - 1 else (of, start, min(end, at)) for of, start, end in phones]
    return np.concatenate([sound[:cut], np.zeros(more, np.float32), sound[cut:]]), later


def _warped(sound: Sound, phones: Phones, random: np.random.Generator) -> tuple[Sound, Phones]:
    """The sound with the time between points changed: pitch and voice go with it."""
    old, new = [0.0], [0.0]
    while old[-1] < len(sound):
        length = random.uniform(*STRETCH) * RATE
        old.append(old[-1] + length)
        new.append(new[-1] + length * random.uniform(SLOWEST, QUICKEST))
    end = int(np.interp(len(sound), old, new))
    source = np.interp(np.arange(end), new, old)
    warped = np.interp(source, np.arange(len(sound)), sound).astype(np.float32)
    scale = RATE / 1_000

    def moved(ms: float) -> float:
        return float(np.interp(ms * scale, old, new)) / scale

    return warped, [(text, moved(start), moved(end)) for text, start, end in phones]


def _through_mp3(sound: Sound) -> Sound:
    """Encoded and decoded again, without the delay that this makes."""
    samples = (soxr.resample(sound, RATE, MP3_RATE).clip(-1, 1) * 32_767).astype(np.int16)
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as output:
        stream = output.add_stream("mp3", rate=MP3_RATE)
        stream.bit_rate = MP3_BITS
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
        frame.sample_rate = MP3_RATE
        for packet in (*stream.encode(frame), *stream.encode(None)):
            output.mux(packet)
    file.seek(0)
    with av.open(file, "r") as opened:
        decoded = np.concatenate([each.to_ndarray().ravel() for each in opened.decode(audio=0)])
    if decoded.dtype != np.float32:
        decoded = decoded.astype(np.float32) / 32_768
    back: Sound = soxr.resample(decoded.astype(np.float32), MP3_RATE, RATE)
    size = min(len(back), len(sound))
    match = np.fft.irfft(np.fft.rfft(back[:size], 2 * size) * np.conj(np.fft.rfft(sound[:size], 2 * size)))
    return back[int(np.argmax(match[: RATE // 4])) :]


def onset(samples: bytes) -> float:
    """ms at which the sound is first no silence."""
    sound = np.frombuffer(samples, "<i2").astype(np.float32)
    frames = sound[: len(sound) // 80 * 80].reshape(-1, 80)
    levels = np.sqrt(np.square(frames).mean(axis=1))
    return float(np.argmax(levels > 0.3 * levels.max())) * 5 if len(levels) else 0.0
