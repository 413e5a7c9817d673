"""How many tokens a conversation has: counted by the provider where it can, else estimated, and said to be so."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from accord.catalog.request_tokens import input_tokens
from accord.client.capability import Counts
from accord.core.error import AccordError, ProviderError, Unsupported
from accord.core.http import Draft, Reply
from accord.core.loss import Losses
from accord.core.option import OnUnsupported, Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.warning import CallWarning
from accord.dialects import openai_responses
from accord.dialects.codec import Codec, Exchange, Failure
from accord.engine.account import bears_marks, settled, the_only
from accord.engine.route import Terms
from accord.engine.run_async import AsyncEngine
from accord.engine.target import Target
from accord.gateway.failure import failed
from accord.gateway.headers import context_of, id_headers, target_headers, warning_headers
from accord.gateway.http import Request, Response
from accord.gateway.pin import held
from accord.gateway.resolve import Directory, Resolved
from accord.gateway.stored.shelf import Shelf
from accord.gateway.visit import Visit


class CountInbound(Protocol):
    """A caller's request to count, and the writing of its answer."""

    @property
    def request(self) -> ChatRequest:
        """The conversation."""
        ...

    def render(self, tokens: int) -> bytes:
        """The answer."""
        ...

    def fail(self, error: AccordError) -> Failure:
        """The error answer."""
        ...


ParseCount = Callable[[bytes, Request], CountInbound]
"""Reads a request to count. Raises `InvalidInput`."""


class TokenCount(CallRecord, frozen=True, kw_only=True, omit_defaults=True):
    """A count, and the record of getting it."""

    tokens: int


class Counting:
    """Serves the wires that can be asked to count."""

    def __init__(self, directory: Directory, engine: AsyncEngine, options: Options, shelf: Shelf) -> None:
        """`options` hold for all calls."""
        self._shelf = shelf
        self._directory = directory
        self._engine = engine
        self._options = options
        self._drops = options.on_unsupported == "drop"

    async def answer(self, parse: ParseCount, visit: Visit, body: bytes) -> Response:
        """The count. Raises the `AccordError` of a request that cannot be read, or names no model."""
        inbound = parse(body, visit.request)
        resolved = visit.resolved = self._directory.resolve(inbound.request.model, visit.key)
        request = inbound.request
        if isinstance(inbound, openai_responses.CountInbound):
            request = (await self._shelf.continued(inbound.asked, visit, resolved, drops=self._drops)).request
        try:
            counted = await self._count(resolved, request, visit)
        except AccordError as error:
            return failed(visit, inbound.fail, error)
        visit.attempts = counted.attempts
        headers = (*id_headers(visit), *target_headers(visit), *warning_headers(counted.warnings))
        return Response(200, inbound.render(counted.tokens), headers)

    async def _count(self, resolved: Resolved, request: ChatRequest, visit: Visit) -> TokenCount:
        """As the target counts that is usually asked, or another of its group while that one is out of order. It is
        estimated where the usual one cannot count: another model counts otherwise.
        """
        group, pin = resolved.group, visit.pinned
        target = resolved.target if group is None or pin is None else group.typical(pin.target)
        try:
            codec = _codec(target)
        except Unsupported as error:
            return _estimated(target, request, error.message)
        context = context_of(visit.request, visit.id)
        whole = await self._engine.with_files(target, request, options=self._options, context=context)
        if group is None:
            return await self._engine.run(target, codec, whole, options=self._options, context=context)
        wish = visit.wishes.route(visit.key)
        if pin is not None:
            wish = held(wish, pin, group, drops=self._drops)
        options = msgspec.structs.replace(self._options, route=wish)
        return await self._engine.routes.run(group, _codec, whole, Terms(options=options, context=context))


def _codec(target: Target) -> "_Recorded":
    provider: object = target.provider
    if not isinstance(provider, Counts):
        raise Unsupported(f"{target.name} cannot count", provider=target.name, operation="count_tokens")
    return _Recorded(provider.count_codec(target.model), target.name)


def _estimated(target: Target, request: ChatRequest, why: str) -> TokenCount:
    tokens = input_tokens(request, target.facts).likely
    warning = CallWarning(kind="changed", field="input_tokens", message=f"estimated, since {why}")
    return TokenCount(tokens=tokens, warnings=(warning,))


class _Recorded:
    """A codec of counts whose answers can carry the record of their call."""

    def __init__(self, codec: Codec[ChatRequest, int], account: str) -> None:
        """`account` is the configured name of the provider that counts."""
        self._codec = codec
        self._account = account

    def encode(self, request: ChatRequest, *, on_unsupported: OnUnsupported = "error") -> "_RecordedExchange":
        """Raises what the codec raises, and `Unsupported` for what another account alone could read."""
        try:
            return _RecordedExchange(self._codec.encode(request, on_unsupported=on_unsupported))
        except Unsupported:
            if not bears_marks(request):
                raise
            losses = Losses(self._account, request.model, on_unsupported)
            request = settled(request, the_only(self._account), losses)
            return _RecordedExchange(self._codec.encode(request, on_unsupported=on_unsupported), losses.warnings)


class _RecordedExchange(msgspec.Struct, frozen=True):
    exchange: Exchange[int]
    left_out: tuple[CallWarning, ...] = ()

    @property
    def draft(self) -> Draft:
        return self.exchange.draft

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        return self.left_out + self.exchange.warnings

    def decode(self, reply: Reply) -> TokenCount:
        return TokenCount(tokens=self.exchange.decode(reply))

    def error(self, reply: Reply) -> ProviderError:
        return self.exchange.error(reply)
