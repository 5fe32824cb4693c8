"""The roster: who is used and who stands in, in which order; the catalogue for clients; how lists are kept."""

from random import Random
from typing import Any

import msgspec
import pytest
import trio
from trio.testing import MockClock

from actors.ports.calls import Kind
from adapters.choosing.catalogue import AGAIN, FRESH, MOST, NO_CHOICE, STALE, Listing, Lists, Roster
from adapters.choosing.table import LOCAL
from adapters.reach.contract import Offer
from adapters.settings.providers import Preference, Providers, ProviderSettings, settings_of
from adapters.vendors.azure.declaration import AZURE
from adapters.vendors.openai.declaration import OPENAI
from tests.adapters.choosing.fakes import Fake, absent, candidate, final, passing, refused


def roster(*llm: Any, prefer: tuple[str, ...] = (), substitute: bool = True, **accounts: ProviderSettings) -> Roster:
    made = Roster(Providers(substitute=substitute, prefer=Preference(llm=prefer), accounts=accounts))
    for each in llm:
        made.add(each)
    return made


def names(candidates: list[Any]) -> list[str]:
    return [each.name for each in candidates]


LOCALLY = Fake()


def local() -> Any:
    return candidate(LOCAL, LOCALLY)


# ---- the order


def test_local_is_always_the_last() -> None:
    assert names(roster(local()).usable("LLM")) == ["local"]
    assert names(roster(local(), candidate("a", Fake())).usable("LLM")) == ["a", "local"]
    assert names(roster(local(), candidate("ollama", Fake(), is_found=True)).usable("LLM")) == ["ollama", "local"]


@pytest.mark.parametrize(
    ("kind", "settings", "order"),
    [
        ("STT", Providers(prefer=Preference(stt=("a",))), ["a", "local"]),
        ("TTS", Providers(prefer=Preference(tts=("a",)), guide=False), ["a", "local"]),
        ("LLM", Providers(prefer=Preference(llm=("a",))), ["a"]),
        ("LLM", Providers(prefer=Preference(stt=("a",))), ["a", "local"]),
        ("LLM", Providers(guide=False), ["a"]),
        ("LLM", Providers(guide=False, prefer=Preference(llm=("local",))), ["local", "a"]),
        ("LLM", Providers(substitute=False), ["a"]),
        ("STT", Providers(substitute=False), ["a"]),
        ("TTS", Providers(substitute=False, prefer=Preference(tts=("a", "local"))), ["a", "local"]),
    ],
)
def test_the_embedded_ones_stand_in_unless_the_operator_says_otherwise(
    kind: Kind, settings: Providers, order: list[str]
) -> None:
    made = Roster(settings)
    for name in ("a", LOCAL):
        made.add(candidate(name, Fake(), kind))
    assert names(made.usable(kind)) == order
    assert names(made.chain(kind, "a"))[0] == "a"
    assert (LOCAL in names(made.chain(kind, "a"))) == (LOCAL in order)


def test_the_operators_list_comes_first_and_may_name_local() -> None:
    both = (candidate("a", Fake()), candidate("b", Fake()), local())
    assert names(roster(*both, prefer=("b",)).usable("LLM")) == ["b", "a"]
    assert names(roster(*both, prefer=("b", "local")).usable("LLM")) == ["b", "local", "a"]
    assert names(roster(*both, prefer=("gone",)).usable("LLM")) == ["a", "b"]
    assert names(roster(*both).usable("LLM")) == ["a", "b", "local"]


def test_what_was_found_is_used_where_nothing_is_configured_or_where_it_is_preferred() -> None:
    found = candidate("ollama", Fake(), is_found=True)
    assert names(roster(candidate("a", Fake()), found).usable("LLM")) == ["a"]
    assert names(roster(candidate("a", Fake()), found, prefer=("ollama",)).usable("LLM")) == ["ollama", "a"]


def test_local_is_first_where_nobody_else_is_or_the_list_says_so() -> None:
    a, found = candidate("a", Fake()), candidate("ollama", Fake(), is_found=True)
    assert roster().is_local_first("LLM")
    assert roster(local()).is_local_first("LLM")
    assert not roster(a).is_local_first("LLM")
    assert not roster(found, local()).is_local_first("LLM")
    assert roster(a, prefer=("gone", "local", "a")).is_local_first("LLM")
    assert not roster(a, prefer=("a", "local")).is_local_first("LLM")


def test_what_was_found_may_be_named_and_stands_in_for_nobody_that_is_configured() -> None:
    made = roster(candidate("ollama", Fake(), is_found=True), candidate("a", Fake()), local())
    entries = [each for each in made.catalogue().entries if each.kind == "LLM"]
    assert [each.name for each in entries if each.configured] == ["a", "ollama", "local"]
    assert names(made.chain("LLM", "ollama")) == ["ollama", "a", "local"]


def test_one_that_has_not_said_what_it_does_is_not_used() -> None:
    tentative = candidate("a", Fake(), is_tentative=True)
    both = roster(tentative, local())
    assert names(both.usable("LLM")) == ["local"]
    (entry,) = (each for each in both.catalogue().entries if (each.kind, each.name) == ("LLM", "a"))
    assert not entry.configured
    tentative.offer = Offer()
    assert names(both.usable("LLM")) == ["local"]
    tentative.offer = Offer(("m",))
    assert names(both.usable("LLM")) == ["a", "local"]


def test_a_server_that_turns_out_to_lack_a_kind_is_not_used_for_it() -> None:
    """As OPENAI_BASE_URL that leads to a server for chat alone."""
    elsewhere = candidate("openai", Fake(), may_lack=True)
    both = roster(elsewhere, local())
    assert names(both.usable("LLM")) == ["openai", "local"]
    elsewhere.offer = Offer((), ("alloy",))
    assert names(both.usable("LLM")) == ["local"]
    assert both.chain("LLM", "openai")[0].name == "local"


