"""The fake against recorded traffic: what the real services took it takes, what they refused it refuses.

The fake knows no names of models here, so that requests for models that do not exist are left out, and so are those
that a stateless reader of the request could not refuse. Signatures that a real service issued are refused, as they are
by any other account than the one they were issued to.
"""

import gzip
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from accord.core.dialect import Dialect
from accord.testing import FakeProvider

WIRE = Path(__file__).parents[4] / "shared" / "wire"

STRICT: dict[str, Dialect] = {
    "openai": "openai_chat",
    "openai_responses": "openai_responses",
    "anthropic": "anthropic_messages",
    "gemini": "gemini",
}
LENIENT = ("compat", "deepseek", "mistral", "openrouter", "azure", "azure_ai")

FOREIGN = re.compile(r"[Ss]ignature|encrypted content")
BEYOND = re.compile(r"does not exist|not found for API|model: |API key|x-api-key|downloading|context window")

# Sent with a beta header, which the recordings don't keep.
BETA = {"anthropic-beta": "structured-outputs-2025-11-13,task-budgets-2026-03-13,effort-2025-11-24"}

pytestmark = pytest.mark.skipif(not WIRE.is_dir(), reason="there are no recordings here")


def recorded(name: str) -> list[dict]:
    with gzip.open(WIRE / f"{name}.jsonl.gz") as lines:
        found = [json.loads(line) for line in lines]
    return [case for case in found if case["request_known"] and isinstance(case["request"], dict)]


@pytest.mark.parametrize("name", STRICT)
def test_the_strict_fake_agrees_with_the_real_service(name, call) -> None:
    wrong, taken, refused = [], 0, 0
    with FakeProvider(STRICT[name]) as fake:
        ask = call(fake, STRICT[name])
        for case in recorded(name):
            real = case["response"]
            url = urlsplit(case["url"])
            got = ask(f"{url.path}?{url.query}", case["request"], BETA if name == "anthropic" else None)
            text = got.body.decode()
            if real["status"] == 200:
                taken += got.status == 200
                if got.status != 200 and not FOREIGN.search(text):
                    wrong.append((case["id"], text[:200]))
            elif not BEYOND.search(real["body"]["text"]):
                refused += 1
                if got.status != real["status"]:
                    wrong.append((case["id"], got.status, real["body"]["text"][:200]))
    assert not wrong
    assert taken > 100
    assert refused >= (0 if name in {"openai", "gemini"} else 1)


@pytest.mark.parametrize("name", LENIENT)
def test_the_lenient_fake_takes_what_compatible_servers_take(name, call) -> None:
    wrong = []
    with FakeProvider(strict=False) as fake:
        ask = call(fake)
        for case in recorded(name):
            if case["response"]["status"] == 200 and case["dialect"] in {"openai_chat", "mistral_chat"}:
                got = ask("/v1/chat/completions", {"model": "any", **case["request"]})
                if got.status != 200:
                    wrong.append((case["id"], got.body[:200]))
    assert not wrong
