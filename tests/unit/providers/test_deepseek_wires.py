"""DeepSeek over Responses and over Anthropic's Messages: pinned, or because the caller speaks it."""

import json

import pytest

from accord.core.error import ContentFiltered, ContextLengthExceeded, QuotaExceeded, RateLimited, Unsupported
from accord.core.http import Reply
from accord.core.message import Message, tool_result, user
from accord.core.part import Reasoning, Text, ToolCall
from accord.core.request import ChatRequest, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import FunctionTool
from accord.providers import DeepSeek

TOOL = FunctionTool(name="lookup", parameters={"type": "object", "properties": {}})
FORCED = {"tools": (TOOL,), "tool_choice": "required"}
THINKING = {"type": "enabled"}
OFF = {"type": "disabled"}
MODEL = "deepseek-flash"
RESPONSES = DeepSeek(api_key="k", dialect="openai_responses").chat_codec(MODEL)
MESSAGES = DeepSeek(api_key="k", dialect="anthropic_messages").chat_codec(MODEL)


def request(*messages, **fields):
    return ChatRequest(messages=messages or (user("Hello"),), **fields)


def sent(codec, asked, *, drop=False):
    return json.loads(codec.encode(asked, on_unsupported="drop" if drop else "error").draft.body)


def call(name):
    return ToolCall(id=name, name="lookup", arguments="{}")


class TestResponses:
    def test_words_go_before_the_calls_of_their_turn(self):
        turn = Message(role="assistant", parts=(call("a"), Text(text="And another."), call("b")))
        asked = request(user("A"), turn, tool_result("a", "1"), tool_result("b", "2"), tools=(TOOL,))
        kinds = [item["type"] for item in sent(RESPONSES, asked)["input"][1:]]
        assert kinds == ["message", "function_call", "function_call", "function_call_output", "function_call_output"]

    def test_nothing_is_stored_and_nothing_named_by_an_id(self):
        thought = Reasoning(text="Hm.", owner="openai_responses", id="rs_1")
        body = sent(
            RESPONSES, request(user("A"), Message(role="assistant", parts=(thought, Text(text="B"))), user("C"))
        )
        assert "store" not in body
        assert "include" not in body
        assert all("id" not in item for item in body["input"])
        with pytest.raises(Unsupported, match="previous_response_id"):
            sent(RESPONSES, request(previous_response_id="resp_1"))

    def test_thoughts_of_other_wires_go_as_text(self):
        thought = Reasoning(text="Hm.", owner="openai_chat")
        asked = request(user("A"), Message(role="assistant", parts=(thought, Text(text="B"))), user("C"))
        (item,) = [item for item in sent(RESPONSES, asked)["input"] if item["type"] == "reasoning"]
        assert item["content"] == [{"type": "reasoning_text", "text": "Hm."}]

    def test_effort_is_one_of_three_and_a_schema_is_held(self):
        asked = request(
            reasoning=ReasoningConfig(effort="medium", encrypted=True),
            response_format=JsonSchemaFormat(schema={"type": "object"}),
            max_output_tokens=1,
        )
        body = sent(RESPONSES, asked)
        assert body["reasoning"] == {"effort": "high"}
        assert body["text"]["format"]["type"] == "json_schema"
        assert body["max_output_tokens"] == 1

    def test_pinned_it_switches_thinking_off_by_deepseeks_field(self):
        assert sent(RESPONSES, request(**FORCED))["thinking"] == OFF

    def test_unpinned_what_needs_thinking_off_goes_by_chat_completions(self):
        codec = DeepSeek(api_key="k").chat_codec(MODEL, "openai_responses")
        assert codec.encode(request()).draft.dialect == "openai_responses"
        assert codec.encode(request(**FORCED)).draft.dialect == "openai_chat"
        off = request(reasoning=ReasoningConfig(effort="none"))
        assert codec.encode(off).draft.dialect == "openai_chat"


class TestMessages:
    @pytest.mark.parametrize(
        ("config", "written"),
        [
            (None, {}),
            (ReasoningConfig(effort="none"), {"thinking": OFF}),
            (ReasoningConfig(effort="medium"), {"thinking": THINKING, "output_config": {"effort": "high"}}),
            (ReasoningConfig(mode="enabled", budget=2000), {"thinking": THINKING}),
            (ReasoningConfig(mode="adaptive"), {"thinking": THINKING}),
            (ReasoningConfig(effort="max", effort_only=True), {"output_config": {"effort": "max"}}),
        ],
    )
    def test_thinking_has_an_effort_and_no_budget(self, config, written):
        body = sent(MESSAGES, request(reasoning=config))
        assert {key: body[key] for key in ("thinking", "output_config") if key in body} == written

    @pytest.mark.parametrize("fields", [FORCED, {"response_format": JsonSchemaFormat(schema={"type": "object"})}])
    def test_a_call_that_is_forced_or_stands_for_the_form_has_thinking_off(self, fields):
        body = sent(MESSAGES, request(**fields))
        assert body["thinking"] == OFF
        assert body["tool_choice"]["type"] in ("any", "tool")

    def test_what_is_refused_there_is_left_out(self):
        tool = FunctionTool(name="lookup", extra={"anthropic_messages": {"type": "custom"}})
        own = {"container": "c", "context_management": {"edits": []}, "betas": ["context-management-2025-06-27"]}
        exchange = MESSAGES.encode(request(tools=(tool,), extra={"anthropic_messages": own}))
        body = json.loads(exchange.draft.body)
        assert "type" not in body["tools"][0]
        assert not {"container", "context_management"} & body.keys()
        assert exchange.draft.headers == ()
        assert {"container", "context_management"} <= {warning.field for warning in exchange.warnings}


@pytest.mark.parametrize("codec", [RESPONSES, MESSAGES])
@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (402, "Insufficient Balance", QuotaExceeded),
        (400, "Content Exists Risk", ContentFiltered),
        (400, "This model's maximum context length is 1000000 tokens.", ContextLengthExceeded),
        (429, "Too many concurrent requests", RateLimited),
    ],
)
def test_failures_are_the_hosts_whichever_the_wire(codec, status, message, kind):
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "invalid_request_error"}
    reply = Reply(status=status, headers=(("x-request-id", "r-1"),), body=json.dumps({"error": error}).encode())
    found = codec.encode(request()).error(reply)
    assert (type(found), found.message, found.request_id, found.provider) == (kind, message, "r-1", "deepseek")
