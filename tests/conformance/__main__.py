"""`python -m tests.conformance engineio|socketio --port 3000`: one of the two servers, on the loopback addresses."""

import click
import trio

from tests.conformance.servers import PROTOCOLS, serve

LOOPBACK = ("127.0.0.1", "::1")


async def listen(port: int) -> list[trio.SocketListener]:
    """Listeners on the loopback addresses that this machine has; `localhost` may mean any of them."""
    listeners = await trio.open_tcp_listeners(port, host=LOOPBACK[0])
    try:
        taken = listeners[0].socket.getsockname()[1]
        return listeners + await trio.open_tcp_listeners(taken, host=LOOPBACK[1])
    except OSError:
        return listeners


@click.command()
@click.argument("protocol", type=click.Choice(list(PROTOCOLS)))
@click.option("--port", default=3000, show_default=True, help="The TCP port; 0 takes any that is free.")
def main(protocol: str, port: int) -> None:
    """Serve PROTOCOL for a conformance suite; Ctrl-C ends it."""

    async def run() -> None:
        listeners = await listen(port)
        shown = listeners[0].socket.getsockname()[1]
        click.echo(f"{protocol}: listening on http://127.0.0.1:{shown}{PROTOCOLS[protocol][0]}")
        await serve(protocol, listeners)

    try:
        trio.run(run)
    except* KeyboardInterrupt:
        click.echo("ended")


if __name__ == "__main__":
    main()
