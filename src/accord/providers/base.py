"""What every provider has: its own configuration, checked when it is built, and the few questions a call asks of it.

A provider is a frozen struct that is decoded straight from a config file. Capabilities are methods that exist or not:
a provider that can embed has `embedding_codec`, and one that cannot has no such method.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import msgspec

from accord import catalog
from accord.core.dialect import Dialect
from accord.core.error import ConfigError, Unsupported
from accord.core.http import Address, Draft, Network, Timeouts
from accord.core.operation import Operation
from accord.core.secret import Secret
from accord.providers.credential import Credential, KeyHeader

if TYPE_CHECKING:
    from accord.core.listing import ListRequest, ModelList
    from accord.core.model import ModelFacts
    from accord.dialects.codec import ChatCodec, Codec

EnvNames: TypeAlias = Mapping[str, tuple[str, ...]]
"""For each field that may come from the environment, the variables that are tried, in order. Empty counts as unset."""

Sources: TypeAlias = Mapping[Operation, str]
"""For each operation, the address of the page that documents it."""


class ProviderBase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """The fields all providers share.

    Raises:
        ConfigError: a field has a value that cannot work, named with what would be right.
    """

    env: ClassVar[EnvNames] = {}
    required: ClassVar[tuple[tuple[str, ...], ...]] = (("api_key",),)
    """What must come from the environment for the provider to be set up by it alone: of each group, one field."""
    secrets: ClassVar[tuple[str, ...]] = ("api_key",)
    """The fields that hold secrets."""
    label: ClassVar[str] = ""
    """The provider's name as people write it."""
    sources: ClassVar[Sources] = {}
    """The provider's own pages on what it can do; what has none is known from others alone."""
    default_base_url: ClassVar[str] = ""
    """Where the provider lives, when `base_url` is not given; empty where every account has its own address."""

    names_deployments: ClassVar[bool] = False
    """Whether models go by names that their user gave them, so that only an answer tells which model it was."""
    keeps_files: ClassVar[bool] = True
    """Whether there may be files, conversations or stores of its user's, which requests name by their ids."""

    api_key: str = ""
    """The key, kept as a `Secret`. May be empty for servers that ask for none."""
    base_url: str = ""
    """The address, as the vendor's own SDK means it; empty is the provider's own."""
    dialect: Dialect | None = None
    """Pins one of the dialects the provider speaks; `None` chooses by model."""
    headers: Mapping[str, str] = {}
    """Sent with every request."""
    timeouts: Timeouts | None = None
    retries: int | None = None
    max_connections: int = 1000
    proxy: str | None = None
    ca_file: str | None = None
    client_cert: str | None = None

    def __post_init__(self) -> None:
        check_field_types(self)
        for name, value in zip(self.__struct_fields__, msgspec.structs.astuple(self), strict=True):
            if (name in self.secrets or name == "proxy") and isinstance(value, str):
                msgspec.structs.force_setattr(self, name, Secret(value))
        # A header may hold a key as well as a field may.
        hidden = {name: Secret(value) for name, value in self.headers.items()}
        msgspec.structs.force_setattr(self, "headers", hidden)
        if self.base_url and not self.base_url.startswith(("http://", "https://")):
            raise ConfigError(f"{self.type}: `base_url` must start with http:// or https://, got {self.base_url!r}")

    @property
    def type(self) -> str:
        """The provider's type: the struct's tag (`openai`)."""
        return str(self.__struct_config__.tag)

    @property
    def catalogue(self) -> str:
        """The name under which the catalogue keeps its models."""
        return self.type

    @property
    def url(self) -> str:
        """The address in use, without a trailing slash."""
        return (self.base_url or self.default_base_url).rstrip("/")

    @property
    def probe_proves_key(self) -> bool:
        """Whether the health probe is answered only with a good key; a public list proves nothing."""
        return True

    @property
    def network(self) -> Network:
        """How to reach it."""
        return Network(
            proxy=None if self.proxy is None else Secret(self.proxy).reveal(),
            ca_file=self.ca_file,
            client_cert=self.client_cert,
            max_connections=self.max_connections,
        )

    def facts_of(self, model: str) -> "ModelFacts | None":
        """What the catalogue knows of one of its models; a provider whose models have names of the user's own looks
        behind them.
        """
        return catalog.facts(self.catalogue, model)

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> "ChatCodec":
        """How to talk with `model`. `wanted` is the caller's dialect, preferred where the model is served on it.

        Raises `Unsupported` where this model does not chat.
        """
        raise NotImplementedError

    def models_codec(self) -> "Codec[ListRequest, ModelList]":
        """How to ask for the provider's own list of models. Raises `Unsupported` where there is none."""
        raise Unsupported(f"{self.type} has no list of models", provider=self.type, operation="models")

    def probe_codec(self) -> "Codec[ListRequest, ModelList]":
        """How to ask whether the provider is there, at the least expense: its list of models, unless it has better."""
        return self.models_codec()

    def address(self, draft: Draft) -> Address:
        """Where a draft goes. Its body has no say in that: the answer is kept for drafts that are alike but for it."""
        raise NotImplementedError

    def credential(self) -> Credential | None:
        """What lets the request in; `None` sends it without."""
        key = Secret(self.api_key)
        return KeyHeader(secret=key) if key.reveal() else None

    def credential_for(self, model: str) -> Credential | None:
        """What lets a request for `model` in, where that depends on the model."""
        del model
        return self.credential()


@cache
def _field_types(cls: type[ProviderBase]) -> tuple[object, ...]:
    return tuple([field.type for field in msgspec.structs.fields(cls)])


def check_field_types(provider: ProviderBase) -> None:
    """Refuses field values of the wrong type, which a struct built in Python would otherwise accept.

    Raises `ConfigError` naming the field.
    """
    for name, value, wanted in zip(
        provider.__struct_fields__, msgspec.structs.astuple(provider), _field_types(type(provider)), strict=True
    ):
        try:
            msgspec.convert(value.reveal() if isinstance(value, Secret) else value, wanted)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{provider.type}: `{name}` is wrong: {error}") from None
