"""Everything in a request but its messages and tools, as OpenAI chat completions take it."""

import pytest

from accord.core.error import Unsupported
from accord.core.message import user
from accord.core.model import ModelFacts
from accord.core.part import CacheControl
from accord.core.request import AudioOutput, ChatRequest, JsonObjectFormat, JsonSchemaFormat, ReasoningConfig

HELLO = (user("Hello"),)
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def fields(encode, request=None, /, *, stream=False, on_unsupported="error", knobs=None, facts=None, **given):
    """What is sent beside model and messages."""
    request = request or ChatRequest(messages=HELLO, **given)
    body, warnings = encode(request, stream=stream, on_unsupported=on_unsupported, knobs=knobs or {}, facts=facts)
    return {key: value for key, value in body.items() if key not in ("model", "messages")}, warnings


def test_every_field(encode):
    sent, warnings = fields(
        encode,
        max_output_tokens=10,
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        n=2,
        stop=("a", "b"),
        seed=7,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        logit_bias={"50256": -100},
        logprobs=True,
        top_logprobs=0,
        modalities=("text", "audio"),
        audio=AudioOutput(format="wav", voice="alloy"),
        prediction="So",
        verbosity="low",
        metadata={"a": "b"},
        store=False,
        service_tier="flex",
        cache_key="k",
        cache_retention="24h",
        user="u",
        extra={"openai_chat": {"moderation": {"model": "omni"}}},
    )
    assert warnings == ()
    assert sent == {
        "max_completion_tokens": 10,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 3,
        "n": 2,
        "stop": ["a", "b"],
        "seed": 7,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "logit_bias": {"50256": -100},
        "logprobs": True,
        "top_logprobs": 0,
        "modalities": ["text", "audio"],
        "audio": {"format": "wav", "voice": "alloy"},
        "prediction": {"type": "content", "content": "So"},
        "verbosity": "low",
        "metadata": {"a": "b"},
        "store": False,
        "service_tier": "flex",
        "prompt_cache_key": "k",
        "prompt_cache_retention": "24h",
        "user": "u",
        "moderation": {"model": "omni"},
    }


def test_what_was_not_asked_is_not_sent(encode):
    assert fields(encode) == ({}, ())


def test_a_stream_asks_for_usage(encode):
    assert fields(encode, stream=True)[0] == {"stream": True, "stream_options": {"include_usage": True}}
    assert fields(encode, stream=True, knobs={"stream_usage": "never"})[0] == {"stream": True}
    wish = {"openai_chat": {"stream_options": {"include_obfuscation": False}}}
    assert fields(encode, stream=True, extra=wish)[0]["stream_options"] == {
        "include_obfuscation": False,
        "include_usage": True,
    }
    assert fields(encode, extra=wish)[0] == {}


def test_the_limit_under_the_hosts_name(encode):
    assert fields(encode, max_output_tokens=5, knobs={"max_tokens": "max_tokens"})[0] == {"max_tokens": 5}


def test_the_newer_name_of_the_user_stays(encode):
    newer = {"openai_chat": {"safety_identifier": "u"}}
    assert fields(encode, user="u", extra=newer)[0] == {"safety_identifier": "u"}


def test_the_form_of_the_answer(encode):
    schema = JsonSchemaFormat(schema=SCHEMA, name="a", description="d", strict=True)
    assert fields(encode, response_format=JsonObjectFormat())[0]["response_format"] == {"type": "json_object"}
    assert fields(encode, response_format=schema)[0]["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "a", "description": "d", "schema": SCHEMA, "strict": True},
    }


def test_hosts_without_schemas(encode):
    request = ChatRequest(messages=HELLO, response_format=JsonSchemaFormat(schema=SCHEMA))
    body, [warning] = encode(request, knobs={"json_schema": "json_object"})
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0]["role"] == "system"
    assert '"properties":{"a":{"type":"string"}}' in body["messages"][0]["content"]
    assert warning.kind == "changed"
    with pytest.raises(Unsupported) as refusal:
        encode(request, knobs={"json_schema": "refuse"})
    assert refusal.value.param == "response_format"


def test_fields_the_host_does_not_take(encode):
    asked = {"temperature": 1.0, "metadata": {"a": "b"}, "extra": {"openai_chat": {"odd": 1}}}
    knobs = {"refuses": ("temperature", "metadata", "odd")}
    with pytest.raises(Unsupported) as refusal:
        fields(encode, knobs=knobs, **asked)
    assert refusal.value.param == "temperature"
    sent, warnings = fields(encode, knobs=knobs, on_unsupported="drop", **asked)
    assert sent == {}
    assert [warning.field for warning in warnings] == ["temperature", "metadata", "odd"]


