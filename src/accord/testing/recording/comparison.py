"""A recorded conversation beside the same one with another model."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import msgspec

from accord.core.error import AccordError
from accord.core.json import NotJson, loads
from accord.core.message import Message
from accord.core.option import Options
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.testing.recording.reading import Read

Ask: TypeAlias = Callable[[ChatRequest, Options], ChatResponse]
Difference: TypeAlias = Literal["text", "tool_calls", "finish", "error"]


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What one of them came to. Tokens, US dollars and seconds that are unknown are `None`."""

    model: str
    text: str = ""
    tool_calls: tuple[tuple[str, object], ...] = ()
    """Names and arguments."""
    finish: str | None = None
    input: int | None = None
    output: int | None = None
    cost: str | None = None
    seconds: float | None = None
    """Until the last byte."""
    warnings: tuple[str, ...] = ()
    error: str | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Both of them. `request` counts from 1."""

    request: int
    question: str
    recorded: Side
    now: Side
    differs: tuple[Difference, ...]


def recorded(read: Read, seconds: float) -> Side:
    """The side that was recorded."""
    model = f"{read.provider}/{read.request.model}" if read.provider else read.request.model
    if read.response is None:
        return Side(model=model, seconds=seconds, error=None if read.error is None else str(read.error))
    return side(read.response, model, seconds, read.error)


def side(response: ChatResponse, model: str, seconds: float, error: AccordError | None = None) -> Side:
    """The side of an answer."""
    usage, cost = response.usage, response.cost
    return Side(
        model=model,
        text=response.text,
        tool_calls=tuple([(call.name, _arguments(call.arguments)) for call in response.tool_calls]),
        finish=response.finish.unified if response.finish is not None else None,
        input=usage.input if usage is not None else None,
        output=usage.output if usage is not None else None,
        cost=None if cost is None or cost.amount is None else f"{cost.amount:f}",
        seconds=seconds,
        warnings=tuple([str(warning) for warning in response.warnings]),
        error=None if error is None else str(error),
    )


def answered(read: Read, model: str, ask: Ask, now: Callable[[], float]) -> Side:
    """The side of the other model, asked once. What it cannot be told is left out, and stands in `warnings`."""
    request = msgspec.structs.replace(read.request, model=model)
    started = now()
    try:
        response = ask(request, Options(on_unsupported="drop"))
    except AccordError as error:
        return Side(model=model, seconds=round(now() - started, 3), error=str(error))
    return side(response, model, round(now() - started, 3))


def compared(index: int, read: Read, before: Side, after: Side) -> Comparison:
    """Both, and in what they differ."""
    differs: list[Difference] = []
    if before.text.strip() != after.text.strip():
        differs.append("text")
    if before.tool_calls != after.tool_calls:
        differs.append("tool_calls")
    if before.finish != after.finish:
        differs.append("finish")
    if (before.error is None) != (after.error is None):
        differs.append("error")
    return Comparison(
        request=index, question=_question(read.request.messages), recorded=before, now=after, differs=tuple(differs)
    )


def _question(messages: Sequence[Message]) -> str:
    """The last text of the user."""
    return next((message.text for message in reversed(messages) if message.role == "user" and message.text), "")


def _arguments(text: str) -> object:
    try:
        return loads(text or "{}")
    except NotJson:
        return text
