"""Gateways of others may fail, at any time and in any way: the run goes on without them, and tells why."""

from collections.abc import Callable

from benchmarks.gateway.peer.known import PEERS
from benchmarks.gateway.process import Failed


def attempted(subject: str, work: Callable[[], object]) -> str:
    """Does it, and returns why it failed, or nothing. Where it is not a peer that fails, the failure ends the run."""
    try:
        work()
    except (Exception, Failed) as why:
        if subject not in PEERS:
            raise
        cause = told(why)
        print(f"{subject} is not measured: {cause}", flush=True)
        return cause
    return ""


def told(why: BaseException, longest: int = 300) -> str:
    """A failure in one line that fits into a table. Of what a process wrote the end tells more than the beginning."""
    words = " ".join(str(why).split()).replace("|", "/")
    if not words or not isinstance(why, Failed | OSError):
        words = f"{type(why).__name__}: {words}".removesuffix(": ")
    return words if len(words) <= longest else f"{words[: longest // 3]} ... {words[-longest * 2 // 3 :]}"
