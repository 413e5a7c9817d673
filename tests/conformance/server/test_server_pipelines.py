"""Many requests in one breath, on both servers."""

from typing import Any

GET = b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n"
BODY = b'{"model":"lab/echo","messages":[{"role":"user","content":"Hi"}]}'
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer sk-test-gateway\r\n"
POST = HEAD + b"content-length: %d\r\n\r\n" % len(BODY) + BODY


async def test_thousands_are_answered_and_few_wait(pair: Any) -> None:
    own, other = await pair.own([GET * 2000]), await pair.other([GET * 2000])
    assert own.statuses == other.statuses == (*["200"] * 2000, "open")
    assert len(own.seen) == 2000


async def test_few_of_thousands_are_let_in_before_the_first_is_answered(pair: Any) -> None:
    protocol, _ = pair.connected("own")
    protocol.data_received(GET * 5000)
    assert len(pair.service.seen) < 400


async def test_bodies_longer_than_a_slice_come_whole(pair: Any) -> None:
    body = BODY.replace(b"Hi", b"H" * 9000)
    long = HEAD + b"content-length: %d\r\n\r\n" % len(body) + body
    for server in (pair.own, pair.other):
        seen = await server([(long + POST) * 40])
        assert seen.statuses == (*["200"] * 80, "open")
        assert [request.body for request in seen.seen] == [body, BODY] * 40


async def test_what_is_no_request_is_refused_after_all_that_are(pair: Any) -> None:
    for server in (pair.own, pair.other):
        seen = await server([GET * 400 + POST + b"nonsense\r\n\r\n" + GET])
        assert seen.statuses == (*["200"] * 401, "400", "close")


async def test_expecting_callers_are_told_to_go_on_when_it_is_their_turn(pair: Any) -> None:
    expecting = HEAD + b"expect: 100-continue\r\ncontent-length: %d\r\n\r\n" % len(BODY)
    for server in (pair.own, pair.other):
        seen = await server([POST + expecting])
        assert seen.statuses == ("200", "100", "open")
        seen = await server([POST + expecting, BODY, GET])
        assert seen.statuses == ("200", "100", "200", "200", "open")


async def test_a_body_that_nobody_wants_is_refused_when_it_is_its_turn(pair: Any) -> None:
    unwanted = b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 100\r\n\r\n"
    seen = await pair.own([POST + unwanted])
    assert seen.statuses == ("200", "401", "close")
    seen = await pair.other([POST + unwanted])
    assert seen.statuses == ("200", "401", "open")


async def test_heads_are_bounded_in_one_piece_and_in_many(pair: Any) -> None:
    """The limit here is 8 KB."""
    for server in (pair.own, pair.other):
        for size, outcome in ((7000, ("200", "open")), (9000, ("431", "close"))):
            head = b"GET /health/live HTTP/1.1\r\nhost: a\r\nx-one: %b\r\n\r\n" % (b"y" * size)
            assert (await server([head])).statuses == outcome
            assert (await server([head[at : at + 500] for at in range(0, len(head), 500)])).statuses == outcome
            assert (await server([GET + head])).statuses == ("200", *outcome)
            after_a_body = await server([POST[:-5], POST[-5:] + head])
            assert after_a_body.statuses == ("200", *outcome)
        many = b"GET /health/live HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 50 + b"\r\n"
        assert (await server([many])).statuses == ("431", "close")
        assert (await server([b"GET /" + b"y" * 9000 + b" HTTP/1.1\r\nhost: a\r\n\r\n"])).statuses == ("431", "close")


async def test_what_frames_a_body_is_bounded(pair: Any) -> None:
    head = HEAD + b"transfer-encoding: chunked\r\n\r\n"
    for endless in (b"1;" + b"x" * 250_000, b"0\r\nx-later: " + b"y" * 250_000, b"0\r\n" + b"x-later: y\r\n" * 20_000):
        more = [endless[-1:] * 250_000 if not endless.endswith(b"\r\n") else b"x-later: y\r\n" * 20_000] * 5
        for server in (pair.own, pair.other):
            seen = await server([head + endless, *more])
            assert seen.statuses == ("431", "close")
    # A long body in ever so small chunks is one like any other.
    body = BODY.replace(b"Hi", b"H" * 5000)
    small = b"".join([b"1;x=y\r\n%c\r\n" % byte for byte in body]) + b"0\r\n\r\n"
    for server in (pair.own, pair.other):
        assert (await server([head + small])).statuses == ("200", "open")
