"""How a host of this wire departs from Anthropic's own API."""

from typing import Literal

import msgspec


class Knobs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Quirks of a host, as data. The defaults are Anthropic's own API."""

    model: Literal["body", "path"] = "body"
    """Whether the body names the model, or the path alone does (Vertex AI)."""
    version: Literal["vertex-2023-10-16", "bedrock-2023-05-31"] | None = None
    """The body's `anthropic_version`; without one the version is a header, which the provider's address adds."""
    betas: Literal["header", "body", "both", "none"] = "header"
    """Where beta features are asked for: `anthropic-beta`, the body's `anthropic_beta`, or nowhere."""
    known_betas: tuple[str, ...] | None = None
    """The only betas the host takes, others being refused by it; `None` for all."""
    first_turn: Literal["any", "user"] = "any"
    """Whether a conversation may begin with the assistant, as Anthropic's own API lets it."""
    media_urls: Literal["taken", "refused"] = "taken"
    """Whether pictures and documents may be given by address."""
    automatic_cache: Literal["taken", "refused"] = "taken"
    """Whether `cache_control` may stand at the top level; where not, it is put on the last block."""
    cache_scope: Literal["taken", "refused"] = "taken"
    """Whether `cache_control` may have a `scope`."""
    attribution: Literal["taken", "refused"] = "taken"
    """Whether the first system block may be Claude Code's attribution (`x-anthropic-billing-header: ...`), which only
    Anthropic's own API takes out again.
    """
    account_fields: Literal["taken", "refused"] = "taken"
    """Whether `service_tier`, `inference_geo` and `speed` mean anything to the host."""
