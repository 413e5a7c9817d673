"""The page that says what becomes of every field of every wire on every other, from probing the codecs."""

from collections import Counter
from collections.abc import Iterator

from fields.probe import MODELS, Cell, Probe, cell, sheet

from accord.core.dialect import DIALECTS, Dialect

NAMES: dict[Dialect, str] = {
    "openai_chat": "OpenAI chat completions",
    "openai_responses": "OpenAI Responses",
    "anthropic_messages": "Anthropic Messages",
    "gemini": "Gemini",
}
ABOUT = """
A field a caller sends reaches a provider on the same wire, on another wire in that wire's words, or not at all; which of
these is never a matter of chance, and never silent. Each cell is what the codecs do with the field, found by asking them:

| class | meaning |
|---|---|
| sent | the target speaks the caller's own wire, and gets the field as it came |
| translated | the target gets it in its own words, at the place named; a warning tells where the words mean nearly the same. In brackets: nothing has to be sent, for the reason given |
| refused | the answer depends on it and the target has nothing like it: `Unsupported` before anything is sent, naming field, provider and model. With `on_unsupported="drop"` the request goes out without it, and a warning says so |
| advisory | the answer means the same without it (cache hints, telemetry, identity, tiers, tools that another provider runs, whatever Accord does not know): left out, and a warning on the response and in `x-accord-warnings` says so |
| filled | the target requires it and the caller did not give it: filled in, and a warning says so |

`[+]` is one more member of a list. The targets are the wires themselves; a model or host may take less, by rules of its own, and
refuses or warns in the same way."""


def fields_page(note: str) -> str:
    """The whole page."""
    lines = ["# Fields", "", note, ABOUT.strip(), ""]
    models = ", ".join(f"`{model}` for {NAMES[dialect]}" for dialect, model in MODELS.items() if "some" not in model)
    lines += [f"Probed with {models}.", "", *_summary(), ""]
    for dialect in DIALECTS:
        lines += [*_table(dialect), ""]
    return "\n".join(lines)


def _summary() -> Iterator[str]:
    yield from ("| from | to | sent | translated | refused | advisory |", "|---|---|---|---|---|---|")
    for dialect in DIALECTS:
        for target in DIALECTS:
            kinds = Counter(cell(dialect, probe, target).kind for probe in _asked(dialect))
            counts = " | ".join(str(kinds[kind]) for kind in ("sent", "translated", "refused", "advisory"))
            yield f"| {NAMES[dialect]} | {NAMES[target]} | {counts} |"


def _asked(dialect: Dialect) -> list[Probe]:
    return [probe for probe in sheet(dialect).probes if probe.nature != "filled"]


def _table(dialect: Dialect) -> Iterator[str]:
    yield from (f"## From {NAMES[dialect]}", "")
    yield "| field | " + " | ".join(f"to {NAMES[target]}" for target in DIALECTS) + " |"
    yield "|---" * (len(DIALECTS) + 1) + "|"
    for probe in sheet(dialect).probes:
        cells = [_shown(cell(dialect, probe, target)) for target in DIALECTS]
        form = probe.name.removeprefix(probe.field)
        note = f" ({probe.note})" if probe.note else ""
        yield f"| `{probe.field}`{form}{note} | " + " | ".join(cells) + " |"


def _shown(found: Cell) -> str:
    if found.kind != "translated":
        return found.kind
    first = found.places[0]
    if first.startswith("("):
        return f"translated {first}" if not first.startswith("(path)") and "header" not in first else "translated"
    place = first.partition(" = ")[0].removesuffix(" left out")
    return f"translated: `{place}`" + (", with a warning" if found.told or found.named else "")
