"""What must not get into a cassette: keys in headers, addresses and bodies.

Of headers and query parameters only those that are known to be harmless are kept. In what is left, every value that a call was let
in by, every key in the environment, and whatever looks like a key, is covered with stars of the same length, so that the pieces
of an answer keep their places.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from accord.client.environment import environment
from accord.core.http import REQUEST_ID_HEADERS, Headers
from accord.core.json import as_array, as_object

_SENT = frozenset({"accept", "content-type", "anthropic-version", "anthropic-beta", "openai-beta"})
_RECEIVED = frozenset({"content-type", "retry-after", "retry-after-ms", "x-should-retry", *REQUEST_ID_HEADERS})
_LIMITS = ("x-ratelimit-", "anthropic-ratelimit-")
_PARAMETERS = frozenset(
    {"alt", "api-version", "after", "before", "limit", "pageSize", "pageToken", "after_id", "before_id"}
)
_PUBLIC = frozenset({"host", "user-agent", "content-length", "accept-encoding", "connection", "transfer-encoding"})

_NAMES = re.compile(r"(authorization|api[-_]?key|token|passw(or)?d|secret|cookie|credentials?)$", re.IGNORECASE)
"""Members of a request's body that hold a secret, such as those of a tool server."""
_KEY_NAMES = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$")
_SHAPES = re.compile(
    rb"\b(?:sk-[A-Za-z0-9_-]{20,}|gsk_[A-Za-z0-9]{20,}|xai-[A-Za-z0-9]{20,}|AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,}|"
    rb"AKIA[0-9A-Z]{16}|eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]+)"
)
_SHORTEST = 8
"""Shorter values are words."""


class Secrets:
    """The secrets that are known by now."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()
        self._learn([value for name, value in environment().items() if _KEY_NAMES.search(name)])

    def learn(self, headers: Headers) -> None:
        """Takes what a call is let in by for secret: the values of all headers that are not known to be harmless."""
        hidden = [value for name, value in headers if name not in _SENT | _PUBLIC]
        # "Bearer sk-...": the word before the key is none.
        self._learn([value.removeprefix("Bearer ").removeprefix("Basic ") for value in hidden])

    def covered(self, data: bytes) -> bytes:
        """The same number of bytes without secrets."""
        for secret in sorted(self._known, key=len, reverse=True):
            data = data.replace(secret, b"*" * len(secret))
        return _SHAPES.sub(lambda found: b"*" * len(found[0]), data)

    def text(self, text: str) -> str:
        """The text without secrets."""
        return self.covered(text.encode()).decode()

    def url(self, url: str) -> str:
        """The address without user and password, and with the values of parameters that are known to be harmless."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        query = [(name, value if name in _PARAMETERS else "***") for name, value in parse_qsl(parts.query, True)]
        return self.text(urlunsplit((parts.scheme, host, parts.path, urlencode(query, safe="*"), "")))

    def value(self, value: object, name: str = "") -> object:
        """JSON of a request without secrets."""
        if isinstance(value, str):
            return "***" if value and _NAMES.search(name) else self.text(value)
        if (held := as_object(value)) is not None:
            return {self.text(key): self.value(inner, key) for key, inner in held.items()}
        items = as_array(value)
        return value if items is None else [self.value(item) for item in items]

    def sent(self, headers: Headers) -> Mapping[str, str]:
        """The headers of a request that are kept."""
        return {name: self.text(value) for name, value in headers if name in _SENT}

    def received(self, headers: Headers) -> Headers:
        """The headers of an answer that are kept."""
        kept = [(name, value) for name, value in headers if name in _RECEIVED or name.startswith(_LIMITS)]
        return tuple([(name, self.text(value)) for name, value in kept])

    def _learn(self, values: Iterable[str]) -> None:
        self._known |= {value.encode() for value in values if len(value) >= _SHORTEST}
