"""The library beside the official OpenAI SDK: `python benchmarks/sdk.py [--quick] [--help]`. See `benchmarks/sdk/`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.sdk.command import main

if __name__ == "__main__":
    sys.exit(main())
