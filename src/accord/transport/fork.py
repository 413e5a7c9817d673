"""A connection must not be used by two processes: after a fork, the child begins with none."""

import os
from typing import Protocol
from weakref import WeakSet


class Forgetful(Protocol):
    """Something with connections."""

    def forget(self) -> None:
        """Lets go of all connections and locks, in a child process, without a word to the other side."""
        ...


_transports: WeakSet[Forgetful] = WeakSet()
_registered = False


def forget_after_fork(transport: Forgetful) -> None:
    """From now on a forked child makes its own connections. A hook costs nothing per call, a check of the pid would."""
    global _registered  # noqa: PLW0603 - hooks cannot be taken back, so there is one for the whole process
    if not _registered:
        _registered = True
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_forget_all)
    _transports.add(transport)


def _forget_all() -> None:
    for transport in list(_transports):
        transport.forget()
