"""Any frames of a WebSocket on their way to typed messages; whatever comes out of `play` is a fault of this server."""

from protocol.connection import WEBSOCKET, Connection
from protocol.engineio import Frame
from protocol.errors import BadMessage, ErrorId, RemoteProtocolError
from protocol.handshake import BadHandshake, read_handshake
from protocol.incoming import read_event
from protocol.messages import CustomError, Names
from protocol.multiplex import Came, ConnectAsked, EventCame, EventLost, Multiplex
from protocol.socketio import EVENT, Packet, encode
from protocol.timing import Timing, Waits
from protocol.tolerant import show

END, BINARY = b"\x1e", b"b"
PAUSE = 6.0
NAMES = Names()


def play(data: bytes) -> None:
    """Frames, each closed by END: binary ones begin with `b`, an empty one is a pause of some seconds."""
    connection, multiplex = Connection("sid", Timing(), WEBSOCKET, 0.0), Multiplex(Waits(), 0.0)
    now = 0.0
    try:
        for piece in data.split(END):
            now += 0.0 if piece else PAUSE
            for came in _step(connection, multiplex, piece, now):
                _take(multiplex, came)
            if connection.closed:
                return
    except RemoteProtocolError:
        return


def _step(connection: Connection, multiplex: Multiplex, piece: bytes, now: float) -> list[Came]:
    if not piece:
        connection.tick(now)
        return multiplex.tick(now)
    frame: Frame = piece[1:] if piece.startswith(BINARY) else piece.decode("utf-8", "replace")
    message = connection.receive_frame(frame, now)
    return [] if message is None else multiplex.receive(message, now)


def _take(multiplex: Multiplex, came: Came) -> None:
    """What a member of a session does with it, as far as that is the protocol layer's; answers must be fit to send."""
    match came:
        case ConnectAsked("/", auth):
            try:
                read_handshake(auth, {}, NAMES)
                multiplex.accept("/", "sid")
            except BadHandshake as bad:
                multiplex.refuse("/", {"message": str(bad)})
        case ConnectAsked(namespace):
            multiplex.refuse(namespace, {"message": "Invalid namespace"})
        case EventCame():
            try:
                read_event(came.name, came.arguments, NAMES)
            except BadMessage as bad:
                _tell(bad.message, bad.error_id)
        case EventLost():
            _tell(f"{show(came.name)} is lost: {came.why}", ErrorId.UNREADABLE)


def _tell(message: str, error_id: ErrorId) -> None:
    encode(Packet(EVENT, data=["custom.error", CustomError(message, error_id)]))


HEADER = b'451-["input.buffer.append",{"_placeholder":true,"num":0}]'
SEEDS = tuple(
    END.join(frames)
    for frames in (
        (b'40{"role":"both"}', b'42["session.update",{"STT":{"mediaFormat":"pcm16"}}]', b"3", b"41", b"40", b"1"),
        (b"40", b'421["session.update",{"lLM":{"maxToken":0.0,"stop":["a"]},"tTS":{"speed":0.0,"stream":null}}]'),
        (b"40", HEADER, b"bsound", b'42["input.buffer.commit",null]', b'42["input.buffer.commit",{"errorId":7.0}]'),
        (b"40", HEADER, b'42["response.cancel"]', b"blate", HEADER, b"", b"", b"blater", HEADER, b"bsound"),
        (b"40", b'452-/a,["x"]', b'452-9["x",{"a":[{"_placeholder":true,"num":1}]}]', b"b1", b"b2", b"461-3[{}]", b"b"),
        (b"40", b'42["input.buffer.append","data:audio/wav;base64,UklGRg=="]', b'42["input.buffer.append","_-8"]'),
        (b"40", b'42["input.buffer.append",{"type":"Buffer","data":[1,2.0,255]}]', b'42["input.text",{"text":"Hi"}]'),
        (b'40{"sessionId":"5a0e2c52-0d9c-4c5e-9a6a-0c1d3e5f7a9b","token":"t","client":"unreal","pieces":"whole"}',),
        (b'40{"audioFormat":"pcm16/48000","isBase64":"true"}', b'42["seSSion.updat",{"a":1}]', b'42[7,"\\u00e9"]'),
        (b"40/custom,{}", b"40", b'42/custom,["e"]', b"", b"", b"", b"", b"", b"", b"", b"", b"2probe", b"5", b"6"),
    )
)
"""What real clients send, and how they go wrong."""
