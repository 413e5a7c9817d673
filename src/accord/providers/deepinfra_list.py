"""DeepInfra's list of models, which says what each costs. https://api.deepinfra.com/v1/openai/models."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from accord.core.http import Reply
from accord.core.json import JsonObject, as_array, as_object, loads_object
from accord.core.listing import ListRequest, ModelList
from accord.core.model import ModelFacts, Prices
from accord.core.option import OnUnsupported
from accord.dialects.model_list import ModelListCodec, ModelListExchange

_UNITS: Mapping[str, str] = {"input_tokens": "input", "output_tokens": "output", "cache_read_tokens": "cached"}


class DeepInfraModels(ModelListCodec):
    """Asks for the list, and reads what other hosts' lists do not say."""

    def encode(self, request: ListRequest, *, on_unsupported: OnUnsupported = "error") -> "DeepInfraListExchange":
        """A GET without a body."""
        del request, on_unsupported
        return DeepInfraListExchange(self._provider, self._error)


class DeepInfraListExchange(ModelListExchange):
    """One request for the list."""

    def decode(self, reply: Reply) -> ModelList:
        """The models in a 2xx reply, with the limits and prices in their `metadata`. Raises `Malformed`."""
        plain = super().decode(reply)
        about = {
            str(row.get("id")): as_object(row.get("metadata")) or {}
            for item in as_array(loads_object(reply.body).get("data")) or []
            if (row := as_object(item)) is not None
        }
        return msgspec.structs.replace(
            plain, models=tuple([_described(known, about.get(known.id, {})) for known in plain.models])
        )


def _described(known: ModelFacts, metadata: JsonObject) -> ModelFacts:
    context, most = metadata.get("context_length"), metadata.get("max_tokens")
    return msgspec.structs.replace(
        known,
        context=context if type(context) is int else known.context,
        max_output=most if type(most) is int else known.max_output,
        prices=_prices(as_object(metadata.get("pricing")) or {}),
    )


def _prices(raw: JsonObject) -> Prices | None:
    """US dollars per million tokens, as the list has them; models billed otherwise have none here."""
    base = {
        name: Decimal(str(value))
        for key, name in _UNITS.items()
        if isinstance(value := raw.get(key), int | float) and not isinstance(value, bool) and 0 <= value < 10_000
    }
    return Prices(base=base, source="DeepInfra's own list") if "input" in base and "output" in base else None
