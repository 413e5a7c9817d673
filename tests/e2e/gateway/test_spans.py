"""Spans of a real gateway arrive at a collector, as children of what the caller said."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from accord.testing import FakeProvider

KEY = "sk-test-gateway"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector(HTTPServer):
    """Takes OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Take)
        self.bodies: list[bytes] = []
        self.news = threading.Condition()


class Take(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
        collector = self.server
        assert isinstance(collector, Collector)
        with collector.news:
            collector.bodies.append(body)
            collector.news.notify_all()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(5)


def test_spans_arrive_when_the_gateway_stops(
    start_with: Callable[..., Any], collector: Collector, fake: FakeProvider
) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    endpoint = f"http://127.0.0.1:{collector.server_port}/v1/traces"
    served, _ = start_with(tracing=f'{{enabled: true, endpoint: "{endpoint}", service_name: front}}')
    body = json.dumps({"model": "fast", "messages": [{"role": "user", "content": "secret plans"}]}).encode()
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {KEY}",
        "traceparent": f"00-{TRACE}-{SPAN}-01",
    }
    asked = urllib.request.Request(f"{served.url}/chat/completions", body, headers)
    with urllib.request.urlopen(asked, timeout=20) as answer:
        answer.read()
    served.process.terminate()
    assert served.wait() == 0
    with collector.news:
        assert collector.news.wait_for(lambda: bool(collector.bodies), 10)
    sent = b"".join(collector.bodies)
    assert b"chat gpt-5.4-mini" in sent
    assert bytes.fromhex(TRACE) in sent
    assert bytes.fromhex(SPAN) in sent
    assert b"front" in sent
    assert b"secret plans" not in sent
    assert fake.key.encode() not in sent
    upstream = dict(fake.last.headers)
    assert upstream["traceparent"].split("-")[1] == TRACE
    assert upstream["traceparent"].split("-")[2] != SPAN


def test_without_the_extra_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    from accord.cli.main import run
    from accord.gateway import tracing

    monkeypatch.setattr(tracing, "find_spec", lambda name: None)
    path = tmp_path / "accord.yaml"
    path.write_text("gateway: {port: 0, tracing: {enabled: true}}")
    assert run(["serve", "--config", str(path)]) == 2
    assert "pip install accord[otel]" in capsys.readouterr().err
