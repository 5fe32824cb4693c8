"""The mouth of told marks: late, in part, words alone, longer than the sound; and which source a part gets."""

from collections.abc import Sequence

import pytest
import trio
from msgspec.structs import replace

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark, MouthMade, MouthTrack
from adapters.mouth.drawing import MouthDrawing
from adapters.mouth.loudness import LoudnessTrack
from adapters.mouth.mouths import AlignedPart, MouthTracks
from adapters.mouth.spelling import PhonemeSource, fitted, spelt
from adapters.mouth.told import LATE, ToldTrack
from protocol.mouth import MouthSet
from tests.adapters.mouth.marks import keys, of, spoken
from tests.adapters.mouth.test_alignment import vowel

KNOWN = {"map": spoken([("m", 50), ("æ", 100), ("p", 50)])}


class Dictionary:
    """Satisfies `PhonemeSource` with a few words."""

    def __init__(self, *, fails: bool = False, hangs: bool = False) -> None:
        self.asked: list[str] = []
        self._fails = fails
        self._hangs = hangs

    async def phonemes(self, words: Sequence[str], language: str) -> Sequence[tuple[Mark, ...]]:
        self.asked += words
        await trio.lowlevel.checkpoint()
        if self._hangs:
            await trio.sleep_forever()
        if self._fails:
            raise EngineFailed("it has ended")
        return [KNOWN.get(word, ()) for word in words]


def track(phonemes: PhonemeSource | None = None, lead: int = 0, *, words: bool = True) -> MouthTrack:
    mouths = MouthTracks(phonemes or Dictionary(), lead_ms=lead)
    return mouths.track("map", "en-US", 1.0, frozenset[MouthSet](["ovr"]), words=words, told=True)


async def made_of(told: MouthTrack, *pushes: tuple[Sequence[Mark], float]) -> list[MouthMade]:
    made = [await told.push(b"", tuple(marks), until) for marks, until in pushes]
    return [*made, await told.finish()]


async def test_phonemes_that_go_before_their_sound_cover_what_leaves() -> None:
    marks = spoken([("m", 80), ("a", 120), ("p", 80), ("", 200)])
    made = await made_of(track(), (marks, 100), ((), 480))
    assert [(each.start, each.end) for each in of(made, "ovr")] == [(0, 100), (100, 480), (480, 480)]
    assert [shape for _, shape, _ in keys(made, "ovr")] == ["PP", "PP", "aa", "aa", "PP", "PP", "sil", "sil"]


async def test_words_alone_get_phonemes_in_their_time() -> None:
    source = Dictionary()
    made = await made_of(track(source), ([Mark("word", "map", 200, 400, 0)], 700))
    assert source.asked == ["map"]
    shown = keys(made, "ovr")
    assert next(time for time, shape, _ in shown if shape == "PP") == 200
    assert next(time for time, shape, _ in shown if shape == "aa") == 300
    assert 500 in [time for time, shape, _ in shown if shape == "PP"]
    assert {each.source for each in of(made, "ovr")} == {"provider"}
    assert [(word.text, word.char) for each in made for word in each.words] == [("map", 0)]


@pytest.mark.parametrize("source", [Dictionary(fails=True), Dictionary(hangs=True), Dictionary()])
async def test_a_word_whose_phonemes_nobody_knows_is_spelt(source: Dictionary, autojump_clock: object) -> None:
    made = await made_of(track(source), ([Mark("word", "bab", 0, 300)], 400))
    assert {shape for _, shape, _ in keys(made, "ovr")} == {"PP", "aa", "sil"}


async def test_where_phonemes_are_told_words_are_not_looked_up() -> None:
    source = Dictionary()
    await made_of(track(source), ((*spoken([("m", 80), ("a", 120)]), Mark("word", "ma", 0, 200)), 200))
    assert source.asked == []


async def test_a_word_waits_for_its_own_phonemes_where_they_are_told() -> None:
    source = Dictionary()
    told = track(source)
    await told.push(b"", (*spoken([("m", 80), ("a", 120)]), Mark("word", "map", 200, 0)), 150)
    await told.push(b"", spoken([("u", 300)], 200), 400)
    assert source.asked == []
    await told.push(b"", (Mark("word", "map", 600, 300),), 1_000)
    assert source.asked == ["map"]  # none have come


async def test_marks_that_are_late_follow_and_else_the_mouth_closes() -> None:
    told = track()
    made = await told.push(b"", spoken([("a", 100)]), 100)
    assert of([made], "ovr")[-1].end == 100
    late = await told.push(b"", (), 100 + LATE)
    assert of([late], "ovr") == []  # what is known ends at 100
    later = await told.push(b"", spoken([("o", 200)], 100), 300)
    assert keys([later], "ovr")[0] == (100, "oh", 0.6)
    silent = await told.push(b"", (), 1_000)
    assert of([silent], "ovr")[-1].end == 1_000 - LATE
    assert keys([silent], "ovr") == [(300, "sil", 0.0)]


