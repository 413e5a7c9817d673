"""Whether files are fetched before a conversation is written, and by when."""

import json
from typing import Any

import pytest

from accord.client.async_credential import AsyncTokenCache
from accord.client.credential import TokenCache
from accord.core.context import RequestContext
from accord.core.error import InvalidInput, Unsupported
from accord.core.fetch import FetchMedia, RemoteFile
from accord.core.http import Reply, Timeouts
from accord.core.message import user
from accord.core.option import Options
from accord.core.part import Image, Media, Text
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects import anthropic_messages, gemini
from accord.dialects.codec import Inbound
from accord.engine.group import Group, RoutePolicy
from accord.engine.media import fetching
from accord.engine.member import Member
from accord.engine.perform_async import AsyncRunner
from accord.engine.perform_sync import Runner
from accord.engine.route import Terms
from accord.engine.run_async import AsyncEngine
from accord.engine.run_sync import Engine
from accord.engine.standings import Standings
from accord.engine.target import Target
from accord.flows.effect import Fetch
from accord.policy.backoff import Backoff
from accord.providers import OpenAI, VertexAI
from accord.testing.memory import AsyncMemoryTransport, MemoryTransport

URL = "https://files.example/a.png"
GEMINI = Target("google", VertexAI(project="p", access_token="sk-test"), "gemini-2.5-flash")
CLAUDE = Target("google", VertexAI(project="p", access_token="sk-test"), "claude-sonnet-4-6")
PICTURE = ChatRequest(messages=(user([Text(text="x"), Image(source=Media(url=URL))]),))


def wanted(
    target: Target = GEMINI,
    request: ChatRequest = PICTURE,
    *,
    inbound: Inbound | None = None,
    deadline: float | None = None,
    **options: object,
) -> Fetch | None:
    settings = Options(**options)  # type: ignore[arg-type]
    context = RequestContext(deadline=deadline)
    flow = fetching(target, request, options=settings, context=context, now=100.0, inbound=inbound)
    if flow is None:
        return None
    effect = next(flow)
    assert isinstance(effect, Fetch)
    return effect


def test_what_the_target_does_not_read_is_fetched_within_the_calls_time() -> None:
    assert wanted() == Fetch(urls=(URL,), limits=FetchMedia(), deadline=None)
    assert wanted(fetch_media=True) == wanted()
    narrow = FetchMedia(max_mb=1)
    both = wanted(fetch_media=narrow, timeouts=Timeouts(total=9.0), deadline=5.0)
    assert both == Fetch(urls=(URL,), limits=narrow, deadline=105.0)


def test_what_it_reads_is_not() -> None:
    openai = Target("openai", OpenAI(api_key="sk-test"), "gpt-5.4-mini")
    assert wanted(openai) is None
    assert wanted(openai, fetch_media=False) is None
    assert wanted(request=ChatRequest(messages=(user("x"),)), fetch_media=False) is None


def test_switched_off_it_is_refused_or_left_to_be_dropped() -> None:
    with pytest.raises(Unsupported, match=r"files\.example, and fetching is switched off") as caught:
        wanted(fetch_media=False)
    assert caught.value.param == "messages[0].parts[1].source.url"
    assert (caught.value.provider, caught.value.model) == ("google", "gemini-2.5-flash")
    assert wanted(fetch_media=False, on_unsupported="drop") is None


def test_bytes_that_are_handed_on_are_the_providers_affair() -> None:
    body = json.dumps({"contents": [{"role": "user", "parts": [{"fileData": {"fileUri": URL}}]}]}).encode()
    inbound = gemini.parse(body, (), model="m", stream=False)
    assert GEMINI.chat_codec("gemini").forward(inbound) is not None
    assert wanted(request=inbound.request, inbound=inbound) is None


def test_a_caller_of_the_same_wire_whose_bytes_must_change_is_helped() -> None:
    source = {"type": "url", "url": URL}
    message = {"role": "user", "content": [{"type": "image", "source": source}]}
    body = json.dumps({"model": "m", "max_tokens": 9, "messages": [message]}).encode()
    inbound = anthropic_messages.parse(body, ())
    found = wanted(CLAUDE, inbound.request, inbound=inbound)
    assert found is not None
    assert found.urls == (URL,)


def test_the_nearest_word_counts() -> None:
    narrow = FetchMedia(max_files=1)
    client = Options(fetch_media=narrow)
    assert Options().over(client).fetch_media == narrow
    assert Options(fetch_media=False).over(client).fetch_media is False
    assert Options(fetch_media=True).over(Options(fetch_media=False)).fetch_media is True


