"""Two wires for one model, where the request decides: the rule of a model that refuses some requests on its usual wire."""

from collections.abc import Callable

from accord.core.dialect import Dialect
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.dialects.codec import ChatCodec, ChatExchange, Inbound
from accord.dialects.remote import Remote


class Bridge:
    """A codec that writes most requests on one wire, and those that need it on another."""

    __slots__ = ("_needs_other", "_other", "_usual")

    def __init__(
        self, *, usual: ChatCodec, other: Callable[[], ChatCodec], needs_other: Callable[[ChatRequest], bool]
    ) -> None:
        self._usual = usual
        self._other = other
        self._needs_other = needs_other

    @property
    def dialect(self) -> Dialect:
        """The usual wire."""
        return self._usual.dialect

    def encode(
        self, request: ChatRequest, *, stream: bool = False, on_unsupported: OnUnsupported = "error"
    ) -> ChatExchange:
        """On the wire this request needs."""
        return self._for(request).encode(request, stream=stream, on_unsupported=on_unsupported)

    def needs_fetch(self, request: ChatRequest) -> tuple[Remote, ...]:
        """What the wire this request needs does not read by address."""
        return self._for(request).needs_fetch(request)

    def forward(self, inbound: Inbound) -> ChatExchange | None:
        """The caller's bytes, where the wire this request needs is the one they came in."""
        return self._for(inbound.request).forward(inbound)

    def _for(self, request: ChatRequest) -> ChatCodec:
        return self._other() if self._needs_other(request) else self._usual
