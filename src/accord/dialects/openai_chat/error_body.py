"""What a failed answer says, in whichever of the many shapes hosts use.

OpenAI: `{"error": {message, type, param, code}}`; also `{"error": "text"}`, `{"code", "error": "text"}` (xAI), members at the top
(Cerebras), `{"detail": ...}` (FastAPI), an array (Gemini), `base_resp` (MiniMax), `fault` (Fireworks), problem+json, APIM's
`{"statusCode", "message"}`, HTML of an edge, plain text, nothing.
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

from accord.core.json import NotJson, as_array, as_object, loads

_LONGEST_TEXT = 500
"""How much of a body without structure becomes the message, in characters."""
_DEEPEST = 8
"""Levels within which a sentence is looked for. Hosts that hand on what another said nest them, by three or four."""
# What begins anew with each `<`: pages of 64 KB that are all titles took six seconds otherwise.
_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>", re.IGNORECASE)


class ErrorWords(msgspec.Struct, frozen=True, kw_only=True):
    """The host's own words."""

    message: str = ""
    type: str | None = None
    code: str | None = None
    param: str | None = None
    reason: str | None = None
    """A finer word than `code`, where the host has one: OpenRouter's `error_type`, Azure's inner code, Google's status."""
    details: Mapping[str, object] = {}
    """The error object itself."""

    @property
    def status(self) -> int | None:
        """The HTTP status the host put into the error, for failures inside a stream or a 200."""
        for key in ("status_code", "http_code", "status", "code"):
            value = self.details.get(key)
            text = value if isinstance(value, str) else str(value) if type(value) is int else ""
            if len(text) == 3 and text.isdigit() and 400 <= int(text) <= 599:
                return int(text)
        return None

    @property
    def text(self) -> str:
        """All of it in one line of lower case, to look for phrases in."""
        return " ".join([word for word in (self.message, self.code, self.type, self.reason) if word]).lower()


def words_in_body(body: bytes) -> ErrorWords:
    """What a body says. Never raises."""
    try:
        value = loads(body)
    except NotJson:
        return ErrorWords(message=_plain(body))
    return words_in(value)


def words_in(value: object) -> ErrorWords:
    """What a JSON value says. Never raises."""
    items = as_array(value)
    if items is not None:
        value = items[0] if items else None
    whole = as_object(value)
    if whole is None:
        return ErrorWords(message=value[:_LONGEST_TEXT] if isinstance(value, str) else "")
    error = as_object(whole.get("error"))
    return _words(error, whole) if error is not None else _flat(whole)


def _words(error: dict[str, object], whole: Mapping[str, object]) -> ErrorWords:
    metadata = as_object(error.get("metadata")) or {}
    inner = as_object(error.get("innererror")) or as_object(error.get("inner_error")) or {}
    status = error.get("status")
    message = _said(error.get("message")) or _said(error.get("detail")) or _said(whole.get("message"))
    return ErrorWords(
        message=_with_cause(message, metadata.get("raw")),
        type=_word(error.get("type")),
        code=_word(error.get("code")),
        param=_word(error.get("param")),
        reason=_word(metadata.get("error_type"))
        or _word(inner.get("code"))
        or (status if isinstance(status, str) else None),
        details=error,
    )


def _flat(whole: dict[str, object]) -> ErrorWords:
    """A body whose words are not within an `error` object."""
    base = as_object(whole.get("base_resp")) or {}
    fault = as_object(whole.get("fault")) or {}
    candidates = (
        whole.get("error"),
        whole.get("message"),
        whole.get("detail"),
        base.get("status_msg"),
        fault.get("faultstring"),
        whole.get("errors"),
        whole.get("title"),
    )
    code = whole.get("code", base.get("status_code", whole.get("statusCode")))
    return ErrorWords(
        message=_first_said(candidates),
        type=_word(whole.get("type")),
        code=_word(code),
        param=_word(whole.get("param")),
        details=whole,
    )


def _first_said(candidates: Iterable[object], levels: int = _DEEPEST) -> str:
    return next((said for candidate in candidates if (said := _said(candidate, levels))), "")


def _said(value: object, levels: int = _DEEPEST) -> str:
    """The sentence in a string, an object that holds one, or FastAPI's list of `{loc, msg}`, no deeper than so many levels."""
    if isinstance(value, str):
        return value
    if levels == 0:
        return ""
    holder = as_object(value)
    if holder is not None:
        message = _first_said([holder.get(key) for key in ("message", "error", "msg", "detail")], levels - 1)
        place = ".".join([str(step) for step in as_array(holder.get("loc")) or []])
        return f"{place}: {message}" if place and message else message
    return "; ".join([said for item in as_array(value) or [] if (said := _said(item, levels - 1))])


def _with_cause(message: str, raw: object) -> str:
    """OpenRouter's "Provider returned error", with what the provider behind it said."""
    cause = raw if isinstance(raw, str) else _said(raw)
    return f"{message}: {cause[:_LONGEST_TEXT]}" if cause and cause not in message else message


def _word(value: object) -> str | None:
    if isinstance(value, bool):
        return None
    return str(value) if isinstance(value, str | int | float) and value != "" else None


def _plain(body: bytes) -> str:
    text = body[: 64 * 1024].decode("utf-8", "replace").strip()
    title = _TITLE.search(text) if text.startswith("<") else None
    return (title.group(1).strip() if title else text)[:_LONGEST_TEXT]
