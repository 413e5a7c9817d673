"""Recorded traffic of OpenRouter through its own provider: requests keep every field, and answers cost what they say."""

import gzip
import json
import random
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from accord.core.accumulate import accumulate
from accord.core.http import Reply
from accord.core.part import Reasoning
from accord.dialects.openai_chat import parse
from accord.dialects.openai_responses import parse as parse_responses
from accord.engine.complete import price
from accord.engine.target import Target
from accord.providers import OpenRouter

FOLDER = Path(__file__).parents[2].parent / "shared" / "wire"
DAY = datetime(2026, 11, 23, tzinfo=UTC)
PROVIDER = OpenRouter(api_key="sk-or-v1-test")
# The caller named the limit by OpenAI's newer name, which not every provider behind the router honours.
RENAMED = {"max_completion_tokens": "max_tokens"}


def recordings():
    found = []
    for name in ("openrouter", "openrouter_responses"):
        path = FOLDER / f"{name}.jsonl.gz"
        if path.exists():
            with gzip.open(path, "rt") as lines:
                found += [json.loads(line) for line in lines]
    return found


RECORDINGS = recordings()
ANSWERS = [one for one in RECORDINGS if one["response"]["status"] == 200]

if not RECORDINGS:
    pytest.skip("the recordings are not here", allow_module_level=True)


def by_id(recording):
    return recording["id"]


def exchange_of(recording):
    body = json.dumps(recording["request"]).encode()
    if recording["dialect"] == "openai_responses":
        request = parse_responses(body, ()).request
        codec = PROVIDER.chat_codec(recording["model"], "openai_responses")
    else:
        request = parse(body, ()).request
        codec = PROVIDER.chat_codec(recording["request"]["model"])
    return codec.encode(request, stream=recording["stream"])


def whole(recording):
    exchange, data = exchange_of(recording), recording["response"]["body"]["text"].encode()
    if not recording["stream"]:
        return exchange.decode(Reply(status=200, body=data))
    decoder, dice, events = exchange.decoder(), random.Random(recording["id"]), []
    while data:
        size = dice.choice((1, 3, 90, 4000))
        events += decoder.feed(data[:size])
        data = data[size:]
    return accumulate(events + decoder.end())


@pytest.mark.parametrize("recording", ANSWERS, ids=by_id)
def test_an_answer_is_what_the_vendors_sdk_makes_of_it(recording):
    response, oracle = whole(recording), recording["oracle"]
    message, usage = response.choices[0].message, response.usage
    assert message.text == oracle["text"]
    assert [call.name for call in message.tool_calls] == [name for name, _ in oracle["tool_calls"]]
    assert response.finish is not None
    assert response.finish.unified in (oracle["finish"], *oracle.get("finish_also", ()))
    thoughts = [part for part in message.parts if isinstance(part, Reasoning)]
    assert "".join("".join(part.summary) or part.text for part in thoughts) == oracle["reasoning"]
    counts = (usage.input, usage.output, usage.cached) if usage else (None, None, None)
    assert counts == tuple(oracle["usage"].values())
    if usage is not None and usage.reasoning is not None:
        assert usage.output is not None
        assert usage.reasoning <= usage.output


@pytest.mark.parametrize("recording", ANSWERS, ids=by_id)
def test_it_costs_what_it_says(recording):
    response = whole(recording)
    text = recording["response"]["body"]["text"]
    said = re.findall(r'"cost":\s*([0-9.eE+-]+)', text)
    if said:
        amount = Decimal(said[-1])
        if re.search(r'"is_byok":\s*true', text):
            # With a key of the caller's own the router's fee is told apart from the bill of the provider behind it.
            amount += Decimal(re.findall(r'"upstream_inference_cost":\s*([0-9.eE+-]+)', text)[-1])
        cost = price(Target("openrouter", PROVIDER, recording["model"]), response.usage, DAY)
        assert (cost.amount, cost.source) == (amount, "provider")
    else:
        assert response.usage is None or response.usage.cost is None


@pytest.mark.parametrize("recording", [one for one in RECORDINGS if one["dialect"] == "openai_chat"], ids=by_id)
def test_a_request_keeps_every_field(recording):
    exchange = exchange_of(recording)
    sent, asked = json.loads(exchange.draft.body), recording["request"]
    assert {warning.field for warning in exchange.warnings} == set()
    for field, value in asked.items():
        if value is None or value == [] or field in ("messages", "stream", "stream_options"):
            continue
        assert sent[RENAMED.get(field, field)] == ([value] if field == "stop" and isinstance(value, str) else value)
    assert len(sent["messages"]) == len(asked["messages"])
