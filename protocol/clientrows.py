"""The registry's rows of what a client sends, and of connecting."""

from typing import Final

import msgspec

from protocol.configuration import Configuration, SessionUpdate
from protocol.connecting import Acknowledgement, Auth, ErrorObject
from protocol.errors import ErrorId, RefusalStatus
from protocol.eventrow import SESSION, EventRow, Example
from protocol.handsfree import PlaybackPosition, ResponseCreate
from protocol.messages import (
    BufferAppend,
    BufferClear,
    BufferCommit,
    BufferInitialized,
    InputText,
    ResponseCancel,
    ResponseCancelled,
    ResponseStarted,
    SessionJoined,
    SessionUpdated,
    TranscribeDone,
)
from protocol.payloads import Base64, Binary, CaptureFailed, NodeBuffer, String

CONNECTING_ROWS: Final = (
    EventRow(
        Auth,
        "Connect",
        "client",
        "addition",
        (
            Example("Minimal: a new session, microphone and avatar in one", "{}"),
            Example("An avatar in Unreal", f'{{"role":"receiver","sessionId":"{SESSION}","client":"unreal"}}'),
            Example(
                "Full",
                f'{{"role":"both","sessionId":"{SESSION}","token":"the credential","audioFormat":"mp3",'
                '"isBase64":false,"pieces":"joined","client":"web",'
                '"mouth":"arkit,words","mouthFps":60,"holds":true}',
            ),
        ),
        answers=(SessionJoined, ErrorObject),
    ),
    EventRow(
        ErrorObject,
        "The connection is refused",
        "the socket that connected",
        "reference",
        (
            Example(
                "Full",
                '{"name":"Error","message":"the session has a Sender already; join as receiver, or start another '
                'session","data":{"message":"the session has a Sender already; join as receiver, or start another '
                'session","statusCode":409}}',
            ),
        ),
        text="Socket.IO's CONNECT_ERROR; the message says what would be right. `statusCode` is "
        + ", ".join(f"{status:d} for {status.meaning}" for status in RefusalStatus)
        + ".",
    ),
    EventRow(
        Acknowledgement,
        "The ack",
        "the socket that asked for it",
        "addition",
        (
            Example("Taken", '{"success":true}'),
            Example("Not taken", '{"success":false,"message":"there is nothing to answer","errorId":1005}'),
        ),
    ),
)

CLIENT_ROWS: Final = (
    EventRow(
        SessionUpdate,
        "Configure the session",
        "Sender",
        "reference",
        (
            Example("Minimal: the defaults", "{}"),
            Example("Usual", '{"STT":{"mediaFormat":"wav"},"LLM":{"prompt":"You are a museum guide."}}'),
            Example("Full: every field, at its default", msgspec.json.encode(Configuration()).decode()),
        ),
        payloads=(Configuration,),
        errors=(ErrorId.WRONG_ROLE, ErrorId.BAD_CONFIGURATION, ErrorId.UNKNOWN_PROVIDER),
        answers=(SessionUpdated,),
    ),
    EventRow(
        BufferAppend,
        "Send a chunk of speech",
        "Sender",
        "reference",
        (
            Example("Minimal: base64", '"AAABAAIAAwAEAAUABgAHAA=="'),
            Example("As a Buffer", '{"type":"Buffer","data":[0,0,1,0,2,0,3,0]}'),
        ),
        payloads=(Base64, Binary, NodeBuffer),
        errors=(ErrorId.UNREADABLE, ErrorId.WRONG_STATE, ErrorId.WRONG_ROLE, ErrorId.TOO_LONG),
        answers=(BufferInitialized,),
    ),
    EventRow(
        BufferCommit,
        "End the utterance",
        "Sender",
        "reference",
        (
            Example("Minimal: no payload", ""),
            Example("Capture failed", '{"message":"the microphone was unplugged","errorId":7}'),
            Example(
                "Capture failed, as an error object",
                '{"name":"Error","message":"no microphone",'
                '"data":{"message":"the microphone was unplugged","statusCode":500}}',
            ),
        ),
        payloads=(None, CaptureFailed, ErrorObject),
        errors=(
            ErrorId.UNREADABLE,
            ErrorId.WRONG_STATE,
            ErrorId.WRONG_ROLE,
            ErrorId.NOTHING_SAID,
            ErrorId.UNDECODABLE_AUDIO,
            ErrorId.BUSY,
        ),
        answers=(TranscribeDone,),
    ),
    EventRow(
        BufferClear,
        "Throw away the utterance",
        "Sender",
        "addition",
        (Example("No payload", ""),),
        payloads=(None,),
        errors=(ErrorId.WRONG_ROLE,),
    ),
    EventRow(
        InputText,
        "Type a turn",
        "Sender",
        "addition",
        (Example("Minimal", '"Hello"'), Example("Full", '{"text":"How late is it?"}')),
        payloads=(InputText, String),
        errors=(
            ErrorId.UNREADABLE,
            ErrorId.WRONG_STATE,
            ErrorId.WRONG_ROLE,
            ErrorId.TOO_LONG,
            ErrorId.NOTHING_SAID,
            ErrorId.BUSY,
        ),
        answers=(TranscribeDone,),
    ),
    EventRow(
        ResponseCreate,
        "Answer the transcript",
        "Sender",
        "addition",
        (Example("No payload", ""),),
        payloads=(None,),
        errors=(ErrorId.WRONG_ROLE, ErrorId.NOTHING_SAID, ErrorId.BUSY),
        answers=(ResponseStarted,),
    ),
    EventRow(
        ResponseCancel,
        "Stop the avatar",
        "Sender or Receiver",
        "addition",
        (Example("No payload", ""),),
        payloads=(None,),
        answers=(ResponseCancelled,),
    ),
    EventRow(
        PlaybackPosition,
        "Say what is played",
        "Receiver",
        "addition",
        (
            Example("A part begins", '{"turn":1,"id":0,"ms":0,"playing":true}'),
            Example("Held in the middle of the next one", '{"turn":1,"id":1,"ms":740,"playing":false}'),
        ),
        errors=(ErrorId.UNREADABLE,),
    ),
)
