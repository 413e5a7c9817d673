"""What a request says in the words of another wire than the one it is written for: told of, never lost in silence.

A parser keeps what has no neutral name as `extra`, under its wire's name, and the encoder of that wire puts it back. Any
other encoder calls `report_foreign`, which names each such member once: most are hints, so that an unknown one is left out
with a warning (see ADR 2), and those on which the answer depends are refused. Dialects don't know each other, so what
there is to know of another's members stands here, as data.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from accord.core.dialect import Dialect
from accord.core.json import JsonObject, as_array, as_object
from accord.core.loss import Losses
from accord.core.message import Message
from accord.core.part import Extra, File, Image, Media, Opaque, Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest
from accord.core.tool import CustomTool, FunctionTool, Tool, ToolNamespace

Asks = Callable[[object], bool]
"""Whether a value asks for something on which the answer depends."""


def _always(_: object) -> bool:
    return True


def _restricts(value: object) -> bool:
    """Whether a region is asked for: anywhere is no wish."""
    return value != "global"


def _blocks(value: object) -> bool:
    """Whether safety settings ask for more than the least."""
    settings = [as_object(setting) or {} for setting in as_array(value) or [value]]
    return any(setting.get("threshold") not in ("BLOCK_NONE", "OFF") for setting in settings)


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one wire's members without neutral names."""

    binding: Mapping[str, tuple[Asks, str]] = {}
    """Members of the request on which the answer depends, by path: when they do, and what they are."""
    nothing: Mapping[str, object] = {}
    """Values of members of the request, by path, that ask for what would be anyway."""
    restated: frozenset[str] = frozenset()
    """Members that repeat what a neutral field says, and notes of the wire's own parser."""
    holders: frozenset[str] = frozenset()
    """Members that hold others, each told of by its own path."""
    content: frozenset[str] = frozenset()
    """Blocks of a conversation that hold what was said, by type: without them the model answers something else."""


_SIGNED: Final = frozenset({"extra_content"})
"""Where chat completions hold the proof of a call, which has a neutral name."""
_USER: Final = frozenset({"safety_identifier", "user"})
"""Two names of one thing on OpenAI's wires, of which a parser keeps the one that was used."""
_FILE_IDS: Final[tuple[tuple[str, tuple[Dialect, ...]], ...]] = (
    ("file_", ("anthropic_messages",)),
    ("file-", ("openai_chat", "openai_responses")),
    ("files/", ("gemini",)),
    ("https://generativelanguage.googleapis.com/", ("gemini",)),
)
"""How ids of uploaded files begin, and on whose wires they are known."""
_FORM: Final = "it binds the answer to a form that no other wire has"
_STATE: Final = "it names what another provider keeps"

WORDS: Final[Mapping[Dialect, Words]] = {
    "openai_chat": Words(
        binding={"response_format.type": (_always, _FORM)},
        restated=frozenset(
            {
                "cache_control",
                "enable_thinking",
                "prompt_cache_breakpoint",
                "thinking.budget_tokens",
                "thinking.type",
                "thinking_budget",
            }
        ),
        holders=frozenset(
            {
                "allowed_tools",
                "audio",
                "custom",
                "file",
                "function",
                "image_url",
                "input_audio",
                "json_schema",
                "prediction",
                "response_format",
                "stream_options",
                "thinking",
                "tool_choice",
                "video_url",
            }
        ),
    ),
    "openai_responses": Words(
        binding={
            "background": (_always, "answers are given at once or as a stream"),
            "conversation": (_always, _STATE),
            "max_tool_calls": (_always, "calls of hosted tools cannot be limited"),
            "prompt": (_always, _STATE),
            "text.format.type": (_always, _FORM),
        },
        nothing={"background": False, "text.format.type": "text", "truncation": "disabled"},
        restated=frozenset({"additional_tools", "instructions", "prompt_cache_breakpoint"}),
        holders=frozenset({"format", "item", "reasoning", "stream_options", "text", "tool_choice"}),
        content=frozenset({"compaction", "item_reference"}),
    ),
    "anthropic_messages": Words(
        binding={
            "container": (_always, _STATE),
            "inference_geo": (_restricts, "where a request is processed cannot be chosen"),
            "thread": (_always, _STATE),
        },
        restated=frozenset({"thinking.budget_tokens", "thinking.type"}),
        holders=frozenset({"citations", "metadata", "output_config", "source", "thinking", "tool_choice"}),
        content=frozenset({"compaction", "container_upload", "document", "image", "search_result"}),
    ),
    "gemini": Words(
        binding={
            "cachedContent": (_always, "it holds a part of the conversation that only Google has"),
            "generationConfig.responseFormat": (_always, "it binds the answer to a form in Google's own words"),
            "generationConfig.responseMimeType": (_always, "answers are text or JSON"),
            "generationConfig.topK": (_always, "it is a whole number on other wires"),
            "generationConfig.translationConfig": (_always, "it makes the answer a translation"),
            "modelArmorConfig": (_always, "no other provider screens requests so"),
            "safetySettings": (_blocks, "no other provider blocks by such thresholds"),
        },
        nothing={"generationConfig.responseMimeType": "text/plain"},
        restated=frozenset(
            {
                "generationConfig.responseJsonSchema",
                "generationConfig.responseSchema",
                "generationConfig.thinkingConfig.includeThoughts",
                "generationConfig.thinkingConfig.thinkingBudget",
                "generationConfig.thinkingConfig.thinkingLevel",
                "parameters",
            }
        ),
        holders=frozenset(
            {
                "fileData",
                "functionCall",
                "functionCallingConfig",
                "functionResponse",
                "generationConfig",
                "inlineData",
                "thinkingConfig",
                "toolConfig",
            }
        ),
    ),
}


