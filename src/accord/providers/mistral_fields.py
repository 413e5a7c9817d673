"""The fields of a request in Mistral's names and ranges. https://docs.mistral.ai/api/endpoint/chat."""

from accord.core.loss import Losses
from accord.core.model import ModelFacts
from accord.dialects.openai_chat import Json

_HOTTEST = 1.5
_ONE_CHOICE = frozenset({"mistral-large-2512"})
_RELAYED = ("zai-glm", "glm-", "deepseek")
"""How the names of other vendors' models begin, which have log probabilities."""


def written_fields(fields: Json, known: ModelFacts | None, model: str, losses: Losses) -> Json:
    """The fields as OpenAI has them, made Mistral's."""
    _put_seed(fields, losses)
    _put_sampling(fields, losses)
    _put_tier(fields, losses)
    _refuse_scores(fields, model, losses)
    if fields.get("n") not in (None, 1) and known is not None and known.id in _ONE_CHOICE:
        losses.refuse("n", "the model gives one answer a call")
        del fields["n"]
    if fields.get("modalities") == ["text"]:
        del fields["modalities"]
    return fields


def _put_seed(fields: Json, losses: Losses) -> None:
    seed = fields.pop("seed", None)
    if isinstance(seed, int) and seed < 0:
        losses.refuse("seed", "it has to be 0 or more")
    elif seed is not None:
        fields["random_seed"] = seed


def _put_sampling(fields: Json, losses: Losses) -> None:
    temperature = fields.get("temperature")
    if isinstance(temperature, int | float) and temperature > _HOTTEST:
        losses.change("temperature", f"the provider takes no more than {_HOTTEST}")
        fields["temperature"] = _HOTTEST
    if temperature == 0 and fields.get("top_p") not in (None, 1):
        losses.advise("top_p", "with temperature 0 the likeliest token is taken, and `top_p` must be 1")
        del fields["top_p"]


def _put_tier(fields: Json, losses: Losses) -> None:
    """The usual tier is what is served unasked; `auto` may be served sooner, at a higher price."""
    match fields.pop("service_tier", None):
        case None | "default" | "standard" | "standard_only":
            pass
        case "auto" | "priority":
            fields["service_tier"] = "auto"
        case tier:
            losses.advise("service_tier", f"the provider has no tier {tier!r}")


def _refuse_scores(fields: Json, model: str, losses: Losses) -> None:
    """Mistral's own models answer a wish for log probabilities with 400 (code 3051)."""
    asked = fields.get("logprobs") or fields.get("top_logprobs") is not None
    if model.startswith(_RELAYED):
        return
    if asked:
        losses.refuse("logprobs", "log probabilities are not enabled for the model")
    fields.pop("logprobs", None)
    fields.pop("top_logprobs", None)
