"""How many files and connections a process may have open."""

import sys

if sys.platform != "win32":
    import resource

_BESIDE = 1000
"""Files and connections that belong to no caller: logs, kept connections, lookups."""


def allow_connections(number: int) -> None:
    """Raises what the process asks of the system so that so many callers, with a connection to a provider each, find room.

    Shells and service managers give 1,024 for the sake of old programs, and allow a process to ask for far more; it would end
    at 500 streams. What the system does not allow stays as it is.
    """
    if sys.platform == "win32":  # It has no such limit.
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * number + _BESIDE
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if allowed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
