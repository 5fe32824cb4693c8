"""What was heard of an answer that was cut, found in its sound where nobody told the times of its words."""

import pytest

from actors.deciding.account import Account
from actors.deciding.effects import FindWords, Release
from actors.deciding.events import WordsFound
from actors.deciding.keptsound import MOST_KEPT, KeptSounds
from actors.ports.mouth import Mark
from actors.ports.sound import Clip
from protocol.audioformat import AudioFormat
from tests.playbook import Playbook, answered, append, cancel, later, spoken, text, update, written

PCM = AudioFormat("pcm16", 24_000)
SAID = (Mark("word", "Fine", 0.0, 2_500.0), Mark("word", "and", 2_500.0, 100.0), Mark("word", "well", 2_600.0, 300.0))


KEPT = Clip(b"sound", PCM)


def speaking(answer: str = "Fine and well.", kept: Clip | None = KEPT, *, stream: bool = False) -> Playbook:
    pb = Playbook()
    pb >> update(TTS={"stream": stream, "languageCode": "de-DE", "speed": 2.0})
    pb.skip() >> text("Hello")
    pb.skip() >> written(answer)
    pb.skip() >> answered()
    pb.skip() >> spoken(3.0, kept=kept)
    pb.skip()
    return pb


def searches(pb: Playbook) -> list[FindWords]:
    return [effect for effect in pb.skip_all() if isinstance(effect, FindWords)]


def remembered(pb: Playbook) -> list[str]:
    return [exchange.answered for exchange in pb.conversation.memory.history]


@pytest.mark.parametrize("how", [cancel(), append(), text("No")])
def test_the_words_of_the_part_that_is_cut_are_looked_for_and_remembered(how: object) -> None:
    pb = speaking()
    pb >> later(2.0)
    pb >> how  # type: ignore[operator]
    effects = pb.skip_all()
    [search] = [effect for effect in effects if isinstance(effect, FindWords)]
    assert (search.part, search.clip, search.seconds, search.is_whole) == (0, KEPT, 3.0, True)
    assert (search.speech.text, search.speech.language, search.speech.speed) == ("Fine and well.", "de-DE", 2.0)
    assert any(isinstance(effect, Release) for effect in effects)
    assert remembered(pb) == ["Fine and"]
    pb >> WordsFound(search.turn, 0, SAID)
    assert remembered(pb) == [""]
    pb >> WordsFound(search.turn, 0, SAID)  # told twice, which changes nothing


def test_words_that_are_not_found_leave_the_estimate() -> None:
    pb = speaking()
    pb >> later(2.0)
    pb >> cancel()
    [search] = searches(pb)
    pb >> WordsFound(search.turn, 0, ())
    assert remembered(pb) == ["Fine and"]
    assert pb.conversation.memory.recalled is None


def test_words_of_another_turn_are_nobodys() -> None:
    pb = speaking()
    pb >> later(2.0)
    pb >> cancel()
    [search] = searches(pb)
    pb >> WordsFound(search.turn + 7, 0, SAID)
    assert remembered(pb) == ["Fine and"]


def test_where_times_are_known_or_nothing_is_kept_nothing_is_looked_for() -> None:
    for pb in (speaking(kept=None), speaking(answer="")):
        pb >> later(2.0)
        pb >> cancel()
        assert searches(pb) == []
    pb = speaking(kept=None)
    pb >> later(3.5)
    pb.skip() >> text("More")
    pb.skip() >> written("Fine and well.")
    pb.skip() >> answered()
    pb.skip() >> spoken(3.0, words=SAID, kept=Clip(b"sound", PCM))
    pb.skip() >> later(1.0)
    pb >> cancel()
    assert searches(pb) == []


def test_an_answer_that_has_played_is_not_searched() -> None:
    pb = speaking()
    pb >> later(3.5)
    assert searches(pb) == []
    assert remembered(pb) == ["Fine and well."]


def test_a_cut_before_the_part_plays_searches_nothing() -> None:
    pb = speaking()
    pb >> cancel()
    assert searches(pb) == []


def test_what_is_kept_is_bounded_and_paid_for() -> None:
    account = Account(3_000_000)
    kept = KeptSounds(account.open())
    kept.add(0, Clip(bytes(900_000), PCM))
    kept.add(1, Clip(bytes(900_000), PCM))
    assert account.used == 1_800_000
    kept.add(1, Clip(bytes(900_000), PCM))  # beyond MOST_KEPT: this part is not kept at all
    assert account.used == 900_000 < MOST_KEPT
    assert kept.of(1) is None
    kept.add(1, Clip(bytes(1), PCM))
    assert kept.of(1) is None
    kept.add(2, Clip(b"a", PCM))
    kept.add(2, Clip(b"b", PCM))
    assert kept.of(2) == Clip(b"ab", PCM)
    kept.drop_before(2)
    assert account.used == 2
    assert kept.of(0) is None


def test_memory_that_is_full_keeps_nothing_and_fails_nothing() -> None:
    account = Account(100)
    kept = KeptSounds(account.open())
    kept.add(0, Clip(bytes(101), PCM))
    assert kept.of(0) is None
    assert account.used == 0


def test_the_turn_gives_back_what_was_kept() -> None:
    pb = speaking(kept=Clip(bytes(1_000), PCM))
    assert pb.conversation.account.used >= 1_000
    pb >> later(3.5)
    pb.skip()
    assert pb.conversation.account.used == 0


def test_a_spoken_interruption_is_answered_with_the_exact_words() -> None:
    pb = speaking()
    pb >> later(2.7)
    pb >> append()
    [search] = searches(pb)
    pb >> WordsFound(search.turn, 0, SAID)
    assert remembered(pb) == ["Fine and"]
    assert pb.conversation.memory.cut_after == "Fine and"