async def test_a_sound_without_any_mark_is_a_closed_mouth() -> None:
    made = await made_of(track(), ((), 200), ((), 400))
    assert of(made, "ovr")[-1].end == 400
    assert {shape for _, shape, _ in keys(made, "ovr")} == {"sil"}


async def test_a_phoneme_whose_end_is_told_later_stays_until_then() -> None:
    told = track()
    first = await told.push(b"", (Mark("phone", "a", 0, 0),), 100)
    assert of([first], "ovr") == []
    rest = [await told.push(b"", spoken([("o", 200)], 110), 310), await told.finish()]
    assert next(time for time, shape, _ in keys(rest, "ovr") if shape == "oh") == 110
    assert "sil" not in [shape for time, shape, _ in keys(rest, "ovr") if 0 < time < 300]


async def test_what_was_told_beyond_the_sound_is_cut() -> None:
    made = await made_of(track(), (spoken([("a", 100), ("p", 3_000)]), 500))
    assert of(made, "ovr")[-1].end <= 520  # lips that are closed at the end open no sooner
    assert keys(made, "ovr")[-1][1] == "sil"


def test_phonemes_fit_the_word_and_without_a_length_keep_their_own() -> None:
    phones = fitted(KNOWN["map"], Mark("word", "map", 100, 400))
    assert [(mark.text, mark.at, mark.ms) for mark in phones] == [("m", 100, 100), ("æ", 200, 200), ("p", 400, 100)]
    assert fitted(KNOWN["map"], Mark("word", "map", 100, 0))[-1].at == 250
    assert fitted((), Mark("word", "-", 0, 10)) == ()
    assert spelt("42") == ()


def test_the_best_source_that_there_is_makes_the_mouth() -> None:
    asked: list[AlignedPart] = []

    def align(part: AlignedPart, drawing: MouthDrawing) -> MouthTrack:
        asked.append(part)
        return LoudnessTrack(drawing)

    mouths = MouthTracks(Dictionary(), align)
    none = MouthTracks(Dictionary())
    sets = frozenset[MouthSet](["ovr"])
    assert isinstance(mouths.track("hi", "en", 1.0, sets, words=False, told=True), ToldTrack)
    mouths.track("hi", "en", 2.0, sets, words=False, told=False)
    assert asked == [AlignedPart("hi", "en", 2.0)]
    for text, made in (("", mouths), ("…", mouths), ("hi", none)):
        assert isinstance(made.track(text, "en", 1.0, sets, words=False, told=False), LoudnessTrack)
    assert len(asked) == 1


def provided(phonemes: Sequence[tuple[str, float]], start: float = 0.0) -> tuple[Mark, ...]:
    return tuple(replace(mark, source="provider") for mark in spoken(phonemes, start))


def aloud(ms: int, voice: bool = True) -> bytes:
    """A voice, or silence."""
    return vowel(ms) if voice else bytes(32 * ms)


async def test_where_marks_stop_the_sound_alone_goes_on() -> None:
    told = track()
    assert told.needs_samples
    marks = provided([("m", 80), ("a", 120), ("p", 80)])
    made = [await told.push(aloud(200), marks, 200.0)]
    made += [await told.push(aloud(200), (), until) for until in (400.0, 600.0, 800.0)]
    made += [await told.push(aloud(200, voice=False), (), 1_000.0), await told.finish()]
    sources = [each.source for each in of(made, "ovr")]
    assert sources[0] == "provider"
    assert "sound" in sources
    shown = keys(made, "ovr")
    assert [shape for time, shape, _ in shown if 280 <= time < 800] == ["aa", "aa"]
    assert shown[-1][1] == "sil"
    assert not [shape for time, shape, weight in shown if time > 900 and shape != "sil" and weight]


async def test_marks_that_go_on_after_a_gap_count_again() -> None:
    told = track()
    made = [await told.push(aloud(200), provided([("m", 200)]), 200.0)]
    made += [await told.push(aloud(200), (), until) for until in (400.0, 600.0, 800.0)]
    more = provided([("u", 400)], 800)
    made += [await told.push(aloud(200), more, 1_000.0), await told.push(aloud(200), (), 1_200.0), await told.finish()]
    assert [each.source for each in of(made, "ovr")][-1] == "provider"
    assert "ou" in {shape for time, shape, _ in keys(made, "ovr") if time >= 780}


@pytest.mark.parametrize("gap", [60, 110])
async def test_a_voice_that_rings_on_after_a_word_is_no_gap(gap: int) -> None:
    told = track()
    marks = provided([("m", 80), ("a", 120)])
    made = [await told.push(aloud(200 + gap), marks, 200.0 + gap)]
    made += [await told.push(aloud(300, voice=False), (), 500.0 + gap), await told.finish()]
    assert {each.source for each in of(made, "ovr")} == {"provider"}


async def test_an_engine_that_makes_its_phonemes_is_not_heard() -> None:
    mouths = MouthTracks(Dictionary())
    told = mouths.track("map", "en", 1.0, frozenset[MouthSet](["ovr"]), words=True, told=True, hears=False)
    assert not told.needs_samples
