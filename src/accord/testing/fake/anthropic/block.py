"""An answer's content blocks and usage (dossier section 4.1)."""

from accord.core.part import Citation, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from accord.core.usage import Usage
from accord.testing.fake.anthropic.binding import redacted_of, signature_of
from accord.testing.fake.anthropic.model import rules_of
from accord.testing.fake.asked import Asked
from accord.testing.fake.desk import Desk
from accord.testing.fake.improvise import arguments_object
from accord.testing.fake.said import Said, SaidChoice

Block = dict[str, object]

_FINISH = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "pause": "pause_turn",
}
"""Accord's reasons in the wire's words."""


def blocks_of(desk: Desk, asked: Asked, said: Said) -> list[Block]:
    """The content. Raises `ValueError` for parts that a message has no block for."""
    content = said.choices[0].content
    return [_block(part, desk, asked) for part in content if not isinstance(part, Refusal)]


def ending(choice: SaidChoice) -> dict[str, object]:
    """`stop_reason` and what goes with it."""
    refusal = choice.refusal
    finish = choice.finish or ("content_filter" if refusal is not None else "tool_calls" if choice.calls else "stop")
    reason = _FINISH.get(finish, finish)
    if choice.stop_sequence is not None and reason == "end_turn":
        reason = "stop_sequence"
    details = {"type": "refusal", "category": None, "explanation": refusal} if reason == "refusal" else None
    return {"stop_reason": reason, "stop_sequence": choice.stop_sequence, "stop_details": details}


def usage_of(usage: Usage, *, output: int | None) -> dict[str, object]:
    """The usage object: input excludes what was read from and written to the cache. `output` is what is known so far."""
    cached, written = usage.cached or 0, usage.cache_write or 0
    for_an_hour = usage.cache_write_1h or 0
    found: dict[str, object] = {
        "input_tokens": None if usage.input is None else usage.input - cached - written,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": written - for_an_hour,
            "ephemeral_1h_input_tokens": for_an_hour,
        },
        "output_tokens": output,
        "service_tier": usage.service_tier or "standard",
        "inference_geo": usage.region or "global",
    }
    if usage.reasoning:
        found["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    if usage.web_searches is not None:
        found["server_tool_use"] = {"web_search_requests": usage.web_searches, "web_fetch_requests": 0}
    return {name: value for name, value in found.items() if value is not None}


def _block(part: Part, desk: Desk, asked: Asked) -> Block:
    match part:
        case Text():
            block: Block = {"type": "text", "text": part.text}
            if part.citations:
                block["citations"] = [_citation(citation) for citation in part.citations]
            return block
        case Reasoning(encrypted=str()):
            return {"type": "redacted_thinking", "data": redacted_of(part, desk)}
        case Reasoning():
            shown = part.text or "\n\n".join(part.summary)
            return {"type": "thinking", "thinking": shown, "signature": signature_of(part, shown, asked.body, desk)}
        case ToolCall(kind="function"):
            return {
                "type": "tool_use",
                "id": part.id or desk.ids.new("toolu_01", 22),
                "name": part.name,
                "input": arguments_object(part.arguments),
            }
        case Opaque(dialect="anthropic_messages", raw=raw):
            return dict(raw)
        case _:
            raise ValueError(f"a message cannot say {part!r}")


def shows_thinking(asked: Asked) -> bool:
    """Whether thinking is shown, by what the request says or the model's habit."""
    display = asked.body.node("thinking").text("display")
    return display == "summarized" if display else rules_of(asked.model).shows_thinking


def _citation(citation: Citation) -> dict[str, object]:
    if citation.url is not None:
        return {
            "type": "web_search_result_location",
            "url": citation.url,
            "title": citation.title,
            "cited_text": citation.quote or "",
            "encrypted_index": "ZmFrZQ==",
        }
    return {
        "type": "char_location",
        "cited_text": citation.quote or "",
        "document_index": 0,
        "document_title": citation.title,
        "file_id": None,
        "start_char_index": citation.start or 0,
        "end_char_index": citation.end or 0,
    }
