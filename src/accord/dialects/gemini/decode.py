"""A whole answer."""

import msgspec

from accord.core.error import Malformed
from accord.core.http import Reply
from accord.core.json import as_object
from accord.core.message import Message
from accord.core.part import Part, Text
from accord.core.response import ChatResponse, Choice, Logprobs
from accord.dialects.gemini import wire
from accord.dialects.gemini.citation import citations_in
from accord.dialects.gemini.dialect import kept
from accord.dialects.gemini.finish import blocked
from accord.dialects.gemini.logprob import token_logprobs
from accord.dialects.gemini.read_part import is_empty
from accord.dialects.gemini.reader import Asked, answer_extra, block_reason, candidate_fields, created


def response_of(reply: Reply, asked: Asked) -> ChatResponse:
    """The response in a 2xx reply. Raises `Malformed`, or the `ProviderError` that the body tells of."""
    try:
        return _response(reply, asked)
    except RecursionError:
        raise Malformed("the answer is nested too deeply", body=reply.body) from None


def _response(reply: Reply, asked: Asked) -> ChatResponse:
    answer = asked.answer(reply.body)
    candidates = answer.candidates or []
    choices: list[Choice] = []
    fields: dict[int, dict[str, object]] = {}
    for candidate in candidates:
        more = candidate_fields(candidate)
        choices.append(_choice(candidate, answer, asked, more))
        if more:
            fields[choices[-1].index] = more
    if not choices:
        choices.append(_blocked(answer, reply))
    counts = as_object(answer.usage_metadata)
    usage = None if counts is None else asked.stages.usage(counts, fields)
    return ChatResponse(
        id=answer.response_id or "",
        model=answer.model_version or "",
        created=created(answer),
        choices=tuple(choices),
        usage=usage,
        extra=answer_extra(answer),
        raw=reply.body,
    )


def _blocked(answer: wire.Answer, reply: Reply) -> Choice:
    reason = block_reason(answer)
    if reason is None:
        raise Malformed("the answer has neither candidates nor a reason for having none", body=reply.body)
    return Choice(message=Message(role="assistant"), finish=blocked(reason))


def _choice(candidate: wire.Candidate, answer: wire.Answer, asked: Asked, fields: dict[str, object]) -> Choice:
    """One choice; `fields` are the candidate's members without a neutral name."""
    index = candidate.index or 0
    parts: list[Part] = []
    calls = 0
    for part in (candidate.content.parts if candidate.content is not None else None) or []:
        found = asked.part(part, answer_id=answer.response_id or "", choice=index, place=calls)
        if part.function_call is not None:
            calls += 1
        if found is not None and not is_empty(found):
            parts.append(found)
    scored = candidate.logprobs_result
    return Choice(
        index=index,
        message=Message(role="assistant", parts=_cited(parts, fields) if fields else tuple(parts)),
        finish=asked.stages.finish_reason(candidate.finish_reason, calls=calls > 0),
        logprobs=None if scored is None else Logprobs(content=token_logprobs(scored)),
        extra=kept(fields) if fields else {},
    )


def _cited(parts: list[Part], fields: dict[str, object]) -> tuple[Part, ...]:
    """The parts, with the sources that the candidate names for them."""
    places = [place for place, part in enumerate(parts) if isinstance(part, Text)]
    found = citations_in(fields, [part.text for part in parts if isinstance(part, Text)])
    for text, citation in found:
        part = parts[places[text]]
        assert isinstance(part, Text)
        parts[places[text]] = msgspec.structs.replace(part, citations=(*part.citations, citation))
    return tuple(parts)
