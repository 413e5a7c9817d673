"""Files over real sockets, under asyncio and blocking: the same course, the same refusals."""

import asyncio
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import trustme

from accord.core.error import ConfigError
from accord.core.fetch import FetchMedia, RemoteFile
from accord.transport.address import AddressInfo
from accord.transport.fetch import Resolve
from accord.transport.fetch_async import AsyncFetcher
from accord.transport.fetch_blocking import Fetcher
from accord.transport.not_had import NotHad
from accord.transport.route import Origin

HERE = FetchMedia(allow=("127.0.0.1",))
NAME = "pictures.example"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 24

Fetch = Callable[..., tuple[RemoteFile, ...]]


def at(host: str, port: int) -> AddressInfo:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return (family, socket.SOCK_STREAM, 6, "", (host, port))


class Names:
    """A resolver that is told what to say, and counts how often it was asked."""

    def __init__(self, *answers: Sequence[str], port: int | None = None) -> None:
        self.answers = list(answers)
        self.port = port
        self.asked: list[str] = []

    def __call__(self, origin: Origin) -> Sequence[AddressInfo]:
        self.asked.append(origin.host)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        return [at(host, self.port or origin.port) for host in answer]


@pytest.fixture(params=["asyncio", "blocking"])
def fetch(request: pytest.FixtureRequest) -> Fetch:
    def fetched(
        *urls: str,
        limits: FetchMedia = HERE,
        resolve: Resolve | None = None,
        ca_file: str | None = None,
        seconds: float = 5.0,
    ) -> tuple[RemoteFile, ...]:
        options: dict[str, Any] = {"ca_file": ca_file, **({"resolve": resolve} if resolve else {})}
        if request.param == "blocking":
            return Fetcher(**options).fetch(urls, limits, seconds)
        return asyncio.run(AsyncFetcher(**options).fetch(urls, limits, seconds))

    return fetched


def refused(fetch: Fetch, *urls: str, **options: Any) -> str:
    with pytest.raises(NotHad) as caught:
        fetch(*urls, **options)
    return caught.value.why


def test_a_file_is_fetched_with_nothing_of_ours(fetch: Fetch, file_host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    url = file_host.file("/a/b.png?sig=secret")
    assert fetch(url) == (RemoteFile(body=PNG, content_type="image/png"),)
    head = file_host.asked[0].lower()
    assert head.startswith("get /a/b.png?sig=secret http/1.1\r\n")
    assert f"host: 127.0.0.1:{file_host.port}\r\n" in head
    assert "accept-encoding: identity\r\n" in head
    for name in ("cookie", "authorization", "referer", "x-api-key", "proxy"):
        assert name not in head


def test_addresses_are_written_as_browsers_write_them(fetch: Fetch, file_host: Any) -> None:
    file_host.file("/%C3%BC%20x.png?q=%E2%82%AC&a=b%20c")
    assert fetch(f"{file_host.origin}/ü x.png?q=€&a=b%20c#part")[0].body == PNG


def test_several_files_come_in_order(fetch: Fetch, file_host: Any) -> None:
    urls = [file_host.file(f"/{name}", name.encode()) for name in ("a", "b", "c")]
    assert [file.body for file in fetch(*urls)] == [b"a", b"b", b"c"]


async def test_under_asyncio_they_are_fetched_at_once(file_host: Any) -> None:
    urls = [file_host.file(f"/{name}") for name in ("a", "b", "c")]
    file_host.meet(3)
    assert len(await AsyncFetcher().fetch(urls, HERE, 4.0)) == 3


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/a",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "//127.0.0.1/a",
        "http://user:password@127.0.0.1/a",
        "http://127.0.0.1\\@8.8.8.8/",
        "http:///a",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "http://a b/",
        "",
    ],
)
def test_what_is_no_plain_address_is_refused(fetch: Fetch, url: str) -> None:
    assert refused(fetch, url, resolve=Names()) == "its address is no http:// or https:// URL without a user part"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_not_reached_however_it_is_written(fetch: Fetch, file_host: Any, host: str) -> None:
    file_host.file("/a")
    why = refused(fetch, f"http://{host}:{file_host.port}/a", limits=FetchMedia())
    assert "is not in the public internet" in why
    assert file_host.connections == 0


