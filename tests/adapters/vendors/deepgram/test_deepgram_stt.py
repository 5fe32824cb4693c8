"""Deepgram's live recogniser against a double that answers as its documentation says."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
import trio
import trio.testing

from actors.ports.audio import Complete, Growing
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Undecodable
from adapters.reach.call import Patience
from adapters.reach.contract import ProviderFailed, Verdict
from adapters.vendors.deepgram.stt import DeepgramRecogniser
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import KEY, NET, browsing, endpoint_of, json_reply, loopback
from tests.adapters.reach.wsloop import Opening, Peer, Play, Refusal, SocketLoop, socket_loop
from tests.adapters.vendors.calls import RecogniserCall

pytestmark = pytest.mark.real
PCM = AudioFormat("pcm16", 16_000)
CLOSE = '{"type":"CloseStream"}'
KEEP_ALIVE = '{"type":"KeepAlive"}'
METADATA = '{"type":"Metadata","transaction_key":"deprecated","request_id":"8c8e","duration":1.5,"channels":1}'


def results(text: str, *, final: bool = False, languages: tuple[str, ...] = ()) -> str:
    """What Deepgram says of sound; each word in one of `languages`, in their order."""
    words = [
        {"word": word, "start": 0.1, "end": 0.2, "confidence": 0.9, **({"language": language} if language else {})}
        for word, language in zip(text.split(), languages or [""] * len(text.split()), strict=True)
    ]
    alternative = {"transcript": text, "confidence": 0.98, "words": words, "languages": list(languages[:1])}
    message = {
        "type": "Results",
        "channel_index": [0, 1],
        "is_final": final,
        "speech_final": final,
        "channel": {"alternatives": [alternative]},
        "metadata": {"request_id": "8c8e"},
    }
    return msgspec.json.encode(message).decode()


def until_close(*said: str) -> Play:
    """Listen to the end of the sound, then say `said` and the metadata, and close."""

    async def play(peer: Peer) -> None:
        while await peer.receive() != CLOSE:
            pass
        for message in said:
            await peer.send(message)
        await peer.send(METADATA)
        await peer.close()

    return play


Call = RecogniserCall[DeepgramRecogniser, SocketLoop]


def query_of(talk: Call) -> tuple[tuple[str, str], ...]:
    """That of the last opening."""
    return talk.server.openings[-1].query


@asynccontextmanager
async def talking(
    play: Play,
    *refusals: Refusal | None,
    patience: Patience | None = None,
    raw: bytes | None = None,
    server_tls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Call]:
    left = list(refusals)

    def refuse(_: Opening) -> Refusal | None:
        return left.pop(0) if left else None

    async with browsing() as web, socket_loop(play, refuse, raw=raw, tls=server_tls) as server:
        adapter = DeepgramRecogniser(web, endpoint_of(server, "/v1", "deepgram"), patience or Patience(), tls)
        utterance = Utterance(Complete(b"\1\2" * 800), PCM, "nova-3", "en-US", "")
        yield RecogniserCall(adapter, server, utterance)


async def test_words_come_while_the_person_speaks() -> None:
    audio = Growing()

    async def play(peer: Peer) -> None:
        await peer.receive()
        await peer.send(results("hel"))
        await until_close(results("hello there", final=True))(peer)

    transcripts: list[Transcript] = []

    async def listen() -> None:
        transcripts.append(await talk(audio))

    async with talking(play) as talk, trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        audio.extend(b"\1\2")
        with trio.fail_after(NET):
            await talk.told.wait()
        assert talk.words == ["hel"]
        audio.extend(b"\3\4")
        audio.complete()
    assert transcripts == [Transcript("hello there")]
    assert talk.words == ["hel", "hello there"]
    assert talk.server.peers[0].heard == [b"\1\2", b"\3\4", CLOSE]


async def test_final_parts_stay_and_what_is_not_final_is_replaced() -> None:
    said = (
        results("good"),
        results("good morning", final=True),
        results("", final=False),
        results("doc"),
        results("doctor who", final=True),
        results("", final=True),
    )
    async with talking(until_close(*said)) as talk:
        assert await talk() == Transcript("good morning doctor who")
    assert talk.words == ["good", "good morning", "good morning doc", "good morning doctor who"]


async def test_languages_without_spaces_are_joined_without() -> None:
    async with talking(until_close(results("你好", final=True), results("世界", final=True))) as talk:
        assert await talk(language="zh-CN") == Transcript("你好世界")


async def test_raw_sound_is_described_and_goes_out_unchanged() -> None:
    sound = bytes(range(256)) * 400
    async with talking(until_close()) as talk:
        await talk(Complete(sound), AudioFormat("pcm16", 48_000))
    assert talk.server.openings[0].path == "/v1/listen"
    assert talk.server.openings[0].headers["authorization"] == f"Token {KEY}"
    expected = (("encoding", "linear16"), ("sample_rate", "48000"), ("channels", "1"))
    always = (("model", "nova-3"), ("language", "en-US"), ("interim_results", "true"))
    assert {*expected, *always} <= set(query_of(talk))
    heard = [message for message in talk.server.peers[0].heard if isinstance(message, bytes)]
    assert b"".join(heard) == sound
    assert max(map(len, heard)) <= 65_536


async def test_a_container_tells_for_itself() -> None:
    async with talking(until_close()) as talk:
        await talk(audio_format=AudioFormat("webm"))
    assert not {"encoding", "sample_rate", "channels"} & dict(query_of(talk)).keys()


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("nova-3", [("keyterm", "Vivavoce"), ("keyterm", "Ada Lovelace")]),
        ("nova-2-meeting", [("keywords", "Vivavoce")]),
    ],
)
async def test_a_prompt_gives_the_terms_that_it_lists(model: str, expected: list[tuple[str, str]]) -> None:
    prompt = "Vivavoce, Ada Lovelace; vivavoce\nThis is a talk between a guide and a guest of the house."
    async with talking(until_close()) as talk:
        await talk(model=model, prompt=prompt)
    assert [item for item in query_of(talk) if item[0].startswith("key")] == expected


async def test_terms_stay_within_what_deepgram_takes() -> None:
    async with talking(until_close()) as talk:
        await talk(prompt=", ".join(f"Žluťoučký{number}" for number in range(500)))
    assert 0 < sum(len(value.encode()) for name, value in query_of(talk) if name == "keyterm") <= 500


async def test_without_a_language_it_is_detected() -> None:
    said = results("hola mi amigo friend", final=True, languages=("es", "es", "es", "en"))
    async with talking(until_close(said)) as talk:
        assert await talk(language="") == Transcript("hola mi amigo friend", "es")
        assert ("language", "multi") in query_of(talk)
        await talk(language="", model="enhanced")
        assert "language" not in dict(query_of(talk))


async def test_a_language_that_was_asked_for_is_not_called_detected() -> None:
    async with talking(until_close(results("hello", final=True, languages=("en",)))) as talk:
        assert (await talk(language="en-US")).language == ""


async def test_a_region_that_the_model_does_not_know_is_left_out_and_remembered() -> None:
    body = b'{"err_code":"Bad Request","err_msg":"No such model/language/tier combination found."}'
    async with talking(until_close(results("hallo", final=True)), Refusal(400, body)) as talk:
        assert await talk(language="de-DE") == Transcript("hallo")
        assert await talk(language="de-DE") == Transcript("hallo")
        languages = [dict(opening.query)["language"] for opening in talk.server.openings]
    assert languages == ["de-DE", "de", "de"]


async def test_the_socket_is_kept_alive_while_the_person_is_silent(mock_clock: trio.testing.MockClock) -> None:
    audio = Growing()
    alive = trio.Event()

    async def play(peer: Peer) -> None:
        while (message := await peer.receive()) != CLOSE:
            if message == KEEP_ALIVE:
                alive.set()
        await peer.send(results("well", final=True))
        await peer.send(METADATA)

    transcripts: list[Transcript] = []

    async def listen() -> None:
        utterance = Utterance(audio, PCM, "", "en-US", "")
        transcripts.append(await talk.adapter.transcribe(utterance, talk.tell))

    async with talking(play, patience=Patience(silence=20.0)) as talk, trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        audio.extend(b"\1\2")
        await talk.server.until(lambda server: bool(talk.server.peers and talk.server.peers[0].heard))
        for _ in range(10):
            mock_clock.jump(4.0)
            await alive.wait()
            alive = trio.Event()
        audio.complete()
    assert transcripts == [Transcript("well")]
    assert talk.server.peers[0].heard == [b"\1\2", *[KEEP_ALIVE] * 10, CLOSE]


async def test_a_socket_closed_while_the_person_speaks_fails_at_once() -> None:
    async def play(peer: Peer) -> None:
        await peer.send(results("hel"))
        await peer.close(1000)

    audio = Growing()
    audio.extend(b"\1\2")
    async with talking(play) as talk:
        failure = await talk.fails(audio)
    assert failure.verdict is Verdict.PASSING
    assert "closed the connection (1000)" in str(failure)


@pytest.mark.parametrize(
    ("code", "reason"), [(1008, "DATA-0000: The payload cannot be decoded as audio."), (1002, "DATA-0000")]
)
async def test_sound_that_is_none_is_undecodable(code: int, reason: str) -> None:
    async def play(peer: Peer) -> None:
        await peer.receive()
        await peer.close(code, reason)

    async with talking(play) as talk:
        with pytest.raises(Undecodable, match="DATA-0000"):
            await talk()


async def test_the_reason_of_a_close_is_told() -> None:
    async def play(peer: Peer) -> None:
        await peer.receive()
        await peer.close(1011, "NET-0000: no text frame within the timeout window")

    async with talking(play) as talk:
        failure = await talk.fails()
    assert failure.verdict is Verdict.PASSING
    assert "1011, NET-0000" in str(failure)


async def test_an_error_message_is_told_without_the_key() -> None:
    error = f'{{"type":"Error","description":"the key {KEY} is odd","variant":"X"}}'
    async with talking(until_close(error)) as talk:
        assert "the key [key] is odd" in str(await talk.fails())


@pytest.mark.parametrize("message", ["not json", "[" * 100_000, '{"type":"Results"}', '{"type":7}'])
async def test_a_message_that_makes_no_sense_fails(message: str) -> None:
    async with talking(until_close(message)) as talk:
        assert "something other than its documented messages" in str(await talk.fails())


async def test_messages_that_were_not_asked_for_are_passed_over() -> None:
    said = ('{"type":"SpeechStarted","channel":[0,1],"timestamp":9.5}', METADATA, results("yes", final=True))

    async def play(peer: Peer) -> None:
        for message in said:
            await peer.send(message)
        await until_close()(peer)

    audio = Growing()
    async with talking(play) as talk, trio.open_nursery() as nursery:
        nursery.start_soon(talk, audio)
        with trio.fail_after(NET):
            await talk.told.wait()
        audio.complete()
    assert talk.words == ["yes"]


async def test_a_close_in_good_order_without_metadata_is_the_end() -> None:
    async def play(peer: Peer) -> None:
        while await peer.receive() != CLOSE:
            pass
        await peer.send(results("bye", final=True))
        await peer.close()

    async with talking(play) as talk:
        assert await talk() == Transcript("bye")


async def test_an_utterance_without_sound_has_no_words() -> None:
    async with talking(until_close()) as talk:
        assert await talk(Complete(b"")) == Transcript("")
    assert talk.server.peers[0].heard == [CLOSE]


class Garbled:
    """An utterance that turns out to be undecodable while it is read."""

    @asynccontextmanager
    async def open(self, batch: float = 0.0) -> AsyncIterator[AsyncIterator[bytes]]:
        yield self._pieces()

    async def _pieces(self) -> AsyncIterator[bytes]:
        yield b"\1\2"
        raise Undecodable("that is no m4a")


async def test_an_utterance_that_cannot_be_read_says_so_itself() -> None:
    async with talking(until_close()) as talk:
        with pytest.raises(Undecodable, match="that is no m4a"):
            await talk(Garbled())
        await talk.server.until(lambda server: server.open == 0)


async def test_an_utterance_can_be_heard_again_from_the_beginning() -> None:
    audio = Growing()
    audio.extend(b"\1\2")
    audio.complete()
    async with talking(until_close(results("again", final=True))) as talk:
        assert await talk(audio) == await talk(audio) == Transcript("again")
    assert [peer.heard for peer in talk.server.peers] == [[b"\1\2", CLOSE]] * 2


async def test_the_models_that_listen_live_are_offered() -> None:
    models = {
        "stt": [
            {"name": "general", "canonical_name": "nova-3-general", "languages": ["en"], "streaming": True},
            {"name": "phonecall", "canonical_name": "nova-2-phonecall", "streaming": True},
            {"name": "whisper", "canonical_name": "whisper-large", "streaming": False},
            {"name": "flux", "canonical_name": "flux-general-en", "streaming": True},
        ],
        "tts": [{"name": "zeus", "canonical_name": "aura-2-zeus-en"}],
    }
    async with loopback(json_reply(models)) as server, browsing() as web:
        offer = await DeepgramRecogniser(web, endpoint_of(server, "/v1")).offer()
    assert offer.models == ("nova-2-phonecall", "nova-3", "nova-3-general")
    assert server.requests[0].path == "/v1/models"
    assert server.requests[0].headers["authorization"] == f"Token {KEY}"


async def test_the_check_opens_a_socket_and_sends_no_sound() -> None:
    async with talking(until_close()) as talk:
        await talk.adapter.check()
    assert talk.server.peers[0].heard == [CLOSE]
    async with talking(until_close(), Refusal(401, b'{"err_msg":"Invalid credentials."}')) as talk:
        with pytest.raises(ProviderFailed, match="refused the key in DEEPGRAM_API_KEY") as caught:
            await talk.adapter.check()
    assert caught.value.verdict is Verdict.REFUSED
