import pytest

from accord.core.error import ConfigError, Unreachable
from accord.core.http import Network
from accord.transport.proxy import TunnelReader, passed_on, proxy
from accord.transport.route import Origin

PLAIN = Origin("http", "inner", 80)
SECURE = Origin("https", "::1", 443)


def test_a_proxy_is_read_from_its_url() -> None:
    found = proxy("http://us%3Aer:p%40ss@proxy.example:3128/")
    assert found.origin == Origin("http", "proxy.example", 3128)
    assert found.authorization == "proxy-authorization: Basic dXM6ZXI6cEBzcw==\r\n"
    assert proxy("http://proxy.example").authorization == ""


def test_a_tunnel_is_asked_for() -> None:
    asked = proxy("http://u:p@proxy.example:3128").tunnel(SECURE)
    assert asked.startswith(b"CONNECT [::1]:443 HTTP/1.1\r\nhost: [::1]:443\r\n")
    assert asked.endswith(b"proxy-authorization: Basic dTpw\r\n\r\n")


def test_only_plain_http_is_passed_on() -> None:
    network = Network(proxy="http://u:p@proxy.example:3128")
    assert passed_on(network, PLAIN) == "proxy-authorization: Basic dTpw\r\n"
    assert passed_on(network, SECURE) is None
    assert passed_on(Network(), PLAIN) is None


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1080", "socks5h://a:1", "https://proxy.example:443"])
def test_other_proxies_need_the_other_transport(url: str) -> None:
    with pytest.raises(ConfigError, match=r"httpx2.*accord\[http2\].*AsyncHttpxTransport"):
        proxy(url)


@pytest.mark.parametrize(
    "url", ["", "proxy.example:3128", "http://", "http://a:b", "http://u:sk-test-1@a b", "http://a/x"]
)
def test_what_is_no_proxy_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        proxy(url)
    assert "sk-test" not in str(refused.value)


def test_the_way_through_is_read_in_any_pieces() -> None:
    answer = b"HTTP/1.1 200 Connection established\r\nvia: x\r\n\r\n"
    reader = TunnelReader(PLAIN)
    assert [reader.feed(answer[at : at + 1]) for at in range(len(answer))] == [False] * (len(answer) - 1) + [True]


@pytest.mark.parametrize(
    ("answer", "words", "retryable"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407", False),
        (b"HTTP/1.0 503 Busy\r\n\r\n", "503", True),
        (b"", "closed", True),
        (b"SSH-2.0\r\n\r\n", "not HTTP", True),
        (b"HTTP/1.1 200 OK\r\n\r\nunasked", "not HTTP", True),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20000, "no end", True),
    ],
)
def test_no_way_through(answer: bytes, words: str, retryable: bool) -> None:
    with pytest.raises(Unreachable, match=words) as refused:
        TunnelReader(PLAIN).feed(answer)
    assert (refused.value.sent, refused.value.phase, refused.value.retryable) == ("no", "connect", retryable)
