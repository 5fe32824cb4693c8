"""The embedded responder: how the guide's answers and echo are written."""

import threading
from datetime import datetime

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from actors.ports.answering import Delivery, LanguageModel, Question
from actors.ports.calls import Retraction
from actors.ports.sound import Clip
from adapters.vendors.embedded import llm
from adapters.vendors.embedded.declaration import MODELS
from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from adapters.vendors.embedded.guide.reply import Reply, reply
from adapters.vendors.embedded.guide.understanding import vocabulary
from adapters.vendors.embedded.llm import Local
from protocol.audioformat import AudioFormat
from tests.adapters.vendors.embedded.guide.asking import NOW, asked, told

CLIP = Clip(b"\0\0", AudioFormat("pcm16", 16_000))


async def written(question: Question) -> tuple[list[str], Delivery]:
    pieces: list[str] = []
    deliveries = [Delivery()]

    async def write(piece: str | Delivery | Retraction) -> None:
        assert not isinstance(piece, Retraction)
        if isinstance(piece, Delivery):
            assert not pieces, "a delivery comes before the words"
            deliveries.append(piece)
        else:
            pieces.append(piece)

    model: LanguageModel = Local(lambda: NOW)
    await model.answer(question, write)
    return pieces, deliveries[-1]


async def test_writes_a_sentence_a_piece_and_joins_them_by_one_space() -> None:
    pieces, _ = await written(asked("count"))
    assert len(pieces) == 5
    assert "".join(pieces) == told("count")
    assert "  " not in told("count")


async def test_an_avatar_that_takes_cues_is_given_them() -> None:
    pieces, _ = await written(asked("Hello", faces=("happy",), gestures=("wave",)))
    assert pieces[0].startswith("[face:happy] [anim:wave] ")
    assert "".join(pieces).replace("[face:happy] [anim:wave] ", "") == told("Hello")


async def test_once_it_is_loaded_no_question_waits_for_a_language() -> None:
    vocabulary.cache_clear()
    Local().load()
    await written(asked("xyzzy"))
    await written(asked("wie spät ist es"))
    assert vocabulary.cache_info().misses == len(LANGUAGES)


async def test_the_event_loop_goes_on_while_an_answer_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def held(question: Question, now: datetime) -> Reply:
        assert gate.wait(10), "nothing else ran"
        return reply(question, now)

    monkeypatch.setattr(llm, "reply", held)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(written, asked("count"))
        await wait_all_tasks_blocked()
        gate.set()


async def test_an_unknown_model_is_the_guide() -> None:
    assert "gpt-4o" not in MODELS
    assert await written(asked("help", model="gpt-4o")) == await written(asked("help"))


async def test_hands_on_how_it_wants_to_be_spoken() -> None:
    for words, language in (("slower", "en-US"), ("sprich bitte langsamer", "de-DE")):
        delivery = (await written(asked(words)))[1]
        assert isinstance(delivery, Delivery)
        assert (delivery.speed, delivery.language) == (0.75, language)
        assert "0.75" in delivery.note, "the guide is told again how it speaks"


async def test_tells_the_time_of_its_clock() -> None:
    assert (await written(asked("what time is it")))[0] == ["It is 3:09 in the afternoon."]


async def test_cancelling_ends_the_answer_between_two_sentences() -> None:
    pieces: list[str] = []
    with trio.CancelScope() as scope:

        async def write(piece: str | Delivery | Retraction) -> None:
            if isinstance(piece, str):
                pieces.append(piece)
                scope.cancel()

        await Local().answer(asked("count"), write)
    assert scope.cancelled_caught
    assert len(pieces) == 1


async def test_echo_gives_the_words_and_the_voice_back() -> None:
    assert await written(asked("some, words", model="echo", clip=CLIP)) == (["some, words"], Delivery(clip=CLIP))


async def test_echo_of_a_typed_turn_is_left_to_the_synthesiser() -> None:
    assert await written(asked("some, words", model="echo")) == (["some, words"], Delivery())
