"""Requests that wait for a busy target, through a real gateway: who is next, and what becomes of them when something happens."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from accord.testing import Delivery, FakeProvider, Hold, Reply

CONFIG = """
gateway:
  port: 0
  drain: 1
  workers: {workers}
  keys: [{{name: heavy, key: sk-test-heavy, weight: 3}}, {{name: light, key: sk-test-light}}]
providers:
  lab: {{type: compatible, base_url: "{url}", api_key: {key}, retries: 0}}
models:
  narrow: {{targets: [{{provider: lab, model: echo, concurrency: {concurrency}, queue: 100}}]}}
"""


class Busy:
    """A gateway whose target carries one call, which is held, and what others do meanwhile."""

    def __init__(self, served: Any, path: Path, fake: FakeProvider) -> None:
        self.served = served
        self.path = path
        self.fake = fake

    def write(self, workers: int = 1, concurrency: int = 1) -> None:
        self.path.write_text(
            CONFIG.format(workers=workers, concurrency=concurrency, url=self.fake.url, key=self.fake.key)
        )

    async def ask(self, client: httpx2.AsyncClient, key: str, text: str) -> int:
        body = {"model": "narrow", "messages": [{"role": "user", "content": text}]}
        try:
            answer = await client.post(
                f"{self.served.url}/chat/completions", json=body, headers={"authorization": f"Bearer sk-test-{key}"}
            )
        except httpx2.TransportError:
            return 0
        return int(answer.status_code)

    async def waiting(self, client: httpx2.AsyncClient) -> int:
        """Calls in the queue of the target, as the metrics tell it."""
        text = (await client.get(f"{self.served.origin}/metrics")).text
        found = re.findall(r'^accord_requests_waiting\{accord_target="lab/echo"\} (\d+)$', text, re.MULTILINE)
        return sum(map(int, found))

    async def until(self, client: httpx2.AsyncClient, number: int) -> None:
        deadline = time.monotonic() + 10
        while (seen := await self.waiting(client)) != number:
            assert time.monotonic() < deadline, f"{seen} wait, not {number}"
            await asyncio.sleep(0.02)

    def texts(self) -> list[str]:
        """What the provider was asked, in order."""
        bodies: list[Any] = [request.json for request in self.fake.requests]
        return [body["messages"][0]["content"] for body in bodies]


Meanwhile = Callable[[Busy, httpx2.AsyncClient, list["asyncio.Task[int]"]], Awaitable[None]]


@pytest.fixture
def busy(start: Callable[..., Any], fake: FakeProvider, tmp_path: Path) -> Callable[..., Busy]:
    def begin(workers: int = 1) -> Busy:
        found = Busy(None, tmp_path / "accord.yaml", fake)
        found.write(workers)
        found.served = start("--config", str(found.path))
        return found

    return begin


def run(busy: Busy, keys: list[str], meanwhile: Meanwhile, release: bool = True) -> list[int]:
    """The first call is held; those of `keys` come one after another and wait; then `meanwhile`, and all goes on."""

    async def work() -> list[int]:
        limits = httpx2.Limits(max_connections=200)
        async with httpx2.AsyncClient(timeout=20, limits=limits) as client:
            busy.fake.script(Reply(delivery=Delivery(fault=Hold())))
            asked = [asyncio.create_task(busy.ask(client, "light", "first"))]
            await busy.fake.wait_until_async(lambda seen: seen.held == 1)
            for number, key in enumerate(keys, 1):
                asked.append(asyncio.create_task(busy.ask(client, key, key)))
                await busy.until(client, number)
            await meanwhile(busy, client, asked)
            if release:
                busy.fake.release()
            answers = await asyncio.gather(*asked)
            if release:
                await busy.until(client, 0)
            return answers

    return asyncio.run(work())


async def nothing(busy: Busy, client: httpx2.AsyncClient, asked: list["asyncio.Task[int]"]) -> None:
    """Nothing happens meanwhile."""


def test_a_key_has_its_share_of_a_queue(busy: Callable[..., Busy]) -> None:
    """One key has sent all of its calls before the other sends any. Three of the heavy one go for each of the light one."""
    one = busy()
    assert run(one, ["light"] * 8 + ["heavy"] * 12, nothing) == [200] * 21
    order = one.texts()[1:]
    assert len(order) == 20
    for end in (4, 8, 12, 16):
        heavy = order[:end].count("heavy")
        assert abs(heavy - end * 3 / 4) <= 1, order
    assert order[-4:] == ["light"] * 4


@pytest.mark.parametrize("concurrency", [1, 5], ids=["the same", "more at a time"])
def test_a_reload_leaves_who_waits(busy: Callable[..., Busy], concurrency: int) -> None:
    async def reload(one: Busy, client: httpx2.AsyncClient, asked: list["asyncio.Task[int]"]) -> None:
        one.write(concurrency=concurrency)
        one.served.signal(signal.SIGHUP)
        await asyncio.to_thread(one.served.wait_for, "serving by the new configuration")
        if concurrency > 1:
            # The target has room by its new settings, and nobody has to wait who comes now.
            assert await one.ask(client, "light", "new") == 200
        assert not any(task.done() for task in asked)

    one = busy()
    assert run(one, ["light", "heavy"] * 3, reload) == [200] * 7
    assert len(one.fake.requests) == 7 + (concurrency > 1)


def test_who_waits_when_the_name_is_gone_is_answered_all_the_same(busy: Callable[..., Busy]) -> None:
    async def rename(one: Busy, client: httpx2.AsyncClient, asked: list["asyncio.Task[int]"]) -> None:
        one.path.write_text(one.path.read_text().replace("narrow:", "other:"))
        one.served.signal(signal.SIGHUP)
        await asyncio.to_thread(one.served.wait_for, "serving by the new configuration")
        assert await one.ask(client, "light", "gone") == 404

    assert run(busy(), ["light"] * 3, rename) == [200] * 4


def test_who_leaves_the_queue_is_forgotten(busy: Callable[..., Busy]) -> None:
    async def leave(one: Busy, client: httpx2.AsyncClient, asked: list["asyncio.Task[int]"]) -> None:
        for task in asked[1:4]:
            task.cancel()
        await one.until(client, 2)
        del asked[1:4]

    one = busy()
    assert run(one, ["light"] * 5, leave) == [200] * 3
    assert len(one.fake.requests) == 3


def test_stopping_tells_who_waits_and_sends_nothing(busy: Callable[..., Busy]) -> None:
    async def stop(one: Busy, client: httpx2.AsyncClient, asked: list["asyncio.Task[int]"]) -> None:
        one.served.signal(signal.SIGTERM)

    one = busy()
    assert run(one, ["light"] * 4, stop, release=False) == [503] * 5
    assert one.served.wait() == 0
    assert len(one.fake.requests) == 1


def workers_of(served: Any) -> list[int]:
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    return [int(child) for child in children]


def test_a_worker_that_dies_takes_along_only_its_own(busy: Callable[..., Busy]) -> None:
    """Each worker has a queue of its own. One is killed; the other's callers are answered, and a new one serves on."""

    async def work(one: Busy) -> list[int]:
        async with httpx2.AsyncClient(timeout=20, limits=httpx2.Limits(max_connections=200)) as client:
            one.fake.always(Reply(delivery=Delivery(fault=Hold())), model="echo")
            asked = [asyncio.create_task(one.ask(client, "light", f"call {number}")) for number in range(24)]
            # One call of each worker is carried, the others wait.
            await one.fake.wait_until_async(lambda seen: seen.held == 2)
            await one.until(client, 22)
            os.kill(workers_of(one.served)[0], signal.SIGKILL)
            await one.fake.wait_until_async(lambda seen: seen.aborted == 1)
            one.fake.always(Reply(), model="echo")
            one.fake.release()
            answers = await asyncio.gather(*asked)
            await asyncio.to_thread(one.served.wait_for, "was ended by SIGKILL")
            await one.until(client, 0)
            again = [await one.ask(client, "light", "again") for _ in range(10)]
            assert 200 in again
            await asyncio.sleep(0.7)
            assert [await one.ask(client, "light", "later") for _ in range(6)] == [200] * 6
            return answers

    one = busy(workers=2)
    answers = asyncio.run(work(one))
    lost, answered = answers.count(0), answers.count(200)
    assert lost + answered == 24, answers
    assert lost >= 1
    assert answered >= 1
    # What waited at the dead worker was never sent.
    assert len([text for text in one.texts() if text.startswith("call")]) == answered + 1
