"""One call and its cost: held before it, settled after it, in the client's sums and in every limit that holds."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from accord.client.spend.limit import SpendLimit, active_limits
from accord.client.spend.spending import Spending
from accord.core.cost import Cost
from accord.core.error import AccordError, ProviderError
from accord.core.record import CallRecord
from accord.core.usage import Usage

if TYPE_CHECKING:
    from accord.catalog.estimate import CostSpan

R = TypeVar("R", bound=CallRecord)


class Charge:
    """One call on its way. It is settled once; leaving its `with` block unsettled counts it as failed."""

    __slots__ = ("_held", "_open", "_spending", "_tags")

    def __init__(self, spending: Spending, tags: Mapping[str, str], price: "Callable[[], CostSpan]") -> None:
        """Holds back what the call may cost, by `price`, which is asked only where there is a limit.

        Raises `SpendLimitReached`: nothing may be sent then.
        """
        self._spending = spending
        self._tags = tags
        self._held: list[tuple[SpendLimit, Decimal]] = []
        self._open = True
        limits = active_limits()
        if not limits:
            return
        span = price()
        try:
            for limit in limits:
                self._held.append((limit, limit.hold(span)))
        except BaseException:
            self._release()
            raise

    def settled(self, record: R) -> R:
        """The call was answered."""
        self.settle(record.cost, record.usage)
        return record

    def settle(self, cost: Cost | None, usage: Usage | None) -> None:
        """The call is over. A cost that is unknown counts against the limits as what was held."""
        if not self._open:
            return
        self._open = False
        amount = cost.amount if cost is not None else None
        for limit, held in self._held:
            limit.settle(held, held if amount is None else amount)
            limit.spending.add(amount, usage, self._tags)
        self._spending.add(amount, usage, self._tags)

    def leave(self, so_far: Cost | None, usage: Usage | None) -> None:
        """The call broke off or was left: what it costs is unknown, and no less than what had come."""
        if not self._open:
            return
        least = so_far.amount if so_far is not None and so_far.amount is not None else Decimal(0)
        # What has come may already cost more than was held.
        for limit, held in self._held:
            limit.settle(Decimal(0), max(Decimal(0), least - held))
        self.settle(None, usage)

    def fail(self, error: BaseException) -> None:
        """The call failed. Where nothing can have been billed, nothing is counted."""
        if not self._open:
            return
        if isinstance(error, AccordError) and not _billable(error):
            self._open = False
            self._release()
        else:
            self.settle(None, None)

    def __enter__(self) -> "Charge":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self.fail(error)

    def _release(self) -> None:
        for limit, held in self._held:
            limit.settle(held, Decimal(0))


def _billable(error: AccordError) -> bool:
    """Whether a failed call may have been charged."""
    if not isinstance(error, ProviderError):
        return False
    return any(attempt.billed is not False for attempt in error.attempts)
