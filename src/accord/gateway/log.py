"""What the gateway says while it runs: one line a request, one more for each that failed, and what it does itself.

Prompts and answers are logged only where the configuration asks for it (promise 7). That includes a provider's error
messages, which may quote the request.
"""

import logging
import sys
import time
from types import TracebackType

import msgspec

from accord.core.error import AccordError, ProviderError
from accord.core.json import dumps
from accord.gateway.config import LoggingSettings
from accord.gateway.visit import Visit

NAME = "accord.gateway"

CLIENT_LEFT = 499
"""What stands for the status where the caller left before there was one, as in nginx's logs."""

lifecycle = logging.getLogger(NAME)
_access = logging.getLogger(f"{NAME}.access")
_failure = logging.getLogger(f"{NAME}.failure")
_prompt = logging.getLogger(f"{NAME}.prompt")


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the access log says of a request."""

    request_id: str
    method: str
    path: str
    status: int
    ms: float
    """Until the last byte was sent, in milliseconds."""
    key: str = ""
    """The name of the caller's key."""
    peer: str = ""
    model: str = ""
    """The name that was asked for."""
    provider: str = ""
    upstream: str = ""
    """The model's name at the provider."""
    stream: bool = False
    input: int | None = None
    output: int | None = None
    cost: str | None = None
    """US dollars."""
    attempts: int = 0
    stopped: str | None = None
    error: str | None = None


class Failure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the log says of a request that failed."""

    request_id: str
    error: str
    """The kind of failure."""
    message: str | None = None
    provider: str = ""
    upstream: str = ""
    status: int | None = None
    """The provider's status."""
    code: str | None = None
    upstream_id: str | None = None
    """The provider's id of the request."""
    attempts: int = 0


class Exposed(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its answer, whole."""

    request_id: str
    prompt: str
    answer: str


class GatewayLog:
    """Writes the lines of requests."""

    def __init__(self, settings: LoggingSettings) -> None:
        self.exposes = settings.prompts

    def finished(self, visit: Visit, now: float, *, probe: bool = False) -> None:
        """Writes what there is to say of a request that is over."""
        if probe and visit.error is None:
            return
        if _access.isEnabledFor(logging.INFO):
            _say(_access, logging.INFO, "request", _line(visit, now))
        if visit.error is not None:
            _say(_failure, logging.WARNING, "failure", self._failed(visit, visit.error))
        if self.exposes and visit.prompt:
            exposed = Exposed(
                request_id=visit.id,
                prompt=visit.prompt.decode("utf-8", "replace"),
                answer=b"".join(visit.answered).decode("utf-8", "replace"),
            )
            _say(_prompt, logging.INFO, "prompt", exposed)

    def broke(self, visit: Visit, error: BaseException) -> None:
        """Writes where the gateway's own code failed: the frames, and of the error its type alone, for its text may
        quote the request.
        """
        text = str(error) if self.exposes else "its message is not logged, it may quote the request"
        lifecycle.error("request %s broke the gateway: %s: %s", visit.id, type(error).__name__, text)
        lifecycle.error("%s", _frames(error.__traceback__))

    def _failed(self, visit: Visit, error: AccordError) -> Failure:
        if not isinstance(error, ProviderError):
            message = error.message if self.exposes else None
            return Failure(request_id=visit.id, error=error.kind, message=message)
        # Without a provider's status the words are Accord's own.
        open_words = self.exposes or error.status is None
        return Failure(
            request_id=visit.id,
            error=error.kind,
            message=error.message if open_words else None,
            provider=error.provider,
            upstream=error.model,
            status=error.status,
            code=error.code,
            upstream_id=error.request_id,
            attempts=len(error.attempts),
        )


def _say(logger: logging.Logger, level: int, event: str, fields: msgspec.Struct) -> None:
    # Not `logger.log`: looking for the caller's line takes a third of the time, and is the same line always.
    record = logging.LogRecord(logger.name, level, __file__, 0, event, None, None)
    record.__dict__["fields"] = fields
    logger.handle(record)


def _line(visit: Visit, now: float) -> Line:
    resolved, usage, cost = visit.resolved, visit.usage, visit.cost
    left = visit.stopped == "left" and visit.status == 0
    return Line(
        request_id=visit.id,
        method=visit.request.method,
        path=visit.request.path,
        status=CLIENT_LEFT if left else visit.status,
        ms=round((now - visit.started) * 1000, 3),
        key=visit.key.name,
        peer=visit.request.peer,
        model=resolved.name if resolved else "",
        provider=resolved.target.name if resolved else "",
        upstream=resolved.target.model if resolved else "",
        stream=visit.streamed,
        input=usage.input if usage else None,
        output=usage.output if usage else None,
        cost=str(cost.amount) if cost is not None and cost.amount is not None else None,
        attempts=len(visit.attempts),
        stopped=visit.stopped,
        error=visit.error.kind if visit.error else None,
    )


def _frames(traceback: TracebackType | None) -> str:
    lines: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        lines.append(f"  {code.co_filename}:{traceback.tb_lineno} in {code.co_qualname}")
        traceback = traceback.tb_next
    return "\n".join(["traceback, outermost first:", *lines])


class _TextFormatter(logging.Formatter):
    """A line for people: time, level, and `name=value` for each fact."""

    def format(self, record: logging.LogRecord) -> str:
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        fields = fields_of(record)
        text = _message(record) if fields is None else f"{record.msg} {_pairs(fields)}"
        return f"{when}.{int(record.msecs):03d}Z {record.levelname} {text}"


class _JsonFormatter(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        fields = fields_of(record)
        head = {"time": round(record.created, 3), "level": record.levelname.lower(), "event": str(record.msg)}
        if fields is None:
            return dumps({**head, "event": "message", "message": _message(record)}).decode()
        return dumps({**head, **msgspec.to_builtins(fields)}).decode()


def _message(record: logging.LogRecord) -> str:
    """The message; of an exception beside it the type and the frames, for its text may quote a request."""
    text = record.getMessage()
    if not isinstance(record.exc_info, tuple) or record.exc_info[0] is None:
        return text
    return f"{text.rstrip()}: {record.exc_info[0].__name__}\n{_frames(record.exc_info[2])}"


def fields_of(record: logging.LogRecord) -> msgspec.Struct | None:
    """The facts a record carries."""
    found: object = record.__dict__.get("fields")
    return found if isinstance(found, msgspec.Struct) else None


def _pairs(fields: msgspec.Struct) -> str:
    # Quoted as JSON where it is not plain, so that no caller can write a line of its own into the log.
    facts: dict[str, object] = msgspec.to_builtins(fields)
    return " ".join([f"{name}={_plain(value)}" for name, value in facts.items()])


def _plain(value: object) -> str:
    text = str(value)
    return text if text.isascii() and text.isprintable() and not set(text) & {" ", '"', "="} else dumps(text).decode()


def set_up(settings: LoggingSettings) -> None:
    """Sends the gateway's lines to standard output, in the configured form. For the process that `accord serve` owns."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_JsonFormatter() if settings.format == "json" else _TextFormatter())
    lifecycle.handlers = [handler]
    lifecycle.setLevel(logging.INFO)
    lifecycle.propagate = False
    # The server's own complaints; what it warns of, any stranger can cause by the thousand.
    server = logging.getLogger("uvicorn")
    server.handlers = [handler]
    server.setLevel(logging.ERROR)
    server.propagate = False
