"""What blocking and asyncio clients have in common: everything but the waiting."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from accord import catalog
from accord.client import later
from accord.client.address import AddressBook, opened
from accord.client.spend.spending import Spending
from accord.core.context import RequestContext
from accord.core.error import ConfigError
from accord.core.http import Timeouts
from accord.core.operation import OPERATIONS, Operation
from accord.core.option import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from accord.catalog.estimate import CostSpan, Estimate
    from accord.client.conversation_input import ChatInput
    from accord.client.health import Health
    from accord.client.spend.charge import Charge
    from accord.core.cost import Cost
    from accord.core.model import ModelFacts
    from accord.core.request import ChatRequest
    from accord.core.usage import Usage
    from accord.engine.target import Target

NO_CONTEXT = RequestContext()
DEFAULT_STEPS = 10
"""At most this many requests in a run with tools, unless the call says otherwise."""
DEFAULT_REPAIRS = 1
"""How often a model is shown what is wrong with its answer, unless the call says otherwise."""

PROBE_TIMEOUTS = Timeouts(connect=5.0, first_byte=10.0, idle=10.0, total=15.0)
"""How long a health check waits."""


class ClientBase:
    """A client without its runner."""

    def __init__(
        self,
        provider: object,
        options: Options | None,
        environ: Mapping[str, str] | None,
    ) -> None:
        self._provider, self._model = opened(provider)
        self._book = AddressBook(self._provider, self._model, environ)
        self._options = later.checked_options(options) if options is not None else Options()
        self._spending = Spending()

    @property
    def name(self) -> str:
        """The provider's type; for a client of a model string, of the string's provider; else `accord`."""
        if self._provider is not None:
            return self._provider.type
        return self._book.split(self._model)[0] if self._model else "accord"

    @property
    def capabilities(self) -> frozenset[Operation]:
        """The operations the provider has at all; some of its models may have fewer."""
        if self._provider is not None:
            return later.capabilities(type(self._provider))
        if self._model:
            return later.capabilities(type(self._book.target("").provider))
        return frozenset(OPERATIONS)

    @property
    def spending(self) -> Spending:
        """What the calls of this client took so far, in all and by tag."""
        return self._spending

    def calculate_cost(self, usage: Usage, *, model: str | None = None, at: datetime | None = None) -> Cost:
        """What the usage costs in US dollars at the catalogue's prices, exactly; without amount, and with a reason, where
        unknown.

        `at` is when the call was made, for providers whose prices depend on the hour; now, if not given. Raises
        `InvalidInput` where no model is named.
        """
        told = later.usage_given(usage)
        return later.price(self._book.target(model or ""), told, at or datetime.now(UTC))

    def estimate(self, conversation: ChatInput, *, model: str | None = None) -> Estimate:
        """What the conversation will probably need and cost, without asking anybody: least, likely, most.

        Raises `InvalidInput` where the conversation is wrong in itself, or names no model.
        """
        request = later.chat_request(conversation, model)
        return later.estimate(request, self._typical(request.model).facts, at=datetime.now(UTC))

    def _catalogued(self) -> tuple[ModelFacts, ...]:
        return catalog.models(self._prober().provider.catalogue)

    def _prober(self) -> Target:
        """The target that stands for the client in probes and lists. Raises `ConfigError` where it has none."""
        if self._model or self._provider is None:
            if not self._model:
                raise ConfigError("this client has no provider of its own: make one for the provider to ask")
            return self._book.target("")
        return later.Target(self._provider.type, self._provider, "")

    def _typical(self, model: str) -> Target:
        """The target that decides how something is asked for that targets take in different forms."""
        return self._book.target(model)

    def _charge(self, model: str, request: object, context: RequestContext) -> Charge:
        """Opens the account of a call. Raises `SpendLimitReached`, and `InvalidInput` for a wrong context."""
        if context is not NO_CONTEXT:
            later.checked_context(context)
        return later.Charge(self._spending, context.tags, lambda: self._price(model, request))

    def _price(self, model: str, request: object) -> CostSpan:
        return later.span_of(request, self._typical(model).facts)

    def _guess(self, target: Target) -> Callable[[ChatRequest], Decimal | None]:
        """What requests to the target will likely cost."""
        return lambda request: later.estimate(request, target.facts, at=datetime.now(UTC)).cost.likely

    def _merged(self, options: Options | None) -> Options:
        if options is None:
            return self._options
        return later.checked_options(options).over(self._options)

    @property
    def _probing(self) -> Options:
        """A probe is one request, and doesn't wait long."""
        return Options(retries=0, timeouts=PROBE_TIMEOUTS).over(self._options)

    def _proven(self, target: Target, latency: float) -> Health:
        """What a probe that was answered proves."""
        if target.provider.probe_proves_key:
            has_key = target.provider.credential_for(target.model) is not None
            told = "the provider answered and accepted the key" if has_key else "the provider answered; no key is set"
            return later.Health(state="healthy", reason=told, latency=latency)
        return later.Health(
            state="unknown",
            reason="the provider answered, but its probe is public and proves no key",
            latency=latency,
        )
