from httptools import HttpResponseParser
from hypothesis import given
from hypothesis import strategies as st

from accord.transport.header_line import header_lines

NAMES = st.text("!#$%&'*+.^_`|~09AZaz-", min_size=1, max_size=12)
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=300)


class Told:
    """What llhttp says of a head."""

    def __init__(self) -> None:
        self.headers: list[tuple[str, str]] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1").rstrip(" \t")))


@given(st.lists(st.tuples(NAMES, st.sampled_from(["", " ", "\t "]), VALUES), max_size=8))
def test_it_is_what_llhttp_says(lines: list[tuple[str, str, str]]) -> None:
    written = "".join(f"X{name}:{space}{value}\r\n" for name, space, value in lines)
    head = f"HTTP/1.1 200 OK\r\n{written}\r\n".encode("latin-1")
    told = Told()
    HttpResponseParser(told).feed_data(head)
    for _ in range(2):  # Read, and known.
        assert header_lines(head[:-4]) == tuple(told.headers)


def test_what_is_kept_is_bounded() -> None:
    for number in range(5000):
        assert header_lines(b"HTTP/1.1 200 OK\r\nx-a: %d" % number) == (("x-a", str(number)),)
