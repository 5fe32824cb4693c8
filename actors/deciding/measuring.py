"""How long the utterance that is being received is, where that can be told without decoding it. Pure, as all naming."""

from actors.deciding.conversation import Conversation
from actors.ports.listening import RATE
from protocol.audioformat import identify, parse_input

SAMPLE_BYTES = 2


def seconds_to_charge(conversation: Conversation) -> float | None:
    """Seconds of an utterance that is raw samples; None for a file, which has to be decoded; 0 where nobody asks."""
    if not conversation.allowance.measures_audio:
        return 0.0
    utterance = conversation.utterance
    named = parse_input(conversation.turn.configuration.stt.media_format)
    found = identify(named, utterance.audio, is_whole=True)
    if utterance.last_file or found.name != "pcm16":
        return None
    return utterance.size / (SAMPLE_BYTES * found.rate)


def seconds_of_speech(conversation: Conversation) -> float:
    """Seconds of what an open microphone heard, without the half of it that was answered before."""
    microphone = conversation.microphone
    before = len(microphone.first_half) if microphone is not None else 0
    return (conversation.utterance.size - before) / (SAMPLE_BYTES * RATE)