def test_hosts_that_take_a_few_fields_alone(encode):
    knobs = {"accepts": ("model", "messages", "stream")}
    sent, [warning] = fields(encode, knobs=knobs, stream=True)
    assert sent == {"stream": True}
    assert warning.field == "stream_options"
    with pytest.raises(Unsupported) as refusal:
        fields(encode, knobs=knobs, max_output_tokens=1)
    assert refusal.value.param == "max_output_tokens"


def test_fields_of_other_wires_are_reported(encode):
    sent, warnings = fields(encode, extra={"anthropic_messages": {"context_management": {}, "speed": "fast"}})
    assert sent == {}
    assert [warning.field for warning in warnings] == ["context_management", "speed"]
    with pytest.raises(Unsupported) as refusal:
        fields(encode, extra={"anthropic_messages": {"container": "c"}})
    assert refusal.value.param == "container"
    with pytest.raises(Unsupported) as refusal:
        fields(encode, previous_response_id="resp_1")
    assert refusal.value.param == "previous_response_id"


def test_a_cache_mark_for_the_whole_request(encode):
    assert fields(encode, cache=CacheControl(ttl="1h"), knobs={"cache_marks": "cache_control"})[0] == {
        "cache_control": {"type": "ephemeral", "ttl": "1h"}
    }
    sent, [warning] = fields(encode, cache=CacheControl())
    assert sent == {}
    assert warning.field == "cache"


FACTS = ModelFacts(id="m", reasoning=True, efforts=("none", "low", "high"))


@pytest.mark.parametrize(
    ("config", "facts", "sent", "reported"),
    [
        ({"effort": "high"}, None, "high", []),
        ({"effort": "minimal"}, None, "minimal", []),
        ({"effort": "high"}, FACTS, "high", []),
        ({"effort": "minimal"}, FACTS, "low", ["reasoning.effort"]),
        ({"effort": "max"}, FACTS, "high", ["reasoning.effort"]),
        ({"effort": "none"}, ModelFacts(id="m", reasoning=True, efforts=("low", "high")), "low", ["reasoning.effort"]),
        ({"effort": "none"}, ModelFacts(id="m", reasoning=False), None, []),
        ({"effort": "low"}, ModelFacts(id="m", reasoning=False), None, ["reasoning"]),
        ({"mode": "disabled"}, FACTS, "none", []),
        ({"mode": "disabled"}, None, None, ["reasoning.mode"]),
        ({"mode": "adaptive"}, FACTS, None, ["reasoning.mode"]),
        ({"mode": "enabled", "budget": 1000}, None, "low", ["reasoning.budget"]),
        ({"budget": 8000}, None, "medium", ["reasoning.budget"]),
        ({"budget": 30000}, FACTS, "high", ["reasoning.budget", "reasoning.effort"]),
        (
            {"effort": "low", "summary": "auto", "encrypted": True},
            None,
            "low",
            ["reasoning.summary", "reasoning.encrypted"],
        ),
    ],
)
def test_how_much_to_think(encode, config, facts, sent, reported):
    body, warnings = fields(encode, reasoning=ReasoningConfig(**config), facts=facts)
    assert body.get("reasoning_effort") == sent
    assert [warning.field for warning in warnings] == reported


@pytest.mark.parametrize(
    ("style", "config", "sent"),
    [
        ("thinking", {"effort": "high"}, {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ("thinking", {"effort": "none"}, {"thinking": {"type": "disabled"}}),
        ("thinking", {"mode": "disabled"}, {"thinking": {"type": "disabled"}}),
        ("reasoning", {"effort": "xhigh", "visible": False}, {"reasoning": {"effort": "xhigh", "exclude": True}}),
        ("reasoning", {"budget": 2000}, {"reasoning": {"max_tokens": 2000}}),
        ("reasoning", {"mode": "disabled"}, {"reasoning": {"enabled": False}}),
        ("enable_thinking", {"budget": 2000}, {"enable_thinking": True, "thinking_budget": 2000}),
        ("enable_thinking", {"effort": "none"}, {"enable_thinking": False}),
        ("chat_template_kwargs", {"mode": "enabled"}, {"chat_template_kwargs": {"enable_thinking": True}}),
        ("never", {"effort": "high"}, {}),
    ],
)
def test_how_much_to_think_as_hosts_have_it(encode, style, config, sent):
    assert fields(encode, reasoning=ReasoningConfig(**config), knobs={"reasoning": style})[0] == sent


def test_the_callers_own_words_on_thinking_are_enough(encode):
    own = {"openai_chat": {"thinking": {"type": "enabled", "clear_thinking": False}}}
    config = ReasoningConfig(mode="enabled")
    assert fields(encode, reasoning=config, extra=own) == (own["openai_chat"], ())
