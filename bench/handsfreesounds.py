"""Labelled sound for the benchmark of hands-free conversations: spoken by voices that are here, or made by numpy.

Everything is mono at 16 kHz, floats from -1 to 1, and without silence at its edges: so a sound's length is its label.
"""

from collections.abc import Callable, Iterable
from functools import partial

import msgspec
import numpy as np
import soxr
import trio

from actors.ports.calls import Retraction
from actors.ports.listening import RATE
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.process import Plan
from adapters.vendors.embedded import voices
from adapters.vendors.embedded.declaration import JOE
from adapters.vendors.embedded.espeak import EspeakSpeech
from adapters.vendors.embedded.tts import VoiceModel
from adapters.voices.pipervoice import PiperVoiceEngine
from bench.echosounds import Samples, levelled

HALVES = (
    ("en-US", "I would like", "two tickets for the tour tomorrow."),
    ("en-US", "Could you please tell me", "where the old masters are?"),
    ("en-US", "My name is Anna,", "and I have a question about the paintings."),
    ("en-US", "When I was here last year,", "the cafe was closed."),
    ("de-DE", "Ich möchte gerne", "zwei Karten für morgen kaufen."),
    ("de-DE", "Wenn es morgen regnet,", "bleiben wir im Museum."),
    ("fr-FR", "Je voudrais savoir", "à quelle heure ouvre le musée."),
    ("es-ES", "Quisiera saber", "cuánto cuesta la entrada para dos niños."),
    ("it-IT", "Vorrei prenotare", "un tavolo per quattro persone."),
    ("pt-PT", "Gostava de saber", "onde fica a saída."),
    ("nl-NL", "Ik wil graag weten", "hoe laat de winkel sluit."),
    ("pl-PL", "Chciałbym zapytać,", "gdzie jest najbliższy dworzec."),
)
"""Languages, and the two halves of a sentence; a speaker may think between them."""
OTHER_HALVES = (
    ("en-US", "The painting on the left,", "is it for sale?"),
    ("en-US", "I think the tour starts at nine,", "but I am not quite sure."),
    ("en-US", "We need a table for", "two adults and three children."),
    ("en-US", "Last time we took", "the number four bus."),
    ("en-US", "What I wanted to ask is", "whether dogs are allowed."),
    ("en-US", "Is the museum open", "on Monday evening?"),
    ("de-DE", "Wir würden gerne wissen,", "ob man hier fotografieren darf."),
    ("de-DE", "Gestern war ich mit meiner", "Schwester im Garten."),
    ("fr-FR", "Nous aimerions réserver une", "visite pour samedi matin."),
    ("es-ES", "El cuadro que vimos ayer", "no está en esta sala."),
    ("it-IT", "Quando sono entrato nella sala grande", "la luce era spenta."),
    ("nl-NL", "Morgen gaan we met", "de trein naar Utrecht."),
)
"""As HALVES, but written after the words that hold a turn open (`actors/words/unfinished.py`): not fitted to these."""
ASKED = "Tell me about the museum, please."
"""What is asked before an answer of some length."""
ANSWER = (
    "Welcome to our museum. On the ground floor you will find the old masters, upstairs there are the modern painters, "
    "and the cafe next to the entrance serves coffee and cake until six."
)
BACKCHANNELS = ("mhm", "yeah", "okay", "right")
INTERRUPTIONS = (
    "Stop.",
    "Wait a moment.",
    "No, that is not what I meant.",
    "Can you tell me about the tickets instead?",
)
OTHERS = ("Have you seen my keys?", "The bus leaves in ten minutes.")
"""What a second person says to somebody else."""

SEARCH = RATE // 6
"""Samples on each side of where the halves of a sentence should meet."""
LOUD, FAR = -22.0, -34.0
"""dB RMS of somebody at the microphone, and of somebody across the room."""


