"""Promise 2: no field is lost silently. One test a cell of the table in docs/reference/fields.md.

What each cell holds is kept in `cells/<caller's wire>.txt`, a line a cell, to be read by people: the class, and for a
translation the place in the target's bytes with what stands there. `ACCORD_UPDATE_GOLDEN=1` rewrites the files; a change
in them is reviewed like code. The checks beside that hold whatever the files say.
"""

import os
import sys
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from accord.core.dialect import DIALECTS, Dialect
from accord.dialects.codec import ChatCodec
from accord.providers import (
    V0,
    Anthropic,
    Azure,
    AzureAI,
    DeepInfra,
    DeepSeek,
    MetaLlama,
    Mistral,
    Moonshot,
    OpenAI,
    OpenRouter,
    Provider,
    ProviderBase,
    VertexAI,
)

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts"))
from fields.probe import MODELS, PROVIDER, Cell, Probe, cell, dropped, forwarded, sheet  # pyright: ignore[reportMissingImports]

sys.path.pop(0)

CELLS = Path(__file__).parent / "cells"
UPDATE = os.environ.get("ACCORD_UPDATE_GOLDEN") == "1"
ALL = [(dialect, probe, target) for dialect in DIALECTS for probe in sheet(dialect).probes for target in DIALECTS]
KEY = "https://target.example"
PROVIDERS: dict[str, tuple[ProviderBase, str]] = {
    "openai": (OpenAI(api_key="k"), "gpt-5.4-mini"),
    "anthropic": (Anthropic(api_key="k"), "claude-sonnet-4-6"),
    "azure": (Azure(api_key="k", base_url=KEY), "prod"),
    "mistral": (Mistral(api_key="k"), "mistral-small-2603"),
    "deepseek": (DeepSeek(api_key="k"), "deepseek-flash"),
    "moonshot": (Moonshot(api_key="k"), "kimi-k3"),
    "meta_llama": (MetaLlama(api_key="k"), "muse-spark-1.3"),
    "openrouter": (OpenRouter(api_key="k"), "vendor/model"),
    "vertex_ai": (VertexAI(project="p", access_token="k"), "gemini-2.5-flash"),
    "v0": (V0(api_key="k"), "v0-1.5-md"),
    "deepinfra": (DeepInfra(api_key="k"), "org/model"),
    "azure_ai": (AzureAI(api_key="k", base_url=KEY), "DeepSeek-V4-Pro"),
}

SHOWN = {"thinking.display", "generationConfig.thinkingConfig.includeThoughts"}
HEEDED = {
    "deepinfra": {"service_tier"},
    "deepseek": {"include (encrypted reasoning)", "store (off)", *SHOWN},
    "meta_llama": {"tool_choice (without tools)"},
    "mistral": {"service_tier"},
    "moonshot": {"thinking (adaptive)", "generationConfig.thinkingConfig.thinkingBudget (dynamic)"},
    "openrouter": {"store (off)", *SHOWN},
    "vertex_ai": {"service_tier"},
}
"""Fields that ask of a provider what it does anyway: serve at the default tier, keep nothing, show thoughts, think as it
sees fit. DeepSeek's reasoning is plain text, which carries it to the next turn as its encrypted form would.
"""


def line(probe: Probe, target: Dialect, found: Cell) -> str:
    return f"{probe.name} -> {target}: {found}"


@cache
def kept(dialect: Dialect) -> dict[str, str]:
    path = CELLS / f"{dialect}.txt"
    if UPDATE:
        rows = [line(probe, to, cell(dialect, probe, to)) for probe in sheet(dialect).probes for to in DIALECTS]
        path.write_text("\n".join(rows) + "\n")
    lines = path.read_text().splitlines()
    return {row.partition(": ")[0]: row for row in lines}


@pytest.mark.parametrize(
    ("dialect", "probe", "target"), [pytest.param(*one, id=f"{one[0]}.{one[1].name}.{one[2]}") for one in ALL]
)
def test_a_cell(dialect: Dialect, probe: Probe, target: Dialect) -> None:
    found = cell(dialect, probe, target)
    written = line(probe, target, found)
    assert kept(dialect)[written.partition(": ")[0]] == written
    assert found.kind != "lost"
    if dialect == target and probe.nature != "filled":
        assert forwarded(dialect, probe) in {True, None}
    if dialect != target:
        assert (probe.nature, found.kind) not in {("semantic", "advisory"), ("advisory", "refused")}
    if found.kind == "refused":
        [field] = found.named
        assert field
        for word in (f"`{field}`", PROVIDER, MODELS[target], "on_unsupported"):
            assert word in found.error
        # A refusal may drop more than the field that was in the way, and each of that is told.
        assert field in {warning.field for warning in dropped(dialect, probe, target)}
    elif found.kind == "advisory":
        assert all(found.named)
    elif found.kind == "sent":
        assert dialect == target
    elif found.kind == "translated":
        assert found.places


def test_every_name_is_the_only_one_of_its_kind() -> None:
    for dialect in DIALECTS:
        names = [probe.name for probe in sheet(dialect).probes]
        assert len(names) == len(set(names))


def test_every_provider_has_a_row() -> None:
    assert list(PROVIDERS) == [str(arm.__struct_config__.tag) for arm in get_args(Provider)]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", PROVIDERS)
def test_no_provider_loses_a_field(name: str, dialect: Dialect) -> None:
    provider, model = PROVIDERS[name]
    codec: ChatCodec = provider.chat_codec(model, dialect)
    lost: list[str] = []
    for probe in sheet(dialect).probes:
        found = cell(dialect, probe, codec.dialect, codec)
        if found.kind == "lost" and probe.name not in HEEDED.get(name, ()):
            lost.append(probe.name)
    assert lost == []
