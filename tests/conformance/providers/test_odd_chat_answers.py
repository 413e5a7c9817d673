"""Answers in OpenAI's chat wire with something of the wrong type in them, from every provider that speaks it, whole and streamed.

Where the words or the calls themselves cannot be read, the answer is refused. What stands beside them and is wrong is unknown.
What can mean one thing alone is put right. Callers get the same of it whether it is handed on or written anew (ADR 20).
"""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Malformed, ProviderError
from accord.core.http import Reply
from accord.core.response import ChatResponse
from accord.dialects import openai_chat
from accord.dialects.codec import ChatCodec, Inbound
from accord.providers import V0, Azure, AzureAI, DeepInfra, DeepSeek, MetaLlama, Mistral, Moonshot, OpenAI, OpenRouter

KEY = "sk-test-key"
URL = "https://example.test/v1"
CODECS: dict[str, ChatCodec] = {
    "openai": OpenAI(api_key=KEY).chat_codec("gpt-4.1"),
    "azure": Azure(api_key=KEY, base_url=URL).chat_codec("prod"),
    "mistral": Mistral(api_key=KEY).chat_codec("mistral-small-2603"),
    "deepseek": DeepSeek(api_key=KEY).chat_codec("deepseek-flash"),
    "moonshot": Moonshot(api_key=KEY).chat_codec("kimi-k3"),
    "meta_llama": MetaLlama(api_key=KEY).chat_codec("muse-spark-1.3"),
    "openrouter": OpenRouter(api_key=KEY).chat_codec("vendor/model"),
    "v0": V0(api_key=KEY).chat_codec("v0-1.5-md"),
    "deepinfra": DeepInfra(api_key=KEY).chat_codec("org/model"),
    "azure_ai": AzureAI(api_key=KEY, base_url=URL).chat_codec("DeepSeek-V4-Pro"),
}
CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a":1}'}}
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def changed(**fields: object) -> dict[str, Any]:
    """The call with other members; those named `f_...` are within its function. `...` takes one out."""
    call: dict[str, Any] = copy.deepcopy(CALL)
    for name, value in fields.items():
        holder, key = (call["function"], name[2:]) if name.startswith("f_") else (call, name)
        holder.pop(key) if value is ... else holder.update({key: value})
    return call


def whole(message: object, **choice: object) -> dict[str, Any]:
    choices = [{"index": 0, "message": message, "finish_reason": "stop", **choice}]
    return {"id": "c1", "object": "chat.completion", "created": 5, "model": "up", "choices": choices, "usage": USAGE}


def events(message: object, **choice: object) -> list[dict[str, Any]]:
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 5, "model": "up"}
    index = {"index": choice["index"]} if "index" in choice else {"index": 0}
    deltas: list[dict[str, Any]] = [{"delta": {"role": "assistant", "content": ""}, "finish_reason": None}]
    deltas += [{"delta": message, "finish_reason": None, **choice}, {"delta": {}, "finish_reason": "stop"}]
    return [*[{**head, "choices": [{**index, **one}]} for one in deltas], {**head, "choices": [], "usage": USAGE}]


def as_bytes(body: dict[str, Any] | list[dict[str, Any]]) -> bytes:
    if isinstance(body, dict):
        return json.dumps(body).encode()
    return b"".join([b"data: " + json.dumps(one).encode() + b"\n\n" for one in body]) + b"data: [DONE]\n\n"


def asked(*, stream: bool) -> Inbound:
    options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    return openai_chat.parse(
        json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi"}], **options}).encode(), ()
    )


def read(
    codec: ChatCodec, body: dict[str, Any] | list[dict[str, Any]], *, forwarded: bool
) -> tuple[ChatResponse, bytes]:
    """What the library has of an answer, and what the gateway's caller gets."""
    stream, data = isinstance(body, list), as_bytes(body)
    inbound = asked(stream=stream)
    exchange = codec.encode(inbound.request, stream=stream, on_unsupported="drop")
    if forwarded:
        forwarding = codec.forward(inbound)
        if forwarding is None:
            pytest.skip("its answers are not handed on")
        exchange = forwarding
    if not stream:
        response = exchange.decode(Reply(status=200, body=data))
        return response, inbound.render(response, forwarded=forwarded)
    decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=forwarded)
    first = decoder.feed(data)
    last = decoder.end()
    return accumulate([*first, *last]), renderer.feed(first) + renderer.feed(last) + renderer.end()