class SpokenSentence(msgspec.Struct, frozen=True):
    """What the bench lets people say: by text, and the voice that says it."""

    said: dict[tuple[str, str], Samples]

    def get(self, text: str, language: str = "en-US") -> Samples:
        """The sound of a text."""
        return self.said[language, text]

    def halves(self, language: str, first: str, second: str) -> tuple[Samples, Samples]:
        """The two halves of a sentence that was spoken as one, so that the first half sounds as if more is to come.

        It is parted where it is quietest, within SEARCH of where the first half ends if it is as long as by itself.
        """
        whole, alone = self.get(f"{first} {second}", language), self.get(first, language)
        rest = self.get(second, language)
        about = len(whole) * len(alone) // (len(alone) + len(rest))
        step, width = RATE // 200, RATE // 50
        places = range(max(width, about - SEARCH), min(len(whole) - width, about + SEARCH), step)
        at = min(places, key=lambda place: float((whole[place - width // 2 : place + width // 2] ** 2).sum()))
        return trimmed(whole[:at]), trimmed(whole[at:])


def speak_all(*, with_joe: bool = True) -> tuple[SpokenSentence, str]:
    """Everything that is said, and the names of the voices that say it: English by joe, where he is installed."""
    sentences = [
        (language, text) for language, *halves in (*HALVES, *OTHER_HALVES) for text in (*halves, " ".join(halves))
    ]
    english = [text for language, text in sentences if language == "en-US"]
    english += [ASKED, *BACKCHANNELS, *INTERRUPTIONS]
    foreign = [(language, text) for language, text in sentences if language != "en-US"]
    file = voices.joe() if with_joe else None
    espeak = partial(EspeakSpeech, 1)
    others: list[tuple[str, str]] = [("en-US", text) for text in (*OTHERS, ANSWER)]
    said = trio.run(_speak, espeak, (*foreign, *others))
    own = partial(PiperVoiceEngine, file, Plan("", JOE, 1, 5.0, 300.0), sha256=voices.JOE_SHA256) if file else espeak
    said |= trio.run(_speak, own, tuple(("en-US", text) for text in english))
    return SpokenSentence(said), "joe and espeak-ng" if file else "espeak-ng"


async def _speak(make: Callable[[], VoiceModel], texts: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Samples]:
    engine, said = make(), {}
    async with trio.open_nursery() as nursery:
        await nursery.start(engine.run)
        for language, text in texts:
            pieces: list[Clip] = []

            async def take(clip: Clip | Retraction, pieces: list[Clip] = pieces) -> None:
                assert isinstance(clip, Clip)
                pieces.append(clip)

            await engine.synthesise(Speech(_as_said(text), "", "", language, "male", 1.0, stream=True), take)
            data = np.frombuffer(b"".join(piece.data for piece in pieces), "<i2") / 32_768
            said[language, text] = levelled(trimmed(soxr.resample(data, pieces[0].format.rate, RATE)), LOUD)
        nursery.cancel_scope.cancel()
    return said


def _as_said(text: str) -> str:
    """The text with the intonation of a speaker who goes on, where it does not end a sentence."""
    return text if text[-1] in ".?!," else f"{text},"


def trimmed(sound: Samples) -> Samples:
    """The sound from the first 10 ms that are no more than 40 dB below its loudest ones, to the last."""
    step = RATE // 100
    energy = (sound[: len(sound) // step * step].reshape(-1, step) ** 2).mean(axis=1)
    loud = np.flatnonzero(energy > energy.max() / 10_000)
    return sound[loud[0] * step : (loud[-1] + 1) * step]


def far(sound: Samples) -> Samples:
    """The sound as it is heard across the room."""
    return levelled(sound, FAR)


def cough(seed: int) -> Samples:
    """Two bursts of noise, the second one longer, each of which dies away; most of it below 2 kHz."""
    random = np.random.default_rng(seed)
    bursts = [_burst(random, seconds) for seconds in (0.12, 0.22)]
    return levelled(np.concatenate([bursts[0], np.zeros(RATE // 12), bursts[1]]), LOUD)


def _burst(random: np.random.Generator, seconds: float) -> Samples:
    size = int(seconds * RATE)
    shaped = np.convolve(random.normal(0, 1, size), np.hanning(12), mode="same")
    return np.asarray(shaped * np.exp(-np.arange(size) / (size / 4)))


def keys(seed: int) -> Samples:
    """Twelve keys in a second and a half: a click of 4 ms each."""
    random = np.random.default_rng(seed)
    made = np.zeros(RATE * 3 // 2)
    for number in range(12):
        at = int((number + random.uniform(0, 0.7)) * RATE / 8)
        click = random.normal(0, 0.2, RATE // 250) * np.exp(-np.arange(RATE // 250) / 20)
        made[at : at + len(click)] += click
    return made


def hiss(seed: int) -> Samples:
    """A second and a half of noise, as a kettle makes it."""
    return levelled(np.random.default_rng(seed).normal(0, 1, RATE * 3 // 2), FAR)
