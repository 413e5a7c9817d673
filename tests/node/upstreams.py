"""Fake providers of every wire, and a configuration for a gateway before them: `python upstreams.py accord.yaml`.

Prints a line once they answer, and serves until its standard input ends.
"""

import sys
from contextlib import ExitStack
from pathlib import Path

from accord.core.dialect import Dialect
from accord.testing import FakeProvider

UPSTREAMS: dict[str, tuple[Dialect, str]] = {
    "chat": ("openai_chat", "{type: compatible, dialect: openai_chat, base_url: %s, api_key: %s}"),
    "responses": ("openai_responses", "{type: compatible, dialect: openai_responses, base_url: %s, api_key: %s}"),
    "messages": ("anthropic_messages", "{type: anthropic, base_url: %s, api_key: %s}"),
    "gemini": ("gemini", "{type: compatible, preset: gemini, base_url: %s, api_key: %s}"),
}


def main() -> None:
    with ExitStack() as open_ones:
        lines = ["providers:"]
        for name, (wire, settings) in UPSTREAMS.items():
            fake = open_ones.enter_context(FakeProvider(wire))
            lines.append(f"  {name}: " + settings % (fake.url, fake.key))
        Path(sys.argv[1]).write_text("\n".join([*lines, ""]))
        print("ready", flush=True)
        sys.stdin.read()


main()
