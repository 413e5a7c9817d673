"""Everything Accord raises, by cause.

    AccordError
    ├── ConfigError            the set-up is wrong: a key is missing, a file does not parse
    ├── InvalidInput           the request is wrong, seen before anything was sent
    ├── Unsupported            the target cannot do what was asked, seen before anything was sent
    ├── Unparsed               an answer came, and no value of the wanted type is in it
    ├── RunStopped             a run of tools met its bounds before its end
    ├── SpendLimitReached      the call would cost more than is left of a limit; nothing was sent
    └── ProviderError          a provider, or the way to it, failed
        ├── Authentication         the key was not accepted
        ├── Permission             the key may not do this
        ├── NotFound               no such thing
        │   └── ModelNotFound      no such model, or none for this key
        ├── InvalidRequest         the provider refused the request
        │   ├── ContextLengthExceeded
        │   └── ContentFiltered
        ├── Conflict               the thing is being changed
        ├── RateLimited            too many requests or tokens for now
        ├── QuotaExceeded          money or allowance is used up
        ├── Overloaded             the provider has no capacity
        ├── ServerError            the provider failed
        ├── TimedOut               no answer in time
        ├── Unreachable            no connection, or it broke before the answer began
        ├── Interrupted            the answer broke off; what arrived is in `partial`
        └── Malformed              the answer is not what its wire promises

`retryable` and `retry_after` say whether and when the same call may succeed; the provider's own words are kept beside
Accord's (`status`, `code`, `type`, `param`, `body`).
"""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from accord.core.attempt import Attempt

if TYPE_CHECKING:
    from accord.core.response import ChatResponse
    from accord.core.route import RouteRecord
    from accord.core.tool_run import ToolOutcome

ErrorKind: TypeAlias = Literal[
    "config",
    "invalid_input",
    "unsupported",
    "unparsed",
    "run_stopped",
    "spend_limit",
    "authentication",
    "permission",
    "not_found",
    "model_not_found",
    "invalid_request",
    "context_length_exceeded",
    "content_filtered",
    "conflict",
    "rate_limited",
    "quota_exceeded",
    "overloaded",
    "server_error",
    "timeout",
    "network",
    "interrupted",
    "malformed",
    "provider_error",
]
"""One stable name for each cause, for logs, metrics and `match`."""


class AccordError(Exception):
    """The root of all errors Accord raises."""

    kind: ClassVar[ErrorKind]

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> "tuple[Callable[..., AccordError], tuple[type[AccordError], str, dict[str, object]]]":
        return (_restored, (type(self), self.message, dict(self.__dict__)))


class ConfigError(AccordError):
    """The set-up is wrong. The message names the variable, file or entry, and what would be right."""

    kind: ClassVar[ErrorKind] = "config"


