"""What blocking and asyncio clients have in common: everything but the waiting."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

from accord.catalog import models
from accord.catalog.estimate import CostSpan, Estimate, estimate
from accord.client.address import AddressBook, opened
from accord.client.capability import capabilities
from accord.client.conversation_input import ChatInput, chat_request
from accord.client.fitted import fitted, named, of_class, request_of, several
from accord.client.health import Health
from accord.client.spend.charge import Charge
from accord.client.spend.spending import Spending
from accord.core.completion import CompletionRequest
from accord.core.context import RequestContext
from accord.core.cost import Cost
from accord.core.embedding import EmbeddingRequest
from accord.core.error import ConfigError, InvalidInput
from accord.core.http import Timeouts
from accord.core.image import ImageEditRequest, ImageRequest
from accord.core.model import ModelFacts
from accord.core.moderation import ModerationRequest
from accord.core.observe import Observer
from accord.core.operation import OPERATIONS, Operation
from accord.core.option import Options
from accord.core.request import ChatRequest
from accord.core.usage import Usage
from accord.engine.complete import price
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
        self._options = _checked(options) if options is not None else Options()
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
            return capabilities(type(self._provider))
        if self._model:
            return capabilities(type(self._book.target("").provider))
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
        told = of_class(Usage, usage, "usage", "a Usage, such as response.usage")
        return price(self._book.target(model or ""), told, at or datetime.now(UTC))

    def estimate(self, conversation: ChatInput, *, model: str | None = None) -> Estimate:
        """What the conversation will probably need and cost, without asking anybody: least, likely, most.

        Raises `InvalidInput` where the conversation is wrong in itself, or names no model.
        """
        request = chat_request(conversation, model)
        return estimate(request, self._typical(request.model).facts, at=datetime.now(UTC))

    def _catalogued(self) -> tuple[ModelFacts, ...]:
        return models(self._prober().provider.catalogue)

    def _prober(self) -> Target:
        """The target that stands for the client in probes and lists. Raises `ConfigError` where it has none."""
        if self._model or self._provider is None:
            if not self._model:
                raise ConfigError("this client has no provider of its own: make one for the provider to ask")
            return self._book.target("")
        return Target(self._provider.type, self._provider, "")

    def _typical(self, model: str) -> Target:
        """The target that decides how something is asked for that targets take in different forms."""
        return self._book.target(model)

    def _charge(self, model: str, request: object, context: RequestContext) -> Charge:
        """Opens the account of a call. Raises `SpendLimitReached`, and `InvalidInput` for a wrong context."""
        if context is not NO_CONTEXT:
            fitted(of_class(RequestContext, context, "context", "RequestContext(...)"), "context")
        return Charge(self._spending, context.tags, lambda: self._price(model, request))

    def _price(self, model: str, request: object) -> CostSpan:
        """What a call may cost. Of calls that are no conversation, it is known only whether a price is."""
        facts = self._typical(model).facts
        if isinstance(request, ChatRequest):
            return estimate(request, facts, at=datetime.now(UTC)).cost
        if facts is None or facts.prices is None:
            return CostSpan(reason="no price is known for the model")
        return CostSpan(min=Decimal(0), likely=Decimal(0), max=Decimal(0))

    def _guess(self, target: Target) -> Callable[[ChatRequest], Decimal | None]:
        """What requests to the target will likely cost."""
        return lambda request: estimate(request, target.facts, at=datetime.now(UTC)).cost.likely

    def _merged(self, options: Options | None) -> Options:
        if options is None:
            return self._options
        return _checked(options).over(self._options)

    @property
    def _probing(self) -> Options:
        """A probe is one request, and doesn't wait long."""
        return Options(retries=0, timeouts=PROBE_TIMEOUTS).over(self._options)

    def _proven(self, target: Target, latency: float) -> Health:
        """What a probe that was answered proves."""
        if target.provider.probe_proves_key:
            return Health(state="healthy", reason="the provider answered and accepted the key", latency=latency)
        return Health(
            state="unknown",
            reason="the provider answered, but its probe is public and proves no key",
            latency=latency,
        )


def watching(observers: Sequence[Observer]) -> tuple[Observer, ...]:
    """The observers, if they are such. Raises `InvalidInput`."""
    return tuple(
        [
            of_class(Observer, observer, f"observers[{index}]", "an object with a method `observe(event)`")
            for index, observer in enumerate(several(observers, "observers", "a list of observers"))
        ]
    )


def _checked(options: Options) -> Options:
    """The options, if they are what they must be. Raises `InvalidInput`."""
    return fitted(of_class(Options, options, "options", "Options(...)"), "options")


def completion_request(given: CompletionRequest | str, model: str | None) -> CompletionRequest:
    """The request that was meant. Raises `InvalidInput` naming what is wrong, as those below do."""
    asked = CompletionRequest(prompt=(given,)) if isinstance(given, str) else given
    return named(request_of(CompletionRequest, asked, "a string or "), model)


def embedding_request(given: EmbeddingRequest | str | Sequence[str], model: str | None) -> EmbeddingRequest:
    """The request that was meant."""
    texts = _texts(given)
    asked = given if texts is None else EmbeddingRequest(input=texts)
    return named(request_of(EmbeddingRequest, asked, "a string, strings or "), model)


def image_request(given: ImageRequest | str, model: str | None) -> ImageRequest:
    """The request that was meant."""
    asked = ImageRequest(prompt=given) if isinstance(given, str) else given
    return named(request_of(ImageRequest, asked, "a string or "), model)


def image_edit_request(given: ImageEditRequest, model: str | None) -> ImageEditRequest:
    """The request that was meant."""
    return named(request_of(ImageEditRequest, given), model)


def moderation_request(given: ModerationRequest | str | Sequence[str], model: str | None) -> ModerationRequest:
    """The request that was meant."""
    texts = _texts(given)
    asked = given if texts is None else ModerationRequest(input=texts)
    return named(request_of(ModerationRequest, asked, "a string, strings or "), model)


def _texts(given: object) -> tuple[str, ...] | None:
    """One text or several, `None` where it is something else."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, list | tuple):
        return None
    if not given:
        raise InvalidInput("no text was given: there is nothing to do", param="input")
    return cast("tuple[str, ...]", tuple(cast("Sequence[object]", given)))
