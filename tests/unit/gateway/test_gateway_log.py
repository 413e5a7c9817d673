"""One line a request, one more for a failure, and nothing of what people wrote."""

import asyncio
import atexit
import gc
import json
import logging
from typing import Any

import pytest

from accord.core.attempt import Attempt
from accord.core.error import InvalidInput, RateLimited, unreachable
from accord.core.usage import Usage
from accord.gateway import log
from accord.gateway.config import LoggingSettings
from accord.gateway.http import Request
from accord.gateway.log_writer import LineWriter
from accord.gateway.visit import Visit


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    writer = LineWriter()
    monkeypatch.setattr(log, "lines", writer)
    monkeypatch.setattr(atexit, "register", lambda _: None)

    def read() -> list[str]:
        writer.close()
        return capfd.readouterr().out.splitlines()

    yield read
    log.lifecycle.handlers = []
    log.lifecycle.propagate = True
    for name in ("uvicorn", "asyncio"):
        server = logging.getLogger(name)
        server.handlers, server.propagate = [], True
        server.setLevel(logging.NOTSET)


def visited(path: str = "/v1/chat/completions", **facts: object) -> Visit:
    visit = Visit(Request(method="POST", path=path, peer="127.0.0.1"), "req_1", 1.0)
    visit.status = 200
    for name, value in facts.items():
        setattr(visit, name, value)
    return visit


def attempt() -> Attempt:
    return Attempt(provider="lab", model="m")


def test_an_access_line_in_json(lines) -> None:  # type: ignore[no-untyped-def]
    settings = LoggingSettings(format="json")
    log.set_up(settings)
    log.GatewayLog(settings).finished(
        visited(usage=Usage(input=3, output=4, reasoning=1), first=1.1, attempts=(attempt(), attempt())), 1.25
    )
    (line,) = [json.loads(line) for line in lines()]
    assert {
        "request_id": "req_1",
        "method": "POST",
        "path": "/v1/chat/completions",
        "status": 200,
    }.items() <= line.items()
    assert (line["ms"], line["input"], line["output"], line["level"], line["event"]) == (250.0, 3, 4, "info", "request")
    assert (line["first_ms"], line["reasoning"], line["attempts"]) == (100.0, 1, 2)
    assert "cost" not in line


def test_an_access_line_for_people_cannot_be_forged(lines) -> None:  # type: ignore[no-untyped-def]
    log.set_up(LoggingSettings())
    log.GatewayLog(LoggingSettings()).finished(visited(path='/x\n2026 INFO request status=200 "é'), 1.0)
    (line,) = lines()
    assert "INFO request request_id=req_1 method=POST path=" in line


def test_a_failure_has_a_line_of_its_own(lines) -> None:  # type: ignore[no-untyped-def]
    settings = LoggingSettings(format="json")
    log.set_up(settings)
    error = RateLimited(
        "slow down, you who wrote: secret plans", provider="lab", model="m", status=429, code="busy", request_id="up_1"
    )
    log.GatewayLog(settings).finished(visited(status=429, error=error), 1.0)
    access, failure = [json.loads(line) for line in lines()]
    assert (access["event"], access["error"], access["status"]) == ("request", "rate_limited", 429)
    assert (failure["event"], failure["error"], failure["provider"], failure["code"], failure["upstream_id"]) == (
        "failure",
        "rate_limited",
        "lab",
        "busy",
        "up_1",
    )
    assert "secret" not in str(failure)


def test_who_left_before_an_answer_has_a_status_of_its_own(lines) -> None:  # type: ignore[no-untyped-def]
    settings = LoggingSettings(format="json")
    log.set_up(settings)
    log.GatewayLog(settings).finished(visited(status=0, stopped="left"), 1.0)
    line = json.loads(lines()[0])
    assert (line["status"], line["stopped"]) == (499, "left")


def test_accords_own_words_are_logged(lines) -> None:  # type: ignore[no-untyped-def]
    settings = LoggingSettings(format="json")
    log.set_up(settings)
    log.GatewayLog(settings).finished(visited(error=unreachable("no route to host", sent="no", phase="connect")), 1.0)
    assert json.loads(lines()[1])["message"] == "no route to host"


