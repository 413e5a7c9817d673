"""The library beside the official OpenAI SDK: `python benchmarks/sdk.py [--rounds N] [--quick]`.

Every case runs in a process of its own, against one server on loopback that answers a fixed chat completion (about 1 KB) or
a stream of 102 events. Cases are interleaved, CPU time of the process is counted (user and system), and what the empty
case costs (starting Python, for imports; nothing, for calls) is taken off. Ratios are medians of paired rounds.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

CALLS = 300
STREAMS = 20

ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795430000,
        "model": "gpt-5.4-mini-2026-03-17",
        "service_tier": "default",
        "system_fingerprint": None,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "word " * 120, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 190,
            "completion_tokens": 120,
            "total_tokens": 310,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
    }
).encode()


def chunk(delta: dict[str, object], finish: str | None = None) -> bytes:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1795430000,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


EVENTS = [
    chunk({"role": "assistant", "content": ""}),
    *[chunk({"content": f"word{i} "}) for i in range(100)],
    chunk({}, "stop"),
]


class Server(asyncio.Protocol):
    """Answers whatever comes, as soon as its body is there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, blank, body = self.buffer.partition(b"\r\n\r\n")
        if not blank:
            return
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if len(body) < length:
            return
        self.buffer = body[length:]
        if b'"stream":true' in body.replace(b" ", b""):
            self.transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            )
            for event in [*EVENTS, b"data: [DONE]\n\n"]:
                self.transport.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            self.transport.write(b"0\r\n\r\n")
        else:
            self.transport.write(
                f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(ANSWER)}\r\n\r\n".encode()
                + ANSWER
            )


async def serve(port_file: Path) -> None:
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    port_file.write_text(str(server.sockets[0].getsockname()[1]))
    await asyncio.sleep(3600)


# --- the cases, each run as `python benchmarks/sdk.py --case NAME PORT` ----------------------------------------------


MESSAGES = [{"role": "user", "content": "Tell me something. " * 40}]


def case_accord_sync(port: str, calls: int) -> None:
    import accord

    with accord.Client(accord.OpenAI(api_key="sk-test", base_url=f"http://127.0.0.1:{port}/v1")) as client:
        request = accord.ChatRequest(model="gpt-5.4-mini", messages=(accord.user("Tell me something. " * 40),))
        for _ in range(calls):
            assert client.chat_completion(request).text


def case_openai_sync(port: str, calls: int) -> None:
    import openai

    client = openai.OpenAI(api_key="sk-test", base_url=f"http://127.0.0.1:{port}/v1")
    for _ in range(calls):
        assert client.chat.completions.create(model="gpt-5.4-mini", messages=MESSAGES).choices[0].message.content


