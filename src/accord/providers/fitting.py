"""Requests made to fit a model before they are written, on whichever wire that is.

What a *wire* lacks is its codec's affair. What a *model* refuses (sampling while it reasons, an effort it has not) is the
same on every wire the model is served on, and is settled here, on the neutral request.
"""

from collections.abc import Callable
from typing import TypeAlias

from accord.core.dialect import Dialect
from accord.core.loss import Losses
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.core.warning import CallWarning
from accord.dialects.codec import ChatCodec, ChatExchange, Inbound
from accord.dialects.remote import Remote
from accord.providers.wrapped import Wrapped

Fit: TypeAlias = Callable[[ChatRequest, Losses], ChatRequest]
"""Gives the request as the model takes it: the very same object where nothing has to change. Raises `Unsupported`."""


class Fitted:
    """A codec for a model with rules of its own."""

    __slots__ = ("_codec", "_fit", "_model", "_provider")

    def __init__(self, codec: ChatCodec, fit: Fit, *, provider: str, model: str) -> None:
        self._codec = codec
        self._fit = fit
        self._provider = provider
        self._model = model

    @property
    def dialect(self) -> Dialect:
        """The wire it usually writes."""
        return self._codec.dialect

    def encode(
        self, request: ChatRequest, *, stream: bool = False, on_unsupported: OnUnsupported = "error"
    ) -> ChatExchange:
        """Fits the request and writes it. Raises as the codec does, and `Unsupported` for what the model refuses."""
        losses = Losses(self._provider, self._model, on_unsupported)
        fitting = self._fit(request, losses)
        exchange = self._codec.encode(fitting, stream=stream, on_unsupported=on_unsupported)
        return _Warned(exchange, losses.warnings) if losses.warnings else exchange

    def needs_fetch(self, request: ChatRequest) -> tuple[Remote, ...]:
        """What the codec's wire does not read by address."""
        return self._codec.needs_fetch(request)

    def forward(self, inbound: Inbound) -> ChatExchange | None:
        """The caller's bytes, where the model takes all they ask for."""
        losses = Losses(self._provider, self._model, "drop")
        fits = self._fit(inbound.request, losses) is inbound.request
        return self._codec.forward(inbound) if fits and not losses.warnings else None


class _Warned(Wrapped):
    """An exchange whose request had to be changed before it was written."""

    __slots__ = ("_warnings",)

    def __init__(self, exchange: ChatExchange, warnings: tuple[CallWarning, ...]) -> None:
        super().__init__(exchange)
        self._warnings = warnings + exchange.warnings

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What was changed or left out, here and by the codec."""
        return self._warnings
