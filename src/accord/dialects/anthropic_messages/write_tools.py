"""Tools on their way to the model. https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools"""

from collections.abc import Sequence

from accord.core.json import JsonObject, as_array, as_object
from accord.core.tool import AllowedTools, CustomTool, FunctionTool, HostedTool, ToolNamespace
from accord.dialects.anthropic_messages.betas import of_tool
from accord.dialects.anthropic_messages.dialect import DIALECT, own
from accord.dialects.anthropic_messages.input_schema import input_schema
from accord.dialects.anthropic_messages.schema import NotExpressible, Reduced
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.write_media import Block
from accord.dialects.anthropic_messages.write_part import write_cache

MOST_STRICT, MOST_OPTIONAL, MOST_UNIONS = 20, 24, 16
"""Limits on the strict tools of one request: how many, their optional properties, their choices of types.
https://platform.claude.com/docs/en/build-with-claude/structured-outputs#schema-complexity-limits
"""

_OPTIONS = ("web_search_options", "googleSearch", "google_search")
_DOMAINS = {
    "allowed_domains": "allowed_domains",
    "blocked_domains": "blocked_domains",
    "excludeDomains": "blocked_domains",
    "exclude_domains": "blocked_domains",
}
_SEARCH_MEMBERS = frozenset({"type", "search_context_size", "user_location", *_DOMAINS})
_SEARCHES = {"low": 1, "medium": 5, "high": 10}
"""How often to search at most, for OpenAI's `search_context_size`."""


def write_tools(translation: Translation) -> list[Block]:
    """The request's tools, those of a namespace flattened. Raises `Unsupported`."""
    return ToolWriter(translation).written() if translation.request.tools else []


def write_missing_tools(translation: Translation) -> list[Block]:
    """Declarations of the tools a conversation without tools has called, without which it would be refused."""
    names = translation.names.history
    if names:
        why = "calls need a declaration of their tools; empty ones were added, and calling them was forbidden"
        translation.losses.fill("tools", why)
    return [{"name": name, "input_schema": {"type": "object", "properties": {}}} for name in names]


class ToolWriter:
    """Writes the tools of one request, and counts what the strict ones of them ask for."""

    def __init__(self, translation: Translation) -> None:
        self._translation = translation
        self._strict: list[tuple[Block, Reduced]] = []

    def written(self) -> list[Block]:
        """All tools the model may use."""
        blocks: list[Block] = []
        for index, tool in enumerate(self._translation.request.tools):
            field = f"tools[{index}]"
            if isinstance(tool, ToolNamespace):
                for place, inner in enumerate(tool.tools):
                    blocks.extend(self._one(inner, f"{field}.tools[{place}]", tool.name))
            elif isinstance(tool, HostedTool):
                blocks.extend(_hosted(self._translation, tool, field))
            elif _allowed(self._translation, tool):
                blocks.extend(self._one(tool, field, None))
        self._bound()
        return blocks

    def _one(self, tool: FunctionTool | CustomTool, field: str, namespace: str | None) -> Sequence[Block]:
        try:
            if isinstance(tool, CustomTool):
                block = _custom(self._translation, tool, field, namespace)
            else:
                block = self._function(tool, field, namespace)
        except NotExpressible as error:
            self._translation.losses.refuse(f"{field}.parameters", str(error))
            return ()
        if tool.cache is not None:
            block["cache_control"] = write_cache(self._translation, tool.cache, f"{field}.cache")
        block.update(own(tool.extra))
        return (block,)

    def _function(self, tool: FunctionTool, field: str, namespace: str | None) -> Block:
        schema, widened = input_schema(tool.parameters)
        if widened:
            why = "the root cannot be a choice of schemas; one that takes any of them was sent"
            self._translation.losses.change(f"{field}.parameters", why)
        block: Block = {"name": self._translation.names.wire(tool.name, namespace), "input_schema": schema}
        if tool.description is not None:
            block["description"] = tool.description
        if tool.strict is False:
            block["strict"] = False
        elif tool.strict:
            self._make_strict(block, schema, field)
        return block

    def _make_strict(self, block: Block, schema: JsonObject, field: str) -> None:
        """Holds the model to the schema where both can do that; else says why not."""
        losses = self._translation.losses
        if not self._translation.rules.structured_output:
            losses.change(f"{field}.strict", "the model cannot be held to a schema")
            return
        try:
            reduced = Reduced(schema)
        except NotExpressible as error:
            losses.refuse(f"{field}.parameters", f"the schema cannot be enforced, as `strict` asks: {error}")
            return
        if reduced.told:
            keywords = ", ".join(reduced.told)
            losses.change(f"{field}.parameters", f"not enforced, only described to the model: {keywords}")
        block["input_schema"] = reduced.schema
        block["strict"] = True
        self._strict.append((block, reduced))

    def _bound(self) -> None:
        """Takes the guarantee off all tools where they ask for more than one request may have."""
        if not self._strict:
            return
        optional = sum(reduced.optional for _, reduced in self._strict)
        unions = sum(reduced.unions for _, reduced in self._strict)
        if len(self._strict) <= MOST_STRICT and optional <= MOST_OPTIONAL and unions <= MOST_UNIONS:
            return
        for block, _ in self._strict:
            block.pop("strict", None)
        limits = f"{MOST_STRICT} strict tools, {MOST_OPTIONAL} optional properties and {MOST_UNIONS} choices of types"
        self._translation.losses.change("tools", f"a request may have {limits}; none of its tools was sent as strict")


