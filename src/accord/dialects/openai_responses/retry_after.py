"""When a refused call may be made again, as OpenAI and the hosts that speak its wire tell."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from accord.core.http import Headers, header

_UNITS: Mapping[str, float] = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6}
_DURATION = re.compile(r"([0-9.]+)(ms|us|h|m|s)")
_IN_TEXT = re.compile(r"(?:try again in|retry after|wait)\s+([0-9.]+)\s*(ms|s\b|sec|m\b|min)", re.IGNORECASE)


def retry_after_of(headers: Headers, message: str) -> float | None:
    """Seconds to wait: the server's word, else the limits' resets, else what the message says; `None` if nobody says."""
    for found in (_milliseconds(headers), _retry_after(headers), _reset(headers), _told(message)):
        if found is not None:
            return found
    return None


def _milliseconds(headers: Headers) -> float | None:
    found = _number(header(headers, "retry-after-ms"))
    return None if found is None else found / 1000


def _retry_after(headers: Headers) -> float | None:
    value = header(headers, "retry-after")
    if value is None:
        return None
    seconds = _number(value)
    return _until(value, header(headers, "date")) if seconds is None else seconds


def _until(moment: str, now: str | None) -> float | None:
    """Seconds from the answer's own date to a moment: the server's clock for both."""
    if now is None:
        return None
    try:
        return max(0.0, (parsedate_to_datetime(moment) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):
        return None


def _reset(headers: Headers) -> float | None:
    """The longest wait among the limits that are used up."""
    waits = [
        wait
        for unit in ("requests", "tokens")
        if header(headers, f"x-ratelimit-remaining-{unit}") in ("0", "-1")
        and (wait := duration(header(headers, f"x-ratelimit-reset-{unit}"))) is not None
    ]
    return max(waits, default=None)


def duration(text: str | None) -> float | None:
    """Seconds in a duration as Go writes it (`6m0s`, `120ms`), or a plain number of them."""
    if text is None:
        return None
    pieces = _DURATION.findall(text)
    if not pieces:
        return _number(text)
    return sum(number * _UNITS[unit] for digits, unit in pieces if (number := _number(digits)) is not None)


def _told(message: str) -> float | None:
    found = _IN_TEXT.search(message)
    if found is None:
        return None
    number = _number(found[1])
    unit = found[2].lower()
    return None if number is None else number * (0.001 if unit == "ms" else 60.0 if unit.startswith("m") else 1.0)


def _number(text: str | None) -> float | None:
    if text is None or not re.fullmatch(r"\s*[0-9]{1,12}(\.[0-9]{0,12})?\s*", text):
        return None
    return float(text)
