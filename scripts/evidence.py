"""What each provider can do, and what shows it: recorded, documented, or neither.

Nothing here is an opinion. *Recorded*: answered calls of the real service are among the recordings (`recorded.json`, counted by
`build_evidence.py`), and the tests read every one. *Documented*: the provider's own pages describe it, under the address that
is kept with the provider (`sources`), and the tests run it against an imitation. *Unverified*: neither.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, cast, get_args

from accord.catalog import models
from accord.client.capability import capabilities
from accord.core.model import ModelFacts
from accord.core.operation import OPERATIONS, Operation
from accord.providers import Provider
from accord.providers.base import ProviderBase

Evidence = Literal["recorded", "documented", "unverified"]

RECORDED = Path(__file__).resolve().parents[1] / "docs" / "reference" / "recorded.json"
TITLES: dict[str, str] = {
    "chat": "chat",
    "stream": "streams",
    "tools": "tools",
    "structured_output": "structured output",
    "reasoning": "reasoning",
    "pictures": "pictures in",
    "embeddings": "embeddings",
    "image_generation": "images",
    "image_edit": "image edits",
    "moderation": "moderation",
    "speech": "speech",
    "transcription": "transcription",
    "count_tokens": "token counts",
    "models": "model list",
}
WITHIN_CHAT = ("stream", "tools", "structured_output", "reasoning", "pictures")
CLASSES = cast("tuple[type[ProviderBase], ...]", get_args(Provider))


def name_of(cls: type[ProviderBase]) -> str:
    """The provider's type."""
    return str(cls.__struct_config__.tag)


def recorded() -> dict[str, dict[str, int]]:
    """Answered recordings, by provider and capability."""
    found: dict[str, dict[str, int]] = json.loads(RECORDED.read_text())
    return found


def has(cls: type[ProviderBase], capability: str) -> bool:
    """Whether the provider has it: as a method, or within conversations, as one of its models in the catalogue."""
    if capability in OPERATIONS:
        return capability in capabilities(cls)
    known = models(name_of(cls))
    return capability == "stream" or any(_within(facts, capability) for facts in known)


def _within(facts: ModelFacts, capability: str) -> bool:
    given: Mapping[str, bool | None] = {
        "tools": facts.tools,
        "structured_output": facts.structured_output,
        "reasoning": facts.reasoning,
        "pictures": "image" in (facts.input or ()),
    }
    return bool(given[capability])


def evidence(cls: type[ProviderBase], capability: str, index: dict[str, dict[str, int]]) -> Evidence:
    """What shows that the provider has it."""
    if index.get(name_of(cls), {}).get(capability):
        return "recorded"
    operation = cast("Operation", "chat" if capability in WITHIN_CHAT else capability)
    return "documented" if operation in cls.sources else "unverified"


def cell(cls: type[ProviderBase], capability: str, index: dict[str, dict[str, int]]) -> str:
    """One cell of the table; empty where the provider has it not."""
    if not has(cls, capability) and not index.get(name_of(cls), {}).get(capability):
        return ""
    found = evidence(cls, capability, index)
    if found == "recorded":
        return f"recorded {index[name_of(cls)][capability]}"
    operation = cast("Operation", "chat" if capability in WITHIN_CHAT else capability)
    return f"[documented]({cls.sources[operation]})" if found == "documented" else "unverified"


def evidence_page(note: str) -> str:
    """The whole table."""
    index = recorded()
    lines = [
        "# What shows that it works",
        "",
        note,
        "- *recorded*: so many answered calls of the real service are among the recordings, and the tests read every one as the",
        "  vendor's own SDK does (`docs/reference/recorded.json`, counted by `scripts/build_evidence.py`);",
        "- *documented*: the provider's pages describe it, at the address linked, and the tests run it against an imitation;",
        "- *unverified*: neither: it is there because others report it.",
        "",
        "No row was tried against a live service by the tests; `make test-live` does that where there are keys.",
        "",
        "| provider | " + " | ".join(TITLES.values()) + " |",
        "|---|" + "---|" * len(TITLES),
    ]
    for cls in CLASSES:
        cells = " | ".join(cell(cls, capability, index) for capability in TITLES)
        lines.append(f"| `{name_of(cls)}` {cls.label} | {cells} |")
    presets = [name for name in index if name not in {name_of(cls) for cls in CLASSES}]
    lines += ["", "Recorded calls of servers that are presets of `compatible`:", ""]
    lines += [f"- `{name}`: {_counts(index[name])}" for name in presets]
    return "\n".join([*lines, ""])


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{TITLES[capability]} {count}" for capability, count in counts.items())


def short_form() -> str:
    """The table for the README: a line for each provider."""
    index = recorded()
    lines = ["| provider | recorded | documented | unverified |", "|---|---|---|---|"]
    for cls in CLASSES:
        by_kind = dict(_by_evidence(cls, index))
        cells = [", ".join(by_kind.get(kind, ())) for kind in get_args(Evidence)]
        lines.append(f"| {cls.label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _by_evidence(cls: type[ProviderBase], index: dict[str, dict[str, int]]) -> Iterator[tuple[str, list[str]]]:
    shown = [capability for capability in TITLES if cell(cls, capability, index)]
    for kind in get_args(Evidence):
        yield kind, [TITLES[capability] for capability in shown if evidence(cls, capability, index) == kind]
