"""The beta features a body uses, each of which must be named for its fields to be taken.

https://platform.claude.com/docs/en/api/beta-headers. A feature and its fields travel together: a field without its beta
is refused, while naming one that is generally available by now is harmless.
"""

from collections.abc import Iterator, Mapping

from accord.core.json import as_array, as_object

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


def betas_of(body: Mapping[str, object]) -> Iterator[str]:
    """The betas that the fields of a body need, repeats included."""
    yield from [beta for field, beta in _FIELDS.items() if body.get(field) is not None]
    yield from _of_context(body.get("context_management"))
    yield from _of_thinking(as_object(body.get("thinking")) or {})
    if body.get("speed") == "fast":
        yield "fast-mode-2026-02-01"
    if "task_budget" in (as_object(body.get("output_config")) or {}):
        yield "task-budgets-2026-03-13"
    for tool in as_array(body.get("tools")) or []:
        yield from _of_tool(as_object(tool) or {})
    for message in as_array(body.get("messages")) or []:
        yield from _of_message(as_object(message) or {})


def _of_context(value: object) -> Iterator[str]:
    for edit in as_array((as_object(value) or {}).get("edits")) or []:
        if str((as_object(edit) or {}).get("type")).startswith("compact_"):
            yield "compact-2026-01-12"


def _of_thinking(thinking: Mapping[str, object]) -> Iterator[str]:
    if "block_binding" in thinking:
        yield "thinking-binding-controls-2026-08-01"
    if thinking.get("display") == "updates":
        yield "thinking-display-updates-2026-08-18"


def _of_tool(tool: Mapping[str, object]) -> Iterator[str]:
    kind = tool.get("type")
    if isinstance(kind, str):
        yield from [beta for start, beta in _TOOLS if kind.startswith(start)]


def _of_message(message: Mapping[str, object]) -> Iterator[str]:
    yield from [beta for field, beta in _MESSAGE_FIELDS.items() if field in message]
    for block in as_array(message.get("content")) or []:
        kind = (as_object(block) or {}).get("type")
        if isinstance(kind, str) and kind in _BLOCKS:
            yield _BLOCKS[kind]
