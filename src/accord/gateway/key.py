"""Who may use the gateway: named keys, of which only hashes are kept."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate
from hashlib import sha256
from hmac import compare_digest

from accord.core.secret import Secret
from accord.gateway.config import OVERRIDES, KeySettings, Override
from accord.gateway.http import Request
from accord.policy.limit import NO_LIMITS, Limits

_HASHED = "sha256:"
_GEMINI_PATHS = ("/v1beta/", "/v1beta1/")
_KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")


class Key:
    """A key's name and rights."""

    __slots__ = ("_allowed", "digest", "limited", "limits", "name", "overrides", "weight")

    def __init__(
        self,
        name: str,
        digest: bytes,
        models: Iterable[str],
        *,
        overrides: Iterable[Override] = (),
        weight: float = 1.0,
        limits: Limits = NO_LIMITS,
    ) -> None:
        """`models` are patterns as in file names."""
        self.name: str = name
        self.digest: bytes = digest
        self.overrides: frozenset[Override] = frozenset(overrides)
        """What its requests may decide themselves about routing."""
        self.weight: float = weight
        """Its share beside other keys where requests wait."""
        self.limits: Limits = limits
        self.limited: bool = limits != NO_LIMITS
        patterns = tuple(models)
        everything = "*" in patterns
        self._allowed = (
            None if everything else re.compile("|".join([translate(pattern) for pattern in patterns]) or "$.")
        )

    def allows(self, *names: str) -> bool:
        """Whether it may use a model that goes by any of these names."""
        allowed = self._allowed
        return allowed is None or any(allowed.match(name) for name in names)


ANYBODY = Key("", b"", ("*",), overrides=OVERRIDES)
"""Stands for every caller where no keys are configured."""


class Keyring:
    """All keys of a gateway."""

    __slots__ = ("_keys",)

    def __init__(self, settings: Iterable[KeySettings]) -> None:
        keys = [
            Key(
                entry.name,
                _digest_of(Secret(entry.key)),
                entry.models,
                overrides=entry.overrides,
                weight=entry.weight,
                limits=entry.limits,
            )
            for entry in settings
        ]
        self._keys = {key.digest: key for key in keys}

    @property
    def is_open(self) -> bool:
        """Whether everybody is let in."""
        return not self._keys

    def find(self, request: Request) -> Key | None:
        """The key that a request presents, `None` when it presents none that is known."""
        if not self._keys:
            return ANYBODY
        authorization = request.named.get("authorization")
        # What nearly every client sends, found without looking for other places.
        if authorization is not None and authorization.startswith("Bearer "):
            key = self._of(authorization[7:])
            if key is not None:
                return key
        return next(filter(None, map(self._of, presented_keys(request))), None)

    def _of(self, presented: str) -> Key | None:
        # The lookup goes by a hash, so its time tells nothing of the key; the comparison guards the hash itself.
        digest = sha256(presented.encode("latin-1", "replace")).digest()
        key = self._keys.get(digest)
        return key if key is not None and compare_digest(key.digest, digest) else None


def presented_keys(request: Request) -> Iterator[str]:
    """Every key in a request: clients may send one as bearer and another in their vendor's own header."""
    authorization = request.header("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer":
            yield token.strip()
    for name in _KEY_HEADERS:
        value = request.header(name)
        if value is not None:
            yield value
    if "key=" in request.query and request.path.startswith(_GEMINI_PATHS):
        # Google's own way; only where Google's clients call, since addresses end up in logs and histories.
        value = request.parameters.get("key")
        if value is not None:
            yield value


def _digest_of(key: Secret) -> bytes:
    text = key.reveal()
    if text.startswith(_HASHED):
        return bytes.fromhex(text.removeprefix(_HASHED))
    # Headers carry latin-1; a key in other letters arrives as the bytes of its UTF-8.
    return sha256(text.encode()).digest()
