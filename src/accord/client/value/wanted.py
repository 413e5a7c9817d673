"""What is wanted of an answer: a type, the schemas that ask for it, and the reading of what came."""

import re
from typing import Final, Generic, TypeVar

import msgspec
from typing_extensions import TypeForm

from accord.client.value.shape import Misfit, Shape, shape_of
from accord.client.value.strict import NotStrict, strict_schema, target, without_nulls
from accord.core.json import JsonObject, NotJson, as_object, dumps, loads_object

T_co = TypeVar("T_co", covariant=True)

INNER: Final = "value"
"""The only member of the object around an answer that is not an object itself."""

_FENCE: Final = re.compile(r"\A```\w*\s*\n(.*)\n?```\Z", re.DOTALL)
_NAME: Final = re.compile(r"[^a-zA-Z0-9_-]+")


class Wanted(Generic[T_co]):
    """A type as the form of an answer. The root of every provider's form is an object, so others are wrapped in one."""

    def __init__(self, form: TypeForm[T_co]) -> None:
        """Raises `InvalidInput` for a type that has no JSON Schema."""
        self._shape: Shape[T_co] = shape_of(form)
        own = self._shape.schema
        self._definitions: JsonObject = as_object(own.get("$defs")) or {}
        meant = target(own, self._definitions)
        self.wrapped: bool = meant.get("type") != "object" or "properties" not in meant
        self.name: str = _NAME.sub("_", form.__name__)[:64] if isinstance(form, type) else "answer"
        self.schema: JsonObject = _wrapped(own) if self.wrapped else _rooted(own, meant)
        """The schema of the whole answer, as the type's own library writes it."""
        self.strict: JsonObject | None = _strict(self.schema)
        """The same in the form that models are held to; `None` where it cannot be."""

    def read(self, text: str) -> T_co:
        """The value in an answer. Raises `Misfit`."""
        try:
            answer = loads_object(_unfenced(text))
            answer = as_object(without_nulls(answer, self.schema, self._definitions)) or {}
        except NotJson as error:
            raise Misfit(f"the answer is not a JSON object: {error}") from None
        except RecursionError:
            raise Misfit("the answer is nested too deeply") from None
        if self.wrapped and INNER not in answer:
            raise Misfit(f"the answer has no member `{INNER}`")
        return self.inner(answer[INNER] if self.wrapped else answer)

    def inner(self, value: object) -> T_co:
        """The value that a JSON value means. Raises `Misfit`."""
        try:
            return self._shape.read(dumps(value))
        except (ValueError, msgspec.MsgspecError, RecursionError) as error:
            raise Misfit(str(error)) from None


def _unfenced(text: str) -> str:
    """The text without the code fence that models put around JSON."""
    found = _FENCE.match(text.strip())
    return found[1] if found is not None else text


def _wrapped(schema: JsonObject) -> JsonObject:
    inner = {key: value for key, value in schema.items() if key != "$defs"}
    root: JsonObject = {
        "type": "object",
        "properties": {INNER: inner},
        "required": [INNER],
        "additionalProperties": False,
    }
    return {**root, "$defs": schema["$defs"]} if "$defs" in schema else root


def _rooted(schema: JsonObject, meant: JsonObject) -> JsonObject:
    """A schema whose root is the object itself; only definitions that are still referred to stay."""
    definitions = dict(as_object(schema.get("$defs")) or {})
    reference = schema.get("$ref")
    if isinstance(reference, str) and f'"{reference}"'.encode() not in dumps(definitions):
        definitions.pop(reference.rpartition("/")[2], None)
    root = {key: value for key, value in meant.items() if key != "$defs"}
    return {**root, "$defs": definitions} if definitions else root


def _strict(schema: JsonObject) -> JsonObject | None:
    try:
        return strict_schema(schema)
    except NotStrict:
        return None
