"""What is said to play at a time, by what was sent and when it is estimated to play."""

from actors.deciding.playedreference import PlayedReference
from actors.ports.sound import BANDS


def frames(*levels: int) -> bytes:
    return b"".join(bytes([level]) * BANDS for level in levels)


def levels(envelope: bytes) -> list[int]:
    return list(envelope[::BANDS])


def test_a_piece_plays_from_its_beginning_to_its_end_and_around_it_is_silence() -> None:
    played = PlayedReference()
    played.add(10.0, 0.03, frames(1, 2, 3), now=10.0)
    assert levels(played.playing(9.98, 10.05)) == [0, 0, 1, 2, 3, 0, 0]
    assert levels(played.playing(10.01, 10.02)) == [2]
    assert levels(played.playing(11.0, 11.03)) == [0, 0, 0]
    assert played.playing(10.0, 10.0) == b""


def test_parts_play_one_after_the_other_without_a_hole() -> None:
    played = PlayedReference()
    played.add(10.0, 0.035, frames(1, 2, 3), now=10.0)
    played.add(10.035, 0.025, frames(4, 5), now=10.0)
    assert levels(played.playing(10.0, 10.06)) == [1, 2, 3, 3, 4, 5]


def test_a_stall_is_silence() -> None:
    played = PlayedReference()
    played.add(10.0, 0.02, frames(1, 2), now=10.0)
    played.add(10.04, 0.02, frames(3, 4), now=10.04)
    assert levels(played.playing(10.0, 10.06)) == [1, 2, 0, 0, 3, 4]


def test_nothing_plays_after_a_cut() -> None:
    played = PlayedReference()
    played.add(10.0, 0.04, frames(1, 2, 3, 4), now=10.0)
    played.add(10.04, 0.04, frames(5, 6, 7, 8), now=10.0)
    played.cut(10.02)
    assert levels(played.playing(10.0, 10.08)) == [1, 2, 0, 0, 0, 0, 0, 0]


def test_the_past_is_forgotten() -> None:
    played = PlayedReference()
    for second in range(100):
        played.add(float(second), 1.0, frames(*[second + 1] * 100), now=float(second))
    assert set(levels(played.playing(0.0, 90.0))) == {0}
    assert levels(played.playing(98.5, 98.52)) == [99, 99]


def test_what_has_no_envelope_is_silence() -> None:
    played = PlayedReference()
    played.add(10.0, 1.0, b"", now=10.0)
    assert levels(played.playing(10.0, 10.02)) == [0, 0]
