"""Money for calls of real services: the most a call can cost is taken before it is made, and what it did not cost put back.

A call whose cost stays unknown counts as the most it could have cost, and one whose price is unknown is not made.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from accord.catalog.estimate import estimate
from accord.client.client import Client
from accord.core.context import RequestContext
from accord.core.error import ProviderError, Unsupported
from accord.core.option import Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Codec
from accord.engine.event_stream_sync import EventStream
from accord.engine.target import Target
from accord.providers.base import ProviderBase

MOST_OUTPUT = 1024
"""Tokens that an answer may have: few, and still enough for a model that thinks first."""

Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)


class SpentUp(Exception):
    """The next call could cost more than what is left. No error of Accord's own: no check may take it for an answer."""


class Purse:
    """Money for live calls, in US dollars."""

    def __init__(self, cap: Decimal) -> None:
        self.cap = cap
        self.spent: Decimal = Decimal(0)
        self._pending: list[tuple[Decimal, EventStream]] = []

    @property
    def left(self) -> Decimal:
        """What may still be spent."""
        return self.cap - self.spent

    def take(self, most: Decimal) -> None:
        """Takes the most a call can cost. Raises `SpentUp` where that is more than what is left."""
        self.settle()
        if most > self.left:
            raise SpentUp(f"{most:f} US dollars may be needed and {self.left:f} of {self.cap:f} are left")
        self.spent += most

    def pay(self, most: Decimal, cost: Decimal | None) -> None:
        """Puts back what a call did not cost; of unknown cost, nothing."""
        if cost is not None:
            self.spent -= most - cost

    def follow(self, most: Decimal, stream: EventStream) -> None:
        """Remembers a stream, whose cost is known at its end."""
        self._pending.append((most, stream))

    def settle(self) -> None:
        """Pays what has ended."""
        for most, stream in self._pending:
            self.pay(most, stream.cost().amount)
        self._pending.clear()


class MeteredClient(Client[ProviderBase]):
    """A client that asks its purse before each call, and asks for short answers."""

    def __init__(self, provider: ProviderBase, purse: Purse) -> None:
        super().__init__(provider, options=Options(retries=0))
        self._purse = purse

    def _chat(self, request: ChatRequest, options: Options, context: RequestContext) -> ChatResponse:
        short, most = self._taken(request)
        try:
            response = super()._chat(short, options, context)
        except (ProviderError, Unsupported) as error:
            self._purse.pay(most, _cost_of_failure(error))
            raise
        self._purse.pay(most, response.cost.amount if response.cost is not None else None)
        return response

    def _stream(self, request: ChatRequest, options: Options, context: RequestContext) -> EventStream:
        short, most = self._taken(request)
        try:
            stream = super()._stream(short, options, context)
        except (ProviderError, Unsupported) as error:
            self._purse.pay(most, _cost_of_failure(error))
            raise
        self._purse.follow(most, stream)
        return stream

    def _run(
        self,
        codec: Callable[[Target], Codec[Req, Res]],
        model: str,
        request: Req,
        options: Options,
        context: RequestContext,
    ) -> Res:
        del codec, model, request, options, context
        raise SpentUp("only conversations are paid for here")

    def _taken(self, request: ChatRequest) -> tuple[ChatRequest, Decimal]:
        """The request, made short, and the most it can cost, which is taken."""
        most_output = min(request.max_output_tokens or MOST_OUTPUT, MOST_OUTPUT)
        short = msgspec.structs.replace(request, max_output_tokens=most_output)
        expected = estimate(short, self._book.target(request.model).facts, at=datetime.now(UTC)).cost
        if expected.max is None:
            raise SpentUp(f"what {request.model} costs is unknown: {expected.reason}")
        self._purse.take(expected.max)
        return short, expected.max


def _cost_of_failure(error: ProviderError | Unsupported) -> Decimal | None:
    """Nothing, for what was refused or never sent; unknown for what may have been served."""
    if isinstance(error, Unsupported) or all(attempt.billed is False for attempt in error.attempts):
        return Decimal(0)
    return None
