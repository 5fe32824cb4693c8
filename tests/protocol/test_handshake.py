"""The handshake: auth over query, presets, and refusals that say what is allowed and keep the token to themselves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.audioformat import AudioFormat
from protocol.connecting import HANDSHAKE_KEYS, UNREAL_PIECE_BYTES
from protocol.handshake import BadHandshake, Encoding, Handshake, read_handshake
from protocol.messages import Names
from tests.protocol.strategies import JSON, refusal_of

NAMES = Names()
SESSION = "32a5e96a-c35d-4e97-8ee0-a2166057feac"
SECRET = "hunter2-hunter2"
AS_WAV = Encoding(AudioFormat("wav"), True, "whole", UNREAL_PIECE_BYTES)


def read(auth: object = None, **query: str) -> Handshake:
    return read_handshake(auth, query, NAMES)


def refusal(auth: object = None, **query: str) -> str:
    with pytest.raises(BadHandshake) as refused:
        read(auth, **query)
    return str(refused.value)


@pytest.mark.parametrize("auth", [None, {}, {"role": None, "token": "", "client": "", "isBase64": None, "pieces": ""}])
def test_who_says_nothing_is_both_in_a_new_session(auth: object) -> None:
    assert read(auth) == read(auth, role="", sessionId="") == Handshake("both", "", "", Encoding())


def test_every_key_is_read_from_auth() -> None:
    auth = {"role": "sender", "sessionId": SESSION, "token": SECRET, "audioFormat": "opus", "isBase64": False}
    expected = Handshake("sender", SESSION, SECRET, Encoding(AudioFormat("opus"), False, "whole"))
    assert read({**auth, "pieces": "whole"}) == expected


def test_every_key_is_read_from_the_query() -> None:
    handshake = read(
        None, role="receiver", sessionId=SESSION, token=SECRET, audioFormat="pcm16/48000", isBase64="true", EIO="4"
    )
    assert handshake == Handshake("receiver", SESSION, SECRET, Encoding(AudioFormat("pcm16", 48_000), True))


def test_auth_wins_over_the_query() -> None:
    assert read({"role": "sender"}, role="receiver", token="t") == Handshake("sender", token="t")


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_auth_leaves_unset_the_query_may_say(nothing: object) -> None:
    assert read({"role": nothing, "isBase64": nothing}, role="sender", isBase64="1") == Handshake(
        "sender", encoding=Encoding(is_base64=True)
    )


@pytest.mark.parametrize(
    "auth", [{"ROLE": "Sender", "sessionid": SESSION.upper()}, {"role": "SENDER", "SessionId": SESSION}]
)
def test_keys_roles_and_ids_are_read_in_any_case(auth: object) -> None:
    assert read(auth) == Handshake("sender", SESSION)


def test_a_renamed_key_is_read_under_its_new_name_alone() -> None:
    names = Names({"token": "apiKey"})
    assert read_handshake({"apiKey": "a", "token": "b"}, {}, names).token == "a"


@pytest.mark.parametrize(
    ("client", "encoding"),
    [("unreal", AS_WAV), ("Unity", AS_WAV), ("web", Encoding(AudioFormat("mp3"), False, "joined", 0))],
)
def test_a_preset_stands_for_the_encoding_that_its_client_needs(client: str, encoding: Encoding) -> None:
    assert read({"client": client}).encoding == read(client=client).encoding == encoding


def test_what_is_said_beside_a_preset_wins_over_it() -> None:
    encoding = read({"client": "unreal", "audioFormat": "mp3", "isBase64": False, "pieces": "joined"}).encoding
    assert encoding == Encoding(AudioFormat("mp3"), False, "joined", UNREAL_PIECE_BYTES)


@pytest.mark.parametrize(
    ("value", "read_as"),
    [(True, True), (False, False), ("TRUE", True), ("false", False), ("1", True), ("0", False), (1, True), (0, False)],
)
def test_a_truth_is_read_in_the_forms_that_a_query_can_carry(value: object, read_as: bool) -> None:
    assert read({"isBase64": value}).encoding.is_base64 is read_as


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("role", "speaker", 'role: came "speaker", allowed: sender, receiver, both'),
        ("role", 5, "role: came 5, allowed: sender, receiver, both"),
        ("client", "godot", 'client: came "godot", allowed: unreal, unity, web, metahuman, three-vrm, talkinghead'),
        ("pieces", "half", 'pieces: came "half", allowed: joined, whole'),
        ("isBase64", "yes", 'isBase64: came "yes", allowed: true or false'),
        ("isBase64", [], "isBase64: came [], allowed: true or false"),
        ("audioFormat", "ogg", 'audioFormat: came "ogg", allowed: one of mp3, wav, opus, pcm16, or pcm16/RATE'),
        ("audioFormat", 5, "audioFormat: came"),
        ("sessionId", "abc", 'sessionId: came "abc", allowed: a UUID'),
        ("sessionId", 5, "sessionId: came 5, allowed: a UUID"),
        ("sessionId", SESSION + "0", "allowed: a UUID"),
        ("token", 5, "token: came something else than a string"),
    ],
)
def test_a_refusal_names_the_key_what_came_and_what_is_allowed(key: str, value: Any, words: str) -> None:
    assert words in refusal({key: value})


@pytest.mark.parametrize("auth", [SECRET, [SECRET], 5, True])
def test_an_auth_that_is_no_object_is_refused_without_repeating_it(auth: object) -> None:
    message = refusal(auth)
    assert message.startswith("auth: came ")
    assert "allowed: an object with role, sessionId, token" in message
    assert SECRET not in message


def test_the_token_is_in_nothing_that_is_shown() -> None:
    handshake = read({"token": SECRET, "role": "sender"})
    assert handshake.token == SECRET
    assert SECRET not in repr(handshake) + str(handshake) + f"{[handshake]}" + str(handshake.__rich_repr__())
    assert "sender" in repr(handshake)
    assert SECRET not in refusal({"token": [SECRET]})
    assert SECRET not in refusal({"token": SECRET, "role": "x"})


_SETTINGS = st.dictionaries(
    st.sampled_from(HANDSHAKE_KEYS), JSON | st.sampled_from(("web", "sender", "wav")), max_size=3
)
_QUERY = st.dictionaries(st.sampled_from(HANDSHAKE_KEYS) | st.text(max_size=5), st.text(max_size=8), max_size=3)


@given(JSON | _SETTINGS, _QUERY)
def test_no_handshake_raises_anything_but_a_bad_handshake(auth: object, query: dict[str, str]) -> None:
    refused = refusal_of(BadHandshake, lambda: read_handshake(auth, query, NAMES))
    assert refused is None or 0 < len(str(refused)) < 300


def test_text_that_is_no_unicode_is_refused_like_any_other() -> None:
    assert "allowed: sender" in refusal(None, role="\ud800")
