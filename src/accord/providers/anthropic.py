"""Anthropic. https://platform.claude.com/docs/en/api."""

from typing import ClassVar

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.error import ProviderError
from accord.core.http import Address, Draft, Reply
from accord.core.listing import ListRequest, ModelList
from accord.core.secret import Secret
from accord.dialects.anthropic_messages import AnthropicMessages, CountTokens
from accord.dialects.codec import ChatCodec, Codec
from accord.dialects.model_list import ModelListCodec
from accord.providers.address import anthropic_address
from accord.providers.base import EnvNames, ProviderBase, Sources
from accord.providers.credential import Credential, KeyHeader


class Anthropic(ProviderBase, frozen=True, kw_only=True, tag="anthropic"):
    """Anthropic's own API. `base_url` has no `/v1`, as `Anthropic(base_url=...)` of the vendor's SDK has it."""

    env: ClassVar[EnvNames] = {
        "api_key": ("ANTHROPIC_API_KEY",),
        "auth_token": ("ANTHROPIC_AUTH_TOKEN",),
        "base_url": ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"),
    }
    required: ClassVar[tuple[tuple[str, ...], ...]] = (("api_key", "auth_token"),)
    secrets: ClassVar[tuple[str, ...]] = ("api_key", "auth_token")
    label: ClassVar[str] = "Anthropic"
    sources: ClassVar[Sources] = {
        "chat": "https://platform.claude.com/docs/en/api/messages",
        "count_tokens": "https://platform.claude.com/docs/en/api/messages-count-tokens",
        "models": "https://platform.claude.com/docs/en/api/models-list",
    }
    default_base_url: ClassVar[str] = "https://api.anthropic.com"

    auth_token: str = ""
    """A bearer token in place of a key, as gateways and OAuth give them. A key wins over it."""

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
        if not _is_oauth(self._key()):
            return address
        betas = [value for name, value in draft.headers if name == "anthropic-beta"]
        header = ("anthropic-beta", ",".join([*betas, "oauth-2025-04-20"]))
        return Address(url=address.url, method=address.method, headers=(*address.headers, header))

    def credential(self) -> Credential | None:
        """A key as `x-api-key`; a bearer token, and a key that is one, as `Authorization`. Never both."""
        key = self._key()
        if not key.reveal():
            return None
        if _is_oauth(key) or not self.api_key:
            return KeyHeader(secret=key)
        return KeyHeader(secret=key, header="x-api-key", scheme="")

    def _key(self) -> Secret:
        return Secret(self.api_key or self.auth_token)

    def _error_of(self, reply: Reply) -> ProviderError:
        return AnthropicMessages(model="", provider=self.type).error(reply)


def _is_oauth(key: Secret) -> bool:
    return key.reveal().startswith("sk-ant-oat")
