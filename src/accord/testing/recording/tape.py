"""What is on a cassette, and its file: JSON for people to read, with base64 only for what is no text."""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from accord.core.error import (
    ConfigError,
    Interrupted,
    Malformed,
    Phase,
    ProviderError,
    Sent,
    TimedOut,
    Unreachable,
    timed_out,
    unreachable,
)
from accord.core.http import Headers
from accord.core.json import dumps

VERSION = 1


class Base64(msgspec.Struct, frozen=True):
    """Bytes that are no text."""

    base64: str


Piece: TypeAlias = str | Base64
"""A piece of a body, as it arrived."""


def piece_of(data: bytes) -> Piece:
    """The bytes as they are written down."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Base64(b64encode(data).decode())


def bytes_of(piece: Piece) -> bytes:
    """The bytes that were written down."""
    return piece.encode() if isinstance(piece, str) else b64decode(piece.base64)


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request, without its secrets."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    json: object = None
    """The body, where it is JSON."""
    body: Piece | None = None
    """The body, where it is something else."""


class Broken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a connection failed."""

    kind: Literal["network", "timeout", "interrupted", "malformed"]
    message: str
    sent: Sent = "yes"
    phase: Phase = "body"

    @classmethod
    def of(cls, error: ProviderError, message: str) -> "Broken":
        """The failure, in the given words."""
        match error:
            case Unreachable():
                return cls(kind="network", message=message, sent=error.sent, phase=error.phase)
            case TimedOut():
                return cls(kind="timeout", message=message, sent=error.sent, phase=error.phase)
            case Malformed():
                return cls(kind="malformed", message=message)
            case _:
                return cls(kind="interrupted", message=message)

    def error(self) -> ProviderError:
        """The failure again."""
        match self.kind:
            case "network":
                return unreachable(self.message, sent=self.sent, phase=self.phase)
            case "timeout":
                return timed_out(self.message, sent=self.sent, phase=self.phase)
            case "interrupted":
                return Interrupted(self.message)
            case "malformed":
                return Malformed(self.message)


class Answered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An answer, as it came: the pieces of its body have the boundaries that they were read with."""

    status: int
    headers: Headers = ()
    pieces: tuple[Piece, ...] = ()
    left: bool = False
    """Whether the caller left before it was whole."""
    broke: Broken | None = None
    """How it broke off."""
    head_seconds: float = 0.0
    """From the request to the head."""
    seconds: float = 0.0
    """From the request to the last piece."""


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request and what came of it: an answer, or the failure to get one."""

    request: Asked
    answer: Answered | None = None
    failure: Broken | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True):
    cassette: int
    exchanges: tuple[Exchange, ...]


_decoder = msgspec.json.Decoder(_File)


def load(path: Path) -> tuple[Exchange, ...]:
    """The exchanges in a file. Raises `ConfigError` naming it."""
    try:
        found = _decoder.decode(path.read_bytes())
    except FileNotFoundError:
        raise ConfigError(f"there is no cassette {path}: record it first, with mode 'record' or 'auto'") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise ConfigError(f"{path} is no cassette: {error}") from None
    if found.cassette != VERSION:
        raise ConfigError(f"{path} is a cassette of version {found.cassette}; this is Accord with version {VERSION}")
    return found.exchanges


def save(path: Path, exchanges: Sequence[Exchange]) -> None:
    """Writes the file, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = msgspec.json.format(dumps(_File(cassette=VERSION, exchanges=tuple(exchanges))), indent=1)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(written + b"\n")
    beside.replace(path)
