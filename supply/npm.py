"""The lock of the tests' npm packages, with the hash of each, and no address: tests/real/package-lock.json.

npm leaves out where it has fetched a package from if it is told to; where packages ask for donations is taken out here.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from supply.lock import ROOT, NotLocked

WANTED: Final = ROOT / "tests/real/package.json"
LOCK: Final = WANTED.with_name("package-lock.json")


def make() -> str:
    """The text of the lock, by npm, which asks its registry. Raises NotLocked."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotLocked("npm makes the lock of the tests' npm packages, and is not there: install Node")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(WANTED, folder)
        command = [npm, "install", "--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--silent"]
        if subprocess.run(command, cwd=folder, check=False).returncode:
            raise NotLocked(
                "npm could not resolve the packages of tests/real/package.json; without --silent it says why"
            )
        made = json.loads((Path(folder) / LOCK.name).read_text(encoding="utf-8"))
    for package in made["packages"].values():
        package.pop("funding", None)
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"
