"""What each provider can do, and what shows it: recorded, documented, or neither.

Nothing here is an opinion. *Recorded*: answered calls of the real service are among the recordings (`recorded.json`, counted by
`build_evidence.py`), and the tests read every one. *Documented*: the provider's own pages describe it, under the address that
is kept with the provider (`sources`). *Unverified*: neither.
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
    "completion": "legacy completions",
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


def has(cls: type[ProviderBase], capability: str) -> bool | None:
    """Whether the provider has it: as a method, or within conversations, as one of its models in the catalogue. `None` is
    unknown: no model is known to have it, and not all are known to lack it.
    """
    if capability in OPERATIONS:
        return capability in capabilities(cls)
    told = [_within(facts, capability) for facts in models(name_of(cls))]
    if capability == "stream" or any(told):
        return True
    return None if None in told or not told else False


def _within(facts: ModelFacts, capability: str) -> bool | None:
    given: Mapping[str, bool | None] = {
        "stream": True,
        "tools": facts.tools,
        "structured_output": facts.structured_output,
        "reasoning": facts.reasoning,
        "pictures": None if facts.input is None else "image" in facts.input,
    }
    return given[capability]


def evidence(cls: type[ProviderBase], capability: str, index: dict[str, dict[str, int]]) -> Evidence:
    """What shows that the provider has it."""
    if index.get(name_of(cls), {}).get(capability):
        return "recorded"
    if has(cls, capability) is None:
        return "unverified"
    operation = cast("Operation", "chat" if capability in WITHIN_CHAT else capability)
    return "documented" if operation in cls.sources else "unverified"


def cell(cls: type[ProviderBase], capability: str, index: dict[str, dict[str, int]]) -> str:
    """One cell of the table; empty where the provider has it not."""
    if has(cls, capability) is False and not index.get(name_of(cls), {}).get(capability):
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
        "- *documented*: the provider's pages describe it, at the address linked; no recording has it;",
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
