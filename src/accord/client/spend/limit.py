"""A bound on what calls may cost together: `with accord.spend_limit("2.00"):`."""

import threading
from contextvars import ContextVar
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from accord.client.spend.amount import dollars, usd
from accord.client.spend.spending import Spending
from accord.core.error import InvalidInput, SpendLimitReached

if TYPE_CHECKING:
    from accord.catalog.estimate import CostSpan

Unknown: TypeAlias = Literal["refuse", "allow"]
"""What to do with a call whose price is unknown."""
Hold: TypeAlias = Literal["likely", "max"]
"""How much of the limit a call on its way takes: what it likely costs, or the most it may."""


class SpendLimit:
    """A bound on what calls may cost together, in whatever clients, threads and tasks they are made.

    Before each call what it likely costs is held back; where that is more than is left, `SpendLimitReached` is raised and
    nothing is sent. After the call what it did cost takes the place of what was held. A call may cost more than was likely, so
    the last one may go beyond the limit, by that difference; with `hold="max"` none does.

    It holds inside its `with` block, in the tasks started there, and in the tools that `run_tools` runs. Other threads enter
    the same value: `with limit:`.
    """

    def __init__(self, amount: Decimal | str | None, *, unknown: Unknown, hold: Hold) -> None:
        """Raises `InvalidInput` for what is no amount."""
        self.amount: Decimal | None = dollars(amount, "amount")
        """US dollars; `None` bounds nothing and only sums up."""
        if unknown not in ("refuse", "allow") or hold not in ("likely", "max"):
            raise InvalidInput('`unknown` is "refuse" or "allow", `hold` is "likely" or "max"')
        self.spending: Spending = Spending()
        """What the calls took."""
        self._unknown: Unknown = unknown
        self._hold: Hold = hold
        self._lock = threading.Lock()
        self._spent = Decimal(0)
        self._held = Decimal(0)

    @property
    def spent(self) -> Decimal:
        """US dollars spent; of calls whose cost is unknown, what they likely cost."""
        with self._lock:
            return self._spent

    @property
    def left(self) -> Decimal | None:
        """US dollars that neither are spent nor held for calls on their way; below 0 where the last call cost more than was
        likely, `None` without bound.
        """
        with self._lock:
            return None if self.amount is None else self.amount - self._spent - self._held

    def __enter__(self) -> "SpendLimit":
        _ACTIVE.set((*_ACTIVE.get(), self))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        active = list(_ACTIVE.get())
        # The innermost entry of this value; others may have been entered in between and be left in any order.
        del active[len(active) - 1 - active[::-1].index(self)]
        _ACTIVE.set(tuple(active))

    def hold(self, span: "CostSpan") -> Decimal:
        """Holds back what a call may cost, and says how much that is. Raises `SpendLimitReached`."""
        if self.amount is None:
            return Decimal(0)
        asked = span.likely if self._hold == "likely" else span.max
        if asked is None and self._unknown == "refuse":
            raise self._refused(f"what this call {_MAY[self._hold]} is unknown ({_why(span)})", None, _UNKNOWN_HINT)
        share = asked or Decimal(0)
        with self._lock:
            taken = self._spent + self._held
            if taken < self.amount and taken + share <= self.amount:
                self._held += share
                return share
        raise self._refused(f"this call {_MAY[self._hold]} {usd(share)}", share, "")

    def settle(self, held: Decimal, amount: Decimal) -> None:
        """Puts what a call did cost in the place of what was held for it."""
        with self._lock:
            self._held -= held
            self._spent += amount

    def _refused(self, what: str, likely: Decimal | None, hint: str) -> SpendLimitReached:
        with self._lock:
            spent, held = self._spent, self._held
        on_the_way = f", {usd(held)} are held for calls on their way" if held else ""
        assert self.amount is not None
        return SpendLimitReached(
            f"{what}; of the limit of ${self.amount}, {usd(spent)} are spent{on_the_way}. Nothing was sent.{hint}",
            limit=self.amount,
            spent=spent,
            held=held,
            likely=likely,
        )


_MAY: Final = {"likely": "likely costs", "max": "may cost at most"}
_UNKNOWN_HINT: Final = ' Calls of unknown price are let through with unknown="allow".'
_ACTIVE: ContextVar[tuple[SpendLimit, ...]] = ContextVar("accord_spend_limits", default=())


def spend_limit(amount: Decimal | str | None, *, unknown: Unknown = "refuse", hold: Hold = "likely") -> SpendLimit:
    """Bounds what the calls in a `with` block cost together; see `SpendLimit`. Limits within limits all hold.

    Args:
        amount: US dollars, as a string or `Decimal`; `None` bounds nothing and only sums up.
        unknown: whether calls whose price is unknown are refused (and nothing is sent), or let through uncounted.
        hold: whether each call must fit by what it likely costs, or by the most it may (then it needs `max_output_tokens`).

    Raises:
        InvalidInput: that is no amount.
    """
    return SpendLimit(amount, unknown=unknown, hold=hold)


def active_limits() -> tuple[SpendLimit, ...]:
    """The limits that hold here, each once, the outermost first."""
    active = _ACTIVE.get()
    return active if len(active) < 2 else tuple(dict.fromkeys(active))


def _why(span: "CostSpan") -> str:
    return span.reason or "no price is known"
