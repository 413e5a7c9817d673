"""One request on the wire and the reading of its answer, as a flow."""

from collections.abc import Callable
from typing import Generic, TypeVar, cast

import msgspec

from accord.catalog import nearest
from accord.core.attempt import Attempt
from accord.core.error import Malformed, ModelNotFound, ProviderError, TimedOut, Unreachable
from accord.core.event import Completed, Event, Finished, Started
from accord.core.http import Call, Head, request_id_in
from accord.core.response import ChatResponse
from accord.dialects.codec import Decoder, Exchange, Streams
from accord.flows.effect import Answered, Discard, Failed, Flow, OpenBody, Opened, Result, Send
from accord.flows.note import Notes
from accord.providers.credential import Credential

T = TypeVar("T")


class Outcome(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """What a flow achieved, and every request it took."""

    value: T
    attempts: tuple[Attempt, ...]
    at: float
    """When it was achieved, on the runner's clock."""
    body: OpenBody | None = None
    """The rest of a stream."""


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one request but its reading: who is asked, and the call ready to go."""

    provider: str
    model: str
    call: Call
    credential: Credential | None = None
    deadline: float | None = None
    notes: Notes | None = None
    """Who is told how it goes."""
    catalogue: str = ""
    """Under which name the catalogue keeps the provider's models; empty where they go by names of the user's own."""


def whole(leg: Leg, exchange: Exchange[T], started: float, *, fresh: bool = False) -> Flow[Outcome[T]]:
    """Sends the request and reads a whole answer. Raises the `ProviderError` it failed with, its attempt attached."""
    return landed(leg, exchange, (yield sending(leg, fresh=fresh)), started)


def sending(leg: Leg, *, fresh: bool = False, decoder: Decoder | None = None) -> Send:
    """The effect that sends the request."""
    return Send(call=leg.call, credential=leg.credential, fresh=fresh, decoder=decoder, deadline=leg.deadline)


def landed(leg: Leg, exchange: Exchange[T], result: Result, started: float) -> Outcome[T]:
    """What came of a request, read. Raises as `whole` does."""
    if isinstance(result, Failed):
        raise _failed(leg, result.error, started, result.at, status=None)
    assert isinstance(result, Answered)
    reply = result.reply
    if not 200 <= reply.status < 300:
        error = exchange.error(reply)
        if error.answer is None:
            raise _failed(leg, error, started, result.at, status=reply.status)
        # Only exchanges of conversations have such answers.
        return Outcome(value=cast("T", error.answer), attempts=(_ended(leg, error, started, result.at),), at=result.at)
    try:
        value = exchange.decode(reply)
    except ProviderError as error:
        raise _failed(leg, error, started, result.at, status=reply.status) from None
    attempt = _attempt(leg, reply.status, started, result.at, request_id=request_id_in(reply.headers))
    return Outcome(value=value, attempts=(attempt,), at=result.at)


def streamed(
    leg: Leg, exchange: Streams, started: float, *, fresh: bool = False, check: Callable[[Head], object] | None = None
) -> Flow[Outcome[Opened]]:
    """Sends the request and reads the answer up to its first event. Raises as `whole` does.

    `check` raises the `ProviderError` of an answer whose head tells that it is not what was asked for.
    """
    result = yield sending(leg, fresh=fresh, decoder=exchange.decoder())
    if check is not None and isinstance(result, Opened):
        yield from _checked(leg, result, check, started)
    return begun(leg, exchange, result, started)


def begun(leg: Leg, exchange: Streams, result: Result, started: float) -> Outcome[Opened]:
    """What came of a request for a stream. Raises as `whole` does."""
    if isinstance(result, Opened):
        request_id = request_id_in(result.head.headers)
        attempt = _attempt(leg, result.head.status, started, result.at, request_id=request_id)
        return Outcome(value=result, attempts=(attempt,), at=result.at, body=result.body)
    if isinstance(result, Answered):
        status = result.reply.status
        error = exchange.error(result.reply) if not 200 <= status < 300 else _not_a_stream(leg)
        if error.answer is not None:
            head = Head(status=status, headers=result.reply.headers)
            opened = Opened(head=head, events=_events(error.answer), body=None, at=result.at)
            return Outcome(value=opened, attempts=(_ended(leg, error, started, result.at),), at=result.at)
        raise _failed(leg, error, started, result.at, status=status)
    assert isinstance(result, Failed)
    raise _failed(leg, result.error, started, result.at, status=result.head.status if result.head else None)


def _checked(leg: Leg, opened: Opened, check: Callable[[Head], object], started: float) -> Flow[None]:
    try:
        check(opened.head)
    except ProviderError as error:
        if opened.body is not None:
            yield Discard(body=opened.body)
        raise _failed(leg, error, started, opened.at, status=opened.head.status) from None


def _attempt(
    leg: Leg,
    status: int | None,
    started: float,
    at: float,
    *,
    error: ProviderError | None = None,
    request_id: str | None = None,
) -> Attempt:
    return Attempt(
        provider=leg.provider,
        model=leg.model,
        status=status,
        error=error.kind if error else None,
        duration=at - started,
        request_id=error.request_id if error else request_id,
        billed=_billed(status, error) if error else True,
    )


def _ended(leg: Leg, error: ProviderError, started: float, at: float) -> Attempt:
    """The attempt behind an answer that was told of as a failure. What it used is not told."""
    attempt = _attempt(leg, error.status, started, at, request_id=error.request_id)
    return msgspec.structs.replace(attempt, billed=None)


def _events(answer: ChatResponse) -> list[Event]:
    """A whole answer without content, as a stream."""
    ends = [Finished(choice=choice.index, finish=choice.finish) for choice in answer.choices if choice.finish]
    return [Started(id=answer.id, model=answer.model), *ends, Completed()]


def _billed(status: int | None, error: ProviderError) -> bool | None:
    """Whether a failed request may have been charged: one that was refused or never sent is not, others may be."""
    if isinstance(error, Unreachable | TimedOut) and status is None:
        return False if error.sent == "no" else None
    return False if status is not None and 400 <= status < 500 else None


_CREDENTIALS = frozenset({"authorization", "x-api-key", "api-key", "x-goog-api-key", "ocp-apim-subscription-key"})


def _scrubbed(leg: Leg, error: ProviderError) -> None:
    """Takes the key out of an error, where the provider echoed it."""
    for name, value in leg.call.headers:
        key = value.rpartition(" ")[2]
        if name in _CREDENTIALS and len(key) >= 8:
            error.message = error.message.replace(key, "***")
            error.args = (error.message,)
            error.body = error.body.replace(key.encode("latin-1", "replace"), b"***")


def _failed(leg: Leg, error: ProviderError, started: float, at: float, *, status: int | None) -> ProviderError:
    _scrubbed(leg, error)
    error.provider = leg.provider
    error.model = error.model or leg.model
    error.at = at
    if isinstance(error, ModelNotFound):
        error.nearest = nearest(leg.catalogue, leg.model) if leg.catalogue else ()
    error.attempts = (_attempt(leg, status, started, at, error=error),)
    return error


def _not_a_stream(leg: Leg) -> ProviderError:
    return Malformed(f"{leg.provider} answered a streamed request with no event at all")
