"""Clients among threads, loops, forks, signals and collectors: what they hold is let go of, whoever forgets it."""

import asyncio
import gc
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
import uvloop

import accord
from accord import AsyncClient, Client, OpenAI, Options
from accord.testing import Delivery, FakeProvider, Hold, Reply

MODEL = "gpt-5.4-mini"
ONCE = Options(retries=0)


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture
def provider(fake: FakeProvider) -> OpenAI:
    return OpenAI(api_key=fake.key, base_url=fake.url)


def held(events: int | None = None) -> Reply:
    """An answer that stops after so many events, or before its head."""
    place = Delivery(fault=Hold() if events is None else Hold(events=events))
    return msgspec.structs.replace(Reply.saying("a b c d"), delivery=place)


class TestThreads:
    def test_sixteen_threads_share_a_client(self, fake: FakeProvider, provider: OpenAI) -> None:
        def ask(number: int) -> tuple[str, str]:
            whole = client.chat_completion(f"whole {number}", model=MODEL).text
            with client.chat_completion_stream(f"stream {number}", model=MODEL) as stream:
                return whole, "".join(stream.text())

        with Client(provider) as client, ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(ask, range(160)))
            assert client.spending.total.calls == 320
        assert answers == [(f"whole {n}", f"stream {n}") for n in range(160)]
        assert fake.connections_made <= 16
        fake.wait_until(lambda seen: seen.connections == 0)

    def test_closing_while_others_wait_fails_their_calls_and_hangs_none(
        self, fake: FakeProvider, provider: OpenAI
    ) -> None:
        fake.always(held())
        client = Client(provider, options=ONCE)
        with ThreadPoolExecutor(4) as threads:
            calls = [threads.submit(client.chat_completion, "x", model=MODEL) for _ in range(4)]
            fake.wait_until(lambda seen: len(seen.requests) == 4)
            client.close()
            for call in calls:
                with pytest.raises(accord.ProviderError):
                    call.result(5)

    def test_one_asyncio_client_in_loops_of_several_threads(self, fake: FakeProvider, provider: OpenAI) -> None:
        client = AsyncClient(provider)

        async def ask(number: int) -> list[str]:
            found = await asyncio.gather(*[client.chat_completion(f"{number} {n}", model=MODEL) for n in range(5)])
            return [answer.text for answer in found]

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda number: asyncio.run(ask(number)), range(16)))
        assert answers == [[f"{number} {n}" for n in range(5)] for number in range(16)]
        fake.wait_until(lambda seen: seen.connections == 0)


