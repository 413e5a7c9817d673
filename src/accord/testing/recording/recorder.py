"""A cassette: calls go on it, or come from it, while it is in force."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeAlias

import msgspec

from accord.core.error import ConfigError, ProviderError
from accord.core.http import Call
from accord.testing.recording.answer import (
    AsyncPlayedAnswer,
    AsyncRecordedAnswer,
    Notes,
    PlayedAnswer,
    RecordedAnswer,
)
from accord.testing.recording.match import Aspect, UnmatchedRequest, asked_of, is_same, unmatched
from accord.testing.recording.secret import Secrets
from accord.testing.recording.tape import Answered, Asked, Broken, Exchange, load, save
from accord.transport.base import Answer, AsyncAnswer, AsyncTransport, Transport
from accord.transport.tap import taps

Mode: TypeAlias = Literal["auto", "replay", "record", "rewrite"]
"""`auto`: replay where the file is there, else record. `replay`: nothing goes to the network. `record`: what the file has is
replayed, and what it has not is added. `rewrite`: everything is recorded anew."""


class Cassette:
    """Records every call of the process made in its `with` block, or answers it. See `cassette`."""

    def __init__(self, path: Path, mode: Mode, aspects: Sequence[Aspect]) -> None:
        self.path: Path = path
        self._aspects = tuple(aspects)
        self._mode = mode
        self._replays = mode != "rewrite"
        self._records = mode != "replay"
        self._exchanges: list[Exchange] = []
        self._used: list[bool] = []
        self._secrets = Secrets()
        self._changed = False
        self._lock = threading.Lock()

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What is on it, in order."""
        return tuple(self._exchanges)

    @property
    def unused(self) -> tuple[Exchange, ...]:
        """What nobody has asked for yet."""
        return tuple([one for one, used in zip(self._exchanges, self._used, strict=True) if not used])

    def __enter__(self) -> "Cassette":
        """Comes into force. Raises `ConfigError` where there is no file to replay."""
        there = self.path.exists()
        if self._mode == "auto":
            self._records = not there
        if self._replays and (there or not self._records):
            self._exchanges = list(load(self.path))
            self._used = [False] * len(self._exchanges)
        taps.put(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        taps.take(self)
        # Half a test makes no cassette of its own accord: the next run would fail on what is missing.
        if self._changed and (error is None or self._mode != "auto"):
            # What was asked and not answered when the block ended is not kept.
            whole = [one for one in self._exchanges if one.answer is not None or one.failure is not None]
            save(self.path, whole)

    def send(self, transport: Transport, call: Call) -> Answer:
        """A call of blocking code. Raises `UnmatchedRequest`."""
        asked, found = self._found(call)
        if found is not None:
            return PlayedAnswer(_answer_of(found))
        place, started = self._begun(asked), time.monotonic()
        try:
            answer = transport.send(call)
        except ProviderError as error:
            self._failed(place, error)
            raise
        return RecordedAnswer(
            answer, Notes(answer.head, self._secrets, started, lambda whole: self._kept(place, whole))
        )

    async def send_async(self, transport: AsyncTransport, call: Call) -> AsyncAnswer:
        """A call of asyncio. Raises `UnmatchedRequest`."""
        asked, found = self._found(call)
        if found is not None:
            return AsyncPlayedAnswer(_answer_of(found))
        place, started = self._begun(asked), time.monotonic()
        try:
            answer = await transport.send(call)
        except ProviderError as error:
            self._failed(place, error)
            raise
        notes = Notes(answer.head, self._secrets, started, lambda whole: self._kept(place, whole))
        return AsyncRecordedAnswer(answer, notes)

    def _found(self, call: Call) -> tuple[Asked, Exchange | None]:
        """The call as it is written down, and the first such one on the cassette that was not used; each is used once."""
        with self._lock:
            asked = asked_of(call, self._secrets)
            if self._replays:
                for index, exchange in enumerate(self._exchanges):
                    if not self._used[index] and is_same(asked, exchange.request, self._aspects):
                        self._used[index] = True
                        return asked, exchange
            if not self._records:
                raise UnmatchedRequest(unmatched(asked, self._exchanges, self._used, self._aspects))
            return asked, None

    def _begun(self, asked: Asked) -> int:
        """Where a call is written down: in the order in which they were made."""
        with self._lock:
            self._exchanges.append(Exchange(request=asked))
            self._used.append(True)
            return len(self._exchanges) - 1

    def _kept(self, place: int, answer: Answered) -> None:
        with self._lock:
            self._changed = True
            self._exchanges[place] = msgspec.structs.replace(self._exchanges[place], answer=answer)

    def _failed(self, place: int, error: ProviderError) -> None:
        broken = Broken.of(error, self._secrets.text(error.message))
        with self._lock:
            self._changed = True
            self._exchanges[place] = msgspec.structs.replace(self._exchanges[place], failure=broken)


def _answer_of(exchange: Exchange) -> Answered:
    """The answer. Raises the failure to get one."""
    if exchange.failure is not None:
        raise exchange.failure.error()
    if exchange.answer is None:
        raise ConfigError("the cassette has a request without an answer")
    return exchange.answer
