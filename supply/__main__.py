"""What vivavoce is made of: `python -m supply lock`, `npm`, `licences` and `sbom`."""

import argparse
import sys

from supply import licences, lock, needs, npm, sbom

COMMANDS = {
    "lock": "write lock.txt, with the hashes of all files, and supply/needs.txt; needs a network",
    "npm": "write tests/real/package-lock.json, the lock of the tests' npm packages; needs npm and a network",
    "licences": "print the licence of each package that a server can run on; fail where one is not allowed",
    "sbom": "print the software bill of materials of a server, as CycloneDX JSON",
}


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 1 where it failed, with what to do on stderr."""
    parser = argparse.ArgumentParser(prog="python -m supply", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in COMMANDS.items():
        command = commands.add_parser(name, help=what, description=what)
        if name == "sbom":
            command.add_argument("--extras", default="", help="the extras that the server has, such as voice,traces")
    options = parser.parse_args(arguments)
    try:
        if options.command == "lock":
            made = lock.make()
            lock.LOCK.write_text(made.text, encoding="utf-8")
            needs.FILE.write_text(needs.text_of(made.needs), encoding="utf-8")
        elif options.command == "npm":
            npm.LOCK.write_text(npm.make(), encoding="utf-8")
        elif options.command == "licences":
            return _licences()
        else:
            print(sbom.make([extra for extra in options.extras.split(",") if extra]))
    except lock.NotLocked as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _licences() -> int:
    packages, known = lock.load(), licences.load()
    for name, licence in known.packages.items():
        print(f"{name}: {licence}")
    wrong = list(licences.problems(packages, known))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
