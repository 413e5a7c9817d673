"""The library beside the official OpenAI SDK: `python benchmarks/sdk.py [--rounds N] [--quick]`.

Every case runs in a process of its own, against one server on loopback that answers a fixed chat completion (about 1 KB) or
a stream of 102 events. Cases are interleaved, CPU time of the process is counted (user and system), and what the empty
case costs (starting Python, for imports; nothing, for calls) is taken off. Ratios are medians of paired rounds.
"""

import argparse
import asyncio
import json
import resource
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


EVENTS = [chunk({"role": "assistant", "content": ""}), *[chunk({"content": f"word{i} "}) for i in range(100)], chunk({}, "stop")]


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
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        if len(body) < length:
            return
        self.buffer = body[length:]
        if b'"stream":true' in body.replace(b" ", b""):
            self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            for event in [*EVENTS, b"data: [DONE]\n\n"]:
                self.transport.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            self.transport.write(b"0\r\n\r\n")
        else:
            self.transport.write(
                f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(ANSWER)}\r\n\r\n".encode() + ANSWER
            )


async def serve(port_file: Path) -> None:
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    port_file.write_text(str(server.sockets[0].getsockname()[1]))
    await asyncio.sleep(3600)


# --- the cases, each run as `python benchmarks/sdk.py --case NAME PORT` ----------------------------------------------


def accord_client(port: str) -> "object":
    import accord

    return accord.Client(accord.OpenAI(api_key="sk-test", base_url=f"http://127.0.0.1:{port}/v1"))


def case_empty(port: str, calls: int) -> None:
    del port, calls


def case_import_accord(port: str, calls: int) -> None:
    del port, calls
    import accord  # noqa: F401


def case_import_accord_client(port: str, calls: int) -> None:
    del calls
    accord_client(port)


def case_import_openai(port: str, calls: int) -> None:
    del port, calls
    import openai  # noqa: F401


def case_import_openai_client(port: str, calls: int) -> None:
    del calls
    import openai

    openai.OpenAI(api_key="sk-test", base_url=f"http://127.0.0.1:{port}/v1")


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
        async with accord.AsyncClient(accord.OpenAI(api_key="sk-test", base_url=f"http://127.0.0.1:{port}/v1")) as client:
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
        async with accord.AsyncClient(accord.OpenAI(api_key="sk-test", base_url=f"http://127.0.0.1:{port}/v1")) as client:
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
    calls = 0
    base = 0.0
    if not name.startswith(("import", "empty")):
        calls = STREAMS if name.endswith("stream") else CALLS
        function(port, 8)  # imports, pools, caches
        base = time.process_time()
        function(port, calls)
    cpu = time.process_time() - base
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu / max(calls, 1), "memory": memory}))


def measure(name: str, port: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--case", name, port], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


PAIRS = (
    ("import", "import_accord", "import_openai", 1e3, "ms"),
    ("import and make a client", "import_accord_client", "import_openai_client", 1e3, "ms"),
    ("call, blocking", "accord_sync", "openai_sync", 1e6, "us"),
    ("call, asyncio, 8 at once", "accord_async", "openai_async", 1e6, "us"),
    ("stream of 102 events, asyncio", "accord_stream", "openai_stream", 1e6, "us"),
)


def main(rounds: int) -> None:
    port_file = Path(f"/tmp/accord-bench-{time.time_ns()}")  # noqa: S108 - removed below
    server = threading.Thread(target=lambda: asyncio.run(serve(port_file)), daemon=True)
    server.start()
    while not port_file.exists() or not port_file.read_text():
        time.sleep(0.01)
    port = port_file.read_text()
    port_file.unlink()
    print(f"Python {sys.version.split()[0]}, {rounds} rounds; CPU of the process, medians\n")
    print(f"{'case':32} {'accord':>10} {'openai':>10} {'openai / accord':>16}")
    for title, ours, theirs, scale, unit in PAIRS:
        table = {"empty": [], ours: [], theirs: []}
        for _ in range(rounds):
            for name, found in table.items():
                found.append(measure(name, port))
        off = statistics.median([row["cpu"] for row in table["empty"]]) if unit == "ms" else 0.0
        mine = statistics.median([row["cpu"] for row in table[ours]]) - off
        other = statistics.median([row["cpu"] for row in table[theirs]]) - off
        print(f"{title:32} {mine * scale:8.1f}{unit} {other * scale:8.1f}{unit} {other / mine:15.1f}x")
        if unit == "ms":
            base = statistics.median([row["memory"] for row in table["empty"]])
            sizes = [statistics.median([row["memory"] for row in table[name]]) - base for name in (ours, theirs)]
            print(f"{'   memory added':32} {sizes[0]:8.1f}MB {sizes[1]:8.1f}MB {sizes[1] / max(sizes[0], 0.1):15.1f}x")


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
