"""Any server that speaks one of the dialects, described by data."""

from difflib import get_close_matches
from typing import ClassVar

import msgspec

from accord.catalog import facts
from accord.core.dialect import Dialect
from accord.core.error import ConfigError, ProviderError, Unsupported
from accord.core.http import Address, Draft, Reply
from accord.core.listing import ListRequest, ModelList
from accord.core.secret import Secret
from accord.dialects.anthropic_messages import AnthropicMessages
from accord.dialects.codec import ChatCodec, Codec
from accord.dialects.gemini import Gemini
from accord.dialects.model_list import ModelListCodec
from accord.dialects.openai_chat import Knobs, OpenAIChat
from accord.dialects.openai_completions import OpenAICompletions
from accord.dialects.openai_endpoints import EmbeddingCodec
from accord.dialects.openai_responses import OpenAIResponses
from accord.providers.address import anthropic_address, gemini_address
from accord.providers.base import EnvNames, ProviderBase
from accord.providers.credential import Credential, KeyHeader
from accord.providers.openai_like import PATHS, method_of
from accord.providers.preset import PRESETS, RETIRED


class Compatible(ProviderBase, frozen=True, kw_only=True, tag="compatible"):
    """A server at `base_url` that speaks `dialect`; `knobs` says how its OpenAI chat wire departs from OpenAI's.

    `base_url` is what that dialect's vendor means by it: it ends in `/v1` for the OpenAI wires, and not for the others.
    A `preset` (`groq`, `ollama`, ...) fills in what is not given.
    """

    env: ClassVar[EnvNames] = {}
    label: ClassVar[str] = "Compatible"

    preset: str = ""
    knobs: Knobs | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.preset:
            self._fill()
        if not self.base_url:
            raise ConfigError(
                "compatible: `base_url` is missing; say where the server is, such as http://127.0.0.1:8080/v1, "
                "or name a `preset`"
            )

    def _fill(self) -> None:
        row = PRESETS.get(self.preset)
        if row is None:
            near = get_close_matches(self.preset, PRESETS, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(PRESETS)}"
            raise ConfigError(
                f"compatible: {RETIRED.get(self.preset) or f'there is no preset {self.preset!r}: {hint}'}"
            )
        for name, value in (("base_url", row.base_url), ("dialect", row.dialect), ("knobs", row.knobs)):
            if not msgspec.structs.asdict(self)[name]:  # left open
                msgspec.structs.force_setattr(self, name, value)

    @property
    def catalogue(self) -> str:
        """The preset's own models, where it is one."""
        return self.preset or self.type

    @property
    def probe_proves_key(self) -> bool:
        """Not where the list of models, which is the probe, is public at the preset's host."""
        row = PRESETS.get(self.preset)
        return row is None or not row.public_models

    def chat_codec(self, model: str, wanted: Dialect | None = None) -> ChatCodec:
        """The configured dialect; OpenAI chat completions when none is."""
        del wanted
        known, name = facts(self.catalogue, model), self.catalogue
        match self.dialect:
            case "openai_responses":
                return OpenAIResponses(model=model, facts=known, provider=name)
            case "anthropic_messages":
                return AnthropicMessages(model=model, facts=known, provider=name)
            case "gemini":
                return Gemini(model=model, facts=known, provider=name)
            case "openai_chat" | None:
                return OpenAIChat(model=model, facts=known, provider=name, knobs=self.knobs or Knobs())

    def completion_codec(self, model: str) -> OpenAICompletions:
        """POST /completions, which most servers of open models have. Raises `Unsupported` on the wires of other vendors."""
        if self.dialect not in (None, "openai_chat", "openai_responses"):
            raise Unsupported(
                f"a server of {self.dialect} has no completions",
                provider=self.type,
                model=model,
                operation="completion",
            )
        return OpenAICompletions(model=model, provider=self.catalogue, error=self._error_of)

    def embedding_codec(self, model: str) -> EmbeddingCodec:
        """POST /embeddings, which most servers of OpenAI's wire have."""
        return EmbeddingCodec(model=model, provider=self.type, error=self._error_of)

    def models_codec(self) -> Codec[ListRequest, ModelList]:
        """The dialect's list of models."""
        return ModelListCodec(provider=self.type, error=self._error_of)

    def address(self, draft: Draft) -> Address:
        """The dialect's own path under the base address."""
        dialect = draft.dialect or self.dialect
        if dialect == "anthropic_messages":
            return anthropic_address(self.url, draft)
        if dialect == "gemini":
            return gemini_address(self.url, draft)
        path = "/responses" if draft.dialect == "openai_responses" else PATHS[draft.operation]
        return Address(url=self.url + path, method=method_of(draft.operation))

    def credential(self) -> Credential | None:
        """The key in the header that the dialect's vendor uses."""
        key = Secret(self.api_key)
        if not key.reveal():
            return None
        match self.dialect:
            case "anthropic_messages":
                return KeyHeader(secret=key, header="x-api-key", scheme="")
            case "gemini":
                return KeyHeader(secret=key, header="x-goog-api-key", scheme="")
            case _:
                return KeyHeader(secret=key)

    def _error_of(self, reply: Reply) -> ProviderError:
        return OpenAIChat(model="", provider=self.type).error(reply)
