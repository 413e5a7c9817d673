"""Cassettes: what is recorded is replayed byte for byte and piece by piece, nothing secret is written down, and what was not
recorded is refused.
"""

import asyncio
import json
import threading

import pytest

import accord
from accord.compat.openai import OpenAI as CompatOpenAI
from accord.core.error import unreachable
from accord.core.http import Call, Reply
from accord.core.option import Options
from accord.testing import (
    AsyncMemoryTransport,
    Cut,
    Delivery,
    Failure,
    FakeProvider,
    MemoryTransport,
    UnmatchedRequest,
    cassette,
)
from accord.testing import Reply as FakeReply
from accord.testing.recording.tape import bytes_of

pytest_plugins = ["pytester"]

KEY = "sk-test-secret-key-of-mine"
ANSWER = (
    b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"who":"'
    + KEY.encode()
    + b'"}'
)
# Nobody answers there: whatever is sent to the network fails.
NOWHERE = "http://127.0.0.1:9/v1"


def client(*script, **more) -> accord.Client:
    transport = MemoryTransport(*script, **more) if script else None
    return accord.Client(accord.OpenAI(api_key=KEY, base_url=NOWHERE), transport=transport, options=Options(retries=0))


def ask(made, text="Hello", **options):
    return made.chat_completion(text, model="m", options=Options(**options)).text


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tapes" / "one.json"


def test_once_recorded_it_needs_no_network(path) -> None:
    with cassette(path) as tape:
        assert ask(client(Reply(status=200, body=ANSWER))) == "Hi"
    assert len(tape.exchanges) == 1
    with cassette(path) as tape:
        assert [one.request.method for one in tape.unused] == ["POST"]
        assert ask(client()) == "Hi"
        assert tape.unused == ()


def test_clients_made_before_and_other_threads_and_tasks_are_under_it(path) -> None:
    before = client(Reply(status=200, body=ANSWER))
    with cassette(path):
        ask(before)
        ask(before, "Again")
    found = []
    offline = client()
    elsewhere = accord.AsyncClient(accord.OpenAI(api_key=KEY, base_url=NOWHERE))

    async def in_a_task():
        return (await elsewhere.chat_completion("Again", model="m")).text

    with cassette(path, "replay"):
        thread = threading.Thread(target=lambda: found.append(ask(offline)))
        thread.start()
        thread.join()
        found.append(asyncio.run(in_a_task()))
    assert found == ["Hi", "Hi"]


def test_a_stream_keeps_its_bytes_and_pieces(path) -> None:
    first = {"id": "c", "choices": [{"index": 0, "delta": {"content": "Grüße 👋"}}]}
    last = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    lines = [json.dumps(one, ensure_ascii=False) for one in (first, last)]
    body = "".join([f"data: {line}\n\n" for line in [*lines, "[DONE]"]]).encode()
    sent = [body[at : at + 3] for at in range(0, len(body), 3)]

    def streamed(made):
        with made.chat_completion_stream("Hello", model="m") as stream:
            return list(stream)

    with cassette(path):
        recorded = streamed(client(Reply(status=200, body=body), piece=3))
    with cassette(path, "replay") as tape:
        assert streamed(client()) == recorded
        answer = tape.exchanges[0].answer
    assert answer is not None
    pieces = answer.pieces
    assert [bytes_of(piece) for piece in pieces] == sent
    assert any(not isinstance(piece, str) for piece in pieces), "half a character is no text"


async def test_asyncio_and_streams_that_break(path) -> None:
    with FakeProvider() as fake:
        fake.script(FakeReply(delivery=Delivery(fault=Cut(events=3))))
        origin, key = fake.url, fake.key

        async def cut() -> str:
            async with accord.AsyncClient(accord.OpenAI(api_key=key, base_url=origin)) as made:
                with pytest.raises(accord.Interrupted) as caught:
                    async with made.chat_completion_stream("One two three four", model="m") as stream:
                        _ = [event async for event in stream]
            assert caught.value.partial is not None
            return caught.value.partial.text

        with cassette(path):
            recorded = await cut()
    with cassette(path, "replay"):
        assert await cut() == recorded != ""


