"""Content blocks become parts: those of a caller's messages and those of an answer alike.

https://platform.claude.com/docs/en/api/messages#body-messages-content. A block of unknown type stays an `Opaque` in its
place; so do server tools with their results, search results and everything else that has no neutral meaning.
"""

from base64 import b64encode
from collections.abc import Callable

from accord.core.json import as_array, as_object, dumps
from accord.core.part import (
    CacheControl,
    Citation,
    Extra,
    File,
    Image,
    Media,
    Opaque,
    Part,
    Reasoning,
    Text,
    ToolCall,
    ToolContent,
    ToolResult,
)
from accord.dialects.anthropic_messages.dialect import DIALECT, kept
from accord.dialects.anthropic_messages.fields import Fields, WrongShape


def read_blocks(content: list[object], path: str) -> tuple[Part, ...]:
    """The parts of a message's `content`. Raises `WrongShape`."""
    return tuple([_plain_text(block) or read_block(block, f"{path}.{index}") for index, block in enumerate(content)])


def read_block(block: object, path: str) -> Part:
    """One block. Raises `WrongShape`."""
    fields = Fields(block, path)
    reader = _READERS.get(fields.required_text("type"))
    part = None if reader is None else reader(fields)
    return Opaque(dialect=DIALECT, raw=as_object(block) or {}) if part is None else part


def _plain_text(block: object) -> Text | None:
    """Text with nothing beside it, which nearly every block is; reading it by `Fields` takes five times as long."""
    found = as_object(block)
    if found is None or len(found) != 2 or found.get("type") != "text":
        return None
    text = found.get("text")
    return Text(text=text) if isinstance(text, str) else None


def read_cache(fields: Fields) -> CacheControl | None:
    """The cache mark of a block, tool or request; a form without neutral meaning is left over beside it."""
    raw = fields.plain("cache_control")
    if raw is None:
        return None
    ttl = raw.get("ttl")
    if raw.keys() - {"type", "ttl"} or raw.get("type") != "ephemeral":
        fields.put_back("cache_control", raw)
    return CacheControl(ttl=ttl if isinstance(ttl, str) else None)


def read_citation(value: object, path: str) -> Citation:
    """One citation of a text block. Raises `WrongShape`."""
    fields = Fields(value, path)
    quote, url, title = fields.text("cited_text"), fields.text("url"), fields.text("title")
    rest = fields.rest()
    document = rest.get("document_title")
    return Citation(
        url=url, title=title or (document if isinstance(document, str) else None), quote=quote, extra=kept(rest)
    )


def _text(fields: Fields) -> Text:
    text = fields.required_text("text")
    citations = fields.array("citations")
    cache = read_cache(fields)
    if citations is None:
        return Text(text=text, cache=cache, extra=kept(fields.rest()))
    path = fields.at("citations")
    found = [read_citation(item, f"{path}.{index}") for index, item in enumerate(citations)]
    return Text(text=text, citations=tuple(found), cache=cache, extra=kept(fields.rest()))


def _image(fields: Fields) -> Image | None:
    source = fields.inner("source")
    if source is None:
        raise fields.missing("source")
    media = _media(source)
    return None if media is None else Image(source=media, cache=read_cache(fields), extra=_with(fields, source))


def _document(fields: Fields) -> File | None:
    source = fields.inner("source")
    if source is None:
        raise fields.missing("source")
    media = _media(source)
    if media is None:
        return None
    cache = read_cache(fields)
    citations = fields.inner("citations")
    return File(
        source=media,
        filename=fields.text("title"),
        context=fields.text("context"),
        citations=None if citations is None else citations.flag("enabled"),
        cache=cache,
        extra=_with(fields, source, citations),
    )


def _with(fields: Fields, source: Fields, citations: Fields | None = None) -> Extra:
    """What a block holds beside its own members, and what is within it beside its own."""
    rest = dict(fields.rest())
    if source.rest():
        rest["source"] = source.rest()
    if citations is not None and citations.rest():
        rest["citations"] = citations.rest()
    return kept(rest)


def _media(source: Fields) -> Media | None:
    """Where the bytes are; `None` for a source of unknown type, whose block then stays as it is."""
    match source.required_text("type"):
        case "base64":
            return Media(data=source.required_text("data"), media_type=source.required_text("media_type"))
        case "url":
            return Media(url=source.required_text("url"))
        case "file":
            return Media(file_id=source.required_text("file_id"))
        case "text":
            # The one source whose data is the text itself, not base64.
            data = b64encode(source.required_text("data").encode()).decode()
            return Media(data=data, media_type=source.required_text("media_type"))
        case _:
            return None


def _thinking(fields: Fields) -> Reasoning:
    text = fields.required_text("thinking")
    signature = fields.text("signature")
    return Reasoning(text=text, signature=signature or None, owner=DIALECT, extra=kept(fields.rest()))


def _redacted(fields: Fields) -> Reasoning:
    return Reasoning(encrypted=fields.required_text("data"), owner=DIALECT, extra=kept(fields.rest()))


def _tool_use(fields: Fields) -> ToolCall:
    name = fields.required_text("name")
    if not name:
        raise WrongShape(fields.at("name"), "a call names its tool")
    given = fields.plain("input")
    if given is None:
        raise fields.missing("input")
    call_id = fields.required_text("id")
    cache = read_cache(fields)
    return ToolCall(id=call_id, name=name, arguments=dumps(given).decode(), cache=cache, extra=kept(fields.rest()))


def _tool_result(fields: Fields) -> ToolResult:
    call_id = fields.required_text("tool_use_id")
    content = _result_content(fields.take("content"), fields.at("content"))
    is_error = fields.flag("is_error")
    cache = read_cache(fields)
    return ToolResult(call_id=call_id, content=content, is_error=is_error, cache=cache, extra=kept(fields.rest()))


def _result_content(content: object, path: str) -> tuple[ToolContent, ...]:
    if content is None:
        return ()
    if isinstance(content, str):
        return (Text(text=content),) if content else ()
    blocks = as_array(content)
    if blocks is None:
        raise WrongShape(path, "Input should be a valid string or array")
    found: list[ToolContent] = []
    for index, part in enumerate(read_blocks(blocks, path)):
        if not isinstance(part, ToolContent):
            raise WrongShape(f"{path}.{index}.type", f"a tool result cannot contain a {part.__struct_config__.tag}")
        found.append(part)
    return tuple(found)


_READERS: dict[str, Callable[[Fields], Part | None]] = {
    "text": _text,
    "image": _image,
    "document": _document,
    "thinking": _thinking,
    "redacted_thinking": _redacted,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
}