def _allowed(translation: Translation, tool: FunctionTool | CustomTool) -> bool:
    """Whether the model may use a tool at all; the wire can only say so by leaving the others out."""
    choice = translation.request.tool_choice
    return not isinstance(choice, AllowedTools) or tool.name in choice.names


def _custom(translation: Translation, tool: CustomTool, field: str, namespace: str | None) -> Block:
    """A tool that takes free text, as a function of one string."""
    described = "The tool's whole input, as plain text."
    grammar = (tool.format or {}).get("definition")
    if isinstance(grammar, str):
        described = f"{described} It must match this grammar ({(tool.format or {}).get('syntax')}):\n{grammar}"
        translation.losses.change(f"{field}.format", "the wire has no grammars; the model was told of it")
    schema = {
        "type": "object",
        "properties": {"input": {"type": "string", "description": described}},
        "required": ["input"],
        "additionalProperties": False,
    }
    block: Block = {"name": translation.names.wire(tool.name, namespace, "custom"), "input_schema": schema}
    if tool.description is not None:
        block["description"] = tool.description
    return block


def _hosted(translation: Translation, tool: HostedTool, field: str) -> Sequence[Block]:
    if tool.dialect == DIALECT:
        translation.betas.extend(of_tool(tool.raw))
        translation.marks += "cache_control" in tool.raw
        block: Block = {**tool.raw, **own(tool.extra)}
    elif tool.name.startswith(("web_search", "google_search")):
        block = _web_search(translation, tool.raw, field)
    else:
        translation.losses.advise(field, f"{tool.name} is run by another provider and does not exist here")
        return ()
    if tool.cache is not None:
        block["cache_control"] = write_cache(translation, tool.cache, f"{field}.cache")
    return (block,)


def _web_search(translation: Translation, raw: JsonObject, field: str) -> Block:
    """https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool"""
    block: Block = {"type": "web_search_20250305", "name": "web_search"}
    # Chat completions and Gemini hold the options in a member of their own.
    options = next((inner for key in _OPTIONS if (inner := as_object(raw.get(key))) is not None), raw)
    filters = as_object(options.get("filters")) or {}
    said = {**{key: value for key, value in options.items() if key != "filters"}, **filters}
    for key in said.keys() - _SEARCH_MEMBERS:
        translation.losses.advise(f"{field}.{key}", "this provider's search has no such member")
    size = said.get("search_context_size")
    if isinstance(size, str) and size in _SEARCHES:
        block["max_uses"] = _SEARCHES[size]
    for key, ours in _DOMAINS.items():
        if as_array(said.get(key)):
            block[ours] = said[key]
    location = as_object(said.get("user_location"))
    if location is not None:
        # Chat completions nest the place once more than Responses do.
        place = as_object(location.get("approximate")) or location
        known = {key: place[key] for key in ("city", "region", "country", "timezone") if place.get(key) is not None}
        block["user_location"] = {"type": "approximate", **known}
    return block
