"""What every target of a group has: a request that needs no more lacks nothing at any of them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from accord.catalog.request_tokens import input_tokens
from accord.core.message import Message
from accord.core.model import ModelFacts
from accord.core.part import Audio, Image, Media, Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import FunctionTool
from accord.engine.floor import floor_of
from accord.engine.need import lack, most_tokens, needs_of

MAYBE = st.sampled_from([None, True, False])
FACTS = st.one_of(
    st.none(),
    st.builds(
        ModelFacts,
        id=st.just("m"),
        input=st.sampled_from([None, ("text",), ("text", "image"), ("text", "image", "audio", "file")]),
        tools=MAYBE,
        forced_tools=MAYBE,
        structured_output=MAYBE,
        reasoning=MAYBE,
        max_output=st.sampled_from([None, 100, 1000]),
        context=st.sampled_from([None, 500, 3000, 10_000_000]),
        max_input=st.sampled_from([None, None, 400]),
    ),
)
WORDS = st.text(max_size=400)
PARTS: st.SearchStrategy[Part] = st.one_of(
    WORDS.map(lambda text: Text(text=text)),
    WORDS.map(lambda text: Refusal(text=text)),
    WORDS.map(lambda text: Reasoning(text=text)),
    WORDS.map(lambda text: ToolCall(id="c", name="look", arguments=text)),
    WORDS.map(lambda text: ToolResult(call_id="c", content=(Text(text=text),))),
    st.just(ToolResult(call_id="c", content=(Image(source=Media(data="QUFB", media_type="image/png")),))),
    st.just(Image(source=Media(url="https://example.com/a.png"))),
    st.just(Audio(source=Media(data="QUFB", media_type="audio/wav"))),
)
REQUESTS = st.builds(
    ChatRequest,
    messages=st.lists(
        st.builds(Message, role=st.just("user"), parts=st.lists(PARTS, max_size=3).map(tuple)), max_size=4
    ).map(tuple),
    tools=st.lists(
        st.builds(FunctionTool, name=st.just("look"), description=WORDS, parameters=st.just({"type": "object"})),
        max_size=3,
    ).map(tuple),
    tool_choice=st.sampled_from([None, "auto", "none", "required"]),
    response_format=st.sampled_from([None, JsonSchemaFormat(schema={"type": "object", "description": "x" * 900})]),
    reasoning=st.sampled_from([None, ReasoningConfig(effort="high"), ReasoningConfig(mode="disabled")]),
    max_output_tokens=st.sampled_from([None, 50, 500, 5000]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(FACTS, min_size=1, max_size=4), REQUESTS)
def test_what_the_floor_bears_no_target_lacks(known: list[ModelFacts | None], request: ChatRequest) -> None:
    if floor_of(known).bears(request):
        assert [lack(needs_of(request), request, facts) for facts in known] == [None] * len(known)


@settings(max_examples=300, deadline=None)
@given(REQUESTS)
def test_the_bound_is_never_below_what_is_counted(request: ChatRequest) -> None:
    bound = most_tokens(request)
    assert bound is None or input_tokens(request).min <= bound


def test_a_plain_question_needs_no_closer_look() -> None:
    facts = ModelFacts(id="m", input=("text",), tools=False, structured_output=False, reasoning=False, context=8000)
    request = ChatRequest(messages=(Message(role="user", parts=(Text(text="Hello"),)),))
    assert floor_of([facts, None]).bears(request)