def test_what_is_wrong_in_a_request_may_quote_it_and_is_not_logged(lines) -> None:  # type: ignore[no-untyped-def]
    settings = LoggingSettings(format="json")
    log.set_up(settings)
    log.GatewayLog(settings).finished(visited(error=InvalidInput("'secret plans' is no role")), 1.0)
    assert "secret" not in "".join(lines())


def test_prompts_are_logged_where_asked_for(lines) -> None:  # type: ignore[no-untyped-def]
    settings = LoggingSettings(format="json", prompts=True)
    log.set_up(settings)
    written = log.GatewayLog(settings)
    assert written.exposes
    written.finished(visited(prompt=b'{"a": "plans"}', answered=[b"an", b"swer"]), 1.0)
    assert json.loads(lines()[1]) | {"time": 0} == {
        "time": 0,
        "level": "info",
        "event": "prompt",
        "request_id": "req_1",
        "prompt": '{"a": "plans"}',
        "answer": "answer",
    }


def test_a_bug_shows_frames_and_no_text(lines) -> None:  # type: ignore[no-untyped-def]
    log.set_up(LoggingSettings())
    try:
        raise ValueError("secret plans")
    except ValueError as error:
        log.GatewayLog(LoggingSettings()).broke(visited(), error)
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    text = "\n".join(lines())
    assert "ValueError" in text
    assert "test_gateway_log.py" in text
    assert "secret" not in text


async def test_what_the_loop_says_is_a_line_like_others(lines: Any) -> None:
    log.set_up(LoggingSettings(format="json"))

    async def broken() -> None:
        raise ValueError("secret plans")

    task = asyncio.ensure_future(broken())
    await asyncio.wait([task])
    del task
    gc.collect()
    logging.getLogger("asyncio").warning("SSL connection is closed")
    (told,) = [json.loads(line) for line in lines()]
    assert told["level"] == "error"
    assert told["message"].startswith("Task exception was never retrieved: ValueError\n")
    assert "test_gateway_log.py" in told["message"]
    assert "secret" not in told["message"]


def test_a_share_of_the_requests_is_logged_and_every_failure(lines) -> None:  # type: ignore[no-untyped-def]
    settings = LoggingSettings(sample=0.25)
    log.set_up(settings)
    rolls = iter([0.1, 0.3, 0.9, 0.24])
    written = log.GatewayLog(settings, lambda: next(rolls))
    for number in range(4):
        written.finished(visited(f"/ok/{number}"), 1.0)
    written.finished(visited("/left", stopped="left"), 1.0)
    written.finished(visited("/failed", error=InvalidInput("no")), 1.0)
    paths = [line.split("path=")[1].split()[0] for line in lines() if " request " in line]
    assert paths == ["/ok/0", "/ok/3", "/left", "/failed"]


def test_probes_are_silent_unless_they_fail_or_are_asked_for(lines) -> None:  # type: ignore[no-untyped-def]
    log.set_up(LoggingSettings())
    quiet, loud = log.GatewayLog(LoggingSettings()), log.GatewayLog(LoggingSettings(probes=True))
    quiet.finished(visited("/quiet"), 1.0, probe=True)
    loud.finished(visited("/loud"), 1.0, probe=True)
    quiet.finished(visited("/metrics", error=InvalidInput("no")), 1.0, probe=True)
    paths = [line.split("path=")[1].split()[0] for line in lines() if " request " in line]
    assert paths == ["/loud", "/metrics"]


def test_a_line_that_is_not_written_is_not_built(monkeypatch: pytest.MonkeyPatch, lines) -> None:  # type: ignore[no-untyped-def]
    settings = LoggingSettings(sample=0)
    log.set_up(settings)
    monkeypatch.setattr(log, "line_of", None)
    log.GatewayLog(settings).finished(visited(), 1.0)
    assert lines() == []


def test_lines_of_the_gateway_stand_where_they_belong(lines) -> None:  # type: ignore[no-untyped-def]
    settings = LoggingSettings()
    log.set_up(settings)
    log.lifecycle.info("first")
    log.GatewayLog(settings).finished(visited(), 1.0)
    log.lifecycle.info("last")
    assert [line.split(" ")[2] for line in lines()] == ["first", "request", "last"]
