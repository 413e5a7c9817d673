"""Who is asked: a configured provider and one of its models, with everything that can be decided before a call."""

import msgspec

from accord.catalog.plain_price import PlainPrice, plain_price
from accord.core.dialect import Dialect
from accord.core.http import Draft, Headers, Network, Timeouts
from accord.core.model import ModelFacts
from accord.core.option import DEFAULT_RETRIES, DEFAULT_TIMEOUTS
from accord.core.secret import Secret
from accord.dialects.codec import ChatCodec
from accord.providers.base import ProviderBase
from accord.providers.credential import Credential, KeyHeader

_WAYS = 64
"""How many kinds of drafts are remembered of a target."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Where requests go, and what they say of themselves."""

    method: str
    url: str
    headers: Headers


class Target:
    """A provider under its configured name, and an upstream model. Cheap to keep, and made once for each pair."""

    __slots__ = (
        "_codecs",
        "_ways",
        "catalogue",
        "credential",
        "facts",
        "headers",
        "model",
        "name",
        "network",
        "plain",
        "provider",
        "retries",
        "timeouts",
    )

    def __init__(self, name: str, provider: ProviderBase, model: str) -> None:
        """`name` is the provider's name in configuration, `model` the name upstream."""
        self.name: str = name
        self.provider: ProviderBase = provider
        self.model: str = model
        self.catalogue: str = "" if provider.names_deployments else provider.catalogue
        self.facts: ModelFacts | None = provider.facts_of(model)
        self.plain: PlainPrice | None = plain_price(self.facts)
        """What its usual answers cost, where that is known beforehand."""
        self.network: Network = provider.network
        self.timeouts: Timeouts = provider.timeouts or DEFAULT_TIMEOUTS
        self.retries: int = DEFAULT_RETRIES if provider.retries is None else provider.retries
        credential = provider.credential_for(model)
        # A key is a constant header; only tokens have to be fetched at each call.
        key = credential.headers() if isinstance(credential, KeyHeader) else ()
        self.headers: Headers = (*_lowered(provider), *key)
        self.credential: Credential | None = None if isinstance(credential, KeyHeader) else credential
        self._codecs: dict[Dialect | None, ChatCodec] = {}
        self._ways: dict[object, Way] = {}

    def chat_codec(self, wanted: Dialect | None = None) -> ChatCodec:
        """How to talk with the model; decided once for each dialect a caller may prefer. Raises `Unsupported`."""
        codec = self._codecs.get(wanted)
        if codec is None:
            codec = self._codecs[wanted] = self.provider.chat_codec(self.model, wanted)
        return codec

    def way(self, draft: Draft) -> Way:
        """Where a draft goes, and its headers; decided once for drafts that differ in their bodies alone. Headers of the
        target win over those of the address, and those over the codec's.
        """
        kind = draft.content_type if draft.body else ""
        alike = (draft.operation, draft.dialect, draft.model, kind, draft.headers, draft.path, draft.stream)
        way = self._ways.get(alike)
        if way is None:
            address = self.provider.address(draft)
            own: Headers = (("content-type", kind),) if kind else ()
            headers = replaced(own + draft.headers + address.headers + self.headers)
            way = Way(method=address.method, url=address.url, headers=headers)
            # Callers may have a say in headers, and forms have a boundary of their own each.
            if len(self._ways) < _WAYS:
                self._ways[alike] = way
        return way

    def __repr__(self) -> str:
        return f"Target({self.name}/{self.model})"


def replaced(headers: Headers) -> Headers:
    """The headers with later ones in the place of earlier ones of the same name."""
    merged = dict(headers)
    return headers if len(merged) == len(headers) else tuple(merged.items())


def _lowered(provider: ProviderBase) -> Headers:
    return tuple([(name.lower(), Secret(value).reveal()) for name, value in provider.headers.items()])
