"""Why an answer ended, in the provider's word and in that of each caller's wire: valid there, and never more than is known.

The words of each wire are those of its documentation, those that hosts are known to use beside them, and one that nobody knows.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, get_args

import pytest

from accord.core.accumulate import accumulate
from accord.core.completion import CompletionRequest
from accord.core.error import Overloaded, ProviderError, ServerError
from accord.core.finish import FinishReason
from accord.core.http import Reply
from accord.dialects import anthropic_messages, gemini, openai_chat, openai_completions, openai_responses
from accord.dialects.codec import ChatCodec, ChatExchange, Inbound
from accord.dialects.openai_chat import OpenAIChat
from accord.dialects.openai_completions import OpenAICompletions
from accord.providers import (
    V0,
    Anthropic,
    Azure,
    AzureAI,
    DeepInfra,
    DeepSeek,
    MetaLlama,
    Mistral,
    Moonshot,
    OpenAI,
    OpenRouter,
    Provider,
    VertexAI,
)

KEY = "sk-test-key"
URL = "https://example.test/v1"
CODECS: dict[str, ChatCodec] = {
    "openai": OpenAI(api_key=KEY).chat_codec("gpt-5.4-mini"),
    "openai by responses": OpenAI(api_key=KEY, dialect="openai_responses").chat_codec("gpt-5.4-mini"),
    "anthropic": Anthropic(api_key=KEY).chat_codec("claude-sonnet-4-6"),
    "azure": Azure(api_key=KEY, base_url=URL).chat_codec("prod"),
    "mistral": Mistral(api_key=KEY).chat_codec("mistral-small-2603"),
    "deepseek": DeepSeek(api_key=KEY).chat_codec("deepseek-flash"),
    "moonshot": Moonshot(api_key=KEY).chat_codec("kimi-k3"),
    "meta_llama": MetaLlama(api_key=KEY).chat_codec("muse-spark-1.3"),
    "openrouter": OpenRouter(api_key=KEY).chat_codec("vendor/model"),
    "vertex_ai": VertexAI(project="p", access_token=KEY).chat_codec("gemini-2.5-flash"),
    "vertex_ai with claude": VertexAI(project="p", access_token=KEY).chat_codec("claude-sonnet-4-6"),
    "v0": V0(api_key=KEY).chat_codec("v0-1.5-md"),
    "deepinfra": DeepInfra(api_key=KEY).chat_codec("org/model"),
    "azure_ai": AzureAI(api_key=KEY, base_url=URL).chat_codec("DeepSeek-V4-Pro"),
    "azure_ai with claude": AzureAI(api_key=KEY, base_url=URL, route="anthropic").chat_codec("claude-opus-5-5"),
}

CHAT: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "COMPLETE": "stop",
    "STOP": "stop",
    "length": "length",
    "model_length": "length",
    "MAX_TOKENS": "length",
    "max_output_tokens": "length",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "refusal": "content_filter",
    "RECITATION": "content_filter",
    "recitation": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "guardrail_intervened": "content_filter",
    "pause_turn": "pause",
    "malformed_function_call": "error",
    "MALFORMED_FUNCTION_CALL": "error",
    "OTHER": "unknown",
    "novel": "unknown",
}
MESSAGES: dict[str, FinishReason] = {
    "end_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "pause_turn": "pause",
    "novel": "unknown",
}
GEMINI: dict[str, FinishReason] = {
    "PROHIBITED_CONTENT": "content_filter",
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "OTHER": "content_filter",
    "MALFORMED_FUNCTION_CALL": "error",
    "NOVEL": "unknown",
}
RESPONSES: dict[str, FinishReason] = {
    "max_output_tokens": "length",
    "content_filter": "content_filter",
    "novel": "unknown",
}
WORDS: Mapping[str, dict[str, FinishReason]] = {
    "openai_chat": CHAT,
    "anthropic_messages": MESSAGES,
    "gemini": GEMINI,
    "openai_responses": RESPONSES,
}
_SAID = [{"role": "user", "content": "Hi"}]
INGRESSES: dict[str, Callable[[bool], Inbound]] = {
    "openai_chat": lambda stream: openai_chat.parse(_asked(messages=_SAID, stream=stream), ()),
    "openai_responses": lambda stream: openai_responses.parse(_asked(input="Hi", stream=stream), ()),
    "anthropic_messages": lambda stream: anthropic_messages.parse(
        _asked(messages=_SAID, max_tokens=9, stream=stream), ()
    ),
    "gemini": lambda stream: gemini.parse(
        json.dumps({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}).encode(), (), model="m", stream=stream
    ),
}

NOT_WHOLE: Mapping[str, tuple[str, ...]] = {
    "openai_chat": ("length",),
    "openai_responses": ("incomplete", "failed"),
    "anthropic_messages": ("max_tokens",),
    "gemini": ("OTHER",),
}
"""What each wire says of an answer that is not known to be whole, for a reason it has no word for."""
ENDS: Mapping[str, Mapping[FinishReason, tuple[str, ...]]] = {
    "openai_chat": {"stop": ("stop",), "length": ("length",), "content_filter": ("content_filter",)},
    "openai_responses": {"stop": ("completed",), "length": ("incomplete",), "content_filter": ("incomplete",)},
    "anthropic_messages": {
        "stop": ("end_turn", "stop_sequence"),
        "length": ("max_tokens", "model_context_window_exceeded"),
        "content_filter": ("refusal",),
        "pause": ("pause_turn",),
    },
    "gemini": {"stop": ("STOP",), "length": ("MAX_TOKENS",), "content_filter": ("SAFETY",)},
}


def _asked(**fields: object) -> bytes:
    return json.dumps({"model": "m", **fields}).encode()


def answer_in(dialect: str, word: str) -> bytes:
    """A whole answer that ended for this reason."""
    match dialect:
        case "openai_chat":
            choice = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": word}
            body: dict[str, object] = {"id": "c1", "object": "chat.completion", "created": 5, "model": "up"}
            body |= {"choices": [choice]}
        case "anthropic_messages":
            body = {"id": "msg_1", "type": "message", "role": "assistant", "model": "up", "stop_sequence": None}
            body |= {"content": [{"type": "text", "text": "Hello"}], "stop_reason": word}
            body |= {"usage": {"input_tokens": 1, "output_tokens": 2}}
        case "gemini":
            body = {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}, "finishReason": word}]}
        case _:
            said = {"type": "output_text", "text": "Hello", "annotations": []}
            item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "incomplete", "content": [said]}
            body = {"id": "resp_1", "object": "response", "created_at": 5, "model": "up", "output": [item]}
            body |= {"status": "incomplete", "incomplete_details": {"reason": word}}
    return json.dumps(body).encode()


def stream_in(dialect: str, word: str) -> bytes:
    """The same as a stream."""
    whole = json.loads(answer_in(dialect, word))
    match dialect:
        case "openai_chat":
            head = {"id": "c1", "object": "chat.completion.chunk", "created": 5, "model": "up"}
            deltas: list[tuple[dict[str, object], str | None]] = [({"role": "assistant", "content": "Hello"}, None)]
            deltas.append(({}, word))
            chunks = [{"index": 0, "delta": delta, "finish_reason": reason} for delta, reason in deltas]
            events: list[Any] = [{**head, "choices": [chunk]} for chunk in chunks]
        case "anthropic_messages":
            text = {"type": "text", "text": ""}
            events = [
                {"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}},
                {"type": "content_block_start", "index": 0, "content_block": text},
                {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
                {"type": "content_block_stop", "index": 0},
                {"type": "message_delta", "delta": {"stop_reason": word}, "usage": {"output_tokens": 2}},
                {"type": "message_stop"},
            ]
        case "gemini":
            events = [whole]
        case _:
            started = {**whole, "status": "in_progress", "output": [], "incomplete_details": None}
            events = [
                {"type": "response.created", "sequence_number": 0, "response": started},
                {"type": "response.incomplete", "sequence_number": 1, "response": whole},
            ]
    named = [(event.get("type"), json.dumps(event)) for event in events]
    lines = "".join([f"{f'event: {name}{chr(10)}' if name else ''}data: {event}\n\n" for name, event in named])
    return (lines + ("data: [DONE]\n\n" if dialect == "openai_chat" else "")).encode()


def exchange(provider: str, inbound: Inbound) -> ChatExchange:
    return CODECS[provider].encode(inbound.request, stream=inbound.stream, on_unsupported="drop")


def told(ingress: str, data: bytes, *, stream: bool) -> tuple[str | None, object]:
    """How a caller is told that an answer ended, and the provider's own word beside it."""
    lines = [line[6:] for line in data.decode().splitlines() if line.startswith("data: {")] if stream else [data]
    bodies: list[Any] = [json.loads(line) for line in lines]
    match ingress:
        case "openai_chat":
            choices = [choice for body in bodies for choice in body["choices"] if choice["finish_reason"]]
            ends = [(choice["finish_reason"], choice.get("native_finish_reason")) for choice in choices]
        case "openai_responses":
            last = bodies[-1]["response"] if stream else bodies[-1]
            ends = [(last["status"], last.get("native_finish_reason"))]
        case "anthropic_messages":
            deltas = [body["delta"] for body in bodies if body["type"] == "message_delta"] if stream else bodies
            ends = [(delta["stop_reason"], delta.get("native_finish_reason")) for delta in deltas]
        case _:
            candidates = [one for body in bodies for one in body.get("candidates", ()) if "finishReason" in one]
            ends = [(one["finishReason"], one.get("finishMessage")) for one in candidates]
    assert len(ends) == 1
    return ends[0]


