"""What routing costs where nothing goes wrong: `python benchmarks/routing.py [--quick]`.

The same chat completion, over a transport in memory that answers at once: by a client with one provider, by a router with
that one target, and by a router with three. Counted is CPU time of the process for each call. The ways take turns within a round;
differences are medians over the rounds of pairs within a round.
"""

import argparse
import asyncio
import gc
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.sdk.payload import ANSWER

import accord
from accord import AsyncClient, Client, OpenAI
from accord.core.http import Reply
from accord.routing import AsyncRouter, Router, RouteTarget
from accord.testing import AsyncMemoryTransport, MemoryTransport

CALLS = 500
REPLY = Reply(status=200, headers=(("content-type", "application/json"),), body=ANSWER)
QUESTION = "Tell me something. " * 48
PROVIDER = OpenAI(api_key="sk-test")


def targets(count: int) -> list[RouteTarget]:
    return [RouteTarget(model="gpt-5.4-mini", provider=PROVIDER, name=f"account{number}") for number in range(count)]


def blocking(client: Client[OpenAI] | Router, model: str, transport: MemoryTransport) -> Callable[[], None]:
    def calls() -> None:
        for _ in range(CALLS):
            client.chat_completion(QUESTION, model=model)
        transport.calls.clear()
        transport.answers.clear()

    return calls


def in_loop(
    client: AsyncClient[OpenAI] | AsyncRouter,
    model: str,
    transport: AsyncMemoryTransport,
    loop: asyncio.AbstractEventLoop,
) -> Callable[[], None]:
    async def calls() -> None:
        for _ in range(CALLS):
            await client.chat_completion(QUESTION, model=model)
        transport.calls.clear()
        transport.answers.clear()

    return lambda: loop.run_until_complete(calls())


def microseconds(calls: Callable[[], None]) -> float:
    gc.collect()
    began = time.process_time()
    calls()
    return (time.process_time() - began) / CALLS * 1e6


def ways(loop: asyncio.AbstractEventLoop) -> dict[str, Callable[[], None]]:
    found: dict[str, Callable[[], None]] = {}
    memory = MemoryTransport(REPLY)
    found["blocking: client"] = blocking(Client(PROVIDER, transport=memory), "gpt-5.4-mini", memory)
    for count in (1, 3):
        found[f"blocking: router, {count} targets"] = blocking(Router(targets(count), transport=memory), "", memory)
    others = AsyncMemoryTransport(REPLY)
    found["asyncio: client"] = in_loop(AsyncClient(PROVIDER, transport=others), "gpt-5.4-mini", others, loop)
    for count in (1, 3):
        found[f"asyncio: router, {count} targets"] = in_loop(
            AsyncRouter(targets(count), transport=others), "", others, loop
        )
    return found


def main(rounds: int) -> None:
    loop = asyncio.new_event_loop()
    cases = ways(loop)
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for calls in cases.values():
        calls()
    for _ in range(rounds):
        for name, calls in cases.items():
            taken[name].append(microseconds(calls))
    print(f"accord {accord.__version__}, Python {platform.python_version()}, {rounds} rounds of {CALLS} calls")
    print(f"{'way':30} {'CPU us/call':>12} {'more than the client':>21}")
    for name, values in taken.items():
        base = taken[f"{name.partition(':')[0]}: client"]
        more = statistics.median([mine - plain for mine, plain in zip(values, base, strict=True)])
        print(f"{name:30} {statistics.median(values):12.1f} {more:21.1f}")
    loop.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    main(5 if arguments.quick else arguments.rounds)
