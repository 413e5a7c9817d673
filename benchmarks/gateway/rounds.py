"""CPU for each request and each stream: rounds in which all take turns."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from benchmarks.gateway.load import Loaded, Target, generate, load
from benchmarks.gateway.payload import request
from benchmarks.gateway.peer.failing import attempted
from benchmarks.gateway.process import MEASURED, Started, calibration, cpu_seconds
from benchmarks.gateway.stage import NGINX, Stage

CONNECTIONS = 64


@dataclass
class Case:
    """One subject at one kind of work, and what each round gave."""

    row: str
    subject: str
    process: Started
    target: Target
    beside: str
    """The row of nginx that it is set beside."""
    streams: bool
    cost: list[float] = field(default_factory=list[float])
    """Microseconds of CPU for each answer, one a round, by the processor's usual speed."""
    rate: list[float] = field(default_factory=list[float])
    """Answers a second."""
    busy: list[float] = field(default_factory=list[float])
    """The share of its processor that the subject used."""
    busy_around: list[float] = field(default_factory=list[float])
    """The share of theirs that upstream and load used together."""
    failure: str = ""
    """Why it is not measured, where it is not."""


JSON, JSON_TLS, TRANSLATED = "JSON", "JSON, TLS upstream", "JSON, to Anthropic"
STREAM, STREAM_TRANSLATED = "stream of 100", "stream of 100, to Anthropic"

_WORK: dict[str, tuple[str, str, bool]] = {
    JSON: ("plain", JSON, False),
    JSON_TLS: ("tls", JSON_TLS, False),
    TRANSLATED: ("plain-claude", JSON, False),
    STREAM: ("paced", STREAM, True),
    STREAM_TRANSLATED: ("paced-claude", STREAM, True),
}
"""Each row: the kind of upstream, the row of nginx that it is set beside, whether it is a stream."""


def cases(stage: Stage) -> list[Case]:
    """All that is measured. What nginx cannot do, translate, it is not asked."""
    return [
        Case(row, one.name, one.process, one.target(kind, stream=streams), beside, streams)
        for row, (kind, beside, streams) in _WORK.items()
        for one in stage.subjects
        if kind in one.reach
    ]


def measure(stage: Stage, all_cases: Sequence[Case], *, rounds: int, seconds: float, each: int) -> None:
    """Fills the cases. `each`: streams of each connection in a round; `seconds`: how long whole answers are asked for."""
    for case in all_cases:
        case.failure = attempted(case.subject, partial(_once, stage, case, seconds=0.3, each=1))
    usual = calibration(MEASURED)
    for number in range(rounds):
        # There and back, so that what drifts is shared by all.
        for case in all_cases if number % 2 == 0 else reversed(all_cases):
            if not case.failure:
                case.failure = attempted(case.subject, partial(_round, stage, case, usual, seconds, each))
        told = ", ".join("-" if case.failure else f"{case.cost[-1]:.0f}" for case in all_cases)
        print(f"round {number + 1} of {rounds}: {told}", flush=True)


def _round(stage: Stage, case: Case, usual: float, seconds: float, each: int) -> None:
    speed = calibration(MEASURED)
    before, around = cpu_seconds(case.process.pid), _around(stage)
    loaded = _once(stage, case, seconds, each)
    spent, around = cpu_seconds(case.process.pid) - before, _around(stage) - around
    speed = (speed + calibration(MEASURED)) / 2
    case.cost.append(spent / loaded.answers * 1e6 * usual / speed)
    case.rate.append(loaded.answers / loaded.seconds)
    case.busy.append(spent / loaded.seconds)
    case.busy_around.append((around + loaded.cpu) / loaded.seconds)


def _once(stage: Stage, case: Case, seconds: float, each: int) -> Loaded:
    if case.streams:
        return generate(case.target, stage.folder, connections=CONNECTIONS, each=each)
    return load(case.target, stage.folder, seconds=seconds, connections=CONNECTIONS)


def _around(stage: Stage) -> float:
    return sum(cpu_seconds(one.pid) for one in stage.around)


def capacity(stage: Stage, seconds: float, each: int) -> dict[str, float]:
    """Answers a second that load and upstream reach with nothing between them."""
    upstreams = stage.upstreams
    whole = load(Target(upstreams.plain, request("plain")), stage.folder, seconds=seconds, connections=CONNECTIONS)
    stream = Target(upstreams.streams, request("paced", stream=True), "/short/v1/chat/completions")
    streams = generate(stream, stage.folder, connections=CONNECTIONS * 4, each=each)
    return {"answers a second": whole.answers / whole.seconds, "events a second": streams.answers * 6 / streams.seconds}


def beside_nginx(case: Case, all_cases: Sequence[Case]) -> float | None:
    """How many times nginx's cost: the median of what each round gave. Nothing where it was not measured."""
    base = next((one for one in all_cases if one.subject == NGINX and one.row == case.beside), None)
    if base is None or case.failure:
        return None
    return statistics.median([mine / theirs for mine, theirs in zip(case.cost, base.cost, strict=True)])
