"""Which prices hold: by day, hour, tier, length and region."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from accord.catalog import facts
from accord.catalog.price import UnknownPrice, in_force, quoted
from accord.core.model import Hours, Prices, Rates, Tier

ONE, TWO, THREE, FOUR = (Decimal(number) for number in (1, 2, 3, 4))

LISTED = Prices(
    base={"input": ONE},
    tiers=(Tier(above=10, prices={"input": TWO}), Tier(above=100, prices={"input": THREE})),
    multipliers={"flex": Decimal("0.5")},
    service_tiers={"priority": Rates(base={"input": FOUR}, tiers=(Tier(above=10, prices={"input": Decimal(8)}),))},
    regions={"eu": Decimal("1.1")},
    since="2026-10-01",
    changes=(
        Prices(base={"input": Decimal(9)}, since="2026-01-01"),
        Prices(base={"input": Decimal(7)}, since="2027-01-01"),
    ),
)


def _quote(
    length: int = 1, *, tier: str | None = None, at: datetime | None = None, region: str | None = None
) -> tuple[Decimal, Decimal]:
    quote = quoted(LISTED, service_tier=tier, at=at, input_tokens=length, region=region)
    return quote.prices["input"], quote.factor


@pytest.mark.parametrize(("length", "price"), [(0, 1), (10, 1), (11, 2), (100, 2), (101, 3), (10**9, 3)])
def test_the_highest_tier_reached_holds_for_all(length: int, price: int) -> None:
    assert _quote(length)[0] == price


@pytest.mark.parametrize("tier", [None, "", "default", "standard", "DEFAULT", "on_demand", "ON_DEMAND"])
def test_names_of_the_standard_tier(tier: str | None) -> None:
    assert _quote(tier=tier) == (1, 1)


def test_a_list_of_its_own_wins_over_a_factor() -> None:
    assert _quote(tier="flex") == (1, Decimal("0.5"))
    assert _quote(tier="ON_DEMAND_FLEX") == (1, Decimal("0.5"))
    assert _quote(tier="priority") == (4, 1)
    assert _quote(11, tier="priority") == (8, 1)
    assert _quote(11, tier="flex") == (2, Decimal("0.5"))


@pytest.mark.parametrize(
    ("day", "price"), [("2026-01-01", 9), ("2026-09-30", 9), ("2026-10-01", 1), ("2026-12-31", 1), ("2027-01-01", 7)]
)
def test_the_list_of_the_day(day: str, price: int) -> None:
    assert _quote(at=datetime.fromisoformat(f"{day}T23:59:59+00:00"))[0] == price


def test_days_are_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert _quote(at=datetime(2026, 10, 1, 8, 59, tzinfo=tokyo))[0] == 9
    assert _quote(at=datetime(2026, 10, 1, 9, 0, tzinfo=tokyo))[0] == 1


def test_before_the_first_list_nothing_is_known() -> None:
    with pytest.raises(UnknownPrice, match="before 2026-01-01 is unknown"):
        in_force(LISTED, datetime(2025, 12, 31, tzinfo=UTC))


@pytest.mark.parametrize("region", [None, "", "global", "GLOBAL", "not_available"])
def test_everywhere_costs_the_same(region: str | None) -> None:
    assert _quote(region=region)[1] == 1


def test_regions_multiply_with_tiers() -> None:
    assert _quote(region="EU", tier="flex") == (1, Decimal("0.55"))


@pytest.mark.parametrize(
    ("clock", "peak"),
    [
        ("2026-11-23T00:59", False), ("2026-11-23T01:00", True), ("2026-11-23T03:59", True), ("2026-11-23T04:00", False),
        ("2026-11-23T05:59", False), ("2026-11-23T06:00", True), ("2026-11-23T09:59", True), ("2026-11-23T10:00", False),
        ("2026-11-27T02:00", True), ("2026-11-28T02:00", False), ("2026-11-29T07:00", False),
        ("2026-10-07T07:00", False), ("2026-10-08T07:00", True), ("2027-01-01T02:00", False),
    ],
)  # fmt: skip
def test_deepseeks_peak_hours(clock: str, peak: bool) -> None:
    """Monday to Friday 01:00-04:00 and 06:00-10:00 UTC, without Chinese public holidays (deepseek 3)."""
    flash = facts("deepseek", "deepseek-flash")
    assert flash is not None
    assert flash.prices is not None
    quote = quoted(
        flash.prices,
        service_tier=None,
        at=datetime.fromisoformat(clock + ":00+00:00"),
        input_tokens=1,
        region=None,
    )
    assert quote.prices["input"] == (Decimal("0.3") if peak else Decimal("0.15"))


def test_hours_change_only_the_prices_they_name() -> None:
    hours = Hours(days=(0,), start=0, end=1440, prices={"input": TWO})
    listed = Prices(base={"input": ONE, "output": THREE}, hours=(hours,))
    monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
    quote = quoted(listed, service_tier=None, at=monday, input_tokens=1, region=None)
    assert quote.prices == {"input": TWO, "output": THREE}
