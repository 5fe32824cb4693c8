"""The deadlines and bounds of a session, which the settings fill."""

from typing import Annotated

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Deadlines in seconds, sizes in bytes or characters, and counts; each deadline's name appears in its error."""

    receiving: float = 30.0
    """How long an utterance may wait for its next chunk or its commit."""
    transcribing: float = 30.0
    """How long recognition may take in all."""
    responding: float = 60.0
    """How long the first sound of an answer may take in all."""
    speaking: float = 30.0
    """How long the next piece of an answer may take, once what was sent has been played."""
    contested: float = 1.5
    """How long after speech during an answer it is waited for words, before the answer goes on."""
    stt_silence: float = 20.0
    """How long a recogniser may take for its first words, or between words."""
    stt_call: float = 30.0
    """How long one call of a recogniser may take in all."""
    llm_silence: float = 20.0
    """How long a language model may take for its first piece of text, or between pieces."""
    llm_call: float = 60.0
    """How long one call of a language model may take in all."""
    tts_silence: float = 15.0
    """How long a synthesiser may take for its first sound, or between pieces of sound."""
    tts_call: float = 60.0
    """How long one call of a synthesiser may take in all, with the conversion of its sound."""
    grace: float = 120.0
    """How long a session outlives its last socket, and an utterance its Sender's."""
    sender_ping: float = 2.0
    """How long a Sender has to answer before another one takes its place."""
    straggler: float = 0.5
    """How long after the commit a chunk is taken for a late one of the same utterance."""
    mailbox_wait: float = 30.0
    """How long a connection waits for a busy session before it is closed."""
    utterance_bytes: int = 10_000_000
    """The longest utterance, in bytes."""
    utterance_seconds: float = 120.0
    """The longest utterance, in seconds of what it is decoded to."""
    text_chars: int = 10_000
    """The longest typed turn; a longer transcript is cut."""
    answer_chars: int = 40_000
    """The longest answer of a model."""
    memory_in_flight: Annotated[int, msgspec.Meta(ge=1_000_000)] = 1_000_000_000
    """How much a server holds in all of utterances, answers, and what waits for engines and clients."""
    parts_ahead: Annotated[int, msgspec.Meta(ge=1, le=16)] = 3
    """How many parts of an answer are synthesised before they are sent: a session's share of the workers."""
    history_turns: int = 20
    """How many turns the model is reminded of."""
    history_chars: int = 20_000
    """How many characters of earlier turns the model is reminded of."""
    receivers: int = 16
    """How many Receivers a session has at most."""
    sessions: int = 1_000
    """How many sessions there are at most."""
    mailbox: int = 64
    """How many events wait for a session before its sockets are made to wait."""
    trace: Annotated[int, msgspec.Meta(ge=1)] = 64
    """How many of its last transitions a session remembers."""
