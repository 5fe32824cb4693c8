"""Steps that may happen to a server and its clients, drawn by hypothesis; no two times add up to the same."""

from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from actors.ports.calls import EngineFailed
from protocol.connecting import Role
from tests.scripted import UNDECODABLE, Act, Broken, drips
from tests.story import Slot


class Join(msgspec.Struct, frozen=True):
    """A client comes, or nothing happens where it is there; `deaf`: it does not read, until it Listens."""

    slot: Slot
    role: Role
    format: str = "mp3"
    deaf: bool = False


class Leave(msgspec.Struct, frozen=True):
    """A client goes: with a word, or none."""

    slot: Slot
    politely: bool


class Return(msgspec.Struct, frozen=True):
    """The last client of a slot connects again, shows its `pid`, and says what it has; nothing where it is there."""

    slot: Slot


class Listen(msgspec.Struct, frozen=True):
    """A client that did not read begins to."""

    slot: Slot


class AnswerForm(NamedTuple):
    """In how many parts and pieces an answer comes; `written`: its text is told as it is written; `cues`: tags are
    taken out of it."""

    written: bool = False
    many: bool = False
    stream: bool = False
    ordered: bool = False
    cues: bool = False


class Say(msgspec.Struct, frozen=True):
    """A client event; with `asks`, an ack is asked for."""

    slot: Slot
    event: str
    payload: bytes | str | bool | AnswerForm | None = None
    asks: bool = True


class Engine(msgspec.Struct, frozen=True):
    """From now on this engine does that."""

    kind: str
    act: Act


class Encoders(msgspec.Struct, frozen=True):
    """From now on these formats cannot be had."""

    broken: frozenset[str]


class Crowd(msgspec.Struct, frozen=True):
    """Others take the last seat of a pool, or give it back."""

    kind: str


class Yield(msgspec.Struct, frozen=True):
    """No time passes, but others may do as much as this."""

    ticks: int


class Wait(msgspec.Struct, frozen=True):
    """Time passes."""

    seconds: float


Step = Join | Leave | Return | Listen | Say | Engine | Encoders | Crowd | Wait | Yield

SLOTS = st.integers(0, 3)
ROLES: st.SearchStrategy[Role] = st.sampled_from(["receiver", "both", "sender"])
FORMATS = st.sampled_from(["mp3", "wav"])
DELAYS = st.sampled_from([0.0117, 0.0117, 0.3117, 1.7013])
NO_DELAYS = DELAYS | st.just(0.0)
"""What an engine does at once may be dropped, where it fails at once; so no model can say what is told."""
SAYINGS: list[tuple[str, bytes | str | bool | None]] = [
    ("input.buffer.append", b"sound"), ("input.buffer.commit", None), ("input.text", "Hello"),
    ("response.cancel", None), ("input.buffer.clear", None), ("input.buffer.append", b"much too long"),
    ("input.buffer.append", UNDECODABLE), ("input.buffer.append", b""), ("input.buffer.commit", "gone"),
    ("input.text", " "), ("input.text", "far too long to say"), ("session.update", True), ("session.update", False),
    ("session.update", None), ("response.stop", None),
]  # fmt: skip
PIECES: dict[str, list[tuple[str, ...]]] = {
    "STT": [("How ", "are you?")] * 4 + [("Hello",), ()],
    "LLM": [("Fine ", "and well.")] * 6 + [("Well.",), (), ("... ",), ("words and words, ",) * 3],
    "TTS": [("",), ("la ", "la ")] * 4 + [()],
    "codec": [()],
}
SENTENCES = ("One. ", "Two. Th", "ree. Four. F", "ive.\n<br>")
"""An answer of several parts: more than are made at a time, and at its end something that cannot be said."""
TAGGED, UNTAGGED = ("One. Two [n", "od] or. Th", "ree [face:", "x]. Four."), "One. Two or. Three. Four."
"""An answer with cues, whose tags come in pieces."""
PACES = {
    "One.": 1.0913, "Two.": 0.3911, "Three.": 0.7129, "Four.": 0.2377, "Five.": 0.2309, "Two or.": 0.3917,
    "Two [nod] or.": 0.3923, "Three [face:x].": 0.7131,
}  # fmt: skip
"""How much longer or shorter it takes to make the sound of these words, so that parts are not ready in their order."""
ANSWERS = {"".join(pieces) for pieces in [*PIECES["LLM"], SENTENCES, TAGGED, (UNTAGGED,)]}
WAYS = [AnswerForm(), AnswerForm(stream=True), AnswerForm(many=True)]
WAYS += [
    AnswerForm(many=True, stream=stream, ordered=ordered) for stream in (False, True) for ordered in (False, True)
] * 2
TROUBLES = ["fails", "breaks", "hangs", "hangs", "drips"]
ENDS = ["done"] * 20 + TROUBLES


