"""Time that a gateway adds, one request at a time: to whole answers beside nginx, to first events beside no gateway at all."""

import statistics
from collections.abc import Callable, Iterable

from benchmarks.gateway.load import Target, generate, load
from benchmarks.gateway.payload import request
from benchmarks.gateway.peer.failing import attempted
from benchmarks.gateway.row import Row
from benchmarks.gateway.stage import NGINX, SERVERS, Stage, Subject

DIRECT = "no gateway"


def measure(stage: Stage, *, rounds: int, seconds: float) -> list[Row]:
    """Medians at one connection; subjects take turns."""
    return _whole(stage, rounds, seconds) + _first(stage, rounds, max(10, round(seconds * 40)))


def _whole(stage: Stage, rounds: int, seconds: float) -> list[Row]:
    asked = {one.name: one.target("plain", stream=False) for one in _able(stage.subjects, "plain")}

    def once(target: Target) -> float:
        return load(target, stage.folder, seconds=seconds, connections=1).p50_us / 1e3

    taken, failed = _turns(asked, once, rounds)
    return _rows("answer at one connection, p50", taken, failed, "<= +0.25 ms beside nginx", NGINX)


def _first(stage: Stage, rounds: int, count: int) -> list[Row]:
    asked = {DIRECT: Target(stage.upstreams.streams, request("short", stream=True), "/short/v1/chat/completions")}
    asked |= {one.name: one.target("short", stream=True) for one in _able(stage.subjects, "short")}

    def once(target: Target) -> float:
        return generate(target, stage.folder, connections=1, each=count).first_p50_us / 1e3

    taken, failed = _turns(asked, once, rounds)
    return _rows("first event of a stream, p50", taken, failed, "<= +0.3 ms", DIRECT)


def _able(subjects: Iterable[Subject], kind: str) -> list[Subject]:
    return [one for one in subjects if kind in one.reach]


def _turns(
    asked: dict[str, Target], once: Callable[[Target], float], rounds: int
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """What each round gave; the peers that failed, with the cause."""
    taken: dict[str, list[float]] = {name: [] for name in asked}
    failed: dict[str, str] = {}

    def turn(name: str) -> None:
        if name not in failed and (cause := attempted(name, lambda: taken[name].append(once(asked[name])))):
            failed[name] = cause

    for name in asked:
        turn(name)
        taken[name].clear()  # the first warms up
    for number in range(rounds):
        for name in asked if number % 2 == 0 else reversed(list(asked)):
            turn(name)
    return taken, failed


def _rows(name: str, taken: dict[str, list[float]], failed: dict[str, str], aim: str, base: str) -> list[Row]:
    rows: list[Row] = []
    for subject, values in taken.items():
        if subject in failed:
            rows.append(Row(name, subject, None, "ms", note=f"not measured: {failed[subject]}"))
            continue
        added = statistics.median([mine - theirs for mine, theirs in zip(values, taken[base], strict=True)])
        note = "" if subject == base else f"{added:+.3f} ms beside {base}"
        told_aim = aim if subject in SERVERS else ""
        rows.append(Row(name, subject, statistics.median(values), "ms", told_aim, tuple(values), note))
    return rows
