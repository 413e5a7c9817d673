"""Recorded calls of Vertex AI: Accord would have asked at the very same address, and each answer has its exact price."""

import gzip
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accord.core.accumulate import accumulate
from accord.core.http import Reply
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.engine.complete import price
from accord.engine.target import Target
from accord.providers import VertexAI

FILE = Path(__file__).parents[3] / "shared" / "wire" / "vertex.jsonl.gz"
DAY = datetime(2026, 11, 23, tzinfo=UTC)
URL = re.compile(
    r"https://[^/]+/(?P<version>v1(?:beta1)?)/(?:projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/)?publishers/.*"
)
REQUEST = ChatRequest(messages=(user("hi"),))


def recordings():
    if not FILE.exists():
        return []
    with gzip.open(FILE, "rt") as lines:
        return [json.loads(line) for line in lines]


RECORDINGS = recordings()
if not RECORDINGS:
    pytest.skip("the recordings are not here", allow_module_level=True)


def by_id(recording):
    return recording["id"]


def provider_of(recording) -> Any:
    """The one that asks at the recorded address. Names that were blanked out stand for any."""
    found = URL.fullmatch(
        recording["url"].replace("<GOOGLE_CLOUD_PROJECT>", "acme").replace("<GOOGLE_CLOUD_LOCATION>", "global")
    )
    assert found is not None
    if found["project"] is None:
        return VertexAI(api_key="AIza-test-key")
    version: Any = found["version"]
    return VertexAI(project=found["project"], location=found["location"], api_version=version, access_token="ya29.test")


@pytest.mark.parametrize("recording", RECORDINGS, ids=by_id)
def test_the_address_is_the_recorded_one(recording):
    provider = provider_of(recording)
    draft = provider.chat_codec(recording["model"]).encode(REQUEST, stream=recording["stream"]).draft
    expected = recording["url"].replace("<GOOGLE_CLOUD_PROJECT>", "acme").replace("<GOOGLE_CLOUD_LOCATION>", "global")
    if provider.express:
        # One recorded caller left the version at v1; the vendor's SDK takes v1beta1.
        expected = expected.replace("/v1/", "/v1beta1/")
    assert provider.address(draft).url == expected


@pytest.mark.parametrize("recording", RECORDINGS, ids=by_id)
def test_an_answer_costs_what_its_tokens_cost(recording):
    exchange = provider_of(recording).chat_codec(recording["model"]).encode(REQUEST, stream=recording["stream"])
    body = recording["response"]["body"]["text"].encode()
    if recording["stream"]:
        decoder = exchange.decoder()
        response = accumulate([*decoder.feed(body), *decoder.end()])
    else:
        response = exchange.decode(Reply(status=200, body=body))
    target = Target("vertex_ai", provider_of(recording), recording["model"])
    cost, usage = price(target, response.usage, DAY), response.usage
    if usage is None or usage.input is None or target.facts is None or target.facts.prices is None:
        assert cost.amount is None, "without tokens (of a blocked prompt) or prices (of an experiment) it is unknown"
        assert cost.reason
        return
    assert cost.amount is not None, cost.reason
    base, factor = target.facts.prices.base, {"flex": Decimal("0.5")}.get(usage.service_tier or "", Decimal(1))
    if usage.cached or usage.audio_input or usage.image_output or usage.web_searches:
        assert cost.amount > 0
    else:
        plain = (usage.input * base["input"] + (usage.output or 0) * base["output"]) * factor / 1_000_000
        assert cost.amount == plain