@st.composite
def acts(draw: st.DrawFn, kind: str, delays: st.SearchStrategy[float] = DELAYS, *, works: bool = True) -> Act:
    """What an engine does: its work, late or not (where it works), a failure, a fault, a hang, or a drip."""
    pieces, end = draw(st.sampled_from(PIECES[kind])), draw(st.sampled_from(ENDS if works else TROUBLES))
    delay = 0.0 if kind == "codec" else draw(delays)
    if end == "done":
        return Act(pieces, delay)
    if end == "drips" and kind != "codec":
        return drips(draw(st.sampled_from([0.8017, 60.0111])), 20)
    why = {"fails": EngineFailed("the provider is down"), "breaks": Broken("unforeseen")}.get(end)
    return Act(pieces, delay, len(pieces), why)


KINDS = st.sampled_from(sorted(PIECES))
ENGINES = KINDS.flatmap(lambda kind: st.builds(Engine, st.just(kind), acts(kind)))
WAITS = st.builds(Wait, st.sampled_from([0.23, 1.1, 2.6, 6.2, 12.4, 31.0]))
SAYS = st.builds(
    lambda slot, said, asks: Say(slot, said[0], said[1], asks),
    SLOTS | st.just(0),
    st.sampled_from(SAYINGS[:4] * 3 + SAYINGS),
    st.booleans(),
)
LEAVES = st.builds(Leave, SLOTS, st.booleans())
JOINS = st.builds(Join, SLOTS, ROLES, FORMATS)
NO_ENCODERS = st.builds(Encoders, st.frozensets(FORMATS))
SPOKEN: list[Step] = [Say(0, *SAYINGS[0]), Say(0, *SAYINGS[1])]
TYPED: list[Step] = [Say(0, *SAYINGS[2])]


def crowded(kind: str, turn: list[Step]) -> list[Step]:
    """A turn for which there is no seat."""
    return [Crowd(kind), *turn, Crowd(kind)]


def alone(*steps: st.SearchStrategy[Any]) -> list[st.SearchStrategy[list[Step]]]:
    """Each of them by itself."""
    return [step.map(lambda step: [step]) for step in steps]


def interrupted(by: tuple[str, bytes | str | bool | None]) -> list[Step]:
    """An answer is cut of which a Receiver has read nothing; then it reads."""
    return [*TYPED, Wait(1.1), Say(0, *by), Wait(0.23), Listen(1)]


@st.composite
def troubles(draw: st.DrawFn) -> list[Step]:
    """An engine does not work, a turn finds it out, and it works again."""
    kind = draw(KINDS)
    turn, wait = draw(st.sampled_from([SPOKEN, SPOKEN, TYPED])), draw(WAITS)
    return [
        Engine(kind, draw(acts(kind, works=False))),
        *turn,
        wait,
        Engine(kind, Act(PIECES[kind][0], 0.0 if kind == "codec" else 0.0117)),
    ]


@st.composite
def absences(draw: st.DrawFn) -> list[Step]:
    """The Sender leaves, in the middle of an utterance or of a turn, and comes back."""
    said = draw(st.sampled_from([SPOKEN[:1], SPOKEN, TYPED]))
    leave = Leave(0, draw(st.booleans()))
    back = Join(0, draw(st.sampled_from(["both", "sender"])))
    return [*said, *draw(st.lists(WAITS, max_size=1)), leave, *draw(st.lists(WAITS, max_size=1)), back, SPOKEN[1]]


