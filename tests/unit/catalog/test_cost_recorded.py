"""The catalogue against bills: what OpenRouter itself said recorded calls cost."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accord.catalog import facts
from accord.catalog.cost import cost_of
from accord.core.usage import Usage

WIRE = Path(__file__).parents[3].parent / "shared" / "wire" / "openrouter.jsonl.gz"
RECORDED = datetime(2026, 8, 20, tzinfo=UTC)


def _bills() -> Iterator[tuple[str, dict[str, Any]]]:
    with gzip.open(WIRE, "rt") as lines:
        for line in lines:
            case = json.loads(line)
            for usage in _usages(case["response"]["body"]):
                if usage.get("cost") and not usage.get("is_byok"):
                    yield case["model"], usage


def _usages(body: dict[str, Any]) -> list[dict[str, Any]]:
    if "text" not in body:
        return [body["usage"]] if body.get("usage") else []
    chunks = re.findall(r"^data: (\{.*\})$", body["text"], re.MULTILINE)
    return [usage for chunk in chunks if (usage := json.loads(chunk).get("usage"))][-1:]


@pytest.mark.skipif(not WIRE.is_file(), reason="the recordings are not there")
def test_computes_what_was_billed() -> None:
    right, wrong = 0, []
    for model, usage in _bills():
        details = usage.get("prompt_tokens_details") or {}
        counted = Usage(
            input=usage["prompt_tokens"],
            output=usage["completion_tokens"],
            cached=details.get("cached_tokens"),
            cache_write=details.get("cache_write_tokens"),
        )
        amount = cost_of(counted, facts("openrouter", model), at=RECORDED).amount
        billed = Decimal(str(usage["cost"]))
        if amount is not None and abs(amount - billed) <= billed / 100:
            right += 1
        else:
            wrong.append((model, amount, billed))
    assert right >= 30
    # A model its maker had retired was billed at twice its price.
    assert [model for model, _, _ in wrong] == ["anthropic/claude-3-5-sonnet-20241022"]