def test_a_name_with_one_private_address_among_public_ones_is_refused(fetch: Fetch, file_host: Any) -> None:
    names = Names(["8.8.8.8", "127.0.0.1"])
    assert "is not in the public internet" in refused(fetch, f"http://{NAME}/a", resolve=names, limits=FetchMedia())
    assert file_host.connections == 0


def test_the_address_that_was_checked_is_dialled_and_the_name_is_not_looked_up_again(
    fetch: Fetch, file_host: Any
) -> None:
    file_host.file("/a")
    # A second look-up would lead to a private address, or find that there is no such name.
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    assert fetch(f"http://{NAME}:{file_host.port}/a", resolve=names)[0].body == PNG
    assert names.asked == [NAME]
    assert f"host: {NAME}:{file_host.port}\r\n" in file_host.asked[0].lower()


def test_a_name_that_leads_elsewhere_at_the_redirect_is_refused(fetch: Fetch, file_host: Any) -> None:
    file_host.redirect("/a", "/b")
    file_host.file("/b")
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    why = refused(fetch, f"http://{NAME}:{file_host.port}/a", resolve=names)
    assert why.startswith(f"{NAME} is not in the public internet")
    assert names.asked == [NAME, NAME]
    assert len(file_host.asked) == 1


def test_an_address_without_end(fetch: Fetch, file_host: Any) -> None:
    assert refused(fetch, "http://127.0.0.1/" + "x" * 9000) == "its address is longer than 8192 characters"


def test_ports_of_public_hosts(fetch: Fetch) -> None:
    assert refused(fetch, f"http://{NAME}:8080/", resolve=Names(["8.8.8.8"])) == "port 8080 is neither 80 nor 443"
    assert "6379" in refused(fetch, f"http://{NAME}:6379/", resolve=Names(["8.8.8.8", "127.0.0.1"]))


def test_no_address_at_all(fetch: Fetch) -> None:
    assert refused(fetch, f"http://{NAME}/", resolve=Names([])) == f"{NAME} has no address"
    assert "could not be looked up" in refused(fetch, "http://no-such-host.invalid/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(fetch: Fetch, file_host: Any, status: int) -> None:
    file_host.file("/d/c.png")
    file_host.redirect("/b", "d/c.png", status)
    assert fetch(file_host.redirect("/a", f"{file_host.origin}/b", status))[0].body == PNG


def test_three_times_and_no_more(fetch: Fetch, file_host: Any) -> None:
    file_host.file("/3")
    for number in range(3):
        file_host.redirect(f"/{number}", f"/{number + 1}")
    assert fetch(file_host.origin + "/0")[0].body == PNG
    assert refused(fetch, file_host.redirect("/more", "/0")) == "it was sent on more than 3 times"


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 is not in the public internet"),
        ("http://[fd00:ec2::254]/", "fd00:ec2::254 is not in the public internet"),
        ("//10.0.0.1/", "10.0.0.1 is not in the public internet"),
        ("http://8.8.8.8:22/", "port 22"),
        ("file:///etc/passwd", "no http:// or https:// URL"),
        ("http://a:b@127.0.0.1/", "without a user part"),
        ("http://[", "what is no address"),
        ("", "sent it on to nowhere"),
    ],
)
def test_a_redirect_is_checked_like_the_first_address(fetch: Fetch, file_host: Any, location: str, why: str) -> None:
    assert why in refused(fetch, file_host.redirect("/a", location))
    assert file_host.connections == 1


