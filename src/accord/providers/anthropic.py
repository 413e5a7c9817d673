"""Anthropic. https://platform.claude.com/docs/en/api."""

from typing import ClassVar

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.error import ConfigError, ProviderError
from accord.core.http import Address, Draft, Headers, Reply
from accord.core.listing import ListRequest, ModelList
from accord.core.secret import Secret
from accord.dialects.anthropic_messages import AnthropicMessages, CountTokens
from accord.dialects.codec import ChatCodec, Codec
from accord.dialects.model_list import ModelListCodec
from accord.providers.address import anthropic_address
from accord.providers.base import EnvNames, ProviderBase, Sources
from accord.providers.credential import Credential, KeyHeader

_BETA = "anthropic-beta"
_OAUTH = "oauth-2025-04-20"
"""The beta that lets OAuth tokens in."""


class Anthropic(ProviderBase, frozen=True, kw_only=True, tag="anthropic"):
    """Anthropic's own API. `base_url` has no `/v1`, as `Anthropic(base_url=...)` of the vendor's SDK has it."""

    env: ClassVar[EnvNames] = {
        "api_key": ("ANTHROPIC_API_KEY",),
        "auth_token": ("ANTHROPIC_AUTH_TOKEN",),
        "base_url": ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"),
        "custom_headers": ("ANTHROPIC_CUSTOM_HEADERS",),
    }
    required: ClassVar[tuple[tuple[str, ...], ...]] = (("api_key", "auth_token"),)
    secrets: ClassVar[tuple[str, ...]] = ("api_key", "auth_token", "custom_headers")
    label: ClassVar[str] = "Anthropic"
    sources: ClassVar[Sources] = {
        "chat": "https://platform.claude.com/docs/en/api/messages",
        "count_tokens": "https://platform.claude.com/docs/en/api/messages-count-tokens",
        "models": "https://platform.claude.com/docs/en/api/models-list",
    }
    default_base_url: ClassVar[str] = "https://api.anthropic.com"

    auth_token: str = ""
    """A bearer token in place of a key, as gateways and OAuth give them. A key wins over it."""
    custom_headers: str = ""
    """Further headers, each on a line of its own (`Name: value`), as the vendor's SDK reads them from the environment."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(not name.strip() or not colon for name, colon, _ in self._custom_lines()):
            raise ConfigError(f"{self.type}: each line of `custom_headers` must be `Name: value`")

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """Messages, for every model."""
        del wanted
        return AnthropicMessages(model=model, facts=facts(self.type, model), provider=self.type)

    def count_codec(self, model: str) -> CountTokens:
        """POST /v1/messages/count_tokens, which is free."""
        return CountTokens(model=model, facts=facts(self.type, model), provider=self.type)

    def models_codec(self) -> Codec[ListRequest, ModelList]:
        """GET /v1/models."""
        return ModelListCodec(provider=self.type, error=self._error_of)

    def address(self, draft: Draft) -> Address:
        """Anthropic's paths. OAuth tokens (`sk-ant-oat...`) are let in by a beta header."""
        address = anthropic_address(self.url, draft)
        more: Headers = tuple([(name.strip().lower(), value.strip()) for name, _, value in self._custom_lines()])
        betas = [value for name, value in more if name == _BETA] + [_OAUTH] * _is_oauth(self._key())
        if betas:
            # A later header takes the place of an earlier one of its name: features are asked for together.
            asked = [value for name, value in draft.headers if name == _BETA]
            more = (*[pair for pair in more if pair[0] != _BETA], (_BETA, ",".join([*asked, *betas])))
        return Address(url=address.url, method=address.method, headers=(*address.headers, *more)) if more else address

    def credential(self) -> Credential | None:
        """A key as `x-api-key`; a bearer token, and a key that is one, as `Authorization`. Never both."""
        key = self._key()
        if not key.reveal():
            return None
        if _is_oauth(key) or not self.api_key:
            return KeyHeader(secret=key)
        return KeyHeader(secret=key, header="x-api-key", scheme="")

    def _custom_lines(self) -> list[tuple[str, str, str]]:
        lines = Secret(self.custom_headers).reveal().splitlines()
        return [line.partition(":") for line in lines if line.strip()]

    def _key(self) -> Secret:
        return Secret(self.api_key or self.auth_token)

    def _error_of(self, reply: Reply) -> ProviderError:
        return AnthropicMessages(model="", provider=self.type).error(reply)


def _is_oauth(key: Secret) -> bool:
    return key.reveal().startswith("sk-ant-oat")
