"""Requests of one kind go out as the first of them: what is read in one step comes to what is read with care."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.http import Reply
from accord.dialects.openai_chat.codec import OpenAIChat
from accord.dialects.openai_chat.forward import forwarded_exchange
from accord.dialects.openai_chat.parse_request import parse
from accord.dialects.openai_chat.parse_spoken import turns_in
from accord.dialects.openai_chat.plain_ask import LONGEST, around_messages, in_other_words, plain_ask
from accord.providers import OpenAI, VertexAI

MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "system", "developer", "assistant"]), "content": st.text(min_size=1)}
    ),
    min_size=1,
    max_size=4,
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "max_tokens": st.none() | st.integers(1, 10**6),
        "max_completion_tokens": st.none() | st.integers(1, 10**6),
        "temperature": st.none() | st.floats(0, 2),
        "top_p": st.none() | st.floats(0, 1),
        "stream": st.none() | st.just(False),
    },
)
WRITING = st.sampled_from([{"separators": (",", ":")}, {}, {"ensure_ascii": False}, {"indent": 1}])


@given(MESSAGES, SETTINGS, WRITING, st.data())
def test_requests_of_one_kind_go_out_alike(
    messages: list[dict[str, str]], settings: dict[str, object], writing: dict[str, object], data: st.DataObject
) -> None:
    others = [{**message, "content": data.draw(st.text(min_size=1))} for message in messages]
    first, second = (
        json.dumps({"model": "best", **settings, "messages": spoken}, **writing).encode(  # type: ignore[arg-type]
            "utf-8", "surrogatepass"
        )
        for spoken in (messages, others)
    )
    asked, again = plain_ask(first), plain_ask(second)
    assert asked is not None
    assert again is not None
    assert asked.kind == again.kind
    for codec in (
        OpenAIChat(model="gpt-5.4-mini"),
        OpenAI(api_key="sk-test").chat_codec("gpt-5.4-mini", "openai_chat"),
    ):
        example = codec.forward(parse(first, ()))
        expected = codec.forward(parse(second, ()))
        assert (example is None) == (expected is None)
        if example is not None and expected is not None:
            assert example.repeated().write(again) == expected.draft.body  # type: ignore[attr-defined]


PARTS = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": st.text()}), max_size=2)
CONTENT = st.text() | PARTS
FUNCTION = st.fixed_dictionaries({"name": st.text(), "arguments": st.text()})
CALL = st.fixed_dictionaries({"id": st.text(), "function": FUNCTION}, optional={"type": st.just("function")})
TURNS = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "system", "developer"]), "content": CONTENT}, optional={"name": st.text()}
    )
    | st.fixed_dictionaries(
        {"role": st.just("assistant")},
        optional={"content": st.none() | st.text(), "tool_calls": st.none() | st.lists(CALL, max_size=2)},
    )
    | st.fixed_dictionaries({"role": st.just("tool"), "tool_call_id": st.text(), "content": CONTENT}),
    min_size=1,
    max_size=6,
)


def asked_with(messages: object, settings: dict[str, object]) -> bytes:
    return json.dumps({"model": "best", **settings, "messages": messages}).encode("utf-8", "surrogatepass")


@given(TURNS, SETTINGS)
def test_requests_with_calls_go_out_as_others_of_their_kind(
    messages: list[dict[str, object]], settings: dict[str, object]
) -> None:
    body = asked_with(messages, settings)
    asked = plain_ask(body)
    assert asked is not None
    example = in_other_words(asked)
    again = plain_ask(example)
    assert again is not None
    if not asked.said:
        assert set(asked.kind[2:]) == {type(turn) for turn in turns_in(msgspec.Raw(json.dumps(messages).encode()))}
        assert len(example) < 1000 + len(json.dumps(settings))
    for codec in (
        OpenAIChat(model="gpt-5.4-mini"),
        OpenAI(api_key="sk-test").chat_codec("gpt-4.1", "openai_chat"),
        VertexAI(project="p", location="l").chat_codec("zai-org/glm-5-maas", "openai_chat"),
    ):
        kept = codec.forward(parse(example, ()))
        expected = codec.forward(parse(body, ()))
        assert (kept is None) == (expected is None)
        if kept is not None and expected is not None:
            assert kept.repeated().write(asked) == expected.draft.body  # type: ignore[attr-defined]


def test_kinds_with_calls_are_told_by_who_speaks() -> None:
    user, result = {"role": "user", "content": [{"type": "text", "text": "a"}]}, {"role": "tool", "content": "a"}
    call = {"id": "call_9", "type": "function", "function": {"name": "secret", "arguments": '{"secret": 1}'}}
    assistant = {"role": "assistant", "content": None, "tool_calls": [call]}
    loops = [
        [user, *[assistant, {**result, "tool_call_id": "call_9"}, {**result, "tool_call_id": "call_8"}] * times]
        for times in range(3)
    ]
    kinds = []
    for loop in loops:
        asked = plain_ask(asked_with(loop, {}))
        assert asked is not None
        assert not asked.said
        assert b"secret" not in in_other_words(asked)
        kinds.append(asked.kind)
    assert kinds[0] != kinds[1] == kinds[2]
    many = plain_ask(asked_with([{"role": "user", "content": "a"}] * 101, {}))
    assert many is not None
    assert len(many.kind) == 3
    assert not many.said


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"model":"m"}',
        b'{"model":"m","messages":[]}',
        b'{"model":"m","messages":[{"role":"user"}]}',
        b'{"model":"m","messages":[{"role":"user","content":null}]}',
        b'{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":null}]}]}',
        b'{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"a"}}]}]}',
        b'{"model":"m","messages":[{"role":"tool","content":"a"}]}',
        b'{"model":"m","messages":[{"role":"tool","content":null,"tool_call_id":"1"}]}',
        b'{"model":"m","messages":[{"role":"tool","content":"a","tool_call_id":"1","name":"f"}]}',
        b'{"model":"m","messages":[{"role":"function","content":"a","name":"f"}]}',
        b'{"model":"m","messages":[{"role":"user","content":"a","name":5}]}',
        b'{"model":"m","messages":[{"role":"assistant","content":"a","reasoning_content":"b"}]}',
        b'{"model":"m","messages":[{"role":"assistant","content":null,"refusal":"b"}]}',
        b'{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"custom","custom":{"name":"f","input":""}}]}]}',
        b'{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}]}]}',
        b'{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":""}}]}]}',
        b'{"model":"%b","messages":[{"role":"user","content":"a"}]}' % (b"m" * LONGEST),
        b'{"model":"m","mess\\u0061ges":[{"role":"user","content":"a"}]}',
        b'{"metadata":{"messages":[]},"messages":[{"role":"user","content":"a"}]}',
        b'{"messages":[{"role":"user","content":"b"}],"messages":[{"role":"user","content":"a"}]}',
        b'{"model":"m","messages":[{"role":"user","content":"\xff"}]}',
        b'{"model":"m","messages":[{"role":"user","content":"a"}]',
        b'{"model":"m","messages":[{"role":"user","content":"a"}]}}',
        b"[" * 100_000,
    ],
)
def test_what_is_more_or_wrong_is_left_to_others(body: bytes) -> None:
    assert plain_ask(body) is None


def test_kinds_differ_in_what_decides() -> None:
    asked: dict[str, object] = {"model": "m", "messages": [{"role": "user", "content": "a"}]}
    others: list[dict[str, object]] = [
        {},
        {"model": "n"},
        {"max_tokens": 5},
        {"max_completion_tokens": 5},
        {"temperature": 0.5},
        {"top_p": 0.5},
        {"stream": True},
        {"tools": []},
        {"mystery": 1},
        {"metadata": {"messages": "a"}},
        {"messages": [{"role": "system", "content": "a"}]},
        {"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "a"}]},
    ]
    bodies = [json.dumps({**asked, **other}).encode() for other in others]
    said = b'"messages":[{"role":"user","content":"a"}]'
    bodies += [
        b'{"model":"m",%b,"model":"n"}' % said,
        b'{"model":"m",%b,"mod\\u0065l":"n"}' % said,
        b'{"model":"m",%b,%b}' % (said, said),
        b'{"metadata":{%b},"model":"m",%b}' % (said, said),
        b'{"model":"m","user":"\xff",%b}' % said,
        b"{%b}" % said,
    ]
    kinds = [found.kind for body in bodies if (found := plain_ask(body))]
    assert len(set(kinds)) == len(bodies)


@pytest.mark.parametrize(
    ("body", "around"),
    [
        (b'{"messages":[1]}', (b'{"messages":', b"}")),
        (b'{"a": 1, "messages": [1]}', (b'{"a":1,"messages":', b"}")),
        (b'{"messages":[1],"a":[2]}', (b'{"messages":', b',"a":[2]}')),
        (b'{"a":{"messages":[1]},"messages":[1],"b":0}', (b'{"a":{"messages":[1]},"messages":', b',"b":0}')),
    ],
)
def test_around_the_messages(body: bytes, around: tuple[bytes, bytes]) -> None:
    assert around_messages(body) == around


def test_what_is_handed_on_unread_is_read_the_same_with_care() -> None:
    codec = OpenAIChat(model="gpt-5.4-mini")
    inbound = parse(b'{"model":"best","messages":[{"role":"user","content":"a"}]}', ())
    exchange = forwarded_exchange(codec, inbound)
    assert exchange is not None
    body = json.dumps(
        {
            "id": "c",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-5.4-mini-2026",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "length"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
        }
    ).encode()
    told = exchange.repeated().read(body)  # type: ignore[attr-defined]
    response = exchange.decode(Reply(status=200, headers=(), body=body))
    assert told is not None
    assert (told.model, told.usage) == (response.model, response.usage)
    assert told.body == inbound.render(response, forwarded=True)
