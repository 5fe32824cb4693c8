"""A worker process that misbehaves on request, for the tests of what the server does about it."""

import os
import sys
import time
from pathlib import Path

from actors.ports.calls import EngineFailed
from actors.ports.sound import Undecodable
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import ReadyFrame, Request, Result, SoundFrame, SpokenFrame, SynthesiseFrame


class Awkward:
    """Does what the text of a `SynthesiseFrame` says."""

    def ready(self) -> ReadyFrame:
        """Nothing to test; prints where native code would."""
        os.write(1, b"a library greets\n")
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Says `SoundFrame` first, so that a test knows that the call is being served."""
        assert isinstance(request, SynthesiseFrame)
        pipe.send(SoundFrame(str(os.getpid()).encode()))
        match request.text:
            case "die":
                os._exit(3)
            case "nap":
                time.sleep(0.05)
            case "deaf":
                time.sleep(60)
            case "toil":
                ends = time.process_time() + 3
                while time.process_time() < ends:
                    pass
            case "heed":
                while True:
                    pipe.check()
                    time.sleep(0.001)
            case "flood":
                while True:
                    pipe.check()
                    pipe.send(SoundFrame(bytes(50_000)))
            case "print":
                os.write(1, b"a library talks\n")
            case "fail":
                raise EngineFailed("no voice today")
            case "environment":
                raise EngineFailed(" ".join(os.environ))
            case "refuse":
                raise Undecodable("no such sound")
            case "raise":
                raise RuntimeError("a fault of ours")
        return SpokenFrame()


def begin(how: str) -> None:
    """Start as a test says: with a module that breaks at its import, with bytes that are no message, dead, or never.

    Where it says "brief", the process starts, and reads no request during a call.
    """
    match how:
        case "broken":
            raise ImportError(f"{__file__}: cannot be loaded")
        case "garbage":
            os.write(1, b"hello, world")
        case "dead":
            os._exit(3)
        case "hung":
            time.sleep(60)


if __name__ == "__main__":
    hows = [Path(said).read_text() for said in sys.argv[1:]]
    for each in hows:
        begin(each)
    serve(Awkward, brief="brief" in hows)