class InvalidInput(AccordError):
    """A request is wrong in itself. `param` is the path of the field at fault, in the words of the caller's API."""

    kind: ClassVar[ErrorKind] = "invalid_input"

    def __init__(self, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


class Unsupported(AccordError):
    """The target cannot do what was asked; nothing was sent."""

    kind: ClassVar[ErrorKind] = "unsupported"

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        model: str = "",
        operation: str = "",
        param: str | None = None,
        supported_by: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.model = model
        self.operation = operation
        self.param = param
        self.supported_by = supported_by


UnparsedReason: TypeAlias = Literal[
    "refusal", "length", "content_filter", "tool_calls", "unfinished", "empty", "invalid"
]
"""`refusal`: the model said no. `length`: a token limit cut the answer. `content_filter`: the provider held it back.
`tool_calls`: the model called tools instead. `unfinished`: it ended in any other way than by being done. `empty`: nothing
came. `invalid`: what came is not JSON of the wanted shape, after all repairs."""


class Unparsed(AccordError):
    """An answer came (and was paid for), and there is no value of the wanted type in it.

    Attributes:
        reason: why; only `invalid` is about the shape of the answer.
        responses: every answer in order, repairs included.
    """

    kind: ClassVar[ErrorKind] = "unparsed"

    def __init__(self, message: str, *, reason: UnparsedReason, responses: "tuple[ChatResponse, ...]" = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.responses = responses


StopReason: TypeAlias = Literal["steps", "time", "cost"]
"""The bound that a run of tools met."""


class RunStopped(AccordError):
    """A run of tools met one of its bounds before the model was done. `outcome` has what was said and done until then."""

    kind: ClassVar[ErrorKind] = "run_stopped"

    def __init__(self, message: str, *, reason: StopReason, outcome: "ToolOutcome") -> None:
        super().__init__(message)
        self.reason = reason
        self.outcome = outcome


class SpendLimitReached(AccordError):
    """A call would cost more than is left of a `spend_limit`, or nobody knows what; nothing was sent.

    All amounts are US dollars: the `limit`, what was `spent` of it and `held` for calls on their way, and what this call
    `likely` costs, `None` where that is unknown.
    """

    kind: ClassVar[ErrorKind] = "spend_limit"

    def __init__(self, message: str, *, limit: Decimal, spent: Decimal, held: Decimal, likely: Decimal | None) -> None:
        super().__init__(message)
        self.limit = limit
        self.spent = spent
        self.held = held
        self.likely = likely


class ProviderError(AccordError):
    """A provider, or the way to it, failed.

    Attributes:
        provider: the configured name of the provider.
        model: the upstream model name.
        status: the HTTP status; `None` when no answer came. An error inside a stream keeps the stream's own (200).
        code, type, param: the provider's own words, as strings.
        body: the provider's body, whole.
        request_id: the provider's id of the request, for its support.
        retry_after: seconds to wait before the same call may succeed, where the provider says so.
        attempts: every request that went out, this last one included.
        retryable: whether the same call to the same target may succeed later.
    """

    kind: ClassVar[ErrorKind] = "provider_error"
    retryable_by_default: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        model: str = "",
        status: int | None = None,
        code: str | None = None,
        type: str | None = None,  # noqa: A002 - the wire's own word
        param: str | None = None,
        body: bytes = b"",
        request_id: str | None = None,
        retry_after: float | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.model = model
        self.status = status
        self.code = code
        self.type = type
        self.param = param
        self.body = body
        self.request_id = request_id
        self.retry_after = retry_after
        self.retryable: bool = self.retryable_by_default if retryable is None else retryable
        self.attempts: tuple[Attempt, ...] = ()
        self.partial: ChatResponse | None = None
        """What had arrived, for a failure inside a stream."""
        self.route: RouteRecord | None = None
        """Who could have answered, for a call through several targets."""
        self.answer: ChatResponse | None = None
        """The answer that it stands for, where a provider tells of an ordinary end as of a failure."""
        self.at: float | None = None
        """When the failure was seen, on the clock of the runner."""

    def __str__(self) -> str:
        where = " ".join([word for word in (self.provider, self.model) if word])
        facts = [
            f"{name} {value}"
            for name, value in (("status", self.status), ("code", self.code), ("request id", self.request_id))
            if value is not None
        ]
        return f"{where + ': ' if where else ''}{self.message}{' (' + ', '.join(facts) + ')' if facts else ''}"


class Authentication(ProviderError):
    """The provider did not accept the key. Another key, not another try, is needed."""

    kind: ClassVar[ErrorKind] = "authentication"


class Permission(ProviderError):
    """The key is good and may not do this: model, region, or organisation."""

    kind: ClassVar[ErrorKind] = "permission"


class NotFound(ProviderError):
    """No such file, response or path."""

    kind: ClassVar[ErrorKind] = "not_found"


class ModelNotFound(NotFound):
    """No such model, or no access to it with this key."""

    kind: ClassVar[ErrorKind] = "model_not_found"

    nearest: tuple[str, ...] = ()
    """Models of the provider whose names are nearest, where the catalogue knows none of this name."""

    def __str__(self) -> str:
        return f"{super().__str__()}{'; did you mean ' + ' or '.join(self.nearest) + '?' if self.nearest else ''}"


class InvalidRequest(ProviderError):
    """The provider refused the request; the same request will be refused again."""

    kind: ClassVar[ErrorKind] = "invalid_request"


class ContextLengthExceeded(InvalidRequest):
    """The conversation is longer than the model's window. A model with a larger one may take it."""

    kind: ClassVar[ErrorKind] = "context_length_exceeded"


class ContentFiltered(InvalidRequest):
    """The provider's safety system refused the request."""

    kind: ClassVar[ErrorKind] = "content_filtered"


class Conflict(ProviderError):
    """The thing is being changed by somebody else."""

    kind: ClassVar[ErrorKind] = "conflict"
    retryable_by_default: ClassVar[bool] = True


class RateLimited(ProviderError):
    """Too many requests or tokens for now; see `retry_after`."""

    kind: ClassVar[ErrorKind] = "rate_limited"
    retryable_by_default: ClassVar[bool] = True


class QuotaExceeded(ProviderError):
    """The account's money or allowance is used up; waiting will not help soon."""

    kind: ClassVar[ErrorKind] = "quota_exceeded"


class Overloaded(ProviderError):
    """The provider has no capacity for now."""

    kind: ClassVar[ErrorKind] = "overloaded"
    retryable_by_default: ClassVar[bool] = True


class ServerError(ProviderError):
    """The provider failed."""

    kind: ClassVar[ErrorKind] = "server_error"
    retryable_by_default: ClassVar[bool] = True


Phase: TypeAlias = Literal["resolve", "connect", "tls", "head", "body", "deadline"]
"""Where on the way a call failed: name lookup, connection, TLS, before the head of the answer, within its body, or
because the time for the whole call ran out."""

Sent: TypeAlias = Literal["no", "maybe", "yes"]
"""Whether the provider may have received the request: `no` is safe to repeat, `maybe` and `yes` may be billed."""


class TimedOut(ProviderError):
    """No answer in time: the provider's word (408, 504), or one of the call's own timeouts."""

    kind: ClassVar[ErrorKind] = "timeout"
    retryable_by_default: ClassVar[bool] = True

    sent: Sent = "yes"
    phase: Phase = "head"


class Unreachable(ProviderError):
    """No connection, or it broke before the answer began. Only `sent == "no"` is retried unless asked otherwise."""

    kind: ClassVar[ErrorKind] = "network"

    sent: Sent = "no"
    phase: Phase = "connect"


class Interrupted(ProviderError):
    """The answer broke off before its own end. `partial` is what had arrived: its choices have no `finish`."""

    kind: ClassVar[ErrorKind] = "interrupted"


class Malformed(ProviderError):
    """The answer is not what its wire promises."""

    kind: ClassVar[ErrorKind] = "malformed"


def unreachable(message: str, *, sent: Sent, phase: Phase) -> Unreachable:
    """A failure of the connection; repeating it is safe only when nothing was sent."""
    error = Unreachable(message, retryable=sent == "no")
    error.sent, error.phase = sent, phase
    return error


def timed_out(message: str, *, sent: Sent, phase: Phase) -> TimedOut:
    """One of the call's own timeouts ran out."""
    error = TimedOut(message, retryable=sent == "no")
    error.sent, error.phase = sent, phase
    return error


def _restored(cls: type[AccordError], message: str, state: dict[str, object]) -> AccordError:
    error = cls.__new__(cls, message)
    error.__dict__.update(state)
    return error
