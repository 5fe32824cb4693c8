"""The alignment of texts to sounds, against sounds of which the times are known and hidden from it.

joe's times are those that its voice tells. espeak-ng's sound is that of another variant than the prior's, with its own
pitch; it is warped by a hidden curve, with hidden pauses, noise 20 dB below it, and through mp3 of 32 kbit/s. No
sentence and no variant was heard when the classes were fitted; joe was, saying other sentences. Errors are those of the
begins of phonemes that text and sound have in common. A p, b or m is `closed` where a key of the closing shape that is
drawn without a lead lies within [true begin - 40 ms, true end + 40 ms]; `begins` are those of which the begin that was
found lies there, which says more of the search and less of the mouth.

`prior`: espeak-ng's lengths alone, from where the sound begins; its processor time is espeak-ng's, and part of that of
the other rows. Times are of the process, after its start.
"""

import difflib
import time
from collections.abc import Sequence

import msgspec
import numpy as np
import soxr
import trio
from numpy.typing import NDArray

from actors.ports.calls import Retraction
from actors.ports.mouth import Mark, MouthMade
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech, TextToSpeech
from adapters.mouth.aligning import AT_ONCE, BEHIND, SLICE, TextAlignment
from adapters.mouth.drawing import MouthDrawing
from adapters.mouth.keyframes import SEALED
from adapters.mouth.phonemeclasses import CLASSES, classes_of
from adapters.processes.mouthframes import AlignedFrame, AlignFrame, Alignment
from adapters.processes.process import Plan
from adapters.vendors.embedded import voices
from adapters.vendors.embedded.espeak import FORMAT, EspeakSpeech
from adapters.voices.pipervoice import PiperVoiceEngine
from bench.mouthsounds import RATE, SENTENCES, VARIANTS, disguised, onset
from protocol.mouth import SHAPES

PIECE = 200
"""ms of the pieces of a sound that is streamed."""
MARGIN = 40.0
"""ms by which a closure may miss its true time."""
_LIPS = SHAPES["ovr"].index("PP")
_CLOSED = frozenset(CLASSES.index(lips) for lips in "pbm")


class SpokenMouth(msgspec.Struct, frozen=True):
    """A sound, mono s16le at 16 kHz, of a text, and its true phonemes: class, begin and end in ms."""

    group: str
    language: str
    text: str
    samples: bytes
    truth: tuple[tuple[int, float, float], ...]


class Alignments(msgspec.Struct):
    """What was found of sounds, and the processor time that it took."""

    errors: list[float] = []
    begins: list[bool] = []
    closed: list[bool] = []
    known: int = 0
    worked: float = 0.0
    seconds: float = 0.0

    def line(self) -> str:
        """Median, 95 % and mean of the errors, closures, ms of processor time a second of sound."""
        if not self.errors:
            return "nothing found"
        sizes = np.abs(self.errors)
        closed = f"{np.mean(self.closed):6.1%}" if self.closed else "     -"
        return (
            f"{np.median(sizes):6.1f} {np.percentile(sizes, 95):6.1f} {np.median(self.errors):+6.1f} "
            f"{closed} of {len(self.closed):3d} {np.mean(self.begins):6.1%} of {len(self.begins):3d} "
            f"{self.worked * 1_000 / self.seconds:5.2f}   {len(self.errors)} of {self.known}"
        )


def run(repeat: int) -> None:
    """Measure all languages, with so many disguises of each sound, and print a table."""
    trio.run(_measure, repeat)


async def _measure(repeat: int) -> None:
    engine, espeak = TextAlignment(), EspeakSpeech(1)
    async with trio.open_nursery() as nursery:
        await nursery.start(engine.run)
        await nursery.start(espeak.run)
        spoken: list[SpokenMouth] = []
        if file := voices.joe():
            joe = PiperVoiceEngine(file, Plan("", "joe", 1))
            await nursery.start(joe.run)
            spoken += [await speak(joe, "joe", "en-US", text, "", None) for text in SENTENCES["en-us"]]
        random = np.random.default_rng(16)
        for number, (language, texts) in enumerate(SENTENCES.items()):
            for at, text in enumerate(texts * repeat):
                voice = f"{language}+{VARIANTS[(number + at) % len(VARIANTS)]}"
                spoken.append(await speak(espeak, f"espeak {language}", language, text, voice, random))
        await engine.phonemes(("ready",), "en-US")  # its start is not counted
        print(f"{'':24} median   95 %   bias        closed        begins  ms/s   found")
        for group in dict.fromkeys(each.group for each in spoken):
            own = [each for each in spoken if each.group == group]
            for name, piece in (("whole", 0), ("streamed", PIECE)):
                print(f"{group:14} {name:9}{(await _align(engine, own, piece)).line()}", flush=True)
            print(f"{group:14} {'prior':9}{(await _by_prior(engine, own)).line()}", flush=True)
        nursery.cancel_scope.cancel()