def report_foreign(
    request: ChatRequest,
    richer: Iterable[tuple[int, Message]],
    mine: Dialect,
    losses: Losses,
    *,
    shared: frozenset[str] = frozenset(),
) -> None:
    """Tells of every member that only other wires than `mine` know.

    `richer`: the request's messages `beyond_words`; `shared`: members of the request that are sent. Raises `Unsupported` for those on which the answer depends.
    """
    for dialect, fields in request.extra.items():
        if dialect != mine:
            _report_request(
                dialect, {key: value for key, value in fields.items() if key not in shared}, request, losses
            )
    for index, message in richer:
        if message.extra:
            _report(message.extra, f"messages[{index}]", mine, losses)
        for place, part in enumerate(message.parts):
            # Most parts are plain words: passing them by takes 0.4 us a message instead of 1.8.
            if not (isinstance(part, Text) and not part.extra and not part.citations):
                _report_part(part, f"messages[{index}].parts[{place}]", mine, losses)
    for index, tool in enumerate(request.tools):
        _report_tool(tool, f"tools[{index}]", mine, losses)


def leave_out(part: Opaque, path: str, losses: Losses) -> None:
    """Tells that a block of another wire has no place on this one. Raises `Unsupported` where it holds what was said."""
    kind = str(part.raw.get("type") or next(iter(part.raw), "block"))
    if kind in WORDS[part.dialect].content:
        losses.refuse(path, f"{kind!r} is a block of {part.dialect} alone, and part of what was said")
    else:
        losses.advise(path, f"{kind!r} is a block of {part.dialect} alone")


def is_known_elsewhere(file_id: str, mine: Dialect) -> bool:
    """Whether an id tells by its form that another wire's service keeps the file, so that this one's has none like it."""
    owner = next((dialects for start, dialects in _FILE_IDS if file_id.startswith(start)), None)
    return owner is not None and mine not in owner


def _report_request(dialect: Dialect, fields: JsonObject, request: ChatRequest, losses: Losses) -> None:
    binding, nothing = WORDS[dialect].binding, WORDS[dialect].nothing
    for path, value in _members(dialect, fields, ""):
        if (path in _USER and value == request.user) or (path in nothing and nothing[path] == value):
            continue
        asks, why = binding.get(path, (None, ""))
        if asks is not None and asks(value):
            losses.refuse(path, f"a field of {dialect}, and {why}")
        else:
            losses.advise(path, _why(dialect))


def _report_part(part: Part, path: str, mine: Dialect, losses: Losses) -> None:
    if part.extra and not isinstance(part, Reasoning | Opaque | Refusal):
        signed = isinstance(part, ToolCall) and part.signature is not None
        _report(part.extra, path, mine, losses, _SIGNED if signed else frozenset())
    match part:
        case ToolCall():
            _report_call(part, path, mine, losses)
        case ToolResult():
            for index, inner in enumerate(part.content):
                if not isinstance(inner, Opaque):
                    _report(inner.extra, f"{path}.content[{index}]", mine, losses)
        case Image() | File():
            _report_source(part.source, path, mine, losses)
        case Text() if part.citations:
            for citation in part.citations:
                _report(citation.extra, f"{path}.citations[]", mine, losses)
        case _:
            pass


def _report_call(call: ToolCall, path: str, mine: Dialect, losses: Losses) -> None:
    if call.signature is not None and mine != "gemini" and "extra_content" not in call.extra.get(mine, {}):
        losses.advise(f"{path}.signature", "the proof of the reasoning behind a call means nothing to another provider")
    if call.item_id is not None and mine != "openai_responses":
        losses.advise(f"{path}.item_id", "calls have one id on this wire")


def _report_source(source: Media, path: str, mine: Dialect, losses: Losses) -> None:
    told = source.media_type or ""
    if source.data is None and told and mine != "gemini" and not told.startswith("video/"):
        losses.advise(f"{path}.source.media_type", "what is not sent as data tells its type itself on this wire")


def _report_tool(tool: Tool, path: str, mine: Dialect, losses: Losses) -> None:
    if isinstance(tool, FunctionTool | CustomTool | ToolNamespace):
        _report(tool.extra, path, mine, losses)
    if isinstance(tool, ToolNamespace):
        if tool.description is not None and mine != "openai_responses":
            losses.advise(f"{path}.description", "tools of a namespace are declared one by one on this wire")
        for index, inner in enumerate(tool.tools):
            _report(inner.extra, f"{path}.tools[{index}]", mine, losses)


def _report(extra: Extra, path: str, mine: Dialect, losses: Losses, said: frozenset[str] = frozenset()) -> None:
    for dialect, fields in extra.items():
        if dialect != mine:
            for name, _ in _members(dialect, fields, ""):
                if name not in said:
                    losses.advise(f"{path}.{name}", _why(dialect))


def _members(dialect: Dialect, fields: JsonObject, path: str) -> Iterator[tuple[str, object]]:
    """The members that say something, each by its own path."""
    words = WORDS[dialect]
    for key, value in fields.items():
        place = f"{path}.{key}" if path else key
        inner = as_object(value)
        if value is None or value == [] or place in words.restated:
            continue
        if inner is not None and key in words.holders:
            yield from _members(dialect, inner, place)
        else:
            yield place, value


def _why(dialect: Dialect) -> str:
    return f"a field of {dialect} that this wire has nothing like"
