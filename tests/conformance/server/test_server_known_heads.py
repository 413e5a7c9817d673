"""A head that came before on its connection, changed at random: a shortcut for what is known must not read what is new."""

import asyncio
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("ACCORD_MUTATIONS", "150"))
BODY = b'{"model":"lab/echo","messages":[{"role":"user","content":"Hi"}]}'
HEAD = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sk-test-gateway\r\n"
    b"content-type: application/json\r\ncontent-length: %d\r\n\r\n"
)
KNOWN = HEAD % len(BODY) + BODY
OWN = (
    HEAD.replace(b"content-length", b"traceparent: 00-0af765-01\r\nx-request-id: a1\r\ncontent-length") % len(BODY)
    + BODY
)
"""With lines whose values are another in each request."""
GET = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"
DIGITS = (
    b"0",
    b"00",
    b"+64",
    b"-1",
    b"064",
    b" 64",
    b"6 4",
    b"64 ",
    b"\t64",
    b"6_4",
    b"0x40",
    b"64\r\ncontent-length: 3",
    b"",
)
FRAGMENTS = (
    *DIGITS,
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b":",
    b"5",
    b"x",
    b"\xff",
    b"transfer-encoding: chunked\r\n",
    b"connection: close\r\n",
)

change = st.tuples(
    st.sampled_from(["insert", "replace", "delete"]), st.integers(0, len(OWN)), st.sampled_from(FRAGMENTS)
)


def changed(data: bytes, how: str, at: int, fragment: bytes) -> bytes:
    match how:
        case "insert":
            return data[:at] + fragment + data[at:]
        case "replace":
            return data[:at] + fragment + data[at + len(fragment) :]
        case _:
            return data[:at] + data[at + max(1, len(fragment)) :]


def told(one: Any) -> tuple[object, ...]:
    """All of a request but the length it names: one with a known head is as long as its body."""
    headers = [line for line in one.headers if line[0] != "content-length"]
    return one.method, one.path, one.query, headers, one.body


async def alike(pair: Any, *pieces: bytes) -> None:
    own, other = await pair.own(pieces), await pair.other(pieces)
    *answers, end = own.statuses
    early = end == "close" and answers and answers[-1] in {"401", "404", "405", "413", "415"}
    # Whole requests alone: one with a known head is not seen here before its body has come.
    mine, theirs = [[told(one) for one in server.seen if one.body is not None] for server in (own, other)]
    same = own.statuses == other.statuses and mine == theirs
    assert same or (early and [*other.statuses[: len(answers) - 1]] == answers[:-1]), (own, other, pieces)
    assert own.rest == b""


def test_what_is_nearly_known(make_pair: Any) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.sampled_from([KNOWN, OWN]),
        st.lists(change, min_size=1, max_size=2),
        st.integers(0, len(KNOWN)),
        st.booleans(),
    )
    def check(known: bytes, changes: list[tuple[str, int, bytes]], cut: int, joined: bool) -> None:
        data = known
        for how, at, fragment in changes:
            data = changed(data, how, at, fragment)
        if joined:
            runner.run(alike(pair, known + data + GET))
        else:
            runner.run(alike(pair, known, known, data, GET))
            runner.run(alike(pair, known, known, data[:cut], data[cut:], GET))

    async def made() -> Any:
        return make_pair()

    with asyncio.Runner() as runner:
        pair = runner.run(made())
        check()


async def test_lengths_of_known_heads(pair: Any) -> None:
    for digits in DIGITS:
        data = HEAD.replace(b"%d", digits) + BODY
        await alike(pair, KNOWN, KNOWN, data, GET)
        await alike(pair, KNOWN, KNOWN, data + GET)
    for body in (b"", b"{", BODY + b" " * 10, BODY + b" " * 20_000):
        for length in (len(body), len(body) + 1, max(0, len(body) - 1)):
            await alike(pair, KNOWN, KNOWN, HEAD % length + body, GET)
            await alike(pair, KNOWN, KNOWN, HEAD % length + body + GET)