def case_accord_async(port: str, calls: int) -> None:
    import accord

    async def run() -> None:
        async with accord.AsyncClient(
            accord.OpenAI(api_key="sk-test", base_url=f"http://127.0.0.1:{port}/v1")
        ) as client:
            request = accord.ChatRequest(model="gpt-5.4-mini", messages=(accord.user("Tell me something. " * 40),))

            async def some(count: int) -> None:
                for _ in range(count):
                    assert (await client.chat_completion(request)).text

            await asyncio.gather(*[some(calls // 8) for _ in range(8)])

    asyncio.run(run())


def case_openai_async(port: str, calls: int) -> None:
    import openai

    async def run() -> None:
        async with openai.AsyncOpenAI(api_key="sk-test", base_url=f"http://127.0.0.1:{port}/v1") as client:

            async def some(count: int) -> None:
                for _ in range(count):
                    answer = await client.chat.completions.create(model="gpt-5.4-mini", messages=MESSAGES)
                    assert answer.choices[0].message.content

            await asyncio.gather(*[some(calls // 8) for _ in range(8)])

    asyncio.run(run())


def case_accord_stream(port: str, calls: int) -> None:
    import accord

    async def run() -> None:
        async with accord.AsyncClient(
            accord.OpenAI(api_key="sk-test", base_url=f"http://127.0.0.1:{port}/v1")
        ) as client:
            request = accord.ChatRequest(model="gpt-5.4-mini", messages=(accord.user("Tell me something. " * 40),))
            for _ in range(calls):
                async with client.chat_completion_stream(request) as stream:
                    assert len([text async for text in stream.text()]) == 100

    asyncio.run(run())


def case_openai_stream(port: str, calls: int) -> None:
    import openai

    async def run() -> None:
        async with openai.AsyncOpenAI(api_key="sk-test", base_url=f"http://127.0.0.1:{port}/v1") as client:
            for _ in range(calls):
                stream = await client.chat.completions.create(model="gpt-5.4-mini", messages=MESSAGES, stream=True)
                assert len([event async for event in stream if event.choices[0].delta.content]) == 100

    asyncio.run(run())


CASES = {name.removeprefix("case_"): function for name, function in list(globals().items()) if name.startswith("case_")}


def run_case(name: str, port: str) -> None:
    """One case in this process; prints CPU and memory of it, and for calls the cost of each beyond the set-up."""
    function = CASES[name]
    calls = STREAMS if name.endswith("stream") else CALLS
    function(port, 8)  # imports, pools, caches
    base = time.process_time()
    function(port, calls)
    print((time.process_time() - base) / calls)


def measure(name: str, port: str) -> float:
    done = subprocess.run([sys.executable, __file__, "--case", name, port], capture_output=True, text=True, check=True)
    return float(done.stdout)


def measure_start(code: str) -> tuple[float, float]:
    """CPU seconds and peak memory in MB of a fresh interpreter that runs `code`."""
    # Installed packages come compiled; a source tree must be allowed to keep what the first round compiles.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", code], environ)
    _, status, usage = os.wait4(child, 0)
    assert status == 0, code
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


STARTS = (
    ("import", "import accord", "import openai"),
    (
        "import and make a client",
        "import accord; accord.Client(accord.OpenAI(api_key='sk-test'))",
        "import openai; openai.OpenAI(api_key='sk-test')",
    ),
    (
        "the same, for asyncio",
        "import accord; accord.AsyncClient(accord.OpenAI(api_key='sk-test'))",
        "import openai; openai.AsyncOpenAI(api_key='sk-test')",
    ),
)

PAIRS = (
    ("call, blocking", "accord_sync", "openai_sync"),
    ("call, asyncio, 8 at once", "accord_async", "openai_async"),
    ("stream of 102 events, asyncio", "accord_stream", "openai_stream"),
)


def main(rounds: int) -> None:
    port_file = Path(f"/tmp/accord-bench-{time.time_ns()}")
    server = threading.Thread(target=lambda: asyncio.run(serve(port_file)), daemon=True)
    server.start()
    while not port_file.exists() or not port_file.read_text():
        time.sleep(0.01)
    port = port_file.read_text()
    port_file.unlink()
    print(f"Python {sys.version.split()[0]}, {rounds} rounds; CPU of the process, medians\n")
    print(f"{'case':32} {'accord':>12} {'openai':>12} {'openai / accord':>16}")
    for title, ours, theirs in STARTS:
        compare_starts(title, ours, theirs, rounds)
    for title, ours, theirs in PAIRS:
        taken = [(measure(ours, port), measure(theirs, port)) for _ in range(rounds)]
        mine, other = (statistics.median(column) * 1e6 for column in zip(*taken, strict=True))
        ratio = statistics.median([b / a for a, b in taken])
        print(f"{title:32} {mine:10.0f}us {other:10.0f}us {ratio:15.1f}x")


def compare_starts(title: str, ours: str, theirs: str, rounds: int) -> None:
    """CPU and memory over those of an interpreter that does nothing."""
    taken = [[measure_start(code) for code in ("pass", ours, theirs)] for _ in range(rounds + 1)][1:]
    for unit, scale, index in (("ms", 1e3, 0), ("MB", 1.0, 1)):
        mine, other = (
            statistics.median([row[which][index] - row[0][index] for row in taken]) * scale for which in (1, 2)
        )
        name = title if unit == "ms" else "   memory added"
        print(f"{name:32} {mine:10.1f}{unit} {other:10.1f}{unit} {other / max(mine, 0.01):15.1f}x")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--case", nargs=2, metavar=("NAME", "PORT"))
    arguments = parser.parse_args()
    if arguments.case:
        run_case(*arguments.case)
    else:
        main(1 if arguments.quick else arguments.rounds)
