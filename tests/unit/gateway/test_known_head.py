"""Whether a head is known or not, its connection is read alike."""

from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.dialects import openai_chat
from accord.gateway import refusal
from accord.gateway.config import LimitSettings
from accord.gateway.endpoint import Endpoint
from accord.gateway.http import Request, Response
from accord.gateway.key import ANYBODY
from accord.gateway.server.head import BadRequest
from accord.gateway.server.known_head import KnownHead, KnownHeads
from accord.gateway.server.reader import RequestReader, Waiting
from accord.gateway.service import Admission, Entry, Service, refused
from accord.gateway.visit import Visit

BODY_LIMIT = 60
ENDPOINT = Endpoint(method="POST", path="/v1/chat/completions", fail=openai_chat.fail)
LIMITS = LimitSettings(headers=6, head_kb=1)
NOBODY = cast("Service", None)


class Door:
    """As much of a service as lets requests in again."""

    body_limit = BODY_LIMIT

    def __init__(self, owner: "Owner") -> None:
        self._owner = owner

    def enter_again(self, request: Request, started: float, before: Admission) -> Entry | None:
        assert started == 0.0
        return self._owner.enter_again(request, before)


class Owner:
    """Writes down what a reader says."""

    def __init__(
        self, heads: KnownHeads | None = None, peer: str = "127.0.0.1", limits: LimitSettings = LIMITS
    ) -> None:
        self.told: list[object] = []
        self.known = 0
        self.reader = RequestReader(
            peer=peer,
            heads=heads or KnownHeads(),
            limits=limits,
            enter=self.enter,
            enter_again=self.enter_again,
            go_on=lambda: self.told.append("go on"),
            done=self.done,
        )
        self.reader.body_limit = BODY_LIMIT

    def enter(self, request: Request) -> Entry:
        # The length is told by the body, where a head comes again.
        headers = tuple(line for line in request.headers if line[0] != "content-length")
        named = {name: value for name, value in request.named.items() if name != "content-length"}
        self.told.append((request.method, request.path, request.query, headers, named, request.peer))
        error = refusal.too_large(BODY_LIMIT) if int(request.named.get("content-length", "0")) > BODY_LIMIT else None
        visit = Visit(request, "id", 0.0)
        if error is not None:
            return Entry(visit, None, openai_chat.fail, refused=refused(visit, error, openai_chat.fail))
        return Entry(visit, ENDPOINT, openai_chat.fail, Admission(NOBODY, ENDPOINT, openai_chat.fail, ANYBODY))

    def enter_again(self, request: Request, before: Admission) -> Entry | None:
        entry = self.enter(request)
        self.known += 1
        return Entry(entry.visit, ENDPOINT, openai_chat.fail, before)

    def done(self, waiting: Waiting) -> None:
        body = waiting.body
        seen = (body.status, body.body) if isinstance(body, Response) else body
        self.told.append((seen, waiting.close_after, waiting.is_head, waiting.old))

    def feed(self, piece: bytes) -> None:
        waiting = self.reader.whole(piece, cast("Service", Door(self)), 0.0)
        if waiting is not None:
            self.done(waiting)
        else:
            self.reader.feed(piece)

    def read(self, pieces: list[bytes]) -> None:
        try:
            for piece in pieces:
                self.feed(piece)
        except BadRequest as bad:
            self.told.append((bad.status, bad.message))
        reader = self.reader
        self.told.append((reader.begun, reader.in_head, reader.expecting, reader.begun and reader.size))


class Piecewise(Owner):
    """Has whole requests read as if more came with them."""

    def feed(self, piece: bytes) -> None:
        self.reader.feed(piece)


class Forgetful(Owner):
    """Reads every head anew."""

    def read(self, pieces: list[bytes]) -> None:
        self.reader._left = 1_000_000
        super().read(pieces)


def request(length: bytes, body: bytes, name: bytes = b"Content-Length: ", more: bytes = b"X-Last: 1\r\n") -> bytes:
    return b"POST /v1/chat/completions?a=b HTTP/1.1\r\nHost: a\r\n%b%b\r\n%b\r\n%b" % (name, length, more, body)


def own(value: bytes, length: bytes = b"3", body: bytes = b"abc", before: bytes = b"traceparent: 00-1\r\n") -> bytes:
    """A request with lines of its own on both sides of its length."""
    head, end = request(length, body, more=b"X-Request-ID: %b\r\nX-Last: 1\r\n" % value).split(b"Content", 1)
    return head + before + b"Content" + end


