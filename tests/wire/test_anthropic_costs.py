"""Recorded answers of Anthropic's API have an exact price, whole or streamed, and none of their parts is billed twice."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accord.core.accumulate import accumulate
from accord.core.http import Reply
from accord.dialects.anthropic_messages import parse
from accord.engine.complete import price
from accord.engine.target import Target
from accord.providers import Anthropic

FILE = Path(__file__).parents[2].parent / "shared" / "wire" / "anthropic.jsonl.gz"
DAY = datetime(2026, 11, 23, tzinfo=UTC)
PROVIDER = Anthropic(api_key="sk-ant-test")


def recordings():
    if not FILE.exists():
        return []
    with gzip.open(FILE, "rt") as lines:
        found = [json.loads(line) for line in lines]
    return [one for one in found if one["response"]["status"] == 200]


ANSWERS = recordings()

if not ANSWERS:
    pytest.skip("the recordings are not here", allow_module_level=True)


def usage_of(recording):
    request = parse(json.dumps(recording["request"]).encode(), ()).request
    exchange = PROVIDER.chat_codec(recording["model"]).encode(
        request, stream=recording["stream"], on_unsupported="drop"
    )
    data = recording["response"]["body"]["text"].encode()
    if not recording["stream"]:
        return exchange.decode(Reply(status=200, body=data)).usage
    decoder = exchange.decoder()
    return accumulate(decoder.feed(data) + decoder.end()).usage


@pytest.mark.parametrize("recording", ANSWERS, ids=lambda recording: recording["id"])
def test_an_answer_has_a_price(recording):
    target = Target("anthropic", PROVIDER, recording["model"])
    if target.facts is None or target.facts.prices is None:
        pytest.skip("the model is gone, and so is its price")
    usage = usage_of(recording)
    cost = price(target, usage, DAY)
    assert cost.amount is not None, cost.reason
    assert (cost.source, cost.amount > 0) == ("catalogue", True)
    assert cost.amount == sum(cost.parts.values())
