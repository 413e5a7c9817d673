"""Every public symbol has a type that all checkers read alike: `pyright --verifytypes` finds nothing missing.

Run as a script: `python tests/types/complete.py`. Exits 1 and names what is missing.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"
BIN = Path(sys.executable).parent


def main() -> int:
    # pyright looks for packages beside the `python` it finds, and reads the project's own settings where it is started.
    environ = {**os.environ, "PYTHONPATH": str(SOURCE), "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run(
            [str(BIN / "pyright"), "--verifytypes", "accord", "--ignoreexternal"],
            cwd=elsewhere,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
    score = [line for line in done.stdout.splitlines() if line.startswith("Type completeness score")]
    complete = score == ["Type completeness score: 100%"]
    print(score[0] if complete else done.stdout[-4000:] + done.stderr)
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
