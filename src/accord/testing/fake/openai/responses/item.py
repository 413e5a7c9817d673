"""Output items of a response (inbound facts section 2.4)."""

from itertools import pairwise

from accord.core.json import as_array
from accord.core.part import Citation, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from accord.testing.fake.asked import Asked
from accord.testing.fake.desk import Desk
from accord.testing.fake.openai.chat.whole import logprobs_of
from accord.testing.fake.openai.model import rules_of
from accord.testing.fake.openai.responses.history import PURPOSE
from accord.testing.fake.said import Said, SaidChoice

Item = dict[str, object]


def items_of(desk: Desk, asked: Asked, said: Said) -> list[Item]:
    """The output. Raises `ValueError` for parts that Responses has no place for."""
    choice = said.choices[0]
    items: list[Item] = []
    for part in choice.content:
        if isinstance(part, Text | Refusal) and items and items[-1]["type"] == "message":
            items[-1]["content"] = [*(as_array(items[-1]["content"]) or []), _content(part, choice)]
        else:
            items.append(_item(part, desk, asked, said))
    _note_reasoning(items, desk)
    return items


def _item(part: Part, desk: Desk, asked: Asked, said: Said) -> Item:
    match part:
        case Text() | Refusal():
            return _message(part, desk, asked, said.choices[0])
        case Reasoning():
            return _reasoning(part, desk, asked, improvised=said.choices[0].improvised)
        case ToolCall():
            return _call(part, desk)
        case Opaque(dialect="openai_responses", raw=raw):
            return dict(raw)
        case _:
            raise ValueError(f"a response cannot say {part!r}")


def _message(part: Text | Refusal, desk: Desk, asked: Asked, choice: SaidChoice) -> Item:
    item: Item = {
        "id": desk.ids.new("msg_", 48),
        "type": "message",
        "status": "completed",
        "content": [_content(part, choice)],
        "role": "assistant",
    }
    if rules_of(asked.model).phased:
        item["phase"] = "commentary" if choice.calls else "final_answer"
    return item


def _content(part: Text | Refusal, choice: SaidChoice) -> dict[str, object]:
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    logprobs = logprobs_of(choice.logprobs)
    return {
        "type": "output_text",
        "annotations": [_annotation(citation, part.text) for citation in part.citations],
        "logprobs": logprobs["content"] if logprobs is not None else [],
        "text": part.text,
    }


def _annotation(citation: Citation, text: str) -> dict[str, object]:
    return {
        "type": "url_citation",
        "url": citation.url or "",
        "title": citation.title or "",
        "start_index": citation.start or 0,
        "end_index": len(text) if citation.end is None else citation.end,
    }


def _reasoning(part: Reasoning, desk: Desk, asked: Asked, *, improvised: bool) -> Item:
    # OpenAI shows summaries alone; thinking itself is shown where a script says so, as some compatible servers do.
    summary = part.summary or ((part.text,) if improvised and part.text else ())
    text = "" if improvised else part.text
    item: Item = {
        "id": part.id or desk.ids.new("rs_", 48),
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": paragraph} for paragraph in summary],
    }
    if text:
        item["content"] = [{"type": "reasoning_text", "text": text}]
    if "reasoning.encrypted_content" in asked.body.texts("include"):
        item["encrypted_content"] = part.encrypted or desk.seal.wrap(PURPOSE, str(item["id"]))
    return item


def _call(part: ToolCall, desk: Desk) -> Item:
    custom = part.kind == "custom"
    item: Item = {
        "id": part.item_id or desk.ids.new("ctc_" if custom else "fc_", 48),
        "type": "custom_tool_call" if custom else "function_call",
        "status": "completed",
        "input" if custom else "arguments": part.arguments,
        "call_id": part.id or desk.ids.new("call_"),
        "name": part.name,
    }
    if part.namespace is not None:
        item["namespace"] = part.namespace
    return item


def _note_reasoning(items: list[Item], desk: Desk) -> None:
    for reasoning, item in pairwise(items):
        if reasoning["type"] == "reasoning" and item["type"] != "reasoning":
            desk.reasoned_items[str(item.get("id"))] = str(reasoning["id"])
