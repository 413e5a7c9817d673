"""What observers are told of calls: frozen values, without prompts, answers and keys.

Each call begins with `CallStarted` and ends with exactly one `CallEnded`. Before the end come an `AttemptEnded` for each
request to a provider, once it is known how all of them went, and for a stream that began well `StreamOpened`. Every value
carries the `CallStarted` of its call; its `number` tells calls of one process apart.
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
    """`openai`, `anthropic`, ...; `""` for a group, whose target is not chosen yet."""
    model: str
    stream: bool = False
    context: RequestContext


class AttemptEnded(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a provider is over."""

    call: CallStarted
    attempt: Attempt
    number: int
    """Its place among the call's attempts, counted from 1."""


class StreamOpened(msgspec.Struct, frozen=True, kw_only=True):
    """The first event of a stream is there."""

    call: CallStarted
    after: float
    """Seconds since the call was started."""


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
    status: int | None = None
    """The HTTP status of the last attempt."""
    request_id: str | None = None
    """The provider's id of the request."""
    finishes: tuple[FinishReason, ...] = ()
    """Why each choice of a whole answer ended."""
    usage: Usage | None = None
    """`None` is unknown, not 0. Its `raw` is left out."""
    cost: Cost | None = None
    attempts: int = 0


CallEvent: TypeAlias = CallStarted | AttemptEnded | StreamOpened | CallEnded


class Observer(Protocol):
    """Is told of calls. It is called in the thread or loop that makes the call, and should be quick."""

    def observe(self, event: CallEvent) -> None:
        """Takes notice. What it raises is logged and harms no call."""
        ...


@runtime_checkable
class Tracer(Observer, Protocol):
    """An observer that also says what calls carry to the provider as W3C trace context."""

    def carried(self, call: CallStarted) -> RequestContext:
        """The call's context with `traceparent` and `tracestate` of its own; asked after `observe(call)`."""
        ...
