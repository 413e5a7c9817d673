"""A chat completion that is not streamed (dossier section 4.1)."""

from accord.core.part import Audio, Citation, Part, Reasoning, Refusal, Text, ToolCall
from accord.core.response import TokenLogprob, TopLogprob
from accord.testing.fake.desk import CREATED
from accord.testing.fake.ids import Ids
from accord.testing.fake.openai.chat.style import ChatStyle
from accord.testing.fake.openai.usage import chat_usage
from accord.testing.fake.said import Said, SaidChoice

_FINISH = {"unknown": "stop", "pause": "stop", "error": "error"}
"""Accord's reasons that the wire writes otherwise."""


def chat_whole(ids: Ids, said: Said, style: ChatStyle) -> dict[str, object]:
    """The `chat.completion` object."""
    body: dict[str, object] = {
        "id": said.reply.id or ids.new("chatcmpl-"),
        "object": "chat.completion",
        "created": CREATED,
        "model": said.model,
        "choices": [_choice(index, choice, ids, style) for index, choice in enumerate(said.choices)],
        "service_tier": "default",
        "system_fingerprint": None,
    }
    if said.usage is not None:
        body["usage"] = chat_usage(said.usage)
        body["service_tier"] = said.usage.service_tier or "default"
    return {**body, **said.reply.extra}


def finish_of(choice: SaidChoice) -> str:
    """The `finish_reason`."""
    if choice.finish is None:
        return "tool_calls" if choice.calls else "stop"
    return _FINISH.get(choice.finish, choice.finish)


def call_of(call: ToolCall, ids: Ids) -> dict[str, object]:
    """A tool call."""
    id_ = call.id or ids.new("call_")
    if call.kind == "custom":
        return {"id": id_, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
    return {"id": id_, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def text_of(content: tuple[Part, ...]) -> str | None:
    """All text; `None` where there is no text part."""
    texts = [part.text for part in content if isinstance(part, Text)]
    return "".join(texts) if texts else None


def thoughts_of(content: tuple[Part, ...]) -> str:
    """All reasoning the wire can show."""
    return "".join([part.text or "\n\n".join(part.summary) for part in content if isinstance(part, Reasoning)])


def annotations_of(content: tuple[Part, ...]) -> list[dict[str, object]]:
    """The citations of the text."""
    found: list[dict[str, object]] = []
    start = 0
    for part in content:
        if isinstance(part, Text):
            found += [_annotation(citation, start, part.text) for citation in part.citations]
            start += len(part.text)
    return found


def logprobs_of(tokens: tuple[TokenLogprob, ...] | None) -> dict[str, object] | None:
    """The `logprobs` member."""
    if tokens is None:
        return None
    content = [{**_logprob(token), "top_logprobs": [_logprob(one) for one in token.top]} for token in tokens]
    return {"content": content, "refusal": None}


def refuse_unsayable(content: tuple[Part, ...]) -> None:
    """Raises `ValueError` for parts that a chat completion has no place for."""
    for part in content:
        if not isinstance(part, Text | Reasoning | ToolCall | Audio | Refusal):
            raise ValueError(f"a chat completion cannot say {part!r}")  # noqa: TRY004 - the script's value is wrong


def audio_of(content: tuple[Part, ...]) -> dict[str, object] | None:
    """The sound of the answer."""
    for part in content:
        if isinstance(part, Audio):
            return {
                "id": part.id or "audio_fake",
                "data": part.source.data or "",
                "transcript": part.transcript or "",
                "expires_at": part.expires_at or CREATED + 3600,
            }
    return None


def _choice(index: int, choice: SaidChoice, ids: Ids, style: ChatStyle) -> dict[str, object]:
    refuse_unsayable(choice.content)
    refusal = choice.refusal
    silent = choice.calls or refusal is not None or audio_of(choice.content)
    message: dict[str, object] = {
        "role": "assistant",
        "content": text_of(choice.content) if silent else text_of(choice.content) or "",
        "refusal": refusal,
        "annotations": annotations_of(choice.content),
    }
    if thoughts := thoughts_of(choice.content):
        message[style.reasoning] = thoughts
    if choice.calls:
        message["tool_calls"] = [call_of(call, ids) for call in choice.calls]
    if audio := audio_of(choice.content):
        message["audio"] = audio
    return {
        "index": index,
        "message": message,
        "logprobs": logprobs_of(choice.logprobs),
        "finish_reason": finish_of(choice),
    }


def _annotation(citation: Citation, offset: int, text: str) -> dict[str, object]:
    start = 0 if citation.start is None else citation.start
    end = len(text) if citation.end is None else citation.end
    return {
        "type": "url_citation",
        "url_citation": {
            "url": citation.url or "",
            "title": citation.title or "",
            "start_index": offset + start,
            "end_index": offset + end,
        },
    }


def _logprob(token: TopLogprob) -> dict[str, object]:
    return {"token": token.token, "logprob": token.logprob, "bytes": None if token.bytes is None else list(token.bytes)}
