"""An answer of a router, or of a deployment under a name of its user's, costs what the model costs that it names."""

import json
from decimal import Decimal
from typing import Any

import pytest

import accord
from accord.core.http import Reply
from accord.core.option import Options
from accord.providers import Azure, AzureAI, OpenAI, OpenRouter
from accord.testing.memory import MemoryTransport

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
ONCE = Options(retries=0)
AZURE = Azure(api_key="k", base_url="https://a.openai.azure.com", dialect="openai_chat")
NAMED = Azure(
    api_key="k", base_url="https://a.openai.azure.com", dialect="openai_chat", base_models={"prod": "model-router"}
)
FOUNDRY = AzureAI(api_key="k", base_url="https://a.services.ai.azure.com", dialect="openai_chat")
OPENROUTER = OpenRouter(api_key="k")


def answer(model, **usage):
    choice = {"index": 0, "message": {"role": "assistant", "content": "4"}, "finish_reason": "stop"}
    return json.dumps({"id": "c", "model": model, "choices": [choice], "usage": {**USAGE, **usage}}).encode()


def stream(model):
    def chunk(name, **members):
        data = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": name, "choices": [], **members}
        return b"data: " + json.dumps(data).encode() + b"\n\n"

    # Azure's first chunk names no model.
    piece = {"index": 0, "delta": {"role": "assistant", "content": "4"}, "finish_reason": None}
    last = {"index": 0, "delta": {}, "finish_reason": "stop"}
    chunks = [chunk("", id=""), chunk(model, choices=[piece]), chunk(model, choices=[last]), chunk(model, usage=USAGE)]
    return b"".join([*chunks, b"data: [DONE]\n\n"])


def cost_of(provider, model, body, *, streamed=False) -> Any:
    kind = "text/event-stream" if streamed else "application/json"
    transport = MemoryTransport(Reply(status=200, headers=(("content-type", kind),), body=body))
    client = accord.Client(provider, transport=transport)
    if not streamed:
        return client.chat_completion("2 + 2?", model=model, options=ONCE).cost
    with client.chat_completion_stream("2 + 2?", model=model, options=ONCE) as opened:
        list(opened)
        event_stream = opened._opened  # pyright: ignore[reportPrivateUsage]
        assert event_stream is not None
        assert event_stream.cost() == opened.response.cost, "the gateway charges what the library shows"
    return opened.response.cost


ROWS = [
    # 1,000 at 0.14 for choosing; 1,000 at 0.10 and 100 at 0.50 (Luna), or at 0.05 and 0.40 (Nano).
    (FOUNDRY, "model-router", "gpt-6-luna-2026-09-22", "0.00029"),
    (AZURE, "model-router", "gpt-5-nano-2025-08-07", "0.00023"),
    (NAMED, "prod", "gpt-5-nano-2025-08-07", "0.00023"),
    # A deployment whose model nobody has told, but its answer: no fee.
    (AZURE, "my-deployment", "gpt-5-nano-2025-08-07", "0.00009"),
]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(("provider", "model", "answered", "amount"), ROWS)
def test_the_model_that_answered_decides(provider, model, answered, amount, streamed):
    body = stream(answered) if streamed else answer(answered)
    assert cost_of(provider, model, body, streamed=streamed).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        ("nobody-knows-this", "model-router chose 'nobody-knows-this', whose price is unknown"),
        ("model-router", "model-router chose 'model-router', whose price is unknown"),
        ("", "model-router does not say which model it chose"),
    ],
)
def test_what_a_router_chose_may_be_unknown_and_then_is_no_zero(answered, reason):
    cost = cost_of(FOUNDRY, "model-router", answer(answered))
    assert (cost.amount, cost.reason) == (None, reason)


def test_a_pinned_release_is_the_model_that_was_asked_for():
    asked = cost_of(AZURE, "gpt-5.4-mini", answer("gpt-5.4-mini"))
    assert cost_of(AZURE, "gpt-5.4-mini", answer("gpt-5-nano-2025-08-07")) == asked, "only a router may choose"


def test_a_name_that_says_nothing_elsewhere_may_be_a_tuned_models_and_is_unknown():
    assert cost_of(OpenAI(api_key="k"), "nobody-knows-this", answer("gpt-5-nano")).amount is None


def test_openrouters_choice_costs_what_openrouter_says():
    cost = cost_of(OPENROUTER, "openrouter/auto", answer("openai/gpt-5-nano", cost=0.0123))
    assert (cost.amount, cost.source) == (Decimal("0.0123"), "provider")


def test_openrouters_choice_without_a_word_costs_what_the_model_costs():
    asked = cost_of(OPENROUTER, "openai/gpt-5-nano", answer("openai/gpt-5-nano"))
    routed = cost_of(OPENROUTER, "openrouter/auto", answer("openai/gpt-5-nano"))
    assert routed.amount == asked.amount is not None
    assert cost_of(OPENROUTER, "openrouter/auto", answer("nobody/knows")).amount is None
