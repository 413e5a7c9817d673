"""The line about an answer, and what a terminal is spared."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from accord.cli.answer_line import answer_line
from accord.cli.printable import printable
from accord.core.cost import Cost
from accord.core.response import ChatResponse
from accord.core.usage import Usage


def line(usage: Usage | None, cost: Cost | None = None) -> str:
    return answer_line(ChatResponse(choices=(), usage=usage, cost=cost, provider="openai", model="m"), "asked", 1.25)


def test_what_is_known_is_told() -> None:
    told = line(Usage(input=1200, output=3), Cost(amount=Decimal("0.0012")))
    assert told == "openai m · 1,200 in, 3 out · $0.0012 · 1.2 s · cut off"


def test_an_unknown_count_is_not_nought() -> None:
    assert "12 in, ? out" in line(Usage(input=12))
    assert "? in, 5 out" in line(Usage(output=5))
    assert "12 in, 0 out" in line(Usage(input=12, output=0))
    assert "usage unknown · cost unknown" in line(Usage())
    assert "usage unknown · cost unknown" in line(None, Cost(reason="no price"))


def test_a_terminal_is_given_no_commands() -> None:
    assert printable("a\x1b]0;title\x07b\x9b2Jc\rd\ne\tf ü") == "a]0;titleb2Jcd\ne\tf ü"


@given(st.text(), st.text())
def test_pieces_are_as_safe_as_the_whole(first: str, second: str) -> None:
    assert printable(first) + printable(second) == printable(first + second)
