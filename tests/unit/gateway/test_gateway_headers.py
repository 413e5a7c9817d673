"""Headers of the gateway's own."""

import re
from decimal import Decimal

import pytest

from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.error import InvalidInput, Overloaded, QuotaExceeded, RateLimited, Unsupported
from accord.core.warning import CallWarning
from accord.gateway.headers import (
    ATTEMPTS_LIMIT,
    WARNINGS_LIMIT,
    context_of,
    cost_headers,
    failure_headers,
    target_headers,
    wants_accord,
    warning_headers,
)
from accord.gateway.http import Request
from accord.gateway.request_id import RequestIds
from accord.gateway.visit import Visit


def asking(**headers: str) -> Request:
    return Request(method="POST", path="/", headers=tuple([(k.replace("_", "-"), v) for k, v in headers.items()]))


def warning(text: str) -> CallWarning:
    return CallWarning(kind="dropped", field="x", message=text)


@pytest.mark.parametrize(("text", "seconds"), [("30", 30.0), ("0.25", 0.25), ("1e3", 1000.0)])
def test_a_time_limit(text: str, seconds: float) -> None:
    assert context_of(asking(x_request_timeout=text), "id").deadline == seconds


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "30s", "x" * 1000])
def test_a_time_limit_that_is_none(text: str) -> None:
    with pytest.raises(InvalidInput, match="x-request-timeout") as caught:
        context_of(asking(x_request_timeout=text), "id")
    assert len(caught.value.message) < 200


def test_no_time_limit() -> None:
    assert context_of(asking(), "id").deadline is None


def test_cost_is_written_out() -> None:
    assert cost_headers(Cost(amount=Decimal("0.0000012"))) == (("x-accord-cost", "0.0000012"),)
    assert cost_headers(Cost(amount=Decimal(0))) == (("x-accord-cost", "0"),)


def test_an_unknown_cost_is_not_zero() -> None:
    assert cost_headers(Cost(reason="no price")) == ()
    assert cost_headers(None) == ()


def test_warnings_fit_a_header() -> None:
    ((name, value),) = warning_headers([warning("größer\r\nset-cookie: x"), warning("b")])
    assert name == "x-accord-warnings"
    assert value == "x dropped: gr\\xf6\\xdfer\\r\\nset-cookie: x; x dropped: b"
    assert re.fullmatch(r"[ -~]*", value)


def test_many_warnings_are_shortened() -> None:
    ((_, value),) = warning_headers([warning("y" * 300)] * 50)
    assert len(value) < WARNINGS_LIMIT + 50
    assert value.endswith("; and 44 more")
    ((_, value),) = warning_headers([warning("y" * 9000), warning("z")])
    assert len(value) < WARNINGS_LIMIT + 50


def test_spent_retries_are_said() -> None:
    error = Overloaded("x", retry_after=1.2)
    error.attempts = (Attempt(provider="p", model="m", status=503, error="overloaded"),)
    assert failure_headers(error, retries=2) == (("retry-after", "2"), ("x-should-retry", "false"))
    assert failure_headers(error, retries=0) == (("retry-after", "2"),)
    assert failure_headers(QuotaExceeded("x"), retries=0) == (("x-should-retry", "false"),)
    assert failure_headers(RateLimited("x"), retries=0) == ()
    assert failure_headers(Unsupported("x"), retries=2) == ()


def test_what_was_never_sent_is_the_callers_to_repeat() -> None:
    assert failure_headers(RateLimited("x", retry_after=3.0), retries=2) == (("retry-after", "3"),)


@pytest.mark.parametrize(
    ("value", "wanted"), [("true", True), ("1", True), ("yes", True), ("false", False), ("0", False), ("", False)]
)
def test_the_accord_member_is_asked_for(value: str, wanted: bool) -> None:
    assert wants_accord(asking(x_accord_usage=value)) is wanted
    assert not wants_accord(asking())


@pytest.mark.parametrize("given", ["req_1", "0d0f-AB.c:9/x+=@", "x" * 128])
def test_a_caller_may_name_the_request(given: str) -> None:
    assert RequestIds().of(given) == given


@pytest.mark.parametrize("given", [None, "", "a b", "x\n", "x" * 129, "größe", "a\x00"])
def test_else_it_gets_a_name(given: str | None) -> None:
    ids, others = RequestIds(), RequestIds()
    made = {ids.of(given), ids.of(given), others.of(given), others.of(given)}
    assert len(made) == 4
    assert all(re.fullmatch(r"req_[0-9a-f]{24}", one) for one in made)


@pytest.mark.parametrize(
    "given",
    [
        "00-1-2-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "nonsense",
    ],
)
def test_what_is_no_trace_context_goes_no_further(given: str) -> None:
    request = Request(method="POST", path="/", headers=(("traceparent", given), ("tracestate", "vendor=1")))
    context = context_of(request, "req_1")
    assert (context.traceparent, context.tracestate) == (None, None)


def test_trace_context_goes_on() -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    request = Request(method="POST", path="/", headers=(("traceparent", parent), ("tracestate", "vendor=1")))
    context = context_of(request, "req_1")
    assert (context.traceparent, context.tracestate) == (parent, "vendor=1")


def test_names_that_callers_choose_make_no_long_heads() -> None:
    visit = Visit(Request(method="POST", path="/", headers=()), "id", 0.0)
    visit.attempts = tuple([Attempt(provider="p", model="\u00e9" * 20_000, status=500, error="server_error")] * 30)
    assert all(len(value) < ATTEMPTS_LIMIT + 600 for _, value in target_headers(visit))
