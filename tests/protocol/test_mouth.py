"""The mouth on the wire: what the handshake asks for, the sets, and the presets."""

from typing import Any, get_args

import pytest

from protocol.audioformat import AudioFormat
from protocol.handshake import PRESETS, BadHandshake, Encoding, read_handshake
from protocol.messages import Names
from protocol.mouth import SHAPES, MouthSet, MouthWish

NAMES = Names()


def encoding(**auth: object) -> Encoding:
    """By auth and by query alike."""
    made = read_handshake(auth, {}, NAMES).encoding
    assert read_handshake(None, {key: str(value) for key, value in auth.items()}, NAMES).encoding == made
    return made


def test_every_set_has_its_list_and_no_shape_twice() -> None:
    assert set(SHAPES) == set(get_args(MouthSet))
    sizes = {name: len(shapes) for name, shapes in SHAPES.items()}
    assert sizes == {"ovr": 15, "arkit": 52, "vrm": 6, "azure": 22, "polly": 17, "rhubarb": 9}
    assert all(len(set(shapes)) == len(shapes) for shapes in SHAPES.values())
    assert list(enumerate(SHAPES["ovr"]))[:4] == [(0, "sil"), (1, "PP"), (2, "FF"), (3, "TH")]
    assert SHAPES["ovr"][10:] == ("aa", "E", "ih", "oh", "ou")


@pytest.mark.parametrize("client", [None, "unreal", "unity", "web"])
def test_who_does_not_ask_is_told_nothing(client: str | None) -> None:
    wish = read_handshake({"client": client}, {}, NAMES).encoding.mouth
    assert wish == MouthWish()
    assert not wish.is_any


@pytest.mark.parametrize(
    ("mouth", "wish"),
    [
        ("none", MouthWish()),
        ("words", MouthWish(words=True)),
        *((name, MouthWish(name)) for name in SHAPES),
        ("arkit,words", MouthWish("arkit", words=True)),
        ("words,vrm", MouthWish("vrm", words=True)),
        (" OVR , Words ", MouthWish("ovr", words=True)),
        ("ovr,ovr", MouthWish("ovr")),
    ],
)
def test_a_list_of_one_set_and_words_is_read(mouth: str, wish: MouthWish) -> None:
    assert encoding(mouth=mouth).mouth == wish
    assert wish.is_any is (mouth != "none")


@pytest.mark.parametrize(
    "mouth", ["viseme", "ovr,arkit", "ovr,vrm,words", "none,words", "ovr,", ",", "ovr words", "ovr;words", 5, [], True]
)
def test_anything_else_is_refused_and_the_list_named(mouth: Any) -> None:
    with pytest.raises(BadHandshake) as refused:
        read_handshake({"mouth": mouth}, {}, NAMES)
    listed = "none, or a list with commas of at most one of ovr, arkit, vrm, azure, polly, rhubarb, and words"
    assert str(refused.value).startswith("mouth: came ")
    assert str(refused.value).endswith(f"allowed: {listed}")


@pytest.mark.parametrize(
    ("client", "like", "wish"),
    [
        ("metahuman", "unreal", MouthWish("arkit", words=True)),
        ("three-vrm", "web", MouthWish("vrm", words=True)),
    ],
)
def test_a_preset_with_a_mouth_has_the_sound_of_another(client: str, like: str, wish: MouthWish) -> None:
    made, other = encoding(client=client), PRESETS[like]
    assert made.mouth == wish
    assert (made.format, made.is_base64, made.pieces, made.piece_bytes) == (
        other.format,
        other.is_base64,
        other.pieces,
        other.piece_bytes,
    )


def test_talkinghead_gets_samples() -> None:
    made = encoding(client="TalkingHead")
    assert made == Encoding(AudioFormat("pcm16", 24_000), False, "joined", 0, mouth=MouthWish("ovr", words=True))


def test_what_is_said_beside_a_preset_wins_over_it() -> None:
    assert encoding(client="metahuman", mouth="none").mouth == MouthWish()
    assert encoding(client="metahuman", mouth="rhubarb").mouth == MouthWish("rhubarb")
    assert encoding(client="unreal", mouth="arkit").mouth == MouthWish("arkit")
    assert read_handshake({"client": "metahuman", "mouth": ""}, {}, NAMES).encoding.mouth == MouthWish("arkit", True)


def test_arkit_comes_at_30_or_60_frames_a_second() -> None:
    assert encoding(mouth="arkit").mouth.fps == 30
    assert encoding(mouth="arkit", mouthFps=60).mouth.fps == 60
    assert encoding(client="metahuman", mouthFps="60").mouth == MouthWish("arkit", words=True, fps=60)
    assert read_handshake({"mouthFps": 30.0}, {}, NAMES).encoding.mouth.fps == 30
    for rate in (25, "fast", 30.5, True, float("inf")):
        with pytest.raises(BadHandshake, match=r"mouthFps: came .*, allowed: 30, 60"):
            read_handshake({"mouthFps": rate}, {}, NAMES)
