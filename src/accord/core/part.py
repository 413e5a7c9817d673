"""What a message is made of: ordered, typed parts.

Every part can carry `extra`: fields that one wire knows and Accord has no name for, kept under that wire's
name and sent back to it alone. Binary content stays base64 text, as every JSON wire carries it.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from accord.core.dialect import Dialect
from accord.core.json import JsonObject

Extra: TypeAlias = Mapping[Dialect, JsonObject]
"""Fields without a neutral name, by the dialect they belong to."""


class CacheControl(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mark that the prompt up to and including this part may be cached. Advisory: never changes the answer."""

    ttl: str | None = None
    """How long, in the provider's words (`"5m"`, `"1h"`, `"30m"`); `None` is the provider's default."""


class Media(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the bytes of an image, sound or file are: exactly one of `url`, `data`, `file_id`."""

    url: str | None = None
    """An `https`, `http` or `gs` address. Never a `data:` URL: those are split into `data` and `media_type`."""
    data: str | None = None
    """Base64 (standard alphabet, padded)."""
    file_id: str | None = None
    """An id of a file uploaded to the provider; bound to the account it was uploaded with."""
    media_type: str | None = None
    """The MIME type, where known."""


class Citation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A source for a stretch of the text it is attached to."""

    url: str | None = None
    title: str | None = None
    quote: str | None = None
    """The words cited from the source."""
    start: int | None = None
    """Where the citing text starts, in characters of the part's text."""
    end: int | None = None
    """One past where the citing text ends."""
    extra: Extra = {}


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What all parts share."""

    cache: CacheControl | None = None
    extra: Extra = {}


class Text(_Part, frozen=True, kw_only=True, tag="text"):
    """Words, from or to the model."""

    text: str
    citations: tuple[Citation, ...] = ()


class Image(_Part, frozen=True, kw_only=True, tag="image"):
    """A picture."""

    source: Media
    detail: str | None = None
    """How closely to look, in OpenAI's words: `low`, `high`, `auto`, `original`."""


class Audio(_Part, frozen=True, kw_only=True, tag="audio"):
    """Sound, with its transcript where the model gave one."""

    source: Media
    transcript: str | None = None
    id: str | None = None
    """The provider's id of sound it generated, by which a later turn can refer to it."""
    expires_at: int | None = None
    """When that id stops working, in Unix seconds."""


class File(_Part, frozen=True, kw_only=True, tag="file"):
    """A document, video or any other attachment; `source.media_type` tells which."""

    source: Media
    filename: str | None = None
    context: str | None = None
    """What the document is about, for wires that ask (Anthropic's `context`)."""
    citations: bool | None = None
    """Whether the model may cite from it (Anthropic's `citations.enabled`)."""


class ToolCall(_Part, frozen=True, kw_only=True, tag="tool_call"):
    """A request of the model to run a tool of the caller's."""

    id: str
    """Pairs the call with its result. Empty only where a wire has no ids and none was made up yet."""
    name: str
    arguments: str = ""
    """A function's arguments as the model wrote them: usually JSON of an object, but model text and so not always
    valid. For a custom tool, the free text it was given."""
    kind: Literal["function", "custom"] = "function"
    namespace: str | None = None
    """The namespace the tool was declared in, where the caller's wire has namespaces."""
    item_id: str | None = None
    """The provider's id of the call as an item of its output, apart from `id` (Responses' `fc_...`)."""
    signature: str | None = None
    """Proof of the reasoning behind this call, to be sent back unchanged (Gemini's `thoughtSignature`)."""


class ToolResult(_Part, frozen=True, kw_only=True, tag="tool_result"):
    """What a tool answered; in a message of role `tool` or `user`."""

    call_id: str
    content: "tuple[ToolContent, ...]" = ()
    is_error: bool | None = None
    name: str | None = None
    """The tool's name, which some wires need (Gemini) and others don't carry; encoders look it up from the call."""
    kind: Literal["function", "custom"] = "function"


class Reasoning(_Part, frozen=True, kw_only=True, tag="reasoning"):
    """What the model thought before it answered, as far as the provider shows it."""

    text: str = ""
    """The thinking itself."""
    summary: tuple[str, ...] = ()
    """Paragraphs of a summary, where the provider gives a summary instead of the text."""
    signature: str | None = None
    """The provider's proof over `text`, to be sent back unchanged with it."""
    encrypted: str | None = None
    """The thinking in a form only the provider can read (Anthropic's `redacted_thinking`, Responses' `encrypted_content`)."""
    id: str | None = None
    owner: Dialect | None = None
    """The dialect whose `signature`, `encrypted` and `id` these are: they are valid there alone."""


class Refusal(_Part, frozen=True, kw_only=True, tag="refusal"):
    """The model's explanation that it will not answer, where the wire keeps it apart from text."""

    text: str


class Opaque(_Part, frozen=True, kw_only=True, tag="opaque"):
    """A block of one wire that has no neutral meaning (server tool results, hosted calls, future blocks).

    It keeps its place and goes back out on the same dialect unchanged, and on no other.
    """

    dialect: Dialect
    raw: JsonObject


ToolContent: TypeAlias = Text | Image | Audio | File | Opaque
"""What a tool result may contain."""

Part: TypeAlias = Text | Image | Audio | File | ToolCall | ToolResult | Reasoning | Refusal | Opaque
"""Anything a message may contain."""
