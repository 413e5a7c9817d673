"""Calls through several targets that fail in turn: `python benchmarks/chaos.py [--quick] [--report FILE]`.

Three fake providers in processes of their own, a fourth target whose name cannot be looked up and a fifth whose TLS fails, and
an `AsyncRouter` over all of them. Requests come at a fixed rate whatever becomes of earlier ones, every other one streamed.
First all is well, for comparison. Then, phase by phase, one or two of the three misbehave: bursts of 5xx, hangs, resets, 429 with
and without `Retry-After`, slow first bytes, streams that are cut before their first event. One of them is always healthy.

Told are the share of calls that succeeded, and the 99th percentile of the time to the first event beside that of the healthy
phase, after the first two seconds of each phase, in which breakers learn. Each request carries a number: none may be lost,
and each gets one outcome. Afterwards nothing may be left: no task, no place at a target, no connection after closing.

A last phase cuts streams in the middle. That can't be repeated behind the caller's back: each must be told as interrupted.
"""

import argparse
import asyncio
import json
import platform
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import accord
from accord.routing import AsyncRouter, BreakerRule, RoutePolicy, RouteTarget
from accord.testing import Cut, Delivery, Failure, FakeProvider, Hold, Reply
from accord.testing.fake import Behaviour

WORDS = (accord.Text(text="one two three four five six seven eight"),)
USUAL = 0.02
"""Seconds that a healthy target thinks."""
LEARNING = 2.0
"""Seconds at the beginning of a phase that are not counted for the percentile."""

FAULTS: dict[str, Behaviour] = {
    "well": Reply(content=WORDS, delivery=Delivery(before_head=USUAL)),
    "500": Failure(status=500),
    "503": Failure(status=503),
    "429 with Retry-After": Failure(status=429, headers=(("retry-after", "1"),)),
    "429 without": Failure(status=429),
    "hang": Reply(content=WORDS, delivery=Delivery(fault=Hold())),
    "reset": Reply(content=WORDS, delivery=Delivery(fault=Cut(how="rst"))),
    "slow first byte": Reply(content=WORDS, delivery=Delivery(before_head=2.0)),
    "cut before the first event": Reply(content=WORDS, delivery=Delivery(fault=Cut(how="fin", body_bytes=0))),
    "cut in the middle": Reply(content=WORDS, delivery=Delivery(before_head=USUAL, fault=Cut(how="rst", events=4))),
}

PHASES: list[tuple[str, str, str]] = [
    ("500", "well", "well"),
    ("well", "hang", "well"),
    ("well", "well", "reset"),
    ("429 with Retry-After", "429 without", "well"),
    ("well", "slow first byte", "503"),
    ("cut before the first event", "well", "hang"),
    ("reset", "500", "well"),
    ("well", "429 without", "slow first byte"),
]


@dataclass
class Phase:
    """What became of the calls of one phase."""

    name: str
    calls: int = 0
    good: int = 0
    times: list[float] = field(default_factory=list[float])
    """Seconds to the first event, after the learning."""
    attempts: int = 0
    failures: Counter[str] = field(default_factory=Counter[str])

    @property
    def p99(self) -> float:
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)] if ordered else float("nan")


