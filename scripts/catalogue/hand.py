"""The hand-kept files: capabilities, limits and dates of models, and a second opinion on their prices."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

PRICE_KEYS = {
    "listed", "listed_more", "listed_above", "prefer", "since", "hours", "regions", "multipliers", "free", "genai",
    "cache_write_is_input", "more", "like", "is",
}  # fmt: skip


@dataclass
class Row:
    """One model or family: its facts, and what is said about its price."""

    id: str
    facts: dict[str, Any]
    price: dict[str, Any]

    @property
    def aliases(self) -> list[str]:
        return list(self.facts.get("aliases", []))


@dataclass
class Hand:
    """One hand-kept file."""

    shelf: str
    source: str
    genai: str | None = None
    listed_by: str = ""
    skip: list[str] = field(default_factory=list)
    rename: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    families: list[Row] = field(default_factory=list)

    def skips(self, model: str) -> bool:
        """Whether the genai-prices row of that name is left out."""
        return any(re.fullmatch(pattern, model) for pattern in self.skip)


def read(name: str) -> Hand:
    """The file of a shelf. A `set` gives its keys to every row that `is` it; a row's own keys win."""
    data = tomllib.loads((HERE / f"{name}.toml").read_text())
    sets: dict[str, dict[str, Any]] = data.pop("set", {})
    models, families = data.pop("model", []), data.pop("family", [])
    known = {"shelf", "source", "genai", "listed_by", "skip", "rename"}
    hand = Hand(**{key: value for key, value in data.items() if key in known})
    hand.options = {key: value for key, value in data.items() if key not in known}
    hand.rows = [_row(entry, sets) for entry in models]
    hand.families = [_row(entry, sets) for entry in families]
    return hand


def presets() -> dict[str, str]:
    """Shelves that come from genai-prices alone, and their provider there."""
    found: dict[str, str] = tomllib.loads((HERE / "presets.toml").read_text())["shelves"]
    return found


def _row(entry: dict[str, Any], sets: dict[str, dict[str, Any]]) -> Row:
    merged: dict[str, Any] = {}
    for name in entry.get("is", []):
        merged |= sets[name]
    merged |= entry
    price = {key: merged.pop(key) for key in list(merged) if key in PRICE_KEYS}
    return Row(id=merged.pop("id"), facts=merged, price=price)