@pytest.mark.parametrize("status", [204, 206, 304, 401, 404, 500])
def test_only_a_good_answer_counts(fetch: Fetch, file_host: Any, status: int) -> None:
    url = file_host.raw("/a?sig=secret", f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode())
    assert refused(fetch, url) == f"127.0.0.1 answered with status {status}"


SMALL = FetchMedia(allow=("127.0.0.1",), max_mb=0.001)
TOO_LARGE = "it is too large: all files of a request may have 0.001 MB together"


def test_a_file_that_says_it_is_too_large_is_not_read(fetch: Fetch, file_host: Any) -> None:
    url = file_host.raw("/a", b"HTTP/1.1 200 OK\r\ncontent-length: 9000000000000\r\n\r\nx", stays_open=True)
    assert refused(fetch, url, limits=SMALL) == TOO_LARGE
    assert file_host.left.wait(2), "the connection is closed"


@pytest.mark.parametrize("framing", [b"transfer-encoding: chunked\r\n\r\n800\r\n" + b"x" * 2048, b"\r\n" + b"x" * 2048])
def test_a_file_that_does_not_say_is_counted(fetch: Fetch, file_host: Any, framing: bytes) -> None:
    assert refused(fetch, file_host.raw("/a", b"HTTP/1.1 200 OK\r\n" + framing), limits=SMALL) == TOO_LARGE


def test_files_are_counted_together(fetch: Fetch, file_host: Any) -> None:
    urls = [file_host.file(f"/{name}", b"x" * 600) for name in "ab"]
    assert len(fetch(urls[0], limits=SMALL)) == 1
    assert refused(fetch, *urls, limits=SMALL) == TOO_LARGE


def test_which_file_it_was(fetch: Fetch, file_host: Any) -> None:
    urls = [file_host.file("/a"), file_host.raw("/b", b"HTTP/1.1 404 X\r\ncontent-length: 0\r\n\r\n")]
    with pytest.raises(NotHad) as caught:
        fetch(*urls)
    assert caught.value.index == 1


