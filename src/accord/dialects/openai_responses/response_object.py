"""The response object around the items: the caller's own request echoed, every member present, as OpenAI has it."""

from collections.abc import Mapping, Sequence

import msgspec

from accord.core.json import JsonObject, as_array, as_object, dumps, loads, read
from accord.core.request import ChatRequest
from accord.dialects.openai_responses.wire import Item, members_of

# Members of the request that are echoed as they were written.
_ECHOED = (
    "background",
    "conversation",
    "instructions",
    "max_tool_calls",
    "prompt",
    "reasoning",
    "safety_identifier",
    "text",
    "tool_choice",
    "tools",
    "truncation",
    "user",
)

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])

_TIERS = frozenset({"auto", "default", "flex", "scale", "priority", "fast", "ultrafast"})


class ResponseObject:
    """Writes the response objects of one request."""

    __slots__ = ("_echo",)

    def __init__(self, request: ChatRequest, body: bytes, *, stores: bool) -> None:
        found = read(_members, body)
        asked = {key: loads(bytes(found[key])) for key in _ECHOED if key in found}
        self._echo = _echo(request, asked, stores=stores)

    def written(
        self,
        *,
        id: str,  # noqa: A002 - the wire's own word
        created: int,
        status: str,
        output: Sequence[Item],
        incomplete: Mapping[str, str] | None = None,
        error: JsonObject | None = None,
        usage: Item | None = None,
        tier: str | None = None,
        extra: JsonObject | None = None,
    ) -> Item:
        """The object. `extra` are members that the provider gave beside."""
        written: Item = {
            "id": id,
            "object": "response",
            "created_at": created,
            "status": status,
            "completed_at": None,
            "error": error,
            "incomplete_details": incomplete,
            "output": output,
            "usage": usage,
            **self._echo,
        }
        if tier in _TIERS:
            written["service_tier"] = tier
        if extra:
            written.update(extra)
        return written


def _echo(request: ChatRequest, asked: Item, *, stores: bool) -> Item:
    """What repeats the request; what it leaves open is OpenAI's default where that is one, else unknown."""
    reasoning = members_of(asked.get("reasoning"))
    text = members_of(asked.get("text"))
    conversation = asked.get("conversation")
    echo: Item = {
        "background": bool(asked.get("background")),
        "instructions": asked.get("instructions"),
        "max_output_tokens": request.max_output_tokens,
        "max_tool_calls": asked.get("max_tool_calls"),
        "metadata": request.metadata or {},
        "model": request.model,
        "moderation": None,
        "parallel_tool_calls": request.parallel_tool_calls is not False,
        "previous_response_id": request.previous_response_id,
        "prompt_cache_key": request.cache_key,
        "prompt_cache_retention": request.cache_retention,
        "reasoning": {"effort": None, "summary": None, **reasoning},
        "safety_identifier": asked.get("safety_identifier"),
        "service_tier": request.service_tier if request.service_tier in _TIERS else None,
        "store": stores and request.store is not False,
        "temperature": request.temperature,
        "text": {"format": {"type": "text"}, "verbosity": "medium", **_present(text)},
        "tool_choice": asked.get("tool_choice") or "auto",
        # The same bytes go out several times in a stream.
        "tools": msgspec.Raw(dumps([_tool(tool) for tool in as_array(asked.get("tools")) or ()])),
        "top_logprobs": request.top_logprobs or 0,
        "top_p": request.top_p,
        "truncation": asked.get("truncation") or "disabled",
        "user": asked.get("user"),
    }
    if conversation is not None:
        echo["conversation"] = {"id": conversation} if isinstance(conversation, str) else conversation
    if asked.get("prompt") is not None:
        echo["prompt"] = asked["prompt"]
    return echo


def _tool(raw: object) -> object:
    """A function with the members the wire demands."""
    tool = as_object(raw)
    if tool is None or tool.get("type") != "function":
        return raw
    return {"strict": None, "parameters": None, **tool}


def _present(fields: Item) -> Item:
    return {key: value for key, value in fields.items() if value is not None}
