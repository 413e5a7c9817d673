"""Asking for a value: a generator that yields requests, receives answers, and returns the value.

It is the same for blocking code and asyncio, which send the requests. An answer that does not fit is shown to the model
with what is wrong, as often as was allowed: each such repair is a further request, billed like any other.
"""

from collections.abc import Generator
from typing import Generic, TypeAlias, TypeVar

import msgspec

from accord.client.value.means import TOOL, Means, with_means
from accord.client.value.shape import Misfit
from accord.client.value.wanted import Wanted
from accord.core.cost import Cost
from accord.core.error import Unparsed, UnparsedReason
from accord.core.message import Message, user
from accord.core.part import Text, ToolCall, ToolResult
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.total import total_cost, total_usage
from accord.core.usage import Usage

T = TypeVar("T")


class Parsed(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A value, and what it took to get it."""

    value: T
    responses: tuple[ChatResponse, ...]
    """Every answer in order: the last one holds the value, those before it did not fit."""
    means: Means
    """How the model was asked: held to a schema, by a tool, for JSON, or merely told."""

    @property
    def response(self) -> ChatResponse:
        """The answer that holds the value."""
        return self.responses[-1]

    @property
    def repairs(self) -> int:
        """How many answers before it did not fit."""
        return len(self.responses) - 1

    @property
    def usage(self) -> Usage | None:
        """Tokens of all the answers together; `None` is unknown."""
        return total_usage([response.usage for response in self.responses])

    @property
    def cost(self) -> Cost:
        """What all the answers cost together."""
        return total_cost([response.cost for response in self.responses])


Parsing: TypeAlias = Generator[ChatRequest, ChatResponse, Parsed[T]]


def parsed_by(request: ChatRequest, wanted: Wanted[T], means: Means, repairs: int) -> Parsing[T]:
    """Gets the value. Raises `Unparsed` with every answer that came."""
    asked = with_means(request, wanted, means)
    responses: tuple[ChatResponse, ...] = ()
    while True:
        response = yield asked
        responses += (response,)
        text = answer_in(responses, means)
        try:
            value = wanted.read(text)
        except Misfit as misfit:
            if len(responses) > repairs:
                raise Unparsed(_misfit(misfit, responses), reason="invalid", responses=responses) from None
            asked = _repaired(asked, response, misfit)
        else:
            return Parsed(value=value, responses=responses, means=means)


def answer_in(responses: tuple[ChatResponse, ...], means: Means) -> str:
    """The JSON text of the last answer. Raises `Unparsed` where the model did not, or could not, answer."""
    response = responses[-1]
    reason = _unanswered(response, means)
    if reason is not None:
        raise Unparsed(_REASONS[reason] + _words(response, reason), reason=reason, responses=responses)
    call = _call_in(response)
    # Some models write the answer as text although they were told to call the tool.
    return call.arguments if means == "tool" and call is not None else response.text


_REASONS: dict[UnparsedReason, str] = {
    "refusal": "the model refused to answer",
    "length": "the answer was cut at the limit of its length before it was whole: raise max_output_tokens",
    "content_filter": "the provider held the answer back (content filter)",
    "tool_calls": "the model called tools instead of answering: run them, and ask again with their results",
    "unfinished": "the model did not finish its answer",
    "empty": "the model answered nothing",
}


def _unanswered(response: ChatResponse, means: Means) -> UnparsedReason | None:
    """Why there is no answer to read, `None` when there is one."""
    finish = response.finish.unified if response.finish is not None else "unknown"
    if response.choices and response.choices[0].message.refusal is not None:
        return "refusal"
    if finish in ("length", "content_filter"):
        return finish
    if finish in ("pause", "error"):
        return "unfinished"
    if means == "tool" and _call_in(response) is not None:
        return None
    if response.tool_calls:
        return "tool_calls"
    return None if response.text.strip() else "empty"


def _words(response: ChatResponse, reason: UnparsedReason) -> str:
    """The model's or the provider's own words."""
    said = response.choices[0].message.refusal if response.choices else None
    if reason == "refusal" and said:
        return f": {said}"
    finish = response.finish
    return f" ({finish.raw})" if finish is not None and finish.raw is not None and reason == "unfinished" else ""


def _call_in(response: ChatResponse) -> ToolCall | None:
    return next((call for call in response.tool_calls if call.name == TOOL), None)


def _misfit(misfit: Misfit, responses: tuple[ChatResponse, ...]) -> str:
    tried = len(responses) - 1
    after = f" (after {tried} repair{'s' if tried > 1 else ''})" if tried else ""
    return f"the answer does not fit: {misfit}{after}"


def _repaired(asked: ChatRequest, response: ChatResponse, misfit: Misfit) -> ChatRequest:
    """The conversation with the answer, and with what is wrong about it."""
    wrong = f"That does not fit the schema: {misfit}. Give the whole answer again, corrected."
    said = response.choices[0].message
    calls = said.tool_calls
    told = Message(role="tool", parts=tuple([_result(call, wrong) for call in calls])) if calls else user(wrong)
    return msgspec.structs.replace(asked, messages=(*asked.messages, said, told))


def _result(call: ToolCall, wrong: str) -> ToolResult:
    return ToolResult(call_id=call.id, name=call.name, content=(Text(text=wrong),), is_error=True)
