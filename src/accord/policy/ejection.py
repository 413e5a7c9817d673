"""Leaving out the target that does worse than its peers, as long as enough peers are left.

A breaker judges a target by itself and opens when half of its calls fail. An outlier fails less, and still more than the
others: calls are better off elsewhere. Where all fail alike nobody is an outlier.
"""

from collections.abc import Sequence
from math import sqrt
from typing import Annotated

from msgspec import Meta

from accord.core.checked import Checked


class EjectionRule(Checked, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who is an outlier, and for how long it is left out."""

    deviations: Annotated[
        float, Meta(ge=0, description="Standard deviations above the mean failure share of the group.")
    ] = 1.0
    share: Annotated[float, Meta(gt=0, le=1, description="A smaller share of failures is never an outlier's.")] = 0.1
    least: Annotated[float, Meta(ge=1, description="Recent calls without which a target is not judged.")] = 20.0
    seconds: Annotated[float, Meta(gt=0, description="How long it is left out at first.")] = 10.0
    most: Annotated[
        float, Meta(ge=0, lt=1, description="The largest share of a group's targets that may be left out at a time.")
    ] = 0.5
    every: Annotated[float, Meta(gt=0, description="Seconds between two looks at the group.")] = 1.0


def outliers(failing: Sequence[tuple[float, float]], already: int, rule: EjectionRule) -> list[int]:
    """Which targets to leave out, worst first; `failing` has each one's failure share and number of calls.

    `already` are left out now. At least one target always stays.
    """
    judged = [(share, index) for index, (share, calls) in enumerate(failing) if calls >= rule.least]
    room = min(int(len(failing) * rule.most), len(failing) - 1) - already
    if len(judged) < 2 or room <= 0:
        return []
    mean = sum(share for share, _ in judged) / len(judged)
    deviation = sqrt(sum((share - mean) ** 2 for share, _ in judged) / len(judged))
    bound = max(rule.share, mean + rule.deviations * deviation)
    # Of two targets each is exactly one deviation away from the mean.
    worst = sorted([(share, index) for share, index in judged if share >= bound - 1e-9 and share > mean], reverse=True)
    return [index for _, index in worst[:room]]
