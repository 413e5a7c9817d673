"""A server made of raw bytes: a script says, connection by connection, what it does and when."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeAlias

import msgspec

from accord.core.http import Headers

PATIENCE = 10.0
"""Seconds after which a script that waits is stuck."""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came."""

    method: str
    target: str
    headers: Headers
    """Names as they came."""
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, `None` when it is not there. Fails when it is there twice."""
        values = [value for key, value in self.headers if key.lower() == name]
        assert len(values) < 2, f"{name} came {len(values)} times"
        return values[0] if values else None


class Peer:
    """One connection, as the server has it."""

    def __init__(self, opened: socket.socket, number: int) -> None:
        self._socket = opened
        self._unread = b""
        self.number = number
        """0 for the first connection of an origin."""

    def request(self) -> Received | None:
        """The next request, whole; `None` when the client has closed instead."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        body = self._exactly(length)
        return Received(method=method, target=target, headers=headers, body=body)

    def head(self) -> bytes | None:
        """The head of the next request and nothing of its body; `None` when the client has closed."""
        return self._until(b"\r\n\r\n")

    def send(self, data: bytes) -> None:
        """Sends at once."""
        self._socket.sendall(data)

    def drip(self, data: bytes, *, pause: float = 0.0) -> None:
        """Sends byte by byte."""
        for at in range(len(data)):
            self._socket.sendall(data[at : at + 1])
            if pause:
                time.sleep(pause)

    def receive(self, size: int) -> bytes:
        """Up to `size` bytes, `b""` when the client has closed."""
        if self._unread:
            data, self._unread = self._unread[:size], self._unread[size:]
            return data
        return self._socket.recv(size)

    def closed_at(self) -> float:
        """When the client closed, on the monotonic clock. Waits for that."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while self.receive(65536):
                pass
        return time.monotonic()

    def close(self) -> None:
        """Closes in good order: with TLS's own word for it, where there is TLS."""
        if isinstance(self._socket, ssl.SSLSocket):
            with contextlib.suppress(OSError, ValueError):
                self._socket.settimeout(0.2)
                self._socket.unwrap()
        self.hang_up()

    def hang_up(self) -> None:
        """Closes the connection without a word of TLS."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def reset(self) -> None:
        """Breaks the connection off (RST)."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _until(self, mark: bytes) -> bytes | None:
        while mark not in self._unread:
            data = self._socket.recv(65536)
            if not data:
                return None
            self._unread += data
        head, _, self._unread = self._unread.partition(mark)
        return head

    def _exactly(self, size: int) -> bytes:
        pieces = [self._unread[:size]]
        self._unread = self._unread[size:]
        left = size - len(pieces[0])
        while left:
            data = self._socket.recv(min(left, 1 << 20))
            if not data:
                raise ConnectionError("the client closed within its request")
            pieces.append(data)
            left -= len(data)
        return b"".join(pieces)


Script: TypeAlias = Callable[[Peer], None]
"""What a server does with a connection. When it returns, the connection is closed in good order."""


class Origin:
    """A server on loopback, in threads, for the time of a `with` block.

    Attributes:
        url: its root, without a path.
        accepted: how many connections came.
        most: the most that were open at a time.
        problems: what scripts failed with, connections that broke aside.
    """

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self.accepted: int = 0
        self.most: int = 0
        self.problems: list[BaseException] = []
        self.port: int = self._listener.getsockname()[1]
        self.url: str = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> "Origin":
        accepting = threading.Thread(target=self._accept, daemon=True)
        self._threads.add(accepting)
        accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for opened in self._sockets:
                with contextlib.suppress(OSError):
                    opened.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(PATIENCE)
        if error is None and self.problems:
            raise self.problems[0]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                opened, _ = self._listener.accept()
                serving = threading.Thread(target=self._serve, args=(opened, self.accepted), daemon=True)
                with self._lock:
                    self.accepted += 1
                    self._sockets.add(opened)
                    self.most = max(self.most, len(self._sockets))
                    self._threads.add(serving)
                serving.start()

    def _serve(self, opened: socket.socket, number: int) -> None:
        opened.settimeout(PATIENCE)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secured = opened
        try:
            if self._tls is not None:
                secured = self._tls.wrap_socket(opened, server_side=True, suppress_ragged_eofs=True)
                with self._lock:
                    self._sockets.add(secured)
            peer = Peer(secured, number)
            self._script(peer)
            peer.close()
        except (ConnectionError, ssl.SSLError):
            pass
        except OSError as error:
            if opened.fileno() >= 0 or secured.fileno() >= 0:  # Else the block has ended, and its sockets with it.
                self.problems.append(error)
        except BaseException as error:  # noqa: BLE001 - told at the end of the block
            self.problems.append(error)
        finally:
            opened.close()
            secured.close()
            with self._lock:
                self._sockets -= {opened, secured}
                self._threads.discard(threading.current_thread())


def answering(*answers: bytes) -> Script:
    """Answers every request: the first with the first of `answers`, and so on; the last one serves for all further."""

    def script(peer: Peer) -> None:
        at = 0
        while peer.request() is not None:
            peer.send(answers[min(at, len(answers) - 1)])
            at += 1

    return script


def plain(body: bytes = b"hello", *, status: str = "200 OK", headers: str = "") -> bytes:
    """An answer with a length. `headers` are further lines, each with its line end."""
    head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{headers}\r\n"
    return head.encode("latin-1") + body


def chunked(*pieces: bytes, headers: str = "", end: bool = True) -> bytes:
    """An answer in chunks."""
    head = f"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n{headers}\r\n".encode("latin-1")
    chunks = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]
    return head + b"".join(chunks) + (b"0\r\n\r\n" if end else b"")
