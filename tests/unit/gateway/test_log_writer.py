"""Lines arrive whole, in order, and all of them; and nobody waits for whoever reads them."""

import contextlib
import os
import threading
from collections.abc import Iterator

import pytest

from accord.gateway import log_writer
from accord.gateway.log_writer import LineWriter


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    out, into = os.pipe()
    yield out, into
    for end in (out, into):
        with contextlib.suppress(OSError):
            os.close(end)


def threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def read_all(out: int) -> bytes:
    data = b""
    while piece := os.read(out, 65536):
        data += piece
    return data


def test_lines_arrive_in_order_and_whole(pipe: tuple[int, int]) -> None:
    out, into = pipe
    writer = LineWriter()
    assert not writer.is_open
    writer.open(into)
    sent = [b"%d %s\n" % (number, b"x" * (number % 300)) for number in range(3000)]
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(read_all(out)))
    reader.start()
    for line in sent:
        writer.put(line)
    writer.close()
    writer.put(b"after the end\n")
    os.close(into)
    reader.join(5)
    assert got == [b"".join(sent) + b"after the end\n"]
    assert writer.lost == 0


def test_writes_are_of_whole_lines_that_a_pipe_takes_at_once(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, into = pipe
    written: list[bytes] = []

    def write(output: int, data: memoryview) -> int:
        written.append(bytes(data))
        return len(data)

    monkeypatch.setattr(os, "write", write)
    writer = LineWriter()
    writer.open(into)
    for number in range(200):
        writer.put(b"%d %s\n" % (number, b"x" * 100))
    writer.put(b"y" * 10_000 + b"\n")
    writer.close()
    assert all(piece.endswith(b"\n") for piece in written)
    assert [len(piece) for piece in written if len(piece) > 4096] == [10_001]
    assert len(written) < 10, "lines are gathered"


def test_a_reader_who_stands_still_stops_nobody(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    out, into = pipe
    monkeypatch.setattr(log_writer, "WAITING_BYTES", 200_000)
    monkeypatch.setattr(log_writer, "LAST_SECONDS", 0.05)
    writer = LineWriter()
    writer.open(into)
    before = threads()
    line = b"z" * 999 + b"\n"
    for _ in range(500):
        writer.put(line)
    assert writer.lost >= 500 - 200 - 65, "the pipe holds 64 KB, the queue 200"
    (thread,) = threads() - before
    writer.close()
    assert thread.is_alive(), "it was not waited for without end"
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(read_all(out)))
    reader.start()
    thread.join(5)
    os.close(into)
    reader.join(5)
    assert got[0] == line * (500 - writer.lost)


def test_lines_that_nobody_can_read_are_counted(pipe: tuple[int, int]) -> None:
    out, into = pipe
    os.close(out)
    writer = LineWriter()
    writer.open(into)
    writer.put(b"one\n")
    writer.close()
    writer.say(b"two\n")
    assert writer.lost == 2


def test_where_no_thread_runs_lines_are_written_at_once(pipe: tuple[int, int]) -> None:
    out, into = pipe
    writer = LineWriter()
    writer.open(into)
    before = threads()
    writer.say(b"at once\n")
    assert threads() == before
    assert os.read(out, 100) == b"at once\n"
