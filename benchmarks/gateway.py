"""The gateway beside nginx on the same work: `python benchmarks/gateway.py [--quick] [--help]`. See `benchmarks/gateway/`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.gateway.command import main

if __name__ == "__main__":
    sys.exit(main())
