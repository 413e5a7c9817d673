"""Addresses of wires that more than one provider serves."""

from accord.core.http import Address, Draft, Headers, header
from accord.dialects.gemini import AI_STUDIO, method_of

ANTHROPIC_VERSION = ("anthropic-version", "2023-06-01")
"""The only version of Anthropic's API so far, which every request has to name."""


def anthropic_address(base: str, draft: Draft) -> Address:
    """Anthropic's paths under a base without `/v1` (which is often configured, and then taken off)."""
    root = base.removesuffix("/messages").removesuffix("/v1")
    headers: Headers = () if header(draft.headers, ANTHROPIC_VERSION[0]) else (ANTHROPIC_VERSION,)
    match draft.operation:
        case "models":
            return Address(url=root + "/v1/models?limit=1000", method="GET", headers=headers)
        case "count_tokens":
            return Address(url=root + "/v1/messages/count_tokens", headers=headers)
        case _:
            return Address(url=root + "/v1/messages", headers=headers)


def gemini_address(base: str, draft: Draft) -> Address:
    """Google AI Studio's paths; a base without a version gets `/v1beta`, which has every feature."""
    root = base if base.endswith(("/v1beta", "/v1", "/v1alpha")) else base + "/v1beta"
    if draft.operation == "models":
        return Address(url=f"{root}/models?pageSize=1000", method="GET")
    return Address(url=f"{root}/models/{draft.model.removeprefix('models/')}:{method_of(draft, AI_STUDIO)}")
