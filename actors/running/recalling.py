"""The words of an answer that was cut, looked for in its sound: what was heard becomes known to the word.

It is done once, for the part that was cut, after the turn; so nobody waits for it. What fails leaves the estimate, and
so does a fault that nobody foresaw: it ends this search alone.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

import trio

from actors.deciding.effects import FindWords, PrepareMouth
from actors.deciding.events import WordsFound
from actors.ports.calls import EngineFailed
from actors.ports.engines import Engines
from actors.ports.listening import RATE
from actors.ports.mouth import Mark
from actors.ports.sound import Undecodable

log = logging.getLogger(__name__)
FINDING = 2.0
"""Seconds that the search takes at most."""


Spawn = Callable[[Callable[[], Awaitable[None]]], None]
Tell = Callable[[WordsFound], Awaitable[None]]


def attend_mouth(spawn: Spawn, engines: Engines, tell: Tell, job: FindWords | PrepareMouth) -> None:
    """Have mouths prepared for; or the words looked for in a task of its own, and `tell` told of them."""
    if isinstance(job, PrepareMouth):
        engines.mouths.prepare(job.provider, job.model)
    else:
        spawn(partial(find_words, job, engines, tell))


async def find_words(job: FindWords, engines: Engines, tell: Tell) -> None:
    """Tell the words of the sound with their times, none where they are not found.

    Cancelling tells nothing.
    """
    words: tuple[Mark, ...] = ()
    with trio.move_on_after(FINDING):
        try:
            words = await _aligned(job, engines)
        except (EngineFailed, Undecodable):
            words = ()
        except Exception:
            log.error("the words of an answer that was cut are not found, by a fault of this server")
            log.debug("the fault", exc_info=True)
    await tell(WordsFound(job.turn, job.part, words))


async def _aligned(job: FindWords, engines: Engines) -> tuple[Mark, ...]:
    speech = job.speech
    track = engines.mouths.track(speech.text, speech.language, speech.speed, frozenset(), words=True, told=False)
    samples = await engines.codec.decode(job.clip, RATE)
    made = await track.push(samples, (), job.seconds * 1000)
    return made.words + (await track.finish()).words if job.is_whole else made.words
