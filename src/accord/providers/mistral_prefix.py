"""Answers that continue what the caller began.

A trailing message of the assistant's is the beginning of the answer. Mistral repeats it in the answer; other wires, whose
callers send such messages, don't. https://docs.mistral.ai/guides/prefix.
"""

import msgspec

from accord.core.event import Event, Finished, PartStarted, TextDelta
from accord.core.http import Reply
from accord.core.part import Text
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse, Choice
from accord.dialects.codec import ChatExchange, Decoder
from accord.providers.wrapped import Wrapped, WrappedDecoder


def continued(exchange: ChatExchange, request: ChatRequest) -> ChatExchange:
    """The exchange, whose answer comes without the beginning it was given; callers who know Mistral's `prefix` get all."""
    last = request.messages[-1] if request.messages else None
    if last is None or last.role != "assistant" or last.tool_calls or not last.text:
        return exchange
    asked = last.extra.get("openai_chat", {}).get("prefix") is True
    return exchange if asked else _Continued(exchange, last.text)


class _Continued(Wrapped):
    """An exchange whose answers begin with `prefix`."""

    __slots__ = ("_prefix",)

    def __init__(self, exchange: ChatExchange, prefix: str) -> None:
        super().__init__(exchange)
        self._prefix = prefix

    def decode(self, reply: Reply) -> ChatResponse:
        """The response, each choice without its beginning."""
        response = self._exchange.decode(reply)
        choices = tuple([_shortened(choice, self._prefix) for choice in response.choices])
        return msgspec.structs.replace(response, choices=choices)

    def decoder(self) -> Decoder:
        """A fresh reader that leaves the beginning out."""
        return _ContinuedDecoder(self._exchange.decoder(), self._prefix)


def _shortened(choice: Choice, prefix: str) -> Choice:
    parts = list(choice.message.parts)
    for place, part in enumerate(parts):
        if isinstance(part, Text):
            parts[place] = msgspec.structs.replace(part, text=part.text.removeprefix(prefix))
            break
    message = msgspec.structs.replace(choice.message, parts=tuple(parts))
    return msgspec.structs.replace(choice, message=message)


class _ContinuedDecoder(WrappedDecoder):
    """Holds the first words of each choice back until they are the beginning, or cannot be it any more."""

    __slots__ = ("_held", "_prefix")

    def __init__(self, decoder: Decoder, prefix: str) -> None:
        super().__init__(decoder)
        self._prefix = prefix
        self._held: dict[int, _Held] = {}

    def _passed(self, events: list[Event]) -> list[Event]:
        passed: list[Event] = []
        for event in events:
            if isinstance(event, PartStarted) and isinstance(event.value, Text) and event.choice not in self._held:
                self._held[event.choice] = _Held(event.part)
            if isinstance(event, TextDelta) and (held := self._held[event.choice]).part == event.part:
                text = held.add(event.text, self._prefix)
                if text:
                    passed.append(msgspec.structs.replace(event, text=text))
                continue
            if isinstance(event, Finished) and (last := self._held.get(event.choice)) is not None and last.text:
                passed.append(TextDelta(choice=event.choice, part=last.part, text=last.text))
            passed.append(event)
        return passed


class _Held:
    """The first words of a choice."""

    __slots__ = ("over", "part", "text")

    def __init__(self, part: int) -> None:
        self.part = part
        self.text = ""
        self.over = False

    def add(self, text: str, prefix: str) -> str:
        """What may be handed on, now that `text` has come."""
        if self.over:
            return text
        self.text += text
        if len(self.text) < len(prefix) and prefix.startswith(self.text):
            return ""
        self.over = True
        rest, self.text = self.text.removeprefix(prefix), ""
        return rest