GEMINI_ANSWER = Reply(
    status=200,
    headers=(("content-type", "application/json"),),
    body=json.dumps(
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hi"}]}, "finishReason": "STOP"}]}
    ).encode(),
)


HERE = Terms(options=Options(fetch_media=FetchMedia(allow=("127.0.0.1",))), context=RequestContext())


def grouped(*targets: Target) -> Group:
    members = [Member(target=target, tier=index) for index, target in enumerate(targets)]
    return Group("fast", members, RoutePolicy(backoff=Backoff(base=0.0)), Standings())


def with_picture(url: str) -> ChatRequest:
    return ChatRequest(messages=(user([Text(text="x"), Image(source=Media(url=url))]),))


def through(transport: MemoryTransport, url: str, *targets: Target) -> ChatResponse:
    return Engine(transport, TokenCache()).routes.chat(grouped(*targets), with_picture(url), HERE)


def test_a_call_that_moves_on_fetches_once(file_host: Any) -> None:
    transport = MemoryTransport(Reply(status=503, body=b"{}"), GEMINI_ANSWER)
    response = through(transport, file_host.file("/a"), GEMINI, Target("other", GEMINI.provider, "gemini-2.5-pro"))
    assert response.text == "Hi"
    assert [attempt.status for attempt in response.attempts] == [503, 200]
    assert len(file_host.asked) == 1
    assert all(isinstance(call.body, bytes) and b"iVBORw0KGgo" in call.body for call in transport.calls)


def test_a_file_that_cannot_be_had_is_told_of_and_nobody_is_asked(file_host: Any) -> None:
    transport = MemoryTransport(GEMINI_ANSWER)
    url = file_host.raw("/a", b"HTTP/1.1 403 X\r\ncontent-length: 0\r\n\r\n")
    with pytest.raises(InvalidInput, match="answered with status 403"):
        through(transport, url, GEMINI, Target("other", GEMINI.provider, "gemini-2.5-pro"))
    assert transport.calls == []


async def test_a_stream_that_moves_on_to_a_target_that_reads_addresses_gives_it_the_address(file_host: Any) -> None:
    chunk = {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}
    body = b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n"
    good = Reply(status=200, headers=(("content-type", "text/event-stream"),), body=body)
    transport = AsyncMemoryTransport(Reply(status=503, body=b"{}"), good)
    engine = AsyncEngine(transport, AsyncTokenCache())
    url = file_host.file("/a")
    openai = Target("openai", OpenAI(api_key="sk-test"), "gpt-5.4-mini")
    stream = await engine.routes.stream(grouped(GEMINI, openai), with_picture(url), HERE)
    while await stream.next():
        pass
    first, second = transport.calls
    assert isinstance(first.body, bytes)
    assert b"iVBORw0KGgo" in first.body
    assert url.encode() not in first.body
    assert url.encode() in second.body
    assert len(file_host.asked) == 1


class Slow:
    """Gets files in five seconds, by a clock of its own."""

    def __init__(self) -> None:
        self.now = 100.0

    def had(self) -> tuple[RemoteFile, ...]:
        self.now += 5
        return (RemoteFile(body=b"\x89PNG\r\n\x1a\n" + b"\x00" * 24, content_type="image/png"),)

    def fetch(self, *_: object) -> tuple[RemoteFile, ...]:
        return self.had()


class AsyncSlow(Slow):
    async def fetch(self, *_: object) -> tuple[RemoteFile, ...]:  # type: ignore[override]
        return self.had()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> AsyncSlow:
    found = AsyncSlow()
    monkeypatch.setattr(AsyncRunner, "now", property(lambda _: found.now))
    return found


async def test_the_time_of_fetching_is_no_attempts(slow: AsyncSlow) -> None:
    engine = AsyncEngine(AsyncMemoryTransport(GEMINI_ANSWER), AsyncTokenCache(), fetcher=slow)  # type: ignore[arg-type]
    response = await engine.chat(GEMINI, PICTURE, options=Options(), context=RequestContext())
    assert slow.now == 105
    assert [attempt.duration for attempt in response.attempts] == [0.0]


def test_nor_in_blocking_code(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(Runner, "now", property(lambda _: slow.now))
    engine = Engine(MemoryTransport(GEMINI_ANSWER), TokenCache(), fetcher=slow)  # type: ignore[arg-type]
    response = engine.chat(GEMINI, PICTURE, options=Options(), context=RequestContext())
    assert slow.now == 105
    assert [attempt.duration for attempt in response.attempts] == [0.0]
