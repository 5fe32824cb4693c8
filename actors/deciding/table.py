"""The state machine of a session: every rule in one table, from which state by which event to which.

This file is the only place that says which event leads from which state to which. Three things are made from it: the
`transitions` machine that moves sessions (`machine.py`), `docs/states.md`, and the tests that visit every pair of state
and event.

A rule is a row: an event, the states it may come in, the state it leads to (None: the session stays where it is), and
what the session does about it. What it does is written in two groups, because `session.state` is sent between them:

    ends     said and done while the old state still holds: the messages that end it
    begins   said and done once the new state holds: the messages that begin it

Both hold functions, not names: an action takes a Step and what its event carries. `rule` takes a trigger and actions of
one type, and `naming.py` can give a trigger only what it carries, so mypy proves that an action gets the payload that
it was written for. An action whose event does not matter takes `object`, and fits into every row.

Rows argue about events as the session sees them, not as the wire names them: `naming.py` reads a client's message or a
stage's result, and decides by its content which of these events it is (a commit that carries an error is `error
commit`, a transcript without words is `silence`). Where a pair has no row of its own, one of the last rows says that
nothing happens, and why; so every pair of state and event has exactly one row, which a test checks.

A turn is running in `transcribing`, `responding` and `speaking`. Results that carry the number of an earlier turn
never reach this table: they are dropped before. That, together with `Release`, which ends the work of a turn, is why
an old answer cannot be spoken in a new turn.

Nothing here waits. Every state but `idle` and `handshaken` has a deadline (`states.DEADLINES`); a session that is told
nothing at all still leaves it by the event `deadline`.

Terms: docs/glossary.md.
"""

from typing import Any, Final

from actors.deciding import answering, charging, ending, hearing, membership, speaking, triggers
from actors.deciding.handsfreerules import HANDS_FREE_RULES
from actors.deciding.rules import ELSEWHERE, STALE, Rule, rule
from actors.deciding.states import (
    ALL,
    ANSWER,
    BEFORE_TURN,
    HANDSHAKEN,
    IDLE,
    RECEIVING,
    RESPONDING,
    SPEAKING,
    TRANSCRIBING,
    TURN,
)
from actors.deciding.triggers import Trigger
from protocol.states import State

