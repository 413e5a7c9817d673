"""Keys are found by hash, wherever a client of whichever API puts them."""

from hashlib import sha256

import pytest

from accord.gateway.config import KeySettings
from accord.gateway.http import Request
from accord.gateway.key import ANYBODY, Keyring


def asking(path: str = "/v1/models", query: str = "", **headers: str) -> Request:
    pairs = tuple([(name.replace("_", "-"), value) for name, value in headers.items()])
    return Request(method="GET", path=path, query=query, headers=pairs)


RING = Keyring(
    [KeySettings(name="app", key="sk-test-1"), KeySettings(name="lab", key="sk-test-2", models=("lab/*", "fast"))]
)


@pytest.mark.parametrize(
    "request_",
    [
        asking(authorization="Bearer sk-test-1"),
        asking(authorization="bearer   sk-test-1 "),
        asking(api_key="sk-test-1"),
        asking(x_api_key="sk-test-1"),
        asking(x_goog_api_key="sk-test-1"),
        asking(path="/v1beta/models", query="alt=sse&key=sk-test-1"),
        asking(authorization="Bearer wrong", x_api_key="sk-test-1"),
    ],
)
def test_a_known_key_is_found(request_: Request) -> None:
    key = RING.find(request_)
    assert key is not None
    assert key.name == "app"


@pytest.mark.parametrize(
    "request_",
    [
        asking(),
        asking(authorization="sk-test-1"),
        asking(authorization="Basic sk-test-1"),
        asking(authorization="Bearer sk-test-"),
        asking(authorization="Bearer " + sha256(b"sk-test-1").hexdigest()),
        asking(x_api_key=""),
        asking(query="key=sk-test-1"),
        asking(authorization="Bearer \xff\u0100"),
    ],
)
def test_no_other_key_is(request_: Request) -> None:
    assert RING.find(request_) is None


def test_a_key_can_be_configured_by_its_hash() -> None:
    ring = Keyring([KeySettings(name="app", key="sha256:" + sha256(b"sk-test-1").hexdigest())])
    assert ring.find(asking(x_api_key="sk-test-1")) is not None
    assert ring.find(asking(x_api_key="sha256:" + sha256(b"sk-test-1").hexdigest())) is None


def test_a_key_beyond_latin_letters_arrives_as_utf8() -> None:
    ring = Keyring([KeySettings(name="app", key="schlüssel")])
    assert ring.find(asking(x_api_key="schlüssel".encode().decode("latin-1"))) is not None


def test_no_key_configured_lets_anybody_in() -> None:
    assert Keyring([]).find(asking()) is ANYBODY
    assert Keyring([]).is_open
    assert not RING.is_open


def test_patterns_bound_the_models() -> None:
    lab = RING.find(asking(x_api_key="sk-test-2"))
    assert lab is not None
    assert lab.allows("lab/any/model")
    assert lab.allows("whatever", "lab/x")
    assert lab.allows("fast")
    assert not lab.allows("faster", "openai/fast")
    assert not lab.allows("lab")


def test_no_patterns_allow_nothing() -> None:
    ring = Keyring([KeySettings(name="none", key="k", models=())])
    key = ring.find(asking(x_api_key="k"))
    assert key is not None
    assert not key.allows("")
    assert not key.allows("x")


def test_only_hashes_are_kept() -> None:
    key = RING.find(asking(x_api_key="sk-test-1"))
    assert key is not None
    held = [getattr(key, name) for name in key.__slots__]
    assert not any("sk-test-1" in str(value) for value in held)
