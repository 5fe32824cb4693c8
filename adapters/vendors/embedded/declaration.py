"""The embedded engines, provider `local`: part of this server, small and always there."""

from collections.abc import Mapping
from typing import Annotated, Final

from actors.ports.calls import Kind
from adapters.reach.contract import Offer
from adapters.reach.declaration import Declaration, Service, Setting
from adapters.reach.values import Expected, Workers
from protocol.tolerant import Checked

HAMA, POCKETSPHINX = "hama", "pocketsphinx"
"""The models of the embedded recogniser."""
LANGUAGE = "en-US"
"""What the embedded recogniser hears."""
MODELS = ("guide", "echo")
"""Who answers, the default one first."""

JOE, KOKORO, ESPEAK = "joe", "kokoro", "espeak-ng"
"""The models by their names on the wire."""
WITHOUT_MODELS = "espeak"
"""The value of the setting `voice` that does without models."""


def _parse_choice(text: str) -> None:
    if text not in ("", JOE, KOKORO, WITHOUT_MODELS):
        raise ValueError(f"{JOE}, {KOKORO}, or {WITHOUT_MODELS} for espeak-ng alone")


VoiceChoice = Annotated[str, Checked(_parse_choice)]
"""The type of the setting."""

_ALL_BUSY: Final = "the other calls wait for one, as long as their deadlines allow."
EMBEDDED = Declaration(
    name="local",
    title="Local",
    says="The embedded engines: they need no key and no network, and are small. hama recognises English (pocketsphinx "
    "where hama has no library, as on Windows), a guide of rules answers (it is no language model, and says so), "
    "espeak-ng speaks many languages. With "
    "`pip install 'vivavoce[voice]'` English is spoken by joe, a model of one man's voice that sounds human. Its card "
    'says "finetuned from lessac", a voice whose recordings may not be used for commercial synthesis; '
    '`voice = "espeak"` does without it. Where a session asks for a woman (`ssmlGender`), for a voice of espeak-ng or '
    "for another language, espeak-ng speaks, and `session.updated` has a warning. `pip install 'vivavoce[kokoro]'` and "
    "`vivavoce voices add FILE`, with what `npm pack kokoro-js` brought, add `kokoro`: women and men, American and "
    "British, the best that is heard here. It needs 0.6 of the time that its sound lasts on one processor, and less on "
    'several; it is loaded when it is first asked for, or at the start with `voice = "kokoro"`.',
    settings=(
        Setting(
            "stt_processes",
            "How many processes the embedded recogniser has at most, some 130 MB each. One is always there; the others "
            "come when they are needed, and end after a minute without work.",
            Workers,
            2,
            at_bound=_ALL_BUSY,
        ),
        Setting(
            "words",
            "Words that the embedded recogniser is to expect in every session, such as names, 100 at most. A session "
            "adds its own by `STT.prompt`.",
            Expected,
            (),
        ),
        Setting(
            "tts_processes",
            "How many processes each of its voices has at most; one while nobody speaks.",
            Workers,
            2,
            at_bound=_ALL_BUSY,
        ),
        Setting(
            "voice",
            "Who speaks: `joe`, `kokoro`, or `espeak` for espeak-ng alone. Left out: joe where it is installed.",
            VoiceChoice,
        ),
    ),
    stt=Service("adapters.vendors.embedded.stt.LocalRecogniser", HAMA, takes=("stt_processes", "words")),
    llm=Service("adapters.vendors.embedded.llm.Local", MODELS[0], takes=()),
    tts=Service(
        "adapters.vendors.embedded.tts.local_speech",
        ESPEAK,
        limit="adapters.voices.modelvoice.LONGEST",
        marks="phonemes and words, by joe and espeak-ng, as they make them; nothing by `kokoro`.",
        unmarked=(KOKORO,),
        takes=("tts_processes", "voice"),
    ),
    checked="itself",
)
OFFERS: Mapping[Kind, Offer] = {
    "STT": Offer((HAMA, POCKETSPHINX), languages=(LANGUAGE,)),
    "LLM": Offer(MODELS),
    "TTS": Offer((ESPEAK,)),
}
"""What they have, without the voices and languages of espeak-ng, which it tells itself once it runs."""
