"""Speech to text by faster-whisper (MIT), in worker processes; the model is a folder, or fetched by its name."""

import logging
from importlib.util import find_spec
from pathlib import Path

import trio

from actors.ports.audio import whole
from actors.ports.calls import Emit, EngineFailed
from actors.ports.recognition import Transcript, Utterance
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import Progress, RecognisedFrame, RecogniseFrame, WordsFrame
from adapters.processes.partials import Partials
from adapters.processes.process import Plan
from adapters.processes.worker import Workers
from adapters.reach.contract import Offer, ProviderFailed, reached
from adapters.reach.exceptiongroups import FirstCause
from adapters.vendors.shared.probes import checking, discard, silence
from protocol.audioformat import AudioFormat
from protocol.tolerant import show

TITLE = "the recogniser Whisper"
CHILD, FETCHING = "adapters.vendors.whisper.child", "adapters.vendors.whisper.fetching"
LIBRARY = "faster_whisper"
FETCHED_WITHIN = 1_800.0
"""Seconds that fetching a model may take."""
AGAIN = 300.0
"""Seconds after which a model that could not be fetched is tried again."""
GRACE = 2.0
"""Seconds that a process has to stop: it looks up after each half minute of sound, 1 s of work with `base`."""
PROMPT = 800
"""Characters of a prompt that are told to the model, which has room for about 200 tokens."""
MEGABYTES = {
    **dict.fromkeys(("tiny", "tiny.en"), 75),
    **dict.fromkeys(("base", "base.en"), 145),
    **dict.fromkeys(("small", "small.en"), 484),
    **dict.fromkeys(("medium", "medium.en"), 1_530),
    **dict.fromkeys(("large-v1", "large-v2", "large-v3", "large"), 3_090),
    **dict.fromkeys(("large-v3-turbo", "turbo"), 1_620),
    **dict.fromkeys(("distil-large-v2", "distil-large-v3", "distil-large-v3.5"), 1_510),
    "distil-medium.en": 790,
    "distil-small.en": 332,
}
"""The models that the library fetches by name, and what it fetches, about."""

_log = logging.getLogger(__name__)


class WhisperRecogniser(ProcessEngine):
    """Satisfies `SpeechToText` and `Listed`."""

    accepts: frozenset[str] = frozenset()
    wants = AudioFormat("pcm16", 16_000)
    live = False

    def __init__(self, model: str, count: int = 2, *, grace: float = GRACE, deadline: float = 300.0) -> None:
        """`model`: a folder, or one of MEGABYTES. One process is always there, up to `count` where they are needed."""
        self._model = model
        self._is_folder = model not in MEGABYTES
        place = str(Path(model).expanduser().absolute()) if self._is_folder else model
        super().__init__(Plan(CHILD, TITLE, count, grace, deadline, (place,), kept=1))
        self._trouble = "" if self._is_folder else f"its model {model} is not here yet"

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled; `started` when the first has loaded the folder.

        A named model is fetched behind that, and calls fail until it is there. Raises EngineFailed where the library or
        the model is missing. Cancelling ends the processes, and leaves what was fetched to the library's cache.
        """
        if find_spec(LIBRARY) is None:
            raise EngineFailed(f"{TITLE} needs the package faster-whisper: pip install 'vivavoce[whisper]'")
        if self._is_folder:
            if not _is_folder(self._model):
                raise EngineFailed(
                    f"[providers.whisper] model: there is no folder {show(self._model)}, and no model has that name; "
                    f"there are: {', '.join(MEGABYTES)}"
                )
            await super().run(task_status=task_status)
            return
        task_status.started()
        await self._have_fetched()
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(super().run)
                self._trouble = ""
                _log.info("%s is ready, with the model %s", TITLE, self._model)
        except EngineFailed as error:
            self._trouble = str(error)
            await trio.sleep_forever()

    async def _have_fetched(self) -> None:
        while True:
            if await self._fetch():
                return
            await trio.sleep(AGAIN)

    async def _fetch(self) -> bool:
        """Have the model in the library's cache: whether that worked; if not, why is in the log. Cancelling ends it."""
        model, size = self._model, MEGABYTES[self._model]
        workers = Workers(Plan(FETCHING, "the library of Whisper", deadline=FETCHED_WITHIN, arguments=(model,)))

        async def each(progress: Progress) -> None:
            if isinstance(progress, WordsFrame) and progress.text:
                self._trouble = f"its model {model} ({size} MB) is being fetched"
                _log.info("%s: the model %s is fetched, %d MB; until then others recognise", TITLE, model, size)
            await trio.lowlevel.checkpoint()

        try:
            with FirstCause():
                async with trio.open_nursery() as nursery:
                    await nursery.start(workers.run)
                    await workers.call(RecogniseFrame(b""), each, lives=1)
                    nursery.cancel_scope.cancel()
        except EngineFailed as error:
            self._trouble = f"its model {model} ({size} MB) could not be fetched"
            _log.warning("%s: %s: %s; it is tried again in %g s", TITLE, self._trouble, error, AGAIN)
            return False
        return True

    @property
    def count(self) -> int:
        """The number of processes that there should always be: none before the model is there."""
        return 0 if self._trouble else super().count

    async def offer(self) -> Offer:
        """The model, by its name or that of its folder. Cancelling loses nothing."""
        await trio.lowlevel.checkpoint()
        return Offer(models=(Path(self._model).name,))

    async def check(self) -> None:
        """Have half a second of silence recognised. Raises ProviderFailed. Cancelling stops the process's work."""
        with checking():
            await self.transcribe(silence(self.wants), discard)

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise `utterance.language`, "" for any; `prompt` is told to the model, `model` changes nothing.

        Raises EngineFailed; its subclass ProviderFailed while the model is fetched. Cancelling stops the work within
        GRACE seconds, or kills the process, and another one is started.
        """
        if utterance.format != self.wants:
            raise EngineFailed(f"{TITLE} takes {self.wants}, not {utterance.format}")
        samples = await whole(utterance.audio)
        if self._trouble:
            raise ProviderFailed(f"{TITLE} cannot answer: {self._trouble}")
        reached()
        partials = Partials(words)
        request = RecogniseFrame(samples, language=utterance.language, prompt=utterance.prompt[:PROMPT])
        recognised = await self.ask(request, RecognisedFrame, partials.each, partials.again)
        return Transcript(recognised.text, recognised.language)


def _is_folder(path: str) -> bool:
    return Path(path).expanduser().is_dir()
