"""Tools a model may call, and how it is told to choose among them."""

from typing import Literal, TypeAlias

import msgspec

from accord.core.dialect import Dialect
from accord.core.json import JsonObject
from accord.core.part import CacheControl, Extra


class _Tool(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What all tools share."""

    cache: CacheControl | None = None
    extra: Extra = {}


class FunctionTool(_Tool, frozen=True, kw_only=True, tag="function"):
    """A function of the caller's, described by JSON Schema."""

    name: str
    description: str | None = None
    parameters: JsonObject | None = None
    """JSON Schema of the arguments object; `None` takes no arguments."""
    strict: bool | None = None
    """Whether the provider must hold the model to the schema. `None` leaves it to the provider."""
    guaranteed: bool = False
    """That `strict` means any schema, as it does in the caller's API (Anthropic's): where a host holds models to a subset
    of JSON Schema alone (OpenAI) and this is none of it, the tool goes out without `strict`, and the caller is warned."""


class CustomTool(_Tool, frozen=True, kw_only=True, tag="custom"):
    """A tool that takes free text, optionally bound by a grammar."""

    name: str
    description: str | None = None
    format: JsonObject | None = None
    """`{"type": "text"}` or `{"type": "grammar", "syntax": "lark" | "regex", "definition": ...}`."""


class HostedTool(_Tool, frozen=True, kw_only=True, tag="hosted"):
    """A tool that the provider runs itself (web search, code execution), in the words of its dialect."""

    dialect: Dialect
    raw: JsonObject

    @property
    def name(self) -> str:
        """What to call it in a message: the wire's `type`, or its only key (Gemini)."""
        return str(self.raw.get("type") or next(iter(self.raw), "hosted tool"))


class ToolNamespace(_Tool, frozen=True, kw_only=True, tag="namespace"):
    """Tools grouped under a name (Responses' `namespace`). Other wires get them flattened, and their calls restored."""

    name: str
    description: str | None = None
    tools: tuple[FunctionTool | CustomTool, ...] = ()


Tool: TypeAlias = FunctionTool | CustomTool | HostedTool | ToolNamespace


class NamedTool(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="named", tag_field="type"):
    """The model must call this tool."""

    name: str
    kind: Literal["function", "custom"] = "function"
    namespace: str | None = None


class AllowedTools(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="allowed", tag_field="type"):
    """The model may use only some of the tools it was given."""

    mode: Literal["auto", "required"]
    names: tuple[str, ...]


class HostedChoice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="hosted", tag_field="type"):
    """The model must use a hosted tool, in the words of its dialect."""

    dialect: Dialect
    raw: JsonObject


ToolChoice: TypeAlias = Literal["auto", "none", "required"] | NamedTool | AllowedTools | HostedChoice
