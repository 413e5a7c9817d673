"""An answer of Responses that is coming in: its texts and arguments so far, and its values."""

from typing import Generic, TypeAlias, TypeVar

from accord.compat.openai.model import put
from accord.compat.openai.parsed import parsed_response, value_of
from accord.compat.openai.parsing import Form, Tools
from accord.compat.openai.types.parsed_response import (
    ParsedCompletedEvent,
    ParsedResponse,
    ParsedResponseStreamEvent,
    ParsedTextDoneEvent,
    SnapshotCallDeltaEvent,
    SnapshotTextDeltaEvent,
)
from accord.compat.openai.types.response_event import (
    ResponseCallDeltaEvent,
    ResponseOutputItemEvent,
    ResponseStateEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from accord.compat.openai.types.response_item import ResponseOutputMessage

T = TypeVar("T")
Told: TypeAlias = list[ParsedResponseStreamEvent[T]]


class ResponseProgress(Generic[T]):
    """One answer."""

    def __init__(self, form: Form[T] | None, tools: Tools) -> None:
        self._form = form
        self._tools = tools
        self._texts: dict[tuple[int, int], str] = {}
        self._arguments: dict[int, str] = {}
        self._phases: dict[int, str | None] = {}
        self._final: ParsedResponse[T] | None = None

    def add(self, event: ResponseStreamEvent) -> Told[T]:
        """What an event brings. Raises `ValueError` where a value does not fit."""
        match event:
            case ResponseTextDeltaEvent():
                place = event.output_index, event.content_index
                self._texts[place] = text = self._texts.get(place, "") + event.delta
                return [SnapshotTextDeltaEvent(**event.to_dict(), snapshot=text)]
            case ResponseTextDoneEvent():
                done: ParsedTextDoneEvent[T] = ParsedTextDoneEvent(**event.to_dict())
                put(done, "parsed", value_of(self._form, event.text, self._phases.get(event.output_index)))
                return [done]
            case ResponseCallDeltaEvent(type="response.function_call_arguments.delta"):
                index = event.output_index
                self._arguments[index] = text = self._arguments.get(index, "") + event.delta
                return [SnapshotCallDeltaEvent(**event.to_dict(), snapshot=text)]
            case ResponseStateEvent(type="response.completed"):
                return [self._completed(event)]
            case ResponseOutputItemEvent(item=ResponseOutputMessage() as message):
                self._phases[event.output_index] = message.phase
            case _:
                pass
        return [event]

    def final(self) -> ParsedResponse[T]:
        """The whole answer. Raises `RuntimeError`, as the SDK does, where it was not completed."""
        if self._final is None:
            raise RuntimeError("Didn't receive a `response.completed` event.")
        return self._final

    def _completed(self, event: ResponseStateEvent) -> ParsedCompletedEvent[T]:
        self._final = parsed_response(event.response, self._form, self._tools)
        found: ParsedCompletedEvent[T] = ParsedCompletedEvent(**event.to_dict())
        found.response = self._final
        return found