def test_every_provider_is_here() -> None:
    tags = {str(cls.__struct_config__.tag) for cls in get_args(Provider)}
    assert {name.partition(" ")[0] for name in CODECS} == tags


@pytest.mark.parametrize("provider", CODECS)
def test_a_word_is_read_for_what_it_means_and_kept(provider: str) -> None:
    dialect = CODECS[provider].dialect
    plain, streaming = (
        exchange(provider, INGRESSES["openai_chat"](False)),
        exchange(provider, INGRESSES["openai_chat"](True)),
    )
    for word, meant in WORDS[dialect].items():
        decoder = streaming.decoder()
        streamed = accumulate([*decoder.feed(stream_in(dialect, word)), *decoder.end()])
        for response in (plain.decode(Reply(status=200, body=answer_in(dialect, word))), streamed):
            assert response.finish is not None
            assert (response.finish.unified, response.finish.raw) == (meant, word)
            assert response.text == "Hello"


@pytest.mark.parametrize("ingress", INGRESSES)
@pytest.mark.parametrize("provider", CODECS)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_caller_is_told_of_no_end_that_is_not_known(provider: str, ingress: str, stream: bool) -> None:
    inbound, dialect = INGRESSES[ingress](stream), CODECS[provider].dialect
    asked = exchange(provider, inbound)
    for word, meant in WORDS[dialect].items():
        data = written(asked, inbound, dialect, word, handed_on=False)
        check(told(ingress, data, stream=stream), ingress, word, meant)


