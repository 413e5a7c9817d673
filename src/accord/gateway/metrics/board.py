"""Memory that the workers share, in which each writes down its numbers for the others to read.

A scrape reaches one worker, and has to tell the sum over all. Asking the others would make it wait for the slowest, and
what a worker counted would be lost with it, so that sums went down and every rate computed from them were wrong. So each
worker publishes its numbers twice a second in a place of its own, and one that takes a dead worker's place goes on from
there: the sum never goes down. What another worker did in the last half second is missing until the next scrape.

A place has two halves, written in turn: a reader never sees a half that is being written, and a writer that dies in the
midst of it has spoilt nothing.
"""

import asyncio
import mmap
import struct
import zlib

from accord.gateway.log import lifecycle
from accord.gateway.metrics.series import unpacked
from accord.gateway.metrics.tally import Tally

HALF = 1 << 20
"""Bytes for one worker's numbers: 1,000 series take about half of it. Memory that is not written is not used."""

PUBLISH_SECONDS = 0.5

_TURN = struct.Struct("<Q")
_SIZE = struct.Struct("<II")
_PLACE = _TURN.size + 2 * HALF


class Board:
    """The shared memory. Made before the workers are forked."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._memory = mmap.mmap(-1, places * _PLACE)

    def write(self, place: int, data: bytes) -> bool:
        """Puts down one worker's numbers; `False` where they are too many. Only its own worker writes a place."""
        if len(data) > HALF - _SIZE.size:
            return False
        start = place * _PLACE
        turn = self._turn(start) + 1
        half = _half(start, turn)
        self._memory[half : half + _SIZE.size] = _SIZE.pack(len(data), zlib.crc32(data))
        self._memory[half + _SIZE.size : half + _SIZE.size + len(data)] = data
        self._memory[start : start + _TURN.size] = _TURN.pack(turn)
        return True

    def read(self, place: int) -> bytes:
        """What was last put down in a place; nothing where nothing was, or where it changed faster than it was read."""
        start = place * _PLACE
        for _ in range(3):
            half = _half(start, self._turn(start))
            size, check = _SIZE.unpack(self._memory[half : half + _SIZE.size])
            data = self._memory[half + _SIZE.size : half + _SIZE.size + min(size, HALF)]
            if zlib.crc32(data) == check:
                return data
        return b""

    def close(self) -> None:
        """Lets go of the memory."""
        self._memory.close()

    def _turn(self, start: int) -> int:
        turn: int
        (turn,) = _TURN.unpack(self._memory[start : start + _TURN.size])
        return turn


def _half(start: int, turn: int) -> int:
    return start + _TURN.size + turn % 2 * HALF


class Place:
    """One worker's place on the board."""

    def __init__(self, board: Board, number: int) -> None:
        self._board = board
        self._number = number
        self._tally = Tally()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._published = b""

    def start(self, tally: Tally, loop: asyncio.AbstractEventLoop) -> None:
        """Goes on from the numbers of the worker that was here before, and publishes from now on."""
        tally.go_on(unpacked(self._board.read(self._number)))
        self._tally = tally
        self._loop = loop
        self._publish()

    def stop(self) -> None:
        """Publishes a last time."""
        if self._timer is not None:
            self._timer.cancel()
            self._write()

    def others(self) -> list[bytes]:
        """The packed numbers of every other worker."""
        return [self._board.read(place) for place in range(self._board.places) if place != self._number]

    def _publish(self) -> None:
        assert self._loop is not None
        self._write()
        self._timer = self._loop.call_later(PUBLISH_SECONDS, self._publish)

    def _write(self) -> None:
        data = self._tally.taken()
        if data == self._published:
            return
        if not self._board.write(self._number, data) and self._published:
            lifecycle.error("the metrics take %d bytes, more than workers can share; sums are incomplete", len(data))
        self._published = data
