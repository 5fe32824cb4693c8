"""Kokoro: its symbols, which voice is taken, what is installed, and with --long the model itself."""

from importlib import util
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import trio

from actors.ports.calls import Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.process import Plan
from adapters.vendors.embedded import voices as embedded
from adapters.vendors.embedded.declaration import ESPEAK, KOKORO
from adapters.vendors.embedded.voices import KOKORO_NOTE, models, note
from adapters.voices import kokoro
from adapters.voices.kokoro import RATE, VOICE_BYTES, KokoroEngine, fitting_voice, limits_of
from adapters.voices.kokorosymbols import NUMBERS, spelt

NAMES = ("af_bella", "af_heart", "am_adam", "am_michael", "bf_alice", "bf_emma", "bm_george")
Gender = Literal["unspecified", "male", "female", "neutral"]


def test_there_are_the_symbols_of_the_model() -> None:
    assert len(NUMBERS) == 114
    assert (NUMBERS[";"], NUMBERS[" "], NUMBERS["A"], NUMBERS["ˈ"], NUMBERS["ᵻ"]) == (1, 16, 24, 156, 177)


@pytest.mark.parametrize(
    ("ipa", "american", "british"),
    [
        ("həlˈoʊ,", "həlˈO,", None),
        ("dʒˈʌdʒ tʃˈaɪnə.", "ʤˈʌʤ ʧˈInə.", "ʤˈʌʤ ʧˈInə."),
        ("nˈɜːs!", "nˈɜɹs!", "nˈɜːs!"),
        ("ɡˈəʊ", None, "ɡˈQ"),
        ("bˈʌɾɚ", "bˈʌTəɹ", None),
        ("x☃y", "ky", "ky"),
    ],
)
def test_phonemes_are_spelt_as_the_model_knows_them(ipa: str, american: str | None, british: str | None) -> None:
    if american is not None:
        assert spelt(ipa, is_british=False) == american
    if british is not None:
        assert spelt(ipa, is_british=True) == british
    assert set(spelt(ipa, is_british=True)) <= NUMBERS.keys()


@pytest.mark.parametrize(
    ("voice", "language", "gender", "found"),
    [
        ("", "en-US", "unspecified", "af_heart"),
        ("", "en", "neutral", "af_heart"),
        ("", "en-US", "male", "am_michael"),
        ("", "en-GB", "female", "bf_emma"),
        ("", "en_gb", "male", "bm_george"),
        ("AF_Bella", "en-GB", "male", "af_bella"),
        ("nobody", "en-US", "female", "af_heart"),
    ],
)
def test_a_voice_is_the_named_one_or_fits(voice: str, language: str, gender: Gender, found: str) -> None:
    assert fitting_voice(NAMES, Speech("", "", voice, language, gender, 1.0)) == found


def test_one_voice_serves_whoever_is_asked_for() -> None:
    assert fitting_voice(("am_adam",), Speech("", "", "", "en-GB", "female", 1.0)) == "am_adam"
    assert limits_of(("am_adam",)).genders == ("male",)
    assert set(limits_of(NAMES).genders) == {"male", "female"}


def test_it_speaks_where_model_and_voices_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro, "voices_folder", lambda: tmp_path)
    monkeypatch.setattr(embedded, "joe", lambda: None)
    monkeypatch.setattr(kokoro, "parts", lambda: (tmp_path / "part.bin",))
    assert (models("kokoro"), note("kokoro")) == ((ESPEAK,), f"{ESPEAK} speaks: {KOKORO_NOTE}")
    (tmp_path / "af_heart.bin").write_bytes(bytes(VOICE_BYTES))
    (tmp_path / "af_bella.bin").write_bytes(b"short")
    assert kokoro.voices() == ("af_heart",)
    assert (models("kokoro"), models(""), models("espeak")) == ((KOKORO, ESPEAK), (KOKORO, ESPEAK), (ESPEAK,))
    assert note("kokoro") == ""
    monkeypatch.setattr(kokoro, "parts", lambda: ())
    assert models("kokoro") == (ESPEAK,)
    monkeypatch.undo()
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    assert kokoro.parts() == ()


@pytest.mark.real
@pytest.mark.long
async def test_the_model_speaks_and_stops(
    nursery: trio.Nursery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A voice of noise: the real ones are no package that Python installs.
    monkeypatch.setattr(kokoro, "voices_folder", lambda: tmp_path)
    noise = np.random.default_rng(1).normal(0, 0.1, VOICE_BYTES // 4).astype("<f4")
    (tmp_path / "bf_noise.bin").write_bytes(noise.tobytes())
    engine = KokoroEngine(kokoro.parts(), ("bf_noise",), Plan("", "kokoro", grace=10.0))
    with trio.fail_after(60):
        await nursery.start(engine.run)
    before = engine.pids
    clips: list[Clip] = []

    async def keep(clip: Clip | Retraction) -> None:
        assert isinstance(clip, Clip)
        clips.append(clip)

    async def stop(clip: Clip | Retraction) -> None:
        scope.cancel()
        await trio.lowlevel.checkpoint()

    await engine.synthesise(Speech("Good morning.", "", "", "en-GB", "unspecified", 1.0), keep)
    assert {clip.format.rate for clip in clips} == {RATE}
    assert sum(len(clip.data) for clip in clips) > RATE
    with trio.fail_after(60), trio.CancelScope() as scope:
        await engine.synthesise(Speech("Once upon a time. " * 20, "", "", "en-GB", "unspecified", 1.0), stop)
    assert engine.pids == before