def test_failures_to_connect_and_errors_are_replayed(path) -> None:
    with cassette(path):
        with pytest.raises(accord.Unreachable):
            ask(client(unreachable("nobody is there", sent="no", phase="connect")))
        with pytest.raises(accord.RateLimited):
            ask(
                client(
                    Reply(status=429, headers=(("retry-after", "7"), ("set-cookie", "session=abcdefgh")), body=b"{}")
                )
            )
    with cassette(path, "replay"):
        with pytest.raises(accord.Unreachable, match="nobody is there") as gone:
            ask(client())
        with pytest.raises(accord.RateLimited) as limited:
            ask(client())
    assert (gone.value.sent, gone.value.phase, limited.value.retry_after) == ("no", "connect", 7)
    assert "abcdefgh" not in path.read_text()


def test_compat_is_under_it_too(path) -> None:
    def run(**more) -> str | None:
        made = CompatOpenAI(api_key=KEY, base_url=NOWHERE, **more)
        return (
            made.chat.completions.create(model="m", messages=[{"role": "user", "content": "a"}])
            .choices[0]
            .message.content
        )

    with cassette(path):
        assert run(transport=MemoryTransport(Reply(status=200, body=ANSWER))) == "Hi"
    with cassette(path, "replay"):
        assert run() == "Hi"


class TestSecrets:
    def test_none_is_written_down(self, path, monkeypatch) -> None:
        monkeypatch.setenv("SOME_TOOL_TOKEN", "tool-token-in-environment")
        tool = accord.FunctionTool(name="f", parameters={"type": "object"})
        secrets = [KEY, "tool-token-in-environment", "pass-in-proxy", "gateway-header-value", "AIza" + "x" * 35]
        answer = ANSWER.replace(b"Hi", b"Hi " + b" ".join([secret.encode() for secret in secrets]))
        with cassette(path):
            made = client(
                Reply(status=200, headers=(("x-account", KEY), ("x-request-id", "req-1")), body=answer), piece=5
            )
            made.chat_completion(
                accord.ChatRequest(model="m", messages=(accord.user(" ".join(secrets)),), tools=(tool,)),
                options=Options(
                    headers={"x-custom": "gateway-header-value", "cookie": "pass-in-proxy"},
                    extra_body={
                        "mcp": {"authorization": "short", "headers": {"X-Api-Key": "tiny"}, "authToken": "wee"}
                    },
                ),
            )
        written = path.read_text()
        whole = "".join(
            piece if isinstance(piece, str) else "?"
            for piece in json.loads(written)["exchanges"][0]["answer"]["pieces"]
        )
        for secret in secrets:
            assert secret not in written
            assert secret not in whole
        assert "short" not in written
        assert "tiny" not in written
        assert "wee" not in written
        assert "req-1" in written
        assert '"Hi ' in whole

    def test_they_are_covered_in_addresses(self, path) -> None:
        with cassette(path) as tape:
            call = Call(method="GET", url="http://me:password1@127.0.0.1:9/v1/models?key=AIzaFake&alt=sse", headers=())
            tape.send(MemoryTransport(Reply(status=200, body=b"{}")), call).read()
            assert tape.exchanges[0].request.url == "http://127.0.0.1:9/v1/models?key=***&alt=sse"

    def test_a_covered_request_is_found_again_with_another_key(self, path) -> None:
        with cassette(path):
            ask(client(Reply(status=200, body=ANSWER)), f"is {KEY} a key?")
        with cassette(path, "replay"):
            ask(client(), f"is {KEY} a key?")


