"""Azure AI Foundry: models of many vendors on one Azure resource. https://learn.microsoft.com/azure/foundry."""

import re
from typing import ClassVar, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.error import Unsupported
from accord.core.http import Address, Draft, Headers
from accord.core.image import ImageRequest, ImageResponse
from accord.core.listing import ListRequest, ModelList
from accord.core.model import ModelFacts
from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages import CountTokens
from accord.dialects.anthropic_messages import Knobs as AnthropicKnobs
from accord.dialects.codec import ChatCodec, Codec
from accord.dialects.openai_endpoints import ImageCodec, ImageEditCodec
from accord.providers.address import anthropic_address
from accord.providers.azure_ai_chat import ANY_PARTNER, FoundryClaude, family_of, partner_codec
from accord.providers.azure_ai_image import FoundryImages, picture_path, vendor_of
from accord.providers.azure_ai_info import ServerlessInfo
from accord.providers.azure_resource import ENTRA_SCOPE, AzureResource, path_of
from accord.providers.base import EnvNames, Sources
from accord.providers.credential import Credential, EntraToken, KeyHeader
from accord.providers.openai_like import method_of

Route: TypeAlias = Literal["v1", "model_inference", "serverless", "anthropic"]
"""The doors of a resource: the current one; the older `/models`; endpoints of one model; and Claude's own."""

SERVERLESS_SCOPE = "https://ml.azure.com/.default"
"""The scope of access tokens for serverless endpoints."""

INFERENCE_VERSION = "2024-05-01-preview"
"""The API version of the older `/models` route."""

_UNKNOWN_FIELDS: Headers = (("extra-parameters", "pass-through"),)
"""The older route knows few fields, and refuses the others unless it is told to hand them on."""

CLAUDE = AnthropicKnobs(account_fields="refused", cache_scope="refused", attribution="refused")
"""How Anthropic's wire is spoken here."""


