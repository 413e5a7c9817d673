"""Requests of one kind go out as the first of them: what is read in one step comes to what is read with care."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.http import Reply
from accord.dialects.openai_chat.codec import OpenAIChat
from accord.dialects.openai_chat.forward import forwarded_exchange
from accord.dialects.openai_chat.parse_request import parse
from accord.dialects.openai_chat.plain_ask import LONGEST, around_messages, plain_ask
from accord.providers import OpenAI

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


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"model":"m"}',
        b'{"model":"m","messages":[]}',
        b'{"model":"m","messages":[{"role":"user"}]}',
        b'{"model":"m","messages":[{"role":"user","content":""}]}',
        b'{"model":"m","messages":[{"role":"user","content":null}]}',
        b'{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}',
        b'{"model":"m","messages":[{"role":"tool","content":"a","tool_call_id":"1"}]}',
        b'{"model":"m","messages":[{"role":"user","content":"a","name":"b"}]}',
        b'{"model":"m","messages":[{"role":"assistant","content":"a","tool_calls":[]}]}',
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
