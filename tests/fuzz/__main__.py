"""`python -m tests.fuzz --seconds 60`: search for frames that raise anything but the protocol's own errors."""

import atheris
import click

from tests.real.programs import ROOT

with atheris.instrument_imports(include=["protocol"]):
    from tests.fuzz.target import SEEDS, play

CORPUS = ROOT / ".cache" / "fuzz" / "corpus"
"""What the searches so far have found to be of interest; what broke something lies beside it."""


@click.command()
@click.option("--seconds", default=60, show_default=True, help="How long to search.")
def main(seconds: int) -> None:
    """Search, from where the last search ended; at a fault, a hang or an excess of memory the status is not 0."""
    CORPUS.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS):
        (CORPUS / f"seed-{number}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10", "-rss_limit_mb=1024"]
    atheris.Setup(["tests.fuzz", *options, f"-artifact_prefix={CORPUS.parent}/", str(CORPUS)], play)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