@st.composite
def losses(draw: st.DrawFn) -> list[Step]:
    """Connections are lost before, in or after a turn; something happens, and their clients come back."""
    slots = draw(st.lists(SLOTS | st.just(0), min_size=1, max_size=3))
    lost: list[Step] = [Leave(slot, False) for slot in slots]
    turn: list[Step] = draw(st.sampled_from([[], SPOKEN, TYPED, [*TYPED, Wait(0.23)], [*TYPED, Wait(1.1)]]))
    happens: list[Step] = draw(st.lists(WAITS | SAYS, max_size=2))
    first, second = (turn, lost) if draw(st.booleans()) else (lost, turn)
    return [*first, *second, *happens, *map(Return, draw(st.permutations(slots)))]


def late(slot: Slot, format_: str) -> list[Step]:
    """A Receiver comes while a part is being made."""
    slow = Engine("TTS", Act(("",), 1.7013))
    return [slow, *TYPED, Wait(0.23), Leave(slot, True), Join(slot, "receiver", format_), Wait(6.2)]


def unheard(slot: Slot, turn: list[Step]) -> list[Step]:
    """A Receiver's format cannot be had, and some time later it can."""
    return [Join(slot, "receiver", "wav"), Encoders(frozenset({"wav"})), *turn, Wait(0.23), Encoders(frozenset())]


@st.composite
def ways(draw: st.DrawFn, delays: st.SearchStrategy[float]) -> list[Step]:
    """Answers come in another way from now on, and one does; then anything may happen to it."""
    way = draw(st.sampled_from(WAYS))._replace(written=draw(st.booleans()), cues=draw(st.booleans()))
    llm, tts = (
        Act(TAGGED if way.cues else SENTENCES, draw(delays)),
        Act(draw(st.sampled_from(PIECES["TTS"])), draw(delays)),
    )
    return [
        Say(0, "session.update", way),
        Engine("LLM", llm),
        Engine("TTS", tts),
        *TYPED,
        *draw(st.lists(WAITS, max_size=1)),
    ]


NOTHING: st.SearchStrategy[list[Step]] = st.just([])
TURNS = st.sampled_from([SPOKEN, TYPED, [*SPOKEN, Wait(1.1)], [*TYPED, Wait(0.23)], [*TYPED, Wait(6.2)]])
COMMON = [
    NOTHING, TURNS, TURNS, TURNS, troubles(), troubles(), absences(), losses(), losses(), losses(),
    st.builds(late, st.integers(1, 3), FORMATS),
    *alone(SAYS, SAYS, SAYS, WAITS, WAITS, WAITS, ENGINES, JOINS, JOINS, LEAVES, st.builds(Return, SLOTS)),
    alone(NO_ENCODERS)[0] | st.builds(crowded, st.sampled_from(["STT", "LLM", "TTS"]), TURNS),
]  # fmt: skip
EXACT = [ways(DELAYS), ways(DELAYS), ways(DELAYS), st.builds(unheard, st.integers(1, 3), TURNS)]
DEAF = [
    ways(NO_DELAYS),
    ways(NO_DELAYS),
    *alone(st.builds(Join, SLOTS, ROLES, FORMATS, st.just(True)), st.builds(Listen, SLOTS)),
    st.builds(
        lambda first, ticks: [*first, Yield(ticks), *TYPED], st.sampled_from([SPOKEN, TYPED]), st.integers(0, 60)
    ),
    st.builds(interrupted, st.sampled_from([SAYINGS[0], SAYINGS[2], SAYINGS[3]])),
]


@st.composite
def scripts(draw: st.DrawFn, *, deaf: bool) -> list[Step]:
    """What happens, one after the other; it begins with a Sender that configures the session."""
    steps: list[Step] = [Join(0, draw(st.sampled_from(["both", "sender"])))]
    steps += [Join(1, "receiver", draw(FORMATS), deaf and draw(st.booleans()))] if draw(st.booleans()) else []
    steps += [Say(0, "session.update", draw(st.booleans()))]
    steps += [Engine(kind, draw(acts(kind, NO_DELAYS if deaf else DELAYS))) for kind in PIECES]
    # Nothing is among what may happen, and is drawn often: so a long script becomes a short one where it fails.
    for several in draw(st.lists(st.one_of(*COMMON, *(DEAF if deaf else EXACT)), min_size=14, max_size=24)):
        steps += several
    return steps