def test_the_chain_begins_with_whom_the_call_is_meant_for() -> None:
    both = roster(candidate("a", Fake()), candidate("b", Fake()), local())
    assert names(both.chain("LLM", "b")) == ["b", "a", "local"]
    assert names(both.chain("LLM", "gone")) == ["a", "b", "local"]


def test_what_was_said_to_local_stays_in_the_house() -> None:
    assert names(roster(candidate("a", Fake()), local()).chain("LLM", "local")) == ["local"]
    assert names(roster(candidate("a", Fake()), local(), prefer=("a",)).chain("LLM", "local")) == ["local", "a"]


def test_a_substitute_is_never_local_while_another_is_configured() -> None:
    entries = [each for each in roster(local(), candidate("a", Fake())).catalogue().entries if each.kind == "LLM"]
    assert names(list(entries))[:2] == ["a", "local"]
    assert [each.configured for each in entries[:2]] == [True, True]


# ---- what people are told


def listings(made: Roster) -> dict[str, Listing]:
    return {each.name: each for each in made.listings()["LLM"]}


def test_a_listing_says_how_it_stands() -> None:
    one, two, three = candidate("a", Fake()), candidate("b", Fake()), candidate("c", Fake())
    one.offer, two.offer = Offer(("m", "n"), languages=("de", "en")), Offer()
    two.aside = "it is down"
    told = listings(roster(one, two, three, local()))
    assert (told["a"].state, told["a"].default, told["a"].models) == ("ok", True, ("m", "n"))
    assert (told["b"].state, told["b"].default, told["b"].note) == ("set aside: it is down", False, NO_CHOICE)
    assert (told["c"].models, told["c"].note) == (None, "")
    assert told["openai"].state == "not configured: set OPENAI_API_KEY"
    assert (told["openai"].configured, told["local"].configured) == (False, True)
    assert (told["openai"].models, told["openai"].note) == (None, ""), "nobody knows what it has"


def test_half_a_configuration_is_told() -> None:
    made = Roster(Providers(accounts={"azure": settings_of(AZURE, api_key="k")}))
    (azure,) = (each for each in made.listings()["STT"] if each.name == "azure")
    assert azure.state == "not configured: set AZURE_SPEECH_REGION"


def test_the_listing_is_plain_json_with_the_documented_keys() -> None:
    told = msgspec.to_builtins(listings(roster(candidate("a", Fake())))["a"])
    assert list(told) == [
        "name", "title", "configured", "default", "state", "models", "defaultModel", "note", "voices", "languages",
    ]  # fmt: skip


def test_a_key_is_in_no_listing() -> None:
    made = roster(candidate("a", Fake()), openai=settings_of(OPENAI, api_key="sk-planted"))
    assert b"sk-planted" not in msgspec.json.encode(made.listings())
    assert "sk-planted" not in repr(made.catalogue())


# ---- lists


async def test_lists_are_asked_for_now_and_then_and_never_waited_for(autojump_clock: MockClock) -> None:
    fake = Fake()
    one = candidate("a", fake)
    async with trio.open_nursery() as nursery:
        await nursery.start(Lists(roster(one), Random(0)).run)
        assert one.offer == fake.has
        await trio.sleep(10 * FRESH)
        assert 7 <= len(fake.checked) <= 13
        nursery.cancel_scope.cancel()


def has_list(candidate: Any) -> bool:
    return candidate.offer is not None


async def test_a_list_that_cannot_be_renewed_is_believed_for_a_while(autojump_clock: MockClock) -> None:
    fake = Fake()
    one = candidate("a", fake)
    async with trio.open_nursery() as nursery:
        await nursery.start(Lists(roster(one), Random(0)).run)
        fake.health = passing
        await trio.sleep(STALE - 3 * AGAIN)
        assert has_list(one)
        await trio.sleep(FRESH)
        assert not has_list(one)
        fake.health = lambda: None
        await trio.sleep(3 * AGAIN)
        assert has_list(one)
        nursery.cancel_scope.cancel()


async def test_a_provider_that_does_not_answer_holds_nobody_up(autojump_clock: MockClock) -> None:
    class Mute(Fake):
        async def offer(self) -> Offer:
            await trio.sleep_forever()
            raise AssertionError

    one, two = candidate("a", Mute()), candidate("b", Fake())
    async with trio.open_nursery() as nursery:
        begin = trio.current_time()
        await nursery.start(Lists(roster(one, two), Random(0)).run)
        assert trio.current_time() - begin < 5
        assert (one.offer, two.offer) == (None, Fake().has)
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize(("health", "is_there"), [(refused, True), (final, True), (absent, False), (passing, False)])
async def test_one_that_refuses_its_list_is_there(health: Any, is_there: bool, autojump_clock: MockClock) -> None:
    fake = Fake()
    fake.health = health
    one = candidate("a", fake)
    await Lists(roster(one), Random(0)).renew()
    assert (one.offer, one.has_answered) == (None, is_there)


async def test_a_long_list_is_cut_and_names_beyond_it_are_passed_on(autojump_clock: MockClock) -> None:
    fake = Fake()
    fake.has = Offer(tuple(map(str, range(MOST + 1))))
    one = candidate("a", fake)
    made = roster(one)
    await Lists(made, Random(0)).renew()
    assert len(listings(made)["a"].models or ()) == MOST
    (entry,) = (each for each in made.catalogue().entries if (each.kind, each.name) == ("LLM", "a"))
    assert entry.models is None
