"""A whole answer for a caller. https://developers.openai.com/api/reference/resources/chat/completions/object."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from accord.core.finish import native_reason
from accord.core.json import JsonObject, dumps, edited, loads_object
from accord.core.part import Extra
from accord.core.response import ChatResponse, Choice, Logprobs, TokenLogprob, TopLogprob
from accord.dialects.openai_chat.finish import is_whole, reason_of
from accord.dialects.openai_chat.plain_answer import Regular, renamed
from accord.dialects.openai_chat.regular import TIERS, Stamp
from accord.dialects.openai_chat.regular_answer import regular_bytes, regular_completion
from accord.dialects.openai_chat.render_message import message_object
from accord.dialects.openai_chat.usage import counted, usage_object

if TYPE_CHECKING:
    from accord.dialects.openai_chat.inbound import ChatInbound


def completion(inbound: "ChatInbound", response: ChatResponse, accord: Mapping[str, object] | None) -> bytes:
    """The answer as a `chat.completion`."""
    whole: dict[str, object] = {
        "id": response.id or inbound.made_id,
        "object": "chat.completion",
        "created": response.created or inbound.received_at,
        "model": inbound.request.model or response.model,
        "choices": [_choice(inbound, choice) for choice in response.choices],
    }
    if response.usage is not None and counted(response.usage):
        whole["usage"] = usage_object(response.usage)
    tier = response.usage.service_tier if response.usage is not None else None
    whole.update(presentable(response.extra, tier))
    if accord is not None:
        whole["accord"] = accord
    return dumps(whole)


def handed_on(inbound: "ChatInbound", raw: bytes, model: str, accord: Mapping[str, object] | None) -> bytes:
    """The provider's own bytes with the name the caller asked for in place of `model`, and what OpenAI's schema requires."""
    asked = inbound.request.model
    if accord is None and isinstance(raw, Regular):
        return renamed(raw, model, asked)
    regular = regular_bytes(raw)
    if regular is None:
        stamp = Stamp(id=inbound.made_id, created=inbound.received_at, model=asked)
        whole = dict(regular_completion(loads_object(raw), stamp))
        return dumps(whole if accord is None else {**whole, "accord": accord})
    edits: dict[str, object] = {"model": asked}
    return edited(regular, edits if accord is None else {**edits, "accord": accord})


def presentable(extra: Extra, tier: str | None) -> dict[str, object]:
    """Members of an answer beyond the usual ones, as far as OpenAI's schema lets them be what they are."""
    if not extra:
        return {"service_tier": tier} if tier in TIERS else {}
    fields = dict(extra.get("openai_chat", {}))
    if not isinstance(fields.get("system_fingerprint"), str):
        fields.pop("system_fingerprint", None)
    found = fields.pop("service_tier", tier)
    if found in TIERS:
        fields["service_tier"] = found
    return fields


def _choice(inbound: "ChatInbound", choice: Choice) -> JsonObject:
    calls = bool(choice.message.tool_calls)
    reason = reason_of(choice.finish, calls=calls, legacy=inbound.speaks_of_functions)
    return {
        **native_reason(choice.finish, reason),
        **choice.extra.get("openai_chat", {}),
        "index": choice.index,
        "message": message_object(choice.message, legacy=inbound.speaks_of_functions, whole=is_whole(choice.finish)),
        "logprobs": logprobs_object(choice.logprobs),
        "finish_reason": reason,
    }


def logprobs_object(scores: Logprobs | None) -> JsonObject | None:
    """Log probabilities of a choice, or of a piece of it."""
    if scores is None:
        return None
    return {"content": _tokens(scores.content), "refusal": _tokens(scores.refusal)}


def _tokens(scores: tuple[TokenLogprob, ...] | None) -> list[JsonObject] | None:
    if scores is None:
        return None
    return [{**_token(score), "top_logprobs": [_token(top) for top in score.top]} for score in scores]


def _token(score: TopLogprob) -> dict[str, object]:
    return {"token": score.token, "logprob": score.logprob, "bytes": score.bytes}
