"""The providers that an operator can configure."""

from adapters.reach.declaration import Declaration
from adapters.vendors.anthropic.declaration import ANTHROPIC
from adapters.vendors.azure.declaration import AZURE
from adapters.vendors.deepgram.declaration import DEEPGRAM
from adapters.vendors.elevenlabs.declaration import ELEVENLABS
from adapters.vendors.google.declaration import GOOGLE
from adapters.vendors.openai.declaration import AIGAMES, COMPATIBLE, OPENAI
from adapters.vendors.piper.declaration import PIPER
from adapters.vendors.sherpa.declaration import SHERPA
from adapters.vendors.whisper.declaration import WHISPER
from adapters.vendors.wyoming.declaration import WYOMING

DECLARATIONS: tuple[Declaration, ...] = (
    AIGAMES,
    OPENAI,
    ANTHROPIC,
    DEEPGRAM,
    ELEVENLABS,
    GOOGLE,
    AZURE,
    COMPATIBLE,
    WYOMING,
    WHISPER,
    SHERPA,
    PIPER,
)
"""In the order in which they are taken where the operator prefers none: the protocol's defaults first."""
