"""Members that are null where OpenAI's schema knows no null, in answers that are handed on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.http import Reply
from accord.dialects.openai_chat import OpenAIChat, parse
from accord.dialects.openai_chat.null_member import without_nulls

NEVER = {"annotations": None, "function_call": None, "tool_calls": None}
ALL = ("system_fingerprint", *NEVER)
SAID = 'Say "system_fingerprint":null, and "tool_calls": null.'


def asked(**fields: object):
    body = {"model": "mine", "messages": [{"role": "user", "content": "Hi"}], **fields}
    inbound = parse(json.dumps(body).encode(), (), received_at=7)
    forwarding = OpenAIChat(model="up").forward(inbound)
    assert forwarding is not None
    return inbound, forwarding


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ('{"a":1,"system_fingerprint":null}', '{"a":1}'),
        ('{"system_fingerprint":null,"a":1}', '{"a":1}'),
        ('{\n  "a": 1,\n  "system_fingerprint": null\n}', '{\n  "a": 1\n}'),
        ('{"a":1, "tool_calls" : null , "b":2}', '{"a":1 , "b":2}'),
        ('{"tool_calls":null,"annotations":null,"function_call":null,"b":2}', '{"b":2}'),
        (
            '{"a":"system_fingerprint","b":"\\"tool_calls\\":null,"}',
            '{"a":"system_fingerprint","b":"\\"tool_calls\\":null,"}',
        ),
        ('{"a":1,"system_fingerprint":"fp"}', '{"a":1,"system_fingerprint":"fp"}'),
    ],
)
def test_they_are_cut_out_of_the_bytes(given: str, left: str) -> None:
    assert without_nulls(given.encode(), ALL) == left.encode()


_NAMES = st.sampled_from(["system_fingerprint", "annotations", "function_call", "tool_calls", "a", "tool_calls,null"])
_VALUES = st.recursive(
    st.none() | st.integers() | st.text() | st.sampled_from(['"tool_calls":null', "tool_calls"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=12,
)


def left_of(value: object) -> object:
    if isinstance(value, list):
        return [left_of(each) for each in value]
    if isinstance(value, dict):
        never = {*NEVER, "system_fingerprint"}
        return {name: left_of(each) for name, each in value.items() if each is not None or name not in never}
    return value


@given(
    st.dictionaries(_NAMES, _VALUES),
    st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : "), (",\n\t", ":\r\n")]),
    st.sampled_from([None, 1]),
)
def test_what_is_left_is_the_same(value: object, separators: tuple[str, str], indent: int | None) -> None:
    data = json.dumps(value, separators=separators, indent=indent).encode()
    assert json.loads(without_nulls(data, ALL)) == left_of(value)


def test_many_of_them_take_no_longer_each() -> None:
    one = b'"function_call" : null,"a":1,'
    assert without_nulls(b"{%b%b}" % (one * 50_000, b'"b":1'), ALL) == b"{%b%b}" % (b'"a":1,' * 50_000, b'"b":1')


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("more", [{}, {"novel": 1}], ids=["plain", "with more"])
def test_in_a_whole_answer(indent: int | None, more: dict[str, object]) -> None:
    message = {"role": "assistant", "content": SAID, "refusal": None, **NEVER}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    body = {"id": "c", "object": "chat.completion", "created": 5, "model": "up", "choices": [choice], "usage": usage}
    inbound, forwarding = asked()
    reply = Reply(status=200, body=json.dumps({**body, "system_fingerprint": None, **more}, indent=indent).encode())
    told = json.loads(inbound.render(forwarding.decode(reply), forwarded=True))
    kept = {"role": "assistant", "content": SAID, "refusal": None}
    assert told == {**body, "model": "mine", "choices": [{**choice, "message": kept}], **more}


@pytest.mark.parametrize("late", [False, True], ids=["before the text", "after the text"])
def test_in_a_stream(late: bool) -> None:
    inbound, forwarding = asked(stream=True)
    head = {"id": "c", "object": "chat.completion.chunk", "created": 5, "model": "up"}
    null = {"system_fingerprint": None}
    deltas: list[tuple[dict[str, object], str | None]] = [
        ({"role": "assistant", "content": ""}, None),
        *[({"content": word}, None) for word in ("One", " two", " three", SAID)],
        ({"role": None, "content": " more", **NEVER}, None),
        ({"tool_calls": None}, None),
        ({}, "stop"),
    ]
    data = b""
    for delta, reason in deltas:
        choices = {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        data += (
            b"data: "
            + json.dumps({**head, **choices, **null} if late else {**head, **null, **choices}).encode()
            + b"\n\n"
        )
    decoder, renderer = forwarding.decoder(), inbound.renderer(forwarded=True)
    out = b"".join([renderer.feed(decoder.feed(data[at : at + 9])) for at in range(0, len(data), 9)])
    told = [json.loads(line[6:]) for line in out.decode().splitlines() if line]
    assert [list(chunk["choices"][0]["delta"].items()) for chunk in told] == [
        [(name, value) for name, value in delta.items() if value is not None] for delta, _ in deltas
    ]
    assert all(chunk["model"] == "mine" and "system_fingerprint" not in chunk for chunk in told)
