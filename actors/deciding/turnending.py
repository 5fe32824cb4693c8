"""Whether a speaker who pauses has finished: what a model says of the sound, and what the words so far say.

Pure, as all naming. With `server_vad` silence alone decides. With `semantic_vad` two beliefs do, because each of them
takes for finished what the other one does not: a voice that comes to rest after "I would like", and "I have a dog" of
which only the tune says that more is to come. Until the answer could sound, which takes recognition, a model and a
voice, it costs nothing to wait: for the words, and where the model is not certain, for that sound.

Where the model's belief is not had (its process is starved, or there is none), silence decides as with `server_vad`,
and the words do: so nobody waits longer for an answer because a machine is busy.
"""

from typing import Final

from actors.deciding.conversation import Conversation
from actors.deciding.detection import FRAME_MS, Detection
from actors.deciding.events import Recognised
from actors.deciding.microphone import Belief, ListeningState
from actors.words.unfinished import is_unfinished

ASK_AT: Final = (400, 1000)
"""Milliseconds of silence at which it is judged whether the speaker has finished. Earlier it is judged badly."""
AHEAD: Final = 3
"""Frames by which a question is sent before that: the answer takes 50 ms, and is there in time."""
AHEAD_MS: Final = AHEAD * FRAME_MS
FINISHED: Final = 0.5
"""The probability above which the speaker has finished."""
CERTAIN: Final = 0.9
"""The probability above which the first question is enough. With less the commit waits until the answer could sound, or
for the second question: of people who read, three in four turns end above it, and a third of their pauses."""
WORDS_WITHIN: Final = 700
"""Milliseconds of silence in which words are waited for, where the pause is being recognised."""


def is_asked(microphone: ListeningState, detection: Detection) -> bool:
    """Whether the next question about this pause is due."""
    if microphone.settings.type != "semantic_vad" or microphone.asked == len(ASK_AT):
        return False
    if microphone.belief is not None and (microphone.belief.finished or 0.0) > FINISHED:
        return False
    return detection.has_been_quiet(ASK_AT[microphone.asked] - AHEAD_MS)


def is_finished(conversation: Conversation, detection: Detection, belief: Belief | None) -> bool:
    """Whether the speaker has finished, with the model's answer to the last question, None for none yet."""
    microphone = conversation.microphone
    if microphone is None or belief is None or not detection.has_been_quiet(ASK_AT[microphone.asked - 1]):
        return False
    if belief.finished is None and detection.quiet_ms < microphone.settings.silence_duration_ms:
        return False
    if belief.finished is not None and belief.finished <= FINISHED:
        return False
    words, language = _words(conversation, microphone)
    if words is not None and is_unfinished(words, language):
        return False
    draft = microphone.draft
    if draft is None or draft.has_sound or detection.has_been_quiet(ASK_AT[-1]):
        return True
    is_certain = belief.finished is None or belief.finished > CERTAIN
    return is_certain and (words is not None or detection.has_been_quiet(WORDS_WITHIN))


def _words(conversation: Conversation, microphone: ListeningState) -> tuple[str | None, str]:
    """The words up to this pause, or those that were told so far, None where none are known; and their language."""
    language = conversation.turn.configuration.stt.language_code
    if microphone.draft is not None:
        for event in microphone.draft.events:
            if isinstance(event, Recognised):
                return event.text, event.language or language
    return conversation.turn.words_so_far or None, language
