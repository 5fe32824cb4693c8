"""The embedded responder, provider `local`: the guide, and echo, which gives the Sender its own voice back."""

from collections.abc import Callable
from datetime import datetime

import trio

from actors.ports.answering import Delivery, Question
from actors.ports.calls import Emit
from adapters.vendors.embedded.guide.bodylanguage import with_tags_before, without_tags
from adapters.vendors.embedded.guide.reply import Reply, reply
from adapters.vendors.embedded.guide.understanding import prepare


def local_time() -> datetime:
    """The time in this machine's zone."""
    return datetime.now().astimezone()


class Local:
    """The LanguageModel port without a language model. One instance serves all sessions; it keeps nothing of them.

    `clock` gives the time in the zone in which the guide tells it.
    """

    def __init__(self, clock: Callable[[], datetime] = local_time) -> None:
        self._clock = clock
        self._threads = trio.CapacityLimiter(1)  # more are no faster: it is all Python

    def load(self) -> None:
        """Prepare the guide's languages, which takes a second: for a thread, before anybody waits for an answer."""
        prepare()

    async def answer(self, question: Question, write: Emit[str | Delivery]) -> None:
        """Answer as `question.model` says: `echo`, or for any other name the guide, one sentence a piece.

        `prompt`, `temperature`, `stop` and `max_token` have no effect: the answers are short and fixed. Cancelling
        ends the answer before its next sentence.
        """
        if question.model == "echo":
            if question.clip is not None:
                await write(Delivery(clip=question.clip))
            await write(question.text)
            return
        answer = await self._reply(without_tags(question), self._clock())
        await write(answer.delivery)
        for number, sentence in enumerate(with_tags_before(answer.sentences, answer.abilities, question)):
            await trio.lowlevel.checkpoint()
            await write(f" {sentence}" if number else sentence)

    async def _reply(self, question: Question, now: datetime) -> Reply:
        """The guide's answer; in a thread: a long history in none of its languages takes a tenth of a second."""
        return await trio.to_thread.run_sync(reply, question, now, limiter=self._threads, abandon_on_cancel=True)


class InlineLocal(Local):
    """The same without a thread, for virtual time, in which nothing waits for one."""

    async def _reply(self, question: Question, now: datetime) -> Reply:
        await trio.lowlevel.checkpoint()
        return reply(question, now)
