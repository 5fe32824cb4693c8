"""The state machine of a session: the states, every rule, and the deadlines, in one table.

This file is the only place that says which event leads from which state to which. Three things are made from it: the
`transitions` machine that moves sessions, `docs/states.md`, and the tests that visit every pair of state and event.

A rule is a row: an event, the states it may come in, the state it leads to (None: the session stays where it is), and
what the session does about it. What it does is named in two steps, because `session.state` is sent between them:

    ends     said and done while the old state still holds: the messages that end it
    begins   said and done once the new state holds: the messages that begin it

The names are those of functions in `hearing.py` and `answering.py`; a test checks that each exists and that none is
left over. Rows argue about events as the session sees them, not as the wire names them: `naming.py` reads a client's
message or a stage's result, and decides by its content which of these events it is (a commit that carries an error is
`error commit`, a transcript without words is `silence`). Where a pair has no row of its own, one of the last rows says
that nothing happens, and why; so every pair of state and event has exactly one row, which a test checks.

A turn is in the air in `transcribing`, `responding` and `speaking`. Results that carry the number of an earlier turn
never reach this table: they are dropped before. That, together with `Release`, which ends the work of a turn, is why
an old answer cannot be spoken in a new turn.

Nothing here waits. Every state but `idle` and `handshaken` has a deadline (DEADLINES); a session that is told nothing
at all still leaves it by the event `deadline`.

What is known of transitions 0.9.3 and shapes this file: a Machine per session costs 38 KiB, so there is one machine
for all of them, and `machine.events[name].trigger(session)` moves any object that has a `state`; a trigger costs about
ten microseconds, so rows that do not change the state are not sent through it; callbacks of the library are not used,
because an `after` callback that raises leaves a state that has already moved.
"""

from typing import Final, Literal

import msgspec
import transitions

from protocol.states import State

IDLE, HANDSHAKEN, RECEIVING = State.IDLE, State.HANDSHAKEN, State.RECEIVING
TRANSCRIBING, RESPONDING, SPEAKING = State.TRANSCRIBING, State.RESPONDING, State.SPEAKING
ALL: Final = tuple(State)
ANSWER: Final = (RESPONDING, SPEAKING)
TURN: Final = (TRANSCRIBING, *ANSWER)
BEFORE_TURN: Final = (IDLE, HANDSHAKEN, RECEIVING)

DEADLINES: dict[State, str] = {
    RECEIVING: "receiving",
    TRANSCRIBING: "transcribing",
    RESPONDING: "responding",
    SPEAKING: "speaking",
}
"""The states that end by themselves, and the field of Limits that says when."""

Action = Literal[
    "configure", "refuse_update", "refuse_unconfigured", "begin_utterance", "extend_utterance", "overflow_utterance",
    "crowd_out_utterance", "refuse_crowded_commit", "refuse_crowded_text", "interrupt", "refuse_straggler",
    "refuse_empty_commit", "transcribe", "drop_utterance", "refuse_while_receiving",
    "refuse_blank_text", "refuse_long_text", "take_text", "respond", "cancel", "abandon", "tell_words",
    "tell_transcript", "note_delivery", "retract", "write", "finish_text", "finish_unspoken", "keep_sound",
    "send_sound", "finish_turn", "fail", "expire", "expire_utterance",
]  # fmt: skip


class Rule(msgspec.Struct, frozen=True):
    """A row: see the module's text. `says` is what happens, in words for people."""

    event: str
    sources: tuple[State, ...]
    dest: State | None
    says: str
    ends: tuple[Action, ...] = ()
    begins: tuple[Action, ...] = ()


_ELSEWHERE = "does not come in this state"
_STALE = "nothing: a result of a turn that is over is dropped"

