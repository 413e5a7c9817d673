"""Callers' requests: what is understood, what is kept, and what is refused where."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.error import InvalidInput
from accord.core.message import Message, tool_result, user
from accord.core.part import (
    Audio,
    CacheControl,
    File,
    Image,
    Media,
    Opaque,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from accord.core.request import AudioOutput, ChatRequest, JsonObjectFormat, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import AllowedTools, CustomTool, FunctionTool, HostedChoice, HostedTool, NamedTool
from accord.dialects.openai_chat import OpenAIChat, parse

HELLO = {"role": "user", "content": "Hello"}


def messages(*given):
    return parse(json.dumps({"model": "m", "messages": given}).encode(), ()).request.messages


def test_a_plain_request(ask):
    inbound = ask()
    assert (inbound.dialect, inbound.stream, inbound.wants_usage, inbound.received_at) == (
        "openai_chat",
        False,
        False,
        1_750_000_000,
    )
    assert inbound.request.model == "asked"
    assert inbound.request.messages == (user("Hello"),)


def test_every_field(ask):
    inbound = ask(
        stream=True,
        stream_options={"include_usage": True, "include_obfuscation": False},
        max_completion_tokens=10,
        temperature=1,
        top_p=0.5,
        top_k=3,
        n=2,
        stop="END",
        seed=-7,
        presence_penalty=0.1,
        frequency_penalty=-0.2,
        logit_bias={"1": -100},
        logprobs=True,
        top_logprobs=0,
        modalities=["text", "audio"],
        audio={"format": "wav", "voice": "alloy"},
        prediction={"type": "content", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        verbosity="low",
        metadata={"a": "b"},
        store=False,
        service_tier="flex",
        prompt_cache_key="k",
        prompt_cache_retention="24h",
        prompt_cache_options={"mode": "explicit"},
        safety_identifier="u",
        reasoning_effort="high",
        cache_control={"type": "ephemeral", "ttl": "1h"},
        parallel_tool_calls=False,
        response_format={"type": "json_object"},
        odd={"x": 1},
        nothing=None,
    )
    request = inbound.request
    assert inbound.stream
    assert inbound.wants_usage
    assert request.max_output_tokens == 10
    assert (request.temperature, request.top_p, request.top_k, request.n, request.stop) == (1, 0.5, 3, 2, ("END",))
    assert (request.seed, request.presence_penalty, request.frequency_penalty) == (-7, 0.1, -0.2)
    assert (request.logit_bias, request.logprobs, request.top_logprobs) == ({"1": -100}, True, 0)
    assert (request.modalities, request.audio) == (("text", "audio"), AudioOutput(format="wav", voice="alloy"))
    assert (request.prediction, request.verbosity, request.metadata, request.store) == ("ab", "low", {"a": "b"}, False)
    assert (request.service_tier, request.cache_key, request.cache_retention) == ("flex", "k", "24h")
    assert (request.user, request.cache) == ("u", CacheControl(ttl="1h"))
    assert request.reasoning == ReasoningConfig(effort="high")
    assert request.parallel_tool_calls is False
    assert request.response_format == JsonObjectFormat()
    assert request.extra == {
        "openai_chat": {
            "odd": {"x": 1},
            "prompt_cache_options": {"mode": "explicit"},
            "safety_identifier": "u",
            "stream_options": {"include_obfuscation": False},
        }
    }


def test_the_limits_old_name(ask):
    assert ask(max_tokens=5).request.max_output_tokens == 5
    assert ask(max_tokens=5).old_limit == 5
    both = ask(max_tokens=5, max_completion_tokens=6)
    assert (both.request.max_output_tokens, both.old_limit) == (6, None)


def test_null_is_as_good_as_missing(ask):
    nothing = dict.fromkeys(
        (
            "temperature",
            "tools",
            "tool_choice",
            "stop",
            "stream",
            "stream_options",
            "response_format",
            "metadata",
            "user",
            "odd",
        )
    )
    assert ask(**nothing).request == ask().request


def test_the_form_of_the_answer(ask):
    schema = {"name": "a", "schema": {"type": "object"}, "strict": True, "description": "d"}
    form = ask(response_format={"type": "json_schema", "json_schema": schema}).request.response_format
    assert form == JsonSchemaFormat(name="a", schema={"type": "object"}, strict=True, description="d")
    assert ask(response_format={"type": "text"}).request.response_format is None
    other = ask(response_format={"type": "grammar", "grammar": "x"}).request
    assert (other.response_format, other.extra["openai_chat"]["response_format"]["type"]) == (None, "grammar")


@pytest.mark.parametrize(
    ("fields", "config", "kept"),
    [
        ({"reasoning_effort": "none"}, ReasoningConfig(effort="none"), {}),
        ({"reasoning_effort": "ultra"}, None, {"reasoning_effort": "ultra"}),
        ({"reasoning": {"effort": "high"}}, ReasoningConfig(effort="high"), {}),
        ({"reasoning": {"max_tokens": 5, "exclude": True}}, ReasoningConfig(budget=5, visible=False), {}),
        ({"reasoning": {"enabled": False}}, ReasoningConfig(mode="disabled"), {}),
        (
            {"reasoning": {"effort": "low", "odd": 1}},
            ReasoningConfig(effort="low"),
            {"reasoning": {"effort": "low", "odd": 1}},
        ),
        ({"thinking": {"type": "disabled"}}, ReasoningConfig(mode="disabled"), {}),
        ({"thinking": {"type": "enabled", "budget_tokens": 9}}, ReasoningConfig(mode="enabled", budget=9), {}),
        ({"thinking": {"type": "adaptive"}}, ReasoningConfig(mode="adaptive"), {}),
        ({"thinking": {"clear_thinking": False}}, None, {"thinking": {"clear_thinking": False}}),
        ({"enable_thinking": True}, ReasoningConfig(mode="enabled"), {"enable_thinking": True}),
        ({"chat_template_kwargs": {"a": 1}}, None, {"chat_template_kwargs": {"a": 1}}),
    ],
    ids=str,
)
def test_how_much_to_think(ask, fields, config, kept):
    request = ask(**fields).request
    assert request.reasoning == config
    assert request.extra.get("openai_chat", {}) == kept


def test_what_openai_has_no_word_for_stays_as_it_came(ask):
    request = ask(metadata={"tags": ["a"]}, audio={"format": "wav", "voice": {"id": "v"}}, verbosity="extreme").request
    assert (request.metadata, request.audio, request.verbosity) == (None, None, None)
    assert request.extra["openai_chat"].keys() == {"metadata", "audio", "verbosity"}


def test_parts_of_a_message():
    content = [
        {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "5m"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}},
        {
            "type": "image_url",
            "image_url": {"url": "https://example.org/a.png"},
            "prompt_cache_breakpoint": {"mode": "explicit"},
        },
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "mp3"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "AA=="}},
        {"type": "video_url", "video_url": {"url": "https://example.org/v"}},
        {"type": "input_smell", "smell": 1},
        {"type": "image_url", "image_url": {"url": "data:text/plain,a%20b"}},
    ]
    [message] = messages({"role": "user", "content": content, "name": "ann", "odd": 1})
    mark = {"cache_control": {"type": "ephemeral", "ttl": "5m"}}
    assert message.parts == (
        Text(text="x", cache=CacheControl(ttl="5m"), extra={"openai_chat": mark}),
        Image(source=Media(data="AA==", media_type="image/png"), detail="low"),
        Image(
            source=Media(url="https://example.org/a.png"),
            cache=CacheControl(),
            extra={"openai_chat": {"prompt_cache_breakpoint": {"mode": "explicit"}}},
        ),
        Audio(source=Media(data="AA==", media_type="audio/mpeg")),
        File(source=Media(file_id="file-1")),
        File(source=Media(data="AA==", media_type="application/pdf"), filename="a.pdf"),
        File(source=Media(data="AA=="), filename="a.pdf"),
        File(source=Media(url="https://example.org/v", media_type="video/*")),
        Opaque(dialect="openai_chat", raw={"type": "input_smell", "smell": 1}),
        Image(source=Media(data="YSBi", media_type="text/plain")),
    )
    assert (message.name, message.extra) == ("ann", {"openai_chat": {"odd": 1}})


def test_an_assistants_turn():
    turn = {
        "role": "assistant",
        "content": [{"type": "text", "text": "x"}, {"type": "refusal", "refusal": "n"}],
        "refusal": "No.",
        "audio": {"id": "audio_1"},
        "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}, "index": 0},
            {"id": "2", "type": "custom", "custom": {"name": "g", "input": "free"}},
            {"id": "3", "function": {"name": "h", "arguments": {"a": 1}}},
        ],
        "function_call": None,
        "annotations": [],
    }
    [message] = messages(turn)
    assert message == Message(
        role="assistant",
        parts=(
            Text(text="x"),
            Refusal(text="n"),
            Refusal(text="No."),
            Audio(source=Media(), id="audio_1"),
            ToolCall(id="1", name="f", arguments="{}", extra={"openai_chat": {"index": 0}}),
            ToolCall(id="2", name="g", arguments="free", kind="custom"),
            ToolCall(id="3", name="h", arguments='{"a":1}'),
        ),
        extra={"openai_chat": {"annotations": []}},
    )


def test_an_assistant_that_only_calls():
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    for content in ({"content": None}, {"content": ""}, {}):
        [message] = messages({"role": "assistant", "tool_calls": [call], **content})
        assert message.parts == (ToolCall(id="1", name="f", arguments="{}"),)


def test_results_of_tools():
    found = messages(
        {"role": "tool", "tool_call_id": "1", "content": "a"},
        {"role": "tool", "tool_call_id": "2", "name": "f", "content": [{"type": "text", "text": "b"}]},
    )
    assert found[0] == tool_result("1", "a")
    assert found[1].parts == (
        ToolResult(call_id="2", name="f", content=(Text(text="b"),), extra={"openai_chat": {"name": "f"}}),
    )


def test_deprecated_functions(ask):
    inbound = ask(
        functions=[{"name": "f", "parameters": {"type": "object"}}],
        function_call={"name": "f"},
        messages=[
            HELLO,
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "function", "name": "f", "content": "1"},
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "function", "name": "f", "content": None},
        ],
    )
    request = inbound.request
    assert inbound.speaks_of_functions
    assert request.tools == (FunctionTool(name="f", parameters={"type": "object"}),)
    assert request.tool_choice == NamedTool(name="f")
    ids = [request.messages[index].parts[0] for index in (1, 2, 3, 4)]
    assert ids[0].id == ids[1].call_id != ids[2].id == ids[3].call_id
    assert ask(function_call="none").request.tool_choice == "none"
    assert ask(function_call="auto").request.tool_choice == "auto"


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "reasoning_text"])
def test_reasoning_comes_back_in_any_field(field):
    [message] = messages({"role": "assistant", "content": "x", field: "Hm."})
    assert message.parts[0] == Reasoning(text="Hm.", owner="openai_chat", extra={"openai_chat": {"field": field}})
    assert message.extra == {}


def test_of_two_fields_the_other_is_kept():
    [message] = messages({"role": "assistant", "content": "x", "reasoning_content": "a", "reasoning": "b"})
    assert message.extra == {"openai_chat": {"reasoning": "b"}}


def test_thinking_blocks_of_litellms_callers():
    blocks = [
        {"type": "thinking", "thinking": "Hm.", "signature": "sig"},
        {"type": "redacted_thinking", "data": "blob"},
    ]
    [message] = messages({"role": "assistant", "content": "x", "thinking_blocks": blocks, "reasoning_content": "Hm."})
    first, second, text = message.parts
    assert (first.text, first.signature, first.owner) == ("Hm.", "sig", "anthropic_messages")
    assert (second.encrypted, second.owner) == ("blob", "anthropic_messages")
    assert text == Text(text="x")
    [sent] = json.loads(OpenAIChat(model="m").encode(request_of(message)).draft.body)["messages"]
    assert (sent["thinking_blocks"], sent["reasoning_content"]) == (blocks, "Hm.")


def request_of(*given):
    return ChatRequest(messages=given)


def test_tools(ask):
    request = ask(
        tools=[
            {
                "type": "function",
                "function": {"name": "f", "description": "d", "parameters": {}, "strict": True, "odd": 1},
                "cache_control": {"type": "ephemeral"},
            },
            {"function": {"name": "bare"}},
            {
                "type": "custom",
                "custom": {
                    "name": "g",
                    "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "x"}},
                },
            },
            {"type": "openrouter:datetime", "parameters": {}},
        ],
        web_search_options={"search_context_size": "low"},
    ).request
    assert request.tools == (
        FunctionTool(
            name="f",
            description="d",
            parameters={},
            strict=True,
            cache=CacheControl(),
            extra={"openai_chat": {"cache_control": {"type": "ephemeral"}, "function": {"odd": 1}}},
        ),
        FunctionTool(name="bare"),
        CustomTool(name="g", format={"type": "grammar", "syntax": "lark", "definition": "x"}),
        HostedTool(dialect="openai_chat", raw={"type": "openrouter:datetime", "parameters": {}}),
        HostedTool(
            dialect="openai_chat",
            raw={"type": "web_search", "web_search_options": {"search_context_size": "low"}},
        ),
    )


@pytest.mark.parametrize(
    ("wire", "choice"),
    [
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ("any", "required"),
        ({"type": "function", "function": {"name": "f"}}, NamedTool(name="f")),
        ({"type": "custom", "custom": {"name": "f"}}, NamedTool(name="f", kind="custom")),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
            },
            AllowedTools(mode="auto", names=("f",)),
        ),
        ({"type": "x:search"}, HostedChoice(dialect="openai_chat", raw={"type": "x:search"})),
    ],
    ids=str,
)
def test_choices(ask, wire, choice):
    assert ask(tool_choice=wire).request.tool_choice == choice


FAULTS = [
    (b"", None),
    (b"nonsense", None),
    (b"[]", None),
    (b"null", None),
    (b"\xff", None),
    (b'{"model":"a","model":"b","messages":[]}', "model"),
    (b'{"messages":' + b"[" * 9000 + b"]" * 9000 + b"}", None),
    ({"messages": [HELLO]}, "model"),
    ({"model": 1, "messages": [HELLO]}, "model"),
    ({"model": "m"}, "messages"),
    ({"model": "m", "messages": None}, "messages"),
    ({"model": "m", "messages": {}}, "messages"),
    ({"model": "m", "messages": []}, "messages"),
    ({"temperature": "hot"}, "temperature"),
    ({"temperature": True}, "temperature"),
    ({"n": 1.5}, "n"),
    ({"stream": "yes"}, "stream"),
    ({"stream_options": []}, "stream_options"),
    ({"stream_options": {"include_usage": 1}}, "stream_options.include_usage"),
    ({"stop": 1}, "stop"),
    ({"stop": ["a", 1]}, "stop[1]"),
    ({"modalities": "text"}, "modalities"),
    ({"logit_bias": {"1": "x"}}, "logit_bias.1"),
    ({"metadata": []}, "metadata"),
    ({"audio": {"format": "wav"}}, "audio.voice"),
    ({"prediction": {"content": 1}}, "prediction.content"),
    ({"response_format": "json"}, "response_format"),
    ({"response_format": {}}, "response_format.type"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    ({"response_format": {"type": "json_schema", "json_schema": {"schema": 1}}}, "response_format.json_schema.schema"),
    ({"reasoning_effort": 1}, "reasoning_effort"),
    ({"tools": {}}, "tools"),
    ({"tools": [1]}, "tools[0]"),
    ({"tools": [{}]}, "tools[0].type"),
    ({"tools": [{"type": "function"}]}, "tools[0].function"),
    ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
    ({"tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]}, "tools[0].function.parameters"),
    ({"functions": [{}]}, "functions[0].name"),
    ({"tool_choice": "maybe"}, "tool_choice"),
    ({"tool_choice": {"type": "function"}}, "tool_choice.function"),
    ({"tool_choice": {"type": "function", "function": {}}}, "tool_choice.function.name"),
    ({"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "x"}}}, "tool_choice.allowed_tools.mode"),
    ({"function_call": 1}, "function_call"),
    ({"messages": [1]}, "messages[0]"),
    ({"messages": [{"content": "x"}]}, "messages[0].role"),
    ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role"),
    ({"messages": [{"role": "user"}]}, "messages[0].content"),
    ({"messages": [{"role": "user", "content": None}]}, "messages[0].content"),
    ({"messages": [{"role": "system", "content": 1}]}, "messages[0].content"),
    ({"messages": [HELLO, {"role": "user", "content": ["x"]}]}, "messages[1].content[0]"),
    ({"messages": [{"role": "user", "content": [{}]}]}, "messages[0].content[0].type"),
    ({"messages": [{"role": "user", "content": [{"type": 1}]}]}, "messages[0].content[0].type"),
    ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
    (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "https://x"}]}]},
        "messages[0].content[0].image_url",
    ),
    (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
        "messages[0].content[0].image_url.url",
    ),
    ({"messages": [{"role": "user", "content": [{"type": "file", "file": {}}]}]}, "messages[0].content[0].file"),
    ({"messages": [{"role": "user", "content": "x", "name": 1}]}, "messages[0].name"),
    ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
    ({"messages": [{"role": "function", "content": "x"}]}, "messages[0].name"),
    ({"messages": [{"role": "assistant", "tool_calls": [{}]}]}, "messages[0].tool_calls[0].function"),
    (
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}]},
        "messages[0].tool_calls[0].id",
    ),
    (
        {"messages": [{"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": 1}}]}]},
        "messages[0].tool_calls[0].function.arguments",
    ),
    ({"messages": [{"role": "assistant", "audio": {}}]}, "messages[0].audio.id"),
]


@pytest.mark.parametrize(("body", "place"), FAULTS, ids=[f"{index} {row[1]}" for index, row in enumerate(FAULTS)])
def test_what_is_refused_and_where(body, place):
    if isinstance(body, dict):
        body = (
            body if "model" in body or body.get("messages") == [HELLO] else {"model": "m", "messages": [HELLO], **body}
        )
        body = json.dumps(body).encode()
    with pytest.raises(InvalidInput) as refusal:
        parse(body, ())
    assert refusal.value.param == place
    assert (
        place is None or refusal.value.message.startswith(f"`{place}`: ") or "more than once" in refusal.value.message
    )


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_the_callers_mistake(data):
    for prefix in (b"", b'{"model":"m","messages":['):
        with pytest.raises(InvalidInput):
            parse(prefix + data, ())


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ("type", "text", "role", "content", "function", "name", "id", "url", "image_url", "file", "mode")
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
fields = st.sampled_from(
    (
        *("messages", "tools", "tool_choice", "response_format", "stop", "reasoning", "thinking", "metadata"),
        *("audio", "prediction", "stream_options", "functions", "function_call", "web_search_options", "modalities"),
    )
)


@given(st.dictionaries(fields, values, max_size=4), st.lists(values, max_size=2))
def test_any_json_is_understood_or_the_callers_mistake(body, turns):
    given_body = {"model": "m", "messages": [HELLO, *turns], **body}
    try:
        inbound = parse(json.dumps(given_body).encode(), ())
    except InvalidInput:
        return
    assert json.loads(OpenAIChat(model="m").encode(inbound.request, on_unsupported="drop").draft.body)["messages"]


# What `encode` writes, `parse` reads back the same.

words = st.text(min_size=1, max_size=6)
plain = st.builds(Text, text=words)
pictures = st.builds(Image, source=st.builds(Media, url=st.just("https://example.org/a.png")), detail=st.none() | words)
files = st.builds(File, source=st.builds(Media, file_id=words))
user_turns = st.lists(plain | pictures | files, min_size=1, max_size=3).map(
    lambda parts: Message(role="user", parts=tuple(parts))
)
results = st.builds(tool_result, words, st.lists(plain, min_size=1, max_size=2))
calls = st.builds(
    ToolCall, id=words, name=st.text("abc", min_size=1), arguments=words, kind=st.sampled_from(("function", "custom"))
)
assistant_turns = st.builds(
    lambda text, calls: Message(role="assistant", parts=(*text, *calls)),
    st.lists(plain, max_size=1),
    st.lists(calls, max_size=2),
)
conversations = st.lists(user_turns | results | assistant_turns, min_size=1, max_size=4)


@given(conversations, st.none() | st.floats(0, 2), st.lists(words, max_size=2), st.none() | st.integers(0, 9))
def test_what_encode_writes_parse_reads_back(turns, temperature, stop, seed):
    request = ChatRequest(
        model="m",
        messages=tuple(turns),
        tools=(FunctionTool(name="f", parameters={"type": "object"}), CustomTool(name="g")),
        temperature=temperature,
        stop=tuple(stop),
        seed=seed,
        max_output_tokens=5,
    )
    exchange = OpenAIChat(model="m").encode(request)
    assert exchange.warnings == ()
    read = parse(exchange.draft.body, ()).request
    # An assistant that says nothing is written with an empty text, which says nothing.
    assert read == request
