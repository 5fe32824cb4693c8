"""A part that is longer than its synthesiser takes at a time: where it is cut, and how several sounds become one."""

from typing import Any

import pytest
import regex  # type: ignore[import-untyped]
import trio
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from trio.testing import MockClock

from actors.ports.calls import EngineFailed, Retraction
from actors.ports.mouth import Mark
from actors.ports.sound import Clip
from adapters.choosing.cutting import cut
from adapters.choosing.several import HELD, synthesise
from adapters.choosing.standins import FailoverSynthesiser, tells_phonemes
from adapters.reach.lengths import Limit, characters, octets
from protocol.audioformat import AudioFormat
from tests.adapters.choosing.fakes import PCM, SPEECH, Fake, Hang, candidate, passing, refused
from tests.adapters.choosing.test_failover import Collected, running
from tests.lag import MOST_GROWTH, growth

TEN = Limit(10, len)


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("Short.", TEN, ["Short."]),
        ("One. Two. Three.", TEN, ["One. Two. ", "Three."]),
        ("One. Two, three, four five.", TEN, ["One. ", "Two, ", "three, ", "four five."]),
        ("Costs 1,000,000 at 3.14 a piece.", Limit(12, len), ["Costs ", "1,000,000 ", "at 3.14 a ", "piece."]),
        ("Wordwithoutend.", TEN, ["Wordwithou", "tend."]),
        ("はい。いいえ。", Limit(9, octets), ["はい。", "いいえ"]),
        ("ab" + "e\u0301" * 6, Limit(5, len), ["abe\u0301", "e\u0301e\u0301", "e\u0301e\u0301", "e\u0301"]),
        ("ab e" + "\u0301" * 9, Limit(5, len), ["ab ", "e" + "\u0301" * 4]),
        ("👩" + "\u200d👩" * 4 + "a", Limit(4, len), ["👩a"]),
        ("He came. !!! ... ???  Then", Limit(9, len), ["He came. ", "???  Then"]),
    ],
)
def test_a_text_is_cut_at_the_best_place_that_fits(text: str, limit: Limit, pieces: list[str]) -> None:
    assert cut(text, limit, "en-US") == pieces


UNITS = (
    "a", "word", "Wort", "はい", "é", "e\u0301", "👩\u200d🚀", "🇩🇪", " ",
    ". ", "! ", "? ", ", ", "; ", "\n", "。", "、", "7", "3.5",
)  # fmt: skip
WRITTEN = st.lists(st.sampled_from(UNITS), max_size=200).map("".join)
REPEATED = ("Word. ", "word ", "word, ", "x", "e\u0301", "。", "はい", "Dr. ", "1. ", "a.b.", "\n", "“")


@given(WRITTEN, st.integers(30, 200), st.sampled_from([len, octets]), st.sampled_from(["en-US", "ja", "th", ""]))
def test_nothing_is_lost_and_no_character_is_torn(text: str, most: int, weigh: Any, language: str) -> None:
    limit = Limit(most, weigh)
    pieces = cut(text, limit, language)
    assert all(weigh(piece) <= most for piece in pieces)
    assert [each for each in "".join(pieces) if each.isalnum()] == [each for each in text if each.isalnum()]
    ends = {found.end() for found in regex.finditer(r"\X", text)} | {0}
    at = 0
    for piece in pieces:
        at = text.index(piece, at)
        assert {at, at + len(piece)} <= ends
        at += len(piece)


