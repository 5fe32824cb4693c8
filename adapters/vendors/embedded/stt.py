"""The embedded recogniser, with no network and no key: hama, and pocketsphinx where there is no hama; English only."""

import logging

import trio

from actors.ports.calls import Emit, EngineFailed
from actors.ports.recognition import Transcript, Utterance
from adapters.vendors.embedded.declaration import HAMA, POCKETSPHINX
from adapters.vendors.embedded.hama import HamaRecogniser
from adapters.vendors.embedded.sphinx import SphinxRecogniser
from protocol.audioformat import AudioFormat

_log = logging.getLogger(__name__)


class LocalRecogniser:
    """Satisfies `SpeechToText`. `words` are expected in every session; each model has `count` processes at most."""

    accepts: frozenset[str] = frozenset()
    wants = AudioFormat("pcm16", 16_000)
    live = True

    def __init__(self, count: int = 2, words: tuple[str, ...] = ()) -> None:
        self._hama = HamaRecogniser(count, words)
        self._sphinx = SphinxRecogniser(count, kept=0)
        self._has_hama = True

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled; `started` when the first has loaded its engine and tried it.

        Where hama does not start, pocketsphinx does instead, with a line in the log. Raises EngineFailed where that
        cannot either. Cancelling ends the processes.
        """
        async with trio.open_nursery() as nursery:
            try:
                await _start(nursery, self._hama)
            except EngineFailed as error:
                _log.warning("pocketsphinx recognises instead of hama, and mishears three times as often: %s", error)
                self._has_hama = False
                self._sphinx = SphinxRecogniser(self._sphinx.most, kept=1)
            await nursery.start(self._sphinx.run)
            task_status.started()

    @property
    def models(self) -> tuple[str, ...]:
        """The models that there are, the default one first."""
        return (HAMA, POCKETSPHINX) if self._has_hama else (POCKETSPHINX,)

    @property
    def count(self) -> int:
        """The number of processes that there should always be."""
        return self._hama.count if self._has_hama else self._sphinx.count

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""
        return (*self._hama.pids, *self._sphinx.pids)

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise English, whatever `utterance.language` says, by `utterance.model`; else by the first of `models`.

        Silence and noise give no words. Where hama fails, pocketsphinx recognises all of it. Raises EngineFailed.
        Cancelling stops the work as `HamaRecogniser` and `SphinxRecogniser` say.
        """
        if self._has_hama and utterance.model != POCKETSPHINX:
            try:
                return await self._hama.transcribe(utterance, words)
            except EngineFailed as error:
                if utterance.format != self.wants:
                    raise
                _log.warning("pocketsphinx recognises an utterance instead of hama: %s", error)
        return await self._sphinx.transcribe(utterance, words)


async def _start(nursery: trio.Nursery, engine: HamaRecogniser) -> None:
    """Start it; once more where that failed, because a machine may be too busy for a moment. Raises EngineFailed."""
    try:
        await nursery.start(engine.run)
    except EngineFailed:
        await nursery.start(engine.run)