class TestStrictness:
    def test_the_nearest_request_is_named(self, path) -> None:
        with cassette(path):
            made = client(Reply(status=200, body=ANSWER))
            ask(made, "What is the capital of France?")
            ask(made, "Something else altogether, and longer")
        with cassette(path, "replay"), pytest.raises(UnmatchedRequest) as caught:
            ask(client(), "What is the capital of Ghana?")
        said = str(caught.value)
        assert "nearest is request 1 of 2" in said
        assert 'body.messages[0].content: "What is the capital of Ghana?", and "What is the capital of France?"' in said

    def test_each_is_used_once(self, path) -> None:
        with cassette(path):
            ask(client(Reply(status=200, body=ANSWER)))
        with cassette(path, "replay"):
            ask(client())
            with pytest.raises(UnmatchedRequest, match=r"more often than it was recorded \(1 times\)"):
                ask(client())

    def test_modes(self, path) -> None:
        with pytest.raises(accord.ConfigError, match="record it first"), cassette(path, "replay"):
            pass
        with cassette(path, "record"):
            ask(client(Reply(status=200, body=ANSWER)), "one")
        with cassette(path, "record"):
            ask(client(), "one")
            ask(client(Reply(status=200, body=ANSWER)), "two")
        with cassette(path) as tape:
            assert len(tape.exchanges) == 2
        with cassette(path, "rewrite"):
            ask(client(Reply(status=200, body=ANSWER.replace(b"Hi", b"Ho"))), "one")
        with cassette(path) as tape:
            assert (len(tape.exchanges), ask(client(), "one")) == (1, "Ho")

    def test_what_is_no_cassette_is_said(self, path) -> None:
        path.parent.mkdir()
        path.write_text('{"cassette": 9, "exchanges": []}')
        with pytest.raises(accord.ConfigError, match="version 9"), cassette(path):
            pass
        path.write_text("[]")
        with pytest.raises(accord.ConfigError, match="is no cassette"), cassette(path):
            pass

    def test_hosts_may_differ_where_that_is_asked_for(self, path) -> None:
        with cassette(path):
            ask(client(Reply(status=200, body=ANSWER)))
        made = accord.Client(accord.OpenAI(api_key=KEY, base_url="http://127.0.0.2:9/v1"))
        with cassette(path, "replay", match_on=("method", "path", "body")):
            assert ask(made) == "Hi"
        with cassette(path, "replay"), pytest.raises(UnmatchedRequest, match="host"):
            ask(made)


def test_a_block_that_fails_leaves_no_half_of_it(path) -> None:
    def failing() -> None:
        with cassette(path):
            ask(client(Reply(status=200, body=ANSWER)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert not path.exists()


async def test_a_caller_that_left_is_replayed_as_far_as_it_read(path) -> None:
    transport = AsyncMemoryTransport(Reply(status=200, body=b"0123456789"), piece=5)
    call = Call(method="POST", url=NOWHERE, headers=())
    with cassette(path) as tape:
        answer = await tape.send_async(transport, call)
        assert await answer.read() == b"01234"
        await answer.close()
    with cassette(path, "replay") as tape:
        played = await tape.send_async(transport, call)
        assert await played.read() == b"01234"
        with pytest.raises(accord.Interrupted, match="did not read on"):
            await played.read()


def test_nothing_is_in_force_after_the_block(path) -> None:
    with cassette(path):
        pass
    assert not path.exists()
    with pytest.raises(accord.Unreachable):
        ask(client())


def test_the_fixture(pytester, monkeypatch) -> None:
    with FakeProvider() as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
        monkeypatch.setenv("OPENAI_API_KEY", fake.key)
        pytester.makepyfile(
            test_it="""
            import accord, pytest

            def test_one(accord_cassette):
                assert accord.Client("openai/gpt-4.1").chat_completion("Hello").text == "Hello"

            @pytest.mark.accord_cassette("named.json", mode="auto")
            def test_two(accord_cassette):
                assert accord.Client("openai/gpt-4.1").chat_completion("Hello").text == "Hello"
            """
        )
        pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider").assert_outcomes(passed=2)
        assert len(fake.requests) == 2
        fake.always(Failure(status=500))
        pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", "--accord-cassettes=replay").assert_outcomes(
            passed=2
        )
        assert len(fake.requests) == 2
    assert (pytester.path / "cassettes" / "named.json").exists()
    assert (pytester.path / "cassettes" / "test_it" / "test_one.json").exists()
