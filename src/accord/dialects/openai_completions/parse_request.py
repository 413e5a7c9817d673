"""A caller's request to continue a text, read."""

import msgspec

from accord.core.completion import CompletionRequest
from accord.core.error import InvalidInput
from accord.core.http import Headers
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.dialects.openai_completions.inbound import CompletionInbound
from accord.dialects.openai_endpoints.exchange import parsed, unnamed


class _Asked(msgspec.Struct):
    model: str
    prompt: str | list[str | int | list[int]] | None = None
    suffix: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    best_of: int | None = None
    stop: str | list[str] | None = None
    echo: bool | None = None
    logprobs: int | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    user: str | None = None
    stream: bool | None = None
    stream_options: dict[str, object] | None = None


_requests = msgspec.json.Decoder(_Asked)
_OTHERWISE = frozenset({"prompt", "stop", "stream", "stream_options"})
"""Fields whose form here is another than on the wire."""


def parse(body: bytes, headers: Headers = (), *, received_at: int = 0) -> CompletionInbound:
    """The request; `received_at` in Unix seconds. Raises `InvalidInput` naming the field at fault."""
    del headers
    asked, found = parsed(_requests, body)
    fields = {key: value for key, value in msgspec.structs.asdict(asked).items() if key not in _OTHERWISE}
    stop = (asked.stop,) if isinstance(asked.stop, str) else tuple(asked.stop or ())
    extra = unnamed(found, frozenset(_Asked.__struct_fields__))
    completion = CompletionRequest(**fields, prompt=_prompts(asked.prompt), stop=stop, extra=extra)
    return CompletionInbound(
        request=_conversation(completion),
        completion=completion,
        body=body,
        stream=asked.stream is True,
        stream_options=asked.stream_options or {},
        received_at=received_at,
    )


def _prompts(given: str | list[str | int | list[int]] | None) -> tuple[str, ...] | tuple[tuple[int, ...], ...]:
    """The texts or their tokens, all of one kind. Raises `InvalidInput` for none at all and for a mixture."""
    if given is None or isinstance(given, str):
        return () if given is None else (given,)
    texts = tuple([item for item in given if isinstance(item, str)])
    numbers = tuple([item for item in given if isinstance(item, int)])
    lists = tuple([tuple(item) for item in given if isinstance(item, list)])
    kinds = [kind for kind in (texts, numbers, lists) if kind]
    if len(kinds) != 1 or not all(lists):
        raise InvalidInput("`prompt` must be a text, texts, tokens, or lists of tokens, and not empty", param="prompt")
    return texts or ((numbers,) if numbers else lists)


def _conversation(asked: CompletionRequest) -> ChatRequest:
    texts = [text for text in asked.prompt if isinstance(text, str)]
    return ChatRequest(
        model=asked.model,
        messages=tuple([user(text) for text in texts]),
        max_output_tokens=asked.max_tokens,
        n=asked.n,
        user=asked.user,
    )