class AzureAI(AzureResource, frozen=True, kw_only=True, tag="azure_ai"):
    """Models deployed in Azure AI Foundry. Claude is spoken to in Anthropic's wire, all others in OpenAI's.

    `base_url` is the resource's host (`https://my-resource.services.ai.azure.com`) or a serverless endpoint; whatever
    follows the host in an address copied from the portal is understood. What a deployment runs is told from its name, or
    from `base_models`.
    """

    env: ClassVar[EnvNames] = {
        "api_key": ("AZURE_AI_API_KEY", "AZURE_AI_CHAT_KEY", "ANTHROPIC_FOUNDRY_API_KEY"),
        "base_url": (
            "AZURE_AI_API_BASE",
            "AZURE_AI_CHAT_ENDPOINT",
            "AZURE_AI_PROJECT_ENDPOINT",
            "ANTHROPIC_FOUNDRY_BASE_URL",
        ),
        "ad_token": ("AZURE_AD_TOKEN",),
        "tenant": ("AZURE_TENANT_ID",),
        "client": ("AZURE_CLIENT_ID",),
        "client_secret": ("AZURE_CLIENT_SECRET",),
    }
    label: ClassVar[str] = "Azure AI Foundry"
    sources: ClassVar[Sources] = {
        "chat": "https://learn.microsoft.com/azure/foundry",
        "embeddings": "https://learn.microsoft.com/azure/foundry/openai/reference",
        "image_generation": "https://learn.microsoft.com/azure/foundry/foundry-models/how-to/use-foundry-models-flux",
        "image_edit": "https://learn.microsoft.com/azure/foundry/openai/reference",
        "speech": "https://learn.microsoft.com/azure/foundry/openai/reference",
        "transcription": "https://learn.microsoft.com/azure/foundry/openai/reference",
        "models": "https://learn.microsoft.com/rest/api/aifoundry/model-inference/get-model-info",
    }
    example: ClassVar[str] = "https://my-resource.services.ai.azure.com"
    tail: ClassVar[re.Pattern[str]] = re.compile(
        r"/(openai|models|anthropic|providers|mai|api/projects|v1|chat|info)(/.*)?$"
    )

    route: Route | None = None
    """Pins a door; `None` chooses by host, address and model."""

    def facts_of(self, model: str) -> ModelFacts | None:
        """What is known of the model behind the deployment; OpenAI's are the same here as in Azure OpenAI, prices included."""
        base = self.base_model(model)
        own = facts(self.type, base)
        if family_of(base) is not None or "claude" in base.lower():
            return own
        there = facts("azure", base)
        exact = [known for known in (there, own) if known is not None and known.exact]
        return exact[0] if exact else there or own

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """Anthropic's wire for Claude, OpenAI's for the rest, each family of models with its own strictness."""
        known = self.facts_of(model)
        base, served, route = self.base_model(model), self.served, self._route_of(model)
        if route == "anthropic":
            codec = FoundryClaude(model=model, facts=known, provider=self.type, knobs=CLAUDE)
            codec.served = served
            return codec
        family = family_of(base) or (ANY_PARTNER if route == "serverless" else None)
        if family is not None and self.dialect != "openai_responses":
            return partner_codec(family, model=model, base_model=base, facts=known, provider=self.type, served=served)
        if route == "v1":
            return super().chat_codec(model, wanted)
        return self.chat(model=model, facts=known, provider=self.type, served=served)

    def count_codec(self, model: str) -> Codec[ChatRequest, int]:
        """Counts tokens of Claude. Raises `Unsupported` for all other models."""
        if self._route_of(model) != "anthropic":
            raise Unsupported(
                f"azure_ai counts tokens of Claude, not of {model}",
                provider=self.type,
                model=model,
                operation="count_tokens",
            )
        return CountTokens(model=model, facts=self.facts_of(model), provider=self.type, knobs=CLAUDE)

    def image_codec(self, model: str) -> Codec[ImageRequest, ImageResponse]:
        """Pictures: of OpenAI's models in OpenAI's words, of Black Forest Labs' and Microsoft's in their own."""
        vendor = vendor_of(self.base_model(model))
        if vendor == "openai":
            return ImageCodec(model=model, provider=self.type, error=self.error_of, always_base64=True)
        return FoundryImages(model=model, provider=self.type, error=self.error_of, vendor=vendor)

    def image_edit_codec(self, model: str) -> ImageEditCodec:
        """Edited pictures of OpenAI's models. Raises `Unsupported` for all others."""
        if vendor_of(self.base_model(model)) != "openai":
            raise Unsupported(
                f"azure_ai edits pictures with OpenAI's models, not with {model}",
                provider=self.type,
                model=model,
                operation="image_edit",
            )
        return ImageEditCodec(model=model, provider=self.type, error=self.error_of, always_base64=True)

    def models_codec(self) -> Codec[ListRequest, ModelList]:
        """The models that can be deployed in the resource's region; of a serverless endpoint, the one it has."""
        return ServerlessInfo(provider=self.type, error=self.error_of) if self._serverless else super().models_codec()

    def address(self, draft: Draft) -> Address:
        """The door of the model."""
        if draft.operation == "models" and self._serverless:
            return Address(url=self.url + "/info", method="GET")
        if draft.operation == "image_generation" and (path := picture_path(self.base_model(draft.model))):
            return Address(url=self.url + path)
        path, method = path_of(draft) if draft.dialect != "anthropic_messages" else "", method_of(draft.operation)
        match self._route_of(draft.model) if draft.dialect != "openai_responses" else "v1":
            case "anthropic" if draft.dialect == "anthropic_messages":
                return anthropic_address(self.url + "/anthropic", draft)
            case "serverless":
                return Address(url=f"{self.url}/v1{path}", method=method)
            case "model_inference" if draft.operation in ("chat", "embeddings"):
                version = self.api_version or INFERENCE_VERSION
                return Address(url=f"{self.url}/models{path}?api-version={version}", headers=_UNKNOWN_FIELDS)
            case _:
                return Address(url=f"{self.url}/openai/v1{path}", method=method)

    def credential(self) -> Credential | None:
        """As on any resource; but serverless endpoints want the key as a bearer token, and tokens of another scope."""
        found = super().credential()
        if not self._serverless:
            return found
        if isinstance(found, EntraToken) and found.scope == ENTRA_SCOPE:
            return msgspec.structs.replace(found, scope=SERVERLESS_SCOPE)
        return KeyHeader(secret=found.secret) if isinstance(found, KeyHeader) else found

    def credential_for(self, model: str) -> Credential | None:
        """Claude's door wants the key in two headers."""
        found = self.credential()
        if isinstance(found, KeyHeader) and not found.scheme and self._route_of(model) == "anthropic":
            return KeyHeader(secret=found.secret, header="x-api-key", scheme="", also=(found.header,))
        return found

    @property
    def _serverless(self) -> bool:
        host = urlsplit(self.base_url).hostname or ""
        return self.route == "serverless" or (self.route is None and host.endswith(".models.ai.azure.com"))

    def _route_of(self, model: str) -> Route:
        if self.route is not None:
            return self.route
        if "claude" in self.base_model(model).lower() or self.dialect == "anthropic_messages":
            return "anthropic"
        if self._serverless:
            return "serverless"
        if re.search(r"/models(/|$)", urlsplit(self.base_url).path):
            return "model_inference"
        return "v1"