def written(asked: ChatExchange, inbound: Inbound, dialect: str, word: str, *, handed_on: bool) -> bytes:
    """What the caller gets of an answer that ended for this reason."""
    if not inbound.stream:
        return inbound.render(asked.decode(Reply(status=200, body=answer_in(dialect, word))), forwarded=handed_on)
    decoder, renderer = asked.decoder(), inbound.renderer(forwarded=handed_on)
    fed = renderer.feed(decoder.feed(stream_in(dialect, word)))
    return fed + renderer.feed(decoder.end()) + renderer.end()


@pytest.mark.parametrize("word", CHAT)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_what_is_handed_on_to_callers_of_chat_completions_ends_in_their_words(word: str, stream: bool) -> None:
    inbound = INGRESSES["openai_chat"](stream)
    forwarding = OpenAIChat(model="up").forward(inbound)
    assert forwarding is not None
    data = written(forwarding, inbound, "openai_chat", word, handed_on=True)
    check(told("openai_chat", data, stream=stream), "openai_chat", word, CHAT[word])


def check(ended: tuple[str | None, object], ingress: str, word: str, meant: FinishReason) -> None:
    """Whether the word is one that the wire has, says no more than is known, and has the provider's own beside it."""
    said, native = ended
    own = ingress in ("anthropic_messages", "gemini") and WORDS[ingress].get(word) == meant != "unknown"
    assert said == word if own else said in ENDS[ingress].get(meant, NOT_WHOLE[ingress])
    if meant in ("error", "unknown", "pause") and said != word:
        assert word in str(native)
    elif meant == "stop":
        assert native is None, "an ordinary end needs no more words"


