"""Cases: a transport is a good citizen of its process: it forks, ends, is interrupted, moves from loop to loop, and
does not grow.
"""

import contextlib
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Generator

from accord.core.http import Network
from accord.testing.transport.case import Case, Lab, asyncio_case, case
from accord.testing.transport.origin import PATIENCE, Peer, Received, answering, chunked, plain


def ends_cleanly(lab: Lab) -> None:
    """A process that has made calls ends with exit code 0 and without a word, though nobody closed the transport."""
    with lab.origin(answering(plain())) as origin, _program(lab, "calls", origin.url) as process:
        said, complaint = process.communicate(timeout=PATIENCE)
        assert (process.returncode, said, complaint) == (0, "hello\n" * 3, ""), (process.returncode, said, complaint)


def ctrl_c(lab: Lab) -> None:
    """Ctrl-C is heard while the head is waited for, and ends the call upstream."""
    closed: list[float] = []

    def script(peer: Peer) -> None:
        peer.request()
        closed.append(peer.closed_at())

    with lab.origin(script) as origin, _program(lab, "waits", origin.url) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        lab.until(lambda: origin.accepted == 1)
        lab.pause(0.1)
        interrupted = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=PATIENCE)
        assert process.returncode == -signal.SIGINT, (process.returncode, complaint)
        assert "KeyboardInterrupt" in complaint, complaint
        lab.until(lambda: bool(closed))
        assert closed[0] - interrupted < 1.0, closed[0] - interrupted


def several_loops(lab: Lab) -> None:
    """One transport, used on one loop after another."""
    with lab.origin(answering(plain())) as origin, _program(lab, "loops", origin.url) as process:
        said, complaint = process.communicate(timeout=PATIENCE)
        assert (process.returncode, said, complaint) == (0, "hello\n" * 3, ""), (process.returncode, said, complaint)
        assert origin.accepted == 3


def forked(lab: Lab) -> None:
    """A forked child makes connections of its own; those of its parent carry on."""
    requests: list[tuple[int, Received]] = []

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            requests.append((peer.number, request))
            peer.send(plain())

    with lab.origin(script) as origin, _program(lab, "forks", origin.url) as process:
        said, complaint = process.communicate(timeout=PATIENCE)
        assert (process.returncode, said) == (0, "hello\n" * 4), (process.returncode, said, complaint)
        by_connection = {(number, request.target) for number, request in requests}
        assert by_connection == {(0, "/"), (1, "/child")}, by_connection


def forked_within_a_stream(lab: Lab) -> None:
    """A child that merely lives does not keep its parent's connections open: what is closed ends upstream."""
    closed: list[float] = []

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(chunked(b"one", end=False))
        closed.append(peer.closed_at())

    with lab.origin(script) as origin, _program(lab, "leaves_a_child", origin.url) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "closed\n"
        lab.until(lambda: bool(closed), within=0.25)
        _, complaint = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, complaint


def many_pools(lab: Lab) -> None:
    """Network profiles cost little, however many, and what is no longer used is let go."""
    count = 200
    with lab.origin(answering(plain(headers="connection: close\r\n"))) as origin:
        lab.get(lab.call(origin.url))
        tracemalloc.start()
        try:
            began = time.process_time()
            before, _ = tracemalloc.get_traced_memory()
            for number in range(count):
                lab.get(lab.call(origin.url, network=Network(max_connections=100 + number)))
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        took = (time.process_time() - began) / count
        grown = (after - before) / count
        assert grown < 4000, f"{grown:.0f} bytes each"
        assert took < 0.01, f"{took * 1000:.2f} ms each"


@contextlib.contextmanager
def _program(lab: Lab, plot: str, url: str) -> "Generator[subprocess.Popen[str], None, None]":
    implementation = lab.implementation
    loop = implementation.loop if implementation.kind == "asyncio" else "-"
    module = "accord.testing.transport.program"
    command = [sys.executable, "-m", module, plot, implementation.factory, loop, url]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


PROCESSES: tuple[Case, ...] = (
    case(ends_cleanly),
    case(ctrl_c),
    asyncio_case(several_loops),
    case(forked),
    case(forked_within_a_stream, pieces=True),
    case(many_pools),
)
