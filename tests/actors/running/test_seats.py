"""The seats of a session's turns: all that a turn needs or none, and all of them back at its end."""

from actors.ports.calls import Kind
from actors.running.pool import Pool
from actors.running.seats import Seats


def make_pools(**queue: int) -> dict[Kind, Pool]:
    """Pools of two workers, with room for so many more turns."""
    return {kind: Pool(kind, 2, queue.get(kind, 0)) for kind in ("STT", "LLM", "TTS")}


def taken(pools: dict[Kind, Pool]) -> list[int]:
    """The seats that are taken of each pool."""
    return [pool.taken for pool in pools.values()]


async def test_a_turn_takes_all_its_seats_or_none() -> None:
    pools = make_pools(STT=1, LLM=1)
    seats = Seats(pools)
    assert seats.take(1, ("STT", "LLM", "TTS"))
    assert seats.take(2, ("LLM", "TTS"))
    assert not seats.take(3, ("STT", "LLM", "TTS"))
    assert taken(pools) == [1, 2, 2]
    assert seats.turns == (1, 2)


async def test_a_turn_that_is_listened_to_has_the_recogniser_s_seat_already() -> None:
    pools = make_pools()
    seats = Seats(pools)
    assert seats.take_to_listen(1)
    assert not seats.take_to_listen(2), "half of the workers may listen"
    seats.note_spoken()
    assert seats.take(1, ("STT", "LLM", "TTS"))
    assert taken(pools) == [1, 1, 1]


async def test_a_turn_gives_back_its_seats_once() -> None:
    pools = make_pools()
    seats = Seats(pools)
    seats.take(1, ("LLM", "TTS"))
    seats.give_back(1)
    seats.give_back(1)
    seats.give_back(2)
    assert taken(pools) == [0, 0, 0]
    assert seats.turns == ()