def said(data: bytes) -> dict[str, Any]:
    """What a caller joins of an answer, whole or streamed: the message, the calls, the usage."""
    if data.startswith(b"{"):
        body = json.loads(data)
        message = body["choices"][0]["message"]
        return {"text": message["content"] or "", "calls": message.get("tool_calls", []), "usage": body.get("usage")}
    chunks = [json.loads(line[6:]) for line in data.decode().splitlines() if line.startswith("data: {")]
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    calls: dict[int, dict[str, Any]] = {}
    for piece in [call for delta in deltas for call in delta.get("tool_calls", ())]:
        call = calls.setdefault(piece["index"], {"function": {"arguments": ""}})
        inner = piece.pop("function", {})
        call["function"]["arguments"] += inner.pop("arguments", "")
        call["function"].update(inner)
        call.update(piece)
    usage = [chunk["usage"] for chunk in chunks if chunk.get("usage")]
    text = "".join([delta.get("content") or "" for delta in deltas])
    return {"text": text, "calls": list(calls.values()), "usage": usage[-1] if usage else None}


UNREADABLE: dict[str, tuple[dict[str, object], str]] = {
    "content number": ({"content": 5}, "`content` is no text but a number"),
    "content boolean": ({"content": False}, "`content` is no text but a boolean"),
    "content object": ({"content": {"type": "text", "text": "Hi"}}, "`content` is no text but an object"),
    "content in a list": ({"content": [5]}, r"`content\[...\]` is no text but a number"),
    "text in a list": ({"content": [{"type": "text", "text": 5}]}, r"`content\[...\].text` is no text but a number"),
    "refusal": ({"content": None, "refusal": ["No"]}, "`refusal` is no text but an array"),
    "name null": ({"tool_calls": [changed(f_name=None)]}, "has no name"),
    "no name": ({"tool_calls": [changed(f_name=...)]}, "has no name"),
    "name empty": ({"tool_calls": [changed(f_name="")]}, "has no name"),
    "name number": ({"tool_calls": [changed(f_name=5)]}, "got `int`"),
    "no function": ({"tool_calls": [changed(function=...)]}, "has no name"),
    "function null": ({"tool_calls": [changed(function=None)]}, "has no name"),
    "calls object": ({"tool_calls": {"a": 1}}, "got `object`"),
    "call null": ({"tool_calls": [None]}, "got `null`"),
}
FORMS: dict[str, Callable[..., dict[str, Any] | list[dict[str, Any]]]] = {"whole": whole, "stream": events}
WAYS = pytest.mark.parametrize("forwarded", [False, True], ids=["anew", "handed on"])


@WAYS
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("provider", CODECS)
def test_words_and_calls_that_cannot_be_read_are_refused(provider: str, form: str, forwarded: bool) -> None:
    for name, (message, why) in UNREADABLE.items():
        with pytest.raises(Malformed, match=why) as refused:
            read(CODECS[provider], FORMS[form]({"role": "assistant", **message}), forwarded=forwarded)
        assert asked(stream=False).fail(refused.value).status == 502, name


PUT_RIGHT: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "as it should be": (changed(), '{"a":1}', "call_1"),
    "arguments object": (changed(f_arguments={"a": 1}), '{"a":1}', "call_1"),
    "arguments null": (changed(f_arguments=None), "", "call_1"),
    "no arguments": (changed(f_arguments=...), "", "call_1"),
    "no id": (changed(id=...), '{"a":1}', None),
    "id null": (changed(id=None), '{"a":1}', None),
    "id number": (changed(id=5), '{"a":1}', None),
    "id empty": (changed(id=""), '{"a":1}', None),
    "no type": (changed(type=...), '{"a":1}', "call_1"),
    "type number": (changed(type=5), '{"a":1}', "call_1"),
}


@WAYS
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("provider", CODECS)
def test_calls_that_can_mean_one_thing_alone_are_put_right(provider: str, form: str, forwarded: bool) -> None:
    for name, (call, arguments, id_) in PUT_RIGHT.items():
        message = {"role": "assistant", "content": None, "tool_calls": [{"index": 0, **call}]}
        response, data = read(CODECS[provider], FORMS[form](message), forwarded=forwarded)
        (found,), (told,) = response.tool_calls, said(data)["calls"]
        assert (found.name, found.arguments) == ("look", arguments), name
        assert told["id"] == found.id == (id_ or found.id), name
        # Nothing, written anew, is an object without members: callers read what stands there as JSON.
        written = arguments if arguments or forwarded else "{}"
        assert (told["type"], told["function"]) == ("function", {"name": "look", "arguments": written}), name


COUNTS: list[tuple[object, int | None]] = [(3.0, 3), (3.5, None), ("12", None), (-1, None), (None, None), (True, None)]
COUNTS += [(10**20, None), (1e300, None), ([], None), ({}, None)]


