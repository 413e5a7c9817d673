"""Anthropic through a client: what is sent, what comes back, and what it cost."""

import json
from decimal import Decimal

import pytest

import accord
from accord.client.environment import provider_from_environment
from accord.core.error import ConfigError
from accord.core.http import Reply
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages import parse
from accord.providers.anthropic import Anthropic
from accord.testing.memory import MemoryTransport

ASKED = ChatRequest(messages=(user("Hello"),), max_output_tokens=64)


def message(**members):
    return {
        "id": "msg_01Aa",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5-5",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
        **members,
    }


def reply(body, *headers):
    return Reply(status=200, headers=(("content-type", "application/json"), *headers), body=json.dumps(body).encode())


def client(*script, **fields):
    transport = MemoryTransport(*script, piece=17)
    fields.setdefault("api_key", "sk-ant-api03-test")
    return accord.Client(Anthropic(**fields), transport=transport), transport


def billed(response):
    return response.cost.amount, response.cost.source


def test_a_call_goes_to_anthropic_with_the_key_alone():
    asking, transport = client(reply(message(), ("request-id", "req_1")))
    response = asking.chat_completion(ASKED, model="claude-opus-5-5")
    call = transport.calls[0]
    assert (call.method, call.url) == ("POST", "https://api.anthropic.com/v1/messages")
    assert dict(call.headers) == {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        "x-api-key": "sk-ant-api03-test",
    }
    assert (response.text, response.request_id) == ("Hi", "req_1")


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"api_key": "sk-ant-api03-test"}, {"x-api-key": "sk-ant-api03-test"}),
        ({"api_key": "", "auth_token": "token-test"}, {"authorization": "Bearer token-test"}),
        ({"api_key": "sk-ant-api03-test", "auth_token": "token-test"}, {"x-api-key": "sk-ant-api03-test"}),
        (
            {"api_key": "sk-ant-oat01-test"},
            {"authorization": "Bearer sk-ant-oat01-test", "anthropic-beta": "oauth-2025-04-20"},
        ),
    ],
)
def test_one_credential_is_sent_in_its_own_way(fields, sent):
    asking, transport = client(reply(message()), **fields)
    asking.chat_completion(ASKED, model="claude-opus-5-5")
    headers = dict(transport.calls[0].headers)
    names = ("x-api-key", "authorization", "anthropic-beta")
    assert {name: headers[name] for name in names if name in headers} == sent


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/v1/messages"])
def test_a_base_address_is_understood_however_it_was_pasted(path):
    asking, transport = client(reply(message()), base_url=f"https://proxy.example.com{path}")
    asking.chat_completion(ASKED, model="claude-opus-5-5")
    assert transport.calls[0].url == "https://proxy.example.com/v1/messages"


def test_the_environment_sets_it_up():
    environ = {
        "ANTHROPIC_AUTH_TOKEN": "token-test",
        "ANTHROPIC_API_BASE": "https://proxy.example.com",
        "ANTHROPIC_CUSTOM_HEADERS": "X-Team: blue\n anthropic-workspace-id:wrkspc_1 \n\n",
    }
    provider = provider_from_environment("anthropic", environ)
    transport = MemoryTransport(reply(message()))
    accord.Client(provider, transport=transport).chat_completion(ASKED, model="claude-opus-5-5")
    call = transport.calls[0]
    headers = dict(call.headers)
    assert call.url == "https://proxy.example.com/v1/messages"
    assert (headers["x-team"], headers["anthropic-workspace-id"]) == ("blue", "wrkspc_1")
    assert headers["authorization"] == "Bearer token-test"
    assert "blue" not in repr(provider)


def test_beta_features_of_all_sides_are_asked_for_together():
    asking, transport = client(
        reply(message()), api_key="sk-ant-oat01-test", custom_headers="anthropic-beta: mine-2026-01-01"
    )
    own = {"betas": ["asked-2026-02-02"], "speed": "fast"}
    request = ChatRequest(model="claude-opus-5-5", messages=(user("x"),), extra={"anthropic_messages": own})
    asking.chat_completion(request)
    assert dict(transport.calls[0].headers)["anthropic-beta"].split(",") == [
        "asked-2026-02-02",
        "fast-mode-2026-02-01",
        "mine-2026-01-01",
        "oauth-2025-04-20",
    ]


def test_a_header_without_a_name_is_a_mistake_of_the_set_up():
    with pytest.raises(ConfigError, match="custom_headers"):
        Anthropic(api_key="sk-ant-test", custom_headers="X-Team blue")


