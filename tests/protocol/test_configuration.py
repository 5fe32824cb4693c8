"""`session.update`: the tolerance that game engines need, and refusals that name field, value and what is allowed."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.configuration import (
    Configuration,
    Llm,
    Named,
    Provider,
    ResponseType,
    SessionUpdate,
    SsmlGender,
    Stt,
    Tts,
    TurnDetection,
    merge,
    name_fields,
    read_update,
)
from protocol.errors import BadMessage, ErrorId
from protocol.tolerant import MAX_WARNINGS
from tests.protocol.strategies import JSON, JSON_WITH_BYTES, refusal_of

REFERENCE = """
{"STT": {"provider": {"name": "openai", "title": "OpenAI"}, "model": "whisper-1", "mediaFormat": "mp3",
         "languageCode": "en-US", "sentimentAnalysis": false, "prompt": "string"},
 "LLM": {"model": "gpt-4o", "prompt": "You are useful MetaHuman assistant", "temperature": 1, "stop": ["string"],
         "maxToken": 0, "provider": {"name": "aigames", "title": "AI_Games"}, "name": "string", "stream": false},
 "TTS": {"provider": {"name": "openai", "title": "OpenAI"}, "model": "tts-1",
         "responseType": {"name": "single", "title": "Single"}, "languageCode": "en-US", "voice": "string", "speed": 4,
         "ssmlGender": {"name": "unspecified", "title": "Unspecified"}, "stream": false, "isBase64": true,
         "isOrdered": false}}
"""
DEFAULTS = """
{"STT": {"provider": {"name": "openai", "title": "OpenAI"}, "model": "whisper-1", "mediaFormat": "mp3",
         "languageCode": "en-US", "sentimentAnalysis": false, "prompt": ""},
 "LLM": {"provider": {"name": "aigames", "title": "AI_Games"}, "model": "gpt-4o",
         "prompt": "You are useful MetaHuman assistant", "temperature": 1, "stop": [], "maxToken": 0,
         "name": "", "stream": false},
 "TTS": {"provider": {"name": "openai", "title": "OpenAI"}, "model": "tts-1",
         "responseType": {"name": "single", "title": "Single"}, "languageCode": "en-US", "voice": "", "speed": 1,
         "ssmlGender": {"name": "unspecified", "title": "Unspecified"}, "stream": false, "isBase64": true,
         "isOrdered": false}}
