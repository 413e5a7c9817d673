"""A real gateway (`accord serve` in a process of its own) in front of a real fake provider, for the official SDKs."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from accord.testing import FakeProvider

KEY = "sk-test-gateway"
SERVE = [sys.executable, "-c", "from accord.cli.main import main; main()", "serve"]


class Served:
    """`accord serve` as a process, and what it writes."""

    def __init__(self, *arguments: str, environ: dict[str, str] | None = None) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        self.process = subprocess.Popen(
            [*SERVE, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**clean, "PYTHONUNBUFFERED": "1", **(environ or {})},
        )
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        ready = self.wait_for(r"is ready on https?://\S+?:(\d+)|ready on \S+?:(\d+)")
        self.port = int(ready[1] or ready[2])
        self.origin = f"http://127.0.0.1:{self.port}"
        self.url = f"{self.origin}/v1"

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line.decode().rstrip())
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def wait_for(self, pattern: str, seconds: float = 20.0, since: int = 0) -> re.Match[str]:
        """Waits for a line from the number `since` on; it is looked for at each line."""

        def found() -> re.Match[str] | None:
            return next((hit for line in self.lines[since:] if (hit := re.search(pattern, line))), None)

        with self._news:
            self._news.wait_for(lambda: found() or self._ended, seconds)
            hit = found()
        assert hit, f"no {pattern!r} in:\n" + "\n".join(self.lines)
        return hit

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = 20.0) -> int:
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def connect(self) -> socket.socket:
        """A raw connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


Start = Callable[..., Served]


def config_for(fake: FakeProvider, **settings: str) -> str:
    gateway = {"body_limit_mb": "1", "heartbeat": "30", "drain": "5", **settings}
    lines = "\n".join([f"  {name}: {value}" for name, value in gateway.items()])
    return f"""
gateway:
  port: 0
  keys: [{{name: app, key: {KEY}}}, {{name: narrow, key: sk-test-narrow, models: [fast]}}]
{lines}
providers:
  lab: {{type: compatible, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}
  sure: {{type: compatible, base_url: "{fake.url}", api_key: {fake.key}, retries: 2}}
  again: {{type: openai, base_url: "{fake.url}", api_key: {fake.key}, retries: 2}}
  openai: {{type: openai, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}
models:
  fast: {{targets: [{{provider: openai, model: gpt-5.4-mini}}]}}
"""


@pytest.fixture(scope="session")
def serve() -> type[Served]:
    """For fixtures that start gateways which outlive a test."""
    return Served


@pytest.fixture(scope="session")
def fake() -> Iterator[FakeProvider]:
    with FakeProvider("openai_chat", strict=False) as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(fake: FakeProvider) -> None:
    # What the test before left behind ends first: else its hold would be taken for this test's.
    fake.wait_until(lambda seen: seen.open == 0 and seen.held == 0)
    fake.clear()


@pytest.fixture(scope="session")
def served(fake: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = tmp_path_factory.mktemp("gateway") / "accord.yaml"
    path.write_text(config_for(fake))
    running = Served("--config", str(path))
    yield running
    running.stop()


@pytest.fixture(scope="session", params=["accord", "uvicorn"])
def each_served(
    request: pytest.FixtureRequest, fake: FakeProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The same gateway on each of the servers."""
    path = tmp_path_factory.mktemp("gateway") / "accord.yaml"
    path.write_text(config_for(fake))
    running = Served("--config", str(path), "--server", request.param)
    yield running
    running.stop()


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts gateways of the test's own."""
    with contextlib.ExitStack() as stack:

        def begin(*arguments: str, environ: dict[str, str] | None = None) -> Served:
            running = Served(*arguments, environ=environ)
            stack.callback(running.stop)
            return running

        yield begin


@pytest.fixture
def start_with(start: Start, fake: FakeProvider, tmp_path: Path) -> Callable[..., tuple[Served, Path]]:
    """Starts a gateway with settings of the test's own; gives its file as well."""

    def begin(*arguments: str, **settings: str) -> tuple[Served, Path]:
        path = tmp_path / "accord.yaml"
        path.write_text(config_for(fake, **settings))
        return start("--config", str(path), *arguments), path

    return begin
