"""How the fake's answers travel, seen from a bare socket."""

import gzip
import socket
import zlib

import pytest

from accord.testing import Break, Bytes, Cut, Delivery, Failure, FakeProvider, Hold, Reply

STREAM = {"stream": True}
CLOSE = "connection: close"


def body_of(data: bytes) -> bytes:
    """The body of a chunked answer, as far as it came."""
    rest = data.partition(b"\r\n\r\n")[2]
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size or b"0", 16)
        body, rest = body + rest[:length], rest[length + 2 :]
    return body


@pytest.fixture
def streamed(fake_provider, raw, chat_request, drain):
    """What comes back of a streamed request that is answered with a delivery."""

    def ask(delivery: Delivery, **reply) -> bytes:
        fake_provider.script(Reply(delivery=delivery, **reply))
        return drain(raw(fake_provider, chat_request(fake_provider, STREAM, CLOSE)))

    return ask


def test_any_chunking_carries_the_same_body(streamed) -> None:
    bodies = {size: streamed(Delivery(chunk=size)) for size in (0, 1, 2, 7, 1000)}
    assert {body_of(data).count(b"data: ") for data in bodies.values()} == {6}
    texts = [body_of(data).split(b'"content":')[2:] for data in bodies.values()]
    assert len({len(text) for text in texts}) == 1
    ones = bodies[1].partition(b"\r\n\r\n")[2]
    assert ones.startswith(b"1\r\nd\r\n1\r\na\r\n1\r\nt\r\n")


def test_the_socket_is_written_in_pieces_too(streamed) -> None:
    assert body_of(streamed(Delivery(socket_chunk=3))).endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("fault", "events"),
    [(Cut(events=2), 2), (Cut(events=0), 0), (Cut(events=100), 6)],
)
def test_a_cut_after_some_events(streamed, fault, events) -> None:
    data = streamed(Delivery(fault=fault))
    assert body_of(data).count(b"data: ") == events
    assert not data.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("size", [0, 1, 5, 300])
def test_a_cut_after_some_bytes(streamed, size) -> None:
    assert len(body_of(streamed(Delivery(fault=Cut(body_bytes=size))))) == size


def test_a_cut_that_ends_properly_is_seen_by_nobody_but_who_understands(streamed) -> None:
    data = streamed(Delivery(fault=Cut(events=2, how="end")))
    assert data.endswith(b"0\r\n\r\n")
    assert body_of(data).count(b"data: ") == 2


def test_a_cut_in_the_head_and_before_it(fake_provider, streamed) -> None:
    assert streamed(Delivery(fault=Cut())) == b""
    assert streamed(Delivery(fault=Cut(head_bytes=10))) == b"HTTP/1.1 2"
    assert fake_provider.finished == 2
    assert fake_provider.last.status is None


@pytest.mark.parametrize("fault", [Cut(how="rst"), Cut(events=1, how="rst")])
def test_a_reset(fake_provider, raw, chat_request, drain, fault) -> None:
    fake_provider.script(Reply(delivery=Delivery(fault=fault)))
    with pytest.raises(ConnectionResetError):
        drain(raw(fake_provider, chat_request(fake_provider, STREAM)))


def test_a_whole_answer_is_cut_against_its_length(fake_provider, raw, chat_request, drain) -> None:
    fake_provider.script(
        Reply(delivery=Delivery(fault=Cut(body_bytes=10))),
        Reply(delivery=Delivery(fault=Cut(body_bytes=10, how="end"))),
    )
    head, _, body = drain(raw(fake_provider, chat_request(fake_provider, {}))).partition(b"\r\n\r\n")
    assert len(body) == 10
    assert int(head.split(b"content-length: ")[1].split(b"\r\n")[0]) > 10
    head, _, body = drain(raw(fake_provider, chat_request(fake_provider, {}, CLOSE))).partition(b"\r\n\r\n")
    assert head.split(b"content-length: ")[1].split(b"\r\n")[0] == b"10"
    assert len(body) == 10