def test_a_length_that_lies(fetch: Fetch, file_host: Any) -> None:
    longer = file_host.raw("/longer", b"HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n" + PNG)
    assert "the connection broke within the answer" in refused(fetch, longer)
    shorter = file_host.raw("/shorter", b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n" + PNG)
    assert fetch(shorter)[0].body == PNG[:8]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
def test_compressed_bodies_are_not_taken(fetch: Fetch, file_host: Any, encoding: str) -> None:
    body = gzip.compress(b"\x00" * 5_000_000)
    why = refused(fetch, file_host.file("/a", body, content_encoding=encoding))
    assert why == f"the answer came in a content encoding that was not asked for: {encoding!r}"


def test_what_is_not_http(fetch: Fetch, file_host: Any) -> None:
    assert "not HTTP/1.1" in refused(fetch, file_host.raw("/a", b"SSH-2.0-OpenSSH_9.6\r\n\r\n"))


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab"])
def test_a_host_that_falls_silent_is_left(fetch: Fetch, file_host: Any, said: bytes) -> None:
    """The host would stay for 10 seconds, so that whoever comes back earlier has left by itself."""
    url = file_host.raw("/a", said, stays_open=True)
    began = time.monotonic()
    assert refused(fetch, url, seconds=0.4) == "it was not there within 0.4 s"
    assert file_host.left.wait(8), "the connection is closed"
    assert time.monotonic() - began < 9


def test_no_time_at_all(fetch: Fetch, file_host: Any) -> None:
    assert refused(fetch, file_host.file("/a"), seconds=-1.0) == "it was not there within 0 s"
    assert file_host.asked == []


async def test_one_that_fails_ends_the_others(file_host: Any) -> None:
    urls = [
        file_host.raw("/a", b"", stays_open=True),
        file_host.raw("/b", b"HTTP/1.1 410 X\r\ncontent-length: 0\r\n\r\n"),
    ]
    file_host.meet(2)
    with pytest.raises(NotHad, match="410") as caught:
        await AsyncFetcher().fetch(urls, HERE, 5.0)
    assert caught.value.index == 1
    assert await asyncio.to_thread(file_host.left.wait, 1)


async def test_leaving_closes_the_connection(file_host: Any) -> None:
    urls = [file_host.raw("/a", b"", stays_open=True)]
    task = asyncio.create_task(AsyncFetcher().fetch(urls, HERE, 5.0))
    while not file_host.asked:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert file_host.left.wait(2)


def test_a_name_that_is_never_found_holds_nobody_up(fetch: Fetch) -> None:
    gate = threading.Event()

    def resolve(origin: Origin) -> Sequence[AddressInfo]:
        gate.wait(5)
        return []

    # Under asyncio the loop waits for its threads before it closes.
    threading.Timer(0.15, gate.set).start()
    assert refused(fetch, f"http://{NAME}/", resolve=resolve, seconds=0.05) == "it was not there within 0.05 s"


def test_a_line_break_in_an_address_is_no_line_break_in_a_request(fetch: Fetch, file_host: Any) -> None:
    file_host.file("/ax:y")
    file_host.file("/b%0D%0Ax:y")
    for path in ("/a\r\nx:y", "/b%0D%0Ax:y"):
        assert fetch(file_host.origin + path)[0].body == PNG
    assert not any(line.startswith("x:") for head in file_host.asked for line in head.lower().split("\r\n"))


async def test_names_that_are_never_found_leave_threads_for_others() -> None:
    gate, running = threading.Event(), []

    def resolve(origin: Origin) -> Sequence[AddressInfo]:
        running.append(origin)
        gate.wait(5)
        return []

    urls = [f"http://{number}.example/" for number in range(12)]
    with pytest.raises(NotHad, match=r"not there within 0\.05 s"):
        await AsyncFetcher(resolve=resolve).fetch(urls, HERE, 0.05)
    try:
        assert len(running) == 4
    finally:
        gate.set()


@pytest.fixture
def secured(host_of_files: type, tmp_path: Path) -> Any:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)
    host = host_of_files(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    host.ca_file = str(tmp_path / "ca.pem")
    yield host
    host.close()


def test_the_certificate_is_that_of_the_name(fetch: Fetch, secured: Any) -> None:
    secured.file("/a")
    names = Names(["127.0.0.1"])
    url = f"https://{NAME}:{secured.port}/a"
    assert fetch(url, resolve=names, ca_file=secured.ca_file)[0].body == PNG
    assert "certificate not accepted" in refused(fetch, url, resolve=names)
    other = url.replace(NAME, "other.example")
    assert "certificate not accepted" in refused(fetch, other, resolve=names, ca_file=secured.ca_file)


def test_it_is_not_led_from_https_to_http(fetch: Fetch, secured: Any, file_host: Any) -> None:
    secured.redirect("/a", file_host.file("/b"))
    url = f"https://{NAME}:{secured.port}/a"
    why = refused(fetch, url, resolve=Names(["127.0.0.1"]), ca_file=secured.ca_file)
    assert why == f"{NAME} sent it on from https to http"
    assert file_host.connections == 0


def test_messages_hold_no_more_of_an_address_than_its_host(fetch: Fetch, file_host: Any) -> None:
    for path, answer in (
        ("/p-secret?q=secret", b"HTTP/1.1 500 X\r\n\r\n"),
        ("/secret", b"rubbish"),
        ("/s/secret", b""),
    ):
        assert "secret" not in refused(fetch, file_host.raw(path, answer))
    assert "secret" not in refused(fetch, file_host.redirect("/secret", "http://10.0.0.1/secret?secret"))
    assert "secret" not in refused(fetch, "http://secret:secret@8.8.8.8/secret")


def test_a_network_that_is_none() -> None:
    with pytest.raises(ConfigError, match=r"such as 10\.1\.0\.0/16, not '10\.1\.0\.0/99'"):
        FetchMedia(allow=("10.1.0.0/99",))
