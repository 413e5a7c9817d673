"""Who is asked: a configured provider and one of its models, with everything that can be decided before a call."""

from accord.core.dialect import Dialect
from accord.core.http import Headers, Network, Timeouts
from accord.core.model import ModelFacts
from accord.core.option import DEFAULT_RETRIES, DEFAULT_TIMEOUTS
from accord.core.secret import Secret
from accord.dialects.codec import ChatCodec
from accord.providers.base import ProviderBase
from accord.providers.credential import Credential, KeyHeader


class Target:
    """A provider under its configured name, and an upstream model. Cheap to keep, and made once for each pair."""

    __slots__ = (
        "_codecs",
        "credential",
        "facts",
        "headers",
        "model",
        "name",
        "network",
        "provider",
        "retries",
        "timeouts",
    )

    def __init__(self, name: str, provider: ProviderBase, model: str) -> None:
        """`name` is the provider's name in configuration, `model` the name upstream."""
        self.name: str = name
        self.provider: ProviderBase = provider
        self.model: str = model
        self.facts: ModelFacts | None = provider.facts_of(model)
        self.network: Network = provider.network
        self.timeouts: Timeouts = provider.timeouts or DEFAULT_TIMEOUTS
        self.retries: int = DEFAULT_RETRIES if provider.retries is None else provider.retries
        credential = provider.credential_for(model)
        # A key is a constant header; only tokens have to be fetched at each call.
        key = credential.headers() if isinstance(credential, KeyHeader) else ()
        self.headers: Headers = (*_lowered(provider), *key)
        self.credential: Credential | None = None if isinstance(credential, KeyHeader) else credential
        self._codecs: dict[Dialect | None, ChatCodec] = {}

    def chat_codec(self, wanted: Dialect | None = None) -> ChatCodec:
        """How to talk with the model; decided once for each dialect a caller may prefer. Raises `Unsupported`."""
        codec = self._codecs.get(wanted)
        if codec is None:
            codec = self._codecs[wanted] = self.provider.chat_codec(self.model, wanted)
        return codec

    def __repr__(self) -> str:
        return f"Target({self.name}/{self.model})"


def _lowered(provider: ProviderBase) -> Headers:
    return tuple([(name.lower(), Secret(value).reveal()) for name, value in provider.headers.items()])
