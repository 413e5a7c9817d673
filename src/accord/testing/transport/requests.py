"""Cases: a request goes out as it was written, once, or not at all; nobody's settings but the caller's have a say."""

import os

from accord.core.error import InvalidInput, Malformed
from accord.core.http import Call, Network
from accord.testing.transport.case import Case, Lab, case
from accord.testing.transport.origin import Peer, Received, answering, plain
from accord.testing.transport.subject import read_all

_CAUGHT = "http://127.0.0.1:9"
"""A proxy that nobody is."""


class Recorder:
    """A script that answers and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[Received] = []

    def __call__(self, peer: Peer) -> None:
        """The script."""
        while (request := peer.request()) is not None:
            self.requests.append(request)
            peer.send(plain())


def as_written(lab: Lab) -> None:
    """Method, path, query, headers and body; and what the transport adds."""
    kept = Recorder()
    with lab.origin(kept) as origin:
        headers = (("authorization", "Bearer sk-test-1"), ("x-note", "caf\xe9"), ("x-note", "again"))
        url = f"{origin.url}/v1/models/a%2Fb:generate?alt=sse&q=%20#part"
        lab.get(lab.call(url, headers=headers, body=b"\x00{}"))
        request = kept.requests[0]
        assert (request.method, request.target) == ("POST", "/v1/models/a%2Fb:generate?alt=sse&q=%20"), request
        assert request.body == b"\x00{}"
        assert request.header("host") == f"127.0.0.1:{origin.port}"
        assert request.header("content-length") == "3"
        assert request.header("accept-encoding") == "gzip"
        assert (request.header("user-agent") or "").startswith("accord/")
        assert request.header("authorization") == "Bearer sk-test-1"
        notes = [value for name, value in request.headers if name.lower() == "x-note"]
        assert notes == ["caf\xe9", "again"], notes
        added = {"host", "content-length", "accept-encoding", "user-agent", "authorization", "x-note", "connection"}
        assert {name.lower() for name, _ in request.headers} <= added, request.headers


def the_callers_word_first(lab: Lab) -> None:
    """`accept-encoding`, `user-agent` and `host` are the caller's where given."""
    kept = Recorder()
    headers = (("user-agent", "mine"), ("accept-encoding", "identity"), ("host", "inner.example"))
    with lab.origin(kept) as origin:
        lab.get(lab.call(origin.url, headers=headers))
        for name, value in headers:
            assert kept.requests[0].header(name) == value, kept.requests[0]
        assert kept.requests[0].target == "/"


def without_a_body(lab: Lab) -> None:
    """GET and DELETE say nothing of a body they don't have; an empty POST says that it is empty."""
    kept = Recorder()
    with lab.origin(kept) as origin:
        for method in ("GET", "DELETE", "POST"):
            lab.get(lab.call(origin.url, method=method, body=b""))
        lengths = [request.header("content-length") for request in kept.requests]
        assert lengths == [None, None, "0"], lengths


def injection_is_refused(lab: Lab) -> None:
    """Nothing in a URL, a method or a header makes a second header or request. No value is shown in the refusal."""
    kept = Recorder()
    with lab.origin(kept) as origin:
        bad: list[Call] = [
            lab.call(origin.url, headers=((name, value),))
            for name, value in (
                ("x-a", "sk-test-1\r\nx-b: 1"),
                ("x-a", "sk-test-1\nx-b: 1"),
                ("x-a", "sk-test-1\rx-b"),
                ("x-a", "sk-test-1\x00"),
                ("x-a", "sk-test-1 \u2028 beyond latin-1"),
                ("x-a\r\nx-b", "1"),
                ("x a", "1"),
                ("", "1"),
                ("x:", "1"),
                ("content-length", "5"),
                ("transfer-encoding", "chunked"),
                ("Connection", "close"),
            )
        ]
        bad += [lab.call(origin.url + path) for path in ("/a b", "/a\r\nx-b: 1", "/\x00", "/caf\xe9", "?q=\n")]
        bad += [lab.call(origin.url, method=method) for method in ("GE T", "GET\r\n", "")]
        bad += [lab.call(url) for url in ("ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http:///", "//127.0.0.1/")]
        for call in bad:
            error = lab.fails(InvalidInput, call)
            assert "sk-test" not in str(error), error
        assert not kept.requests, kept.requests


def never_redirects(lab: Lab) -> None:
    """A redirect is an answer like any other: whoever follows it takes the key along."""
    kept = Recorder()
    with lab.origin(kept) as elsewhere:
        for status in ("301 Moved", "302 Found", "307 Temporary", "308 Permanent"):
            away = plain(b"over there", status=status, headers=f"location: {elsewhere.url}/\r\n")
            with lab.origin(answering(away)) as origin:
                running = lab.subject.start(lab.call(origin.url))
                assert running.head().status == int(status[:3])
                assert read_all(running) == b"over there"
        assert not kept.requests


def never_asks_the_environment(lab: Lab) -> None:
    """Proxies of the environment are no concern of ours, nor are its certificates' keys or a `.netrc`."""
    names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
    before = {name: os.environ.get(name) for name in names}
    kept = Recorder()
    os.environ.update(dict.fromkeys(names, _CAUGHT))
    try:
        with lab.origin(kept) as origin:
            lab.get(lab.call(origin.url))
            assert kept.requests[0].target == "/"
            assert kept.requests[0].header("authorization") is None
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def huge_head_is_refused(lab: Lab) -> None:
    """A head, or answers before the answer, without end."""
    line = b"x-filler: " + b"a" * 1000 + b"\r\n"
    for start, more in (
        (b"HTTP/1.1 200 OK\r\n", line),
        (b"HTTP/1.1 200 OK\r\nx-filler: ", b"a" * 1000),
    ):

        def script(peer: Peer, start: bytes = start, more: bytes = more) -> None:
            peer.request()
            peer.send(start)
            for _ in range(400):
                peer.send(more)
            peer.closed_at()

        with lab.origin(script) as origin:
            lab.fails(Malformed, lab.call(origin.url))


def not_http_is_refused(lab: Lab) -> None:
    """Rubbish, another protocol, broken chunks, a switch of protocols."""
    for answer in (
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ):
        with lab.origin(answering(answer)) as origin:
            lab.fails(Malformed, lab.call(origin.url))


def two_lengths_are_refused(lab: Lab) -> None:
    """An answer whose end can be read in two ways may hide a second one."""
    for answer in (
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ):
        with lab.origin(answering(answer)) as origin:
            lab.fails(Malformed, lab.call(origin.url))


def through_a_proxy(lab: Lab) -> None:
    """Plain HTTP is passed on by the proxy, with the whole URL and its own credentials."""
    kept = Recorder()
    with lab.origin(kept) as proxy:
        network = Network(proxy=f"http://user:p%40ss@127.0.0.1:{proxy.port}")
        lab.get(lab.call("http://inner.example:8080/v1?a=b", network=network))
        request = kept.requests[0]
        assert request.target == "http://inner.example:8080/v1?a=b", request.target
        assert request.header("host") == "inner.example:8080"
        assert request.header("proxy-authorization") == "Basic dXNlcjpwQHNz", request


REQUESTS: tuple[Case, ...] = (
    case(as_written),
    case(the_callers_word_first),
    case(without_a_body),
    case(injection_is_refused),
    case(never_redirects),
    case(never_asks_the_environment),
    case(huge_head_is_refused),
    case(not_http_is_refused),
    case(two_lengths_are_refused),
    case(through_a_proxy),
)
