"""Requests that are ambiguous, malformed or hostile, read by both servers: in one piece, byte by byte, and cut anywhere."""

from typing import Any

POST = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    b"authorization: Bearer sk-test-gateway\r\n"
)
GET = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n"


def cuts(data: bytes) -> range:
    """Where a request is cut in two: within what is its own, and one byte beyond."""
    usual = next((len(head) for head in (POST, GET) if data.startswith(head)), 2)
    begin = usual - 1
    end = len(data.removesuffix(GET + b"\r\n")) if len(data) < 800 else begin + 100
    return range(begin, min(end + 2, len(data)))


async def check(case: Any, pair: Any, *pieces: bytes) -> None:
    own, other = await pair.own(pieces), await pair.other(pieces)
    assert own.statuses in {case.answers, case.early}, (case.name, pieces)
    assert other.statuses == case.uvicorn, (case.name, pieces)
    assert own.rest == other.rest == b"", (case.name, pieces)
    # Not only are the answers the same: what was read is.
    if own.statuses == other.statuses:
        assert own.seen == other.seen, (case.name, pieces)


async def test_in_one_piece(pair: Any, http_corpus: Any) -> None:
    for case in http_corpus.values():
        await check(case, pair, case.data)


async def test_byte_by_byte(pair: Any, http_corpus: Any) -> None:
    for case in http_corpus.values():
        await check(case, pair, *[bytes([byte]) for byte in case.data])


async def test_cut_at_every_byte(pair: Any, http_corpus: Any) -> None:
    """The own server alone: what uvicorn makes of pieces is uvicorn's affair, and `test_server_mutations.py` looks at it."""
    for case in http_corpus.values():
        whole = await pair.own([case.data])
        for at in cuts(case.data):
            own = await pair.own([case.data[:at], case.data[at:]])
            assert own.statuses in {case.answers, case.early}, (case.name, at)
            assert own.statuses != whole.statuses or own.seen == whole.seen, (case.name, at)


async def test_a_refusal_that_comes_early_says_that_it_is_the_last(pair: Any, http_corpus: Any) -> None:
    for case in http_corpus.values():
        if case.early != case.answers:
            heads = (await pair.own([bytes([byte]) for byte in case.data])).heads
            assert b"\r\nconnection: close\r\n" in heads[-1], case.name
