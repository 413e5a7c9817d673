"""What the pages take for granted: keys in the environment, with fakes behind them, and a gateway on its usual port."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from accord.testing import FakeProvider
from accord.testing.fake.hosts import HOSTS

ROOT = Path(__file__).resolve().parents[2]

VARIABLES = {"openai": "OPENAI", "anthropic": "ANTHROPIC", "openrouter": "OPENROUTER"}


@pytest.fixture(autouse=True)
def key_in_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys of three providers, and the addresses of their fakes. Programs are those of this source."""
    with ExitStack() as running:
        for host, name in VARIABLES.items():
            wire = "anthropic_messages" if host == "anthropic" else "openai_chat"
            fake = running.enter_context(FakeProvider(wire, vendor=HOSTS[host], strict=host != "openrouter"))
            monkeypatch.setenv(f"{name}_API_KEY", fake.key)
            monkeypatch.setenv(f"{name}_BASE_URL", fake.url)
        monkeypatch.setenv("ACCORD_KEY", "sk-test-of-the-page")
        monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
        yield


@contextmanager
def serving(*arguments: str, folder: Path, environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """A gateway of its own process, at any free port. Gives its address, once it is ready."""
    command = [sys.executable, "-m", "accord", "serve", *arguments, "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder, env=environ
    ) as process:
        assert process.stdout is not None
        told = before = ""
        while " is ready on " not in told:
            told = process.stdout.readline()
            before += told
            assert told, f"it ended before it was ready: {before}"
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield told.partition(" is ready on ")[2].partition(" (")[0]
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.fixture
def serve() -> Callable[..., object]:
    """Starts gateways."""
    return serving


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[str]:
    """As it is without any key: with the fake that it brings along."""
    with serving(folder=tmp_path, environ={"PYTHONPATH": os.environ["PYTHONPATH"]}) as url:
        yield url


@pytest.fixture
def gateway_of_mistral(tmp_path: Path) -> Iterator[str]:
    """One that has Mistral's models."""
    with FakeProvider(vendor=HOSTS["mistral"]) as fake:
        settings = f"providers: {{mistral: {{type: mistral, api_key: {fake.key}, base_url: '{fake.url}'}}}}"
        (tmp_path / "accord.yaml").write_text(settings)
        with serving("--config", "accord.yaml", folder=tmp_path) as url:
            yield url