@pytest.mark.parametrize("word", ["novel", "error-like"])
def test_calls_of_an_answer_that_ended_for_an_unknown_reason_can_be_run(word: str) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    body = json.loads(answer_in("openai_chat", word))
    body["choices"][0]["message"] = message
    reply = Reply(status=200, body=json.dumps(body).encode())
    expected = {"openai_chat": "tool_calls", "anthropic_messages": "tool_use", "openai_responses": "incomplete"}
    for ingress, said in expected.items():
        inbound = INGRESSES[ingress](False)
        data = inbound.render(exchange("openai", inbound).decode(reply))
        assert told(ingress, data, stream=False) == (said, word)


@pytest.mark.parametrize("word", ["error", "ERROR", "network_error", "abort", "insufficient_system_resource"])
@pytest.mark.parametrize("provider", [name for name, codec in CODECS.items() if codec.dialect == "openai_chat"])
def test_a_host_that_says_it_failed_has_failed(provider: str, word: str) -> None:
    kind: type[ProviderError] = Overloaded if word == "insufficient_system_resource" else ServerError
    asked = exchange(provider, INGRESSES["openai_chat"](False))
    with pytest.raises(kind, match=word) as whole:
        asked.decode(Reply(status=200, body=answer_in("openai_chat", word)))
    assert whole.value.partial is not None
    assert whole.value.partial.text == "Hello"
    decoder = exchange(provider, INGRESSES["openai_chat"](True)).decoder()
    data = stream_in("openai_chat", word)
    assert decoder.feed(data)
    with pytest.raises(kind, match=word):
        decoder.end()


LEGACY = {
    "stop": ("stop", None),
    "eos": ("stop", None),
    "length": ("length", None),
    "MAX_TOKENS": ("length", "MAX_TOKENS"),
    "sensitive": ("content_filter", "sensitive"),
    "novel": ("length", "novel"),
}


@pytest.mark.parametrize("word", LEGACY)
@pytest.mark.parametrize("handed_on", [False, True])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_legacy_completions_end_in_their_own_words(word: str, handed_on: bool, stream: bool) -> None:
    error = OpenAIChat(model="m", provider="p").error
    codec = OpenAICompletions(model="up", provider="p", error=error, refuses=())
    inbound = openai_completions.parse(_asked(prompt="x", stream=stream))
    asked = codec.encode(CompletionRequest(prompt=("x",)), stream=stream, inbound=inbound if handed_on else None)
    piece = {"index": 0, "text": "Hello", "finish_reason": word, "logprobs": None}
    body = json.dumps({"id": "c", "object": "text_completion", "created": 5, "model": "up", "choices": [piece]})
    if stream:
        decoder, renderer = asked.decoder(), inbound.renderer(forwarded=handed_on)
        fed = renderer.feed(decoder.feed(f"data: {body}\n\ndata: [DONE]\n\n".encode()))
        data = fed + renderer.feed(decoder.end()) + renderer.end()
    else:
        response = asked.decode(Reply(status=200, body=body.encode()))
        data = inbound.render(response, forwarded=handed_on)
    assert told("openai_chat", data, stream=stream) == LEGACY[word]
