"""Reading and writing of the wires beside plain JSON: `python benchmarks/wire.py [--rounds N]`.

For each of the four wires a request, an answer and a stream of 100 pieces of text, as providers send them. Beside ours stand
`json.loads` and `json.dumps` of the same bytes, and the models that the official SDK makes of them. Times are medians of
interleaved rounds, CPU of this process. "event" is one of a stream, read and priced, from bytes to events. A gateway's side
of the same: "parse" reads the request, "render" writes the answer, "told" writes one event of the stream for a caller.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from anthropic import _models as anthropic_models  # pyright: ignore[reportPrivateUsage]
from anthropic.types import Message, RawMessageStreamEvent
from openai import _models as openai_models  # pyright: ignore[reportPrivateUsage]
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent

from accord.catalog import facts
from accord.catalog.cost import cost_of
from accord.core.event import UsageReported
from accord.core.http import Reply
from accord.core.message import system, user
from accord.core.request import ChatRequest
from accord.core.usage import Usage
from accord.dialects import anthropic_messages, gemini, openai_chat, openai_responses
from accord.dialects.codec import ChatCodec, Inbound
from accord.testing import FakeProvider
from accord.testing import Reply as Said

TEXT = "word " * 100
REQUEST = ChatRequest(
    model="m", messages=(system("Be brief."), user("Tell me something. " * 48)), max_output_tokens=500
)


Parse = Callable[[bytes], Inbound]
BySdk = Callable[[bytes], object] | None


class Wire(NamedTuple):
    """One wire: our codec, bytes of a provider, and how its vendor's SDK reads them."""

    name: str
    codec: ChatCodec
    parse: Parse
    request: bytes
    answer: bytes
    stream: bytes
    whole_by_sdk: BySdk
    event_by_sdk: BySdk


def recorded(dialect: str, path: str, body: bytes, stream_body: bytes) -> tuple[bytes, bytes]:
    """What a provider of the wire answers: whole, and as a stream."""
    import http.client
    from urllib.parse import urlsplit

    with FakeProvider(dialect, strict=False) as fake:  # type: ignore[arg-type]
        fake.always(Said.saying(TEXT))
        where = urlsplit(fake.origin)
        found: list[bytes] = []
        for sent, at in (
            (body, path),
            (stream_body, path.replace(":generateContent", ":streamGenerateContent?alt=sse")),
        ):
            connection = http.client.HTTPConnection(where.hostname or "", where.port)
            headers = {
                "content-type": "application/json",
                "authorization": f"Bearer {fake.key}",
                "x-api-key": fake.key,
                "x-goog-api-key": fake.key,
                "anthropic-version": "2023-06-01",
            }
            connection.request("POST", at, sent, headers)
            found.append(connection.getresponse().read())
            connection.close()
    return found[0], found[1]


def encoded(codec: ChatCodec, *, stream: bool) -> bytes:
    """The body of the request. It holds no file, so none of it is still to be read."""
    body = codec.encode(REQUEST, stream=stream).draft.body
    assert isinstance(body, bytes)
    return body


def wires() -> list[Wire]:
    # As the SDKs themselves make their objects of an answer.
    def by_openai(kind: object) -> Callable[[bytes], object]:
        return lambda data: openai_models.construct_type(type_=kind, value=json.loads(data))

    def by_anthropic(kind: object) -> Callable[[bytes], object]:
        return lambda data: anthropic_models.construct_type(type_=kind, value=json.loads(data))

    rows: list[tuple[str, ChatCodec, str, Parse, BySdk, BySdk]] = [
        ("openai_chat", openai_chat.OpenAIChat(model="gpt-5.4-mini"), "/v1/chat/completions",
         lambda data: openai_chat.parse(data, ()), by_openai(ChatCompletion), by_openai(ChatCompletionChunk)),
        ("openai_responses", openai_responses.OpenAIResponses(model="gpt-5.4-mini"), "/v1/responses",
         lambda data: openai_responses.parse(data, ()), by_openai(Response), by_openai(ResponseStreamEvent)),
        ("anthropic_messages", anthropic_messages.AnthropicMessages(model="claude-haiku-4-5"), "/v1/messages",
         lambda data: anthropic_messages.parse(data, ()), by_anthropic(Message), by_anthropic(RawMessageStreamEvent)),
        ("gemini", gemini.Gemini(model="gemini-2.5-flash"), "/v1beta/models/gemini-2.5-flash:generateContent",
         lambda data: gemini.parse(data, (), model="m", stream=False), None, None),
    ]  # fmt: skip
    found: list[Wire] = []
    for name, codec, path, parse, whole, piece in rows:
        body = encoded(codec, stream=False)
        answer, stream = recorded(name, path, body, encoded(codec, stream=True))
        found.append(Wire(name, codec, parse, body, answer, stream, whole, piece))
    return found


