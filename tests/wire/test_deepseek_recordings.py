"""Recorded exchanges with DeepSeek, as the provider itself writes and reads them: what was taken is not refused, answers are
what the vendor's SDK makes of them, and their cost is what the price list of their day says.
"""

import gzip
import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accord.catalog import facts
from accord.catalog.cost import cost_of
from accord.core.accumulate import accumulate
from accord.core.error import Authentication, InvalidRequest, Unsupported
from accord.core.http import Reply
from accord.core.part import Reasoning
from accord.dialects import openai_chat, openai_responses
from accord.providers import DeepSeek

WIRE = Path(__file__).parents[2].parent / "shared" / "wire"
PROVIDER = DeepSeek(api_key="deepseek-test-key")
# A Wednesday of November 2026, within the morning's peak and outside of it.
PEAK, QUIET = datetime(2026, 11, 18, 2, 0, tzinfo=UTC), datetime(2026, 11, 18, 5, 0, tzinfo=UTC)
# What is refused, or told of, and why.
ONE_CALL = {"deepseek-d1ce08e21f", "deepseek-ea6c538bca"}
TOLD = {"seed", "temperature", "parallel_tool_calls", "reasoning.effort"}
LEFT_OUT = {"seed", "parallel_tool_calls", "n", "store", "stream"}


def recordings():
    found = []
    for path in (WIRE / "deepseek.jsonl.gz", WIRE / "deepseek_responses.jsonl.gz"):
        if path.exists():
            with gzip.open(path, "rt") as lines:
                found += [json.loads(line) for line in lines]
    return found


RECORDINGS = recordings()
TAKEN = [one for one in RECORDINGS if one["response"]["status"] == 200]
REFUSED = {one["id"]: one for one in RECORDINGS if one["response"]["status"] != 200}

if not RECORDINGS:
    pytest.skip("the recordings are not here", allow_module_level=True)


def by_id(recording):
    return recording["id"]


def inbound_of(recording):
    parse = openai_responses.parse if recording["dialect"] == "openai_responses" else openai_chat.parse
    return parse(json.dumps(recording["request"]).encode(), ())


def exchange_of(recording, *, drop=True):
    inbound = inbound_of(recording)
    codec = PROVIDER.chat_codec(recording["model"], inbound.dialect)
    return codec.encode(inbound.request, stream=recording["stream"], on_unsupported="drop" if drop else "error")


def reply_of(recording):
    answer = recording["response"]
    headers = tuple((name.lower(), value) for name, value in answer["headers"].items())
    return Reply(status=answer["status"], headers=headers, body=answer["body"]["text"].encode())


def whole(recording) -> Any:
    reply, exchange = reply_of(recording), exchange_of(recording)
    if not recording["stream"]:
        return exchange.decode(reply)
    dice, decoder, data, events = random.Random(recording["id"]), exchange.decoder(), reply.body, []
    while data:
        size = dice.choice((1, 3, 20, 500, 4000))
        events += decoder.feed(data[:size])
        data = data[size:]
    return accumulate(events + decoder.end())


def arguments_of(call):
    """Of a call that the token limit cut off, the arguments are half a JSON text, of which the oracle makes an object."""
    try:
        return json.loads(call.arguments)
    except ValueError:
        return {}


@pytest.mark.parametrize("recording", TAKEN, ids=by_id)
def test_a_request_that_was_taken_is_sent_as_it_was(recording):
    if recording["id"] in ONE_CALL:
        with pytest.raises(Unsupported, match="parallel_tool_calls"):
            exchange_of(recording, drop=False)
    exchange = exchange_of(recording, drop=recording["id"] in ONE_CALL)
    body = json.loads(exchange.draft.body)
    assert {warning.field for warning in exchange.warnings} <= TOLD
    for field, value in recording["request"].items():
        if value is not None and field not in LEFT_OUT | {"messages", "input", "tools"}:
            assert body[field] == ("high" if value == "medium" else value)


@pytest.mark.parametrize("recording", TAKEN, ids=by_id)
def test_an_answer_is_what_the_vendors_sdk_makes_of_it(recording):
    response, oracle = whole(recording), recording["oracle"]
    message, usage = response.choices[0].message, response.usage
    assert message.text == oracle["text"]
    assert "".join(part.text for part in message.parts if isinstance(part, Reasoning)) == oracle["reasoning"]
    assert [[call.name, arguments_of(call)] for call in message.tool_calls] == oracle["tool_calls"]
    assert response.finish.unified == oracle["finish"]
    assert {"input": usage.input, "output": usage.output, "cached": usage.cached} == oracle["usage"]


@pytest.mark.parametrize("recording", [one for one in TAKEN if one["model"] == "deepseek-v4-flash"], ids=by_id)
@pytest.mark.parametrize(("at", "factor"), [(QUIET, 1), (PEAK, 2)])
def test_its_cost_is_that_of_the_price_list_at_the_hour(recording, at, factor):
    usage = whole(recording).usage
    price = Decimal("0.15") * (usage.input - usage.cached) + Decimal("0.003") * usage.cached
    price += Decimal("0.60") * usage.output
    cost = cost_of(usage, facts("deepseek", recording["model"]), at=at)
    assert cost.amount == factor * price / 1_000_000


def test_what_was_refused_is_refused_before_it_is_sent_or_told_by_its_cause():
    forced, picture, key = (REFUSED[f"deepseek-{one}"] for one in ("d69cbc6666", "a87954c083", "47b56f15f9"))
    with pytest.raises(Unsupported, match="tool_choice"):
        exchange_of(forced, drop=False)
    for recording, kind in ((forced, InvalidRequest), (picture, InvalidRequest), (key, Authentication)):
        error = exchange_of(recording).error(reply_of(recording))
        assert type(error) is kind
        assert error.message in recording["oracle"]["error"]["message"]
