"""What it costs to call through the union of providers: `python benchmarks/dispatch.py`.

Compares, in one interleaved run, the same method called on a value whose class the reader knows, on a value of the union
`Provider` (the reader does not know which), and as a method bound once. In Python all three look the method up by the
class of the value, so the claim is a ratio of 1.00 within noise; a chain of `isinstance` tests is shown for comparison.
"""

import statistics
import time
from collections.abc import Callable

from accord.core.http import Draft
from accord.providers import AnyProvider, Compatible, OpenAI

ROUNDS = 41
CALLS = 20_000

DRAFT = Draft(operation="chat", dialect="openai_chat", model="m", body=b"{}")
KNOWN = OpenAI(api_key="sk-test")
PROVIDERS: list[AnyProvider] = [KNOWN, Compatible(base_url="http://127.0.0.1:1/v1")]


def direct() -> object:
    return KNOWN.address(DRAFT)


def through_union(provider: AnyProvider = PROVIDERS[0]) -> object:
    return provider.address(DRAFT)


BOUND = KNOWN.address


def bound() -> object:
    return BOUND(DRAFT)


def by_isinstance(provider: OpenAI | Compatible = KNOWN) -> object:
    if isinstance(provider, Compatible):
        return Compatible.address(provider, DRAFT)
    return OpenAI.address(provider, DRAFT)


def nanoseconds(function: Callable[[], object]) -> float:
    started = time.perf_counter_ns()
    for _ in range(CALLS):
        function()
    return (time.perf_counter_ns() - started) / CALLS


def main() -> None:
    ways = {
        "direct": direct,
        "through the union": through_union,
        "bound once": bound,
        "isinstance chain": by_isinstance,
    }
    rounds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, function in ways.items():
            rounds[name].append(nanoseconds(function))
    ratios = {
        name: statistics.median([a / b for a, b in zip(taken, rounds["direct"], strict=True)])
        for name, taken in rounds.items()
    }
    print(f"{'way':20} {'ns, median':>12} {'x direct':>10}")
    for name, taken in rounds.items():
        print(f"{name:20} {statistics.median(taken):12.0f} {ratios[name]:10.3f}")


if __name__ == "__main__":
    main()