"""
CHANGED = Configuration(
    Stt(Provider("deepgram", "Deepgram"), "nova", "wav", "de-DE", True, "names"),
    Llm(Provider("local", "Local"), "echo", "Be brief", 0.5, ("x",), 9, "Ada", True, "tags", ("joy",), ("thumbs up",)),
    Tts(
        Provider("local", "Local"),
        "m",
        ResponseType("multiple", "Multiple"),
        "de-DE",
        "v",
        2.0,
        SsmlGender("male", "Male"),
        True,
        False,
        True,
        "wav",
    ),
    TurnDetection("server_vad", 0.7, 0, 900, "low", False, False, 5000, False, "interrupt", "mute"),
)


def read(text: str) -> SessionUpdate:
    return read_update(msgspec.json.decode(text))


def updated(payload: object, current: Configuration | None = None) -> Configuration:
    update = read_update(payload)
    assert update.warnings == ()
    return merge(current or Configuration(), update)


def refusal(payload: object) -> str:
    with pytest.raises(BadMessage) as refused:
        read_update(payload)
    assert refused.value.error_id is ErrorId.BAD_CONFIGURATION
    return refused.value.message


# ---- the reference and the defaults


def test_the_references_own_example_reads_without_a_warning() -> None:
    update = read(REFERENCE)
    assert update.warnings == ()
    assert merge(CHANGED, update) == Configuration(
        Stt(prompt="string"),
        Llm(stop=("string",), name="string", cues="tags", faces=("joy",), gestures=("thumbs up",)),
        Tts(voice="string", speed=4.0, audio_format="wav"),
        CHANGED.turn_detection,
    )


def test_the_documented_defaults_are_the_defaults() -> None:
    update = read(DEFAULTS)
    assert update.warnings == ()
    assert len(update.changes) == 24
    assert len(name_fields(frozenset(), update)) == 21, "STT.prompt, LLM.name and TTS.voice are left unset"
    assert merge(Configuration(), update) == Configuration()
    kept_llm = Llm(cues="tags", faces=("joy",), gestures=("thumbs up",))
    kept = Configuration(llm=kept_llm, tts=Tts(audio_format="wav"), turn_detection=CHANGED.turn_detection)
    assert merge(CHANGED, update) == kept


# ---- what the client has named itself


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"STT": {"model": "whisper-1"}}, {"model", "provider"}),
        ({"STT": {"provider": "openai"}}, {"provider"}),
        ({"STT": {"provider": {"NAME": "openai"}}}, {"provider"}),
        ({"STT": {"languageCode": "en-US"}}, {"provider", "language_code"}),
        ({"STT": {"provider": None}}, set()),
        ({"STT": {"provider": {"name": "", "title": "OpenAI"}}}, set()),
        ({"STT": {"provider": ""}}, set()),
        ({"STT": {}}, {"provider"}),
        ({"STT": None}, set()),
        ({"stt": {"model": "", "PROVIDER": {}}}, set()),
        (None, {"provider"}),
        ({"LLM": None, "TTS": {"voice": None, "speed": 0}}, {"provider"}),
    ],
)
def test_a_field_is_named_by_a_value_even_its_default_and_by_nothing_else(payload: object, expected: set[str]) -> None:
    before: Named = frozenset({("STT", "provider")})
    assert name_fields(before, read_update(payload)) == {("STT", field) for field in expected}


# ---- what may be left out


@pytest.mark.parametrize("payload", [None, "", {}, {"STT": {}}, {"STT": {}, "LLM": {}, "TTS": {}}])
def test_an_update_that_names_nothing_changes_nothing(payload: object) -> None:
    assert updated(payload, CHANGED) == CHANGED


def test_an_absent_key_keeps_its_value() -> None:
    assert updated({"LLM": {"name": "Eve"}}, CHANGED) == msgspec.structs.replace(
        CHANGED, llm=msgspec.structs.replace(CHANGED.llm, name="Eve")
    )


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_section_that_is_not_set_is_the_default(nothing: object) -> None:
    assert updated({"TTS": nothing}, CHANGED) == msgspec.structs.replace(CHANGED, tts=Tts())


@pytest.mark.parametrize("nothing", [None, ""])
def test_every_field_that_is_not_set_is_its_default(nothing: object) -> None:
    for name, section in (("STT", Stt), ("LLM", Llm), ("TTS", Tts)):
        wire = {field.encode_name: nothing for field in msgspec.structs.fields(section)}
        expected = msgspec.structs.replace(CHANGED, **{name.lower(): section()})
        assert updated({name: wire}, CHANGED) == expected


@pytest.mark.parametrize("nothing", [{}, {"name": ""}, {"name": None, "title": None}, {"name": "", "title": ""}])
def test_an_empty_name_is_the_default(nothing: object) -> None:
    config = updated({"STT": {"provider": nothing}, "TTS": {"responseType": nothing, "ssmlGender": nothing}}, CHANGED)
    assert (config.stt.provider, config.tts.response_type, config.tts.ssml_gender) == (
        Stt().provider,
        Tts().response_type,
        Tts().ssml_gender,
    )


@pytest.mark.parametrize("speed", [0, 0.0])
def test_a_speed_of_zero_is_not_set_but_other_zeros_are(speed: float) -> None:
    config = updated({"TTS": {"speed": speed}, "LLM": {"temperature": 0, "maxToken": 0}}, CHANGED)
    assert (config.tts.speed, config.llm.temperature, config.llm.max_token) == (1.0, 0.0, 0)


# ---- how engines write


def test_what_unreal_sends_is_read() -> None:
    payload = {
        "sTT": {"provider": {"name": "local", "title": ""}, "mediaformat": "wav", "languagecode": "", "prompt": ""},
        "lLM": {"maxToken": 0.0, "temperature": 1.0, "stop": [], "name": ""},
        "tTS": {"speed": 0.0, "isbase64": True, "ssmlGender": {"name": "", "title": ""}, "voice": ""},
    }
    assert updated(payload) == Configuration(stt=Stt(provider=Provider("local", "Local"), media_format="wav"))


@pytest.mark.parametrize("key", ["maxToken", "maxtoken", "MAXTOKEN", "MaxToken"])
def test_keys_are_read_in_any_case(key: str) -> None:
    assert updated({"llm": {key: 7.0}}).llm.max_token == 7


def test_a_string_stands_for_a_name() -> None:
    config = updated({"STT": {"provider": "local"}, "TTS": {"responseType": "MULTIPLE", "ssmlGender": "Female"}})
    assert config.stt.provider == Provider("local", "Local")
    assert config.tts.response_type == ResponseType("multiple", "Multiple")
    assert config.tts.ssml_gender == SsmlGender("female", "Female")


def test_a_name_keeps_its_title_and_may_have_its_keys_in_any_case() -> None:
    assert updated({"STT": {"provider": {"Name": "x", "TITLE": "The X"}}}).stt.provider == Provider("x", "The X")


def test_one_string_stands_for_a_list_of_one() -> None:
    assert updated({"LLM": {"stop": "END"}}).llm.stop == ("END",)


@pytest.mark.parametrize("form", ["mp3", "WAV", "flac", "ogg", "opus", "webm", "m4a", "aac", "pcm16", "pcm16/48000"])
def test_every_media_format_is_taken(form: str) -> None:
    assert updated({"STT": {"mediaFormat": form}}).stt.media_format == form


# ---- what is odd


@pytest.mark.parametrize(
    ("payload", "warning"),
    [
        ({"SST": {}}, "SST: unknown key, ignored (did you mean STT?)"),
        ({"zzz": 1}, "zzz: unknown key, ignored (known: STT, LLM, TTS, turnDetection)"),
        ({"LLM": {"maxTokens": 5}}, "LLM.maxTokens: unknown key, ignored (did you mean maxToken?)"),
        ({"tts": {"voise": "x"}}, "TTS.voise: unknown key, ignored (did you mean voice?)"),
        ({"STT": {"provider": {"nam": "x"}}}, "STT.provider.nam: unknown key, ignored (did you mean name?)"),
    ],
)
def test_an_unknown_key_is_ignored_with_a_warning_that_names_the_nearest(payload: object, warning: str) -> None:
    update = read_update(payload)
    assert update.warnings == (warning,)
    assert merge(CHANGED, update).llm == CHANGED.llm


def test_warnings_are_bounded_in_number_and_length() -> None:
    payload: dict[str, Any] = {f"{number}{'x' * 10_000}": 1 for number in range(100)}
    payload["STT"] = dict(payload)
    warnings = read_update(payload).warnings
    assert len(warnings) == MAX_WARNINGS
    assert max(map(len, warnings)) < 200


def test_names_of_faces_and_gestures_are_taken_in_any_script_and_null_brings_the_default() -> None:
    payload = {"LLM": {"cues": "Tags", "faces": ["Joy", "怒り", "thumbs-up 2", "a.b_c"], "gestures": "bow"}}
    llm = updated(payload).llm
    assert (llm.cues, llm.faces) == ("tags", ("Joy", "怒り", "thumbs-up 2", "a.b_c"))
    assert llm.gestures == ("bow",)
    assert updated({"LLM": {"faces": [], "gestures": []}}).llm.faces == ()
    assert len(updated({"LLM": {"faces": ["f"] * 32}}).llm.faces) == 32
    assert "LLM.faces: came [" in refusal({"LLM": {"faces": ["f"] * 33}})
    assert updated({"LLM": {"faces": None}}, updated(payload)).llm.faces == Llm().faces


# ---- what is refused


@pytest.mark.parametrize(
    ("section", "field", "value", "allowed"),
    [
        ("STT", "mediaFormat", "mp4", "one of mp3, wav, flac, ogg, opus, webm, m4a, aac, pcm16, or pcm16/RATE"),
        (
            "STT",
            "mediaFormat",
            "pcm16/7999",
            "one of mp3, wav, flac, ogg, opus, webm, m4a, aac, pcm16, or pcm16/RATE with a rate of 8000 to 192000 Hz",
        ),
        ("STT", "mediaFormat", 5, "one of mp3"),
        ("STT", "model", 5, "a string"),
        ("STT", "sentimentAnalysis", "yes", "true or false"),
        ("STT", "sentimentAnalysis", 1, "true or false"),
        ("STT", "provider", 5, "a name, or an object with name and title"),
        ("STT", "provider", ["openai"], "a name, or an object with name and title"),
        ("LLM", "temperature", 2.1, "a number from 0 to 2"),
        ("LLM", "temperature", -0.1, "a number from 0 to 2"),
        ("LLM", "temperature", "1", "a number from 0 to 2"),
        ("LLM", "temperature", True, "a number from 0 to 2"),
        ("LLM", "stop", ["a", "b", "c", "d", "e"], "up to 4 strings"),
        ("LLM", "stop", [1], "up to 4 strings"),
        ("LLM", "stop", 1, "up to 4 strings"),
        ("LLM", "cues", "all", "none, tags"),
        ("LLM", "faces", ["joy", 1], "up to 32 names of 1 to 32 letters, digits, spaces, _, - and ."),
        ("LLM", "faces", ["joy]"], "up to 32 names"),
        ("LLM", "faces", ["joy", " sad"], "up to 32 names"),
        ("LLM", "gestures", [""], "up to 32 names"),
        ("LLM", "gestures", ["x" * 33], "up to 32 names"),
        ("LLM", "gestures", {"wave": 1}, "up to 32 names"),
        ("LLM", "maxToken", -1, "a whole number from 0 to 1000000"),
        ("LLM", "maxToken", 1.5, "a whole number from 0 to 1000000"),
        ("LLM", "maxToken", 10**30, "a whole number from 0 to 1000000"),
        ("LLM", "maxToken", 1e300, "a whole number from 0 to 1000000"),
        ("LLM", "maxToken", False, "a whole number from 0 to 1000000"),
        ("TTS", "speed", 0.2, "a number from 0.25 to 4"),
        ("TTS", "speed", 4.1, "a number from 0.25 to 4"),
        ("TTS", "speed", False, "a number from 0.25 to 4"),
        ("TTS", "isBase64", 0, "true or false"),
        ("TTS", "audioFormat", "ogg", "one of mp3, wav, opus, pcm16, or pcm16/RATE"),
    ],
)
def test_a_refusal_names_the_field_what_came_and_what_is_allowed(
    section: str, field: str, value: object, allowed: str
) -> None:
    message = refusal({section.lower(): {field.upper(): value}})
    came = msgspec.json.encode(value).decode()
    assert message.startswith(f"session.update: {section}.{field}: came {came}, allowed: {allowed}")


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"TTS": {"responseType": "double"}}, 'TTS.responseType.name: came "double", allowed: single, multiple'),
        (
            {"TTS": {"ssmlGender": {"name": "x"}}},
            'TTS.ssmlGender.name: came "x", allowed: unspecified, male, female, neutral',
        ),
        ({"TTS": {"ssmlGender": {"name": 5}}}, "TTS.ssmlGender.name: came 5, allowed: unspecified"),
        ({"LLM": {"provider": {"name": 5}}}, "LLM.provider.name: came 5, allowed: a string"),
        ({"LLM": {"provider": {"name": "x", "title": 5}}}, "LLM.provider.title: came 5, allowed: a string"),
        ({"LLM": 5}, "LLM: came 5, allowed: an object"),
        ({"LLM": []}, "LLM: came [], allowed: an object"),
        ([], "came [], allowed: an object with STT, LLM, TTS"),
        ("STT", 'came "STT", allowed: an object with STT, LLM, TTS'),
        (0, "came 0, allowed: an object with STT, LLM, TTS"),
        (False, "came false, allowed: an object with STT, LLM, TTS"),
    ],
)
def test_what_is_no_object_or_no_known_name_is_refused_likewise(payload: object, words: str) -> None:
    assert refusal(payload).startswith(f"session.update: {words}")


def test_a_number_that_is_too_large_is_told_as_one() -> None:
    with pytest.raises(BadMessage, match=r"LLM.temperature: came a number that is too large, allowed: a number from 0"):
        read_update({"LLM": {"temperature": float("inf")}})


def test_a_long_value_is_shown_shortened() -> None:
    assert len(refusal({"STT": {"mediaFormat": "x" * 100_000}})) < 300


def test_one_bad_field_refuses_the_whole_update() -> None:
    assert "speed" in refusal({"STT": {"model": "good"}, "TTS": {"voice": "good", "speed": 9}})


# ---- anything

_KEYS = st.sampled_from(
    [field.encode_name for section in (Stt, Llm, Tts, TurnDetection) for field in msgspec.structs.fields(section)]
) | st.text(max_size=6)
_VALUES = JSON_WITH_BYTES | st.dictionaries(st.sampled_from(["name", "title"]), JSON, max_size=2)
_PAYLOADS = st.dictionaries(
    st.sampled_from(["STT", "LLM", "TTS", "turnDetection"]),
    st.dictionaries(_KEYS, _VALUES, max_size=2) | JSON,
    max_size=3,
)


@given(_PAYLOADS | JSON_WITH_BYTES)
def test_no_update_raises_anything_but_a_bad_message(payload: object) -> None:
    refused = refusal_of(BadMessage, lambda: read_update(payload))
    if refused is not None:
        assert refused.error_id is ErrorId.BAD_CONFIGURATION
        assert len(refused.message) < 400
        return
    merged = merge(Configuration(), read_update(payload))
    assert msgspec.json.decode(msgspec.json.encode(merged), type=Configuration) == merged


def flat(config: Configuration) -> dict[tuple[str, str], Any]:
    wire: dict[str, dict[str, Any]] = msgspec.to_builtins(config)
    return {(section, key): value for section, fields in wire.items() for key, value in fields.items()}


@given(st.sets(st.sampled_from(list(flat(CHANGED)))))
def test_merging_changes_the_named_fields_and_no_others(named: set[tuple[str, str]]) -> None:
    payload: dict[str, dict[str, Any]] = {}
    for section, key in named:
        payload.setdefault(section, {})[key] = flat(CHANGED)[section, key]
    assert flat(updated(payload)) == {**flat(Configuration()), **{pair: flat(CHANGED)[pair] for pair in named}}
