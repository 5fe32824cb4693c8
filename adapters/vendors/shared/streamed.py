"""The answer of a language model over HTTP, as it is streamed: its words, its end, and what is taken back of it.

Three steps make an answer of bytes: bytes to events (`adapters/reach/sse.py`), an event to what it says (`read` of each
vendor), and what is said to words and an end (here). The first and the last are the same for all vendors, because
servers break the same rules whichever protocol they speak.
"""

import logging
import math
from collections.abc import AsyncIterator, Callable, Mapping

import msgspec
import trio

from actors.ports.answering import Question
from actors.ports.calls import Retraction
from actors.ports.watching import Usage, higher
from adapters.reach.boundedset import BoundedSet
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict, used
from adapters.reach.exceptiongroups import FirstCause
from adapters.reach.faults import error_of, of_error, words_of_error
from adapters.reach.httpclient import HttpAnswer
from adapters.reach.jsontext import Halves, fields, parsed
from adapters.reach.sse import DONE, ServerSentEvent
from adapters.vendors.shared.conversation import Write
from adapters.vendors.shared.thoughts import Thoughts
from protocol.tolerant import show

log = logging.getLogger(__name__)
AFTER_REASON = 1.0
"""Seconds without words after which an answer with a reason for its end is over."""
LIFE = 1.0
"""Seconds between the signs of life that a model gives while it thinks."""
HELD = 5.0
"""Seconds for which the words of a model are held back that is known to think before it answers."""
_SLICE = 4_096
_KEEP_ALIVES = frozenset({"ping", "heartbeat", "keep-alive", "keepalive"})
_NO_REASON = frozenset({"", "null", "none"})


class Heard(msgspec.Struct, frozen=True):
    """The content of one event.

    `is_whole`: the words are the whole answer, which some servers repeat at the end. `begins`: it names the role of the
    speaker. `thinks`: the model is thinking. `reason`: why the answer ends. `is_over`: it has ended. `usage`: tokens of
    the answer so far, and of what it answers; 0 for what it does not tell.
    """

    words: str = ""
    is_whole: bool = False
    begins: bool = False
    thinks: bool = False
    reason: str = ""
    is_over: bool = False
    usage: Usage = Usage()


NOTHING = Heard()
OVER = Heard(is_over=True)
_MOST_TOKENS = 100_000_000


def read_usage(told: object, tokens_in: str, tokens_out: str) -> Usage:
    """The tokens of a message under these names; 0 for what is no such number."""
    counts = [fields(told).get(name) for name in (tokens_in, tokens_out)]
    return Usage(*(n if type(n) is int and 0 < n < _MOST_TOKENS else 0 for n in counts))


Read = Callable[[Mapping[str, object]], Heard]
"""What a provider's message says. Raises ProviderFailed."""
Fault = Callable[[Endpoint, object], ProviderFailed]
"""The failure that an error inside a stream means."""


class AnswerEnd:
    """The end of one response of a server, and its reason.

    Servers disagree about ends. The sure one is `[DONE]` (or Anthropic's message_stop). A reason for an end is none
    where words follow: some servers put one on every chunk, or on a chunk of thoughts. So the stream is read on after
    it, for a second without words. The end of the body is an end as well, where nothing shows that the body was cut.
    """

    def __init__(self) -> None:
        self.reason = ""
        self.has_words = False
        self.complaint: object = None
        """The last message that said nothing: an error, perhaps, in a form of the server's own."""
        self.over_at = math.inf
        """When the response is over, unless words come before."""
        self._is_ending = False
        self._is_contradicted = False

    @property
    def may_break_off(self) -> bool:
        """Whether a body that breaks off now ends the answer and is no failure: a reason was given and kept."""
        return self._is_ending and not self._is_contradicted

    def note(self, said: Heard, text: str) -> None:
        """An event came, and `text` is what it has of the answer."""
        is_going_on = bool(text) or said.thinks
        self._is_contradicted = self._is_contradicted or (is_going_on and self._is_ending)
        self.has_words = self.has_words or bool(text)
        reason = "" if said.reason.lower() in _NO_REASON else said.reason
        self.reason = reason or self.reason
        is_credible = bool(reason) and (self.has_words or not (said.begins or said.thinks))
        if is_going_on if self._is_ending else is_credible:
            self._is_ending = True
            self.over_at = trio.current_time() + AFTER_REASON


