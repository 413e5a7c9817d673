"""Builds the catalogue that Accord ships, `src/accord/catalog/data/*.json`.

    python scripts/build_catalogue.py            build; refuse prices that cannot be right, or jumped since the last build
    python scripts/build_catalogue.py --check    exit 1 where what is shipped is not what the sources make

Sources: genai-prices (prices, contexts) and the hand-kept files in `scripts/catalogue/` (capabilities, limits, dates, and
a second opinion on prices). Where the two disagree the audit (`data/audit.json`) says so, and which was taken.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent / "catalogue"))

import genai
import hand
import sanity
from merge import Audit, facts_of, finished, priced, with_source

from accord.catalog.name import normalised, without_snapshot
from accord.core.model import ModelFacts, Prices

DATA = Path(__file__).parent.parent / "src" / "accord" / "catalog" / "data"
# A shelf comes after those it takes capabilities from.
SHELVES = (
    "openai", "anthropic", "mistral", "deepseek", "moonshot", "meta_llama", "v0", "vertex_ai", "gemini", "azure",
    "azure_ai", "deepinfra", "openrouter",
)  # fmt: skip
CAPABILITIES = (
    "family", "operations", "context", "max_input", "max_output", "input", "output", "tools", "parallel_tools",
    "structured_output", "reasoning", "efforts", "default_effort", "chat_tools_with_reasoning", "adaptive_thinking",
    "thinking_off", "forced_tools", "min_cache", "sampling", "prefill", "system_in_conversation", "dialects",
)  # fmt: skip
RELAYED = ("input", "output", "tools", "structured_output", "reasoning")
"""What a relay such as OpenRouter cannot change about a model."""

Shelf = dict[str, ModelFacts]


class Built:
    """All shelves, each with its models, aliases and families."""

    def __init__(self, day: str) -> None:
        self.day = day
        self.audit = Audit()
        self.models: dict[str, Shelf] = {}
        self.aliases: dict[str, dict[str, str]] = {}
        self.families: dict[str, Shelf] = {}

    def add_kept(self, name: str) -> None:
        """A shelf with a hand-kept file."""
        kept = hand.read(name)
        shelf: Shelf = {}
        for row in kept.rows:
            self._inherit(row)
            shelf[row.id] = facts_of(row, name, kept.source, priced(kept, row, self.day, self.audit))
        self.models[name] = shelf
        self.aliases[name] = _aliases(kept, shelf)
        if kept.genai is not None:
            self._add_others(kept, name)
        self.families[name] = {}
        for row in kept.families:
            self._inherit(row)
            self.families[name][row.id] = facts_of(row, name, kept.source, None)
        self._relay(kept, name)

    def add_preset(self, name: str, provider: str) -> None:
        """A shelf from genai-prices alone."""
        kept = hand.Hand(shelf=name, source=genai.NAME, genai=provider)
        self.models[name], self.aliases[name], self.families[name] = {}, {}, {}
        self._add_others(kept, name)

    def _inherit(self, row: hand.Row) -> None:
        like = row.price.get("like")
        if not like:
            return
        shelf, _, model = like.partition(":")
        source = self.models[shelf][model]
        for key in CAPABILITIES:
            value = getattr(source, key)
            if value is not None and key not in row.facts:
                row.facts[key] = list(value) if isinstance(value, tuple) else value

    def _add_others(self, kept: hand.Hand, name: str) -> None:
        """What genai-prices has beyond the hand-kept rows: context and prices alone."""
        shelf, aliases = self.models[name], self.aliases[name]
        taken = {normalised(known) for known in (*shelf, *aliases)}
        for info in sorted(genai.rows(str(kept.genai)), key=lambda info: info.id):
            ids = [kept.rename.get(info.id, info.id), *genai.names(info)]
            ids = [one for one in dict.fromkeys(ids) if not kept.skips(one)]
            fresh = [one for one in ids if normalised(one) not in taken and not _is_release_of(one, taken)]
            if not fresh or kept.skips(info.id):
                continue
            found = self._genai_only(kept, info, fresh[0])
            if found is None:
                continue
            shelf[fresh[0]] = found
            taken.add(normalised(fresh[0]))
            for other in fresh[1:]:
                if normalised(other) not in taken:
                    aliases[other] = fresh[0]
                    taken.add(normalised(other))

    def _genai_only(self, kept: hand.Hand, info: "genai.ModelInfo", model: str) -> ModelFacts | None:
        found = genai.prices(info, self.day, with_tiers=not kept.options.get("standard_only"))
        if found is None and model.endswith(":free"):
            found = Prices(base={"request": genai.Decimal(0)})
        if found is None and info.context_window is None:
            return None
        row = hand.Row(id=model, facts={}, price={})
        prices = None if found is None else finished(with_source(found, genai.NAME), kept, row, self.day)
        return ModelFacts(id=model, provider=kept.shelf, context=info.context_window, prices=prices, source=genai.NAME)

    def _relay(self, kept: hand.Hand, name: str) -> None:
        vendors: Mapping[str, str] = kept.options.get("vendors", {})
        for model, facts in list(self.models[name].items()):
            vendor, _, bare = model.partition("/")
            own = self._vendors_own(vendors.get(vendor), bare)
            if own is not None:
                known = {key: getattr(own, key) for key in RELAYED if getattr(facts, key) is None}
                operations = facts.operations or own.operations
                self.models[name][model] = msgspec.structs.replace(facts, operations=operations, **known)

    def _vendors_own(self, shelf: str | None, model: str) -> ModelFacts | None:
        if shelf is None:
            return None
        spelled = {normalised(known): facts for known, facts in self.models[shelf].items()}
        spelled |= {normalised(alias): self.models[shelf][known] for alias, known in self.aliases[shelf].items()}
        return spelled.get(normalised(model.removesuffix(":batch").removesuffix(":free")))


def _is_release_of(name: str, taken: set[str]) -> bool:
    """Whether the name is a pinned release of a model that is listed: the snapshot rule finds those."""
    base = without_snapshot(name)
    return base is not None and normalised(base) in taken


def _aliases(kept: hand.Hand, shelf: Shelf) -> dict[str, str]:
    found: dict[str, str] = {}
    for model, facts in shelf.items():
        named = list(facts.aliases)
        named += [
            f"{house}/{model}" for start, house in kept.options.get("publishers", {}).items() if model.startswith(start)
        ]
        named += [f"{prefix}{model}" for prefix in kept.options.get("prefixes", ())]
        found |= dict.fromkeys(named, model)
    return found


def build(day: str) -> Built:
    """Everything, from both sources."""
    built = Built(day)
    for name in SHELVES:
        built.add_kept(name)
    for name, provider in hand.presets().items():
        built.add_preset(name, provider)
    return built


def refuse(built: Built) -> list[str]:
    """Prices that cannot be right: an error in a hand-kept row, left out and told where nobody looked at them."""
    errors: list[str] = []
    for name, shelf in built.models.items():
        kept = {row.id for row in hand.read(name).rows} if name in SHELVES else set()
        for model, facts in shelf.items():
            if facts.prices is None:
                continue
            wrong = sanity.problems(facts.prices)
            if wrong and model in kept:
                errors += [f"{name}/{model}: {problem}" for problem in wrong]
            elif wrong:
                built.audit.refuse(name, model, wrong)
                shelf[model] = msgspec.structs.replace(facts, prices=None)
            else:
                shelf[model] = msgspec.structs.replace(facts, prices=_plausible(built.audit, facts))
    return errors


def _plausible(audit: Audit, facts: ModelFacts) -> Prices | None:
    """The prices without those of other days that cannot be right: what a call cost then is unknown."""
    prices = facts.prices
    if prices is None or not prices.changes:
        return prices
    for other in prices.changes:
        wrong = sanity.problems(other)
        if wrong:
            audit.refuse(facts.provider, f"{facts.id} since {other.since}", wrong)
            # A gap would be filled by the list before it, which did not hold either.
            later = tuple([one for one in prices.changes if (one.since or "") > (other.since or "")])
            return _plausible(
                audit, msgspec.structs.replace(facts, prices=msgspec.structs.replace(prices, changes=later))
            )
    return prices


def jumped(built: Built) -> list[str]:
    """Prices that moved too far since the build that is shipped."""
    found: list[str] = []
    for name, shelf in built.models.items():
        path = DATA / f"{name}.json"
        if not path.exists():
            continue
        shipped = msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])
        before = msgspec.json.decode(shipped["models"], type=dict[str, ModelFacts])
        for model, facts in shelf.items():
            if model in before:
                found += [f"{name}/{model}: {jump}" for jump in sanity.jumps(before[model], facts)]
    return found


def files(built: Built) -> dict[str, str]:
    """What is shipped, by file name. One model a line, so that a change can be read."""
    found = {f"{name}.json": _shelf_text(built, name) for name in built.models}
    audit = {
        "dated": built.day,
        "sources": [genai.NAME, "hand-kept files, 2026-11-23"],
        "disagreements": built.audit.disagreements,
        "refused": built.audit.refused,
    }
    found["audit.json"] = json.dumps(audit, indent=1, ensure_ascii=False) + "\n"
    return found


def _shelf_text(built: Built, name: str) -> str:
    parts = [f'"provider":{json.dumps(name)},\n"dated":{json.dumps(built.day)}']
    parts.append('"models":{\n' + _lines(built.models[name]) + "\n}")
    aliases = [f"{json.dumps(alias)}:{json.dumps(model)}" for alias, model in sorted(built.aliases[name].items())]
    parts.append('"aliases":{\n' + ",\n".join(aliases) + "\n}")
    parts.append('"families":{\n' + _lines(built.families[name]) + "\n}")
    return "{" + ",\n".join(parts) + "}\n"


def _lines(shelf: Shelf) -> str:
    return ",\n".join([f"{json.dumps(model)}:{msgspec.json.encode(facts).decode()}" for model, facts in shelf.items()])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="compare with what is shipped, write nothing")
    options.add_argument("--date", help="the day of the build; today if not given")
    options.add_argument("--accept-jumps", action="store_true", help="ship prices that moved by more than ten times")
    asked = options.parse_args()
    shipped = DATA / "audit.json"
    day = asked.date or (
        json.loads(shipped.read_text())["dated"] if asked.check else datetime.now(UTC).date().isoformat()
    )
    built = build(day)
    errors = refuse(built)
    if not asked.accept_jumps and not asked.check:
        errors += jumped(built)
    if errors:
        print("\n".join(["the catalogue cannot be shipped:", *errors]), file=sys.stderr)
        return 1
    made = files(built)
    if asked.check:
        stale = [name for name, text in made.items() if not (DATA / name).exists() or (DATA / name).read_text() != text]
        print("\n".join(stale) or "the catalogue is what its sources make")
        return 1 if stale else 0
    DATA.mkdir(exist_ok=True)
    for name, text in made.items():
        (DATA / name).write_text(text)
    print(f"{sum(map(len, built.models.values()))} models, {len(built.audit.disagreements)} disagreements, {day}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
