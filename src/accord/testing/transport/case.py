"""What a case of the suite is, and what it has to work with."""

import ssl
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import TypeAlias, TypeVar

import msgspec

from accord.core.blob import Data
from accord.core.http import Call, Headers, Network, Timeouts
from accord.testing.transport.origin import PATIENCE, Origin, Script
from accord.testing.transport.subject import Implementation, Kind, Subject, read_all

E = TypeVar("E", bound=BaseException)

UNHURRIED = Timeouts(connect=5.0, first_byte=5.0, idle=5.0)
"""Timeouts that no case is meant to reach."""

DIRECT = Network()


class Certificates(msgspec.Struct, frozen=True, kw_only=True):
    """What TLS needs, made by the caller (with trustme, say). Nothing of it is trusted by the system."""

    server: ssl.SSLContext
    """Of a server at `127.0.0.1` and `localhost`, that asks for no client certificate."""
    strict_server: ssl.SSLContext
    """The same, that lets in only clients with a certificate of the same authority."""
    stranger: ssl.SSLContext
    """Of a server at another name, by the same authority."""
    ca_file: Path
    """The authority of all of them."""
    client_cert: Path
    """A certificate and key of a client, by the same authority."""


class Lab:
    """A transport, and servers for it to talk to, for the time of one case."""

    def __init__(self, implementation: Implementation, certificates: Certificates) -> None:
        self.implementation = implementation
        self.certificates = certificates
        self._stack = ExitStack()
        self._subject: Subject | None = None

    @property
    def subject(self) -> Subject:
        """The transport, made when it is first asked for."""
        if self._subject is None:
            self._subject = self.implementation.subject()
            self._stack.callback(self._subject.close)
        return self._subject

    def origin(self, script: Script, *, tls: ssl.SSLContext | None = None) -> AbstractContextManager[Origin]:
        """A server that follows `script`."""
        return Origin(script, tls=tls)

    def call(
        self,
        url: str,
        *,
        method: str = "POST",
        headers: Headers = (),
        body: Data = b"{}",
        timeouts: Timeouts = UNHURRIED,
        network: Network = DIRECT,
    ) -> Call:
        """A call."""
        return Call(method=method, url=url, headers=headers, body=body, timeouts=timeouts, network=network)

    def get(self, call: Call) -> bytes:
        """The whole body of the answer to `call`."""
        return read_all(self.subject.start(call))

    def fails(self, kind: type[E], call: Call) -> E:
        """The failure of `kind` that `call` ends with."""
        return failure(kind, lambda: self.get(call))

    def pause(self, seconds: float) -> None:
        """Lets time pass, where a case is about time."""
        time.sleep(seconds)

    def until(self, happened: Callable[[], bool], *, within: float = PATIENCE) -> None:
        """Waits for something that happens elsewhere. Fails when it does not, `within` so many seconds."""
        patience = time.monotonic() + within
        while not happened():
            assert time.monotonic() < patience, "it never happened"
            time.sleep(0.001)

    def limited(self, connections: int) -> Network:
        """A network profile with at most so many connections."""
        return Network(max_connections=connections)

    def trusting(self, *, client_cert: bool = False) -> Network:
        """A network profile that trusts the authority of the certificates."""
        certificate = str(self.certificates.client_cert) if client_cert else None
        return Network(ca_file=str(self.certificates.ca_file), client_cert=certificate)

    def trusting_through(self, proxy: str) -> Network:
        """The same, through a proxy."""
        return Network(ca_file=str(self.certificates.ca_file), proxy=proxy)

    def __enter__(self) -> "Lab":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


Check: TypeAlias = Callable[[Lab], None]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One thing every transport does. `check` raises `AssertionError`, or anything else, where it does not."""

    name: str
    check: Check
    kinds: frozenset[Kind]
    pieces: bool = False
    """Whether it is about an answer that comes in pieces."""

    def applies(self, implementation: Implementation) -> bool:
        """Whether the case makes sense for `implementation`."""
        return implementation.kind in self.kinds and not (self.pieces and implementation.whole)

    def run(self, implementation: Implementation, certificates: Certificates) -> None:
        """Checks `implementation`."""
        with Lab(implementation, certificates) as lab:
            self.check(lab)


_BOTH: frozenset[Kind] = frozenset({"asyncio", "blocking"})


def case(check: Check, *, pieces: bool = False) -> Case:
    """A case for every transport, named as its function; `pieces`: whose answers come in pieces."""
    return Case(name=check.__name__, check=check, kinds=_BOTH, pieces=pieces)


def asyncio_case(check: Check, *, pieces: bool = False) -> Case:
    """A case for transports under asyncio, named as its function; `pieces` as above."""
    return Case(name=check.__name__, check=check, kinds=frozenset({"asyncio"}), pieces=pieces)


def failure(kind: type[E], act: Callable[[], object]) -> E:
    """The failure of `kind` that `act` ends with. Anything else is an `AssertionError`."""
    try:
        outcome = act()
    except kind as error:
        return error
    except Exception as error:
        raise AssertionError(f"{kind.__name__} expected, not {type(error).__name__}: {error}") from error
    raise AssertionError(f"{kind.__name__} expected, not {outcome!r}")
