"""Answers on their way to or from a cassette."""

import time
from collections.abc import Callable

from accord.core.error import Interrupted, ProviderError
from accord.core.http import Head
from accord.testing.recording.secret import Secrets
from accord.testing.recording.tape import Answered, Broken, bytes_of, piece_of
from accord.transport.base import Answer, AsyncAnswer

Keep = Callable[[Answered], None]


class Notes:
    """What is written down of an answer while it is read."""

    def __init__(self, head: Head, secrets: Secrets, started: float, keep: Keep) -> None:
        self._head = head
        self._secrets = secrets
        self._started = started
        self._keep: Keep | None = keep
        self._pieces: list[bytes] = []
        self._head_seconds = time.monotonic() - started

    def read(self, data: bytes) -> bytes:
        """A piece came, or the end."""
        if data:
            self._pieces.append(data)
        else:
            self.over()
        return data

    def broke(self, error: ProviderError) -> None:
        """The answer broke off."""
        self.over(broke=Broken.of(error, self._secrets.text(error.message)))

    def over(self, *, left: bool = False, broke: Broken | None = None) -> None:
        """There is no more; only the first word counts."""
        keep, self._keep = self._keep, None
        if keep is None:
            return
        covered = self._secrets.covered(b"".join(self._pieces))
        pieces: list[bytes] = []
        for piece in self._pieces:
            pieces.append(covered[: len(piece)])
            covered = covered[len(piece) :]
        keep(
            Answered(
                status=self._head.status,
                headers=self._secrets.received(self._head.headers),
                pieces=tuple([piece_of(piece) for piece in pieces]),
                left=left,
                broke=broke,
                head_seconds=round(self._head_seconds, 4),
                seconds=round(time.monotonic() - self._started, 4),
            )
        )


class RecordedAnswer:
    """An answer from the network that is written down as it is read."""

    def __init__(self, answer: Answer, notes: Notes) -> None:
        self._answer = answer
        self._notes = notes

    @property
    def head(self) -> Head:
        """As it came."""
        return self._answer.head

    def read(self) -> bytes:
        """As of any answer."""
        try:
            return self._notes.read(self._answer.read())
        except ProviderError as error:
            self._notes.broke(error)
            raise

    def close(self) -> None:
        """As of any answer."""
        self._notes.over(left=True)
        self._answer.close()


class AsyncRecordedAnswer:
    """The same for asyncio."""

    def __init__(self, answer: AsyncAnswer, notes: Notes) -> None:
        self._answer = answer
        self._notes = notes

    @property
    def head(self) -> Head:
        """As it came."""
        return self._answer.head

    async def read(self) -> bytes:
        """As of any answer."""
        try:
            return self._notes.read(await self._answer.read())
        except ProviderError as error:
            self._notes.broke(error)
            raise

    async def close(self) -> None:
        """As of any answer."""
        self._notes.over(left=True)
        await self._answer.close()


class PlayedAnswer:
    """An answer from a cassette."""

    def __init__(self, answered: Answered) -> None:
        self.head: Head = Head(status=answered.status, headers=answered.headers)
        self._answered = answered
        self._next = 0

    def read(self) -> bytes:
        """The next piece, as it was read when it was recorded. Raises what the answer broke off with."""
        answered = self._answered
        if self._next < len(answered.pieces):
            self._next += 1
            return bytes_of(answered.pieces[self._next - 1])
        if answered.broke is not None:
            raise answered.broke.error()
        if answered.left:
            raise Interrupted("the recording ends here: whoever made it did not read on")
        return b""

    def close(self) -> None:
        """Nothing to close."""


class AsyncPlayedAnswer:
    """The same for asyncio."""

    def __init__(self, answered: Answered) -> None:
        self._played = PlayedAnswer(answered)
        self.head: Head = self._played.head

    async def read(self) -> bytes:
        """As `PlayedAnswer` does."""
        return self._played.read()

    async def close(self) -> None:
        """Nothing to close."""
