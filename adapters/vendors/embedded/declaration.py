"""The embedded engines, provider `local`: part of this server, small and always there."""

from collections.abc import Mapping

from actors.ports.calls import Kind
from adapters.reach.contract import Offer
from adapters.reach.declaration import Declaration, Service, Setting
from adapters.reach.values import Expected, Workers

HAMA, POCKETSPHINX = "hama", "pocketsphinx"
"""The models of the embedded recogniser."""
LANGUAGE = "en-US"
"""What the embedded recogniser hears."""
MODELS = ("guide", "echo")
"""Who answers, the default one first."""

EMBEDDED = Declaration(
    name="local",
    title="Local",
    says="The embedded engines: they need no key and no network, and are small. hama recognises English (pocketsphinx "
    "where hama has no library, as on Windows), a guide of rules answers (it is no language model, and says so), "
    "espeak-ng speaks many languages.",
    settings=(
        Setting(
            "stt_processes",
            "How many processes the embedded recogniser has at most, some 130 MB each. One is always there; the others "
            "come when they are needed, and end after a minute without work.",
            Workers,
            2,
        ),
        Setting(
            "words",
            "Words that the embedded recogniser is to expect in every session, such as names, 100 at most. A session "
            "adds its own by `STT.prompt`.",
            Expected,
            (),
        ),
        Setting("tts_processes", "How many processes the embedded synthesiser has.", Workers, 2),
    ),
    stt=Service("adapters.vendors.embedded.stt.LocalRecogniser", HAMA, takes=("stt_processes", "words")),
    llm=Service("adapters.vendors.embedded.llm.Local", MODELS[0], takes=()),
    tts=Service(
        "adapters.vendors.embedded.tts.LocalSpeech",
        "espeak-ng",
        limit="adapters.vendors.embedded.tts.LONGEST",
        takes=("tts_processes",),
    ),
    checked="itself",
)
OFFERS: Mapping[Kind, Offer] = {
    "STT": Offer((HAMA, POCKETSPHINX), languages=(LANGUAGE,)),
    "LLM": Offer(MODELS),
    "TTS": Offer(("espeak-ng",)),
}
"""What they have, without the voices and languages of espeak-ng, which it tells itself once it runs."""