@WAYS
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("provider", CODECS)
def test_counts_that_are_none_are_unknown(provider: str, form: str, forwarded: bool) -> None:
    for value, count in COUNTS:
        for key, member in (("prompt_tokens", "input"), ("completion_tokens", "output")):
            body = FORMS[form]({"role": "assistant", "content": "Hi"})
            (body if isinstance(body, dict) else body[-1])["usage"] = {**USAGE, key: value}
            response, data = read(CODECS[provider], body, forwarded=forwarded)
            assert response.usage is not None
            assert getattr(response.usage, member) == count, (key, value)
            told = said(data)["usage"]
            assert told is None if count is None else (told[key], type(told[key])) == (count, int), (key, value)
        body = FORMS[form]({"role": "assistant", "content": "Hi"})
        details = {"prompt_tokens_details": {"cached_tokens": value}, "completion_tokens_details": value}
        (body if isinstance(body, dict) else body[-1])["usage"] = {**USAGE, **details}
        response, data = read(CODECS[provider], body, forwarded=forwarded)
        assert response.usage is not None
        assert response.usage.cached == count, value
        told = said(data)["usage"]
        assert told.get("prompt_tokens_details", {}).get("cached_tokens") == count, value
        assert told.get("completion_tokens_details", {}) == {}, value


@WAYS
@pytest.mark.parametrize("usage", [5, "x", [], True, [USAGE]], ids=str)
@pytest.mark.parametrize("form", FORMS)
def test_an_answer_is_not_lost_for_its_usage(form: str, usage: object, forwarded: bool) -> None:
    body = FORMS[form]({"role": "assistant", "content": "Hi"})
    (body if isinstance(body, dict) else body[-1])["usage"] = usage
    response, data = read(CODECS["openai"], body, forwarded=forwarded)
    assert (response.text, response.usage) == ("Hi", None)
    assert (said(data)["text"], said(data)["usage"]) == ("Hi", None)


@WAYS
@pytest.mark.parametrize("choices", [[], None, {}, "x", [None], [5], [{}]], ids=str)
def test_an_answer_without_choices_is_refused(choices: object, forwarded: bool) -> None:
    with pytest.raises(Malformed, match=r"no choices|has no message"):
        read(CODECS["openai"], {**whole({}), "choices": choices}, forwarded=forwarded)


@WAYS
@pytest.mark.parametrize("indexes", [(0, 0), (1, 1), (None, 0), (0, None)], ids=str)
def test_choices_of_one_number_have_their_places(indexes: tuple[int | None, ...], forwarded: bool) -> None:
    body = whole({})
    message = {"role": "assistant", "refusal": None}
    body["choices"] = [
        {"index": index, "message": {**message, "content": text}, "logprobs": None, "finish_reason": "stop"}
        for index, text in zip(indexes, ("One", "Two"), strict=True)
    ]
    response, data = read(CODECS["openai"], body, forwarded=forwarded)
    told = json.loads(data)["choices"]
    assert [(choice.index, choice.message.text) for choice in response.choices] == [(0, "One"), (1, "Two")]
    assert [(choice["index"], choice["message"]["content"]) for choice in told] == [(0, "One"), (1, "Two")]


@WAYS
@pytest.mark.parametrize("form", FORMS)
def test_of_a_member_that_is_there_twice_the_last_counts(form: str, forwarded: bool) -> None:
    twice = as_bytes(FORMS[form]({"role": "assistant", "content": "Hi"})).replace(
        b'"content": "Hi"', b'"content": "Ho", "content": "Hi"'
    )
    inbound = asked(stream=form == "stream")
    exchange = (
        CODECS["openai"].forward(inbound)
        if forwarded
        else CODECS["openai"].encode(inbound.request, stream=inbound.stream)
    )
    assert exchange is not None
    if form == "whole":
        response = exchange.decode(Reply(status=200, body=twice))
        assert (response.text, said(inbound.render(response, forwarded=forwarded))["text"]) == ("Hi", "Hi")
        return
    decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=forwarded)
    told = decoder.feed(twice) + decoder.end()
    assert (accumulate(told).text, said(renderer.feed(told) + renderer.end())["text"]) == ("Hi", "Hi")


def test_a_stream_tells_of_it_before_it_says_that_it_ended() -> None:
    inbound = asked(stream=True)
    exchange = CODECS["openai"].forward(inbound)
    assert exchange is not None
    decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=True)
    out, failure = b"", None
    try:
        out += renderer.feed(decoder.feed(as_bytes(events({"tool_calls": [changed(index=0, f_name=None)]}))))
        decoder.end()
    except ProviderError as error:
        failure = error
        out += renderer.fail(error)
    assert failure is not None
    chunks = [json.loads(line[6:]) for line in out.decode().splitlines() if line.startswith("data: {")]
    assert "has no name" in chunks[-1]["error"]["message"]
    assert not any(choice["finish_reason"] for chunk in chunks[:-1] for choice in chunk["choices"])
