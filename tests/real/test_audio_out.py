"""Answers to Receivers of every form in one session: parts and pieces as documented, and sound that joins."""

import itertools
from collections.abc import Mapping

import numpy as np
import pytest
import trio

from tests.real.listeners import RECEIVERS, Answered, Samples, audience, likeness, rate_of, samples_of, steepest
from tests.real.programs import Served

pytestmark = pytest.mark.real
SAID, ANSWER = "hello", "Hello! I am Vivavoce. Say: tell me a story."
VOICE = {"provider": "local", "model": "espeak-ng"}
"""The voice whose renderings of a text are all the same."""
FORMS = list(itertools.product([False, True], repeat=4))
SWITCHES = ("multiple", "stream", "ordered", "llm")
Reference = Mapping[str, Samples]


def named(form: tuple[bool, ...]) -> str:
    """What is switched on."""
    return " ".join(itertools.compress(SWITCHES, form)) or "plain"


async def answer(server: Served, form: tuple[bool, ...]) -> dict[str, Answered]:
    """What every Receiver gets of an answer in this form."""
    multiple, stream, ordered, llm = form
    configuration = {
        "LLM": {"provider": "local", "model": "guide", "stream": llm},
        "TTS": {**VOICE, "responseType": "multiple" if multiple else "single", "stream": stream, "isOrdered": ordered},
    }
    async with audience(server.origin, configuration) as (sender, receivers):
        await sender.text(SAID)
        return await receivers.hear()


@pytest.fixture(scope="module")
def in_one(vivavoce: Served) -> Reference:
    """The sound of the answer in one message, for every Receiver."""
    answered = trio.run(answer, vivavoce, (False, False, False, False))
    return {name: samples_of(name, answered[name].parts[0]) for name in RECEIVERS}


@pytest.mark.parametrize("form", FORMS, ids=named)
async def test_every_form_for_every_receiver(vivavoce: Served, in_one: Reference, form: tuple[bool, ...]) -> None:
    multiple, stream, ordered, llm = form
    answered = await answer(vivavoce, form)
    for name, one in answered.items():
        check_flags(one, stream=stream, ordered=ordered)
        assert one.text == ANSWER
        assert {piece.is_base64 for piece in one.pieces} == {name in ("unreal", "opus")}
        assert (len(one.parts) > 1) is multiple
        assert one.deltas == (ANSWER if llm else "")
        assert llm or one.before_text == 0
        check_pieces(name, one, stream=stream)
    sounds = {name: sound_of(name, one) for name, one in answered.items()}
    check_sound(sounds, in_one, parts=len(answered["wav"].parts))


def check_flags(one: Answered, *, stream: bool, ordered: bool) -> None:
    """What every message says of itself, and of those before and after it."""
    parts = {number: [p for p in one.pieces if p.id == number] for number in one.parts}
    assert list(parts) == list(range(len(parts)))
    assert "".join(pieces[0].text for pieces in parts.values()) == one.text
    for pieces in parts.values():
        assert all(piece.text == "" for piece in pieces[1:])
        assert [piece.stream_part_done for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert [piece.done for piece in one.pieces] == [False] * (len(one.pieces) - 1) + [True]
    assert {piece.total_number for piece in one.pieces} <= {0, len(parts)}
    assert one.pieces[-1].total_number == len(parts)
    order = [piece.id for piece in one.pieces]
    assert not ordered or order == sorted(order)
    assert stream or len(order) == len(parts)


def check_pieces(name: str, one: Answered, *, stream: bool) -> None:
    """How many pieces a part has, and how large they are."""
    for pieces in one.parts.values():
        assert len(pieces) > 1 if stream else len(pieces) == 1
        assert name != "unreal" or not stream or all(len(piece.audio) < 96_000 for piece in pieces)


def sound_of(name: str, one: Answered) -> list[Samples]:
    """The samples of each part, decoded."""
    return [samples_of(name, pieces) for pieces in one.parts.values()]


def check_sound(sounds: Mapping[str, list[Samples]], in_one: Reference, parts: int) -> None:
    """All Receivers hear the same, nothing is lost between pieces, and nothing clicks where they join."""
    for number in range(parts):
        seconds = [len(made[number]) / rate_of(name) for name, made in sounds.items()]
        assert max(seconds) - min(seconds) < 0.15
        assert np.array_equal(sounds["unreal"][number], sounds["wav"][number])
        for coded, plain in (("mp3", "wav"), ("opus", "pcm16")):
            assert likeness(sounds[coded][number], sounds[plain][number]) > 0.98
            assert steepest(sounds[coded][number]) < 1.3 * steepest(sounds[plain][number])
    for name, made in sounds.items():
        # espeak-ng ends each part with some silence, and never says the same quite the same.
        slack = 0.08 + 0.5 * (parts - 1)
        assert sum(map(len, made)) == pytest.approx(len(in_one[name]), abs=rate_of(name) * slack)
        assert max(map(steepest, made)) < 1.6 * steepest(in_one[name])
