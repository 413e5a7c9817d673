"""The corpus, changed at random: whatever comes, both servers see the same requests and answer alike."""

import asyncio
import os
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FRAGMENTS = (
    b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b",", b"0", b"-", b"+", b"\x0b", b"\xff", b"\r\n\r\n", b"%", b"#", b"?",
    b"content-length: 5\r\n", b"content-length: 0\r\n", b"transfer-encoding: chunked\r\n", b"0\r\n\r\n", b"1\r\nx\r\n",
    b"connection: close\r\n", b"connection: upgrade\r\nupgrade: h2c\r\n", b"expect: 100-continue\r\n", b"host: b\r\n", b" x\r\n",
    b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", b"HEAD /health/live HTTP/1.0\r\n\r\n",
)  # fmt: skip
EXAMPLES = int(os.environ.get("ACCORD_MUTATIONS", "150"))
REFUSED_EARLY = {"401", "404", "405", "413", "415"}

mutation = st.tuples(
    st.sampled_from(["insert", "delete", "replace", "repeat", "cut"]), st.integers(0, 10_000), st.integers(0, 40)
)


def mutated(data: bytes, how: str, at: int, size: int) -> bytes:
    at %= len(data) + 1
    fragment = FRAGMENTS[size % len(FRAGMENTS)]
    match how:
        case "insert":
            return data[:at] + fragment + data[at:]
        case "delete":
            return data[:at] + data[at + size % 12 + 1 :]
        case "replace":
            return data[:at] + fragment + data[at + len(fragment) :]
        case "repeat":
            line = data[:at].rfind(b"\n") + 1
            end = data.find(b"\n", at) + 1 or len(data)
            return data[:end] + data[line:end] + data[end:]
        case _:
            return data[:at]


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *[cut % (len(data) + 1) for cut in cuts]})
    return [data[begin:end] for begin, end in pairwise(places)]


def agree(own: Any, other: Any) -> bool:
    return own.statuses == other.statuses and own.seen == other.seen


def refused_early(own: Any, other: Any) -> bool:
    """The own server refuses as soon as the head is there, and ends the connection: what follows is not looked at."""
    *answers, end = own.statuses
    before = answers[:-1]
    return bool(
        end == "close" and answers and answers[-1] in REFUSED_EARLY and [*other.statuses[: len(before)]] == before
    )


@pytest.mark.parametrize("mutations", [1, 3])
def test_both_servers_agree_on_anything(make_pair: Any, http_corpus: Any, mutations: int) -> None:
    cases = [case.data for case in http_corpus.values() if len(case.data) < 800]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.sampled_from(cases),
        st.lists(mutation, min_size=1, max_size=mutations),
        st.lists(st.integers(0, 10_000), max_size=3),
    )
    def check(data: bytes, changes: list[tuple[str, int, int]], cuts: list[int]) -> None:
        for how, at, size in changes:
            data = mutated(data, how, at, size)
        runner.run(compare(data, cuts))

    async def made() -> Any:
        return make_pair()

    async def compare(data: bytes, cuts: list[int]) -> None:
        whole = [data] if data else []
        own, other = await pair.own(whole), await pair.other(whole)
        assert agree(own, other) or refused_early(own, other), (own, other)
        assert own.rest == b""
        parted, other = await pair.own(pieces_of(data, cuts)), await pair.other(pieces_of(data, cuts))
        assert agree(parted, other) or refused_early(parted, other), (parted, other)
        assert agree(parted, own) or refused_early(parted, own), (parted, own)

    with asyncio.Runner() as runner:
        pair = runner.run(made())
        check()