RULES: Final[tuple[Rule, ...]] = (
    # ---- configuration
    rule(triggers.UPDATE, (IDLE,), HANDSHAKEN, "`session.updated`", ends=(hearing.configure,)),
    rule(triggers.UPDATE, ALL[1:], None, "`session.updated`; the next turn uses it", ends=(hearing.configure,)),
    rule(
        triggers.BAD_UPDATE,
        ALL,
        None,
        "200x, `session.updated` with success false; nothing changes",
        (hearing.refuse_update,),
    ),
    # ---- the utterance
    rule(triggers.APPEND, (IDLE,), None, "1002, at most once a second", (hearing.refuse_unconfigured_chunk,)),
    rule(triggers.APPEND, (HANDSHAKEN,), RECEIVING, "`input.buffer.initialized`", begins=(hearing.begin_utterance,)),
    rule(triggers.APPEND, (RECEIVING,), None, "the chunk is kept", (hearing.extend_utterance,)),
    rule(
        triggers.APPEND,
        TURN,
        RECEIVING,
        "**barge-in**: the turn is cut, a new utterance begins",
        (ending.interrupt,),
        (hearing.begin_utterance,),
    ),
    rule(triggers.STRAGGLER, (*BEFORE_TURN, *ANSWER), None, ELSEWHERE),
    rule(triggers.STRAGGLER, (TRANSCRIBING,), None, "dropped with 1002; the turn goes on", (hearing.refuse_straggler,)),
    rule(triggers.OVERFLOW, (IDLE, HANDSHAKEN, *TURN), None, ELSEWHERE),
    rule(triggers.OVERFLOW, (RECEIVING,), None, "1004 once; dropped until the commit", (hearing.overflow_utterance,)),
    rule(triggers.OVERLONG, (IDLE, HANDSHAKEN, *TURN), None, ELSEWHERE),
    rule(triggers.OVERLONG, (RECEIVING,), None, "1004 once; dropped until the commit", (hearing.refuse_overlong,)),
    rule(triggers.NO_ROOM, (IDLE, HANDSHAKEN, *TURN), None, ELSEWHERE),
    rule(triggers.NO_ROOM, (RECEIVING,), None, "3004 once; dropped until the commit", (hearing.crowd_out_utterance,)),
    rule(triggers.COMMIT, (IDLE,), None, "1002", (hearing.refuse_unconfigured,)),
    rule(triggers.COMMIT, (HANDSHAKEN,), None, "1005", (hearing.refuse_empty_commit,)),
    rule(triggers.COMMIT, (RECEIVING,), TRANSCRIBING, "the utterance is recognised", begins=(hearing.transcribe,)),
    rule(triggers.COMMIT, TURN, None, "1005; the turn goes on", (hearing.refuse_empty_commit,)),
    rule(triggers.OVERLONG_COMMIT, (IDLE, HANDSHAKEN, *TURN), None, ELSEWHERE),
    rule(triggers.OVERLONG_COMMIT, (RECEIVING,), HANDSHAKEN, "the utterance is thrown away", (hearing.drop_utterance,)),
    rule(triggers.CROWDED_COMMIT, (IDLE, HANDSHAKEN, *TURN), None, ELSEWHERE),
    rule(
        triggers.CROWDED_COMMIT,
        (RECEIVING,),
        HANDSHAKEN,
        "3004; the utterance is thrown away",
        (hearing.refuse_crowded_commit, hearing.drop_utterance),
    ),
    rule(triggers.ERROR_COMMIT, (RECEIVING,), HANDSHAKEN, "the utterance is thrown away", (hearing.drop_utterance,)),
    rule(triggers.ERROR_COMMIT, (IDLE, HANDSHAKEN, *TURN), None, "nothing"),
    rule(triggers.CLEAR, (RECEIVING,), HANDSHAKEN, "the utterance is thrown away", (hearing.drop_utterance,)),
    rule(triggers.CLEAR, (IDLE, HANDSHAKEN, *TURN), None, "nothing"),
    # ---- the typed turn
    rule(triggers.TEXT, (IDLE,), None, "1002", (hearing.refuse_unconfigured,)),
    rule(
        triggers.TEXT,
        (HANDSHAKEN,),
        RESPONDING,
        "`request.transcribe.done`, `response.started`",
        (hearing.take_text,),
        (answering.respond_to_text,),
    ),
    rule(triggers.TEXT, (RECEIVING,), None, "1002; the utterance is kept", (hearing.refuse_while_receiving,)),
    rule(
        triggers.TEXT,
        TURN,
        RESPONDING,
        "**barge-in**: the turn is cut, a new one begins",
        (ending.interrupt, hearing.take_text),
        (answering.respond_to_text,),
    ),
    rule(triggers.BLANK_TEXT, (HANDSHAKEN, *TURN), None, "1005", (hearing.refuse_blank_text,)),
    rule(triggers.BLANK_TEXT, (IDLE,), None, "1002", (hearing.refuse_unconfigured,)),
    rule(triggers.BLANK_TEXT, (RECEIVING,), None, "1002; the utterance is kept", (hearing.refuse_while_receiving,)),
    rule(triggers.LONG_TEXT, (HANDSHAKEN, *TURN), None, "1004", (hearing.refuse_long_text,)),
    rule(triggers.LONG_TEXT, (IDLE,), None, "1002", (hearing.refuse_unconfigured,)),
    rule(triggers.LONG_TEXT, (RECEIVING,), None, "1002; the utterance is kept", (hearing.refuse_while_receiving,)),
    rule(triggers.CROWDED_TEXT, (HANDSHAKEN, *TURN), None, "3004", (hearing.refuse_crowded_text,)),
    rule(triggers.CROWDED_TEXT, (IDLE,), None, "1002", (hearing.refuse_unconfigured,)),
    rule(triggers.CROWDED_TEXT, (RECEIVING,), None, "1002; the utterance is kept", (hearing.refuse_while_receiving,)),
    # ---- turns that may not begin
    rule(triggers.REFUSED_UTTERANCE, (IDLE, HANDSHAKEN, *TURN), None, ELSEWHERE),
    rule(
        triggers.REFUSED_UTTERANCE,
        (RECEIVING,),
        HANDSHAKEN,
        "1002 or 1006; the utterance is thrown away",
        (hearing.refuse_utterance,),
    ),
    rule(triggers.REFUSED_TEXT, (IDLE,), None, ELSEWHERE),
    rule(triggers.REFUSED_TEXT, ALL[1:], None, "1002 or 1006; what there is goes on", (hearing.refuse_turn,)),
    *HANDS_FREE_RULES,
    # ---- interruption
    rule(triggers.CANCEL, (TRANSCRIBING,), HANDSHAKEN, "the turn is cut", (ending.cancel,)),
    rule(triggers.CANCEL, ANSWER, HANDSHAKEN, "the turn is cut; `response.cancelled` (cancelled)", (ending.cancel,)),
    rule(triggers.CANCEL, BEFORE_TURN, None, "nothing"),
    rule(triggers.WRONG_ROLE, ALL, None, "1003", (membership.refuse_role,)),
    # ---- sockets
    rule(triggers.JOIN, ALL, None, "`session.joined`", (membership.join,)),
    rule(triggers.LOSE, ALL, None, "the turn goes on, and is kept for it", (membership.lose,)),
    rule(triggers.LEAVE, ALL, None, "others stay, or may come back: the turn goes on", (membership.leave,)),
    rule(
        triggers.ABANDON,
        TURN,
        HANDSHAKEN,
        "the last member left: the turn is cut",
        (membership.leave, membership.wait_for_return, ending.abandon),
    ),
    rule(
        triggers.ABANDON,
        BEFORE_TURN,
        None,
        "the last member left: what there is is kept for the grace period",
        (membership.leave, membership.wait_for_return),
    ),
    rule(triggers.DRAIN, ALL, None, "`session.draining`; no turn begins any more", (membership.drain,)),
    rule(triggers.END, BEFORE_TURN, None, "the session is over", (membership.end,)),
    rule(triggers.END, TURN, None, "the turn is cut, and the session is over", (ending.cancel, membership.end)),
    # ---- admission
    rule(
        triggers.ADMITTED,
        TURN,
        None,
        "the turn is charged; the message that began it gets its ack",
        (charging.charge_turn, membership.acknowledge_turn),
    ),
    rule(triggers.ADMITTED, BEFORE_TURN, None, STALE),
    # ---- recognition
    rule(triggers.MEASURED, (TRANSCRIBING,), None, "the turn is charged", (charging.charge_measured,)),
    rule(triggers.MEASURED, (*BEFORE_TURN, *ANSWER), None, STALE),
    rule(triggers.WORDS, (RECEIVING, TRANSCRIBING), None, "`request.transcribe.delta`", (hearing.tell_words,)),
    rule(triggers.WORDS, (IDLE, HANDSHAKEN, *ANSWER), None, STALE),
    rule(
        triggers.TRANSCRIPT,
        (TRANSCRIBING,),
        RESPONDING,
        "`request.transcribe.done`, `response.started`",
        (hearing.tell_transcript,),
        (answering.respond,),
    ),
    rule(triggers.TRANSCRIPT, (*BEFORE_TURN, *ANSWER), None, STALE),
    rule(
        triggers.SILENCE,
        (TRANSCRIBING,),
        HANDSHAKEN,
        '`request.transcribe.done` with ""',
        (hearing.tell_transcript, ending.finish_turn),
    ),
    rule(triggers.SILENCE, (*BEFORE_TURN, *ANSWER), None, STALE),
    # ---- the answer
    rule(triggers.DELIVERY, ANSWER, None, "noted for the sound; nobody is told", (answering.note_delivery,)),
    rule(triggers.DELIVERY, (*BEFORE_TURN, TRANSCRIBING), None, STALE),
    rule(
        triggers.RETRACTION,
        ANSWER,
        None,
        "the text so far is forgotten; the current part ends",
        (answering.retract,),
    ),
    rule(triggers.RETRACTION, (*BEFORE_TURN, TRANSCRIBING), None, STALE),
    rule(triggers.WRITTEN, ANSWER, None, "with `LLM.stream`, `response.text.delta`", (answering.write,)),
    rule(triggers.WRITTEN, (*BEFORE_TURN, TRANSCRIBING), None, STALE),
    rule(triggers.ANSWERED, ANSWER, None, "`response.text.done`; its sound is made", (answering.finish_text,)),
    rule(triggers.ANSWERED, (*BEFORE_TURN, TRANSCRIBING), None, STALE),
    rule(
        triggers.WORDLESS_ANSWER, ANSWER, HANDSHAKEN, "`response.text.done`, and no audio", (answering.finish_unspoken,)
    ),
    rule(triggers.WORDLESS_ANSWER, (*BEFORE_TURN, TRANSCRIBING), None, STALE),
    rule(triggers.MADE, ANSWER, None, "kept until it may be sent", (speaking.keep_sound,)),
    rule(triggers.MADE, (*BEFORE_TURN, TRANSCRIBING), None, STALE),
    rule(triggers.SOUND, (RESPONDING,), SPEAKING, "`response.audio.delta`", begins=(speaking.send_sound,)),
    rule(triggers.SOUND, (SPEAKING,), None, "`response.audio.delta`", (speaking.send_sound,)),
    rule(triggers.SOUND, (*BEFORE_TURN, TRANSCRIBING), None, STALE),
    rule(
        triggers.PLAYED,
        (SPEAKING,),
        HANDSHAKEN,
        "the sound has had time to play: the turn is over",
        (ending.finish_turn,),
    ),
    rule(triggers.PLAYED, (*BEFORE_TURN, TRANSCRIBING, RESPONDING), None, STALE),
    rule(
        triggers.WORDS_FOUND,
        ALL,
        None,
        "what was heard of the answer that was cut is remembered to the word",
        (ending.note_heard,),
    ),
    # ---- failure
    rule(triggers.FAILURE, (TRANSCRIBING,), HANDSHAKEN, "`custom.error`", (ending.fail,)),
    rule(triggers.FAILURE, ANSWER, HANDSHAKEN, "`custom.error`, `response.cancelled` (failed)", (ending.fail,)),
    rule(triggers.FAILURE, BEFORE_TURN, None, STALE),
    rule(
        triggers.DEADLINE, (RECEIVING,), HANDSHAKEN, "3003; the utterance is thrown away", (hearing.expire_utterance,)
    ),
    rule(triggers.DEADLINE, (TRANSCRIBING,), HANDSHAKEN, "3003; the turn is cut", (ending.expire,)),
    rule(triggers.DEADLINE, ANSWER, HANDSHAKEN, "3003, `response.cancelled` (failed)", (ending.expire,)),
    rule(triggers.DEADLINE, (IDLE, HANDSHAKEN), None, "nothing: these states have none"),
)

TRIGGERS: Final[tuple[Trigger[Any], ...]] = tuple(dict.fromkeys(rule.trigger for rule in RULES))
LOOKUP: Final[dict[tuple[State, str], Rule]] = {
    (source, rule.trigger.name): rule for rule in RULES for source in rule.sources
}