RULES: tuple[Rule, ...] = (
    # ---- configuration
    Rule("update", (IDLE,), HANDSHAKEN, "`session.updated`", ends=("configure",)),
    Rule("update", ALL[1:], None, "`session.updated`; the next turn uses it", ends=("configure",)),
    Rule("bad update", ALL, None, "200x, `session.updated` with success false; nothing changes", ("refuse_update",)),
    # ---- the utterance
    Rule("append", (IDLE,), None, "1002, at most once a second", ("refuse_unconfigured",)),
    Rule("append", (HANDSHAKEN,), RECEIVING, "`input.buffer.initialized`", begins=("begin_utterance",)),
    Rule("append", (RECEIVING,), None, "the chunk is kept", ("extend_utterance",)),
    Rule(
        "append",
        TURN,
        RECEIVING,
        "**barge-in**: the turn is cut, a new utterance begins",
        ("interrupt",),
        ("begin_utterance",),
    ),
    Rule("straggler", (*BEFORE_TURN, *ANSWER), None, _ELSEWHERE),
    Rule("straggler", (TRANSCRIBING,), None, "dropped with 1002; the turn goes on", ("refuse_straggler",)),
    Rule("overflow", (IDLE, HANDSHAKEN, *TURN), None, _ELSEWHERE),
    Rule("overflow", (RECEIVING,), None, "1004 once; dropped until the commit", ("overflow_utterance",)),
    Rule("no room", (IDLE, HANDSHAKEN, *TURN), None, _ELSEWHERE),
    Rule("no room", (RECEIVING,), None, "3004 once; dropped until the commit", ("crowd_out_utterance",)),
    Rule("commit", (IDLE,), None, "1002", ("refuse_unconfigured",)),
    Rule("commit", (HANDSHAKEN,), None, "1005", ("refuse_empty_commit",)),
    Rule("commit", (RECEIVING,), TRANSCRIBING, "the utterance is recognised", begins=("transcribe",)),
    Rule("commit", TURN, None, "1005; the turn goes on", ("refuse_empty_commit",)),
    Rule("overlong commit", (IDLE, HANDSHAKEN, *TURN), None, _ELSEWHERE),
    Rule("overlong commit", (RECEIVING,), HANDSHAKEN, "the utterance is thrown away", ("drop_utterance",)),
    Rule("crowded commit", (IDLE, HANDSHAKEN, *TURN), None, _ELSEWHERE),
    Rule(
        "crowded commit",
        (RECEIVING,),
        HANDSHAKEN,
        "3004; the utterance is thrown away",
        ("refuse_crowded_commit", "drop_utterance"),
    ),
    Rule("error commit", (RECEIVING,), HANDSHAKEN, "the utterance is thrown away", ("drop_utterance",)),
    Rule("error commit", (IDLE, HANDSHAKEN, *TURN), None, "nothing"),
    Rule("clear", (RECEIVING,), HANDSHAKEN, "the utterance is thrown away", ("drop_utterance",)),
    Rule("clear", (IDLE, HANDSHAKEN, *TURN), None, "nothing"),
    # ---- the typed turn
    Rule("text", (IDLE,), None, "1002", ("refuse_unconfigured",)),
    Rule(
        "text",
        (HANDSHAKEN,),
        RESPONDING,
        "`request.transcribe.done`, `response.started`",
        ("take_text",),
        ("respond",),
    ),
    Rule("text", (RECEIVING,), None, "1002; the utterance is kept", ("refuse_while_receiving",)),
    Rule(
        "text",
        TURN,
        RESPONDING,
        "**barge-in**: the turn is cut, a new one begins",
        ("interrupt", "take_text"),
        ("respond",),
    ),
    Rule("blank text", (HANDSHAKEN, *TURN), None, "1005", ("refuse_blank_text",)),
    Rule("blank text", (IDLE,), None, "1002", ("refuse_unconfigured",)),
    Rule("blank text", (RECEIVING,), None, "1002; the utterance is kept", ("refuse_while_receiving",)),
    Rule("long text", (HANDSHAKEN, *TURN), None, "1004", ("refuse_long_text",)),
    Rule("long text", (IDLE,), None, "1002", ("refuse_unconfigured",)),
    Rule("long text", (RECEIVING,), None, "1002; the utterance is kept", ("refuse_while_receiving",)),
    Rule("crowded text", (HANDSHAKEN, *TURN), None, "3004", ("refuse_crowded_text",)),
    Rule("crowded text", (IDLE,), None, "1002", ("refuse_unconfigured",)),
    Rule("crowded text", (RECEIVING,), None, "1002; the utterance is kept", ("refuse_while_receiving",)),
    # ---- interruption
    Rule("cancel", (TRANSCRIBING,), HANDSHAKEN, "the turn is cut", ("cancel",)),
    Rule("cancel", ANSWER, HANDSHAKEN, "the turn is cut; `response.cancelled` (cancelled)", ("cancel",)),
    Rule("cancel", BEFORE_TURN, None, "nothing"),
    Rule("abandon", TURN, HANDSHAKEN, "the last socket left: the turn is cut", ("abandon",)),
    Rule("abandon", BEFORE_TURN, None, "the last socket left: what there is is kept for the grace period"),
    # ---- recognition
    Rule("words", (RECEIVING, TRANSCRIBING), None, "`request.transcribe.delta`", ("tell_words",)),
    Rule("words", (IDLE, HANDSHAKEN, *ANSWER), None, _STALE),
    Rule(
        "transcript",
        (TRANSCRIBING,),
        RESPONDING,
        "`request.transcribe.done`, `response.started`",
        ("tell_transcript",),
        ("respond",),
    ),
    Rule("transcript", (*BEFORE_TURN, *ANSWER), None, _STALE),
    Rule(
        "silence", (TRANSCRIBING,), HANDSHAKEN, '`request.transcribe.done` with ""', ("tell_transcript", "finish_turn")
    ),
    Rule("silence", (*BEFORE_TURN, *ANSWER), None, _STALE),
    # ---- the answer
    Rule("delivery", ANSWER, None, "noted for the sound; nobody is told", ("note_delivery",)),
    Rule("delivery", (*BEFORE_TURN, TRANSCRIBING), None, _STALE),
    Rule("retraction", ANSWER, None, "the text so far is forgotten; the part in the air ends", ("retract",)),
    Rule("retraction", (*BEFORE_TURN, TRANSCRIBING), None, _STALE),
    Rule("written", ANSWER, None, "with `LLM.stream`, `response.text.delta`", ("write",)),
    Rule("written", (*BEFORE_TURN, TRANSCRIBING), None, _STALE),
    Rule("answer", ANSWER, None, "`response.text.done`; its sound is made", ("finish_text",)),
    Rule("answer", (*BEFORE_TURN, TRANSCRIBING), None, _STALE),
    Rule("wordless answer", ANSWER, HANDSHAKEN, "`response.text.done`, and no audio", ("finish_unspoken",)),
    Rule("wordless answer", (*BEFORE_TURN, TRANSCRIBING), None, _STALE),
    Rule("made", ANSWER, None, "kept until it may be sent", ("keep_sound",)),
    Rule("made", (*BEFORE_TURN, TRANSCRIBING), None, _STALE),
    Rule("sound", (RESPONDING,), SPEAKING, "`response.audio.delta`", begins=("send_sound",)),
    Rule("sound", (SPEAKING,), None, "`response.audio.delta`", ("send_sound",)),
    Rule("sound", (*BEFORE_TURN, TRANSCRIBING), None, _STALE),
    Rule("played", (SPEAKING,), HANDSHAKEN, "the sound has had time to play: the turn is over", ("finish_turn",)),
    Rule("played", (*BEFORE_TURN, TRANSCRIBING, RESPONDING), None, _STALE),
    # ---- failure
    Rule("failure", (TRANSCRIBING,), HANDSHAKEN, "`custom.error`", ("fail",)),
    Rule("failure", ANSWER, HANDSHAKEN, "`custom.error`, `response.cancelled` (failed)", ("fail",)),
    Rule("failure", BEFORE_TURN, None, _STALE),
    Rule("deadline", (RECEIVING,), HANDSHAKEN, "3003; the utterance is thrown away", ("expire_utterance",)),
    Rule("deadline", (TRANSCRIBING,), HANDSHAKEN, "3003; the turn is cut", ("expire",)),
    Rule("deadline", ANSWER, HANDSHAKEN, "3003, `response.cancelled` (failed)", ("expire",)),
    Rule("deadline", (IDLE, HANDSHAKEN), None, "nothing: these states have none"),
)

EVENTS: Final = tuple(dict.fromkeys(rule.event for rule in RULES))
LOOKUP: dict[tuple[State, str], Rule] = {(source, rule.event): rule for rule in RULES for source in rule.sources}


def _build() -> transitions.Machine:
    machine = transitions.Machine(model=None, states=list(State), initial=IDLE, auto_transitions=False)
    for rule in RULES:
        if rule.dest is not None:
            machine.add_transition(rule.event, list(rule.sources), rule.dest)
    return machine


MACHINE: Final = _build()


def diagram() -> str:
    """The machine as a Mermaid state diagram: an arrow for each pair of states, with the events that lead along it."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for rule in RULES:
        for source in rule.sources:
            if rule.dest is not None:
                event = f"{rule.event} (barge-in)" if "interrupt" in rule.ends else rule.event
                arrows.setdefault((source, rule.dest), []).append(event)
    lines = ["stateDiagram-v2", f"    [*] --> {IDLE}"]
    lines += [f"    {source} --> {dest}: {', '.join(events)}" for (source, dest), events in arrows.items()]
    return "\n".join(lines)
