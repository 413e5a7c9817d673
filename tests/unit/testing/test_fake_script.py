"""The script, the models that play by themselves, and the books."""

import asyncio
import threading

import pytest

from accord.core.part import Audio, Image, Media, Opaque, ToolCall
from accord.testing import Bytes, Cut, Delivery, Failure, FakeProvider, Hold, Reply

USER = {"role": "user", "content": "Hello"}
FUNCTION = {
    "type": "function",
    "function": {"name": "f", "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}}},
}


@pytest.fixture
def ask(fake_provider, call):
    caller = call(fake_provider)
    return lambda **body: caller("/v1/chat/completions", {"model": "m", "messages": [USER], **body})


def text(got) -> str:
    return got.json["choices"][0]["message"]["content"]


def test_lines_are_said_in_order_and_then_it_echoes(fake_provider, ask) -> None:
    fake_provider.reply("one")
    fake_provider.script(Reply.saying("two"), Failure(status=500))
    assert fake_provider.unsaid == 3
    assert [text(ask()), text(ask())] == ["one", "two"]
    assert ask().status == 500
    assert text(ask()) == "Hello"
    assert fake_provider.unsaid == 0


def test_lines_wait_for_their_model(fake_provider, ask) -> None:
    fake_provider.reply("for b", model="b")
    fake_provider.reply("for anybody")
    assert text(ask(model="a")) == "for anybody"
    assert text(ask(model="a")) == "Hello"
    assert text(ask(model="b")) == "for b"


def test_standing_orders_come_after_the_script(fake_provider, ask) -> None:
    fake_provider.always(Reply.saying("always"))
    fake_provider.always(Reply.saying("newer"), model="b")
    fake_provider.reply("once")
    assert [text(ask()), text(ask()), text(ask()), text(ask(model="b"))] == ["once", "always", "always", "newer"]
    fake_provider.clear()
    assert text(ask()) == "Hello"


def test_a_function_may_choose(fake_provider, ask) -> None:
    fake_provider.always(lambda request: Reply.saying(f"{request.number} {request.json['model']}"))
    assert [text(ask()), text(ask(model="b"))] == ["1 m", "2 b"]


def test_other_operations_have_their_own_lines(fake_provider, ask, call) -> None:
    caller = call(fake_provider)
    fake_provider.fail(503, operation="models")
    fake_provider.script(Bytes(body=b"{}"), operation="embeddings")
    fake_provider.script(Failure(status=418), operation="any")
    assert ask().status == 418
    assert caller("/v1/embeddings", {"model": "m", "input": "x"}).body == b"{}"
    assert caller("/v1/models").status == 503
    assert caller("/v1/models").status == 200


def test_a_request_that_is_refused_uses_nothing_up(fake_provider, ask) -> None:
    fake_provider.reply("one")
    assert ask(foo=1).status == 400
    assert text(ask()) == "one"


def test_a_reply_without_content_is_the_usual_one(fake_provider, ask) -> None:
    fake_provider.script(Reply(finish="length", extra={"more": 1}, model="other", id="chatcmpl-1"))
    body = ask().json
    assert body["choices"][0]["message"]["content"] == "Hello"
    assert (body["choices"][0]["finish_reason"], body["more"], body["model"], body["id"]) == (
        "length",
        1,
        "other",
        "chatcmpl-1",
    )


def test_unknown_usage_is_left_out(fake_provider, ask) -> None:
    fake_provider.script(Reply(reports_usage=False))
    assert "usage" not in ask().json


@pytest.mark.parametrize("part", [Image(source=Media(data="eA==")), Opaque(dialect="gemini", raw={})])
def test_what_the_wire_cannot_say_fails_the_test(call, part) -> None:
    fake = FakeProvider().start()
    fake.script(Reply(content=(part,)))
    assert call(fake)("/v1/chat/completions", {"model": "m", "messages": [USER]}).status == 500
    with pytest.raises(ValueError, match="cannot say"):
        fake.stop()


def test_arguments_that_are_no_object_fail_where_the_wire_has_objects(call) -> None:
    fake = FakeProvider("anthropic_messages").start()
    fake.script(Reply(content=(ToolCall(id="", name="f", arguments="{oops"),)))
    body = {"model": "m", "max_tokens": 5, "messages": [USER]}
    assert call(fake, "anthropic_messages")("/v1/messages", body).status == 500
    with pytest.raises(ValueError, match="no JSON object"):
        fake.stop()


def test_audio_is_said_by_chat(fake_provider, ask) -> None:
    sound = Audio(source=Media(data="eA=="), transcript="x", id="audio_1", expires_at=5)
    fake_provider.script(Reply(content=(sound,)), Reply(content=(sound,)))
    assert ask().json["choices"][0]["message"]["audio"] == {
        "id": "audio_1",
        "data": "eA==",
        "transcript": "x",
        "expires_at": 5,
    }
    deltas = [event["choices"][0]["delta"] for event in ask(stream=True).events[:-1]]
    assert {key for delta in deltas for key in delta.get("audio", {})} == {"id", "data", "transcript", "expires_at"}


def test_the_models_play_their_parts(ask) -> None:
    assert ask(model="error-429").headers["retry-after"] == "1"
    assert ask(model="fake/error-503").status == 503
    assert ask(model="refusal").json["choices"][0]["message"]["refusal"]
    assert len(text(ask(model="long")).split()) == 2000
    called = ask(model="tools", tools=[FUNCTION]).json["choices"][0]
    assert called["message"]["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"n": 1}'}


def test_tools_are_called_as_the_caller_demands(ask) -> None:
    custom = {"type": "custom", "custom": {"name": "c"}}
    demanded = ask(tools=[FUNCTION], tool_choice="required").json["choices"][0]
    named = ask(tools=[FUNCTION, custom], tool_choice={"type": "custom", "custom": {"name": "c"}}).json["choices"][0]
    assert demanded["message"]["tool_calls"][0]["function"]["name"] == "f"
    assert named["message"]["tool_calls"][0]["custom"] == {"name": "c", "input": "Hello"}
    forbidden = ask(tools=[FUNCTION], tool_choice="none", messages=[{"role": "user", "content": "call f"}])
    assert text(forbidden) == "call f"
    assert text(ask(tools=[FUNCTION], messages=[{"role": "user", "content": "call g {}"}])) == "call g {}"


def test_limits_are_kept(ask) -> None:
    words = [{"role": "user", "content": "one two three"}]
    cut = ask(messages=words, max_tokens=2).json
    assert (cut["choices"][0]["message"]["content"], cut["choices"][0]["finish_reason"]) == ("one two", "length")
    assert cut["usage"]["completion_tokens"] == 2
    assert text(ask(messages=words, stop=["three", "two"])) == "one "


def test_answers_repeat(call) -> None:
    bodies = []
    for _ in range(2):
        with FakeProvider() as fake:
            got = call(fake)("/v1/chat/completions", {"model": "m", "messages": [USER]})
            bodies.append((got.body, got.headers))
    assert bodies[0] == bodies[1]


def test_the_books(fake_provider, ask) -> None:
    ask(foo=1)
    ask()
    assert [request.status for request in fake_provider.requests] == [400, 200]
    assert (fake_provider.open, fake_provider.finished, fake_provider.aborted) == (0, 2, 0)
    request = fake_provider.last
    assert (request.number, request.method, request.path, request.fate) == (
        2,
        "POST",
        "/v1/chat/completions",
        "finished",
    )
    assert request.header("authorization") == f"Bearer {fake_provider.key}"
    assert request.json == {"model": "m", "messages": [USER]}
    assert request.body.startswith(b"{")
    assert request.sent_bytes > 100
    assert fake_provider.key not in repr(request)
    fake_provider.clear()
    assert (fake_provider.requests, fake_provider.finished) == ((), 0)


def test_only_so_much_is_remembered(call) -> None:
    with FakeProvider(remembers=2) as fake:
        caller = call(fake)
        ids = [caller("/v1/responses", {"model": "m", "input": "x"}).json["id"] for _ in range(3)]
        assert [request.number for request in fake.requests] == [2, 3]
        assert [caller(f"/v1/responses/{id_}").status for id_ in ids] == [404, 200, 200]


def test_waiting_ends_when_it_happens_and_when_it_does_not(fake_provider, ask) -> None:
    fake_provider.script(Reply(delivery=Delivery(fault=Hold())))
    caller = threading.Thread(target=ask)
    caller.start()
    fake_provider.wait_until(lambda fake: fake.held == 1)
    with pytest.raises(TimeoutError):
        fake_provider.wait_until(lambda fake: fake.finished == 1, 0.01)
    fake_provider.release()
    fake_provider.wait_until(lambda fake: fake.finished == 1)
    caller.join()


async def test_it_runs_in_the_callers_loop_too(call) -> None:
    async with FakeProvider() as fake:
        fake.script(Reply(delivery=Delivery(fault=Hold())))
        ask = asyncio.create_task(
            asyncio.to_thread(call(fake), "/v1/chat/completions", {"model": "m", "messages": [USER]})
        )
        await fake.wait_until_async(lambda fake: fake.held == 1)
        fake.release()
        assert text(await ask) == "Hello"
    with pytest.raises(RuntimeError, match="not started"):
        fake.url  # noqa: B018


def test_a_port_that_is_taken_is_an_error(fake_provider) -> None:
    port = int(fake_provider.origin.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        FakeProvider(port=port).start()


async def test_it_is_started_and_stopped_once_and_in_one_place() -> None:
    fake = await FakeProvider().start_here()
    with pytest.raises(RuntimeError, match="started already"):
        fake.start()
    with pytest.raises(RuntimeError, match="stop_here"):
        fake.stop()
    await fake.stop_here()
    with fake:
        assert fake.url
    fake.stop()


def test_start_fake_starts_any_kind(start_fake, call) -> None:
    claude = start_fake(FakeProvider("anthropic_messages"))
    body = {"model": "m", "max_tokens": 5, "messages": [USER]}
    assert call(claude, "anthropic_messages")("/v1/messages", body).json["content"][0]["text"] == "Hello"


def test_it_runs_in_uvloop(raw, chat_request, drain) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def play() -> tuple[bytes, int]:
        async with FakeProvider() as fake:
            fake.script(
                Reply(delivery=Delivery(fault=Cut(events=1, how="rst"))), Reply(delivery=Delivery(fault=Hold()))
            )
            with pytest.raises(ConnectionResetError):
                await asyncio.to_thread(lambda: drain(raw(fake, chat_request(fake, {"stream": True}))))
            sock = await asyncio.to_thread(raw, fake, chat_request(fake, {"stream": True}))
            await fake.wait_until_async(lambda fake: fake.held == 1)
            sock.close()
            await fake.wait_until_async(lambda fake: fake.aborted == 1)
            answer = await asyncio.to_thread(lambda: drain(raw(fake, chat_request(fake, {}, "connection: close"))))
            return answer, fake.finished

    answer, finished = uvloop.run(play())
    assert answer.startswith(b"HTTP/1.1 200")
    assert finished == 2
