"""`/metrics` of real gateways: on each server, over several workers, and behind a key."""

import json
import os
import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accord.testing import FakeProvider

KEY = "sk-test-gateway"


def ask(url: str, **more: object) -> None:
    body = json.dumps({"model": "fast", "messages": [{"role": "user", "content": "Hello"}], **more}).encode()
    asked = urllib.request.Request(
        f"{url}/chat/completions", body, {"content-type": "application/json", "authorization": f"Bearer {KEY}"}
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:
        answer.read()


def scrape(origin: str, key: str | None = None) -> str:
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    with urllib.request.urlopen(urllib.request.Request(f"{origin}/metrics", headers=headers), timeout=5) as answer:
        text: str = answer.read().decode()
    return text


def answered(text: str) -> int:
    found = re.findall(
        r'^accord_requests_total\{gen_ai_request_model="fast",.*accord_key="app".*\} (\d+)$', text, re.MULTILINE
    )
    return sum([int(count) for count in found])


def until(origin: str, count: int) -> None:
    deadline = time.monotonic() + 10
    while (seen := answered(scrape(origin))) != count:
        assert seen <= count
        assert time.monotonic() < deadline, f"{seen} of {count}"
        time.sleep(0.05)


def test_a_scrape_on_each_server(each_served: Any) -> None:
    before = answered(scrape(each_served.origin))
    ask(each_served.url)
    ask(each_served.url, stream=True)
    text = scrape(each_served.origin)
    assert answered(text) == before + 2
    assert re.search(r"^gen_ai_server_time_to_first_token_seconds_count\{.*\} [1-9]", text, re.MULTILINE)
    assert re.search(r"^accord_connections [1-9]", text, re.MULTILINE)
    # The scrape itself, which is of no model and no key.
    assert re.findall(r"^accord_requests_in_flight\{(.*)\} (\d+)$", text, re.MULTILINE) == [
        ('gen_ai_request_model="",gen_ai_provider_name="",accord_key=""', "1")
    ]


def test_what_is_no_request_is_counted_and_logged(each_served: Any) -> None:
    counted = re.compile(
        r'^accord_errors_total\{gen_ai_request_model="".*accord_key="",error_type="not_http"\} (\d+)$', re.MULTILINE
    )

    def count() -> int:
        return sum(map(int, counted.findall(scrape(each_served.origin))))

    before = count()
    with each_served.connect() as sock:
        sock.sendall(b"nonsense\r\n\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 400")
    with each_served.connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n")
        while sock.recv(65536):
            pass
    assert count() == before + 2
    each_served.wait_for(r"WARNING refused status=400 message=.* peer=127\.0\.0\.1")


def test_workers_are_summed_and_lose_nothing_when_one_dies(start_with: Callable[..., Any]) -> None:
    served, _ = start_with("--workers", "2")
    for _ in range(8):
        ask(served.url)
    until(served.origin, 8)
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    time.sleep(0.6)  # each worker publishes twice a second
    os.kill(int(children[0]), signal.SIGKILL)
    served.wait_for("was ended by SIGKILL")
    deadline = time.monotonic() + 10
    for _ in range(4):
        try:
            ask(served.url)
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline
            time.sleep(0.05)
            ask(served.url)
    until(served.origin, 12)


def test_behind_a_key(start_with: Callable[..., Any], fake: FakeProvider) -> None:
    served, _ = start_with(metrics="{key: sk-test-scrape}")
    ask(served.url)
    assert answered(scrape(served.origin, "sk-test-scrape")) == 1
    with pytest.raises(urllib.error.HTTPError) as caught:
        scrape(served.origin, KEY)
    assert caught.value.code == 401
    caught.value.close()
    text = "\n".join(served.lines)
    assert "sk-test-scrape" not in text
    assert fake.key not in scrape(served.origin, "sk-test-scrape")
