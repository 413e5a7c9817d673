"""A gateway without keys answers programs on its own machine, and no web page."""

import pytest

from accord.gateway.http import Request
from accord.gateway.origin import foreign, is_loopback


def asking(peer: str = "127.0.0.1", **headers: str) -> Request:
    return Request(method="POST", path="/", headers=tuple(headers.items()), peer=peer)


@pytest.mark.parametrize(
    "request_",
    [
        asking(host="127.0.0.1:4000"),
        asking(host="localhost:4000"),
        asking(host="LOCALHOST"),
        asking(host="[::1]:4000", peer="::1"),
        asking(host="127.0.0.9"),
        asking(host="app.localhost:1"),
        asking(host="localhost", origin="http://localhost:3000"),
        asking(host="localhost", origin="http://127.0.0.1"),
        asking(host="localhost", peer=""),
    ],
)
def test_own(request_: Request) -> None:
    assert foreign(request_) is None


@pytest.mark.parametrize(
    "request_",
    [
        asking(),
        asking(host=""),
        asking(host="attacker.test"),
        asking(host="attacker.test:4000"),
        asking(host="localhost.attacker.test"),
        asking(host="127.0.0.1.attacker.test"),
        asking(host="notlocalhost"),
        asking(host="[::1"),
        asking(host="192.168.0.5:4000"),
        asking(host="user@attacker.test"),
        asking(host="localhost@attacker.test"),
        asking(host="localhost", origin="https://attacker.test"),
        asking(host="localhost", origin="null"),
        asking(host="localhost", origin=""),
        asking(host="localhost", origin="http://localhost.attacker.test"),
        asking(host="localhost", peer="192.168.0.7"),
    ],
)
def test_foreign(request_: Request) -> None:
    assert foreign(request_) is not None


def test_addresses() -> None:
    assert is_loopback("127.255.0.1")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("::")
    assert not is_loopback("example.test")