FIRST = request(b"3", b"abc")
OWN = [
    own(b"a"),
    own(b"b" * 300, b"5", b"hello"),
    own(b"b", before=b"traceparent: 00-2 3\r\n"),
    own(b"b", before=b"Traceparent:00-2\r\n"),
    own(b"b", before=b""),
    own(b"b", before=b"tracestate: 00-2\r\n"),
    own(b"b", before=b"traceparent: 1\r\ntraceparent: 2\r\n"),
    own(b"b", before=b"traceparent: 1\r\nconnection: close\r\n"),
    own(b"b", before=b"traceparent: 1\n\r\n"),
    own(b"b", before=b"traceparent: 1\r\n2\r\n"),
    own(b"b", b"03"),
    own(b"b", b"+3"),
    own(b"b", b"3 "),
    own(b"b", b"61", b"x" * 61),
    own(b"b", b"3000000000"),
    own(b""),
    own(b"  b"),
    own(b"b "),
    own(b"b\t"),
    own(b"b\tc"),
    own(b"\xff"),
    own(b"b\0"),
    own(b"b\nTransfer-Encoding: chunked"),
    own(b"b\r\nTransfer-Encoding: chunked"),
    own(b"b\r\nContent-Length: 3"),
    own(b"b\rContent-Length: 3"),
    own(b"b\r\n folded"),
    own(b"b\r\n\r\n"),
    own(b"b" * 850),
    own(b"b" * 950),
    own(b"b")[:-5],
    own(b"b")[:-2],
    own(b"b") + b"x",
    b"\r\n" + own(b"b"),
    b"\r\n" + own(b"b").replace(b"?a=b", b"?a:b"),
    own(b"b") + own(b"c"),
]
"""Requests with lines that are another in each."""

MESSAGES = [
    FIRST,
    request(b"12", b"hello, world"),
    request(b"0", b""),
    request(b"0004", b"abcd"),
    request(b"0000003", b"abc"),
    request(b"-5", b""),
    request(b"-13", b""),
    request(b"61", b"x" * 61),
    request(b"60", b"x" * 60),
    request(b"+3", b"abc"),
    request(b"3 ", b"abc"),
    request(b"", b""),
    request(b"3\r\nX-More: 1", b"abc"),
    request(b"3\r\nTransfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n"),
    request(b"3\r\n folded", b"abc"),
    request(b"3\n", b"abc"),
    request(b"3,3", b"abc"),
    request(b"0x3", b"abc"),
    request(b"\xb2", b"abc"),
    request(b"3000000000", b"abc"),
    request(b"30000000000000000000003", b"abc"),
    request(b"chunked", b"3\r\nabc\r\n0\r\n\r\n", name=b"Transfer-Encoding: "),
    request(b"chunked", b"3\r\nabc\r\n0\r\nconnection: close\r\n\r\n", name=b"Transfer-Encoding: "),
    request(b"3", b"abc", name=b"content-length:"),
    request(b"3", b"abc", more=b"X-Last: 2\r\n"),
    request(b"3", b"abc", more=b""),
    request(b"3", b"abc", more=b"Connection: close\r\n"),
    request(b"3", b"abc", more=b"Expect: 100-continue\r\n"),
    request(b"3", b"abc", more=b"Upgrade: h2c\r\nConnection: Upgrade\r\n"),
    request(b"3", b"abc", more=b"X-Long: " + b"x" * 900 + b"\r\n"),
    FIRST.replace(b"HTTP/1.1", b"HTTP/1.0"),
    b"\r\n" + FIRST,
    b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n",
    FIRST[:40],
]


@settings(max_examples=400)
@given(
    st.sampled_from([FIRST, OWN[0]]),
    st.lists(st.sampled_from(MESSAGES + OWN), max_size=4),
    st.lists(st.integers(0, 1200), max_size=5),
)
def test_known_or_not(first: bytes, messages: list[bytes], cuts: list[int]) -> None:
    data = b"".join(messages)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[a:b] for a, b in pairwise(edges)]
    for asked in ([first, *messages], [first, *pieces], [first, first, *pieces]):
        assert alike(asked)


def alike(pieces: list[bytes]) -> bool:
    owner, piecewise, forgetful = Owner(), Piecewise(), Forgetful()
    for reading in (owner, piecewise, forgetful):
        reading.read(pieces)
    assert not forgetful.known
    return owner.told == forgetful.told == piecewise.told


def test_each_kind_of_message_after_each_as_its_first() -> None:
    for messages in (MESSAGES, OWN):
        for first in messages:
            for second in messages:
                assert alike([first, second, first]), (first, second)


