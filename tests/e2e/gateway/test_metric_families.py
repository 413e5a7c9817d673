"""Every family of `/metrics`, from a real gateway of two workers, read by Prometheus' own parser."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accord.testing import Delivery, Failure, FakeProvider, Hold, Reply

CONFIG = """
gateway:
  port: 0
  workers: 2
  keys: [{{name: app, key: sk-test-app}}, {{name: batch, key: sk-test-batch}}]
providers:
  openai: {{type: openai, base_url: "{url}", api_key: {key}, retries: 0}}
  lab: {{type: compatible, base_url: "{url}", api_key: {key}, retries: 0}}
models:
  fast:
    targets: [{{provider: openai, model: gpt-5.4-mini, concurrency: 4}}, {{provider: lab, model: spare, tier: 1}}]
"""

WHOSE = {"gen_ai_request_model", "gen_ai_provider_name", "accord_key"}
FAMILIES = {
    "accord_requests": ("counter", WHOSE | {"http_response_status_code"}),
    "accord_errors": ("counter", WHOSE | {"error_type"}),
    "gen_ai_server_request_duration_seconds": ("histogram", WHOSE),
    "gen_ai_server_time_to_first_token_seconds": ("histogram", WHOSE),
    "accord_tokens": ("counter", WHOSE | {"gen_ai_token_type"}),
    "accord_usage_unknown": ("counter", WHOSE),
    "accord_cost_usd": ("counter", WHOSE),
    "accord_cost_unknown": ("counter", WHOSE),
    "accord_retries": ("counter", WHOSE),
    "accord_attempts": ("counter", {"gen_ai_provider_name", "error_type"}),
    "accord_requests_in_flight": ("gauge", WHOSE),
    "accord_requests_waiting": ("gauge", {"accord_target"}),
    "accord_connections": ("gauge", set[str]()),
    "accord_log_lines_lost": ("counter", set[str]()),
    "accord_build_info": ("gauge", {"version"}),
}

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(served: Any) -> tuple[dict[str, Any], Samples]:
    parser = pytest.importorskip("prometheus_client.parser")
    with urllib.request.urlopen(f"{served.origin}/metrics", timeout=5) as answer:
        families = {family.name: family for family in parser.text_string_to_metric_families(answer.read().decode())}
    samples = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families.values()
        for sample in family.samples
    }
    return families, samples


def total(samples: Samples, name: str, **labels: str) -> float:
    wanted = set(labels.items())
    return sum(value for (found, pairs), value in samples.items() if found == name and wanted <= pairs)


def ask(served: Any, model: str, key: str = "app", **more: object) -> int:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Hi"}], **more}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer sk-test-{key}"}
    asked = urllib.request.Request(f"{served.url}/chat/completions", body, headers)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            error.read()
        return error.code


def until(served: Any, look: Callable[[Samples], bool]) -> tuple[dict[str, Any], Samples]:
    """What other workers did is told within half a second."""
    deadline = time.monotonic() + 10
    while True:
        families, samples = scraped(served)
        if look(samples):
            return families, samples
        assert time.monotonic() < deadline, samples
        time.sleep(0.05)


def test_every_family_over_workers_and_a_reload(start: Callable[..., Any], fake: FakeProvider, tmp_path: Path) -> None:
    path = tmp_path / "accord.yaml"
    path.write_text(CONFIG.format(url=fake.url, key=fake.key))
    served = start("--config", str(path))
    for _ in range(4):
        assert ask(served, "fast") == 200
    assert ask(served, "fast", "batch", stream=True) == 200
    fake.script(Failure(status=500))
    assert ask(served, "fast") == 200, "the spare one answers"
    fake.script(Failure(status=429))
    assert ask(served, "lab/whatever") == 429
    # Names that callers make up, and keys that nobody knows.
    assert [ask(served, f"lab/made-up-{number}") for number in range(30)] == [200] * 30
    assert ask(served, "fast", "nobody") == 401
    assert ask(served, "nowhere/x") == 404

    families, samples = until(served, lambda found: total(found, "accord_requests_total") == 39)
    assert set(families) == set(FAMILIES)
    for name, (kind, labels) in FAMILIES.items():
        assert families[name].type == kind, name
        assert families[name].documentation, name
        for sample in families[name].samples:
            assert set(sample.labels) - {"le"} == labels, sample
    assert total(samples, "accord_requests_total", gen_ai_request_model="fast", accord_key="app") == 5
    assert total(samples, "accord_requests_total", gen_ai_request_model="other", gen_ai_provider_name="lab") == 31
    assert total(samples, "accord_requests_total", http_response_status_code="401", accord_key="") == 1
    assert total(samples, "accord_errors_total", error_type="rate_limited", gen_ai_provider_name="lab") == 1
    assert total(samples, "accord_errors_total", error_type="authentication") == 1
    assert total(samples, "accord_retries_total", gen_ai_request_model="fast") == 1
    assert total(samples, "accord_attempts_total", gen_ai_provider_name="openai", error_type="") == 5
    assert total(samples, "accord_attempts_total", gen_ai_provider_name="openai", error_type="server_error") == 1
    assert total(samples, "accord_cost_usd_total", gen_ai_provider_name="openai") > 0
    assert total(samples, "accord_cost_unknown_total", gen_ai_request_model="other") == 30
    assert total(samples, "accord_tokens_total", gen_ai_token_type="output") > 0
    first = "gen_ai_server_time_to_first_token_seconds_count"
    assert total(samples, first, accord_key="batch") == total(samples, first) == 1
    assert total(samples, "gen_ai_server_request_duration_seconds_count") == 39
    names = {value for _, pairs in samples for label, value in pairs if label == "gen_ai_request_model"}
    assert names == {"fast", "other", ""}

    # A call is being served, whichever worker is asked.
    fake.script(Reply(delivery=Delivery(fault=Hold())))
    with served.connect() as sock:
        body = b'{"model":"fast","messages":[{"role":"user","content":"Hi"}]}'
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer sk-test-app\r\ncontent-length: {len(body)}\r\n"
        sock.sendall(head.encode() + b"\r\n" + body)
        fake.wait_until(lambda seen: seen.held == 1)
        whose = {"gen_ai_request_model": "fast", "gen_ai_provider_name": "openai", "accord_key": "app"}
        until(served, lambda found: total(found, "accord_requests_in_flight", **whose) == 1)
        served.signal(signal.SIGHUP)
        served.wait_for("serving by the new configuration")
        fake.release()
        assert sock.recv(100).startswith(b"HTTP/1.1 200")
    # Nothing is lost by the reload, and nothing is in flight any more.
    _, after = until(served, lambda found: total(found, "accord_requests_total") == 40)
    until(served, lambda found: total(found, "accord_requests_in_flight", accord_key="app") == 0)
    for (name, pairs), value in samples.items():
        if re.search(r"_(total|count|bucket|sum)$", name):
            assert after[name, pairs] >= value, (name, pairs)


def test_tracing_that_is_off_is_not_even_loaded(fake: FakeProvider, tmp_path: Path) -> None:
    path = tmp_path / "accord.yaml"
    path.write_text(CONFIG.format(url=fake.url, key=fake.key))
    program = f"""
import asyncio, sys
from accord.engine.run_async import AsyncEngine
from accord.gateway import build
from accord.gateway.config import load_config
from pathlib import Path
config = load_config(Path({str(path)!r}), {{}})
engines = []
build.AsyncEngine = lambda *given: engines.append(given) or AsyncEngine(*given)
async def run():
    await build.gateway(config).close()
asyncio.run(run())
assert len(engines) == 1, "no engine that tells observers"
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
