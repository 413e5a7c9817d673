"""How long to wait, as a failed answer says. Pure: dates are compared with the answer's own `date`.

https://developers.openai.com/api/docs/guides/rate-limits for the headers; `retry-after` is RFC 9110 §10.2.3.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from accord.core.http import Headers

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_UNITS: Mapping[str, float] = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_IN_TEXT = re.compile(
    r"(?:try again|retry) (?:in|after)\s+((?:\d+(?:\.\d+)?\s*(?:ms|h|m|s)(?![a-z]))+|\d+(?:\.\d+)?\s*(?:milliseconds?|seconds?|minutes?))",
    re.IGNORECASE,
)


def retry_after(headers: Headers, message: str) -> float | None:
    """Seconds to wait: from `retry-after-ms`, `retry-after`, the reset of a limit that is used up, or the message."""
    found = dict(reversed(headers))
    milliseconds = _seconds(found.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    wait = found.get("retry-after")
    if wait is not None:
        seconds = _seconds(wait)
        return seconds if seconds is not None else _until(wait, found.get("date"))
    return _reset(found) or _in_text(message)


def duration(text: str) -> float | None:
    """Seconds in a Go duration (`1s`, `6m0s`, `120ms`, `1h2m3s`); `None` for anything else."""
    text = text.strip()
    pieces = _DURATION.findall(text)
    if not pieces or "".join([number + unit for number, unit in pieces]) != text:
        return None
    seconds = math.fsum([float(number) * _UNITS[unit] for number, unit in pieces])
    return seconds if seconds < math.inf else None


def _seconds(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < math.inf else None


def _until(date: str, now: str | None) -> float | None:
    then, at = http_date(date), http_date(now or "")
    return None if then is None or at is None else max(0.0, (then - at).total_seconds())


def http_date(text: str) -> datetime | None:
    """The moment in an HTTP date (RFC 9110 §5.6.7, the one form that may be sent)."""
    found = _HTTP_DATE.fullmatch(text.strip())
    if found is None or found[2] not in _MONTHS:
        return None
    try:
        return datetime(
            int(found[3]),
            _MONTHS.index(found[2]) + 1,
            int(found[1]),
            int(found[4]),
            int(found[5]),
            int(found[6]),
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _reset(headers: Mapping[str, str]) -> float | None:
    """The longer of the waits for limits that are used up."""
    waits = [
        wait
        for kind in ("requests", "tokens", "project-tokens")
        if headers.get(f"x-ratelimit-remaining-{kind}", "").strip() == "0"
        and (wait := duration(headers.get(f"x-ratelimit-reset-{kind}", ""))) is not None
    ]
    return max(waits, default=None)


def _in_text(message: str) -> float | None:
    found = _IN_TEXT.search(message)
    if found is None:
        return None
    text = re.sub(r"\s", "", found.group(1)).lower()
    for word, unit in (
        ("milliseconds", "ms"),
        ("millisecond", "ms"),
        ("seconds", "s"),
        ("second", "s"),
        ("minutes", "m"),
        ("minute", "m"),
    ):
        text = text.removesuffix(word) + unit if text.endswith(word) else text
    return duration(text)