@pytest.mark.parametrize(
    ("usage", "amount"),
    [
        # Opus 5.5: 4 in, 20 out, 0.20 read, 5 written for five minutes, 8 for an hour, by the million.
        ({}, "0.00014"),
        ({"cache_read_input_tokens": 1000}, "0.00034"),
        ({"cache_creation_input_tokens": 1000}, "0.00514"),
        (
            {
                "cache_creation_input_tokens": 1000,
                "cache_creation": {"ephemeral_5m_input_tokens": 400, "ephemeral_1h_input_tokens": 600},
            },
            "0.00694",
        ),
        ({"server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 3}}, "0.02014"),
        ({"inference_geo": "us"}, "0.000154"),
        ({"inference_geo": "not_available"}, "0.00014"),
        ({"speed": "fast"}, "0.00028"),
        ({"speed": "standard", "service_tier": "standard"}, "0.00014"),
        ({"service_tier": "batch"}, "0.00007"),
        ({"iterations": [{"type": "message", "input_tokens": 10, "output_tokens": 5}]}, "0.00014"),
        # A compaction is the model's own work: 1000 in and 100 out more.
        (
            {
                "iterations": [
                    {"type": "compaction", "input_tokens": 1000, "output_tokens": 100},
                    {"type": "message", "input_tokens": 10, "output_tokens": 5},
                ]
            },
            "0.00614",
        ),
        (
            {
                "speed": "fast",
                "iterations": [{"type": "compaction", "input_tokens": 1000, "output_tokens": 100}],
            },
            "0.01228",
        ),
        # An advisor is another model: Haiku 4.5 at 1 and 5.
        (
            {
                "iterations": [
                    {"type": "advisor_message", "model": "claude-haiku-4-5", "input_tokens": 1000, "output_tokens": 100}
                ]
            },
            "0.00164",
        ),
        # What a fallback said is billed as that model's: Haiku 4.5 for all of it.
        (
            {
                "iterations": [
                    {"type": "fallback_message", "model": "claude-haiku-4-5", "input_tokens": 10, "output_tokens": 5}
                ]
            },
            "0.000035",
        ),
    ],
)
def test_everything_the_bill_has_is_counted(usage, amount):
    asking, _ = client(reply(message(usage={"input_tokens": 10, "output_tokens": 5, **usage})))
    response = asking.chat_completion(ASKED, model="claude-opus-5-5")
    assert billed(response) == (Decimal(amount), "catalogue")
    assert response.usage is not None
    assert response.usage.output == 5


def test_an_advisor_nobody_knows_makes_the_cost_unknown():
    advice = {"type": "advisor_message", "model": "claude-unheard-of", "input_tokens": 9, "output_tokens": 1}
    asking, _ = client(reply(message(usage={"input_tokens": 10, "output_tokens": 5, "iterations": [advice]})))
    assert billed(asking.chat_completion(ASKED, model="claude-opus-5-5")) == (None, None)


@pytest.mark.parametrize(
    ("stop_reason", "unified"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("tool_use", "tool_calls"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("pause_turn", "pause"),
        ("compaction", "stop"),
        ("something_new", "unknown"),
    ],
)
def test_why_it_stopped_is_told_in_both_words(stop_reason, unified):
    asking, _ = client(reply(message(stop_reason=stop_reason)))
    finish = asking.chat_completion(ASKED, model="claude-opus-5-5").finish
    assert finish is not None
    assert (finish.unified, finish.raw) == (unified, stop_reason)


def test_a_refusal_says_why():
    details = {"type": "refusal", "category": "cyber", "explanation": "This looks like an attack."}
    asking, _ = client(reply(message(content=[], stop_reason="refusal", stop_details=details)))
    response = asking.chat_completion(ASKED, model="claude-opus-5-5")
    assert response.choices[0].message.refusal == "This looks like an attack."


def test_a_key_is_proved_by_the_list_of_models():
    row = {"type": "model", "id": "claude-opus-5-5", "display_name": "Claude Opus 5.5", "max_tokens": 128000}
    asking, transport = client(reply({"data": [row], "has_more": False}), reply({"data": [row]}))
    assert asking.health_check().state == "healthy"
    assert transport.calls[0].url == "https://api.anthropic.com/v1/models?limit=1000"
    found = asking.models(live=True)[0]
    assert (found.id, found.name, found.max_output) == ("claude-opus-5-5", "Claude Opus 5.5", 128000)


AGENT = {
    "model": "claude/fast",
    "max_tokens": 32000,
    "system": [
        {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1; cc_entrypoint=cli;"},
        {"type": "text", "text": "You are an agent.", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ],
    "messages": [{"role": "user", "content": "hi"}],
    "thinking": {"type": "adaptive", "display": "summarized"},
    "output_config": {"effort": "xhigh", "invented_next_week": True},
    "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
    "metadata": {"user_id": '{"device_id":"d","account_uuid":"","session_id":"s"}'},
}
SENT = (
    ("anthropic-version", "2023-06-01"),
    ("anthropic-beta", "claude-code-20250219,context-management-2025-06-27,invented-2026-12-01"),
    ("anthropic-dangerous-direct-browser-access", "true"),
    ("x-claude-code-session-id", "s"),
    ("x-api-key", "sk-accord-test"),
    ("user-agent", "claude-cli/2.1"),
)


def test_a_coding_agents_own_words_reach_anthropic_letter_by_letter():
    body = json.dumps(AGENT, separators=(",", ":")).encode()
    exchange = Anthropic(api_key="sk-ant-test").chat_codec("claude-opus-5-5").forward(parse(body, SENT))
    assert exchange is not None
    assert exchange.draft.body == body.replace(b'"claude/fast"', b'"claude-opus-5-5"')
    assert exchange.draft.headers == SENT[:3]


def test_a_coding_agent_on_an_older_model_is_translated_with_its_betas():
    exchange = Anthropic(api_key="sk-ant-test").chat_codec("claude-haiku-4-5")
    inbound = parse(json.dumps(AGENT).encode(), SENT)
    assert exchange.forward(inbound) is None
    draft = exchange.encode(inbound.request).draft
    sent = json.loads(draft.body)
    assert sent["thinking"]["type"] == "enabled"
    assert sent["context_management"] == AGENT["context_management"]
    assert sent["system"][0]["text"].startswith("x-anthropic-billing-header")
    betas = dict(draft.headers)["anthropic-beta"].split(",")
    assert {"context-management-2025-06-27", "invented-2026-12-01"} <= set(betas)
    assert len(betas) == len(set(betas))