class StreamedAnswer:
    """One answer on its way from the server to `write`, however often the server has to be asked for it.

    Its life:

        asked ------> thinking ------> first word ------> words ------> end
          ^  |          |   ""            |                 |            |
          |  |          |                 +--- taken back <-+            +--> nothing said, or cut: ProviderFailed,
          |  v          |                 |  a Retraction: it was             or a line in the log
          |  refused    |                 |  a thought that had been told
          +--+          +-----------------+--> failed: ProviderFailed
        (`insist`: without what the model refuses, while nothing was told)

    A word is told as soon as it is known to be no thought (`Thoughts`). The words of a model that is known to end
    thoughts which it does not begin are held until such an end comes, for HELD seconds at most.

    `thinkers` are these models, by name, and is added to. `fault` makes a failure of a provider's own errors.
    """

    def __init__(
        self, endpoint: Endpoint, question: Question, write: Write, thinkers: BoundedSet[str], fault: Fault = of_error
    ) -> None:
        self.model = question.model
        self.has_told = False
        """Whether anything of it was handed on."""
        self._endpoint = endpoint
        self._is_streamed = question.stream
        self._write = write
        self._fault = fault
        self._thinkers = thinkers
        self._writing = trio.Lock()
        self._has_answer = False  # words were told, and not taken back
        self._begin()

    def _begin(self) -> None:
        """A response begins, of which nothing is known."""
        self._usage = Usage()
        self._end = AnswerEnd()
        self._halves = Halves()
        self._thoughts = Thoughts(is_held=self._is_streamed and self.model in self._thinkers)
        self._holding = trio.Event()
        self._alive_at = -math.inf

    async def relay(self, response: HttpAnswer, read: Read) -> None:
        """Hand on the words of a response, to the end of the answer. Waits while the session is behind.

        Raises ProviderFailed where it breaks off, makes no sense, has an error in it, or ends without having begun.
        Cancelling leaves the answer where it is; what was handed on stays.
        """
        self._begin()
        try:
            with FirstCause():
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._release_in_time)
                    is_over = await self._follow(response, read)
                    async with self._writing:
                        nursery.cancel_scope.cancel()
        finally:
            used(self._usage)  # also of one that broke off, which is paid for
        self._judge(is_over=is_over)

    async def _follow(self, response: HttpAnswer, read: Read) -> bool:
        """Hand on the words; whether the answer said that it was over."""
        events, is_over = response.events(), False
        while not is_over and (event := await self._next(events)) is not None:
            said = self._said(event, read)
            is_over = said.is_over
            await self._take(said)
        await self._hand_on(self._halves.rest())
        async with self._writing:
            await self._tell(self._thoughts.rest())
        return is_over

    async def _release_in_time(self) -> None:
        """Release words that are held back after HELD seconds, even if nothing more comes of the response."""
        while True:
            await self._holding.wait()
            await trio.sleep(HELD)
            async with self._writing:
                self._holding = trio.Event()
                await self._tell([text for text in [self._thoughts.release()] if text])

    async def _next(self, events: AsyncIterator[ServerSentEvent]) -> ServerSentEvent | None:
        """The next event; None at the end of the body, or where the time is over that there is after a reason."""
        with trio.CancelScope(deadline=self._end.over_at):
            try:
                return await anext(events, None)
            except ProviderFailed:
                if not self._end.may_break_off:
                    raise
        return None

    # ---- what an event says

    def _said(self, event: ServerSentEvent, read: Read) -> Heard:
        data = event.data.strip()
        if data[: len(DONE) + 2].strip('"').upper() == DONE:
            return OVER
        if not data or event.event.lower() in _KEEP_ALIVES:
            return NOTHING
        try:
            message = parsed(data)
        except ValueError:
            message = data
        match message:
            case [dict(only)]:  # so Gemini wraps its errors
                message = only
        if error := error_of(event.event, message):
            raise self._fault(self._endpoint, error)
        if message is None:
            return NOTHING
        if not isinstance(message, dict):
            raise ProviderFailed(f"{self._endpoint.title} answered with what is no message of a language model")
        said = read(message)
        self._usage = higher(self._usage, said.usage)  # servers tell it again and again, and each time in all
        if not (said.words or said.reason or said.thinks or said.usage != Usage()):
            self._end.complaint = message
        return said

    # ---- what is told

    async def _take(self, said: Heard) -> None:
        text = "" if said.is_whole and self._end.has_words else said.words
        for start in range(0, len(text), _SLICE):
            await self._hand_on(self._halves.joined(text[start : start + _SLICE]))
        if text or said.thinks:
            await self._live()
        self._end.note(said, text)

    async def _hand_on(self, text: str) -> None:
        async with self._writing:
            await self._tell(self._thoughts.take(text))
        if self._thoughts.is_known:
            self._thinkers.add(self.model)
        if self._thoughts.holds:
            self._holding.set()

    async def _tell(self, told: list[str | Retraction]) -> None:
        for piece in told:
            self.has_told, self._has_answer = True, isinstance(piece, str)
            await self._write(piece)
            self._alive_at = trio.current_time()

    async def _live(self) -> None:
        """Show that the model is at work though nothing of it can be said."""
        if trio.current_time() - self._alive_at >= LIFE:
            self._alive_at = trio.current_time()
            await self._write("")

    # ---- its end

    def _judge(self, *, is_over: bool) -> None:
        """Raise ProviderFailed, or say so in the log, where the answer is not as it should be."""
        title, model, reason = self._endpoint.title, show(self.model), self._end.reason
        if not (reason or is_over or self._has_answer):
            if words_of_error(self._end.complaint):
                raise self._fault(self._endpoint, self._end.complaint)
            raise ProviderFailed(f"{title} broke off before its answer began")
        match reason:
            case "content_filter" if not self._has_answer:
                raise ProviderFailed(f"{title} would not answer: its content filter stopped it", Verdict.FINAL)
            case "refusal" if not self._has_answer:
                raise ProviderFailed(f"{title} would not answer", Verdict.FINAL)
            case "error":
                raise ProviderFailed(f"{title} failed in the middle of its answer")
            case "content_filter" | "refusal" | "length" | "max_tokens" | "model_context_window_exceeded":
                log.warning("%s: the answer of model %s was cut short (%s)", title, model, reason)
            case "" if not is_over:
                log.info("%s: the answer of model %s ended without a sign that it was whole", title, model)
            case _:
                log.debug("%s: the answer of model %s ended (%s)", title, model, reason or "done")
