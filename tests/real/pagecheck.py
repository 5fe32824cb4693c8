"""The pages' modules, checked by TypeScript and ESLint: `python -m tests.real.pagecheck`.

Where npm and its packages cannot be had, this says so and passes; with CI=true it fails.
"""

import os
import subprocess
import sys

from tests.real.node import modules, node
from tests.real.programs import ROOT

HERE = ROOT / "tests" / "real"
PAGES = ROOT / "adapters" / "page"


def main() -> int:
    """The exit code of the first check that finds something."""
    try:
        packages = modules()
    except (OSError, subprocess.SubprocessError) as error:
        print(f"the pages' modules are not checked: npm's packages are missing ({error})", file=sys.stderr)
        return 1 if os.environ.get("CI") else 0
    compiler = [str(packages / "typescript" / "bin" / "tsc"), "--project", str(HERE / "tsconfig.json")]
    linter = [str(packages / "eslint" / "bin" / "eslint.js"), "--no-config-lookup", "--max-warnings", "0"]
    for command in (compiler, [*linter, "--config", str(HERE / "eslint.config.mjs"), str(PAGES)]):
        if code := subprocess.run([node(), *command], cwd=ROOT, check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
