"""Any conversation that other wires allow becomes one that Gemini takes."""

import json
from typing import Any

import pytest
from google.genai import types
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.message import Message, assistant, system, tool_result, user
from accord.core.part import (
    CacheControl,
    File,
    Image,
    Media,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from accord.core.request import ChatRequest, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import CustomTool, FunctionTool, HostedTool, ToolNamespace
from accord.dialects.gemini import AI_STUDIO, VERTEX, Gemini, Knobs

PNG = Media(data="iVBORw0KGgo=", media_type="image/png")

said = st.lists(
    st.one_of(
        st.builds(lambda text: Text(text=text), st.text(max_size=4)),
        st.just(Image(source=PNG)),
        st.just(File(source=Media(data="JVBERi0=", media_type="application/pdf"), filename="a.pdf")),
    ),
    max_size=2,
)
thought = st.lists(
    st.one_of(
        st.just(Reasoning(text="hm", signature="s", owner="anthropic_messages")),
        st.just(Reasoning(text="hm")),
        st.just(Refusal(text="no")),
        st.just(Opaque(dialect="anthropic_messages", raw={"type": "server_tool_use"})),
        st.builds(lambda text: Text(text=text), st.text(max_size=4)),
    ),
    max_size=3,
)


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Message, ...]:
    """Turns as OpenAI's and Anthropic's wires allow them: every call is answered before the model goes on."""
    found: list[Message] = []
    for turn in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            found.append(system("rule"))
        if draw(st.booleans()):
            found.append(user(draw(said)))
        count = draw(st.integers(0, 3))
        # Ids that repeat from turn to turn, that are longer than any wire's, or that were never given.
        kind = draw(st.sampled_from(["call_{n}", "toolu_{turn}_{n}", "x" * 70 + "{turn}{n}"]))
        ids = [kind.format(n=n, turn=turn) for n in range(count)]
        names = [draw(st.sampled_from(["f", "1 odd name!", "mcp.tool"])) for _ in ids]
        calls = [
            ToolCall(id=one, name=name, arguments=draw(st.sampled_from(["", "{}", '{"a": 1}', "[1", '"x"'])))
            for one, name in zip(ids, names, strict=True)
        ]
        parts: list[Part] = [*draw(thought), *calls]
        split = draw(st.booleans())
        found += [assistant(part) for part in parts] if split else [assistant(parts)]
        order = draw(st.permutations(ids))
        if ids and draw(st.booleans()):
            found.append(system("in between"))
        if draw(st.booleans()):
            found += [tool_result(one, draw(st.sampled_from(["", "ok", '{"b": 2}']))) for one in order]
        else:
            content = (Text(text="see"), Image(source=PNG))
            results = tuple([ToolResult(call_id=one, content=content, is_error=one == order[0]) for one in order])
            found.append(Message(role="user", parts=(*results, *draw(said))))
    return tuple(found)


def check(contents: list[dict[str, Any]]) -> None:
    """The rules that Gemini refuses requests by."""
    assert contents
    before: list[dict[str, Any]] = []
    for place, content in enumerate(contents):
        types.Content.model_validate(content)
        assert content["parts"], "a turn must not be empty"
        calls = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
        results = [part["functionResponse"] for part in content["parts"] if "functionResponse" in part]
        assert [one["name"] for one in results] == [one["name"] for one in before], "results right after their calls"
        assert [one.get("id") for one in results] == [one.get("id") for one in before]
        if content["role"] == "model":
            assert place == 0 or contents[place - 1]["role"] == "user"
            assert not calls or place > 0, "calls follow the user"
        before = calls
    assert not before, "every call is answered"


@settings(max_examples=150, deadline=None)
@given(
    conversations(),
    st.sampled_from(["gemini-1.5-pro", "gemini-2.5-flash", "gemini-3.8-flash"]),
    st.sampled_from([AI_STUDIO, VERTEX]),
)
def test_every_conversation_is_one_that_gemini_takes(messages: tuple[Message, ...], model: str, knobs: Knobs) -> None:
    body = json.loads(Gemini(model=model, knobs=knobs).encode(ChatRequest(messages=messages)).draft.body)
    check(body["contents"])
    if "systemInstruction" in body:
        types.Content.model_validate(body["systemInstruction"])
    if model == "gemini-3.8-flash":
        firsts = [
            next((part for part in turn["parts"] if "functionCall" in part), None)
            for turn in body["contents"]
            if turn["role"] == "model"
        ]
        assert all("thoughtSignature" in part for part in firsts if part is not None)


@pytest.mark.parametrize("knobs", [AI_STUDIO, VERTEX])
def test_what_a_coding_agent_sends_gets_an_answer(knobs: Knobs) -> None:
    """Agents send much that is advice: it is left out with a warning, and never a reason to refuse."""
    mark = CacheControl(ttl="1h")
    request = ChatRequest(
        messages=(
            Message(role="system", parts=(Text(text="You are an agent.", cache=mark),)),
            Message(role="user", parts=(Text(text="fix it", cache=mark),)),
            assistant(
                [
                    Reasoning(text="hm", signature="s", owner="anthropic_messages"),
                    ToolCall(id="a", name="shell", namespace="mcp", arguments='{"cmd":"ls"}'),
                    ToolCall(id="b", name="apply_patch", arguments="*** Begin", kind="custom"),
                ]
            ),
            tool_result("a", "file.py"),
            tool_result("b", "done"),
        ),
        tools=(
            ToolNamespace(name="mcp", tools=(FunctionTool(name="shell", parameters={"type": "object"}, strict=True),)),
            CustomTool(name="apply_patch", format={"type": "grammar", "syntax": "lark", "definition": "start: x"}),
            HostedTool(dialect="openai_responses", raw={"type": "web_search"}),
            HostedTool(dialect="openai_responses", raw={"type": "image_generation"}),
        ),
        tool_choice="auto",
        parallel_tool_calls=False,
        response_format=JsonSchemaFormat(schema={"type": "object"}),
        reasoning=ReasoningConfig(effort="high", summary="auto", encrypted=True),
        verbosity="low",
        metadata={"session": "1"},
        user="u",
        store=False,
        cache_key="k",
        extra={"openai_responses": {"client_metadata": {}}, "anthropic_messages": {"context_management": {}}},
    )
    exchange = Gemini(model="gemini-3.8-flash", knobs=knobs).encode(request)
    body = json.loads(exchange.draft.body)
    check(body["contents"])
    assert [types.Tool.model_validate(tool) for tool in body["tools"]]
    types.ToolConfig.model_validate(body["toolConfig"])
    types.GenerationConfig.model_validate(body["generationConfig"])
    assert {one.field for one in exchange.warnings} == {
        "verbosity",
        "user",
        "cache_key",
        "client_metadata",
        "context_management",
        "metadata",
        "parallel_tool_calls",
        "tools[1].format",
        "tools[2]",
        "tools[3]",
        "messages[0].parts[0].cache",
        "messages[2].parts[0]",
        "messages[].parts[].signature",
    }
