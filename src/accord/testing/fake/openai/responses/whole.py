"""A response object (inbound facts section 2.3): every key is there, nulls included."""

from accord.testing.fake.asked import Asked
from accord.testing.fake.desk import CREATED, Desk
from accord.testing.fake.node import Node
from accord.testing.fake.openai.model import rules_of
from accord.testing.fake.openai.responses.item import Item, items_of
from accord.testing.fake.openai.usage import responses_usage
from accord.testing.fake.said import Said

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
"""Accord's reasons that leave a response incomplete, in the wire's words."""


def response_object(desk: Desk, asked: Asked, said: Said) -> dict[str, object]:
    """The finished response."""
    items = items_of(desk, asked, said)
    status, error, details = _end(said, items)
    return {
        "id": said.reply.id or desk.ids.new("resp_", 48),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "completed_at": CREATED if status == "completed" else None,
        "error": error,
        "incomplete_details": details,
        "model": said.model,
        "output": items,
        **_echo(asked),
        "usage": None if said.usage is None else responses_usage(said.usage),
        "service_tier": (said.usage.service_tier if said.usage else None) or "default",
        **said.reply.extra,
    }


def unfinished(response: dict[str, object], status: str) -> dict[str, object]:
    """The response as it is before anything came of it."""
    empty: list[object] = []
    return {
        **response,
        "status": status,
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "output": empty,
        "usage": None,
    }


def _end(said: Said, items: list[Item]) -> tuple[str, object, object]:
    """Status, `error` and `incomplete_details`. What is not whole is marked so."""
    finish = said.choices[0].finish
    if finish == "error":
        return "failed", {"code": "server_error", "message": "The server had an error."}, None
    reason = _INCOMPLETE.get(finish or "")
    if reason is None:
        return "completed", None, None
    if items and "status" in items[-1]:
        items[-1]["status"] = "incomplete"
    return "incomplete", None, {"reason": reason}


def _echo(asked: Asked) -> dict[str, object]:
    """What was asked, as the service says it back."""
    body = asked.body
    text = body.node("text")
    reasons = rules_of(asked.model)
    format_: object = text.value("format") or {"type": "text"}
    metadata: object = body.value("metadata") or {}
    return {
        "background": body.flag("background"),
        "frequency_penalty": 0.0,
        "instructions": body.value("instructions"),
        "max_output_tokens": body.value("max_output_tokens"),
        "max_tool_calls": body.value("max_tool_calls"),
        "moderation": None,
        "parallel_tool_calls": body.flag("parallel_tool_calls", default=True),
        "presence_penalty": 0.0,
        "previous_response_id": body.value("previous_response_id"),
        "prompt_cache_key": body.value("prompt_cache_key"),
        "prompt_cache_retention": body.value("prompt_cache_retention"),
        "reasoning": {
            "effort": reasons.effort(body.node("reasoning").text("effort") or None) if reasons.efforts else None,
            "summary": body.node("reasoning").value("summary"),
        },
        "safety_identifier": body.value("safety_identifier"),
        "store": body.flag("store", default=True),
        "temperature": body.number("temperature") if "temperature" in body else 1.0,
        "text": {"format": format_, "verbosity": text.text("verbosity", "medium")},
        "tool_choice": body.value("tool_choice") or "auto",
        "tools": [_tool(tool) for tool in body.nodes("tools")],
        "top_logprobs": body.count("top_logprobs"),
        "top_p": body.number("top_p") if "top_p" in body else 1.0,
        "truncation": body.text("truncation", "disabled"),
        "user": body.value("user"),
        "metadata": metadata,
    }


def _tool(tool: Node) -> dict[str, object]:
    """A tool as it is echoed. `strict` is on unless it was turned off."""
    if tool.text("type") != "function":
        return dict(tool.raw)
    given = dict(tool.raw)
    return {"description": None, "parameters": None, **given, "strict": tool.flag("strict", default=True)}
