"""Messages that are read in one step mean what they mean when they are read with care."""

import json

import msgspec
import pytest

from accord.core.error import InvalidInput
from accord.dialects.openai_chat import parse
from accord.dialects.openai_chat.parse_message import messages_in
from accord.dialects.openai_chat.parse_spoken import spoken_in

CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
SPOKEN = [
    {"role": "system", "content": "s"},
    {"role": "developer", "content": [{"type": "text", "text": "d"}], "name": "n"},
    {"role": "user", "content": ""},
    {"role": "user", "content": [], "name": None},
    {"role": "assistant", "content": "a", "name": "n", "refusal": None},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "assistant", "content": None, "tool_calls": [{**CALL, "id": ""}, CALL]},
    {"role": "assistant"},
    {"role": "tool", "tool_call_id": "c", "content": "t"},
    {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "t"}, {"type": "text", "text": ""}]},
]
CAREFUL = [
    {"role": "user", "content": "u", "x": 1},
    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}]},
    {"role": "assistant", "content": None, "reasoning_content": "Hm."},
    {"role": "assistant", "tool_calls": [{**CALL, "type": "custom", "custom": {"name": "f", "input": "i"}}]},
    {"role": "assistant", "content": [{"type": "text", "text": "a"}]},
    {"role": "user", "content": None},
    {"role": "nobody", "content": "n"},
]


def raw(items):
    return msgspec.Raw(json.dumps(items).encode())


@pytest.mark.parametrize("message", SPOKEN)
def test_words_and_calls_mean_the_same(message):
    found = spoken_in(raw([message, message]))
    assert found == messages_in([message, message])
    assert len(found) == 2


@pytest.mark.parametrize("message", CAREFUL)
def test_all_else_is_read_with_care(message):
    assert spoken_in(raw([SPOKEN[0], message])) == ()


def test_a_request_takes_its_messages_from_either():
    body = {"model": "m", "messages": SPOKEN, "temperature": 1, "x": 1}
    plain, odd = parse(json.dumps(body).encode(), ()), parse(json.dumps({**body, "messages": CAREFUL[:3]}).encode(), ())
    assert plain.request.messages == messages_in(SPOKEN)
    assert odd.request.messages == messages_in(CAREFUL[:3])
    assert plain.request.extra == odd.request.extra == {"openai_chat": {"x": 1}}


@pytest.mark.parametrize(
    "body", ['{"model":"a","messages":%s,"model":"b"}', '{"model": "a", "messages": %s, "model": "a"}']
)
def test_a_repeated_key_is_told_however_the_body_is_spaced(body):
    with pytest.raises(InvalidInput, match="more than once"):
        parse((body % json.dumps(SPOKEN)).encode(), ())


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"stream": True, "max_tokens": 5},
        {"max_tokens": 5, "max_completion_tokens": 6, "temperature": 0, "top_p": 0.5},
        {"stream": None, "max_tokens": None, "temperature": None, "top_p": 1},
    ],
)
def test_a_request_for_words_means_the_same(asked):
    # A member without a name and a value says nothing, and has the request read with care.
    body = {"model": "m", "messages": SPOKEN, **asked}
    plain, careful = (parse(json.dumps(one).encode(), (), received_at=3) for one in (body, {**body, "x": None}))
    assert msgspec.structs.replace(plain, body=b"") == msgspec.structs.replace(careful, body=b"")


def test_a_part_without_a_type_is_refused():
    body = {"model": "m", "messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
    with pytest.raises(InvalidInput, match=r"messages\[0\]\.content\[0\]"):
        parse(json.dumps(body).encode(), ())
