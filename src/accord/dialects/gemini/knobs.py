"""How a host of this wire departs from Google AI Studio, as data."""

from typing import Literal

import msgspec


class Knobs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Quirks of a host. The defaults are AI Studio (generativelanguage.googleapis.com); see `VERTEX`."""

    platform: Literal["ai_studio", "vertex"] = "ai_studio"
    """Which of Google's services it is, or is like: they take different fields beside the conversation."""
    schemas: Literal["auto", "json_schema", "openapi"] = "auto"
    """How parameters and answers are described: as JSON Schema, or in the OpenAPI subset that Gemini 1.5 has alone.
    `auto` goes by the model."""
    urls: Literal["fetch", "https"] = "fetch"
    """Whether media may be given by an `https` address, which Google then fetches itself (obeying robots.txt), or have
    to be fetched before. YouTube, uploaded files and Cloud Storage are always given by address."""
    call_ids: Literal["auto", "always"] = "auto"
    """Whether calls keep the ids of other wires. `auto`: on AI Studio, and for Gemini 3 and later; the others match
    results by name and order."""
    labels: Literal["never", "metadata"] = "never"
    """Whether the request's metadata become Vertex AI's billing labels."""


AI_STUDIO = Knobs()
"""Google AI Studio, which Google calls the Gemini API."""

VERTEX = Knobs(platform="vertex")
"""Vertex AI."""
