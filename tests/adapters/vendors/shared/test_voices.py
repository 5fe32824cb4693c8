"""Lists of voices: kept, renewed, and searched."""

import pytest
import trio
import trio.lowlevel

from actors.ports.synthesis import Speech
from adapters.reach.contract import ProviderFailed
from adapters.vendors.shared.voices import MOST, ListedVoice, VoiceList, choose, find

SARAH = ListedVoice("s1", "Sarah - Reassuring", ("en-US",), "female")
GEORGE = ListedVoice("g1", "George", ("en-GB",), "male")
SEPP = ListedVoice("s2", "Sepp", ("de-AT", "en-US"), "male")
RIVER = ListedVoice("r1", "River", (), "neutral")
ALL = (SARAH, GEORGE, SEPP, RIVER)


async def test_a_list_is_what_the_catalogue_last_had() -> None:
    answers: list[tuple[ListedVoice, ...] | ProviderFailed] = [ALL, ProviderFailed("down"), (GEORGE,) * (MOST + 1)]

    async def fetch() -> tuple[ListedVoice, ...]:
        await trio.lowlevel.checkpoint()
        answer = answers.pop(0)
        if isinstance(answer, ProviderFailed):
            raise answer
        return answer

    voices = VoiceList(fetch)
    assert not voices.known
    assert await voices.renew() == voices.known == ALL
    with pytest.raises(ProviderFailed, match="down"):
        await voices.renew()
    assert voices.known == ALL
    with trio.CancelScope() as scope:
        scope.cancel()
        await voices.renew()
    assert voices.known == ALL
    assert await voices.renew() == voices.known == (GEORGE,) * MOST


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("g1", GEORGE), ("george", GEORGE), ("Sarah - Reassuring", SARAH), ("SARAH", SARAH), ("Nobody", None), ("", None)],
)
def test_a_voice_is_found_by_id_or_name(wanted: str, found: ListedVoice | None) -> None:
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
def test_a_voice_is_chosen_by_language_then_gender_then_region(language: str, gender: str, chosen: ListedVoice) -> None:
    speech = Speech("", "", "", language, gender, 1.0)  # type: ignore[arg-type]
    assert choose(ALL, speech) == chosen
    assert choose((), speech) is None