def times(cases: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Microseconds of each case: the median of rounds in which they take turns."""
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            began = time.process_time_ns()
            for _ in range(200):
                case()
            taken[name].append((time.process_time_ns() - began) / 200_000)
    return {name: statistics.median(values) for name, values in taken.items()}


def data_of(stream: bytes) -> list[bytes]:
    lines = [line[5:].strip() for line in stream.replace(b"\r\n", b"\n").split(b"\n") if line.startswith(b"data:")]
    return [line for line in lines if line != b"[DONE]"]


Cases = dict[str, Callable[[], object]]


def of_wholes(wire: Wire) -> Cases:
    """Requests and whole answers: ours, JSON of the same bytes, the SDK."""
    exchange, reply = wire.codec.encode(REQUEST, stream=True), Reply(status=200, body=wire.answer)
    parsed_request, parsed_answer = json.loads(wire.request), json.loads(wire.answer)
    inbound, response = wire.parse(wire.request), exchange.decode(reply)
    cases: Cases = {
        "encode": lambda: wire.codec.encode(REQUEST),
        "encode json": lambda: json.dumps(parsed_request),
        "parse": lambda: wire.parse(wire.request),
        "parse json": lambda: json.loads(wire.request),
        "decode": lambda: exchange.decode(reply),
        "decode json": lambda: json.loads(wire.answer),
        "render": lambda: inbound.render(response),
        "render json": lambda: json.dumps(parsed_answer),
    }
    whole = wire.whole_by_sdk
    return cases if whole is None else {**cases, "decode sdk": lambda: whole(wire.answer)}


def of_streams(wire: Wire, datas: list[bytes]) -> Cases:
    """All events of a stream, read and told."""
    exchange, inbound = wire.codec.encode(REQUEST, stream=True), wire.parse(wire.request)
    known = facts("openai", "gpt-5.4-mini")
    parsed = [json.loads(data) for data in datas]
    pieces = [piece + b"\n\n" for piece in wire.stream.replace(b"\r\n", b"\n").split(b"\n\n") if piece]
    decoder = exchange.decoder()
    told = [*[decoder.feed(piece) for piece in pieces], decoder.end()]

    def ours() -> None:
        decoder = exchange.decoder()
        usage: Usage | None = None
        for piece in pieces:
            for event in decoder.feed(piece):
                if isinstance(event, UsageReported):
                    usage = event.usage
        decoder.end()
        if usage is not None:
            cost_of(usage, known)

    def ours_told() -> None:
        renderer = inbound.renderer()
        for events in told:
            renderer.feed(events)
        renderer.end()

    cases: Cases = {
        "event": ours,
        "event json": lambda: each(json.loads, datas),
        "told": ours_told,
        "told json": lambda: each(json.dumps, parsed),
    }
    piece = wire.event_by_sdk
    return cases if piece is None else {**cases, "event sdk": lambda: each(piece, datas)}


def each(work: Callable[[Any], object], values: Sequence[object]) -> None:
    for value in values:
        work(value)


def measured(wire: Wire, rounds: int) -> list[tuple[str, float, float, float | None]]:
    """Rows of: what, ours, JSON of the same bytes, the SDK."""
    datas = data_of(wire.stream)
    found = times({**of_wholes(wire), **of_streams(wire, datas)}, rounds)
    rows: list[tuple[str, float, float, float | None]] = []
    for what in ("encode", "decode", "event", "parse", "render", "told"):
        share = len(datas) if what in ("event", "told") else 1
        sdk = found.get(f"{what} sdk")
        rows.append((what, found[what] / share, found[f"{what} json"] / share, None if sdk is None else sdk / share))
    return rows


def main(rounds: int) -> None:
    print(f"Python {platform.python_version()}, {rounds} rounds of 200; microseconds")
    print(f"{'wire':20} {'what':8} {'accord':>8} {'json':>8} {'x json':>7} {'sdk':>8} {'of sdk':>7}")
    for wire in wires():
        for what, ours, plain, sdk in measured(wire, rounds):
            beside = "" if sdk is None else f"{sdk:8.1f} {ours / sdk:7.2f}"
            print(f"{wire.name:20} {what:8} {ours:8.1f} {plain:8.1f} {ours / plain:7.2f} {beside}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    main(parser.parse_args().rounds)
