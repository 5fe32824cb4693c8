"""Speech to text by ElevenLabs: what is sent to it, and what is made of its answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from actors.ports.audio import Complete
from actors.ports.recognition import Transcript, Utterance
from adapters.reach.call import Patience
from adapters.reach.contract import Offer, Verdict
from adapters.vendors.elevenlabs import stt as elevenlabs
from adapters.vendors.elevenlabs.stt import SAMPLES, ElevenLabsRecogniser
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import (
    KEY,
    NET,
    Break,
    Loopback,
    Reply,
    browsing,
    cancel_everywhere,
    endpoint_of,
    json_reply,
    loopback,
)
from tests.adapters.vendors.calls import RecogniserCall

pytestmark = pytest.mark.real
SOUND = bytes(range(256)) * 8
SAID = {"language_code": "eng", "language_probability": 0.98, "text": " Žluťoučký 🐎. ", "words": []}


@asynccontextmanager
async def talking(*replies: Reply) -> AsyncIterator[RecogniserCall[ElevenLabsRecogniser, Loopback]]:
    async with loopback(*(replies or (json_reply(SAID),))) as server, browsing() as web:
        utterance = Utterance(Complete(SOUND), SAMPLES, "scribe_v2", "", "")
        yield RecogniserCall(ElevenLabsRecogniser(web, endpoint_of(server)), server, utterance, is_silent=True)


async def test_samples_go_out_without_a_header_and_the_language_comes_back() -> None:
    async with talking() as talk:
        assert await talk() == Transcript("Žluťoučký 🐎.", "en")
        request = talk.server.requests[0]
    assert (request.method, request.path) == ("POST", "/v1/speech-to-text")
    assert request.headers["xi-api-key"] == KEY
    assert request.fields == {
        "model_id": ("scribe_v2",),
        "tag_audio_events": ("false",),
        "file_format": ("pcm_s16le_16",),
    }
    assert request.files["file"].data == SOUND


async def test_a_file_goes_out_as_it_is() -> None:
    async with talking() as talk:
        await talk(audio_format=AudioFormat("webm"), language="nb-NO", model="")
        [request] = talk.server.requests
    assert request.files["file"].name == "speech.webm"
    assert request.fields == {"model_id": ("scribe_v2",), "tag_audio_events": ("false",), "language_code": ("no",)}


async def test_what_a_prompt_lists_are_the_terms_to_expect() -> None:
    prompt = "Vivavoce, Žižkov; one two three four five six, " + "x" * 50 + ", Ada"
    async with talking() as talk:
        await talk(prompt=prompt)
        assert talk.server.requests[-1].fields["keyterms"] == ("Vivavoce", "Žižkov", "Ada")
        many = ", ".join(f"term {number}" for number in range(150))
        await talk(prompt=many)
        assert len(talk.server.requests[-1].fields["keyterms"]) == 100
        await talk(prompt=many, model="scribe_v1")
        assert "keyterms" not in talk.server.requests[-1].fields


async def test_nothing_is_sent_of_an_empty_utterance() -> None:
    async with talking() as talk:
        assert await talk(b"") == Transcript("")
        assert talk.server.requests == []


@pytest.mark.parametrize(
    ("said", "transcript"),
    [
        ({"text": "", "language_code": "xx?"}, Transcript("")),
        ({"text": "Hallo", "language_code": "deu"}, Transcript("Hallo", "de")),
        ({"text": "x", "language_code": None}, Transcript("x")),
    ],
)
async def test_a_language_is_only_what_it_detected(said: object, transcript: Transcript) -> None:
    async with talking(json_reply(said)) as talk:
        assert await talk() == transcript


@pytest.mark.parametrize(
    ("reply", "verdict", "words"),
    [
        (
            json_reply({"detail": {"status": "invalid_api_key", "message": f"Invalid {KEY}"}}, 401),
            "refused",
            "DOUBLE_API_KEY",
        ),
        (json_reply({"detail": {"message": "too fast"}}, 429), "passing", "too fast"),
        (json_reply({"detail": [{"msg": "model_id is wrong"}]}, 422), "final", "model_id is wrong"),
        (Reply(502, "text/html", b"<title>Bad gateway</title>"), "passing", "Bad gateway"),
        (Reply(200, "text/html", b"<title>Sign in</title>"), "passing", "Double"),
        (json_reply({"transcripts": []}), "passing", "other than a transcript"),
        (json_reply({"text": "x" * 4_000_000}), "passing", "has more than"),
        (Reply(steps=(b'{"text": ', Break.RESET)), "passing", "broke off"),
        (Reply(steps=(b'{"text": ', Break.CUT)), "passing", "broke off"),
    ],
    ids=["401", "429", "422", "502", "html", "another answer", "oversize", "reset", "cut"],
)
async def test_failures_in_words(reply: Reply, verdict: str, words: str) -> None:
    async with talking(reply) as talk:
        failed = await talk.fails()
    assert failed.verdict == Verdict(verdict)
    assert words in str(failed)


async def test_a_silent_provider_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elevenlabs, "PATIENCE", Patience(first_byte=0.05))
    async with talking(Reply(steps=(trio.Event(),))) as talk:
        with trio.fail_after(NET):
            await talk.fails()
        await talk.server.until(lambda now: now.open == 0)


async def test_it_can_be_cancelled_wherever_it_waits() -> None:
    async with talking() as talk:
        await cancel_everywhere(talk.server, talk)
        assert (await talk()).language == "en"


async def test_a_connection_serves_one_call_after_the_other() -> None:
    async with talking() as talk:
        await talk()
        await talk()
        assert talk.server.accepted == 1


async def test_it_offers_its_models_and_can_be_checked() -> None:
    async with talking() as talk:
        assert await talk.adapter.offer() == Offer(("scribe_v2", "scribe_v1"))
        await talk.adapter.check()
        assert len(talk.server.requests) == 1
