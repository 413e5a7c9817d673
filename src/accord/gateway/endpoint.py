"""The paths of the gateway: a row for each, found by one look-up where the path has no name in it."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from difflib import get_close_matches

import msgspec

from accord.dialects.openai_endpoints.multipart import FormPart
from accord.gateway.http import Answer
from accord.gateway.visit import Visit
from accord.gateway.wire import Fail

Serve = Callable[[Visit, bytes], Awaitable[Answer]]
"""Answers a request that was let in; the bytes are its body."""


ServeForm = Callable[[Visit, Sequence[FormPart]], Awaitable[Answer]]
"""The same with the parts of a form, whose files may be elsewhere than in memory."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One path and method."""

    method: str
    path: str
    """Starts with `/v1` where it is an API's, and answers without it too. `{name}` stands for anything but nothing;
    slashes are welcome, since model names have them.
    """
    serve: Serve | None = None
    serve_form: ServeForm | None = None
    """In place of `serve`, where the body is a form with files."""
    fail: Fail | None
    """How errors look to who calls this path; `None` where that depends on the caller."""
    takes: str = "application/json"
    """The content type of the body, where the method has one."""
    lanes: bool = False
    """Whether requests that are alike have lanes here (`lane.py`)."""
    public: bool = False
    """Whether it answers without a key."""


class Endpoints:
    """All rows, by path."""

    def __init__(self, rows: Iterable[Endpoint]) -> None:
        self._rows = tuple(rows)
        self._plain: dict[str, dict[str, Endpoint]] = {}
        self._patterns: list[tuple[re.Pattern[str], str]] = []
        for row in self._rows:
            for path in _spellings(row.path):
                if "{" in path and path not in self._plain:
                    self._patterns.append((_pattern(path), path))
                self._plain.setdefault(path, {})[row.method] = row
        # `/models/{model}:generateContent` before `/models/{id}`, which fits whatever the other does.
        self._patterns.sort(key=lambda pattern: -len(pattern[1]))

    def find(self, path: str) -> dict[str, Endpoint]:
        """The rows of a path by method; empty where there is no such path."""
        found = self._plain.get(path)
        if found is None and len(path) > 1 and path.endswith("/"):
            found = self._plain.get(path[:-1])
        if found is not None:
            return found
        for pattern, template in self._patterns:
            if pattern.fullmatch(path):
                return self._plain[template]
        return {}

    def nearest(self, path: str) -> str | None:
        """The path that was probably meant."""
        near = get_close_matches(path[:100], [row.path for row in self._rows], n=1, cutoff=0.5)
        return near[0] if near else None


def _spellings(path: str) -> tuple[str, ...]:
    return (path, path.removeprefix("/v1")) if path.startswith("/v1/") else (path,)


def _pattern(path: str) -> re.Pattern[str]:
    pieces = re.split(r"\{[a-z]+\}", path)
    return re.compile("(.+)".join([re.escape(piece) for piece in pieces]), re.DOTALL)