@pytest.mark.parametrize("fault", [Hold(), Hold(head_bytes=3), Hold(body_bytes=0), Hold(body_bytes=20), Hold(events=2)])
def test_a_held_answer_goes_on_when_it_is_released(fake_provider, raw, chat_request, drain, fault) -> None:
    fake_provider.script(Reply(delivery=Delivery(fault=fault)))
    sock = raw(fake_provider, chat_request(fake_provider, STREAM, CLOSE))
    fake_provider.wait_until(lambda fake: fake.held == 1)
    assert fake_provider.open == 1
    fake_provider.release()
    assert body_of(drain(sock)).endswith(b"data: [DONE]\n\n")
    assert (fake_provider.held, fake_provider.open, fake_provider.finished) == (0, 0, 1)


@pytest.mark.parametrize("fault", [Hold(), Hold(events=1)])
def test_a_caller_that_leaves_is_noticed(fake_provider, raw, chat_request, fault) -> None:
    fake_provider.script(Reply(delivery=Delivery(fault=fault)))
    sock = raw(fake_provider, chat_request(fake_provider, STREAM))
    fake_provider.wait_until(lambda fake: fake.held == 1)
    sock.close()
    fake_provider.wait_until(lambda fake: fake.aborted == 1 and fake.held == 0)
    request = fake_provider.last
    assert request.fate == "aborted"
    assert request.gone_at >= request.received_at
    assert (fake_provider.open, fake_provider.finished) == (0, 0)


def test_a_caller_that_leaves_while_it_sends_is_noticed(fake_provider, raw, chat_request) -> None:
    raw(fake_provider, chat_request(fake_provider, STREAM)[:-5]).close()
    fake_provider.wait_until(lambda fake: fake.aborted == 1)
    assert fake_provider.last.body == b""


def test_a_caller_that_does_not_read_stops_the_writer(fake_provider, raw, chat_request) -> None:
    fake_provider.script(Bytes(body=tuple([b"x" * 65536] * 400), content_type="text/event-stream"))
    sock = raw(fake_provider, chat_request(fake_provider, {}))
    fake_provider.wait_until(lambda fake: fake.requests and fake.last.sent_bytes > 100_000)
    sock.close()
    fake_provider.wait_until(lambda fake: fake.aborted == 1)
    assert fake_provider.last.sent_bytes < 400 * 65536


def test_delays_are_kept(fake_provider, raw, chat_request, drain) -> None:
    fake_provider.script(Reply(delivery=Delivery(before_head=0.03, before_body=0.02, between=0.01)))
    drain(raw(fake_provider, chat_request(fake_provider, STREAM, CLOSE)))
    request = fake_provider.last
    assert request.finished_at - request.received_at >= 0.03 + 0.02 + 5 * 0.01 - 0.005


def test_gzip_can_be_read_as_it_comes(streamed) -> None:
    data = streamed(Delivery(encoding="gzip"))
    assert b"content-encoding: gzip" in data
    body = body_of(data)
    assert gzip.decompress(body).endswith(b"data: [DONE]\n\n")
    cut = body_of(streamed(Delivery(encoding="gzip", fault=Cut(events=2))))
    assert zlib.decompressobj(wbits=31).decompress(cut).count(b"data: ") == 2


@pytest.mark.parametrize(
    ("framing", "line"),
    [("chunked", b"transfer-encoding: chunked"), ("length", b"content-length: "), ("close", b"connection: close")],
)
def test_the_framing_can_be_chosen(fake_provider, raw, chat_request, drain, framing, line) -> None:
    fake_provider.script(Reply(delivery=Delivery(framing=framing)))
    data = drain(raw(fake_provider, chat_request(fake_provider, STREAM, CLOSE)))
    assert line in data
    assert b"data: [DONE]" in data


def test_lies_about_type_and_status_and_interim_heads(fake_provider, raw, chat_request, drain) -> None:
    lies = Delivery(content_type="text/html", status=203, interim=(103, 102), headers=(("x-more", "yes"),))
    fake_provider.script(Reply(delivery=lies), Reply(delivery=Delivery(content_type="")))
    data = drain(raw(fake_provider, chat_request(fake_provider, {}, CLOSE)))
    heads = data.split(b"\r\n\r\n")
    assert [head.split(b"\r\n")[0] for head in heads[:3]] == [
        b"HTTP/1.1 103 Early Hints",
        b"HTTP/1.1 102 Processing",
        b"HTTP/1.1 203 Non-Authoritative Information",
    ]
    assert b"content-type: text/html" in heads[2]
    assert b"x-more: yes" in heads[2]
    assert fake_provider.last.status == 203
    assert b"content-type" not in drain(raw(fake_provider, chat_request(fake_provider, {}, CLOSE)))


