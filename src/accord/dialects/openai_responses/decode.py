"""A whole answer becomes the neutral response."""

from accord.core.error import Malformed
from accord.core.http import Reply, request_id_in
from accord.core.json import NotJson
from accord.core.message import Message
from accord.core.part import Extra, Part, ToolCall
from accord.core.response import ChatResponse, Choice, Logprobs, TokenLogprob
from accord.dialects.openai_responses.answer import Answer, Reading, read_whole
from accord.dialects.openai_responses.read_item import read_output_item
from accord.dialects.openai_responses.wire import Item, WrongShape
from accord.dialects.openai_responses.wire_names import WireNames


def decode_response(
    reading: Reading, reply: Reply, names: WireNames | None = None, *, forwarded: bool = False
) -> ChatResponse:
    """The response in a 2xx reply, with the names of tools that `names` knows.

    Raises `Malformed` where it is none, and the `ProviderError` of a response that failed: its status is 200 all the same.
    """
    try:
        answer, extra = read_whole(reply.body)
        failed = answer.failed
        if failed is not None:
            raise reading.failure(failed, body=reply.body)
        return _response(reading, answer, extra, reply, names, forwarded=forwarded)
    except (NotJson, WrongShape) as error:
        raise Malformed(
            f"the answer is not what the Responses wire promises: {error}",
            body=reply.body,
            request_id=request_id_in(reply.headers),
        ) from None


def _response(
    reading: Reading, answer: Answer, extra: Extra, reply: Reply, names: WireNames | None, *, forwarded: bool
) -> ChatResponse:
    if answer.output is None:
        raise WrongShape("output", "expected a list of items")
    scores: list[TokenLogprob] = []
    parts = _parts(answer.output, scores)
    if names is not None:
        parts = names.parts(parts)
    finish = reading.finish_reason(
        answer.status, answer.reason, calls=any(isinstance(part, ToolCall) for part in parts)
    )
    usage = answer.counts
    return ChatResponse(
        id=answer.id,
        model=answer.model,
        created=answer.created,
        choices=(
            Choice(
                message=Message(role="assistant", parts=parts),
                finish=finish,
                logprobs=Logprobs(content=tuple(scores)) if scores else None,
            ),
        ),
        usage=None if usage is None else reading.usage(usage, tier=answer.service_tier, tools=answer.tool_usage),
        request_id=request_id_in(reply.headers),
        raw=reply.body,
        extra=extra,
        forwarded=forwarded,
    )


def _parts(output: list[Item], scores: list[TokenLogprob]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for index, item in enumerate(output):
        parts.extend(read_output_item(item, f"output[{index}]", scores))
    return tuple(parts)
