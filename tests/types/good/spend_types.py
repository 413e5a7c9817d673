"""Sums and limits of what calls cost. Never run; read by type checkers."""

from collections.abc import Mapping
from decimal import Decimal

from typing_extensions import assert_type

import accord
from accord import AsyncClient, Client, Cost
from accord.client.spend.limit import SpendLimit
from accord.client.spend.spending import Spending, Spent


def sums(client: Client, other: AsyncClient) -> None:
    assert_type(client.spending, Spending)
    assert_type(other.spending.total, Spent)
    assert_type(client.spending.total.amount, Decimal)
    assert_type(client.spending.total.cost, Cost)
    assert_type(client.spending.by("team"), Mapping[str, Spent])


def limits(client: Client) -> None:
    with accord.spend_limit("2.00", unknown="allow", hold="max") as limit:
        assert_type(limit, SpendLimit)
        assert_type(limit.spent, Decimal)
        assert_type(limit.left, Decimal | None)
    with accord.spend_limit(Decimal(2)), accord.spend_limit(None):
        client.chat_completion("x")