async def speak(
    engine: TextToSpeech,
    group: str,
    language: str,
    text: str,
    voice: str,
    random: np.random.Generator | None,
    speed: float = 1.0,
) -> SpokenMouth:
    """Have the text spoken; with `random` the sound is disguised. Cancelling abandons it."""
    sound, marks, rate = bytearray(), list[Mark](), FORMAT.rate

    async def take(clip: Clip | Retraction) -> None:
        nonlocal rate
        if isinstance(clip, Clip):
            sound.extend(clip.data)
            marks.extend(clip.marks or ())
            rate = clip.format.rate

    await engine.synthesise(Speech(text, "", voice, language, "unspecified", speed, marks=True), take)
    samples = np.frombuffer(sound, "<i2").astype(np.float32) / 32_768
    heard: NDArray[np.float32] = soxr.resample(samples, rate, RATE)
    phones = [(mark.text, mark.at, mark.at + mark.ms) for mark in marks if mark.kind == "phone" and mark.text]
    words = [mark.at for mark in marks if mark.kind == "word"]
    if random is not None:
        heard, phones = disguised(heard, phones, words, random)
    truth = tuple(part for phone in phones for part in _parts(*phone))
    return SpokenMouth(group, language, text, (heard.clip(-1, 1) * 32_767).astype("<i2").tobytes(), truth)


def _parts(symbol: str, start: float, end: float) -> list[tuple[int, float, float]]:
    kinds = classes_of(symbol)
    middle = start + 0.6 * (end - start)
    return [(kind, middle if number else start, end) for number, kind in enumerate(kinds)]


async def _align(engine: TextAlignment, spoken: Sequence[SpokenMouth], piece: int) -> Alignments:
    made = Alignments()
    for each in spoken:
        before = _worked(engine)
        marks, closed = await _marks(engine, each, piece)
        made.worked += _worked(engine) - before
        made.seconds += len(each.samples) / 2 / RATE
        _compare(made, marks, each)
        made.closed += [
            any(begin - MARGIN <= key <= end + MARGIN for key in closed)
            for kind, begin, end in each.truth
            if kind in _CLOSED
        ]
    return made


async def _marks(engine: TextAlignment, spoken: SpokenMouth, piece: int) -> tuple[list[Mark], list[int]]:
    """What is told of the sound, and the keys (ms) at which lips are closed by then."""
    number, marks, drawing, keys = engine.number(), list[Mark](), MouthDrawing(("ovr",), lead=0.0), list[int]()
    opening: Alignment | None = Alignment(spoken.text, spoken.language, 1.0)
    size = piece * 2 * RATE // 1_000 or len(spoken.samples) or SLICE
    for start in range(0, len(spoken.samples), size):
        samples = spoken.samples[start : start + size]
        end = (start + len(samples)) / (2 * RATE / 1_000)
        until = end if end <= AT_ONCE else max(AT_ONCE, end - BEHIND)
        found = await engine.ask(AlignFrame(number, samples, until, not piece, opening), AlignedFrame)
        opening = None
        marks += found.marks
        drawing.add(found.marks)
        if piece:
            keys += _closing(drawing.draw(found.told))
    if piece:
        found = await engine.ask(AlignFrame(number, b"", 0.0, True, opening), AlignedFrame)
        marks += found.marks
        drawing.add(found.marks)
    return marks, keys + _closing(drawing.finish(len(spoken.samples) / (2 * RATE / 1_000)))


def _closing(made: MouthMade) -> list[int]:
    return [
        time
        for shapes in made.shapes.get("ovr", ())
        for time, shape, weight in zip(shapes.times, shapes.shapes, shapes.weights, strict=True)
        if shape == _LIPS and weight >= SEALED
    ]


async def _by_prior(engine: TextAlignment, spoken: Sequence[SpokenMouth]) -> Alignments:
    """espeak-ng's lengths as they are, where the sound is not aligned at all."""
    made = Alignments()
    for each in spoken:
        before = _worked(engine)
        (phones,) = await engine.phonemes((each.text,), each.language)
        made.worked += _worked(engine) - before
        made.seconds += len(each.samples) / 2 / RATE
        begin = onset(each.samples)
        _compare(made, [msgspec.structs.replace(phone, at=phone.at + begin) for phone in phones], each)
    return made


def _compare(made: Alignments, marks: Sequence[Mark], spoken: SpokenMouth) -> None:
    """Note the errors of the phonemes that both have, in their order."""
    found: list[tuple[int, float, bool]] = []
    before: Mark | None = None
    for mark in marks:
        if mark.kind != "phone":
            continue
        goes_on = before is not None and before.text == mark.text and abs(before.at + before.ms - mark.at) < 1e-6
        before = mark
        if mark.text and not goes_on:
            found += [(kind, mark.at, not number) for number, kind in enumerate(classes_of(mark.text))]
    truth = spoken.truth
    made.known += len(truth)
    matcher = difflib.SequenceMatcher(None, [kind for kind, *_ in found], [kind for kind, *_ in truth], autojunk=False)
    for at, true, size in matcher.get_matching_blocks():
        for step in range(size):
            kind, start, is_begin = found[at + step]
            _, begin, end = truth[true + step]
            if is_begin:
                made.errors.append(start - begin)
            if is_begin and kind in _CLOSED:
                made.begins.append(begin - MARGIN <= start <= end + MARGIN)


def _worked(engine: TextAlignment) -> float:
    """Processor seconds of the process so far, where there is one."""
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in engine.pids)
