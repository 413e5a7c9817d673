"""A provider's name that comes to mean another address, under a running gateway."""

import asyncio
import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from accord.gateway.build import gateway
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.server.serve import Server
from accord.testing import FakeProvider
from accord.transport.passage import MAX_AGE

KEY = "sk-test-gateway"


def port(fake: FakeProvider) -> int:
    found = urlsplit(fake.url).port
    assert found
    return found


class Loop(asyncio.SelectorEventLoop):
    """A loop with names of its own, whose clock can be moved."""

    def __init__(self) -> None:
        super().__init__()
        self.ports: list[int] = []
        """Where the name leads, in the order in which the addresses come."""
        self.looked_up = 0
        self.ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:
        assert host == "upstream.test"
        self.looked_up += 1
        if not self.ports:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in self.ports]


class Running:
    """A gateway in a thread, on such a loop."""

    def __init__(self, loop: Loop, url: str) -> None:
        self.loop = loop
        self.url = url

    def ask(self) -> tuple[int, str]:
        body = json.dumps({"model": "lab/echo", "messages": [{"role": "user", "content": "Hi"}]}).encode()
        asked = urllib.request.Request(f"{self.url}/v1/chat/completions", body, {"authorization": f"Bearer {KEY}"})
        asked.add_header("content-type", "application/json")
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def passes(self, seconds: float) -> None:
        self.loop.ahead += seconds


@contextmanager
def running(key: str) -> Iterator[Running]:
    text = (
        f"gateway: {{keys: [{{name: app, key: {KEY}}}], logging: {{sample: 0}}, limits: {{idle_seconds: 10000}}}}\n"
        f'providers: {{lab: {{type: compatible, base_url: "http://upstream.test:1/v1", api_key: {key}, retries: 0}}}}\n'
    )
    config = decode_config(parse_document(text, "test.yaml"), {}, "test.yaml")
    loop, ready = Loop(), threading.Event()
    stop: list[Callable[[], None]] = []
    listener = socket.create_server(("127.0.0.1", 0))

    async def serve() -> None:
        server = Server(gateway(config), loop, None)
        stop.append(server.stop)
        await server.run([listener], ready.set)

    def live(work: Coroutine[Any, Any, None]) -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(work)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=live, args=(serve(),))
    thread.start()
    assert ready.wait(5)
    try:
        yield Running(loop, f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        loop.call_soon_threadsafe(stop[0])
        thread.join(10)
        assert not thread.is_alive()


def test_the_new_address_is_used_once_the_old_connections_are_old() -> None:
    with (
        FakeProvider("openai_chat") as old,
        FakeProvider("openai_chat", key=old.key) as new,
        running(old.key) as served,
    ):
        served.loop.ports = [port(old)]
        for _ in range(3):
            assert served.ask()[0] == 200
        assert served.loop.looked_up == 1, "a kept connection needs no name"
        served.loop.ports = [port(new)]
        # It is in use all the time, and yet it gets too old.
        for _ in range(8):
            served.passes(MAX_AGE / 8)
            assert served.ask()[0] == 200
        assert served.loop.looked_up == 2
        assert len(new.requests) >= 1
        before = len(old.requests)
        assert served.ask()[0] == 200
        assert len(old.requests) == before


def test_an_address_that_closes_is_left_at_once() -> None:
    with FakeProvider("openai_chat") as new, running(new.key) as served:
        with FakeProvider("openai_chat", key=new.key) as old:
            served.loop.ports = [port(old)]
            assert served.ask()[0] == 200
            served.loop.ports = [port(new)]
        assert served.ask()[0] == 200
        assert len(new.requests) == 1


def test_the_next_address_is_tried_where_one_is_dead() -> None:
    with socket.socket() as nobody, FakeProvider("openai_chat") as alive, running(alive.key) as served:
        nobody.bind(("127.0.0.1", 0))
        served.loop.ports = [nobody.getsockname()[1], port(alive)]
        assert served.ask()[0] == 200


def test_a_name_that_is_gone_is_told_and_looked_up_again() -> None:
    with FakeProvider("openai_chat") as fake, running(fake.key) as served:
        status, body = served.ask()
        assert status == 502
        assert "could not be looked up" in body
        served.loop.ports = [port(fake)]
        assert served.ask()[0] == 200
