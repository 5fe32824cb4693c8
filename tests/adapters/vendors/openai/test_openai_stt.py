"""OpenAI's transcriptions, and servers that speak as OpenAI does, against a double that answers as documented."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
import trio

from actors.ports.audio import Complete
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Undecodable
from adapters.reach.contract import ProviderFailed, Verdict
from adapters.vendors.openai.stt import CompatibleRecogniser, OpenAIRecogniser
from protocol.audioformat import AudioFormat
from protocol.wav import wav_file
from tests.adapters.reach.loopback import (
    KEY,
    NET,
    Break,
    Loopback,
    Reply,
    Step,
    browsing,
    endpoint_of,
    json_reply,
    loopback,
    sse,
)
from tests.adapters.vendors.calls import RecogniserCall

pytestmark = pytest.mark.real
MP3 = AudioFormat("mp3")
PCM = AudioFormat("pcm16", 16_000)
SOUND = b"ID3\4 some speech"
UTTERANCE = Utterance(Complete(SOUND), MP3, "whisper-1", "en-US", "")


def event(kind: str, **fields: object) -> bytes:
    """An event of the stream."""
    return b"data: " + msgspec.json.encode({"type": kind, **fields}) + b"\n\n"


def error(message: str, status: int = 400) -> Reply:
    """An error as OpenAI words them."""
    return json_reply({"error": {"message": message, "type": "invalid_request_error", "code": None}}, status)


Call = RecogniserCall[OpenAIRecogniser, Loopback]


def fields_of(talk: Call) -> list[dict[str, str]]:
    """The fields of each request."""
    return [{name: values[0] for name, values in request.fields.items()} for request in talk.server.requests]


@asynccontextmanager
async def talking(*replies: Reply, kind: type[OpenAIRecogniser] = OpenAIRecogniser) -> AsyncIterator[Call]:
    async with loopback(*replies) as server, browsing() as web:
        yield RecogniserCall(kind(web, endpoint_of(server, "/v1", "openai")), server, UTTERANCE)


async def test_whisper_tells_the_language_that_it_detected() -> None:
    reply = {"task": "transcribe", "language": "english", "duration": 1.2, "text": " Hello, world. ", "segments": []}
    async with talking(json_reply(reply)) as talk:
        assert await talk(language="", prompt="Vivavoce") == Transcript("Hello, world.", "en")
    request = talk.server.requests[0]
    assert (request.method, request.path) == ("POST", "/v1/audio/transcriptions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert fields_of(talk) == [{"model": "whisper-1", "response_format": "verbose_json", "prompt": "Vivavoce"}]
    assert talk.words == []


@pytest.mark.parametrize(
    ("named", "tag"),
    [
        ("en", "en"),
        ("haitian creole", "ht"),
        ("cantonese", "yue"),
        ("jw", "jv"),
        ("Portuguese", "pt"),
        ("pt-br", "pt-BR"),
        ("", ""),
        ("unknown", ""),
        ("x" * 5_000, ""),
        (None, ""),
    ],
)
async def test_a_language_however_named_becomes_bcp_47(named: str | None, tag: str) -> None:
    async with talking(json_reply({"text": "so", "language": named})) as talk:
        assert (await talk()).language == tag


@pytest.mark.parametrize(
    ("asked", "sent"), [("en-US", "en"), ("nb-NO", "no"), ("zh-Hant-TW", "zh"), ("fil-PH", "tl"), ("yue", "yue")]
)
async def test_the_language_goes_out_as_whisper_knows_it(asked: str, sent: str) -> None:
    async with talking(json_reply({"text": "so"})) as talk:
        await talk(language=asked)
    assert fields_of(talk)[0]["language"] == sent


@pytest.mark.parametrize(
    ("data", "name", "file", "media_type"),
    [
        (SOUND, "mp3", "speech.mp3", "audio/mpeg"),
        (b"\xff\xfb some frames", "mp3", "speech.mp3", "audio/mpeg"),
        (b"OggS\0\2opus", "opus", "speech.ogg", "audio/ogg"),
        (b"\x1a\x45\xdf\xa3 matroska", "mp3", "speech.webm", "audio/webm"),
        (b"\0\0\0\x20ftypM4A ", "m4a", "speech.m4a", "audio/mp4"),
    ],
)
async def test_the_name_of_the_file_ends_as_its_bytes_say(data: bytes, name: str, file: str, media_type: str) -> None:
    async with talking(json_reply({"text": "so"})) as talk:
        await talk(data, AudioFormat(name))
    sent = talk.server.requests[0].files["file"]
    assert (sent.name, sent.content_type, sent.data) == (file, media_type, data)


async def test_samples_go_out_as_a_wav_file() -> None:
    async with talking(json_reply({"text": "so"})) as talk:
        await talk(b"\1\2" * 50, AudioFormat("pcm16", 48_000))
    sent = talk.server.requests[0].files["file"]
    assert (sent.name, sent.data) == ("speech.wav", wav_file(b"\1\2" * 50, 48_000))


@pytest.mark.parametrize("model", ["gpt-4o-transcribe", "gpt-4o-mini-transcribe"])
async def test_words_are_handed_on_before_the_rest_has_come(model: str) -> None:
    gate = trio.Event()
    steps: tuple[Step, ...] = (
        event("transcript.text.delta", delta="Hel"),
        gate,
        event("transcript.text.delta", delta="lo"),
        event("transcript.text.done", text="Hello", usage={"type": "tokens"}),
    )
    transcripts: list[Transcript] = []

    async def listen() -> None:
        transcripts.append(await talk(model=model))

    async with talking(sse(*steps)) as talk, trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        with trio.fail_after(NET):
            await talk.told.wait()
        assert talk.words == ["Hel"]
        gate.set()
    assert transcripts == [Transcript("Hello")]
    assert talk.words == ["Hel", "Hello"]
    assert fields_of(talk) == [{"model": model, "response_format": "json", "language": "en", "stream": "true"}]


async def test_gpt_transcribe_takes_and_tells_languages_as_a_list() -> None:
    done = event("transcript.text.done", text="Ahoj", languages=[{"code": "cs"}, {"code": "sk"}])
    async with talking(sse(done)) as talk:
        assert await talk(model="gpt-transcribe", language="cs-CZ") == Transcript("Ahoj", "cs")
    assert fields_of(talk)[0]["languages[]"] == "cs"
    assert "language" not in fields_of(talk)[0]


async def test_an_answer_that_does_not_stream_although_asked_to_is_read() -> None:
    async with talking(json_reply({"text": "Hello"})) as talk:
        assert await talk(model="gpt-4o-transcribe") == Transcript("Hello")


@pytest.mark.parametrize(
    "steps",
    [
        (event("transcript.text.delta", delta="Hel"),),
        (event("transcript.text.delta", delta="Hel"), b"data: [DONE]\n\n"),
        (event("transcript.text.delta", delta="Hel"), Break.CUT),
        (event("transcript.text.delta", delta="Hel"), b"data: {\n\n"),
        (event("transcript.text.delta", delta="Hel"), event("error", error={"message": "the model is tired"})),
    ],
    ids=["truncated", "done-only", "cut", "half-json", "error"],
)
async def test_a_stream_without_its_end_fails(steps: tuple[Step, ...]) -> None:
    async with talking(sse(*steps)) as talk:
        with pytest.raises(ProviderFailed) as caught:
            await talk(model="gpt-4o-transcribe")
    assert caught.value.verdict is Verdict.PASSING
    assert talk.words == ["Hel"]


@pytest.mark.parametrize("content_type", ["text/event-stream", "text/plain", "application/json", ""])
async def test_a_stream_is_read_however_its_server_writes_it(content_type: str) -> None:
    deltas = [event("transcript.text.delta", delta="@").replace(b"@", half) for half in (b"one \\ud83d", b"\\ude00")]
    odd = event("transcript.text.delta", delta=None, error=None) + b"data: \n\n" + b": hello\n\n"
    done = event("transcript.text.done", text="one 😀", languages=None, error="")
    body = b"".join((odd, *deltas, odd, done)).replace(b"\n\n", b"\n")
    async with talking(Reply(content_type=content_type, steps=(body,))) as talk:
        assert await talk(model="gpt-4o-transcribe") == Transcript("one 😀")
        assert talk.words == ["one", "one 😀"]


@pytest.mark.parametrize(
    "message",
    [
        "The audio file could not be decoded or its format is not supported.",
        "Invalid file format. Supported formats: ['flac', 'm4a', 'mp3', 'wav', 'webm']",
        "Audio file might be corrupted or unsupported",
    ],
)
async def test_a_file_that_openai_cannot_read_is_undecodable(message: str) -> None:
    async with talking(error(message)) as talk:
        with pytest.raises(Undecodable, match=message[:20]):
            await talk()


async def test_speech_that_is_too_short_has_no_words() -> None:
    async with talking(error("Audio file is too short. Minimum audio length is 0.1 seconds.")) as talk:
        assert await talk() == Transcript("")


async def test_an_utterance_without_sound_is_not_sent() -> None:
    async with talking() as talk:
        assert await talk(b"") == Transcript("")
    assert talk.server.requests == []


async def test_another_refusal_is_final_and_told() -> None:
    async with talking(error("The model `whisper-9` does not exist", 404)) as talk:
        with pytest.raises(ProviderFailed, match="whisper-9") as caught:
            await talk(model="whisper-9")
    assert caught.value.verdict is Verdict.FINAL


async def test_a_language_that_the_model_does_not_know_is_left_to_it_and_remembered() -> None:
    known = json_reply({"text": "so", "language": "telugu"})
    async with talking(error("Language 'te' is not supported."), known) as talk:
        assert await talk(language="te-IN") == Transcript("so", "te")
        assert await talk(language="te-IN") == Transcript("so", "te")
    assert [fields.get("language") for fields in fields_of(talk)] == ["te", None, None]


async def test_a_server_that_refuses_verbose_json_is_asked_for_json_from_then_on() -> None:
    refusal = error("Currently only support response_format `text` or `json`")
    async with talking(refusal, json_reply({"text": "so"}), kind=CompatibleRecogniser) as talk:
        assert await talk(b"\1\2", PCM) == Transcript("so")
        assert await talk(b"\1\2", PCM) == Transcript("so")
    assert [fields["response_format"] for fields in fields_of(talk)] == ["verbose_json", "json", "json"]


async def test_openai_itself_is_not_asked_twice() -> None:
    async with talking(error("nonsense"), json_reply({"text": "so"})) as talk:
        with pytest.raises(ProviderFailed):
            await talk()
    assert len(talk.server.requests) == 1


async def test_a_server_without_a_key_is_sent_none() -> None:
    async with loopback(json_reply({"text": "so"})) as server, browsing() as web:
        endpoint = endpoint_of(server, "/v1", key="")
        await RecogniserCall(CompatibleRecogniser(web, endpoint), server, UTTERANCE)(b"\1\2", PCM)
    assert "authorization" not in server.requests[0].headers


async def test_the_models_that_recognise_speech_are_offered() -> None:
    names = ("gpt-4o", "whisper-1", "gpt-4o-transcribe", "gpt-4o-transcribe-diarize", "gpt-live-transcribe", "tts-1")
    async with talking(json_reply({"object": "list", "data": [{"id": name} for name in names]})) as talk:
        assert (await talk.adapter.offer()).models == ("gpt-4o-transcribe", "whisper-1")
    assert talk.server.requests[0].path == "/v1/models"


async def test_a_server_that_says_tasks_is_believed() -> None:
    models = [
        {"id": "Systran/faster-distil-whisper-small.en", "task": "automatic-speech-recognition"},
        {"id": "own/ears", "task": "automatic-speech-recognition"},
        {"id": "speaches-ai/Kokoro-82M-v1.0-ONNX", "task": "text-to-speech"},
    ]
    async with talking(json_reply({"data": models}), kind=CompatibleRecogniser) as talk:
        assert (await talk.adapter.offer()).models == ("Systran/faster-distil-whisper-small.en", "own/ears")


@pytest.mark.parametrize("body", [{"data": 7}, [], {"data": [{"name": "whisper"}]}])
async def test_a_list_of_models_that_is_none_fails(body: object) -> None:
    async with talking(json_reply(body)) as talk:
        with pytest.raises(ProviderFailed, match="something other than its models"):
            await talk.adapter.check()


SAID, SILENT, UNSURE = (
    {"no_speech_prob": 0.01, "avg_logprob": -0.3},
    {"no_speech_prob": 0.93, "avg_logprob": -1.2},
    {"no_speech_prob": 0.1, "avg_logprob": -1.5},
)


@pytest.mark.parametrize("kind", [OpenAIRecogniser, CompatibleRecogniser])
@pytest.mark.parametrize(
    ("segments", "words"),
    [
        ([(" Thank you.", SILENT)], ""),
        ([(" Thank you.", SAID)], "Thank you."),
        ([(" Thank you.", {"no_speech_prob": 0.93, "avg_logprob": -0.2})], "Thank you."),
        ([(" Thank you.", UNSURE)], "Thank you."),
        ([(" Thank you.", {"no_speech_prob": 0.93})], "Thank you."),
        ([(" Thank you.", {"no_speech_prob": None, "avg_logprob": None})], "Thank you."),
        ([(" Thank you.", SILENT), (" Hello.", SAID), (" Thank you.", SILENT)], "Hello."),
        ([(" Thank you.", SAID), (" Thank you.", SILENT), (" Bye.", UNSURE)], "Thank you. Bye."),
        ([("はい", SAID), ("ご視聴ありがとう", SILENT), ("いいえ", SAID)], "はいいいえ"),
    ],
)
async def test_segments_in_which_nobody_spoke_are_left_out(
    kind: type[OpenAIRecogniser], segments: list[tuple[str, dict[str, object]]], words: str
) -> None:
    listed = [{"text": text, **measures} for text, measures in segments]
    reply = {"text": "".join(text for text, _ in segments), "language": "english", "segments": listed}
    async with talking(json_reply(reply), kind=kind) as talk:
        assert " ".join((await talk(b"\1\2", PCM)).text.split()) == words
    assert fields_of(talk)[0]["response_format"] == "verbose_json"


@pytest.mark.parametrize("segments", [None, [], 7, [7], [{"text": None, **SAID}], {"a": SILENT}])
async def test_segments_that_are_none_leave_the_text_alone(segments: object) -> None:
    async with talking(json_reply({"text": "so", "segments": segments})) as talk:
        assert (await talk()).text == "so"


async def test_another_server_under_openais_name_may_refuse_verbose_json_too() -> None:
    refusal = error("Unsupported value: 'response_format' does not support 'verbose_json'.")
    async with talking(refusal, json_reply({"text": "so"})) as talk:
        assert [(await talk()).text for _ in range(2)] == ["so", "so"]
    assert [fields["response_format"] for fields in fields_of(talk)] == ["verbose_json", "json", "json"]
