"""Requests that OpenAI and Azure are recorded to have taken are refused by no rule of ours, lose nothing, and stay on their
wire.
"""

import gzip
import json
from pathlib import Path

import pytest

from accord.dialects import openai_chat, openai_responses
from accord.providers import Azure, AzureAI, OpenAI

WIRE = Path(__file__).parents[2].parent / "shared" / "wire"
PROVIDERS = {
    "openai": OpenAI(api_key="sk-test-1"),
    "azure": Azure(api_key="azure-test-key", base_url="https://contoso.openai.azure.com"),
    "azure_ai": AzureAI(api_key="azure-test-key", base_url="https://contoso.services.ai.azure.com"),
}


def accepted():
    found = []
    for name in PROVIDERS:
        for path in (WIRE / f"{name}.jsonl.gz", WIRE / f"{name}_responses.jsonl.gz"):
            if path.exists():
                with gzip.open(path, "rt") as lines:
                    found += [(name, json.loads(line)) for line in lines]
    return [(name, one) for name, one in found if one["request_known"] and one["response"]["status"] == 200]


RECORDINGS = accepted()

if not RECORDINGS:
    pytest.skip("the recordings are not here", allow_module_level=True)


@pytest.mark.parametrize(("name", "recording"), RECORDINGS, ids=[one["id"] for _, one in RECORDINGS])
def test_a_request_that_was_taken_is_not_refused(name, recording):
    # Azure's older routes have the model in the path alone.
    body = json.dumps({"model": recording["model"], **recording["request"]}).encode()
    parse = openai_responses.parse if recording["dialect"] == "openai_responses" else openai_chat.parse
    inbound = parse(body, ())
    codec = PROVIDERS[name].chat_codec(inbound.request.model, inbound.dialect)
    exchange = codec.encode(inbound.request, stream=recording["stream"])
    assert exchange.draft.dialect == recording["dialect"]
    assert exchange.warnings == ()
    assert json.loads(exchange.draft.body)["model"] == inbound.request.model
