"""The shipped data of one provider type: found by name, read on first use, decoded model by model."""

from difflib import get_close_matches
from functools import cache, lru_cache
from pkgutil import get_data

import msgspec

from accord.catalog.name import fine_tuned, normalised, shorter, without_snapshot
from accord.core.model import ModelFacts

_facts = msgspec.json.Decoder(ModelFacts)


class ShelfFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the catalogue as `scripts/build_catalogue.py` writes it."""

    provider: str
    """The provider type, or the name of a preset."""
    dated: str
    """The day it was built, `YYYY-MM-DD`."""
    models: dict[str, msgspec.Raw] = {}
    """Facts by the provider's own name of the model."""
    aliases: dict[str, str] = {}
    """Other names of models, by name."""
    families: dict[str, msgspec.Raw] = {}
    """Capabilities of models that are not listed, by how their name begins."""


_file = msgspec.json.Decoder(ShelfFile)


class Shelf:
    """The models of one provider type."""

    __slots__ = ("_aliases", "_families", "_file", "_spelled")

    def __init__(self, file: ShelfFile) -> None:
        self._file = file
        self._aliases = file.aliases
        self._spelled = {normalised(name): name for name in file.models}
        self._spelled.update({normalised(name): known for name, known in file.aliases.items()})
        self._families = sorted(file.families, key=len, reverse=True)

    @property
    def dated(self) -> str:
        """The day the data was built, `YYYY-MM-DD`."""
        return self._file.dated

    def models(self) -> tuple[ModelFacts, ...]:
        """All models that are listed, retired ones included, in the catalogue's order."""
        return tuple([_facts.decode(raw) for raw in self._file.models.values()])

    def find(self, model: str) -> ModelFacts | None:
        """What is known of a model; with `exact` false, what is known of its family."""
        known = self._known(model)
        if known is not None:
            return self._read(known)
        base = fine_tuned(model)
        if base is not None:
            return self._fine_tuned(model, base)
        return self._family(model)

    def nearest(self, model: str) -> tuple[str, ...]:
        """The listed names that are most like one that is not, at most three."""
        return () if self._known(model) else tuple(get_close_matches(model[:100], list(self._file.models), n=3))

    def _known(self, model: str) -> str | None:
        """The listed name of the very same model."""
        found = self._same(model)
        if found is None:
            base = without_snapshot(model)
            found = None if base is None else self._same(base)
        return found

    def _same(self, model: str) -> str | None:
        if model in self._file.models:
            return model
        return self._aliases.get(model) or self._spelled.get(normalised(model))

    def _fine_tuned(self, model: str, base: str) -> ModelFacts | None:
        """Capabilities of the base model; prices only where the fine-tuned ones are listed (`ft:<base>`)."""
        known = self._known(base)
        found = self._family(base) if known is None else self._read(known)
        if found is None:
            return None
        priced = self._file.models.get(f"ft:{base}")
        if priced is None:
            return _as_family(found, model)
        return msgspec.structs.replace(found, id=model, aliases=(), prices=_facts.decode(priced).prices)

    def _family(self, model: str) -> ModelFacts | None:
        """The longest listed beginning of the name wins, be it a model or a family."""
        family = next((start for start in self._families if model.startswith(start)), "")
        for start in shorter(model):
            if len(start) < len(family):
                break
            known = self._known(start)
            if known is not None:
                return _as_family(self._read(known), model)
        return _as_family(_facts.decode(self._file.families[family]), model) if family else None

    def _read(self, known: str) -> ModelFacts:
        return _facts.decode(self._file.models[known])


def _as_family(found: ModelFacts, model: str) -> ModelFacts:
    """What a model of the family can probably do. Its prices and dates are its own, and so unknown."""
    return msgspec.structs.replace(
        found, id=model, exact=False, aliases=(), name=None, prices=None, released=None, deprecated=None, successor=None
    )


@cache
def shelf(provider_type: str) -> Shelf:
    """The shelf of a provider type or preset; an empty one where nothing is shipped for it."""
    if not provider_type.replace("_", "").isalnum():
        return _EMPTY
    try:
        data = get_data("accord.catalog", f"data/{provider_type}.json")
    except FileNotFoundError:
        return _EMPTY
    return _EMPTY if data is None else Shelf(_file.decode(data))


_EMPTY = Shelf(ShelfFile(provider="", dated=""))


@lru_cache(maxsize=2048)
def facts(provider_type: str, model: str) -> ModelFacts | None:
    """What is known of a model: by its name, an alias, a pinned release of it, or else by its family.

    `exact` is false for a family: then only capabilities are known, never prices. `None` is unknown, and no reason not
    to call it.
    """
    return shelf(provider_type).find(model)


def nearest(provider_type: str, model: str) -> tuple[str, ...]:
    """The models of a provider type whose names are most like one that it does not know, at most three."""
    return shelf(provider_type).nearest(model)


@cache
def models(provider_type: str) -> tuple[ModelFacts, ...]:
    """The models of a provider type that are listed, retired ones included; see `deprecated`."""
    return shelf(provider_type).models()
