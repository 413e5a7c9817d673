"""The id of a request, ours or the caller's."""

import os
import re
from itertools import count

_VALID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")


class RequestIds:
    """Gives each request an id. Made in the process that serves: two of them never give the same."""

    __slots__ = ("_begin", "_numbers")

    def __init__(self) -> None:
        # Random once and counted then: an id is a name, no secret, and asking the system for each costs microseconds.
        self._begin = f"req_{os.urandom(8).hex()}"
        self._numbers = count()

    def of(self, given: str | None) -> str:
        """The caller's id where it is one that can stand in a log and a header, else a new one."""
        if given is not None and _VALID.fullmatch(given):
            return given
        return f"{self._begin}{next(self._numbers):08x}"
