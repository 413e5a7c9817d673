"""Lines on their way to standard output, so that serving never waits for whoever reads them.

A request appends its line to a queue; a thread writes what has gathered. It is started with the first line, in the process
that serves, because the parent of workers must have no threads when it forks. Where the reader is so slow that 16 MB
wait, further lines are dropped and counted: memory is finite, and a stalled log must not stall the gateway.
"""

import os
import select
import threading
import time
from collections import deque

GATHER_SECONDS = 0.02
"""How long lines gather before they are written: a wake-up of the thread for each would cost more than the line."""

WAITING_BYTES = 16 * 1024 * 1024
"""The most that may wait to be written."""

LAST_SECONDS = 5.0
"""How long the end of the process waits for lines to be taken."""

_WHOLE = 4096
"""Bytes that a pipe takes in one piece (PIPE_BUF on Linux): workers write to the same one, and lines must not mix."""


class LineWriter:
    """Writes lines to a file descriptor, in the order they came. Lines of one process only come from its main thread."""

    def __init__(self) -> None:
        self.is_open: bool = False
        """Whether lines go anywhere."""
        self._output: int | None = None
        self._lines: deque[bytes] = deque()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._awake = False
        self._closing = False
        # Each is changed by one thread alone, so none needs a lock.
        self._bytes_in = 0
        self._bytes_out = 0
        self._refused = 0
        self._failed = 0

    @property
    def lost(self) -> int:
        """Lines that were dropped, or could not be written."""
        return self._refused + self._failed

    def open(self, output: int) -> None:
        """Writes to the file descriptor from now on."""
        self._output = output
        self.is_open = True
        self._closing = False

    def put(self, line: bytes) -> None:
        """Queues a line, which has its line end. Never waits."""
        if self._closing:
            self._write([line])
            return
        if self._bytes_in - self._bytes_out + len(line) > WAITING_BYTES:
            self._refused += 1
            return
        self._bytes_in += len(line)
        self._lines.append(line)
        if not self._awake:
            self._awake = True
            self._wake.set()
            if self._thread is None:
                # A daemon, so that a reader who is stuck cannot keep the process from ending.
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()

    def say(self, line: bytes) -> None:
        """Writes a line in its turn: at once where none is waiting, so that it works in processes without the thread."""
        if self._thread is None:
            self._write([line])
        else:
            self.put(line)

    def close(self) -> None:
        """Waits until everything is written, or the reader has shown for long enough that it takes nothing. Lines that
        still come are written at once.
        """
        self._closing = True
        thread, self._thread = self._thread, None
        if thread is not None:
            self._wake.set()
            thread.join(LAST_SECONDS)

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait()
            if not self._closing:
                time.sleep(GATHER_SECONDS)
            self._wake.clear()
            # Before the queue is emptied: a line that comes from now on wakes this thread again.
            self._awake = False
            self._empty()
        self._empty()

    def _empty(self) -> None:
        batch: list[bytes] = []
        size = 0
        lines = self._lines
        while lines:
            line = lines.popleft()
            if batch and size + len(line) > _WHOLE:
                self._write(batch)
                self._bytes_out += size
                batch, size = [], 0
            batch.append(line)
            size += len(line)
        if batch:
            self._write(batch)
            self._bytes_out += size

    def _write(self, batch: list[bytes]) -> None:
        assert self._output is not None
        data = memoryview(b"".join(batch))
        try:
            while data:
                try:
                    data = data[os.write(self._output, data) :]
                except BlockingIOError:
                    # Somebody who shares the file made it non-blocking.
                    select.select([], [self._output], [], 1.0)
        except OSError:
            # Nobody reads any more, or the disk is full; there is nowhere to say so but the counter.
            self._failed += len(batch)


lines: LineWriter = LineWriter()
"""The lines of this process."""
