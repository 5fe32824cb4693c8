"""The mouth in a turn: before the sound, for each Receiver in its own set, closed at every end; and at the cut."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import msgspec
import pytest

from actors.deciding.effects import DropQueued, MouthOrder, PrepareMouth, Send, Speak
from actors.ports.mouth import Mark, MouthMade, Shapes
from actors.ports.watching import MouthClosed
from protocol.audioformat import AudioFormat
from protocol.handshake import Encoding
from protocol.messages import AudioDelta, ResponseCancelled, ServerMessage
from protocol.mouth import MOST_BYTES, MouthSet, MouthWish, ResponseMouth, ResponseWords
from protocol.states import State
from tests.playbook import (
    ME,
    MP3,
    WAV,
    Playbook,
    answered,
    append,
    cancel,
    clear,
    commit,
    failed,
    joined,
    later,
    left,
    retracted,
    silent,
    spoken,
    text,
    update,
    written,
)
from tests.scriptedmouth import ROW, keys, rows, words

OVR, VRM, ARKIT = MouthWish("ovr", words=True), MouthWish("vrm"), MouthWish("arkit")


def speaker(wish: MouthWish, format_: AudioFormat | None = None) -> Encoding:
    return Encoding(format_, mouth=wish)


def begin(wish: MouthWish = OVR, *others: Encoding, stream: bool = False, answer: str = "One. Two.") -> Playbook:
    """A typed turn whose answer is written, with other Receivers beside the first."""
    pb = Playbook(encoding=speaker(wish))
    for member, encoding in enumerate(others, ME + 1):
        pb >> joined(member, "receiver", encoding)
        pb.skip()
    pb >> update(LLM={"stream": False}, TTS={"responseType": "multiple", "stream": stream})
    pb.skip() >> text("Hello")
    pb.skip() >> written(answer)
    pb.skip() >> answered()
    pb.skip()
    return pb


def made(*shapes: Shapes, of: MouthSet = "ovr", said: tuple[Mark, ...] = (), last: bool = False) -> MouthMade:
    return MouthMade({of: shapes}, said, 0.0, last)


def sent(pb: Playbook, member: int = ME) -> list[ServerMessage]:
    """What this member is sent by what is due, which is looked at here; nothing waits in its outbox."""
    due = (effect.closing_sends({}) if isinstance(effect, DropQueued) else (effect,) for effect in pb.skip_all())
    return [each.message for each in chain.from_iterable(due) if isinstance(each, Send) and member in each.to]


def mouths(messages: Sequence[ServerMessage]) -> list[ResponseMouth]:
    return [message for message in messages if isinstance(message, ResponseMouth)]


def told(pb: Playbook, member: int = ME) -> list[ResponseMouth]:
    return mouths(sent(pb, member))


# ---- what is asked for


def test_a_part_is_ordered_with_the_sets_of_those_who_hear_it() -> None:
    pb = begin(OVR, speaker(MouthWish("arkit", fps=60)), speaker(MouthWish()), speaker(MouthWish("ovr")))
    first = next(job for job in pb.jobs if isinstance(job, Speak))
    assert first.mouth == MouthOrder(frozenset({"ovr", "arkit"}), 60, 3)
    assert first.speech.marks


def test_who_watches_is_told_once_where_the_mouth_of_a_part_came_from() -> None:
    pb = begin(OVR, speaker(MouthWish("arkit")))
    pb >> spoken(1.0, mouth=made(keys(0, 1000, last=True), last=True))
    assert [each for each in pb.observations if isinstance(each, MouthClosed)] == [MouthClosed("phonemes")]


def test_without_a_mouth_nothing_is_asked_for_and_nothing_sent() -> None:
    pb = begin(MouthWish())
    first = next(job for job in pb.jobs if isinstance(job, Speak))
    assert first.mouth is None
    assert not first.speech.marks
    pb >> spoken(1.0, mouth=made(keys(0, 1000, last=True), said=words(0, 1000), last=True))
    assert not [m for m in sent(pb) if isinstance(m, ResponseMouth | ResponseWords)]
    pb >> cancel()
    assert not told(pb)


def test_what_makes_mouths_is_ready_when_one_will_be_wanted() -> None:
    due = PrepareMouth("openai", "tts-1")
    pb = Playbook(role="sender")
    pb >> update(TTS={"provider": "openai", "model": "tts-1"})
    pb.skip() >> joined(2, "receiver", speaker(MouthWish("ovr")))
    assert pb.skip_all()[-1] == due
    pb >> update(STT={"prompt": "Hi"})
    assert pb.skip_all()[-1] == due
    pb >> append()
    assert due in pb.skip_all()
    pb >> append()
    assert due not in pb.skip_all()
    pb >> clear()
    pb.skip() >> text("Hello")
    assert due in pb.skip_all()


def test_nothing_is_prepared_for_who_wants_no_mouth_or_before_it_is_known_who_speaks() -> None:
    pb = Playbook(encoding=speaker(MouthWish()))
    pb >> joined(2, "receiver", speaker(MouthWish("ovr")))
    assert not any(isinstance(effect, PrepareMouth) for effect in pb.skip_all())
    pb >> left(2)
    for event in (update(), append(), commit(), joined(3, "sender", speaker(MouthWish("ovr")))):
        pb.skip() >> event
        assert not any(isinstance(effect, PrepareMouth) for effect in pb.skip_all())


# ---- the path


def test_the_mouth_of_a_part_goes_before_its_sound() -> None:
    pb = begin()
    pb >> spoken(1.0, mouth=made(keys(0, 1000, last=True), said=words(0, 1000), last=True))
    messages = sent(pb)
    assert [type(message) for message in messages[-3:]] == [ResponseMouth, ResponseWords, AudioDelta]
    [mouth] = mouths(messages)
    assert (mouth.turn, mouth.id, mouth.set, mouth.start, mouth.end, mouth.last) == (1, 0, "ovr", 0, 1000, True)
    assert mouth.source == "phonemes"
    assert mouth.times == (*range(0, 1000, 100), 1000)
    assert mouth.shapes != msgspec.UNSET
    assert mouth.shapes[-1] == 0
    assert messages[-2] == ResponseWords(
        1, 0, ("w0", "w1", "w2", "w3"), (0, 250, 500, 750), (200, 200, 200, 200), last=True
    )


def test_streamed_sound_has_its_mouth_piece_by_piece() -> None:
    pb = begin(stream=True)
    pb >> spoken(0.5, last=False, mouth=made(keys(0, 500)))
    assert [type(message) for message in sent(pb)[-2:]] == [ResponseMouth, AudioDelta]
    pb >> spoken(0.5, last=False, mouth=made(keys(500, 1000)))
    assert [type(message) for message in sent(pb)] == [ResponseMouth, AudioDelta]
    pb >> silent(last=True, mouth=made(keys(1000, 1000, last=True), last=True))
    messages = sent(pb)
    assert [type(message) for message in messages] == [ResponseMouth, ResponseWords, AudioDelta]
    assert mouths(messages)[0].last


def test_a_mouth_that_is_known_later_goes_when_it_is_known() -> None:
    pb = begin(MouthWish("ovr"), stream=True)
    pb >> spoken(0.5, last=False)
    assert [type(message) for message in sent(pb)[1:]] == [AudioDelta]
    pb >> silent(last=False, mouth=made(keys(0, 400)))
    assert [type(message) for message in sent(pb)] == [ResponseMouth]
    pb >> silent(last=True)
    assert [(m.start, m.end, m.last, m.times, m.shapes, m.source) for m in told(pb)] == [
        (400, 500, True, (400, 500), (0, 0), "sound")
    ]


def test_no_mouth_goes_before_the_first_sound_of_its_part() -> None:
    pb = begin(stream=True)
    pb >> silent(last=False, mouth=made(keys(0, 400)))
    assert not pb.due
    assert pb.conversation.state is State.RESPONDING
    pb >> spoken(0.5, last=False)
    assert [m.end for m in told(pb)] == [400]


def test_every_part_closes_its_mouth_once_whatever_its_track_was() -> None:
    for mouth in (None, made(), made(keys(0, 300)), made(keys(0, 1000, last=True), last=True)):
        pb = begin()
        pb >> spoken(1.0, mouth=mouth)
        messages = sent(pb)
        heard = mouths(messages)
        assert [m.last for m in heard].count(True) == 1
        assert heard[-1].last
        assert heard[-1].shapes != msgspec.UNSET
        assert heard[-1].shapes[-1] == 0
        assert heard[-1].end == 1000
        assert [m.last for m in messages if isinstance(m, ResponseWords)] == [True]


def test_a_track_that_breaks_its_word_is_put_right() -> None:
    wild = Shapes(0, 500, "aligned", (-5, 0, 200, 150, 200, 300), (1, 1, 2, 3, 4, 5), (1.0,) * 6)
    again = Shapes(250, 700, "aligned", (300, 650), (1, 2), (0.123, 0.999), last=True)
    pb = begin()
    pb >> spoken(0.7, mouth=made(wild, again, keys(700, 900, last=True)))
    first, second = told(pb)
    assert (first.times, first.shapes) == ((0, 200, 300), (1, 2, 5))
    assert (second.start, second.end, second.times, second.shapes) == (500, 700, (650, 700), (2, 0))
    assert second.weights == (1, 0)


def test_each_receiver_gets_its_own_set() -> None:
    pb = begin(OVR, speaker(VRM), speaker(MouthWish("ovr")), speaker(MouthWish(words=True)), speaker(MouthWish()))
    track = MouthMade(
        {"ovr": (keys(0, 1000, last=True),), "vrm": (keys(0, 1000, last=True),)}, words(0, 1000), 1000, True
    )
    pb >> spoken(1.0, mouth=track)
    due = [effect for effect in pb.skip_all() if isinstance(effect, Send)]
    assert [(effect.to, effect.message.set) for effect in due if isinstance(effect.message, ResponseMouth)] == [
        ((1, 3), "ovr"),
        ((2,), "vrm"),
    ]
    assert [effect.to for effect in due if isinstance(effect.message, ResponseWords)] == [(1, 4)]
    assert {effect.turn for effect in due if isinstance(effect.message, ResponseMouth | ResponseWords)} == {1}


def test_who_joins_in_mid_part_gets_the_mouth_from_the_next_part() -> None:
    pb = Playbook(encoding=speaker(OVR))
    pb >> update(LLM={"stream": True}, TTS={"responseType": "multiple", "stream": True})
    pb.skip() >> text("Hello")
    pb.skip() >> written("One. Two")
    pb.skip() >> spoken(1.0, last=False, mouth=made(keys(0, 1000)))
    pb.skip() >> joined(2, "receiver", speaker(VRM))
    pb.skip() >> silent(mouth=made(keys(1000, 1100, last=True), of="vrm"))
    assert not told(pb, 2)
    pb >> written(".")
    pb.skip() >> answered()
    pb.skip() >> spoken(1.0, part=1, mouth=made(keys(0, 1000, last=True), of="vrm"))
    assert [m.id for m in told(pb, 2)] == [1]


def test_who_left_is_sent_nothing() -> None:
    pb = begin(OVR, speaker(VRM))
    pb >> left(2)
    pb >> spoken(1.0, mouth=made(keys(0, 1000, last=True)))
    due = [effect for effect in pb.skip_all() if isinstance(effect, Send)]
    assert all(2 not in effect.to for effect in due)


def test_who_gets_no_sound_gets_no_mouth() -> None:
    pb = begin(OVR, speaker(OVR, WAV))
    pb >> spoken(1.0, MP3, without={WAV: "no encoder"}, mouth=made(keys(0, 1000, last=True)))
    due = [effect for effect in pb.skip_all() if isinstance(effect, Send)]
    assert [effect.to for effect in due if isinstance(effect.message, ResponseMouth)] == [(1,)]


# ---- lengths and sizes


def test_a_message_covers_2_seconds() -> None:
    pb = begin()
    pb >> spoken(5.0, mouth=made(keys(0, 5000, last=True), said=words(0, 5000), last=True))
    messages = sent(pb)
    heard = mouths(messages)
    assert [(m.start, m.end, m.last) for m in heard] == [(0, 2000, False), (2000, 4000, False), (4000, 5000, True)]
    times = [time for m in heard if m.times != msgspec.UNSET for time in m.times]
    assert times == [*range(0, 5000, 100), 5000]
    for message in messages:
        if isinstance(message, ResponseWords):
            assert message.times[-1] + message.durations[-1] - message.times[0] <= 2000
    said = [word for m in messages if isinstance(m, ResponseWords) for word in m.words]
    assert said == [mark.text for mark in words(0, 5000)]


def test_a_message_has_32_kb() -> None:
    crowd = Shapes(0, 2000, "phonemes", tuple(range(2000)), (14,) * 2000, (0.25,) * 2000)
    long = tuple(Mark("word", "\x01" * 3000 + "é" * 3000, 1.0 * number, 1.0) for number in range(9))
    pb = begin()
    pb >> spoken(2.0, mouth=made(crowd, said=long))
    messages = [m for m in sent(pb) if isinstance(m, ResponseMouth | ResponseWords)]
    assert all(len(msgspec.json.encode(message)) < MOST_BYTES for message in messages)
    heard = mouths(messages)
    assert [time for m in heard if m.times != msgspec.UNSET for time in m.times] == [*range(2000), 2000]
    assert [m.start for m in heard[1:]] == [m.end for m in heard[:-1]]
    assert "".join(w for m in messages if isinstance(m, ResponseWords) for w in m.words) == "".join(
        mark.text for mark in long
    )


@pytest.mark.parametrize("fps", [30, 60])
def test_arkit_comes_row_by_row(fps: int) -> None:
    pb = begin(msgspec.structs.replace(ARKIT, fps=fps))
    pb >> spoken(4.5, mouth=made(rows(0, 2000, fps), rows(2000, 4500, fps, last=True), of="arkit"))  # type: ignore[arg-type]
    heard = told(pb)
    assert all(len(msgspec.json.encode(message)) < MOST_BYTES for message in heard)
    assert all(m.end - m.start <= 2000 for m in heard)  # type: ignore[operator]
    assert [m.start for m in heard[1:]] == [m.end for m in heard[:-1]]
    assert [m.last for m in heard] == [False] * (len(heard) - 1) + [True]
    values = [value for m in heard for value in m.values]  # type: ignore[union-attr]
    assert values[::ROW] == [*(number % 100 / 100 for number in range(round(4.5 * fps) - 1)), 0]
    assert len(values) == ROW * round(4.5 * fps)


def test_arkit_of_60_frames_is_thinned_for_who_wants_30() -> None:
    pb = begin(ARKIT, speaker(MouthWish("arkit", fps=60)))
    pb >> spoken(1.0, mouth=made(rows(0, 500, 60), rows(500, 1000, 60, last=True), of="arkit"))
    due = [effect for effect in pb.skip_all() if isinstance(effect, Send)]
    thin = [e.message for e in due if isinstance(e.message, ResponseMouth) and e.to == (1,)]
    full = [e.message for e in due if isinstance(e.message, ResponseMouth) and e.to == (2,)]
    assert [(m.fps, m.start, m.end, m.last) for m in full] == [(60, 0, 500, False), (60, 500, 1000, True)]
    assert [(m.fps, m.start, m.end, m.last) for m in thin] == [(30, 0, 500, False), (30, 500, 1033, True)]
    assert thin[0].values[::ROW] == tuple(number / 100 for number in range(0, 30, 2))  # type: ignore[index]
    assert thin[1].values[-ROW:] == (0,) * ROW  # type: ignore[index]


def test_frames_of_a_track_that_is_given_up_close_where_they_were() -> None:
    pb = begin(MouthWish("arkit", fps=60), stream=True)
    pb >> spoken(1.0, last=False, mouth=made(rows(0, 1017, 60), of="arkit"))
    pb.skip() >> spoken(1.0, last=True)
    assert [(m.fps, m.start, m.end, m.last) for m in told(pb)] == [(60, 1017, 1033, True)]


# ---- the names of arkit


def names(pb: Playbook, member: int = ME) -> list[bool]:
    return [message.names != msgspec.UNSET for message in told(pb, member)]


def test_names_come_with_the_first_message_after_joining() -> None:
    pb = begin(ARKIT)
    frames = made(rows(0, 1000, last=True), of="arkit")
    pb >> spoken(1.0, mouth=frames)
    assert names(pb) == [True]
    pb >> spoken(1.0, part=1, mouth=frames)
    assert names(pb) == [False]
    pb >> later(3.0)
    pb.skip() >> joined(2, "receiver", speaker(ARKIT))
    pb.skip() >> text("More")
    pb.skip() >> written("Three.")
    pb.skip() >> answered()
    pb.skip() >> spoken(1.0, mouth=frames)
    due = [effect for effect in pb.skip_all() if isinstance(effect, Send)]
    named = {e.to: e.message.names != msgspec.UNSET for e in due if isinstance(e.message, ResponseMouth)}
    assert named == {(2,): True, (1,): False}


def test_names_that_may_have_been_taken_back_come_again() -> None:
    pb = begin(ARKIT)
    frames = made(rows(0, 1000, last=True), of="arkit")
    pb >> spoken(1.0, mouth=frames)
    pb.skip() >> text("Wait")
    pb.skip() >> written("Three.")
    pb.skip() >> answered()
    pb.skip() >> spoken(1.0, mouth=frames)
    assert names(pb) == [True]


# ---- the cut


CUTS: dict[str, Any] = {
    "barge-in": append(),
    "typed": text("No"),
    "cancel": cancel(),
    "failure": failed(),
    "deadline": later(3600.0),
}


@pytest.mark.parametrize("by", CUTS)
@pytest.mark.parametrize("stream", [True, False])
def test_a_cut_closes_the_mouth_between_the_closing_piece_and_response_cancelled(by: str, stream: bool) -> None:
    pb = begin(OVR, speaker(ARKIT), speaker(MouthWish()), stream=stream)
    track = MouthMade({"ovr": (keys(0, 1000),), "arkit": (rows(0, 1000),)}, words(0, 1000))
    pb >> spoken(1.0, last=not stream, mouth=track)
    pb.skip() >> CUTS[by]
    due = list(pb.skip_all())
    at = next(number for number, effect in enumerate(due) if isinstance(effect, DropQueued))
    dropping = due[at]
    assert isinstance(dropping, DropQueued)
    assert [closing.message.id for closing in dropping.closings] == [0]
    after = [*dropping.closing_sends({})[-2:], *(effect for effect in due[at + 1 :] if isinstance(effect, Send))]
    end, row_end = 1000, 1000 if stream else 1033
    assert [(effect.to, effect.message) for effect in after[:2]] == [
        (
            (2,),
            ResponseMouth(turn=1, id=0, set="arkit", last=True, times=(row_end,), values=(0,) * ROW, cut=True),
        ),
        ((1,), ResponseMouth(turn=1, id=0, set="ovr", last=True, times=(end,), shapes=(0,), weights=(0,), cut=True)),
    ]
    assert isinstance(after[2].message, ResponseCancelled)
    assert all(effect.turn is None for effect in after[:2])


def test_a_cut_before_any_sound_closes_nothing() -> None:
    pb = begin()
    pb >> cancel()
    assert [type(message) for message in sent(pb) if isinstance(message, ResponseMouth | ResponseCancelled)] == [
        ResponseCancelled
    ]


def test_a_cut_after_the_last_piece_closes_the_mouth_that_still_plays() -> None:
    pb = begin(answer="One.")
    pb >> spoken(3.0, mouth=made(keys(0, 3000, last=True)))
    pb.skip() >> cancel()
    [cut] = told(pb)
    assert cut.cut
    assert (cut.id, cut.times) == (0, (3000,))


def test_a_cut_names_the_part_that_was_sent_last() -> None:
    pb = begin()
    pb >> spoken(1.0, mouth=made(keys(0, 1000, last=True)))
    pb.skip() >> spoken(1.0, part=1, mouth=made(keys(0, 700)))
    pb.skip() >> cancel()
    assert [(cut.id, cut.times) for cut in told(pb)] == [(1, (1000,))]


def test_a_text_that_is_taken_back_closes_the_mouth_of_what_was_said() -> None:
    pb = Playbook(encoding=speaker(OVR))
    pb >> update(LLM={"stream": True}, TTS={"responseType": "multiple", "stream": True})
    pb.skip() >> text("Hello")
    pb.skip() >> written("Let me think. ")
    pb.skip() >> written("Well. ")
    pb.skip() >> spoken(1.0, last=False, mouth=made(keys(0, 1000)))
    pb.skip() >> retracted()
    messages = sent(pb)
    pb >> written("One.")
    messages += sent(pb)
    pb >> answered()
    messages += sent(pb)
    closing = mouths(messages)[0]
    assert (closing.id, closing.start, closing.last, closing.shapes) == (0, 1000, True, (0,))


# ---- a part that is made anew


def test_what_is_revised_begins_at_0_again() -> None:
    pb = begin(stream=True)
    pb >> spoken(1.0, last=False, mouth=made(keys(0, 1000)))
    pb.skip() >> spoken(1.0, last=False, mouth=made(keys(0, 2500, source="aligned", revised=True)))
    heard = told(pb)
    assert [(m.start, m.end, m.revised, m.source) for m in heard] == [
        (0, 2000, True, "aligned"),
        (2000, 2500, False, "aligned"),
    ]
    assert heard[0].times != msgspec.UNSET
    assert heard[0].times[0] == 0


# ---- what was heard


def said(*ends: float, chars: bool = True) -> tuple[Mark, ...]:
    """The words "It costs five dollars today", of "It costs $5 today.", which end at these seconds."""
    indexes = (0, 3, 9, 9, 12)
    spoken_words = ["It", "costs", "five", "dollars", "today"]
    return tuple(
        Mark("word", word, 1000 * end - 100, 100.0, at if chars else -1)
        for word, end, at in zip(spoken_words, ends, indexes, strict=False)
    )


@pytest.mark.parametrize("chars", [True, False])
@pytest.mark.parametrize("wish", [OVR, MouthWish()])
@pytest.mark.parametrize(
    ("seconds", "heard"), [(0.1, ""), (3.3, "It"), (3.6, "It costs"), (3.75, "It costs"), (3.9, "It costs $5")]
)
def test_a_cut_answer_is_remembered_to_the_word_that_sounded(
    chars: bool, wish: MouthWish, seconds: float, heard: str
) -> None:
    pb = begin(wish, answer="It costs $5 today.")
    times = said(3.2, 3.5, 3.7, 3.8, 4.5, chars=chars)  # after a long breath, and then fast
    pb >> spoken(5.0, words=times)
    pb.skip() >> later(seconds)
    pb.skip() >> cancel()
    pb.skip()
    assert pb.conversation.memory.history[-1].answered == heard


def test_where_the_times_end_the_rest_counts_by_its_letters() -> None:
    pb = begin(OVR, answer="It costs $5 today, and tomorrow it will cost a lot more than that.")
    pb >> spoken(10.0, words=said(0.5, 1.0))
    pb.skip() >> later(0.9)
    assert pb.conversation.turn.timeline.heard(pb.now) == "It"
    pb >> later(4.2)
    assert pb.conversation.turn.timeline.heard(pb.now) == "It costs $5 today, and tomorrow"


def test_words_that_the_synthesiser_tells_unasked_are_remembered_too() -> None:
    pb = begin(MouthWish(), stream=True, answer="It costs $5 today.")
    pb >> spoken(4.0, last=False, words=said(3.2, 3.5))
    pb.skip() >> spoken(1.0, words=said(3.2, 3.5, 3.7, 3.8, 4.5)[2:])
    pb.skip() >> later(3.6)
    pb.skip() >> append()
    pb.skip()
    assert pb.conversation.memory.history[-1].answered == "It costs"
