"""Models that think before they speak, for every adapter: held back, taken back, and waited for."""

from itertools import pairwise

import msgspec
import pytest
import trio
from trio.testing import MockClock

from actors.ports.answering import Delivery
from actors.ports.calls import Retraction
from adapters.reach.web import Web
from tests.adapters.reach.loopback import Loopback, Step, endpoint_of, loopback, sse
from tests.adapters.vendors.models import LONG, ListedModel, LlmKind, question

pytestmark = pytest.mark.real
Told = list[tuple[float, str | Delivery | Retraction]]


def adapter_of(web: Web, kind: LlmKind, server: Loopback) -> ListedModel:
    return kind.build(web, endpoint_of(server), LONG)


async def told(adapter: ListedModel, *, streams: bool = True, model: str = "some-model") -> Told:
    """What is written, and when, since the question was asked."""
    began, pieces = trio.current_time(), Told()

    async def write(piece: str | Delivery | Retraction) -> None:
        pieces.append((trio.current_time() - began, piece))

    await adapter.answer(msgspec.structs.replace(question(model=model), stream=streams), write)
    return pieces


def words(pieces: Told) -> list[str | Retraction]:
    """What is told without the signs of life."""
    return [piece for _, piece in pieces if isinstance(piece, str | Retraction) and piece != ""]


async def slowly(gates: list[trio.Event], pause: float) -> None:
    for gate in gates:
        await trio.sleep(pause)
        gate.set()


def steps(kind: LlmKind, *pieces: str, gates: list[trio.Event] | None = None) -> list[Step]:
    """An answer of these pieces, a gate before each but the first."""
    said: list[Step] = [kind.begin]
    for number, piece in enumerate(pieces):
        said += [gates[number - 1]] if gates and number else []
        said.append(kind.say(piece))
    return [*said, kind.end]


async def test_a_thought_is_not_told_wherever_the_chunks_end(web: Web, kind: LlmKind) -> None:
    pieces = ["Yes. <th", "ink>h", "m</thi", "nk> No.", " [THI", "NK]hm[/THINK]", "So<|im_", "end|>"]
    async with loopback(sse(*steps(kind, *pieces))) as server:
        assert "".join(map(str, words(await told(adapter_of(web, kind, server))))) == "Yes. No. So"


async def test_the_end_alone_takes_back_and_teaches(web: Web, kind: LlmKind) -> None:
    async with loopback(sse(*steps(kind, "Hm. ", "So ", "</think>", "\n\nYes", "."))) as server:
        adapter = adapter_of(web, kind, server)
        assert words(await told(adapter)) == ["Hm. ", "So ", Retraction(), "Yes", "."]
        assert words(await told(adapter)) == ["Yes", "."]
        assert Retraction() in words(await told(adapter, model="another"))
        assert words(await told(adapter, streams=False)) == ["Hm. ", "So ", Retraction(), "Yes", "."]


async def test_what_is_awaited_whole_teaches_too(web: Web, kind: LlmKind) -> None:
    async with loopback(sse(*steps(kind, "Hm.", "</think>", "Yes"))) as server:
        adapter = adapter_of(web, kind, server)
        assert words(await told(adapter, streams=False)) == ["Hm.", Retraction(), "Yes"]
        assert words(await told(adapter)) == ["Yes"]


async def test_a_model_that_is_known_to_think_is_held_back_for_five_seconds(
    web: Web, kind: LlmKind, jumping_clock: MockClock
) -> None:
    gates = [trio.Event(), trio.Event()]
    later = sse(*steps(kind, "No. ", "Not ", "yet.", gates=gates))
    async with loopback(sse(*steps(kind, "Hm", "</think>Yes")), later) as server, trio.open_nursery() as nursery:
        adapter = adapter_of(web, kind, server)
        await told(adapter)
        nursery.start_soon(slowly, gates, 8.0)
        pieces = await told(adapter)
        assert words(pieces) == ["No. ", "Not ", "yet."]
        assert 5.0 <= next(at for at, piece in pieces if piece) < 6.0


async def test_what_is_held_back_is_told_where_the_answer_ends_before(web: Web, kind: LlmKind) -> None:
    async with loopback(sse(*steps(kind, "Hm", "</think>Yes")), sse(*steps(kind, "No. ", "Yes."))) as server:
        adapter = adapter_of(web, kind, server)
        await told(adapter)
        assert words(await told(adapter)) == ["No. Yes."]


@pytest.mark.parametrize("aloud", [True, False])
async def test_a_model_that_thinks_gives_signs_of_life(
    web: Web, kind: LlmKind, jumping_clock: MockClock, aloud: bool
) -> None:
    gates = [trio.Event() for _ in range(20)]
    think = kind.say if aloud else kind.think
    thoughts = [step for gate in gates for step in (gate, think("hm"))]
    opened, closed = ([kind.say("<think>")], [kind.say("</think>")]) if aloud else ([], [])
    stream = sse(kind.begin, *opened, *thoughts, *closed, kind.say("Yes."), kind.end)
    async with loopback(stream) as server, trio.open_nursery() as nursery:
        nursery.start_soon(slowly, gates, 7.0)
        pieces = await told(adapter_of(web, kind, server))
        assert words(pieces) == ["Yes."]
        times = [at for at, piece in pieces]
        assert max(later - sooner for sooner, later in pairwise(times)) < 8.0
        assert 20 <= len(pieces) <= 23


async def test_signs_of_life_are_few(web: Web, kind: LlmKind) -> None:
    async with loopback(sse(kind.begin, *[kind.think("hm")] * 500, kind.say("Yes."), kind.end)) as server:
        with trio.fail_after(60):
            assert len(await told(adapter_of(web, kind, server))) < 50
