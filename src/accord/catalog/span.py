"""A number that is not known exactly."""

import msgspec


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A count between `min` and `max`, most likely `likely`."""

    min: int
    likely: int
    max: int | None
    """`None` where nothing bounds it."""

    def plus(self, other: "Span") -> "Span":
        """Both together."""
        most = None if self.max is None or other.max is None else self.max + other.max
        return Span(min=self.min + other.min, likely=self.likely + other.likely, max=most)

    def times(self, count: int) -> "Span":
        """As often."""
        most = None if self.max is None else self.max * count
        return Span(min=self.min * count, likely=self.likely * count, max=most)


NOTHING = Span(min=0, likely=0, max=0)


def around(likely: float, *, low: float, high: float) -> Span:
    """A span whose ends are these multiples of what is likely."""
    return Span(min=int(likely * low), likely=round(likely), max=int(likely * high) + 1)
