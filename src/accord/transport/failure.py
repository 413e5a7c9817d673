"""What went wrong on the way, in Accord's words."""

import ssl

from accord.core.error import Interrupted, Phase, Sent, TimedOut, Unreachable, timed_out, unreachable
from accord.transport.route import Origin

_MEANING: dict[Phase, str] = {
    "resolve": "the name could not be looked up",
    "connect": "no connection could be made",
    "tls": "no secure connection could be made",
    "head": "the connection broke before the answer began",
    "body": "the connection broke within the answer",
    "deadline": "the time for the whole call ran out",
}


def no_connection(origin: Origin, phase: Phase, why: str, *, lasting: bool = False) -> Unreachable:
    """Nothing was sent. `lasting`: the next try would fail the same way."""
    failure = unreachable(f"{origin}: {_MEANING[phase]}: {why}", sent="no", phase=phase)
    if lasting:
        failure.retryable = False
    return failure


def broken_head(origin: Origin, error: Exception | None, *, sent: Sent) -> Unreachable:
    """The connection ended before the head of the answer was whole."""
    return unreachable(f"{origin}: {_MEANING['head']}: {reason(error)}", sent=sent, phase="head")


def broken_body(origin: Origin, error: Exception | None) -> Interrupted:
    """The connection ended within the body."""
    return Interrupted(f"{origin}: {_MEANING['body']}: {reason(error)}")


def too_slow(origin: Origin, what: str, seconds: float | None, *, sent: Sent, phase: Phase) -> TimedOut:
    """`what` did not happen within `seconds`."""
    if phase == "deadline":
        return timed_out(f"{origin}: {_MEANING[phase]}", sent=sent, phase=phase)
    return timed_out(f"{origin}: {what} within {seconds:g} s", sent=sent, phase=phase)


def reason(error: Exception | None) -> str:
    """An operating system's or TLS library's own words, without numbers and file names of theirs."""
    if error is None:
        return "closed by the other side"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
