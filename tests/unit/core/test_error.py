import pickle
from typing import get_args

import pytest

from accord.core.attempt import Attempt
from accord.core.error import (
    AccordError,
    ConfigError,
    ErrorKind,
    InvalidInput,
    ProviderError,
    RateLimited,
    Unsupported,
    timed_out,
    unreachable,
)


def tree(cls: type[AccordError]) -> list[type[AccordError]]:
    return [cls, *[found for child in cls.__subclasses__() for found in tree(child)]]


def test_every_cause_has_a_kind_of_its_own() -> None:
    kinds = [cls.kind for cls in tree(AccordError)[1:]]
    assert sorted(kinds) == sorted(get_args(ErrorKind))


def test_the_message_tells_where_and_what() -> None:
    error = RateLimited(
        "slow down", provider="openai", model="m", status=429, code="rate_limit_exceeded", request_id="r1"
    )
    assert str(error) == "openai m: slow down (status 429, code rate_limit_exceeded, request id r1)"
    assert error.retryable


def test_provider_errors_survive_pickling() -> None:
    error = RateLimited("slow down", status=429, retry_after=1.5, body=b"{}")
    error.attempts = (Attempt(provider="p", model="m"),)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is RateLimited
    assert (again.retry_after, again.body, again.attempts) == (1.5, b"{}", error.attempts)


@pytest.mark.parametrize("error", [ConfigError("x"), InvalidInput("x", param="a"), Unsupported("x", provider="p")])
def test_own_errors_survive_pickling(error: AccordError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert vars(again) == vars(error)


def test_only_what_was_never_sent_is_safe_to_repeat() -> None:
    assert unreachable("refused", sent="no", phase="connect").retryable
    assert not unreachable("reset", sent="maybe", phase="head").retryable
    assert not timed_out("slow", sent="yes", phase="head").retryable
    assert isinstance(timed_out("slow", sent="yes", phase="head"), ProviderError)
