"""The beta features a request uses, each of which must be named for its fields to be taken.

https://platform.claude.com/docs/en/api/beta-headers. A feature and its fields travel together: a field without its beta
is refused, while naming one that is generally available by now is harmless.
"""

from collections.abc import Iterator, Mapping

from accord.core.json import JsonObject, as_array, as_object

_FIELDS: Mapping[str, str] = {
    "context_management": "context-management-2025-06-27",
    "compaction": "compact-2026-09-04",
    "mcp_servers": "mcp-client-2025-11-20",
    "fallbacks": "server-side-fallback-2026-07-01",
    "fallback_credit_token": "fallback-credit-2026-07-01",
    "diagnostics": "cache-diagnosis-2026-04-07",
}
_TOOLS: tuple[tuple[str, str], ...] = (
    ("advisor_", "advisor-tool-2026-03-01"),
    ("code_execution_20250522", "code-execution-2025-05-22"),
    ("code_execution_20250825", "code-execution-2025-08-25"),
    ("computer_20241022", "computer-use-2024-10-22"),
    ("computer_20250124", "computer-use-2025-01-24"),
    ("computer_20251124", "computer-use-2025-11-24"),
    ("memory_", "context-management-2025-06-27"),
    ("web_fetch_20250910", "web-fetch-2025-09-10"),
)
_MESSAGE_FIELDS: Mapping[str, str] = {
    "output_config": "mid-conversation-output-config-2026-07-01",
    "clear_at": "mid-conversation-system-clear-at-2026-08-21",
}
_BLOCKS: Mapping[str, str] = {
    "tool_addition": "mid-conversation-tool-changes-2026-07-01",
    "tool_removal": "mid-conversation-tool-changes-2026-07-01",
    "compaction": "compact-2026-01-12",
}


def of_request(fields: JsonObject) -> Iterator[str]:
    """The betas of a request's own unnamed fields."""
    yield from [beta for field, beta in _FIELDS.items() if fields.get(field) is not None]
    edits = as_array((as_object(fields.get("context_management")) or {}).get("edits")) or []
    if any(str((as_object(edit) or {}).get("type")).startswith("compact_") for edit in edits):
        yield "compact-2026-01-12"
    thinking = as_object(fields.get("thinking")) or {}
    if "block_binding" in thinking:
        yield "thinking-binding-controls-2026-08-01"
    if thinking.get("display") == "updates":
        yield "thinking-display-updates-2026-08-18"
    if fields.get("speed") == "fast":
        yield "fast-mode-2026-02-01"
    if "task_budget" in (as_object(fields.get("output_config")) or {}):
        yield "task-budgets-2026-03-13"


def of_tool(tool: JsonObject) -> Iterator[str]:
    """The betas of a tool that Anthropic defines."""
    kind = tool.get("type")
    if isinstance(kind, str):
        yield from [beta for start, beta in _TOOLS if kind.startswith(start)]


def of_message(fields: JsonObject) -> Iterator[str]:
    """The betas of a message's unnamed fields."""
    yield from [beta for field, beta in _MESSAGE_FIELDS.items() if field in fields]


def of_block(block: JsonObject) -> Iterator[str]:
    """The betas of a block without neutral meaning."""
    kind = block.get("type")
    if isinstance(kind, str) and kind in _BLOCKS:
        yield _BLOCKS[kind]
