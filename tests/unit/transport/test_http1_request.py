import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.error import InvalidInput
from accord.core.http import Call, Headers
from accord.transport.request import USER_AGENT, complete_headers, request_head
from accord.transport.route import Origin, route


def call(url: str = "https://api.example/v1", headers: Headers = (), method: str = "POST", body: bytes = b"{}") -> Call:
    return Call(method=method, url=url, headers=headers, body=body)


def written(sent: Call, proxied: str | None = None) -> str:
    return request_head(sent, route(sent.url), proxied=proxied).decode("latin-1")


def test_a_request_is_its_line_and_its_headers() -> None:
    assert written(call(headers=(("x-a", "caf\xe9"), ("x-a", "")))) == (
        "POST /v1 HTTP/1.1\r\nhost: api.example\r\nx-a: caf\xe9\r\nx-a: \r\n"
        f"accept-encoding: gzip\r\nuser-agent: {USER_AGENT}\r\ncontent-length: 2\r\n\r\n"
    )


def test_a_proxy_gets_the_whole_url() -> None:
    head = written(call("http://inner:8080/a?b"), "proxy-authorization: Basic eA==\r\n")
    assert head.startswith("POST http://inner:8080/a?b HTTP/1.1\r\nhost: inner:8080\r\n")
    assert head.endswith("proxy-authorization: Basic eA==\r\ncontent-length: 2\r\n\r\n")


def test_the_hosts_name_may_be_the_callers() -> None:
    assert "host: other\r\n" in written(call(headers=(("host", "other"),)))
    with pytest.raises(InvalidInput, match="twice"):
        written(call(headers=(("host", "a"), ("Host", "b"))))


def test_names_in_capitals_count_as_their_own() -> None:
    headers = complete_headers(call(headers=(("User-Agent", "mine"),)), route("http://a"))
    assert [name for name, _ in headers] == ["host", "User-Agent", "accept-encoding", "content-length"]


@pytest.mark.parametrize("name", ["content-length", "Transfer-Encoding", "connection", "expect", "upgrade", "te"])
def test_the_connections_headers_are_the_transports(name: str) -> None:
    with pytest.raises(InvalidInput, match="written by the transport") as refused:
        written(call(headers=((name, "1"),)))
    assert refused.value.param == f"headers.{name.lower()}"


@settings(max_examples=60)
@given(st.text(max_size=20), st.text(max_size=20))
def test_no_header_makes_another_line(name: str, value: str) -> None:
    try:
        head = written(call(headers=((name, value),)))
    except InvalidInput:
        return
    lines = head.split("\r\n")
    names = [line.partition(":")[0].lower() for line in lines[1:-2]]
    assert len(names) == len(set(names)) == (4 if name.lower() in {"host", "user-agent", "accept-encoding"} else 5)
    assert "\n" not in head.replace("\r\n", "")


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\rb", "a\x00b", "a\x7fb", "a\u2028b", "snow\u2603"])
def test_values_that_http_cannot_carry_are_refused_unseen(value: str) -> None:
    with pytest.raises(InvalidInput, match="x-key") as refused:
        written(call(headers=(("x-key", "sk-test-1" + value),)))
    assert "sk-test" not in str(refused.value)


@pytest.mark.parametrize("value", ["a\tb", "\xa0", "caf\xe9", " padded "])
def test_values_that_look_odd_go_out(value: str) -> None:
    assert f"x-key: {value}\r\n" in written(call(headers=(("x-key", value),)))


@pytest.mark.parametrize(
    ("url", "origin", "authority", "target"),
    [
        ("http://a", Origin("http", "a", 80), "a", "/"),
        ("HTTPS://API.Example:443?q=1#f", Origin("https", "api.example", 443), "api.example", "/?q=1"),
        ("https://[::1]:8443/a%20b", Origin("https", "::1", 8443), "[::1]:8443", "/a%20b"),
        ("http://127.0.0.1:80/", Origin("http", "127.0.0.1", 80), "127.0.0.1", "/"),
        ("http://b\xfccher.example/", Origin("http", "xn--bcher-kva.example", 80), "xn--bcher-kva.example", "/"),
        (
            "http://under_score.local./v1:x?a=b?c",
            Origin("http", "under_score.local.", 80),
            "under_score.local.",
            "/v1:x?a=b?c",
        ),
    ],
)
def test_urls_are_taken_apart(url: str, origin: Origin, authority: str, target: str) -> None:
    found = route(url)
    assert (found.origin, found.authority, found.target) == (origin, authority, target)


@pytest.mark.parametrize(
    "url",
    [
        "", "a", "//a", "http://", "http:///v1", "ftp://a", "file:///etc/passwd", "http://a:0", "http://a:99999",
        "http://a:b", "http://u:p@a", "http://a/ b", "http://a/\r\nx: y", "http://a/caf\xe9", "http://a\\b", "http://a b/",
        "http://-a/", "http://[::1", "http://::1/", "http://%00/", "http://a/\x00", "http://a?\n", "http://a\t/",
        "http://\u2100/", "http://..", "http://a/\x7f",
    ],
)  # fmt: skip
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        route(url)


def test_a_key_in_a_url_is_not_shown() -> None:
    for url in ("http://a/ b?key=sk-test-1", "http://u:sk-test-1@a/", "http://a/ b#sk-test-1"):
        with pytest.raises(InvalidInput) as refused:
            route(url)
        assert "sk-test" not in str(refused.value)
