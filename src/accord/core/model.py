"""What is known of a model. Every fact may be unknown, and an unknown model is still callable (promise 3)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from accord.core.dialect import Dialect
from accord.core.operation import Operation

Modality: TypeAlias = Literal["text", "image", "audio", "video", "file"]


class Tier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Prices that replace the base ones for the whole request, once its input is longer than `above` tokens."""

    above: int
    prices: Mapping[str, Decimal]


class Rates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The prices of one service tier, where no single factor on the standard ones gives them."""

    base: Mapping[str, Decimal] = {}
    tiers: tuple[Tier, ...] = ()


class Hours(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Prices that replace the base ones at certain hours of the week, such as DeepSeek's peak hours."""

    days: tuple[int, ...]
    """Days of the week in UTC, Monday is 0."""
    start: int
    """Minutes after midnight UTC."""
    end: int
    """Minutes after midnight UTC; the first minute that is no longer in."""
    prices: Mapping[str, Decimal]
    except_on: tuple[str, ...] = ()
    """Days (`YYYY-MM-DD`, UTC) without such hours: public holidays."""


class Prices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """US dollars by unit. Token prices are per million tokens; what is not listed is unknown.

    Units: `input`, `cached`, `cache_write`, `cache_write_1h`, `output`, `reasoning`, `audio_input`, `audio_output`,
    `cached_audio`, `image_input`, `cached_image`, `image_output`, `video_input`, `routing` (a router's fee on input) per
    million tokens; `second`, `million_characters`, `image`, `web_search`, `request` (each).
    """

    base: Mapping[str, Decimal] = {}
    tiers: tuple[Tier, ...] = ()
    multipliers: Mapping[str, Decimal] = {}
    """Factors on all token prices by service tier: `flex`, `priority`, `batch`, ..."""
    service_tiers: Mapping[str, Rates] = {}
    """Whole price lists by service tier; they win over `multipliers`."""
    regions: Mapping[str, Decimal] = {}
    """Factors on all token prices by the region that processes the call; a region that is not listed is unknown."""
    hours: tuple[Hours, ...] = ()
    since: str | None = None
    """The first day (UTC) these prices hold; `None` is from the beginning."""
    changes: tuple["Prices", ...] = ()
    """The lists of other times, earlier ones and announced ones, oldest first."""
    dated: str | None = None
    """The day these prices were last confirmed, `YYYY-MM-DD`."""
    source: str | None = None


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model as the catalogue or a provider's list endpoint describes it."""

    id: str
    """The name the provider knows it by."""
    exact: bool = True
    """`False` where the name is unknown and these are the capabilities of its family; a family has no prices."""
    aliases: tuple[str, ...] = ()
    """Other names for the very same model."""
    provider: str = ""
    """The provider type (`openai`) for the catalogue, the configured name for a live list."""
    name: str | None = None
    family: str | None = None
    operations: tuple[Operation, ...] | None = None
    context: int | None = None
    """Tokens of input and output together."""
    max_input: int | None = None
    max_output: int | None = None
    input: tuple[Modality, ...] | None = None
    output: tuple[Modality, ...] | None = None
    tools: bool | None = None
    parallel_tools: bool | None = None
    structured_output: bool | None = None
    """Whether it can be held to a JSON Schema."""
    reasoning: bool | None = None
    efforts: tuple[str, ...] | None = None
    """The reasoning efforts it accepts."""
    default_effort: str | None = None
    """The effort it uses when none is asked for."""
    chat_tools_with_reasoning: bool | None = None
    """Whether function tools may be combined with reasoning on chat completions (OpenAI's gpt-5.4 and later: no)."""
    adaptive_thinking: bool | None = None
    thinking_off: Literal["omit", "disabled", "between_tools"] | None = None
    """How thinking is switched off on Anthropic's wire: by leaving the parameter out, or by that `thinking.type`. `None`
    is unknown, or impossible where `efforts` has no `none`."""
    forced_tools: bool | None = None
    """Whether `tool_choice` may demand a call (`required`, or a named tool)."""
    min_cache: int | None = None
    """The shortest prefix in tokens that can be cached."""
    sampling: bool | None = None
    """Whether it accepts `temperature` and `top_p`."""
    prefill: bool | None = None
    """Whether it continues a trailing assistant message."""
    system_in_conversation: bool | None = None
    """Whether it honours system messages after the first turn."""
    dialects: tuple[Dialect, ...] | None = None
    """The wires it is served on, the preferred one first; `None` leaves it to the provider's rule."""
    prices: Prices | None = None
    released: str | None = None
    deprecated: str | None = None
    """The day it stops working, `YYYY-MM-DD`, where announced."""
    successor: str | None = None
    created: int | None = None
    """Unix seconds, from a live list."""
    source: str | None = None
    """Where these facts come from."""
