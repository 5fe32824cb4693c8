"""The embedded engines, provider `local`: part of this server, small and always there."""

from collections.abc import Mapping

from actors.ports.calls import Kind
from adapters.reach.contract import Offer
from adapters.reach.declaration import Declaration, Service, Setting
from adapters.reach.values import Workers

LANGUAGE = "en-US"
"""What the embedded recogniser hears."""
MODELS = ("guide", "echo")
"""Who answers, the default one first."""

EMBEDDED = Declaration(
    name="local",
    title="Local",
    says="The embedded engines: they need no key and no network, and are small. pocketsphinx recognises English, a "
    "guide of rules answers (it is no language model, and says so), espeak-ng speaks many languages.",
    settings=(
        Setting("stt_processes", "How many processes the embedded recogniser has, some 130 MB each.", Workers, 2),
        Setting("tts_processes", "How many processes the embedded synthesiser has.", Workers, 2),
    ),
    stt=Service("adapters.vendors.embedded.stt.LocalRecogniser", "pocketsphinx", takes=("stt_processes",)),
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
    "STT": Offer(("pocketsphinx",), languages=(LANGUAGE,)),
    "LLM": Offer(MODELS),
    "TTS": Offer(("espeak-ng",)),
}
"""What they have, without the voices and languages of espeak-ng, which it tells itself once it runs."""
