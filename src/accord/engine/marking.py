"""An exchange with one of several accounts: what it gives out bears its mark from then on."""

import msgspec

from accord.core.account import marked
from accord.core.event import Event, OpaqueEvent, PartFinished, PartStarted, ReasoningSealed
from accord.core.http import Reply
from accord.core.response import ChatResponse, Choice
from accord.core.warning import CallWarning
from accord.dialects.codec import ChatExchange, Decoder
from accord.dialects.openai_responses.account import marked_event, marked_part
from accord.providers.wrapped import Wrapped, WrappedDecoder


class Marking(Wrapped):
    """Sends as `exchange` does, and marks what is read."""

    __slots__ = ("_tag", "_warnings")

    def __init__(self, exchange: ChatExchange, tag: str, warnings: tuple[CallWarning, ...]) -> None:
        """`warnings` tell what was left out before the request was written."""
        super().__init__(exchange)
        self._tag = tag
        self._warnings = warnings

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What was changed or left out of the request."""
        return self._warnings + self._exchange.warnings

    def decode(self, reply: Reply) -> ChatResponse:
        """The response in a 2xx reply. Raises as the exchange does."""
        response = self._exchange.decode(reply)
        choices = tuple([_marked_choice(choice, self._tag) for choice in response.choices])
        return msgspec.structs.replace(response, choices=choices)

    def decoder(self) -> Decoder:
        """A fresh reader for one stream."""
        return _MarkingDecoder(self._exchange.decoder(), self._tag)


class _MarkingDecoder(WrappedDecoder):
    """Marks events."""

    __slots__ = ("_tag",)

    def __init__(self, decoder: Decoder, tag: str) -> None:
        super().__init__(decoder)
        self._tag = tag

    def _passed(self, events: list[Event]) -> list[Event]:
        return [self._marked(event) for event in events]

    def _marked(self, event: Event) -> Event:
        match event:
            case PartStarted():
                return msgspec.structs.replace(event, value=marked_part(event.value, self._tag))
            case PartFinished() if event.value is not None:
                return msgspec.structs.replace(event, value=marked_part(event.value, self._tag))
            case ReasoningSealed() if event.encrypted is not None:
                return msgspec.structs.replace(event, encrypted=marked(event.encrypted, self._tag))
            case OpaqueEvent(dialect="openai_responses"):
                return msgspec.structs.replace(event, raw=marked_event(event.raw, self._tag))
            case _:
                return event


def _marked_choice(choice: Choice, tag: str) -> Choice:
    parts = tuple([marked_part(part, tag) for part in choice.message.parts])
    return msgspec.structs.replace(choice, message=msgspec.structs.replace(choice.message, parts=parts))
