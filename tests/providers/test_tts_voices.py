"""Lists of voices: kept, renewed, and searched."""

import pytest
import trio
from trio.testing import MockClock

from actors.ports import Speech
from adapters.provider import ProviderFailed
from adapters.tts.voices import AGAIN, FRESH, MOST, QUICK, UNHURRIED, Voice, Voices, choose, find
from adapters.web import Patience

SARAH = Voice("s1", "Sarah - Reassuring", ("en-US",), "female")
GEORGE = Voice("g1", "George", ("en-GB",), "male")
SEPP = Voice("s2", "Sepp", ("de-AT", "en-US"), "male")
RIVER = Voice("r1", "River", (), "neutral")
ALL = (SARAH, GEORGE, SEPP, RIVER)


class Provider:
    """A list that can be asked for; `asked` with what patience."""

    def __init__(self, *voices: Voice) -> None:
        self.voices = voices
        self.works = True
        self.asked: list[Patience] = []

    async def fetch(self, patience: Patience) -> tuple[Voice, ...]:
        self.asked.append(patience)
        await trio.sleep(1)
        if not self.works:
            raise ProviderFailed("it does not work")
        return self.voices


async def test_a_list_is_asked_for_once_in_a_while(autojump_clock: MockClock) -> None:
    provider = Provider(*ALL)
    voices = Voices(provider.fetch)
    assert await voices.known() == ALL
    await trio.sleep(FRESH - 1)
    await voices.known()
    assert provider.asked == [QUICK]
    await trio.sleep(2)
    await voices.known()
    assert provider.asked == [QUICK, QUICK]


async def test_who_asks_at_the_same_time_asks_once(autojump_clock: MockClock) -> None:
    provider = Provider(*ALL)
    voices = Voices(provider.fetch)
    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(voices.known)
    assert len(provider.asked) == 1


async def test_what_was_known_serves_while_the_list_cannot_be_had(autojump_clock: MockClock) -> None:
    provider = Provider(*ALL)
    voices = Voices(provider.fetch)
    provider.works = False
    assert await voices.known() == ()
    assert await voices.known() == ()
    assert len(provider.asked) == 1
    await trio.sleep(AGAIN)
    provider.works = True
    assert await voices.known() == ALL
    provider.works = False
    await trio.sleep(FRESH)
    assert await voices.known() == ALL


async def test_a_catalogue_renews_it_off_the_way_of_a_turn(autojump_clock: MockClock) -> None:
    provider = Provider(SARAH)
    voices = Voices(provider.fetch)
    await voices.renew()
    provider.voices = (GEORGE,) * (MOST + 1)
    assert len(await voices.renew()) == MOST
    assert (await voices.known())[0] == GEORGE
    assert provider.asked == [UNHURRIED, UNHURRIED]
    provider.works = False
    with pytest.raises(ProviderFailed):
        await voices.renew()


async def test_cancelling_leaves_it_as_it_was(autojump_clock: MockClock) -> None:
    provider = Provider(*ALL)
    voices = Voices(provider.fetch)
    with trio.move_on_after(0.5) as scope:
        await voices.known()
    assert scope.cancelled_caught
    assert await voices.known() == ALL


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("g1", GEORGE), ("george", GEORGE), ("Sarah - Reassuring", SARAH), ("SARAH", SARAH), ("Nobody", None), ("", None)],
)
def test_a_voice_is_found_by_id_or_name(wanted: str, found: Voice | None) -> None:
    assert find(ALL, wanted) == found


@pytest.mark.parametrize(
    ("language", "gender", "chosen"),
    [
        ("en-US", "unspecified", SARAH),
        ("en-GB", "unspecified", GEORGE),
        ("en-GB", "female", SARAH),
        ("en-US", "male", GEORGE),
        ("de-DE", "female", SEPP),
        ("de", "unspecified", SEPP),
        ("fr-FR", "neutral", RIVER),
        ("fr-FR", "unspecified", SARAH),
    ],
)
def test_a_voice_is_chosen_by_language_then_gender_then_region(language: str, gender: str, chosen: Voice) -> None:
    speech = Speech("", "", "", language, gender, 1.0)  # type: ignore[arg-type]
    assert choose(ALL, speech) == chosen
    assert choose((), speech) is None
