"""Continuations for a caller. https://developers.openai.com/api/reference/resources/completions"""

from collections.abc import Mapping

from accord.core.finish import Finish, native_reason
from accord.core.json import JsonObject, as_array, as_object, dumps, loads_object
from accord.core.response import ChatResponse, Choice, TokenLogprob
from accord.dialects.completion import CompletionAsked
from accord.dialects.openai_chat.finish import reason_of
from accord.dialects.openai_chat.regular import regular_finish, regular_usage
from accord.dialects.openai_chat.usage import counted, usage_object


def regular(body: JsonObject, inbound: CompletionAsked) -> dict[str, object]:
    """An answer or a chunk with the members that the wire requires, under the name that the caller asked for."""
    usage = regular_usage(body.get("usage"))
    return {
        **{key: value for key, value in body.items() if key != "usage"},
        **({} if usage is None else {"usage": usage}),
        "choices": [_piece(as_object(one) or {}, place) for place, one in enumerate(as_array(body["choices"]) or ())],
        "id": body.get("id") or inbound.made_id,
        "object": "text_completion",
        "created": body.get("created") or inbound.received_at,
        "model": inbound.completion.model,
    }


def handed_on(inbound: CompletionAsked, raw: bytes, accord: Mapping[str, object] | None) -> bytes:
    """The provider's own answer."""
    whole = regular(loads_object(raw), inbound)
    return dumps(whole if accord is None else {**whole, "accord": accord})


def completion(inbound: CompletionAsked, response: ChatResponse, accord: Mapping[str, object] | None) -> bytes:
    """An answer that came in another wire."""
    whole = regular(
        {"id": response.id, "created": response.created, "choices": [_choice(one) for one in response.choices]}, inbound
    )
    if response.usage is not None and counted(response.usage):
        whole["usage"] = usage_object(response.usage)
    if accord is not None:
        whole["accord"] = accord
    return dumps(whole)


def choice_object(
    index: int, text: str, *, finish: Finish | None = None, scores: tuple[TokenLogprob, ...] | None = None
) -> JsonObject:
    """A continuation, or a piece of one, which is not finished."""
    reason = reason_of(finish, calls=False)
    return {
        "index": index,
        "text": text,
        "logprobs": _scores(scores),
        "finish_reason": reason,
        **native_reason(finish, reason),
    }


def _piece(given: JsonObject, place: int) -> JsonObject:
    """A continuation, or a piece of one, with all its members and its finish reason in the words of the wire."""
    return {"index": place, "logprobs": None, **regular_finish(given, has_calls=False)}


def _choice(choice: Choice) -> JsonObject:
    scores = choice.logprobs.content if choice.logprobs is not None else None
    return choice_object(choice.index, choice.message.text, finish=choice.finish, scores=scores)


def _scores(scores: tuple[TokenLogprob, ...] | None) -> JsonObject | None:
    if scores is None:
        return None
    return {
        "tokens": [score.token for score in scores],
        "token_logprobs": [score.logprob for score in scores],
        "top_logprobs": [{top.token: top.logprob for top in score.top} for score in scores],
    }
