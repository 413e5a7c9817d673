import math

import pytest

from accord.core.error import Interrupted, ProviderError, TimedOut, Unreachable
from accord.core.http import Timeouts
from accord.transport.passage import IDLE, MAX_AGE, Passage
from accord.transport.route import Origin

ORIGIN = Origin("https", "api.example", 443)
TIMES = Timeouts(connect=1.0, first_byte=10.0, idle=3.0)
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"
BORN = 100.0


def passage(timeouts: Timeouts = TIMES, ends_at: float = math.inf) -> Passage:
    fresh = Passage(ORIGIN, BORN, None)
    fresh.begin(timeouts, ends_at, bare=False)
    return fresh


def test_each_silence_has_its_own_time() -> None:
    call = passage()
    assert call.patience(50.0) == 60.0
    call.sending = True
    assert call.patience(50.0) == 53.0
    call.sending = False
    call.feed(ANSWER[:-1])
    assert call.patience(50.0) == 53.0


def test_no_silence_outlasts_the_call() -> None:
    assert passage(ends_at=51.0).patience(50.0) == 51.0
    assert passage(Timeouts(first_byte=None), ends_at=70.0).patience(50.0) == 70.0
    assert passage(Timeouts(first_byte=None)).patience(50.0) == math.inf


def told(error: ProviderError | None) -> tuple[str, str, str]:
    assert isinstance(error, (TimedOut, Unreachable))
    return type(error).__name__, error.sent, error.phase


def test_what_ran_out_is_said() -> None:
    call = passage()
    call.sending = True
    late = call.late(60.0)
    assert told(late) == ("TimedOut", "maybe", "head")
    assert "the request was taken within 3 s" in str(late)
    call.sending = False
    late = call.late(60.0)
    assert told(late) == ("TimedOut", "maybe", "head")
    assert "no answer came within 10 s" in str(late)
    call.feed(ANSWER[:10])
    assert told(call.late(60.0)) == ("TimedOut", "yes", "head")
    call.feed(ANSWER[10:-1])
    assert told(call.late(60.0)) == ("TimedOut", "yes", "body")
    assert told(passage(ends_at=60.0).late(60.0)) == ("TimedOut", "maybe", "deadline")


def test_each_end_is_what_it_is() -> None:
    assert told(passage().end()) == ("Unreachable", "maybe", "head")
    assert told(passage().lost(ConnectionResetError(104, "Connection reset by peer"))) == (
        "Unreachable",
        "maybe",
        "head",
    )
    half = passage()
    half.feed(ANSWER[:9])
    assert told(half.lost(None)) == ("Unreachable", "yes", "head")
    cut = passage()
    cut.feed(ANSWER[:-1])
    assert isinstance(cut.end(), Interrupted)
    assert isinstance(cut.lost(None), Interrupted)
    open_ended = passage()
    open_ended.feed(b"HTTP/1.1 200 OK\r\n\r\nhi")
    assert isinstance(open_ended.lost(None), Interrupted)
    assert open_ended.end() is None
    assert open_ended.whole


def test_a_failure_names_the_origin_and_no_more() -> None:
    error = passage().lost(OSError(110, "Connection timed out"))
    assert str(error) == "https://api.example:443: the connection broke before the answer began: Connection timed out"
    assert not error.retryable


@pytest.mark.parametrize(
    ("head", "now", "until"),
    [
        ("", 100.0, 100.0 + IDLE),
        ("keep-alive: timeout=5\r\n", 100.0, 104.0),
        ("keep-alive: timeout=1\r\n", 100.0, 100.0),
        ("keep-alive: timeout=600\r\n", 100.0, 100.0 + IDLE),
        ("connection: close\r\n", 100.0, 100.0),
        ("", BORN + MAX_AGE - 10, BORN + MAX_AGE),
        ("", BORN + MAX_AGE + 10, BORN + MAX_AGE),
    ],
)
def test_a_connection_is_kept_as_long_as_is_safe(head: str, now: float, until: float) -> None:
    call = passage()
    call.feed(ANSWER.replace(b"content-length", head.encode() + b"content-length"))
    assert call.whole
    assert call.kept_until(now) == until


def test_a_connection_whose_request_is_still_going_out_is_not_kept() -> None:
    call = passage()
    call.sending = True
    call.feed(ANSWER)
    assert call.kept_until(100.0) == 100.0
