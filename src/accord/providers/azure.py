"""Azure OpenAI. https://learn.microsoft.com/azure/foundry/openai/reference."""

from typing import ClassVar
from urllib.parse import quote

import msgspec

from accord.core.blob import whole
from accord.core.http import Address, Draft
from accord.core.image import ImageRequest, ImageResponse
from accord.core.json import edited
from accord.core.listing import ListRequest, ModelList
from accord.core.option import OnUnsupported
from accord.dialects.codec import Codec
from accord.dialects.openai_completions import OpenAICompletions
from accord.dialects.openai_endpoints import ImageCodec, ImageEditCodec
from accord.dialects.openai_endpoints.exchange import EndpointExchange
from accord.providers.azure_resource import AzureResource, path_of
from accord.providers.base import EnvNames, Sources
from accord.providers.openai_like import method_of

UNDATED = frozenset({"", "v1", "preview", "latest"})
"""Values of an API version that mean the v1 route, which has none."""
FIRST_WITH_RESPONSES = "2025-03-01-preview"


class Azure(AzureResource, frozen=True, kw_only=True, tag="azure"):
    """OpenAI's models on an Azure resource. Models are named by their deployment.

    `base_url` is the resource's endpoint, as `AzureOpenAI(azure_endpoint=...)` of the vendor's SDK has it; whatever follows
    the host in an address copied from the portal is understood. Without `api_version` the v1 route is used; a dated
    version (`2024-10-21`) uses the deployment's own.
    """

    env: ClassVar[EnvNames] = {
        "api_key": ("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
        "ad_token": ("AZURE_OPENAI_AD_TOKEN", "AZURE_AD_TOKEN"),
        "base_url": ("AZURE_OPENAI_ENDPOINT", "AZURE_API_BASE"),
        "api_version": ("OPENAI_API_VERSION", "AZURE_API_VERSION"),
        "tenant": ("AZURE_TENANT_ID",),
        "client": ("AZURE_CLIENT_ID",),
        "client_secret": ("AZURE_CLIENT_SECRET",),
        "scope": ("AZURE_SCOPE",),
    }
    label: ClassVar[str] = "Azure OpenAI"
    sources: ClassVar[Sources] = {
        "chat": "https://learn.microsoft.com/azure/foundry/openai/reference",
        "embeddings": "https://learn.microsoft.com/azure/foundry/openai/reference",
        "image_generation": "https://learn.microsoft.com/azure/foundry/openai/reference",
        "image_edit": "https://learn.microsoft.com/azure/foundry/openai/reference",
        "speech": "https://learn.microsoft.com/azure/foundry/openai/reference",
        "transcription": "https://learn.microsoft.com/azure/foundry/openai/reference",
        "models": "https://learn.microsoft.com/azure/foundry/openai/reference",
    }

    def completion_codec(self, model: str) -> OpenAICompletions:
        """POST /completions."""
        return OpenAICompletions(model=model, provider=self.type, error=self.error_of)

    def image_codec(self, model: str) -> ImageCodec:
        """Pictures. The deployment's own route refuses a model in the body."""
        kind = ImageCodec if self.api_version in UNDATED else _DeployedImages
        return kind(model=model, provider=self.type, error=self.error_of, always_base64=True)

    def image_edit_codec(self, model: str) -> ImageEditCodec:
        """Edited pictures, with the model in the form where the path does not name it."""
        in_form = self.api_version in UNDATED
        return ImageEditCodec(
            model=model, provider=self.type, error=self.error_of, always_base64=True, names_model=in_form
        )

    def models_codec(self) -> Codec[ListRequest, ModelList]:
        """The models that can be deployed in the resource's region; the user's own deployments are listed nowhere."""
        return super().models_codec()

    def address(self, draft: Draft) -> Address:
        """The v1 route, or for a dated version the deployment's own."""
        path, method = path_of(draft), method_of(draft.operation)
        if self.api_version in UNDATED or (path == "/responses" and self.api_version < FIRST_WITH_RESPONSES):
            return Address(url=f"{self.url}/openai/v1{path}", method=method)
        by_deployment = draft.operation != "models" and path != "/responses"
        where = f"/deployments/{quote(draft.model, safe='')}" if by_deployment else ""
        return Address(url=f"{self.url}/openai{where}{path}?api-version={self.api_version}", method=method)


class _DeployedImages(ImageCodec):
    """Pictures from a deployment that is named in the path alone."""

    def encode(
        self, request: ImageRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[ImageResponse]:
        """As usual, without the model."""
        exchange = super().encode(request, on_unsupported=on_unsupported)
        body = edited(whole(exchange.draft.body), {"model": None})
        exchange.draft = msgspec.structs.replace(exchange.draft, body=body)
        return exchange
