"""Models of each generation, and requests as they leave."""

import json

import pytest

from accord.core.message import user
from accord.core.model import ModelFacts
from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages import AnthropicMessages, Knobs

ANTHROPIC = Knobs()
GREETING = (user("Hi"),)
ALL = ("none", "low", "medium", "high", "xhigh", "max")

MODELS = {
    "budget": ModelFacts(
        id="claude-haiku-4-5",
        max_output=64_000,
        reasoning=True,
        adaptive_thinking=False,
        thinking_off="omit",
        sampling=True,
        prefill=True,
        structured_output=True,
        system_in_conversation=False,
        forced_tools=True,
    ),
    "budget_with_effort": ModelFacts(
        id="claude-opus-4-5",
        max_output=64_000,
        adaptive_thinking=False,
        thinking_off="omit",
        efforts=("none", "low", "medium", "high"),
        sampling=True,
        prefill=True,
    ),
    "both": ModelFacts(
        id="claude-sonnet-4-6",
        max_output=128_000,
        adaptive_thinking=True,
        thinking_off="omit",
        efforts=("none", "low", "medium", "high", "max"),
        sampling=True,
        prefill=False,
        system_in_conversation=False,
    ),
    "adaptive": ModelFacts(
        id="claude-opus-4-8",
        max_output=128_000,
        adaptive_thinking=True,
        thinking_off="omit",
        efforts=ALL,
        sampling=False,
        prefill=False,
        system_in_conversation=True,
    ),
    "on_by_default": ModelFacts(
        id="claude-sonnet-5",
        max_output=128_000,
        adaptive_thinking=True,
        thinking_off="disabled",
        efforts=ALL,
        sampling=False,
        prefill=False,
        system_in_conversation=False,
    ),
    "between_tools": ModelFacts(
        id="claude-sonnet-5-5",
        max_output=128_000,
        adaptive_thinking=True,
        thinking_off="between_tools",
        efforts=ALL,
        sampling=False,
        prefill=False,
        system_in_conversation=True,
        forced_tools=False,
    ),
    "always_on": ModelFacts(
        id="claude-opus-5-5",
        max_output=128_000,
        adaptive_thinking=True,
        thinking_off=None,
        efforts=ALL[1:],
        sampling=False,
        prefill=False,
        system_in_conversation=True,
        forced_tools=False,
    ),
    "old": ModelFacts(
        id="claude-3-5-haiku",
        max_output=8192,
        reasoning=False,
        adaptive_thinking=False,
        thinking_off="omit",
        sampling=True,
        prefill=True,
        structured_output=False,
        system_in_conversation=False,
        forced_tools=True,
    ),
}


class Sent:
    """A request as it leaves."""

    def __init__(self, exchange):
        self.exchange = exchange
        self.body = json.loads(exchange.draft.body)
        self.headers = dict(exchange.draft.headers)
        self.warnings = {(warning.kind, warning.field) for warning in exchange.warnings}


@pytest.fixture
def codec_of():
    def codec_of(kind="adaptive", knobs=ANTHROPIC):
        facts = MODELS[kind]
        return AnthropicMessages(model=facts.id, facts=facts, knobs=knobs)

    return codec_of


@pytest.fixture
def sent(codec_of):
    """`sent(kind, messages, **fields)`: what a request looks like on the wire to a model of that generation."""

    def sent(kind="adaptive", messages=GREETING, *, drop=False, stream=False, knobs=ANTHROPIC, **fields):
        request = ChatRequest(model="caller/name", messages=tuple(messages), **fields)
        how = "drop" if drop else "error"
        return Sent(codec_of(kind, knobs).encode(request, stream=stream, on_unsupported=how))

    return sent
