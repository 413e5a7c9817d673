"""Whatever is asked of whichever Claude, what is sent is what that model takes: no request is refused that was not refused
before it was sent. The imitation's rules, which are held to recordings, are the judge.
"""

import json

import msgspec
import pytest

from accord.catalog import models
from accord.core.error import Unsupported
from accord.core.http import header
from accord.core.message import Message, assistant, system, tool_result, user
from accord.core.part import CacheControl, File, Media, Text, ToolCall
from accord.core.request import ChatRequest, JsonObjectFormat, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import FunctionTool
from accord.providers.anthropic import Anthropic
from accord.testing.fake.anthropic.model import rules_of
from accord.testing.fake.anthropic.rules import check_rules
from accord.testing.fake.anthropic.shape import MESSAGES_REQUEST
from accord.testing.fake.anthropic.turn import turns_of
from accord.testing.fake.desk import Rejected
from accord.testing.fake.node import node_of

PROVIDER = Anthropic(api_key="sk-ant-test")
# Of two names nobody knows the limits: one retired, one that is an alias at most.
MODELS = [model.id for model in models("anthropic") if model.max_output is not None]

TOOL = FunctionTool(name="weather", parameters={"type": "object", "properties": {"city": {"type": "string"}}})
SCHEMA = JsonSchemaFormat(schema={"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}})
DOCUMENT = File(source=Media(data="JVBERg==", media_type="application/pdf"), citations=True)
CALLED = (
    user("x"),
    Message(role="assistant", parts=(ToolCall(id="functions.x:0", name="weather", arguments="{}"),)),
    tool_result("functions.x:0", "7 C"),
)
BEGUN = (user("x"), assistant("The answer is "))


def marked(text, ttl=None):
    return user([Text(text=text, cache=CacheControl(ttl=ttl))])


BRIEF = system([Text(text="Be brief.", cache=CacheControl())])


FEATURES = {
    "nothing": {},
    "temperature": {"temperature": 0.5},
    "top_p": {"top_p": 0.9},
    "temperature and top_p": {"temperature": 0.5, "top_p": 0.9},
    "top_k": {"top_k": 5},
    "a temperature of others": {"temperature": 1.7},
    "stops": {"stop": ("END", " ")},
    "a huge limit": {"max_output_tokens": 10_000_000},
    "a tiny limit": {"max_output_tokens": 5},
    "another tier": {"service_tier": "flex"},
    "a person": {"user": "someone@example.org"},
    "metadata": {"metadata": {"team": "blue"}},
    "a forced tool": {"tools": (TOOL,), "tool_choice": "required"},
    "no tool": {"tools": (TOOL,), "tool_choice": "none"},
    "one call at a time": {"tools": (TOOL,), "parallel_tool_calls": False},
    "one forced call": {"tools": (TOOL,), "parallel_tool_calls": False, "tool_choice": "required"},
    "a choice of nothing": {"tool_choice": "required"},
    "a strict tool": {"tools": (msgspec.structs.replace(TOOL, strict=True),)},
    "a tool of anything": {"tools": (FunctionTool(name="w", parameters={"anyOf": [{"type": "object"}]}),)},
    "a long name": {"tools": (FunctionTool(name="mcp.server/" + "x" * 140),)},
    "a schema": {"response_format": SCHEMA},
    "some JSON": {"response_format": JsonObjectFormat()},
    "a begun answer": {"messages": BEGUN},
    "a begun schema": {"messages": BEGUN, "response_format": SCHEMA},
    "cited JSON": {
        "messages": (Message(role="user", parts=(Text(text="x"), DOCUMENT)),),
        "response_format": SCHEMA,
    },
    "late instructions": {"messages": (user("x"), assistant("y"), user("z"), system("Be brief."))},
    "instructions between": {"messages": (user("x"), system("Be brief."), user("z"))},
    "the assistant first": {"messages": (assistant("y"), user("z"))},
    "a silent turn": {"messages": (user("x"), assistant(""), user("y"))},
    "lost tools": {"messages": CALLED},
    "many marks": {"messages": tuple([marked(f"part {index}") for index in range(6)])},
    "a longer mark later": {"messages": (BRIEF, marked("t", "1h"))},
    "the longest mark last": {"messages": (BRIEF, user("x")), "cache": CacheControl(ttl="1h")},
    "speed": {"extra": {"anthropic_messages": {"speed": "fast"}}},
    "a budget of the task": {"extra": {"anthropic_messages": {"output_config": {"task_budget": {"total": 9000}}}}},
}
THINKING = {
    **{effort: ReasoningConfig(effort=effort) for effort in ("none", "minimal", "low", "high", "xhigh", "max")},
    "a budget": ReasoningConfig(budget=2000),
    "no budget": ReasoningConfig(budget=0),
    "off": ReasoningConfig(mode="disabled"),
    "off at most effort": ReasoningConfig(mode="disabled", effort="max"),
    "adaptive": ReasoningConfig(mode="adaptive"),
    "by budget": ReasoningConfig(mode="enabled", budget=1024),
    "shown": ReasoningConfig(visible=True),
    "effort alone": ReasoningConfig(effort="max", effort_only=True),
}
BESIDE_THINKING = (
    "nothing",
    "temperature",
    "top_p",
    "top_k",
    "a forced tool",
    "a begun answer",
    "a tiny limit",
    "lost tools",
)


def refusal(model, fields):
    """What the service would say against what is sent; `None` where nothing."""
    request = ChatRequest(**{"messages": (user("Hello"),), **fields})
    codec = PROVIDER.chat_codec(model)
    try:
        draft = codec.encode(request).draft
    except Unsupported:
        draft = codec.encode(request, on_unsupported="drop").draft
    body = node_of(MESSAGES_REQUEST.read(json.loads(draft.body), (), open_=False))
    try:
        check_rules(body, turns_of(body), rules_of(model), header(draft.headers, "anthropic-beta") or "")
    except Rejected as rejected:
        return rejected.failure.message
    return None


@pytest.mark.parametrize("feature", FEATURES)
def test_every_model_takes_what_is_sent_for(feature):
    assert {model: said for model in MODELS if (said := refusal(model, FEATURES[feature]))} == {}


@pytest.mark.parametrize("beside", BESIDE_THINKING)
@pytest.mark.parametrize("thinking", THINKING)
def test_every_model_takes_what_is_sent_while_thinking(thinking, beside):
    fields = {**FEATURES[beside], "reasoning": THINKING[thinking]}
    assert {model: said for model in MODELS if (said := refusal(model, fields))} == {}


def test_most_models_are_judged():
    assert len(MODELS) > 20


def test_the_judge_is_not_asleep():
    body = {"model": "claude-opus-4-6", "max_tokens": 5, "temperature": 0.5, "top_p": 0.5}
    turn = {"role": "user", "content": "x"}
    node = node_of(MESSAGES_REQUEST.read({**body, "messages": [turn]}, (), open_=False))
    with pytest.raises(Rejected, match="cannot both"):
        check_rules(node, turns_of(node), rules_of("claude-opus-4-6"), "")
