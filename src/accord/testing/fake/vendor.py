"""Whose API the fake imitates: paths, who is let in, what is served, and how errors are told.

A vendor is a value, so that an imitation of one more is a few lines: other paths and another door over the same wires.
"""

import re
from collections.abc import Callable
from typing import Protocol, TypeAlias

import msgspec

from accord.core.http import Headers
from accord.testing.fake.answer import Answer
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.desk import Desk, Rejected, Visit
from accord.testing.fake.ids import Ids
from accord.testing.fake.node import Node
from accord.testing.fake.seen import SeenRequest

Check: TypeAlias = Callable[[Node], None]
"""A further rule of some vendor, of a request whose shape is right. Raises `Rejected`."""


class Endpoint(Protocol):
    """Serves one operation."""

    def serve(self, visit: Visit) -> Answer:
        """The answer. Raises `Rejected`, and `ValueError` for a script that the wire cannot say."""
        ...


class Door(Protocol):
    """Who is let in."""

    def refusal(self, request: SeenRequest, key: str | None) -> Failure | None:
        """Why the request may not come in with `key` as the only good key; `None` lets it in. No key: everybody may."""
        ...


class Teller(Protocol):
    """How a vendor's errors look."""

    def request_id(self, ids: Ids) -> str:
        """A fresh id for a request."""
        ...

    def headers(self, request_id: str) -> Headers:
        """The headers of every answer."""
        ...

    def body(self, failure: Failure, request_id: str) -> bytes:
        """An error as the body of an answer."""
        ...

    def not_found(self, request: SeenRequest) -> Failure:
        """There is no such path."""
        ...

    def too_large(self, limit: int) -> Failure:
        """The body is longer than `limit` bytes."""
        ...


class Route(msgspec.Struct, frozen=True):
    """A path and what serves it. `{name}` stands for the rest up to the next fixed part, slashes included."""

    method: str
    path: str
    endpoint: Endpoint

    @property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression."""
        parts = re.split(r"\{(\w+)\}", self.path)
        return re.compile(
            "".join([f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts)])
        )


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """An API."""

    name: str
    base: str
    """What the vendor's own SDK has at the end of its base URL: `/v1` or nothing."""
    door: Door
    teller: Teller
    routes: tuple[Route, ...]


class Reception:
    """Answers every request to one vendor's API."""

    def __init__(self, vendor: Vendor, desk: Desk) -> None:
        self._vendor = vendor
        self._desk = desk
        self._routes = [(route.method, route.pattern, route.endpoint) for route in vendor.routes]

    def answer(self, request: SeenRequest) -> Answer:
        """The answer, errors in the vendor's shape included. Raises for a script that cannot be said."""
        teller = self._vendor.teller
        request_id = teller.request_id(self._desk.ids)
        try:
            answer = self._served(request, request_id)
        except Rejected as rejected:
            answer = refused(rejected.failure, teller, request_id)
        return msgspec.structs.replace(answer, headers=(*teller.headers(request_id), *answer.headers))

    def _served(self, request: SeenRequest, request_id: str) -> Answer:
        teller, account = self._vendor.teller, self._desk.account
        refusal = self._vendor.door.refusal(request, account.key)
        if refusal is not None:
            raise Rejected(refusal)
        if len(request.body) > account.body_limit:
            raise Rejected(teller.too_large(account.body_limit))
        for method, pattern, endpoint in self._routes:
            found = pattern.fullmatch(request.path) if method == request.method else None
            if found is not None:
                return endpoint.serve(Visit(request, found.groupdict(), self._desk, request_id))
        raise Rejected(teller.not_found(request))


def refused(failure: Failure, teller: Teller, request_id: str, status: int | None = None) -> Answer:
    """A failure as an answer. `status` lies about its status."""
    body = teller.body(failure, request_id) if failure.body is None else failure.body
    return Answer(
        status=failure.status if status is None else status,
        headers=failure.headers,
        content_type=failure.content_type,
        pieces=(body,),
        delivery=failure.delivery,
    )
