"""Amounts and times as callers give them."""

from decimal import Decimal, InvalidOperation

from accord.core.error import InvalidInput


def dollars(given: object, name: str) -> Decimal | None:
    """An amount in US dollars. Raises `InvalidInput` for anything but a finite amount of at least 0.

    Floats are no amounts: `0.1` is not a tenth.
    """
    if given is None:
        return None
    if isinstance(given, Decimal | str):
        try:
            amount = Decimal(given)
        except InvalidOperation:
            amount = Decimal("NaN")
        if amount.is_finite() and amount >= 0:
            return amount
    raise InvalidInput(f'{name} is an amount in US dollars, as a string or Decimal ("2.00"); got {given!r}', param=name)


def sooner(one: float | None, other: float | None) -> float | None:
    """The shorter of two times in seconds; `None` is no bound."""
    known = [seconds for seconds in (one, other) if seconds is not None]
    return min(known, default=None)


def usd(amount: Decimal) -> str:
    """An amount for people to read."""
    return f"${amount.normalize():f}"