class TestLoops:
    @pytest.mark.parametrize("factory", [None, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
    def test_one_client_in_one_loop_after_another(
        self, fake: FakeProvider, provider: OpenAI, factory: Callable[[], asyncio.AbstractEventLoop] | None
    ) -> None:
        client = AsyncClient(provider)

        async def ask(text: str) -> str:
            return (await client.chat_completion(text, model=MODEL)).text

        for text in ("one", "two", "three"):
            with asyncio.Runner(loop_factory=factory) as runner:
                assert runner.run(ask(text)) == text
            fake.wait_until(lambda seen: seen.connections == 0)

    def test_without_a_loop_of_asyncio_it_says_so(self, provider: OpenAI) -> None:
        """As under trio, whose functions run beside no loop of asyncio's."""
        call = AsyncClient(provider).chat_completion("x", model=MODEL)
        with pytest.raises(accord.ConfigError, match="asyncio"):
            call.send(None)


class TestCancelling:
    """In each phase of a call; after each the client serves on, and nothing is left behind."""

    @pytest.mark.parametrize("phase", ["before it began", "head", "body", "between events", "queue"])
    async def test_a_cancelled_call_leaves_nothing(self, fake: FakeProvider, provider: OpenAI, phase: str) -> None:
        tasks, threads = len(asyncio.all_tasks()), threading.active_count()
        limited = OpenAI(api_key=fake.key, base_url=fake.url, max_connections=1)
        async with AsyncClient(limited if phase == "queue" else provider, options=ONCE) as client:
            await client.chat_completion("warm", model=MODEL)
            fake.always(held(None if phase in ("head", "queue") else 1))

            async def streamed() -> None:
                async with client.chat_completion_stream("x", model=MODEL) as stream:
                    async for _ in stream:
                        pass

            asked = len(fake.requests)
            calls = [asyncio.create_task(streamed()) for _ in range(2 if phase == "queue" else 1)]
            if phase != "before it began":
                await fake.wait_until_async(lambda seen: len(seen.requests) > asked)
                await asyncio.sleep(0.02)
            for call in calls:
                call.cancel()
            assert all(isinstance(ended, asyncio.CancelledError) for ended in await gathered(calls))
            await fake.wait_until_async(lambda seen: seen.connections <= 1)
            fake.always(Reply.saying("still here"))
            assert (await client.chat_completion("x", model=MODEL)).text == "still here"
        await fake.wait_until_async(lambda seen: seen.connections == 0)
        assert len(asyncio.all_tasks()) == tasks
        assert threading.active_count() <= threads + 1, "the thread that waited for the fake"

    async def test_a_group_of_tasks_that_fails_cancels_the_calls_of_the_others(
        self, fake: FakeProvider, provider: OpenAI
    ) -> None:
        fake.always(held())
        async with AsyncClient(provider, options=ONCE) as client:
            with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012 - a group is entered and left
                async with asyncio.TaskGroup() as group:
                    for _ in range(5):
                        group.create_task(client.chat_completion("x", model=MODEL))
                    await fake.wait_until_async(lambda seen: len(seen.requests) == 5)
                    group.create_task(failing())
            assert caught.group_contains(RuntimeError)
            await fake.wait_until_async(lambda seen: seen.aborted == 5)

    async def test_a_time_limit_of_asyncio_is_one(self, fake: FakeProvider, provider: OpenAI) -> None:
        fake.always(held())
        async with AsyncClient(provider, options=ONCE) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.chat_completion("x", model=MODEL)
            await fake.wait_until_async(lambda seen: seen.aborted == 1)


async def gathered(calls: "list[asyncio.Task[None]]") -> list[object]:
    found: list[object] = [*await asyncio.gather(*calls, return_exceptions=True)]
    return found


async def failing() -> None:
    raise RuntimeError


class TestDropped:
    """A client that nobody closes is closed with the last that knew of it, without a word, as scripts and notebooks do."""

    def test_a_blocking_one(self, fake: FakeProvider, provider: OpenAI) -> None:
        def use() -> None:
            client = Client(provider)
            client.chat_completion("x", model=MODEL)
            with client.chat_completion_stream("a b c", model=MODEL) as stream:
                next(iter(stream))

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            use()
            gc.collect()
        assert [str(warning.message) for warning in told] == []
        fake.wait_until(lambda seen: seen.connections == 0)

    async def test_one_of_asyncio(self, fake: FakeProvider, provider: OpenAI) -> None:
        async def use() -> None:
            client = AsyncClient(provider)
            await client.chat_completion("x", model=MODEL)
            stream = client.chat_completion_stream("a b c", model=MODEL)
            await stream.__aenter__()
            await anext(aiter(stream))

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            await use()
            for _ in range(3):
                gc.collect()
                await asyncio.sleep(0.01)
        assert [str(warning.message) for warning in told] == []
        await fake.wait_until_async(lambda seen: seen.connections == 0)

    def test_thousands_of_them(self, fake: FakeProvider, provider: OpenAI) -> None:
        for _ in range(300):
            Client(provider).chat_completion("x", model=MODEL)
        gc.collect()
        fake.wait_until(lambda seen: seen.connections == 0)


PROGRAMS = {
    "a client of the module, never closed": """
        client = accord.Client(provider)
        print(client.chat_completion("Hello", model="m").text)
    """,
    "a daemon thread within a call": """
        client = accord.Client(provider)
        client.chat_completion("warm", model="m")
        threading.Thread(target=lambda: client.chat_completion("hold", model="hold"), daemon=True).start()
        time.sleep(0.2)
        print("Hello")
    """,
    "a call while the process ends": """
        client = accord.Client(provider)
        atexit.register(lambda: print(client.chat_completion("Hello", model="m").text))
    """,
    "asyncio, never closed": """
        client = accord.AsyncClient(provider)
        async def main():
            print((await client.chat_completion("Hello", model="m")).text)
        asyncio.run(main())
    """,
    "a task that is left when the loop ends": """
        async def main():
            client = accord.AsyncClient(provider)
            task = asyncio.create_task(client.chat_completion("hold", model="hold"))
            await asyncio.sleep(0.2)
            print("Hello")
        asyncio.run(main())
    """,
    "a stream that is left open": """
        client = accord.Client(provider)
        stream = client.chat_completion_stream("Hello", model="m")
        stream.__enter__()
        print("".join(event.text for event in stream if hasattr(event, "text") and event.text == "Hello") or "Hello")
    """,
    "a fork that uses the client of its parent": """
        client = accord.Client(provider)
        client.chat_completion("warm", model="m")
        child = os.fork()
        text = client.chat_completion("Hello" if child == 0 else "parent", model="m").text
        if child == 0:
            print(text, flush=True)
            os._exit(0)
        assert text == "parent" and os.waitpid(child, 0)[1] == 0
    """,
    "workers of multiprocessing that fork": """
        client = accord.Client(provider)
        def ask(text):
            return client.chat_completion(text, model="m").text
        ask("warm")
        with multiprocessing.get_context("fork").Pool(2) as workers:
            assert workers.map(ask, ["a", "b", "c"]) == ["a", "b", "c"]
        print(ask("Hello"))
    """,
}

BEGINNING = """
import asyncio, atexit, multiprocessing, os, sys, threading, time
import accord
provider = accord.OpenAI(api_key=sys.argv[1], base_url=sys.argv[2], retries=0)
"""


@pytest.mark.parametrize("program", PROGRAMS)
def test_processes_end_with_code_0_and_without_a_word(fake: FakeProvider, program: str) -> None:
    fake.always(held(), model="hold")
    code = BEGINNING + textwrap.dedent(PROGRAMS[program])
    command = [sys.executable, "-W", "always::ResourceWarning", "-c", code, fake.key, fake.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Hello\n", "")
    fake.wait_until(lambda seen: seen.connections == 0)


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_ctrl_c_within_a_stream_ends_it_here_and_there(fake: FakeProvider, kind: str) -> None:
    fake.always(held(2))
    blocking = """
        with accord.Client(provider).chat_completion_stream("x", model="m") as stream:
            for event in stream:
                print("event", flush=True)
    """
    waiting = """
        async def main():
            async with accord.AsyncClient(provider) as client, client.chat_completion_stream("x", model="m") as stream:
                async for event in stream:
                    print("event", flush=True)
        asyncio.run(main())
    """
    # A shell's background jobs begin deaf to Ctrl-C.
    hearing = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code = BEGINNING + hearing + textwrap.dedent(blocking if kind == "blocking" else waiting)
    command = [sys.executable, "-c", code, fake.key, fake.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "event\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=10)
    assert process.returncode in (-signal.SIGINT, 130)
    assert complaint.strip().endswith("KeyboardInterrupt"), complaint
    fake.wait_until(lambda seen: seen.aborted == 1)


def test_a_signal_of_the_program_does_not_disturb_a_call(fake: FakeProvider, provider: OpenAI) -> None:
    """A handler that merely notes a signal: the call is gone on with, blocking or not."""
    heard: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    try:
        fake.always(msgspec.structs.replace(Reply.saying("Hello"), delivery=Delivery(before_head=0.3)))
        timer = threading.Timer(0.1, lambda: signal.raise_signal(signal.SIGUSR1))
        timer.start()
        with Client(provider) as client:
            assert client.chat_completion("x", model=MODEL).text == "Hello"
        timer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert heard == [signal.SIGUSR1]
