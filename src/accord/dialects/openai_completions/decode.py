"""A whole continuation, read; and what a chunk of a stream has in common with it."""

import msgspec

from accord.core.error import Malformed
from accord.core.http import Reply
from accord.core.json import NotJson, as_object, read
from accord.core.message import assistant
from accord.core.response import ChatResponse, Choice, Logprobs, TokenLogprob, TopLogprob
from accord.core.usage import Usage
from accord.dialects.openai_chat.finish import failure_of, finish_of
from accord.dialects.openai_chat.usage import usage_of
from accord.dialects.openai_endpoints.exchange import ErrorReader


class Scores(msgspec.Struct, gc=False):
    """Log probabilities, a list for each thing that is told of a token."""

    tokens: list[str] | None = None
    token_logprobs: list[float | None] | None = None
    top_logprobs: list[dict[str, float] | None] | None = None


class Piece(msgspec.Struct, gc=False):
    """One continuation, or the next piece of it."""

    text: str | None = None
    index: int = 0
    finish_reason: str | None = None
    logprobs: Scores | None = None


class Body(msgspec.Struct, gc=False):
    """An answer, or a chunk of one: their shape is the same."""

    choices: list[Piece] | None = None
    id: str = ""
    model: str = ""
    created: int | None = None
    usage: object = None
    error: object = None


_bodies = msgspec.json.Decoder(Body)


def body_in(data: bytes, error: ErrorReader) -> Body:
    """The answer or chunk in `data`. Raises `Malformed`, or the failure that it tells of."""
    try:
        body = read(_bodies, data)
    except NotJson as wrong:
        raise Malformed(f"the answer is no text completion: {wrong}", status=200, body=data) from None
    if body.error:
        raise error(Reply(status=200, body=data))
    if body.choices is None:
        raise Malformed("the answer holds no choices", status=200, body=data)
    for reason in [piece.finish_reason for piece in body.choices]:
        kind = None if reason is None else failure_of(reason)
        if kind is not None:
            raise kind(f"the provider ended the answer with {reason!r}", status=200, code=reason, body=data)
    return body


def response_in(reply: Reply, error: ErrorReader) -> ChatResponse:
    """The texts in a reply. Raises as `body_in` does."""
    body = body_in(reply.body, error)
    return ChatResponse(
        id=body.id,
        model=body.model,
        created=body.created,
        choices=tuple([_choice(piece) for piece in body.choices or ()]),
        usage=usage_in(body.usage),
        raw=reply.body,
    )


def usage_in(given: object) -> Usage | None:
    """The token counts, where there are any."""
    usage = as_object(given)
    return usage_of(usage) if usage else None


def _choice(piece: Piece) -> Choice:
    scores = scores_of(piece.logprobs)
    return Choice(
        index=piece.index,
        message=assistant(piece.text or ""),
        finish=None if piece.finish_reason is None else finish_of(piece.finish_reason, calls=False),
        logprobs=None if scores is None else Logprobs(content=scores),
    )


def scores_of(scores: Scores | None) -> tuple[TokenLogprob, ...] | None:
    """Log probabilities token by token; the first of an echoed prompt has none, and is left out."""
    if scores is None or scores.tokens is None or scores.token_logprobs is None:
        return None
    tops = scores.top_logprobs or [None] * len(scores.tokens)
    return tuple(
        [
            TokenLogprob(
                token=token,
                logprob=logprob,
                top=tuple([TopLogprob(token=other, logprob=value) for other, value in (top or {}).items()]),
            )
            for token, logprob, top in zip(scores.tokens, scores.token_logprobs, tops, strict=False)
            if logprob is not None
        ]
    )
