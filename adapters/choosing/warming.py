"""The smallest call of each kind: it loads a model before a person waits for it, and shows that an engine works."""

from typing import Any, assert_never

import trio

from actors.ports.answering import Delivery, Question
from actors.ports.audio import Complete
from actors.ports.calls import EngineFailed
from actors.ports.recognition import Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.choosing.candidate import Candidate

WITHIN = 120.0
"""Seconds that a server may take to load a model."""
CHECK_WITHIN = 30.0
"""Seconds that a provider may take for its smallest call."""
_LANGUAGE = "en-US"


async def warm(candidate: Candidate[Any]) -> str:
    """Make the smallest call, for WITHIN seconds at most; returns what is wrong, "" for nothing. Cancelling ends it."""
    try:
        with trio.fail_after(WITHIN):
            await _call(candidate)
    except EngineFailed as failed:
        return str(failed)
    except trio.TooSlowError:
        return f"{candidate.title} did not answer within {WITHIN:g} seconds"
    return ""


async def check(candidate: Candidate[Any]) -> str:
    """Check the provider, by the call that its adapter has for this; an engine without one makes its smallest call.

    Returns what is wrong, "" for nothing. Cancelling ends the call.
    """
    if candidate.listed is None:
        return await warm(candidate)
    try:
        with trio.fail_after(CHECK_WITHIN):
            await candidate.listed.check()
    except EngineFailed as failed:
        return str(failed)
    except trio.TooSlowError:
        return f"{candidate.title} did not answer within {CHECK_WITHIN:g} seconds"
    return ""


async def _call(candidate: Candidate[Any]) -> None:
    engine = candidate.engine
    match candidate.kind:
        case "STT":
            silence = Complete(bytes(engine.wants.rate))
            await engine.transcribe(Utterance(silence, engine.wants, candidate.model, _LANGUAGE, ""), _drop)
        case "LLM":
            question = Question("Hi", (), candidate.model, "", 1.0, (), 1, "", _LANGUAGE, True)
            await engine.answer(question, _drop)
        case "TTS":
            speech = Speech("OK", candidate.model, candidate.profile.voice, _LANGUAGE, "unspecified", 1.0)
            await engine.synthesise(speech, _drop)
        case _:
            assert_never(candidate.kind)


async def _drop(result: str | Delivery | Clip) -> None:
    """The result is not needed."""
