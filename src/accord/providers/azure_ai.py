"""Azure AI Foundry: models of many vendors on one Azure resource. https://learn.microsoft.com/azure/foundry."""

from typing import ClassVar, Literal
from urllib.parse import urlsplit, urlunsplit

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.http import Address, Draft
from accord.core.secret import Secret
from accord.dialects.anthropic_messages import AnthropicMessages
from accord.dialects.anthropic_messages import Knobs as AnthropicKnobs
from accord.dialects.codec import ChatCodec
from accord.providers.address import anthropic_address
from accord.providers.azure import Azure
from accord.providers.base import EnvNames
from accord.providers.credential import Credential, KeyHeader
from accord.providers.openai_like import PATHS, method_of

Route = Literal["v1", "model_inference", "serverless", "anthropic"]
"""The doors of a resource: the current one; the older `/models`; endpoints of one model; and Claude's own."""

INFERENCE_VERSION = "2024-05-01-preview"
"""The API version of the older `/models` route."""


class AzureAI(Azure, frozen=True, kw_only=True, tag="azure_ai"):
    """Models deployed in Azure AI Foundry. Claude is spoken to in Anthropic's wire, all others in OpenAI's.

    `base_url` is the resource's host (`https://my-resource.services.ai.azure.com`) or a serverless endpoint; whatever
    follows the host in an address copied from the portal is understood.
    """

    env: ClassVar[EnvNames] = {
        "api_key": ("AZURE_AI_API_KEY",),
        "base_url": ("AZURE_AI_API_BASE", "AZURE_AI_CHAT_ENDPOINT"),
        "ad_token": ("AZURE_AD_TOKEN",),
        "tenant": ("AZURE_TENANT_ID",),
        "client": ("AZURE_CLIENT_ID",),
        "client_secret": ("AZURE_CLIENT_SECRET",),
    }
    label: ClassVar[str] = "Azure AI Foundry"

    route: Route | None = None
    """Pins a door; `None` chooses by host, address and model."""

    @property
    def url(self) -> str:
        """The resource's root, whatever was pasted after it."""
        parts = urlsplit(self.base_url)
        path = parts.path
        for mark in ("/openai", "/models", "/anthropic", "/providers", "/v1", "/chat"):
            path = path.partition(mark)[0]
        return urlunsplit((parts.scheme, parts.netloc, path.rstrip("/"), "", ""))

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """Anthropic's wire for Claude, OpenAI's for the rest."""
        if self._route_of(model) == "anthropic":
            known = facts(self.type, self.base_model(model))
            knobs = AnthropicKnobs(account_fields="refused", cache_scope="refused", attribution="refused")
            return AnthropicMessages(model=model, facts=known, provider=self.type, knobs=knobs)
        return super().chat_codec(model, wanted)

    def address(self, draft: Draft) -> Address:
        """The door of the model."""
        path = "/responses" if draft.dialect == "openai_responses" else PATHS.get(draft.operation, "")
        match self._route_of(draft.model) if draft.dialect != "openai_responses" else "v1":
            case "anthropic":
                return anthropic_address(self.url + "/anthropic", draft)
            case "serverless":
                return Address(url=f"{self.url}/v1{path}")
            case "model_inference":
                version = self.api_version or INFERENCE_VERSION
                return Address(url=f"{self.url}/models{path}?api-version={version}")
            case "v1":
                return Address(url=f"{self.url}/openai/v1{path}", method=method_of(draft.operation))

    def credential(self) -> Credential | None:
        """As on Azure OpenAI, but serverless endpoints want the key as a bearer token."""
        if self._serverless and self.api_key and not self.ad_token:
            return KeyHeader(secret=Secret(self.api_key))
        return super().credential()

    @property
    def _serverless(self) -> bool:
        host = urlsplit(self.base_url).hostname or ""
        return self.route == "serverless" or host.endswith(".models.ai.azure.com")

    def _route_of(self, model: str) -> Route:
        if self.route is not None:
            return self.route
        if "claude" in self.base_model(model).lower() or self.dialect == "anthropic_messages":
            return "anthropic"
        if self._serverless:
            return "serverless"
        if "/models" in urlsplit(self.base_url).path:
            return "model_inference"
        return "v1"
