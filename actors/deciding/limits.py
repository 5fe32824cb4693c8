"""The deadlines and bounds of a session, which the settings fill.

The words of a field behind "At the bound:" are in the table of docs/operations.md; `docs/boundspage.py` reads them.
"""

from typing import Annotated, Any

import msgspec

from protocol.timing import Seconds

NoWait = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
"""Seconds, of which 0 says that nothing is waited for."""
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class SubjectDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """The most that each subject may use, where its token does not say; 0: no limit. A day is the last 24 hours."""

    turns_per_minute: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    """How many turns all sessions of a subject may begin within a minute; 0: no limit. At the bound: a commit or a
    typed turn gets 1006 with `retryAfter`."""
    audio_seconds_per_day: Annotated[float, msgspec.Meta(ge=0, le=100_000_000)] = 0.0
    """How many seconds of speech of a subject are recognised within 24 hours; 0: no limit. At the bound: 1006 with
    `retryAfter` at the commit."""
    speech_chars_per_day: Annotated[int, msgspec.Meta(ge=0, le=10_000_000_000)] = 0
    """How many characters of answers to a subject are spoken within 24 hours; 0: no limit. At the bound: the answer is
    finished; the next commit or typed turn gets 1006 with `retryAfter`."""
    sessions: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    """How many sessions a subject may have at a time; 0: no limit. At the bound: one of them without sockets is ended
    to make room, else CONNECT_ERROR 429 with `retryAfter`."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Deadlines in seconds, sizes in bytes or characters, and counts; each deadline's name appears in its error."""

    receiving: Seconds = 30.0
    """How long an utterance may wait for its next chunk or its commit, in seconds. At the bound: 3003, and the
    utterance is thrown away."""
    transcribing: Seconds = 30.0
    """How long recognition may take in all, in seconds. At the bound: 3003, and the turn is over."""
    responding: Seconds = 60.0
    """How long the first sound of an answer may take in all, in seconds. At the bound: 3003, and the turn is over."""
    speaking: Seconds = 30.0
    """How long the next piece of an answer may take, once what was sent has been played, in seconds. At the bound:
    3003, and the turn is over; what was heard is remembered."""
    contested: Seconds = 1.5
    """How long after speech during an answer it is waited for words, before the answer goes on, in seconds. At the
    bound: the answer goes on; the words cut it when they come."""
    stt_silence: Seconds = 20.0
    """How long a recogniser may take for its first words, or between words, in seconds. At the bound: 3003."""
    stt_call: Seconds = 30.0
    """How long one call of a recogniser may take in all, in seconds. At the bound: 3003."""
    llm_silence: Seconds = 20.0
    """How long a language model may take for its first piece of text, or between pieces, in seconds; events without
    words, as of a model that thinks, count. At the bound: 3003."""
    llm_call: Seconds = 60.0
    """How long one call of a language model may take in all, in seconds. At the bound: 3003."""
    tts_silence: Seconds = 15.0
    """How long a synthesiser may take for its first sound, or between pieces of sound, in seconds. At the bound:
    3003."""
    tts_call: Seconds = 60.0
    """How long one call of a synthesiser may take in all, with the conversion of its sound, in seconds. At the bound:
    3003."""
    grace: NoWait = 120.0
    """How long a session outlives its last socket, an utterance its Sender's, and the place of a Receiver its lost
    connection, in seconds. At the bound: the session ends, the utterance is thrown away, the place is given up."""
    resume_bytes: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 4_000_000
    """How much of what each Receiver was sent lately is kept, in bytes, so that it can resume after a lost connection;
    0: nothing, and a turn ends with the last socket. At the bound: the oldest is forgotten; a client that lacks it
    gets `resumed` false. All of it is given up before `memory_in_flight` is full."""
    sender_ping: Seconds = 2.0
    """How long a Sender has to answer before another one takes its place, in seconds. At the bound: it is dropped."""
    straggler: NoWait = 0.5
    """How long after the commit a chunk is taken for a late one of the same utterance, in seconds. At the bound: the
    chunk interrupts, and begins another utterance."""
    mailbox_wait: Seconds = 30.0
    """How long a connection waits for a busy session, in seconds. At the bound: the connection is closed."""
    utterance_bytes: Annotated[int, msgspec.Meta(ge=1_000, le=1_000_000_000)] = 10_000_000
    """The longest utterance, in bytes. At the bound: 1004 once; the rest is dropped until the commit."""
    utterance_seconds: Annotated[float, msgspec.Meta(ge=1, le=86_400)] = 120.0
    """The longest utterance, in seconds of what it is decoded to. At the bound: 1004; an open microphone's is
    committed."""
    text_chars: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 10_000
    """The longest typed turn, in characters. At the bound: 1004; a longer transcript is cut, with a warning in the
    log."""
    answer_chars: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 40_000
    """The longest answer of a model, in characters. At the bound: 3001, and the turn is over."""
    memory_in_flight: Annotated[int, msgspec.Meta(ge=1_000_000)] = 1_000_000_000
    """How much a server holds in all of utterances, answers, and what waits for engines and clients, in bytes. At the
    bound: a chunk, a commit or a typed turn gets 3004, and the utterance is lost; parts wait for room until their
    deadline."""
    parts_ahead: Annotated[int, msgspec.Meta(ge=1, le=16)] = 3
    """How many parts of an answer are synthesised before they are sent: a session's share of the workers. At the bound:
    the next part waits."""
    history_turns: Count = 20
    """How many turns the model is reminded of. At the bound: the oldest are forgotten."""
    history_chars: Count = 20_000
    """How many characters of earlier turns the model is reminded of. At the bound: the oldest turns are forgotten."""
    receivers: Count = 16
    """How many Receivers a session has at most. At the bound: CONNECT_ERROR 503."""
    sessions: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1_000
    """How many sessions there are at most. At the bound: a session without sockets is ended to make room, else
    CONNECT_ERROR 503."""
    subjects: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 10_000
    """Of how many subjects without a session it is known what they used. At the bound: the one that joined longest ago
    is forgotten, and begins anew."""
    subject: SubjectDefaults = SubjectDefaults()
    """What each subject may use."""
    mailbox: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 64
    """How many events wait for a session. At the bound: its sockets are not read until there is room."""
    trace: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 64
    """How many of its last transitions a session remembers. At the bound: the oldest are forgotten."""


def changes_of(limits: Limits) -> dict[str, Any]:
    """Those that are not the defaults, as JSON has them."""
    defaults = msgspec.to_builtins(Limits())
    return {name: value for name, value in msgspec.to_builtins(limits).items() if value != defaults[name]}
