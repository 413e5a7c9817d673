"""Counts which provider and capability the recordings cover: `python scripts/build_evidence.py [--check]`.

Reads `../shared/wire`, seen from the project's root, where that folder exists, and writes `docs/reference/recorded.json`.
`--check` writes nothing, and exits 1 where the file is not what it would write.
"""

import gzip
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from accord.providers.preset import PRESETS

ROOT = Path(__file__).resolve().parents[1]
WIRE = ROOT.parent / "shared" / "wire"
INDEX = ROOT / "docs" / "reference" / "recorded.json"

FEATURES = {
    "tool-call": "tools",
    "structured": "structured_output",
    "thinking": "reasoning",
    "image-in": "pictures",
}
"""What a recording holds, by the words of the recordings."""
NAMES = {"vertex": "vertex_ai"}
"""Providers that the recordings call by another name."""
HOSTS = {urlsplit(row.base_url).hostname: name for name, row in PRESETS.items() if "://" in row.base_url}


def provider_of(recording: dict[str, Any]) -> str | None:
    """The provider type or preset, by Accord's name; `None` for hosts that are neither."""
    name = str(recording["provider"]).removesuffix("_responses")
    if name == "compat":
        host = urlsplit(recording["url"]).hostname
        return None if host in (None, "localhost") else HOSTS.get(host)
    return NAMES.get(name, name)


def capabilities_of(recording: dict[str, Any]) -> list[str]:
    """What an answered call proves."""
    found = [FEATURES[word] for word in recording["features"] if word in FEATURES]
    endpoint = "chat" if recording["endpoint"] == "responses" else recording["endpoint"]
    return [endpoint, *(["stream"] if recording["stream"] else []), *found]


def index() -> dict[str, dict[str, int]]:
    """Answered recordings, by provider and capability."""
    found: dict[str, Counter[str]] = {}
    for path in sorted(WIRE.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            for line in lines:
                recording = json.loads(line)
                name = provider_of(recording)
                if name is not None and recording["response"]["status"] == 200:
                    found.setdefault(name, Counter()).update(capabilities_of(recording))
    return {name: dict(sorted(counts.items())) for name, counts in sorted(found.items())}


def main(check: bool) -> int:
    if not WIRE.is_dir():
        print(f"the recordings are not at {WIRE}; the index stays as it is")
        return 0
    text = json.dumps(index(), indent=1) + "\n"
    if INDEX.exists() and INDEX.read_text() == text:
        return 0
    if not check:
        INDEX.write_text(text)
    told = "is not what the recordings say; run scripts/build_evidence.py" if check else "written"
    print(f"docs/reference/recorded.json: {told}")
    return 1 if check else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