def test_what_comes_again_is_known() -> None:
    owner = Owner()
    owner.read([FIRST, MESSAGES[1], MESSAGES[2], FIRST[:-2], FIRST[-2:]])
    assert owner.known == 3
    assert [told[0] for told in owner.told if isinstance(told, tuple) and isinstance(told[0], bytes)] == [
        b"abc",
        b"hello, world",
        b"",
        b"abc",
    ]


def test_lines_of_its_own_do_not_make_a_head_unknown() -> None:
    owner = Owner()
    owner.read([own(b"a"), *[own(b"b%d" % number, before=b"traceparent: 00-%d\r\n" % number) for number in range(20)]])
    assert owner.known == 20
    last = [told for told in owner.told if isinstance(told, tuple) and told[0] == "POST"][-1]
    assert last[3] == (("host", "a"), ("traceparent", "00-19"), ("x-request-id", "b19"), ("x-last", "1"))


def test_heads_that_never_come_again_are_not_kept() -> None:
    owner = Owner()
    owner.read([request(b"0", b"", more=b"X-Id: %d\r\n" % number) for number in range(9)])
    assert owner.known == 0
    kept = owner.reader._known
    assert isinstance(kept, KnownHead | None)
    assert kept is None


def test_heads_are_kept_again_when_they_come_again() -> None:
    owner = Owner()
    owner.read([request(b"0", b"", more=b"X-Id: %d\r\n" % number) for number in range(500)])
    assert owner.known == 0
    owner.read([FIRST] * 100)
    assert owner.known > 30
    before = owner.known
    owner.read([OWN[0], OWN[0], FIRST, FIRST])
    assert owner.known == before + 2


def test_each_kind_of_message_on_a_connection_after_each() -> None:
    for first in MESSAGES + OWN:
        for second in MESSAGES + OWN:
            heads, forgetful = KnownHeads(), Forgetful()
            Owner(heads).read([first])
            forgetful.read([second, first])
            for kind in (Owner, Piecewise):
                reading = kind(heads)
                reading.read([second, first])
                assert reading.told == forgetful.told, (first, second)


def test_a_connection_that_begins_as_the_last_one_needs_no_parser() -> None:
    heads = KnownHeads()
    Owner(heads).read([FIRST])
    second = Owner(heads)
    second.read([request(b"5", b"hello"), FIRST, FIRST[:-1], FIRST[-1:]])
    assert second.known == 3
    assert second.reader._made is None
    other = Owner(heads, peer="127.0.0.2")
    other.read([FIRST])
    assert other.known == 0


@pytest.mark.parametrize("own", [b"", b"traceparent: 00-1\r\n"])
@pytest.mark.parametrize(("more", "fewer"), [(b"X-Long: %b\r\n" % (b"a" * 1100), 6), (b"X-A: 1\r\nX-B: 2\r\n", 3)])
def test_a_connection_is_held_to_its_own_limits(own: bytes, more: bytes, fewer: int) -> None:
    """An older one, which was open before they were lowered, may have kept longer heads."""
    heads = KnownHeads()
    long = request(b"3", b"abc", more=own + more)
    older = Owner(heads, limits=LimitSettings(headers=20, head_kb=4))
    older.read([long])
    assert heads.of("127.0.0.1", LimitSettings(headers=20, head_kb=4)) is not None
    newer = Owner(heads, limits=LimitSettings(headers=fewer, head_kb=1))
    newer.read([long])
    assert newer.known == 0
    assert newer.told[0] == alone(long, fewer)


def alone(message: bytes, fewer: int) -> object:
    """What is said of it where nothing is known of others."""
    owner = Owner(limits=LimitSettings(headers=fewer, head_kb=1))
    owner.read([message])
    assert isinstance(owner.told[0], tuple)
    assert owner.told[0][0] == 431
    return owner.told[0]


def test_heads_of_a_service_that_is_gone_are_not_kept() -> None:
    heads = KnownHeads()
    heads.keep("a", known(None))
    heads.keep("b", known(None))
    assert heads.of("a", LIMITS) is not None
    heads.keep("c", known(cast("Service", Door(Owner()))))
    assert [heads.of(peer, LIMITS) is not None for peer in "abc"] == [False, False, True]


def test_no_more_heads_than_are_kept() -> None:
    heads = KnownHeads()
    for number in range(1000):
        heads.keep(str(number), known(None))
    assert heads.of("999", LIMITS) is not None
    assert sum(heads.of(str(number), LIMITS) is not None for number in range(1000)) <= 256


def known(service: "Service | None") -> KnownHead:
    admission = Admission(cast("Service", service), ENDPOINT, openai_chat.fail, ANYBODY)
    return KnownHead(b"", b"", Request(method="POST", path="/"), admission)
