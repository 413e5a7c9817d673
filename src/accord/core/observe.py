"""What observers are told of calls: frozen values, without prompts, answers and keys.

Each call begins with `CallStarted` and ends with exactly one `CallEnded`. In between, each told when it happens:
`AttemptStarted` and `AttemptEnded` for each request to a provider, `RetryDecided` where another follows a failure, and for a
stream `StreamOpened` and a `ChunkReceived` for each piece of it. Every value carries the `CallStarted` of its call; its
`number` tells calls of one process apart.
"""

from typing import Literal, Protocol, TypeAlias, runtime_checkable

import msgspec

from accord.core.attempt import Attempt
from accord.core.context import RequestContext
from accord.core.cost import Cost
from accord.core.error import ErrorKind
from accord.core.finish import FinishReason
from accord.core.operation import Operation
from accord.core.usage import Usage


class CallStarted(msgspec.Struct, frozen=True, kw_only=True):
    """A call is about to be made."""

    number: int
    operation: Operation
    provider: str
    """The configured name of the provider, or of the group of targets."""
    provider_type: str = ""
    """`openai`, `anthropic`, ..., or the preset (`groq`) of a compatible server; `""` for a group, whose target is not chosen yet."""
    model: str
    stream: bool = False
    context: RequestContext


class AttemptStarted(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a provider begins: credentials, connection and answer are still to come."""

    call: CallStarted
    number: int
    """Its place among the call's attempts as they began, counted from 1."""
    provider: str
    """The configured name of the provider."""
    model: str
    """The upstream model name."""
    server: str = ""
    """Whom the request goes to: the host and, where it is not that of the scheme, the port (`127.0.0.1:8000`)."""
    after: float
    """Seconds since the call was started."""
    hedge: bool = False
    """Whether it was sent because an earlier one is slow, which is still under way."""


class AttemptEnded(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a provider is over; of a stream, once its first event is there."""

    call: CallStarted
    attempt: Attempt
    """`error` is `cancelled` where another answered first, or whoever asked went away."""
    number: int
    """The number it was started with."""


class RetryDecided(msgspec.Struct, frozen=True, kw_only=True):
    """The call goes on after a failure: at the same provider, or at another target of its group."""

    call: CallStarted
    cause: ErrorKind
    """The failure that made it necessary."""
    wait: float
    """Seconds until then; 0 for at once."""


class StreamOpened(msgspec.Struct, frozen=True, kw_only=True):
    """The first event of a stream is there."""

    call: CallStarted
    after: float
    """Seconds since the call was started."""


class ChunkReceived(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a stream is there: what one read brought. What it says is not told."""

    call: CallStarted
    number: int
    """Its place in the stream, counted from 1."""
    after: float
    """Seconds since the call was started."""
    events: tuple[str, ...]
    """What is in it, by the names that events have as JSON: `text_delta`, `usage_reported`, ..."""


CutShort: TypeAlias = Literal["cancelled", "bug"]
"""`cancelled`: whoever asked went away, or left a stream before its end. `bug`: Accord, or code it was given, failed."""


Cause: TypeAlias = ErrorKind | CutShort


class CallEnded(msgspec.Struct, frozen=True, kw_only=True):
    """A call is over."""

    call: CallStarted
    duration: float
    """Seconds since the call was started; of a stream until its last event."""
    error: Cause | None = None
    provider: str = ""
    """The configured name of the provider that answered, or of the last one that was asked."""
    answered_by: str = ""
    """The model that answered, as the provider names it, where it does."""
    answer_id: str = ""
    """The provider's id of the answer, where it gives one."""
    server: str = ""
    """Whom the request went to that was answered, or the last one that was not; see `AttemptStarted`."""
    status: int | None = None
    """The HTTP status of the last attempt that was not cancelled."""
    request_id: str | None = None
    """The provider's id of the request."""
    finishes: tuple[FinishReason, ...] = ()
    """Why each choice ended, in their order; of a stream that broke off, those that had."""
    usage: Usage | None = None
    """`None` is unknown, not 0. Its `raw` is left out."""
    cost: Cost | None = None
    attempts: int = 0
    """How many requests were begun."""


CallEvent: TypeAlias = (
    CallStarted | AttemptStarted | AttemptEnded | RetryDecided | StreamOpened | ChunkReceived | CallEnded
)


@runtime_checkable
class Observer(Protocol):
    """Is told of calls, while they are made and in the thread or loop that makes them: it should be quick."""

    def observe(self, event: CallEvent) -> None:
        """Takes notice. What it raises is logged and harms no call."""
        ...


@runtime_checkable
class Tracer(Observer, Protocol):
    """An observer that also says what calls carry to the provider as W3C trace context."""

    def carried(self, call: CallStarted) -> RequestContext:
        """The call's context with `traceparent` and `tracestate` of its own; asked after `observe(call)`."""
        ...
