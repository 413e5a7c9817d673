"""OpenRouter's list of models, which says what each can do and costs. https://openrouter.ai/docs/overview/models."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import get_args

import msgspec

from accord.core.http import Reply
from accord.core.json import JsonObject, as_array, as_object, loads_object
from accord.core.listing import ListRequest, ModelList
from accord.core.model import Modality, ModelFacts, Prices
from accord.core.option import OnUnsupported
from accord.dialects.model_list import ModelListCodec, ModelListExchange

_MODALITIES: tuple[Modality, ...] = get_args(Modality)
_PER_TOKEN: Mapping[str, str] = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cached",
    "input_cache_write": "cache_write",
    "input_cache_write_1h": "cache_write_1h",
    "internal_reasoning": "reasoning",
    "audio": "audio_input",
    "audio_output": "audio_output",
    "input_audio_cache": "cached_audio",
    "image_output": "image_output",
}
"""The catalogue's name for each price that is given by the token."""
_ABSURD = 1_000
"""US dollars for one token or search that nobody asks; a typing error, which must not become a price."""
_EACH: Mapping[str, str] = {"web_search": "web_search", "request": "request"}


class OpenRouterModels(ModelListCodec):
    """Asks for the list, and reads what other hosts' lists do not say."""

    def encode(self, request: ListRequest, *, on_unsupported: OnUnsupported = "error") -> "OpenRouterListExchange":
        """A GET without a body."""
        del request, on_unsupported
        return OpenRouterListExchange(self._provider, self._error)


class OpenRouterListExchange(ModelListExchange):
    """One request for the list."""

    def decode(self, reply: Reply) -> ModelList:
        """The models in a 2xx reply. Raises `Malformed`."""
        plain = super().decode(reply)
        rows = {
            str(row.get("id")): row
            for item in as_array(loads_object(reply.body).get("data")) or []
            if (row := as_object(item)) is not None
        }
        return msgspec.structs.replace(
            plain, models=tuple([_described(known, rows.get(known.id, {})) for known in plain.models])
        )


def _described(known: ModelFacts, row: JsonObject) -> ModelFacts:
    shape, top = as_object(row.get("architecture")) or {}, as_object(row.get("top_provider")) or {}
    taken = as_array(row.get("supported_parameters"))
    efforts = as_array((as_object(row.get("reasoning")) or {}).get("supported_efforts"))
    most = top.get("max_completion_tokens")
    return msgspec.structs.replace(
        known,
        name=_text(row.get("name")),
        max_output=most if type(most) is int else None,
        input=_modalities(shape.get("input_modalities")),
        output=_modalities(shape.get("output_modalities")),
        tools=None if taken is None else "tools" in taken,
        structured_output=None if taken is None else "structured_outputs" in taken,
        reasoning=None if taken is None else "reasoning" in taken,
        efforts=None if efforts is None else tuple([effort for effort in efforts if isinstance(effort, str)]),
        deprecated=_text(row.get("expiration_date")),
        prices=_prices(as_object(row.get("pricing")) or {}),
    )


def _prices(raw: JsonObject) -> Prices | None:
    """Prices in dollars per million tokens; the list has dollars per token, as text, and -1 for what depends.

    `None` where some depend on what no table of ours can say (the hour, the length of the request).
    """
    if as_array(raw.get("overrides")):
        return None
    factor = 1 - (_dollars(raw.get("discount")) or Decimal(0))
    found = {
        name: amount.scaleb(6) * factor
        for key, name in _PER_TOKEN.items()
        if (amount := _dollars(raw.get(key))) is not None
    }
    found.update({name: amount for key, name in _EACH.items() if (amount := _dollars(raw.get(key)))})
    if "input" not in found or "output" not in found:
        return None
    # A zero here says that there is no such charge apart from that of the tokens around it.
    base = {name: amount for name, amount in found.items() if amount or name in ("input", "output")}
    return Prices(base=base, source="OpenRouter's own list")


def _dollars(value: object) -> Decimal | None:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < _ABSURD else None


def _modalities(value: object) -> tuple[Modality, ...] | None:
    names = as_array(value)
    return None if names is None else tuple([modality for modality in _MODALITIES if modality in names])


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