@pytest.mark.parametrize("unit", REPEATED)
def test_time_grows_with_the_length(unit: str) -> None:
    limit = Limit(500, octets)
    assert growth(lambda size: cut("a" + unit * (size // len(unit)), limit, "en"), 10_000) <= MOST_GROWTH


# ---- several requests

TEXT = "One is first. Two is next. Three is last."
TEXTS = ["One is first. ", "Two is next. ", "Three is last."]
LIMIT = Limit(14, len)


class Speaking(Fake):
    """Each request hands on the steps of its text."""

    def __init__(self, **steps: list[Any]) -> None:
        super().__init__()
        self.steps = steps

    async def synthesise(self, speech: Any, sound: Any) -> None:
        self.calls.append(self.steps.get(speech.text.split()[0], ["sound"]))
        await super().synthesise(speech, sound)


def clips(*texts: str) -> list[Clip]:
    return [Clip(text.encode(), PCM) for text in texts]


async def speak(engine: Fake, heard: Collected, limit: Limit = LIMIT, text: str = TEXT) -> None:
    await synthesise(engine, limit, replace(SPEECH, text=text, format=AudioFormat("mp3")), heard)


async def test_a_short_part_is_one_request_as_it_is(autojump_clock: MockClock) -> None:
    engine, heard = Fake(), Collected()
    await speak(engine, heard, text="One.")
    assert engine.asked == [replace(SPEECH, text="One.", format=AudioFormat("mp3"))]


async def test_a_long_part_is_several_requests_for_samples_in_order(autojump_clock: MockClock) -> None:
    engine, heard = Speaking(One=["a", Hang(5), "b"], Two=["c", "d"], Three=[Hang(1), "e"]), Collected()
    await speak(engine, heard)
    assert engine.asked == [replace(SPEECH, text=text, format=None) for text in TEXTS]
    assert heard.all == clips("a", "b", "c", "d", "e")


async def test_the_next_request_is_begun_with_the_first_sound_of_the_one_before(autojump_clock: MockClock) -> None:
    engine, heard = Speaking(One=[Hang(1), "a", Hang(9), "b"], Two=["c", Hang(2), "d"], Three=["e"]), Collected()
    begin = trio.current_time()
    await speak(engine, heard)
    assert [at - begin for at in engine.times] == [0, 1, 10]
    assert trio.current_time() - begin == 10


async def test_what_is_ahead_is_bounded(autojump_clock: MockClock) -> None:
    made = 0

    class Endless(Fake):
        async def synthesise(self, speech: Any, sound: Any) -> None:
            nonlocal made
            await sound(*clips("a"))
            if speech.text.startswith("One"):
                await trio.sleep_forever()
            for _ in range(10 * HELD):
                made += 1
                await sound(*clips("b"))

    with trio.move_on_after(60):
        await speak(Endless(), Collected())
    assert made <= HELD + 1


async def test_cancelling_ends_all(autojump_clock: MockClock) -> None:
    engine = Speaking(One=["a", Hang()], Two=["b", Hang()])
    with trio.move_on_after(1):
        await speak(engine, Collected())
    assert (len(engine.asked), engine.cancelled) == (2, 2)


async def test_a_second_that_fails_fails_the_part_after_what_came_before(autojump_clock: MockClock) -> None:
    engine, heard = Speaking(One=["a", Hang(3), "b"], Two=[refused()]), Collected()
    with pytest.raises(EngineFailed, match="refused"):
        await speak(engine, heard)
    assert (heard.all, len(engine.asked)) == (clips("a", "b"), 2)


async def test_sounds_of_two_kinds_are_never_joined(autojump_clock: MockClock) -> None:
    class Changing(Fake):
        async def synthesise(self, speech: Any, sound: Any) -> None:
            await sound(Clip(b"a", AudioFormat("pcm16", 8_000 if speech.text.startswith("One") else 16_000)))

    with pytest.raises(EngineFailed, match="came as pcm16/8000 and as pcm16/16000"):
        await speak(Changing(), Collected())


class Marking(Fake):
    """Speaks a tenth of a second for each letter in `form`, and tells two words and a phoneme of each text."""

    def __init__(self, form: AudioFormat) -> None:
        super().__init__()
        self.form = form

    async def synthesise(self, speech: Any, sound: Any) -> None:
        sample = bytes(self.form.rate // 5 or 100)
        first, second, _ = speech.text.split()
        at = speech.text.index(second)
        await sound(Clip(sample, self.form, ()))
        await sound(Clip(sample, self.form, (Mark("word", first, 0, 90, 0), Mark("phone", "f", 5, 10))))
        await sound(Clip(b"", self.form, (Mark("word", second, 100, 50, at), Mark("word", "?", 150, 50))))


async def test_marks_are_of_the_whole_sound_and_the_whole_text(autojump_clock: MockClock) -> None:
    """What is between two requests, because nobody can say it, counts in the text and not in the sound."""
    text = "One is first. ... !! Two is next. Three is last."
    heard = Collected()
    await speak(Marking(PCM), heard, text=text)
    assert [clip.marks for clip in heard.all if isinstance(clip, Clip)][3] == ()
    marks = [mark for clip in heard.all if isinstance(clip, Clip) for mark in clip.marks or ()]
    told = [(mark.text, mark.at, mark.char) for mark in marks]
    assert told[:4] == [("One", 0, 0), ("f", 5, -1), ("is", 100, 4), ("?", 150, -1)]
    assert told[4:8] == [("Two", 200, text.index("Two")), ("f", 205, -1), ("is", 300, 25), ("?", 350, -1)]
    assert told[8:10] == [("Three", 400, text.index("Three")), ("f", 405, -1)]


async def test_marks_of_a_sound_of_unknown_length_are_left_out(autojump_clock: MockClock) -> None:
    heard = Collected()
    await speak(Marking(AudioFormat("mp3")), heard)
    told = [clip.marks for clip in heard.all if isinstance(clip, Clip)]
    assert [len(marks or ()) for marks in told] == [0, 2, 2, 0, 0, 0, 0, 0, 0]
    assert (told[4], told[7]) == (None, None)


async def test_a_part_that_another_makes_anew_has_the_marks_of_that_one(autojump_clock: MockClock) -> None:
    class Breaking(Marking):
        async def synthesise(self, speech: Any, sound: Any) -> None:
            await super().synthesise(speech, sound)
            raise refused()

    chain = [candidate("one", Breaking(PCM), "TTS"), candidate("two", Fake(), "TTS")]
    heard = Collected()
    async with running() as failover:
        await FailoverSynthesiser("one", lambda: chain, failover).synthesise(replace(SPEECH, text="a b c"), heard)
    after = heard.all[heard.all.index(Retraction()) + 1 :]
    assert after == clips("fine")


@pytest.mark.parametrize("stream", [True, False])
async def test_to_failover_it_is_one_part(stream: bool, autojump_clock: MockClock) -> None:
    """Once sound was handed on that cannot be taken back, nobody is asked again; else all of it comes anew."""
    broken = Speaking(One=["a"], Two=[passing()])
    chain = [
        candidate("one", broken, "TTS", limit=characters(14)),
        candidate("two", other := Fake(), "TTS", limit=characters(14)),
    ]
    heard = Collected()
    async with running() as failover:
        speaking = FailoverSynthesiser("one", lambda: chain, failover)
        if stream:
            with pytest.raises(EngineFailed, match="down for a while"):
                await speaking.synthesise(replace(SPEECH, text=TEXT, stream=True), heard)
            assert (heard.all, other.asked) == (clips("a"), [])
        else:
            await speaking.synthesise(replace(SPEECH, text=TEXT), heard)
            assert heard.all[-4:] == [Retraction(), *clips("fine", "fine", "fine")]


@pytest.mark.parametrize(
    ("unmarked", "model", "aside", "tells"),
    [
        (None, "", "", False),
        ((), "", "", True),
        (("kokoro",), "kokoro", "", False),
        (("kokoro",), "joe", "", True),
        (("first-model",), "", "", False),
        ((), "", "it failed", False),
    ],
)
def test_who_tells_phonemes_needs_no_alignment(
    unmarked: tuple[str, ...] | None, model: str, aside: str, tells: bool
) -> None:
    first = candidate("first", Fake(), "TTS", unmarked=unmarked)
    first.aside = aside
    assert tells_phonemes([first, candidate("second", Fake(), "TTS")], "first", model) is tells
