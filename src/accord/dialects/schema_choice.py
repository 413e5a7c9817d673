"""Choices between JSON Schemas, and what their values are."""

from collections.abc import Sequence
from itertools import combinations

from accord.core.json import JsonObject, as_array, as_object, kind_of


def kinds_of_values(values: Sequence[object]) -> list[str]:
    """JSON Schema's names for the types of some values, each once."""
    kinds: list[str] = []
    for value in values:
        kind = "integer" if isinstance(value, int) and not isinstance(value, bool) else kind_of(value)
        if kind not in kinds:
            kinds.append(kind)
    return kinds


def exclude_each_other(options: Sequence[JsonObject]) -> bool:
    """Whether it is plain that no value fits two of the schemas, references followed: by their types, by the values they
    name, or by those that a member of each must have.
    """
    return all(_exclude(one, other) for one, other in combinations(options, 2))


def _exclude(one: JsonObject, other: JsonObject) -> bool:
    ours, theirs = _kinds(one), _kinds(other)
    if ours is not None and theirs is not None and ours.isdisjoint(theirs):
        return True
    if _differ(one, other):
        return True
    mine, yours = as_object(one.get("properties")) or {}, as_object(other.get("properties")) or {}
    needed = _names(one.get("required")) & _names(other.get("required"))
    objects = ours == theirs == {"object"}
    return objects and any(
        _differ(as_object(mine[name]), as_object(yours[name])) for name in mine.keys() & needed & yours.keys()
    )


def _kinds(schema: JsonObject) -> set[str] | None:
    """The types of the values; whole numbers are numbers."""
    kind = schema.get("type")
    kinds = _names([kind] if isinstance(kind, str) else kind)
    return {"number" if one == "integer" else one for one in kinds} or None


def _names(given: object) -> set[str]:
    """The texts in a list; callers' schemas may hold anything."""
    return {one for one in as_array(given) or [] if isinstance(one, str)}


def _differ(one: JsonObject | None, other: JsonObject | None) -> bool:
    """Whether both name their values, and none in common."""
    ours, theirs = _values(one or {}), _values(other or {})
    return bool(ours) and bool(theirs) and not any(value in theirs for value in ours)


def _values(schema: JsonObject) -> list[object]:
    return [schema["const"]] if "const" in schema else as_array(schema.get("enum")) or []
