"""Lists of models as OpenAI's SDK gives them."""

from collections.abc import Iterable
from difflib import get_close_matches

from accord.catalog import models
from accord.compat.openai.types.listing import ModelInfo
from accord.core.error import ModelNotFound
from accord.core.json import NotJson, as_array, as_object, loads_object
from accord.core.listing import ModelList
from accord.dialects.model_list import model_object


def catalogue(providers: Iterable[str]) -> list[ModelInfo]:
    """The models that the catalogue knows of these providers, by names that a call takes."""
    return [ModelInfo(**model_object(f"{name}/{facts.id}", facts)) for name in providers for facts in models(name)]


def live(found: ModelList) -> list[ModelInfo]:
    """A provider's own list: its own rows where it has OpenAI's form."""
    try:
        rows = as_array(loads_object(found.raw or b"{}").get("data")) or []
    except NotJson:
        rows = []
    own = [row for item in rows if (row := as_object(item)) is not None and row.get("object") == "model"]
    if len(own) == len(found.models):
        return [ModelInfo(**row) for row in own]
    return [ModelInfo(**model_object(facts.id, facts)) for facts in found.models]


def named(model: str, listed: Iterable[ModelInfo]) -> ModelInfo:
    """The one of that name. Raises `ModelNotFound` naming the nearest."""
    known = {one.id: one for one in listed}
    if model in known:
        return known[model]
    near = get_close_matches(model, known, n=3, cutoff=0.4)
    hint = f": the nearest are {', '.join(near)}" if near else ""
    raise ModelNotFound(f"there is no model {model!r} in the list{hint}", status=404, model=model)
