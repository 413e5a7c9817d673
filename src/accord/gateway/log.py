"""What the gateway says while it runs: one line a request, one more for each that failed, and what it does itself.

Prompts and answers are logged only where the configuration asks for it (promise 7). That includes a provider's error
messages, which may quote the request.
"""

import atexit
import logging
import random
import re
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from types import TracebackType

import msgspec

from accord.core.json import dumps
from accord.gateway.config import LoggingSettings
from accord.gateway.log_line import Entry, RefusedLine, exposed_of, failure_of, line_of
from accord.gateway.log_writer import lines
from accord.gateway.visit import Visit

NAME = "accord.gateway"

_SERVERS = ("uvicorn", "asyncio")
"""Loggers of others."""

lifecycle: logging.Logger = logging.getLogger(NAME)
"""What the gateway does itself. The lines of requests don't pass through here: a record of the standard library costs ten
microseconds, as much as reading a request.
"""


class GatewayLog:
    """Writes the lines of requests."""

    def __init__(self, settings: LoggingSettings, roll: Callable[[], float] = random.random) -> None:
        """`roll` gives random numbers in [0, 1)."""
        self.exposes: bool = settings.prompts
        self._probes = settings.probes
        self._sample = settings.sample
        self._roll = roll
        self._written = _as_json if settings.format == "json" else _as_text

    def finished(self, visit: Visit, now: float, *, probe: bool = False) -> None:
        """Writes what there is to say of a request that is over; `probe`: it only asked how the gateway is."""
        if not lines.is_open:
            return
        failed = visit.error is not None or visit.stopped is not None
        # What went wrong is never sampled away.
        if not failed and not self._wanted(probe=probe):
            return
        at = round(time.time(), 3)
        lines.put(self._written(line_of(visit, now, at)))
        if visit.error is not None:
            lines.put(self._written(failure_of(visit, visit.error, at, exposes=self.exposes)))
        if self.exposes and visit.prompt:
            lines.put(self._written(exposed_of(visit, at)))

    def turned_away(self, status: int, message: str, peer: str) -> None:
        """Writes why a connection was ended whose bytes were no request."""
        if lines.is_open:
            at = round(time.time(), 3)
            line = RefusedLine(time=at, level="warning", event="refused", status=status, message=message, peer=peer)
            lines.put(self._written(line))

    def broke(self, visit: Visit, error: BaseException) -> None:
        """Writes where the gateway's own code failed: the frames, and of the error its type alone, for its text may
        quote the request.
        """
        text = str(error) if self.exposes else "its message is not logged, it may quote the request"
        lifecycle.error("request %s broke the gateway: %s: %s", visit.id, type(error).__name__, text)
        lifecycle.error("%s", _frames(error.__traceback__))

    def _wanted(self, *, probe: bool) -> bool:
        if probe and not self._probes:
            return False
        return self._sample >= 1 or self._roll() < self._sample


_encoder = msgspec.json.Encoder()


def _as_json(entry: Entry) -> bytes:
    return _encoder.encode(entry) + b"\n"


def _as_text(entry: Entry) -> bytes:
    """A line for people: time, level, event, and `name=value` for each fact."""
    facts: dict[str, object] = msgspec.to_builtins(entry)
    del facts["time"], facts["level"], facts["event"]
    # Quoted as JSON where it is not plain, so that no caller can write a line of its own into the log.
    pairs = " ".join([f"{name}={plain(value) if type(value) is str else value}" for name, value in facts.items()])
    return f"{when(entry.time)} {entry.level.upper()} {entry.event} {pairs}\n".encode()


_bare = re.compile(r"[!#-<>-~]+").fullmatch
"""Printable ASCII without space, quote and equals sign."""


@lru_cache(maxsize=1024)  # most values come again and again, and looking at each anew takes 1 of 5 microseconds
def plain(value: str) -> str:
    """As it is, or as JSON where it holds anything that could be taken for the line's own."""
    return value if _bare(value) else dumps(value).decode()


def when(at: float) -> str:
    """The time as people read it."""
    second, milliseconds = divmod(round(at * 1000), 1000)
    return f"{_second(second)}.{milliseconds:03d}Z"


@lru_cache(maxsize=4)  # nearly every line is of the same second as the one before; saves 3 of 9 microseconds
def _second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def _frames(traceback: TracebackType | None) -> str:
    found: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        found.append(f"  {code.co_filename}:{traceback.tb_lineno} in {code.co_qualname}")
        traceback = traceback.tb_next
    return "\n".join(["traceback, outermost first:", *found])


class _TextFormatter(logging.Formatter):
    """A line for people."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{when(record.created)} {record.levelname} {_message(record)}"


class _JsonFormatter(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        head = {"time": round(record.created, 3), "level": record.levelname.lower(), "event": "message"}
        return dumps({**head, "message": _message(record)}).decode()


def _message(record: logging.LogRecord) -> str:
    """The message; of an exception beside it the type and the frames, for its text may quote a request. asyncio tells it in further lines
    of its message.
    """
    text = record.getMessage()
    if not isinstance(record.exc_info, tuple) or record.exc_info[0] is None:
        return text
    first, _, _ = text.partition("\n")
    return f"{first}: {record.exc_info[0].__name__}\n{_frames(record.exc_info[2])}"


class _LineHandler(logging.Handler):
    """Sends records the way of all lines, so that they stand where they belong."""

    def emit(self, record: logging.LogRecord) -> None:
        lines.say(f"{self.format(record)}\n".encode())


def _descriptor() -> int:
    """Where standard output goes; a stand-in of it that is no file is passed over."""
    try:
        return sys.stdout.fileno()
    except OSError:
        return 1


def set_up(settings: LoggingSettings) -> None:
    """Sends the gateway's lines to standard output, in the configured form. For the process that `accord serve` owns."""
    if not lines.is_open:
        sys.stdout.flush()
        lines.open(_descriptor())
        atexit.register(lines.close)
    handler = _LineHandler()
    handler.setFormatter(_JsonFormatter() if settings.format == "json" else _TextFormatter())
    lifecycle.handlers = [handler]
    lifecycle.setLevel(logging.INFO)
    lifecycle.propagate = False
    # The complaints of what serves; what it warns of, any stranger can cause by the thousand.
    for name in _SERVERS:
        server = logging.getLogger(name)
        server.handlers = [handler]
        server.setLevel(logging.ERROR)
        server.propagate = False
