"""Conversations go to JSON and back without losing anything."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord import ChatResponse, Conversation, InvalidInput, Message, user
from accord.core.part import (
    Audio,
    CacheControl,
    Citation,
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
from accord.core.response import Choice

WORDS = st.text(max_size=6)
MAYBE = st.none() | WORDS
DIALECTS = st.sampled_from(["openai_chat", "openai_responses", "anthropic_messages", "gemini"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
OBJECTS = st.dictionaries(WORDS, JSON, max_size=2)
EXTRA = st.dictionaries(DIALECTS, OBJECTS, max_size=2)
COMMON = {"cache": st.none() | st.builds(CacheControl, ttl=MAYBE), "extra": EXTRA}
MEDIA = st.builds(Media, url=MAYBE, data=MAYBE, file_id=MAYBE, media_type=MAYBE)
MOMENTS = st.none() | st.integers(0, 2**40)
CITATIONS = st.builds(Citation, url=MAYBE, title=MAYBE, quote=MAYBE, start=MOMENTS, end=MOMENTS, extra=EXTRA)
TEXTS = st.builds(Text, text=WORDS, citations=st.lists(CITATIONS, max_size=1).map(tuple), **COMMON)
IMAGES = st.builds(Image, source=MEDIA, detail=MAYBE, **COMMON)
SOUNDS = st.builds(Audio, source=MEDIA, transcript=MAYBE, id=MAYBE, expires_at=MOMENTS, **COMMON)
FILES = st.builds(File, source=MEDIA, filename=MAYBE, context=MAYBE, citations=st.none() | st.booleans(), **COMMON)
OPAQUE = st.builds(Opaque, dialect=DIALECTS, raw=OBJECTS, **COMMON)
CALLS = st.builds(
    ToolCall,
    id=WORDS,
    name=WORDS,
    arguments=WORDS,
    kind=st.sampled_from(["function", "custom"]),
    namespace=MAYBE,
    item_id=MAYBE,
    signature=MAYBE,
    **COMMON,
)
RESULTS = st.builds(
    ToolResult,
    call_id=WORDS,
    content=st.lists(TEXTS | IMAGES | SOUNDS | FILES | OPAQUE, max_size=2).map(tuple),
    is_error=st.none() | st.booleans(),
    name=MAYBE,
    kind=st.sampled_from(["function", "custom"]),
    **COMMON,
)
REASONING = st.builds(
    Reasoning,
    text=WORDS,
    summary=st.lists(WORDS, max_size=2).map(tuple),
    signature=MAYBE,
    encrypted=MAYBE,
    id=MAYBE,
    owner=st.none() | DIALECTS,
    **COMMON,
)
REFUSALS = st.builds(Refusal, text=WORDS, **COMMON)
PARTS = st.one_of(TEXTS, IMAGES, SOUNDS, FILES, OPAQUE, CALLS, RESULTS, REASONING, REFUSALS)
MESSAGES = st.builds(
    Message,
    role=st.sampled_from(["system", "developer", "user", "assistant", "tool"]),
    parts=st.lists(PARTS, max_size=3).map(tuple),
    name=MAYBE,
    extra=EXTRA,
)


@given(st.lists(MESSAGES, max_size=3))
def test_nothing_is_lost(messages: list[Message]) -> None:
    talk = Conversation(messages=tuple(messages))
    saved = talk.to_json()
    assert Conversation.from_json(saved) == talk
    assert Conversation.from_json(saved.encode()).to_json() == saved


def test_every_kind_of_part_is_in_the_property() -> None:
    assert set(get_args(Part)) == {Text, Image, Audio, File, Opaque, ToolCall, ToolResult, Reasoning, Refusal}


def test_it_grows_by_new_values() -> None:
    first = Conversation().then("Hello")
    answer = ChatResponse(choices=(Choice(message=Message(role="assistant", parts=(Text(text="Hi"),))),))
    second = first.then(answer, "And you?", user("Again"))
    assert [message.text for message in second.messages] == ["Hello", "Hi", "And you?", "Again"]
    assert len(first.messages) == 1


def test_a_response_without_an_answer_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no answer"):
        Conversation().then(ChatResponse())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no conversation that Accord wrote"),
        ("[]", "Expected `object`"),
        ("{}", "missing required field `version`"),
        (
            '{"kind": "accord.conversation", "version": 2, "messages": "?"}',
            "form 2, and this version of Accord reads 1",
        ),
        ('{"kind": "accord.conversation", "version": 1}', "missing required field `messages`"),
        ('{"kind": "accord.conversation", "version": 1, "messages": [{"role": "king"}]}', r"\$.messages\[0\].role"),
        (
            '{"kind": "accord.conversation", "version": 1, "messages": [{"role": "user", "parts": [{"type": "smell"}]}]}',
            r"\$.messages\[0\].parts\[0\].type",
        ),
        ("[" * 100_000, "no conversation"),
        (b"\xff", "UTF-8|no conversation"),
    ],
    ids=str,
)
def test_anything_else_is_refused_and_says_where(text: str | bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Conversation.from_json(text)


def test_what_json_cannot_carry_is_refused() -> None:
    odd = Message(role="user", extra={"gemini": {"x": object()}})
    with pytest.raises(InvalidInput, match="cannot be written as JSON"):
        Conversation(messages=(odd,)).to_json()


def test_the_form_is_written_down() -> None:
    talk = Conversation().then("Hello")
    assert json.loads(talk.to_json()) == {
        "kind": "accord.conversation",
        "version": 1,
        "messages": [{"role": "user", "parts": [{"type": "text", "text": "Hello"}]}],
    }