class Process:
    """A fake provider in a process of its own, told by lines how to behave."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--target"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def behave(self, fault: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(fault + "\n")
        self._process.stdin.flush()
        self._process.stdout.readline()

    def end(self) -> dict[str, int]:
        """Ends it; what it saw of each request, by number, and how many connections are open."""
        assert self._process.stdout is not None
        out, _ = self._process.communicate("end\n", timeout=30)
        return {str(number): count for number, count in json.loads(out.splitlines()[-1]).items()}


def target() -> None:
    """The process of a fake provider."""
    with FakeProvider(remembers=200_000, strict=False) as fake:
        fake.always(FAULTS["well"])
        print(fake.url, flush=True)
        for line in sys.stdin:
            if line.strip() == "end":
                break
            fake.release()
            fake.always(FAULTS[line.strip()])
            print("done", flush=True)
        seen = Counter(str(request.json["messages"][-1]["content"]) for request in fake.requests)  # type: ignore[index]
        deadline = time.monotonic() + 5
        while fake.connections and time.monotonic() < deadline:
            time.sleep(0.01)
        seen["open connections"] = fake.connections
        print(json.dumps(seen))


class Run:
    def __init__(self, router: AsyncRouter, rate: float) -> None:
        self.router = router
        self.rate = rate
        self.number = 0
        self.outcomes: Counter[int] = Counter()

    async def phase(self, name: str, seconds: float) -> Phase:
        found = Phase(name)
        began = time.monotonic()
        tasks: list[asyncio.Task[None]] = []
        for place in range(int(seconds * self.rate)):
            await asyncio.sleep(max(0.0, began + place / self.rate - time.monotonic()))
            self.number += 1
            tasks.append(asyncio.create_task(self._call(self.number, found, time.monotonic() - began > LEARNING)))
        await asyncio.gather(*tasks)
        return found

    async def _call(self, number: int, phase: Phase, counted: bool) -> None:
        began = time.monotonic()
        phase.calls += 1
        try:
            if number % 2:
                async with self.router.chat_completion_stream(str(number)) as stream:
                    first = time.monotonic() - began
                    async for _ in stream:
                        pass
                attempts = len(stream.attempts)
            else:
                response = await self.router.chat_completion(str(number))
                first, attempts = time.monotonic() - began, len(response.attempts)
        except accord.ProviderError as error:
            phase.failures[error.kind] += 1
            phase.attempts += len(error.attempts)
        else:
            phase.good += 1
            phase.attempts += attempts
            if counted:
                phase.times.append(first)
        self.outcomes[number] += 1


async def run(seconds: float, rate: float) -> tuple[list[Phase], Phase, list[str]]:
    processes = [Process() for _ in range(3)]
    timeouts = accord.Timeouts(connect=0.5, first_byte=0.5, idle=2.0)

    def member(name: str, url: str) -> RouteTarget:
        provider = accord.OpenAI(api_key="sk-test-fake", base_url=url, timeouts=timeouts)
        return RouteTarget(model="gpt-5.4-mini", provider=provider, name=name)

    targets = [member(name, process.url) for name, process in zip("abc", processes, strict=True)]
    targets += [
        member("no name", "http://nowhere.invalid/v1"),
        member("no tls", processes[0].url.replace("http://", "https://")),
    ]
    policy = RoutePolicy(strategy="least_busy", breaker=BreakerRule(cooldown=2.0, longest=8.0))
    phases: list[Phase] = []
    problems: list[str] = []
    async with AsyncRouter(targets, policy=policy) as router:
        test = Run(router, rate)
        await test.phase("warming up", min(seconds, 4.0))
        phases.append(await test.phase("all is well", seconds))
        for faults in PHASES:
            for process, fault in zip(processes, faults, strict=True):
                process.behave(fault)
            phases.append(await test.phase(", ".join(faults), seconds))
        for process in processes:
            process.behave("well")
        await test.phase("recovering", 6.0)
        processes[0].behave("cut in the middle")
        cut = await test.phase("cut in the middle, well, well", min(seconds, 4.0))
        seats = router._group.pool.seats  # pyright: ignore[reportPrivateUsage]  # what no caller can see
        held = sum(seat.standing.gate.in_flight for seat in seats)
        if held:
            problems.append(f"{held} places are still held at targets")
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    if left:
        problems.append(f"{len(left)} tasks are left")
    lost = [number for number in range(1, test.number + 1) if test.outcomes[number] != 1]
    if lost:
        problems.append(f"{len(lost)} requests have no outcome, or several")
    seen = [process.end() for process in processes]
    still = sum(found.pop("open connections", 0) for found in seen)
    if still:
        problems.append(f"{still} connections are left open")
    return phases, cut, problems


def report(phases: list[Phase], cut: Phase, problems: list[str], command: str) -> str:
    healthy = phases[0].p99
    lines = [
        f"`{command}`, {platform.machine()}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}",
        "",
        "| what the three targets do | calls | succeeded | requests a call | p99 to the first event, ms | beside healthy |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {phase.name} | {phase.calls:,} | {phase.good / phase.calls:.2%} | {phase.attempts / phase.calls:.2f} "
        f"| {phase.p99 * 1000:.0f} | {phase.p99 / healthy:.2f} |"
        for phase in phases
    ]
    chaos = phases[1:]
    calls, good = sum(phase.calls for phase in chaos), sum(phase.good for phase in chaos)
    times = Phase("", times=[one for phase in chaos for one in phase.times])
    failures = sum([phase.failures for phase in chaos], Counter[str]())
    lines += [
        (
            f"| **all with faults** | {calls:,} | **{good / calls:.3%}** | {sum(p.attempts for p in chaos) / calls:.2f} "
            f"| {times.p99 * 1000:.0f} | **{times.p99 / healthy:.2f}** |"
        ),
        "",
        (
            f"Failures: {dict(failures) or 'none'}. Cut in the middle: {cut.calls} calls, {cut.good} whole, "
            f"told as {dict(cut.failures)}. Left behind: {'; '.join(problems) or 'nothing'}."
        ),
    ]
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="under a minute")
    options.add_argument("--rate", type=float, default=100.0, help="calls a second")
    options.add_argument("--target", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--report", type=Path, help="a file for the table")
    chosen = options.parse_args()
    if chosen.target:
        target()
        return 0
    seconds = 4.0 if chosen.quick else 11.0
    phases, cut, problems = asyncio.run(run(seconds, chosen.rate))
    command = "python benchmarks/chaos.py" + (" --quick" if chosen.quick else "") + f" --rate {chosen.rate:g}"
    text = report(phases, cut, problems, command)
    print(text)
    if chosen.report:
        chosen.report.write_text(text + "\n")
    chaos = phases[1:]
    good = sum(phase.good for phase in chaos) / sum(phase.calls for phase in chaos)
    return 0 if good >= 0.999 and not problems else 1


if __name__ == "__main__":
    sys.exit(main())
