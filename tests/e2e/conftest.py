"""One real gateway (`accord serve` in a process of its own) in front of an imitation of each of the twelve providers."""

import contextlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from accord.testing.fake import FakeProvider, Route, Vendor
from accord.testing.fake.gemini.endpoint import CountTokens
from accord.testing.fake.hosts import HOSTS
from accord.testing.fake.vendor import Endpoint

KEY = "sk-test-gateway"

MODELS: Mapping[str, str] = {
    "openai": "gpt-5.4-mini",
    "anthropic": "claude-sonnet-4-6",
    "azure": "prod",
    "mistral": "mistral-small-2603",
    "deepseek": "deepseek-flash",
    "moonshot": "kimi-k3",
    "meta_llama": "muse-spark-1.3",
    "openrouter": "vendor/model",
    "vertex_ai": "gemini-2.5-flash",
    "v0": "v0-1.5-md",
    "deepinfra": "org/model",
    "azure_ai": "DeepSeek-V4-Pro",
}
"""A model of each provider."""


MORE: Mapping[str, tuple[str, Endpoint]] = {
    "vertex_ai": ("/v1/projects/p/locations/global/publishers/google/models/{model}:countTokens", CountTokens()),
}
"""What providers have beside the wire of most of their callers: counting."""


def _vendor(name: str) -> Vendor:
    vendor = HOSTS["openai" if name == "responses" else name]
    if name not in MORE:
        return vendor
    path, endpoint = MORE[name]
    return msgspec.structs.replace(vendor, routes=(*vendor.routes, Route("POST", path, endpoint)))


@dataclass
class House:
    """The gateway, and the providers behind it."""

    origin: str
    fakes: Mapping[str, FakeProvider]
    key: str = KEY

    @property
    def names(self) -> tuple[str, ...]:
        """The providers, by type; `responses` is OpenAI's, spoken to on its Responses API alone."""
        return tuple(self.fakes)

    def model(self, name: str) -> str:
        """What callers name to reach a provider."""
        return f"{name}/{MODELS.get(name, MODELS['openai'])}"


def _entry(name: str, fake: FakeProvider) -> str:
    fields = {"type": name, "api_key": fake.key, "base_url": f'"{fake.url}"', "retries": "0"}
    if name == "vertex_ai":
        fields |= {"project": "p", "access_token": fields.pop("api_key")}
    if name == "responses":
        fields |= {"type": "openai", "dialect": "openai_responses"}
    return f"  {name}: {{{', '.join([f'{key}: {value}' for key, value in fields.items()])}}}\n"


def _port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        found = re.search(r"ready on http://\S+?:(\d+)", line)
        if found is not None:
            return int(found[1])
    raise AssertionError("the gateway did not start:\n" + "".join(said))


def _read_away(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    for _ in process.stdout:
        pass


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with contextlib.ExitStack() as stack:
        names = (*HOSTS, "responses")
        # OpenRouter has fields beside OpenAI's, which a strict OpenAI would refuse.
        fakes = {
            name: stack.enter_context(FakeProvider(vendor=_vendor(name), strict=name != "openrouter", remembers=20))
            for name in names
        }
        path: Path = tmp_path_factory.mktemp("house") / "accord.yaml"
        entries = "".join([_entry(name, fake) for name, fake in fakes.items()])
        settings = f"{{port: 0, keys: [{{name: app, key: {KEY}}}]}}"
        path.write_text(f"gateway: {settings}\nproviders:\n{entries}")
        clean = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        program = "from accord.cli.main import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", program, "serve", "--config", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**clean, "PYTHONUNBUFFERED": "1"},
        )
        # What it says once it is ready is read away, so that the pipe never fills.
        reader = threading.Thread(target=_read_away, args=(process,), daemon=True)
        try:
            port = _port(process)
            reader.start()
            yield House(f"http://127.0.0.1:{port}", fakes)
        finally:
            process.terminate()
            process.wait(20)
            if reader.ident is not None:
                reader.join(5)
            if process.stdout is not None:
                process.stdout.close()