def read_answer(sock: socket.socket) -> bytes:
    """One answer of known length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65536)
    length = int(data.split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(data.partition(b"\r\n\r\n")[2]) < length:
        data += sock.recv(65536)
    return data


def test_a_connection_serves_on(fake_provider, raw, chat_request) -> None:
    request = chat_request(fake_provider, {})
    sock = raw(fake_provider, request)
    read_answer(sock)
    sock.sendall(request + request)
    assert read_answer(sock).startswith(b"HTTP/1.1 200")
    fake_provider.wait_until(lambda fake: fake.finished == 3)
    assert fake_provider.connections_made == fake_provider.connections == 1
    assert {seen.connection for seen in fake_provider.requests} == {1}


@pytest.mark.parametrize(("afterwards", "announced"), [("close", True), ("hang_up", False)])
def test_a_connection_is_closed_afterwards(fake_provider, raw, chat_request, drain, afterwards, announced) -> None:
    fake_provider.script(Reply(delivery=Delivery(afterwards=afterwards)))
    data = drain(raw(fake_provider, chat_request(fake_provider, {})))
    assert (b"connection: close" in data) == announced
    fake_provider.wait_until(lambda fake: fake.connections == 0)


def test_the_next_request_is_dropped(fake_provider, raw, chat_request, drain) -> None:
    fake_provider.script(Reply(delivery=Delivery(afterwards="drop_next")))
    sock = raw(fake_provider, chat_request(fake_provider, {}))
    read_answer(sock)
    sock.sendall(chat_request(fake_provider, {}))
    assert drain(sock) == b""
    assert (fake_provider.dropped, len(fake_provider.requests)) == (1, 1)


def test_a_stream_may_lack_its_done(streamed) -> None:
    body = body_of(streamed(Delivery(), done=False))
    assert b"[DONE]" not in body
    assert b'"finish_reason":"stop"' in body


def test_an_error_inside_a_200(fake_provider, call) -> None:
    broken = Break(failure=Failure(status=429, message="Slow down."))
    fake_provider.script(Reply(breaks=broken), Reply(breaks=broken))
    body = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "x"}]}
    whole = call(fake_provider)("/v1/chat/completions", body)
    assert (whole.status, whole.json["error"]["message"]) == (200, "Slow down.")
    streamed = call(fake_provider)("/v1/chat/completions", {**body, "stream": True})
    assert streamed.status == 200
    assert [event["error"]["code"] for event in streamed.events] == ["rate_limit_exceeded"]


def test_bytes_are_sent_as_they_are(fake_provider, call) -> None:
    fake_provider.script(Bytes(body=b"<html>", status=502, content_type="text/html", headers=(("x-edge", "1"),)))
    got = call(fake_provider)("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "x"}]})
    assert (got.status, got.body, got.headers["x-edge"]) == (502, b"<html>", "1")


def test_a_head_request_has_no_body(fake_provider, raw, drain) -> None:
    request = (
        f"HEAD /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {fake_provider.key}\r\nconnection: close\r\n\r\n"
    )
    assert drain(raw(fake_provider, request.encode())).endswith(b"\r\n\r\n")


def test_a_body_is_waited_for_politely(fake_provider, raw, chat_request) -> None:
    head, _, body = chat_request(fake_provider, {}, "expect: 100-continue").partition(b"\r\n\r\n")
    sock = raw(fake_provider, head + b"\r\n\r\n")
    assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    sock.sendall(body)
    assert read_answer(sock).startswith(b"HTTP/1.1 200")


def test_what_is_no_http_is_told_so(fake_provider, raw, drain) -> None:
    assert drain(raw(fake_provider, b"\x16\x03\x01 not http\r\n\r\n")).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("wrong", [{"events": 1, "body_bytes": 1}, {"events": -1}])
def test_a_place_that_is_none_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="a place is one number"):
        Cut(**wrong)


def test_stopping_breaks_off_what_is_in_flight(raw, chat_request, drain) -> None:
    fake = FakeProvider().start()
    fake.script(Reply(delivery=Delivery(fault=Hold(events=1))))
    sock = raw(fake, chat_request(fake, STREAM))
    fake.wait_until(lambda fake: fake.held == 1)
    fake.stop()
    assert fake.aborted == 1
    assert body_of(drain(sock)).count(b"data: ") == 1
