"""The embedded responder, provider `local`: the guide, and echo, which gives the Sender its own voice back."""

import trio.lowlevel

from actors.ports.answering import Delivery, Question
from actors.ports.calls import Emit
from adapters.vendors.embedded import guide


class Local:
    """The LanguageModel port without a language model. One instance serves all sessions; it keeps nothing of them."""

    async def answer(self, question: Question, write: Emit[str | Delivery]) -> None:
        """Answer as `question.model` says: `echo`, or for any other name the guide, one sentence a piece.

        `prompt`, `temperature`, `stop` and `max_token` have no effect: the answers are short and fixed. Raises
        EngineFailed where the guide's rules cannot be read. Cancelling ends the answer before its next sentence.
        """
        if question.model == "echo":
            if question.clip is not None:
                await write(Delivery(clip=question.clip))
            await write(question.text)
            return
        reply = guide.reply(question)
        if reply.delivery != Delivery():
            await write(reply.delivery)
        for number, sentence in enumerate(reply.sentences):
            await trio.lowlevel.checkpoint()
            await write(f" {sentence}" if number else sentence)
