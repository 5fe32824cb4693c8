"""One question to all server processes: who has answered, who has not in time, and what the ended ones said last."""

from collections.abc import Iterable
from itertools import count
from typing import Final

import trio

from adapters.metrics.merging import kept
from adapters.multiprocess.frames import AskFrame, GatheredFrame, GatherFrame
from adapters.multiprocess.process import ServerProcess
from adapters.pages.summing import METRICS

WITHIN: Final = 2.0
"""Seconds that a process has to answer."""
MOST_AT_ONCE: Final = 64
"""Questions that are out at a time. At the bound the next ones are answered without anybody's part."""


class _OpenQuestion:
    def __init__(self, processes: Iterable[ServerProcess]) -> None:
        self.waits_for = {process.name for process in processes}
        self.said: list[bytes] = []
        self.is_over = trio.Event()

    def settle(self, name: str) -> None:
        self.waits_for.discard(name)
        if not self.waits_for:
            self.is_over.set()


class Questions:
    """The questions that are out. What ended processes have counted is kept, so that no sum goes down."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._out: dict[int, _OpenQuestion] = {}
        self._topics: dict[int, str] = {}
        self._last: dict[str, bytes] = {}
        self._ended = b""

    async def ask(self, asker: ServerProcess, asked: GatherFrame, processes: list[ServerProcess], wanted: int) -> None:
        """Ask `processes`, of which there should be `wanted`, and tell the asker. Cancelling tells it nothing."""
        question = _OpenQuestion(processes)
        if len(self._out) < MOST_AT_ONCE and processes:
            number = next(self._numbers)
            self._out[number], self._topics[number] = question, asked.topic
            for process in processes:
                if not process.channel.send(AskFrame(number, asked.topic, asked.about)):
                    question.settle(process.name)
            with trio.move_on_after(WITHIN):
                await question.is_over.wait()
            del self._out[number], self._topics[number]
        left = (self._ended,) if self._ended and asked.topic == METRICS else ()
        asker.channel.send(GatheredFrame(asked.call, tuple(question.said), wanted - len(question.said), left))

    def answered(self, process: ServerProcess, call: int, said: bytes) -> None:
        """A process has answered."""
        question = self._out.get(call)
        if question is None or process.name not in question.waits_for:
            return
        if self._topics[call] == METRICS:
            self._last[process.name] = said
        question.said.append(said)
        question.settle(process.name)

    def note_end(self, name: str) -> None:
        """A process is no more: nobody waits for it, and what it was last known to have counted stays."""
        for question in self._out.values():
            question.settle(name)
        last = self._last.pop(name, None)
        if last is not None:
            self._ended = kept(filter(None, (self._ended, last)))
